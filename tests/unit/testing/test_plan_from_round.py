"""A round under way made into what a plan is worked out from: who stands where, who goes where, what is on its way."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta

import pytest

from ringfence.core.access import EVERYWHERE
from ringfence.core.declare import declared
from ringfence.core.errors import Refused
from ringfence.desks.testing.actions import laboratories as labs
from ringfence.desks.testing.actions import rounds, stations
from ringfence.desks.testing.planned import AT_ANY_SIZE, plan_of_round, planned, small_enough
from ringfence.desks.testing.plans import make
from ringfence.desks.testing.plans.from_round import gather
from ringfence.desks.testing.plans.layout import lay_out
from ringfence.desks.testing.plans.on_record import Serving, SiteOnRecord
from ringfence.facts.ids import PlaceId
from tests.console.conftest import told, world
from tests.console.swabbing import EACH, Swabbing

__all__ = ["told", "world"]


def gathered(told: Swabbing, **more):
    centre = told.world.centre
    numbers = centre.numbers("testing", centre.geography.place(told.world.outbreak, None))
    asked = {"outbreak": told.world.outbreak, "round_id": None, "now": told.world.clock.now(), **more}
    return gather(EVERYWHERE, numbers, **asked)


def test_people_sites_and_tubes_stand_in_the_plan_as_on_record(told: Swabbing) -> None:
    found = gathered(told)
    at = found.standing
    # n1 20, n2 10, s1 10 of 30 each; one of n2 is away; S1 lies in the south, T3 in a box in the north, T2 waits unread
    assert (at.roster, at.swabbed, at.excused, at.left) == (3 * EACH, 40, 1, 49)
    assert (at.tubes_at_sites, at.tubes_on_road, at.tubes_in_laboratories) == (2, 0, 1)
    left = {(each.x, each.y): each.population - each.sampled for each in found.told.cells}
    sites = {each.id: each for each in found.told.sites}
    north, south = (sites[told.site[name]] for name in ("north", "south"))
    assert left[north.x, north.y] == 10 + 19  # n2 lies nearer to the north's gate than to the south's
    assert left[south.x, south.y] == 20
    assert (north.samplers, north.waiting, north.swabs_per_hour) == (2, 1, 60)
    assert (south.samplers, south.waiting) == (1, 1)
    assert [(each.tubes_per_hour, each.queue) for each in found.told.labs] == [(40, 1)]
    assert {each.pool for each in found.told.cells} == {10}


def test_hours_count_from_the_whole_hour_of_opening_and_the_deadline_is_the_rounds_own(told: Swabbing) -> None:
    found = gathered(told)
    now = told.world.clock.now()
    assert (found.begins_at.minute, found.begins_at.second) == (0, 0)
    assert found.told.round.now_hour == pytest.approx((now - found.begins_at).total_seconds() / 3600)
    assert 4.6 < found.told.round.now_hour < 5.8
    deadline = found.told.figures["deadline_hours"]
    assert (found.begins_at + timedelta(hours=deadline.value) - found.deadline_at).total_seconds() < 1
    assert deadline.source == "the round's own deadline, on record"
    shorter = gathered(told, within_hours=3)
    assert shorter.deadline_at == now + timedelta(hours=3)
    told.pass_by(days=3)
    late = gathered(told)
    assert late.deadline_passed
    assert late.deadline_at == told.world.clock.now() + timedelta(hours=24)
    assert "deadline_passed" in {each.code for each in late.remarks}


def test_a_trip_on_the_road_is_counted_once_and_its_vehicle_is_free_where_it_arrives(told: Swabbing) -> None:
    expected = told.world.clock.now() + timedelta(minutes=30)
    told.tell(stations.begin_trip, vehicle="V9", laboratory=told.lab, boxes=("B2",), expected_at=expected)
    found = gathered(told)
    assert (found.standing.tubes_at_sites, found.standing.tubes_on_road) == (1, 1)
    (under_way,) = found.told.underway
    assert (under_way.lab, under_way.tubes) == (told.lab, 1)
    assert under_way.eta_hour == pytest.approx(found.told.round.now_hour + 0.5)
    assert found.standing.vehicles == found.standing.vehicles_seen == 2  # V7 and V9
    busy, idle = found.told.vehicles
    assert (busy.count, busy.at_lab, busy.from_hour) == (1, told.lab, under_way.eta_hour)
    assert (idle.count, idle.at_lab, idle.from_hour) == (1, told.lab, 0)
    assert sum(each.count for each in gathered(told, vehicles=6).told.vehicles) == 6


def test_the_packs_numbers_stand_with_their_sources(told: Swabbing) -> None:
    figures = gathered(told).told.figures
    policy = told.world.centre.policy("testing", told.world.centre.geography.place(told.world.outbreak, None))
    assert figures["box_tubes"].value == policy.tubes_per_box
    assert figures["transport_hours"].value == policy.transport_within / timedelta(hours=1)
    assert figures["people_per_site"].value == (policy.people_per_site_min + policy.people_per_site_max) / 2
    assert (figures["people_per_site"].certainty, figures["box_tubes"].certainty) == ("F2", "K")
    assert figures["people_per_site"].source.endswith("[cn-covid@1]")


def test_pool_sizes_set_for_a_place_make_their_own_tubes(told: Swabbing) -> None:
    told.tell(rounds.set_pool_size, round=told.round, jurisdiction=told.cells["n2"], size=0, zone="sealed")
    found = gathered(told)
    assert {(each.pool, each.population - each.sampled) for each in found.told.cells} == {
        (10, 10), ("household", 19), (10, 20)
    }  # fmt: skip
    assert sum(row.people for row in planned(found, 0).plan.hours) == 49


def test_what_was_done_meanwhile_is_planned_no_more(told: Swabbing) -> None:
    before = planned(gathered(told), 0).plan
    told.tube("T9", "n1", 20)
    told.tell(labs.receive_tubes, laboratory=told.lab, tubes=("T9",))
    after = gathered(told)
    plan = planned(after, 0).plan
    assert (before.totals.people_left, plan.totals.people_left) == (49, 39)
    assert after.standing.tubes_in_laboratories == 2
    assert plan.totals.people == before.totals.people == 89


def test_the_query_gives_what_the_engine_gives(told: Swabbing) -> None:
    asked = {"outbreak": told.world.outbreak, "now": told.world.clock.now()}
    made = told.world.centre.ask(told.world.god, plan_of_round, **asked, replays=20)
    engine = make(gathered(told).told, seed=1, replicates=20)
    assert made.plan == engine
    assert told.world.centre.ask(told.world.god, AT_ANY_SIZE, **asked, replays=20).plan == engine
    assert made.round == told.round
    mine = told.world.centre.ask(told.world.who("duty_officer"), plan_of_round, **asked, replays=0)
    assert mine.standing.roster == 2 * EACH  # a county plans its own part
    assert {each.site for each in mine.plan.sites} == {told.site["north"]}


def test_only_the_command_line_plans_a_round_of_any_size(told: Swabbing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ringfence.desks.testing.planned.MOST_TUBES", 0)
    asked = {"outbreak": told.world.outbreak, "now": told.world.clock.now(), "replays": 0}
    with pytest.raises(Refused, match="plan_too_large_here"):
        told.world.centre.ask(told.world.god, plan_of_round, **asked)
    assert told.world.centre.ask(told.world.god, AT_ANY_SIZE, **asked).round == told.round
    names = {each.name for desk in told.world.centre.desks for each in declared(desk.modules, "query")}
    assert "plan_of_round" in names and "plan_at_any_size" not in names


def test_what_cannot_be_planned_says_what_to_do_first(told: Swabbing) -> None:
    def code(**more) -> str:
        with pytest.raises(Refused) as refused:
            gathered(told, **more)
        return refused.value.code

    assert code(vehicles=0) == "plan_vehicles_unfit"
    assert code(within_hours=0) == "plan_hours_unfit"
    assert code(round_id="round_none") == "not_known_here"
    whole = gathered(told).told
    with pytest.raises(Refused, match="plan_too_large_here"):
        small_enough(replace(whole, cells=(replace(whole.cells[0], population=10**6),)))
    told.tell(rounds.close_round, round=told.round)
    assert code() == "plan_no_round"
    assert code(round_id=told.round) == "plan_round_closed"


def test_nothing_left_to_swab_or_fetch_is_said(told: Swabbing) -> None:
    for n, person in enumerate(told.people["n1"][20:] + told.people["n2"][10:29] + told.people["s1"][10:]):
        told.tell(rounds.excuse_person, round=told.round, person=person, reason="away")
        if n % 20 == 0:
            told.pass_by(minutes=1)
    assert gathered(told).standing.left == 0  # two tubes are still to be fetched
    for box, code in (("B2", None), ("B3", "S1")):
        if code:
            told.tell(stations.pack_box, code=box, site=told.site["south"], tubes=(code,))
        told.tell(labs.receive_box, laboratory=told.lab, box=box)
    with pytest.raises(Refused, match="plan_nothing_left"):
        gathered(told)


# -- who goes where, and where that is --------------------------------------------------------------------------------


def site(id_: str, path: str, *serves: str) -> SiteOnRecord:
    return SiteOnRecord(PlaceId(id_), path, 1, 60, serves, None, None, 0)


def test_a_cell_goes_to_the_sites_that_say_so_else_to_the_nearest_in_the_tree() -> None:
    far, near, own = site("1", "a.x."), site("2", "a.b."), site("3", "a.x.", "a.b.c.")
    assert Serving([far, near, own]).of("a.b.c.") == [own]
    assert Serving([far, near]).of("a.b.c.") == [near]
    assert Serving([far, near, own]).of("a.b.d.") == [near]
    assert Serving([far, near]).of("a.z.") == [far, near]
    assert Serving([site("4", "z.", "q.")]).of("a.b.c.") == [site("4", "z.", "q.")]
    assert Serving([]).of("a.b.c.") == []


def test_places_without_coordinates_stand_apart_and_near_what_they_share_most_with() -> None:
    paths = {"lab": "p.", "s1": "p.a.", "s2": "p.a.", "s3": "p.b."}
    there = lay_out(paths, {}, 1000)
    assert len({(round(x, 3), round(y, 3)) for x, y in there.values()}) == 4
    assert math.dist(there["s1"], there["s2"]) < math.dist(there["s1"], there["s3"])
    known = lay_out(paths, {"s1": (45.0, 126.0), "s3": (45.0, 127.0)}, 1000)
    assert math.dist(known["s1"], known["s3"]) == pytest.approx(78_626, rel=0.002)  # a degree of longitude at 45° north
    assert math.dist(known["s2"], known["s1"]) == pytest.approx(1000)  # beside the one in its own jurisdiction


def test_the_command_prints_the_same_plan(told: Swabbing, monkeypatch: pytest.MonkeyPatch) -> None:
    from ringfence.commands import plan_round

    monkeypatch.setattr(plan_round, "opened", lambda: told.world.centre)
    made = plan_round.made_of(None, None, replays=0)
    assert made.plan == plan_round.made_of(told.round, None, replays=0).plan == make(gathered(told).told)
    lines = plan_round.lines_before(made)
    assert lines[1].startswith("40 of 90 people on the roster swabbed, 1 excused, 49 left")
    assert plan_round.with_names(made.plan).labs[0].id == "First laboratory"
