"""The plan of a testing round: small towns whose answer is known by hand, and what must hold in every town."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringfence.core.errors import Refused
from ringfence.desks.testing.plans import DEFAULTS, EXAMPLE, make, read_file, read_text
from ringfence.desks.testing.plans.building import build
from ringfence.desks.testing.plans.making import as_round
from ringfence.desks.testing.plans.needs import Wanted
from ringfence.desks.testing.plans.told import About, Cell, Depot, Lab, Site, Told, Underway, VehicleGroup
from ringfence.science.testing_plan_labs import TUBE
from ringfence.science.testing_plan_labs import test as in_lab  # its own name would be collected
from ringfence.science.testing_plan_means import more, sampling
from ringfence.science.testing_plan_noise import Noise, replay
from ringfence.science.testing_plan_proof import bound, by_fetching, by_testing, ground
from ringfence.science.testing_plan_solve import Solved, solve


def figures(**values: float) -> dict:
    return {**DEFAULTS, **{name: replace(DEFAULTS[name], value=value) for name, value in values.items()}}


def hamlet(**changes) -> Told:
    """60 people, one sampler, pools of ten at 60 an hour: a tube every ten minutes, the last at 1:00. The lab is 6.5 km
    of road (10 minutes at 39 km/h) from the site and tests a tube in a minute; a result takes an hour, a report 15 minutes.
    """
    parts = {
        "round": About(name="Hamlet", samplers=1),
        "cells": (Cell(id="green", population=60, x=0, y=0),),
        "sites": (Site(id="green", x=0, y=0),),
        "depots": (Depot(id="yard", x=0, y=0),),
        "vehicles": (VehicleGroup(depot="yard", count=1),),
        "labs": (Lab(id="lab", x=5000, y=0, tubes_per_hour=60, run_minutes=60),),
        "figures": figures(speed_kmh=39),
    }
    return Told(**{**parts, **changes})


def test_a_hamlet_ends_when_reckoned_by_hand() -> None:
    made = make(hamlet())
    # last seal 1:00, loading 3 min, road 10 min, unloading 5 min, one minute on the bench, an hour, 15 min
    finish = 1 + (3 + 10 + 5 + 1 + 60 + 15) / 60
    ends = {each.stage: each.finish_h for each in made.stages}
    assert ends["sampling"] == pytest.approx(1.0)
    assert ends["delivery"] == pytest.approx(1 + 18 / 60, abs=2e-3)
    assert made.finish_h >= made.bound_h
    assert made.finish_h == pytest.approx(finish, abs=6 / 60)  # one vehicle: the last trip may carry more than one tube
    assert made.on_time
    assert sum(trip.tubes for trip in made.trips) == made.totals.tubes == 6


def test_no_limit_on_the_testing_stage_saves_most_where_the_lab_is_slow() -> None:
    slow = hamlet(labs=(Lab(id="lab", x=5000, y=0, tubes_per_hour=1, run_minutes=60),))
    made = make(slow)
    assert made.bottleneck == "testing"
    # the lab takes a tube an hour, six of them, from the first's arrival at 10 + 3 + 10 + 5 = 28 minutes on
    assert made.finish_h == pytest.approx((28 + 6 * 60 + 60 + 15) / 60, abs=2e-3)
    assert made.gap == pytest.approx(0, abs=1e-3)


def test_one_sampler_for_many_is_the_bottleneck() -> None:
    crowd = hamlet(cells=(Cell(id="green", population=600, x=0, y=0),))
    made = make(crowd)
    assert made.bottleneck == "sampling"
    assert next(each for each in made.stages if each.stage == "sampling").finish_h == pytest.approx(10.0)


def test_a_slow_office_is_the_bottleneck() -> None:
    made = make(hamlet(round=About(name="Hamlet", samplers=1, reports_per_hour=1)))
    assert made.bottleneck == "reporting"
    assert made.hours[-1].to_report == 0


def test_too_late_says_what_is_needed_and_that_it_is_enough() -> None:
    slow = hamlet(
        labs=(Lab(id="lab", x=5000, y=0, tubes_per_hour=1, run_minutes=60),), figures=figures(deadline_hours=5)
    )
    made = make(slow)
    assert not made.on_time
    assert [each.samplers + each.vehicles for each in made.alone] == [0]
    need = made.alone[0]
    assert need.finish_h <= 5
    assert made.mix is not None and made.mix.cost <= need.cost
    again = make(replace(slow, labs=(replace(slow.labs[0], tubes_per_hour=1 + need.lab_tubes_per_hour),)))
    assert again.on_time


def test_runs_leave_full_but_the_first() -> None:
    labs = build(hamlet(labs=(Lab(id="lab", x=5000, y=0, machines=1, batch_tubes=4, run_minutes=60),))).means.labs
    done = in_lab(labs, 0, np.array([0, 600, 4680]), np.array([1, 1, 4]))
    assert done.tubes.tolist() == [2, 4]
    assert done.begun.tolist() == [600, 4680]  # the second waits for its last tube, not only for the machine
    assert done.ended.tolist() == [600 + 3600, 4680 + 3600]


def test_the_example_is_planned() -> None:
    made = make(read_file(EXAMPLE))
    assert made.on_time and made.finish_h < made.plain.finish_h
    assert made.gap < 0.06


# -- in every town ----------------------------------------------------------------------------------------------------


@st.composite
def towns(draw) -> Told:
    place = st.integers(-8000, 8000)
    cells = tuple(
        Cell(id=f"c{n}", population=draw(st.integers(0, 900)), x=draw(place), y=draw(place), pool=draw(st.sampled_from([None, 1, 5, 20, "household"])))
        for n in range(draw(st.integers(1, 5)))
    )  # fmt: skip
    labs = tuple(
        Lab(
            id=f"l{n}", x=draw(place), y=draw(place), queue=draw(st.sampled_from([0, 0, 30])),
            from_hour=draw(st.sampled_from([0, 0, 2])), open=draw(st.sampled_from(["00:00-24:00", "05:30-23:00"])),
            run_minutes=draw(st.sampled_from([None, 30, 90])),
            **draw(st.sampled_from([{"tubes_per_hour": 40}, {"tubes_per_hour": (5, 0, 90)}, {"machines": 2, "batch_tubes": 24}])),
        )
        for n in range(draw(st.integers(1, 3)))
    )  # fmt: skip
    sites = tuple(
        Site(id=f"s{n}", x=draw(place), y=draw(place), waiting=draw(st.sampled_from([0, 0, 7])), samplers=draw(st.sampled_from([None, 6])))
        for n in range(draw(st.integers(0, 4)))
    )  # fmt: skip
    people = max(sum(each.population for each in cells), 1)
    return Told(
        round=About(name="town", samplers=draw(st.sampled_from([None, 24 + people // 100])), now_hour=draw(st.sampled_from([0, 1.5])), sampling=draw(st.sampled_from(["00:00-24:00", "06:00-20:00"]))),
        cells=(*cells, Cell(id="one", population=1, x=0, y=0)),
        sites=sites,
        depots=(Depot(id="d", x=draw(place), y=draw(place)),),
        vehicles=(VehicleGroup(depot="d", count=draw(st.integers(1, 4)), boxes=draw(st.sampled_from([1, 3, 20]))),),
        labs=labs,
        underway=draw(st.sampled_from([(), (Underway(lab="l0", tubes=12, eta_hour=2),)])),
        figures=figures(box_tubes=draw(st.sampled_from([5, 100])), people_per_sampler=60),
    )  # fmt: skip


def worked_out(told: Told) -> Solved:
    means = build(told).means
    return solve(means, given=sampling(means), keens=(1.0, 16.0), turns=2)


@given(towns())
@settings(max_examples=12, deadline=None)
def test_nobody_is_lost_and_nothing_is_in_two_places(told: Told) -> None:
    built = build(told)
    plan = worked_out(told)
    sealed, trips = plan.sampling.sealed, plan.trips
    people = sum(each.population for each in told.cells)
    assert int(sealed.people.sum()) == people
    assert int((sealed.people[sealed.people > 0]).min()) >= 1
    carried = np.concatenate(
        [np.arange(a, a + n) for a, n in zip(trips.first, trips.tubes, strict=True)] or [np.zeros(0, int)]
    )
    assert sorted(carried.tolist()) == list(range(len(sealed.at)))  # each tube by one trip
    assert sum(int(each.tubes.sum()) for each in plan.tested if each) == len(sealed.at) + int(
        built.means.before[2].sum()
    )
    _vehicles_are_in_one_place(plan)
    low = bound(plan.means, plan.sampling, plan.end)
    assert low <= plan.end
    nearest = solve(plan.means, "nearest", keens=(1.0, 16.0), given=plan.sampling)
    assert bound(plan.means, plan.sampling, 10**9) <= min(plan.end, nearest.end)


def _vehicles_are_in_one_place(plan: Solved) -> None:
    trips, fleet, handling = plan.trips, plan.means.fleet, plan.means.handling
    at = {v: (float(fleet.x[v]), float(fleet.y[v]), int(fleet.free[v])) for v in range(len(fleet.x))}
    begin = 0
    for k, end in enumerate(trips.stops):
        v = int(trips.vehicle[k])
        x, y, now = at[v]
        assert trips.begin[k] >= now
        now, boxes = int(trips.begin[k]), 0
        for stop in range(begin, int(end)):
            node = trips.node[stop]
            to = float(plan.nodes.x[node]), float(plan.nodes.y[node])
            assert trips.reach[stop] - now >= np.hypot(to[0] - x, to[1] - y) / fleet.speed[v] - 1e-6
            last = plan.sampling.sealed.at[trips.first[stop] : trips.first[stop] + trips.tubes[stop]].max()
            assert trips.leave[stop] >= max(int(trips.reach[stop]), int(last)) + handling.load_s
            (x, y), now = to, int(trips.leave[stop])
            boxes += -(-int(trips.tubes[stop]) // handling.box)
            assert plan.nodes.lab[node] == trips.lab[k]
        assert 0 < boxes <= fleet.boxes[v]
        lab = int(trips.lab[k])
        goal = float(plan.means.labs.x[lab]), float(plan.means.labs.y[lab])
        assert trips.arrive[k] - handling.unload_s - now >= np.hypot(goal[0] - x, goal[1] - y) / fleet.speed[v] - 1e-6
        at[v] = (*goal, int(trips.arrive[k]))
        begin = int(end)


@given(towns())
@settings(max_examples=12, deadline=None)
def test_no_lab_does_more_than_it_can_in_any_hour(told: Told) -> None:
    plan = worked_out(told)
    labs = plan.means.labs
    for lab, tested in enumerate(plan.tested):
        if tested is None:
            continue
        assert (tested.begun >= tested.received).all()
        if labs.batch[lab]:
            assert (tested.tubes <= labs.batch[lab]).all()
            assert (labs.rate[lab][tested.begun // 3600] > 0).all()
            running = [int(((tested.begun <= t) & (tested.ended > t)).sum()) for t in tested.begun]
            assert max(running) <= labs.machines[lab]
            continue
        hours = np.arange(labs.rate.shape[1] + 1) * 3600
        last = labs.work(lab, tested.ended - labs.run_s[lab])
        done = np.clip(labs.work(lab, hours)[:, None] - (last - tested.tubes * TUBE), 0, tested.tubes * TUBE).sum(
            axis=1
        )
        assert (np.diff(done) <= labs.rate[lab] * TUBE).all()


@given(towns())
@settings(max_examples=12, deadline=None)
def test_the_replay_without_noise_is_the_plan(told: Told) -> None:
    plan = worked_out(told)
    ended = replay(as_round(plan), Noise(), seed=1, replicate=0)
    assert {stage: ended[stage] for stage in ("delivery", "testing", "reporting")} == {
        stage: plan.finish[stage] for stage in ("delivery", "testing", "reporting")
    }
    assert ended["sampling"] >= plan.finish["sampling"]


@given(towns())
@settings(max_examples=5, deadline=None)
def test_what_is_written_down_adds_up(told: Told) -> None:
    made = make(told)
    left = sum(each.population for each in told.cells)
    assert sum(row.people for row in made.hours) == left == sum(sum(each.people_by_hour) for each in made.sites)
    whole = made.totals.tubes + sum(each.queue for each in told.labs) + sum(each.tubes for each in told.underway)
    queue = {each.id: each.queue for each in told.labs}
    assert sum(row.received for row in made.hours) == whole - sum(queue.values())
    assert sum(row.results for row in made.hours) == whole
    assert sum(row.reported for row in made.hours) == whole
    last = made.hours[-1]
    assert (last.at_sites, last.on_road, last.in_labs, last.to_report) == (0, 0, 0, 0)
    for row in made.hours:
        assert min(row.at_sites, row.on_road, row.in_labs, row.to_report) >= 0
    for lab in made.labs:
        assert sum(lab.received) + queue[lab.id] == sum(lab.results) == lab.tubes
        assert min(lab.waiting, default=0) >= 0
    boxes = defaultdict(list)
    for trip in made.trips:
        for stop in trip.stops:
            boxes[stop.site].append((stop.first_box, stop.boxes))
    for mine in boxes.values():
        numbers = [n for first, count in sorted(mine) for n in range(first, first + count)]
        assert len(numbers) == len(set(numbers))


@given(towns(), st.lists(st.tuples(*[st.sampled_from([0, 0, 1, 7])] * 3), max_size=6))
@settings(max_examples=8, deadline=None)
def test_what_amounts_have_in_common_is_as_if_worked_out_for_each(told: Told, amounts: list) -> None:
    plan = worked_out(told)
    for samplers, vehicles, lab in amounts:
        means, fewer = more(plan.means, samplers, vehicles, lab), more(plan.means, samplers)
        there, anew = ground(fewer, sampling(fewer)), ground(means, sampling(means))
        assert by_testing(means, there) == by_testing(means, anew)
        assert by_fetching(means, there) == by_fetching(means, anew)
        least = max(by_testing(means, anew), by_fetching(means, anew))
        wanted = [Wanted(plan.means, plan, plan.end, least + more_s, (1, 1, 1)) for more_s in (-1, 0)]
        for one in wanted:
            one.likely((samplers, vehicles + 1, lab))  # keeps what the next shares with it
        assert [one.likely((samplers, vehicles, lab)) for one in wanted] == [False, True]


def test_noise_is_the_same_for_the_same_seed_and_makes_it_later() -> None:
    told = read_file(EXAMPLE)
    one, again, other = (make(told, seed=seed, replicates=20).noise for seed in (5, 5, 6))
    assert one == again != other
    assert one is not None and one.finish_h["p05"] <= one.finish_h["p50"] <= one.finish_h["p95"]
    assert one.without_noise_h == make(told).finish_h


def test_planning_anew_from_what_has_happened_takes_no_one_twice() -> None:
    told = read_file(EXAMPLE)
    later = replace(
        told,
        round=replace(told.round, now_hour=3.0),
        cells=tuple(replace(each, sampled=each.population // 2) for each in told.cells),
        underway=(Underway(lab="CDC lab", tubes=400, eta_hour=3.5),),
        labs=tuple(replace(each, queue=100) for each in told.labs),
    )
    made = make(later)
    assert made.totals.people_left == sum(each.population - each.population // 2 for each in told.cells)
    assert min(trip.begin_h for trip in made.trips) >= 3.0
    assert min(site.from_h for site in made.sites if site.from_h is not None) >= 3.0
    assert sum(lab.tubes for lab in made.labs) == made.totals.tubes + 400 + 300


# -- what is refused --------------------------------------------------------------------------------------------------

TEXT = EXAMPLE.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "code", "key"),
    [
        ("samplers = 260", "smaplers = 260", "plan_key_unknown", "round.smaplers"),
        ("[figures]", "[figuers]", "plan_key_unknown", "figuers"),
        ("speed_kmh = 30", "speed_kph = 30", "plan_key_unknown", "figures.speed_kph"),
        ("population = 42000", "population = -1", "plan_out_of_range", "cells[1] (Old town).population"),
        ("population = 42000", 'population = "many"', "plan_wrong_type", "cells[1] (Old town).population"),
        ("population = 42000", "", "plan_key_missing", "cells[1] (Old town).population"),
        ("pool = 20", "pool = 7", "plan_not_a_choice", "cells[4] (Hill villages).pool"),
        ("deadline_hours = 24", "deadline_hours = 2400", "plan_out_of_range", "figures.deadline_hours"),
        ("# now_hour = 3 ", "now_hour = 30 #", "plan_deadline_over", None),
        ("x = 3100", "x = 3100000", "plan_lab_out_of_reach", "labs (CDC lab)"),
        ("x = 3100", "lat = 45.0\nlon = 126.0\nx = 3100", "plan_where_unclear", "labs (CDC lab)"),
        ("x = 3100\ny = -400", "lat = 45.0\nlon = 126.0", "plan_where_mixed", "labs (CDC lab)"),
        ('open = "07:00-23:00"', 'open = "seven"', "plan_hours_unclear", "labs (CDC lab).open"),
        ("machines = 6 ", "# machines = 6 ", "plan_lab_without_capacity", "labs (CDC lab)"),
        ("tubes_per_hour = 350", "tubes_per_hour = 0", "plan_lab_never_works", "labs (County hospital lab)"),
        ('id = "Station"', 'id = "Old town"', "plan_id_twice", "cells"),
        ('depot = "County hospital"', 'depot = "Elsewhere"', "plan_name_unknown", "vehicles[1].depot"),
        ("tubes = 15000", "tubes = 100", "plan_tubes_short", None),
        ("# sampled = 1200", "sampled = 12000", "plan_more_than_there_are", "cells (Sealed quarter).sampled"),
        ("samplers = 260", "samplers = 1", "plan_samplers_too_few", None),
        ("[round]", "[round", "plan_not_toml", None),
    ],
)  # fmt: skip
def test_a_slip_is_refused_by_the_name_of_its_key(old: str, new: str, code: str, key: str | None) -> None:
    assert old in TEXT
    with pytest.raises(Refused) as refusal:
        build(read_text(TEXT.replace(old, new, 1)))
    assert refusal.value.code == code
    if key is not None:
        assert refusal.value.told["key"] == key


def test_a_plan_without_labs_is_refused() -> None:
    text = TEXT[: TEXT.index("[[labs]]")]
    with pytest.raises(Refused, match="plan_key_missing") as refusal:
        read_text(text)
    assert refusal.value.told["key"] == "labs"


def test_labs_far_too_small_are_refused() -> None:
    with pytest.raises(Refused, match="plan_labs_too_small"):
        build(
            hamlet(
                cells=(Cell(id="green", population=60_000, x=0, y=0),),
                labs=(Lab(id="lab", x=0, y=0, tubes_per_hour=1),),
                round=About(name="x"),
            )
        )


def test_the_manual_shows_the_example_as_it_is() -> None:
    page = Path(__file__).parents[3] / "docs" / "how-to" / "plan-a-round.md"
    assert f"```toml\n{TEXT}```" in page.read_text(encoding="utf-8")
