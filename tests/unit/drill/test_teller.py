"""The simulation tells a drill in the product's own facts, hears what the players do, and scores it."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from ringfence.core import db, log
from ringfence.core.access import EVERYWHERE, Who, feed
from ringfence.core.errors import Refused
from ringfence.desks.cases.actions import note_course
from ringfence.desks.command.actions import finish_task
from ringfence.desks.command.queries import tasks
from ringfence.desks.testing.actions.laboratories import change_capacity
from ringfence.desks.testing.actions.rounds import open_round
from ringfence.desks.testing.actions.stations import seal_tube
from ringfence.desks.testing.results.checking import Terms
from ringfence.desks.testing.results.reading import ResultFile
from ringfence.desks.testing.results.sheet import Choices, read_sheet
from ringfence.facts.cases import CourseEvent
from ringfence.facts.drill import DrillBegun, InjectKind
from ringfence.facts.follow_up import ContactsQuarantined, ContactsSetFree, Stay
from ringfence.facts.ids import AccountId, JurisdictionId, derive
from ringfence.facts.testing import TubeRead, TubeSealed
from ringfence.facts.time import TimeStruck
from ringfence.facts.tracing import VisitsLoaded, contact_of
from ringfence.registry.account_keeping import who_is
from ringfence.twin.drill import results_files
from ringfence.twin.drill.actions import answer_inject, answer_question, end_drill, see_inject_answered, throw_inject
from ringfence.twin.drill.score import Score
from ringfence.twin.drill.workspace import person_id
from tests.unit.drill.conftest import Played

Play = Callable[..., Played]


def player(played: Played, name: str) -> Who:
    who = who_is(AccountId(derive("account", name)), played.clock.now())
    assert who is not None
    return who


def facts(kind: type | None = None) -> list[Any]:
    return [told for row in log.rows() if kind is None or type((told := log.told(row)).fact) is kind]


def throw(played: Played, name: str) -> None:
    inject = next(each for each in played.workspace.drill.injects if each.name == name)
    played.centre.tell(player(played, "control"), throw_inject, inject=inject, outbreak=played.workspace.outbreak)
    played.on(minutes=1)


def trouble(played: Played, name: str) -> Any:
    return played.teller.heard.troubles[name]


def score(played: Played) -> dict[str, Any]:
    return Score(played.workspace).catch_up(played.centre).told(played.centre)


def row(told: dict[str, Any], code: str) -> dict[str, Any]:
    return next(each for each in told["clocks"] if each["code"] == code)


def test_a_drill_begins_by_saying_that_it_is_one_and_holds_the_whole_town(play: Play) -> None:
    played = play()
    assert isinstance(log.told(next(log.rows())).fact, DrillBegun)
    people = sum(played.workspace.city.map.cells["people"])
    assert people == 2000 == len(played.workspace.numbers)
    known = db.ask_one("SELECT count(*) FROM registry_jurisdiction")
    assert known[0] == 1 + len(played.workspace.city.map.areas) + len(played.workspace.city.map.cells)


def test_the_ill_come_are_swabbed_and_read_as_the_twin_has_them(play: Play) -> None:
    played = play()
    played.on(hours=30)
    world, heard = played.teller.world, played.teller.heard
    sealed = {told.fact.tube: told.fact for told in facts(TubeSealed)}
    read = [told.fact for told in facts(TubeRead)]
    assert len(read) > 5
    for each in read:
        tube = sealed[each.tube]
        day = played.workspace.day(tube.at)
        ill = [world.shows(heard.workspace.numbers[person], day, len(tube.people)) for person in tube.people]
        if tube.station == "drill":
            assert (each.result == "positive") == any(ill)
        assert tube.at < each.at
    assert any(each.result == "positive" for each in read)
    due = list(tasks(EVERYWHERE, kind="report_case").rows)
    assert due, "a positive starts the clocks of the pack"


def test_a_worker_that_was_stopped_tells_nothing_twice(play: Play) -> None:
    played = play()
    played.on(hours=5)
    lines, known = log.last_seq(), {each.fact.code for each in facts(TubeSealed)}
    played.teller = played.another_teller()
    played.teller.tell_until(played.teller.told_until)
    assert log.last_seq() == lines
    played.on(hours=20)
    codes = [each.fact.code for each in facts(TubeSealed)]
    assert known < set(codes)
    assert len(codes) == len(set(codes))


def test_time_is_told_every_five_minutes_and_a_drill_rebuilds_as_any_log(play: Play) -> None:
    played = play()
    played.on(hours=2)
    struck = sorted({each.fact.at for each in facts(TimeStruck)})
    assert len(struck) >= 24
    assert all(late - early <= timedelta(minutes=10) for early, late in itertools.pairwise(struck))
    before = db.ask("SELECT id, kind, state, due_at FROM command_task ORDER BY id")
    played.centre.rebuild()
    assert db.ask("SELECT id, kind, state, due_at FROM command_task ORDER BY id") == before


def test_whom_the_players_isolate_infects_nobody_from_then_on(play: Play) -> None:
    played = play()
    played.on(hours=24)
    cases = dict(played.teller.heard.cases)
    assert cases
    today = played.clock.now().astimezone(played.workspace.zone).date()
    for case in cases:
        played.centre.tell(
            player(played, "investigator"), note_course, case=case, event=CourseEvent.ISOLATED, day=today
        )
    played.on(hours=1)
    kept = {each.person for each in played.teller.world.orders if each.kind == "isolated"}
    assert kept == {played.workspace.numbers[person] for person in cases.values()}
    day = played.workspace.from_day(played.clock.now())
    states = played.teller.world.states
    infectors = {int(each["infector"]) for each in states if each["infected"] > day}
    assert len(kept & infectors) <= 1, "only by the leak that the scenario allows"


def test_contacts_whom_a_player_quarantines_stay_in_a_room_until_they_are_set_free(play: Play) -> None:
    played = play()
    played.on(hours=1)
    outbreak, number = played.workspace.outbreak, 1234
    contact, duty = contact_of(outbreak, person_id(number)), player(played, "duty")
    told = {"outbreak": outbreak, "contacts": (contact,)}
    until = played.clock.now() + timedelta(days=14)
    played.centre.hear(duty, [ContactsQuarantined(**told, stay=Stay.CENTRAL, until_at=until, at=played.clock.now())])
    played.on(minutes=5)
    order = played.teller.world.orders[-1]
    assert (order.person, order.kind) == (number, "room")
    assert order.day == played.workspace.from_day(played.clock.now())
    assert order.until == played.workspace.day(until) + 1
    played.centre.hear(duty, [ContactsSetFree(**told, reason="by_hand", at=played.clock.now())])
    played.on(minutes=5)
    assert played.teller.world.orders[-1].kind == "free"


def test_the_visits_of_each_day_are_there_when_it_is_over(play: Play) -> None:
    played = play()
    loaded = [each.fact for each in facts(VisitsLoaded)]
    assert [(each.last_on - each.first_on).days for each in loaded] == [6]
    assert loaded[0].refused == 0
    assert loaded[0].visits > 7 * 2000
    played.on(hours=30)
    loaded = [each.fact for each in facts(VisitsLoaded)]
    assert len(loaded) == 2
    assert loaded[1].at.astimezone(played.workspace.zone).date() - loaded[1].last_on == timedelta(days=1)


def test_a_positive_pool_is_held_and_counts_as_noticed_when_a_player_swabs_its_members(play: Play) -> None:
    played = play()
    played.on(minutes=30)
    assert trouble(played, "pool").took_at is not None
    held = db.ask_one("SELECT count(*) FROM testing_hold")
    assert held[0] == 10
    pool = played.teller.heard.tubes[trouble(played, "pool").about]
    site = played.workspace.sites[0]
    played.centre.tell(
        player(played, "sampler"), seal_tube, code="OWN1", site=site, people=(pool.people[0],),
        outbreak=played.workspace.outbreak, alone=True,
    )  # fmt: skip
    played.on(hours=4)
    assert trouble(played, "pool").answer.how == "TubeSealed"
    assert [each.fact for each in facts(TubeRead) if each.fact.tube == derive("tube", "OWN1")]
    told = score(played)
    assert row(told, "task.swab_alone")["met"] == 1
    assert row(told, "clock.inject")["met"] == 1


def test_a_laboratory_that_is_down_reads_nothing_until_it_runs_again(play: Play) -> None:
    played = play()
    throw(played, "lab")
    first = played.workspace.laboratories[0]
    assert played.teller.heard.capacity[first] == 0
    begun = played.clock.now()
    played.on(minutes=100)
    at = [each.fact for each in facts(TubeRead) if each.fact.laboratory == first and each.fact.at > begun]
    assert [each for each in at if played.teller.heard.tubes[each.tube].site not in played.workspace.sites] == []
    played.on(minutes=30)
    assert trouble(played, "lab").ended
    assert played.teller.heard.capacity[first] > 0


def test_a_player_who_mends_a_laboratory_has_noticed(play: Play) -> None:
    played = play()
    throw(played, "power")
    assert played.teller.heard.lanes[played.workspace.sites[0]] == 0
    hourly = played.workspace.drill.settings.tubes_per_hour
    played.centre.tell(
        player(played, "lab"), change_capacity, laboratory=played.workspace.laboratories[0], tubes_per_hour=hourly // 2
    )
    played.on(minutes=5)
    assert trouble(played, "power").answer.how == "CapacityChanged"
    played.on(hours=1)
    assert played.teller.heard.lanes[played.workspace.sites[0]] > 0


def test_a_lost_box_comes_only_when_somebody_has_looked_for_it(play: Play) -> None:
    played = play()
    throw(played, "box")
    for _ in range(30):
        played.on(minutes=15)
        if trouble(played, "box").took_at:
            break
    lost = trouble(played, "box").about
    played.on(hours=8)
    assert played.teller.heard.boxes[lost].received_at is None
    task = tasks(EVERYWHERE, kind="find_box").rows[0]
    assert task.about == lost
    played.centre.tell(player(played, "duty"), finish_task, task=task.id, evidence="found in the second vehicle")
    played.on(hours=2)
    assert trouble(played, "box").answer.how == "TaskDone"
    assert played.teller.heard.boxes[lost].received_at is not None


def test_a_file_in_a_wrong_encoding_waits_until_a_player_reads_it_in(play: Play) -> None:
    played = play()
    played.on(hours=3)
    throw(played, "file")
    for _ in range(60):
        played.on(minutes=20)
        if trouble(played, "file").took_at:
            break
    path = results_files.files(played.workspace)[0]
    held = [tube for tube, name in results_files.kept(played.workspace).items() if name == path.name]
    played.on(hours=6)
    unread = {each.fact.tube for each in facts(TubeRead)}
    assert held
    assert not unread & set(held)
    from ringfence.registry.queries import areas

    laboratory = played.workspace.laboratories[0]
    sheet = read_sheet(path, Choices(played.workspace.zone, played.clock.now()))
    terms = Terms(
        laboratory,
        areas.place_of_place(laboratory) or "",
        played.workspace.zone,
        played.clock.now(),
        played.workspace.outbreak,
        "",
    )
    ResultFile(played.centre, player(played, "lab"), sheet, terms).tell(played.centre.home)
    played.on(minutes=10)
    assert {each.fact.tube for each in facts(TubeRead)} >= set(held)
    assert trouble(played, "file").answer.how == "ResultsRead"


def test_every_trouble_takes_hold_or_waits_for_something_to_take_hold_of(play: Play) -> None:
    played = play()
    played.on(hours=2)
    for each in played.workspace.drill.injects:
        if each.name not in played.teller.heard.troubles:
            throw(played, each.name)
    played.on(hours=2)
    standing = played.teller.heard.troubles
    assert {each.thrown.kind for each in standing.values()} == {*InjectKind}
    assert {name for name, each in standing.items() if each.took_at is None} <= {"box", "file"}
    assert len(tasks(EVERYWHERE, kind="answer_call").rows) == 5


def test_a_round_that_a_player_opens_is_swabbed_and_read_by_the_simulation(play: Play) -> None:
    played = play()
    town = JurisdictionId(played.workspace.mark.told["townships"][0])
    people = int(played.workspace.city.map.areas[0]["people"])
    opened = played.centre.tell(
        player(played, "duty"), open_round, outbreak=played.workspace.outbreak, jurisdiction=town,
        due_at=played.clock.now() + timedelta(hours=24), pool_size=10,
    )  # fmt: skip
    played.on(hours=12)
    tubes = [each.fact for each in facts(TubeSealed) if each.fact.round == opened.facts[0].round]
    swabbed = [person for tube in tubes for person in tube.people]
    assert len(swabbed) == len(set(swabbed))
    assert people * 0.85 < len(swabbed) < people
    assert max(len(tube.people) for tube in tubes) == 10
    lived = {person_id(n) for n in range(people)}
    assert set(swabbed) <= lived
    read = {each.fact.tube for each in facts(TubeRead)}
    assert len([tube for tube in tubes if tube.tube in read]) > len(tubes) * 0.9


def test_cards_and_questions_are_answered_as_decisions(play: Play) -> None:
    played = play()
    throw(played, "card")
    played.on(hours=2)
    duty, outbreak = player(played, "duty"), played.workspace.outbreak
    played.centre.tell(duty, answer_inject, inject="card", text="Shen answers, by eight", outbreak=outbreak)
    played.centre.tell(duty, answer_question, question="first", text="The market first", outbreak=outbreak)
    with pytest.raises(Refused, match="text_missing"):
        played.centre.tell(duty, answer_question, question="first", text=" ", outbreak=outbreak)
    played.on(minutes=5)
    told = score(played)
    assert next(each for each in told["injects"] if each["inject"] == "card")["how"] == "card"
    assert told["questions"][0]["answer"] == "The market first"
    texts = [text for (text,) in db.ask("SELECT text FROM command_decision")]
    assert {"Shen answers, by eight", "The market first"} <= set(texts)


def test_players_do_not_control_and_the_controller_does_not_play(play: Play) -> None:
    played = play()
    inject = played.workspace.drill.injects[0]
    for name in ("duty", "investigator", "admin"):
        with pytest.raises(Refused, match="not_allowed"):
            played.centre.tell(player(played, name), throw_inject, inject=inject, outbreak=played.workspace.outbreak)
        with pytest.raises(Refused, match="not_allowed"):
            played.centre.tell(player(played, name), end_drill)
    with pytest.raises(Refused, match="not_allowed"):
        played.centre.tell(
            player(played, "control"), answer_question, question="first", text="x", outbreak=played.workspace.outbreak
        )


def test_a_drill_that_has_ended_tells_nothing_more_and_is_scored_at_its_end(play: Play) -> None:
    played = play()
    played.on(hours=3)
    throw(played, "queue")
    played.centre.tell(player(played, "control"), see_inject_answered, inject="queue", text="by telephone")
    played.on(minutes=5)
    played.centre.tell(player(played, "control"), end_drill, reason="lunch")
    ended = played.clock.now()
    played.on(minutes=5)
    lines = log.last_seq()
    played.on(hours=10)
    assert log.last_seq() == lines
    played.clock.set(ended + timedelta(days=9))
    told = score(played)
    assert told["as_of"] == ended
    assert (told["ended"], told["reason"]) == (True, "lunch")
    assert next(each for each in told["injects"] if each["inject"] == "queue")["how"] == "seen"


def test_the_score_is_what_a_slow_count_of_the_tasks_says(play: Play) -> None:
    played = play()
    played.on(hours=26)
    who = player(played, "duty")
    for kind in ("report_case", "investigate_case", "tell_area"):
        for n, each in enumerate(tasks(EVERYWHERE, kind=kind).rows):
            if n % 2 == 0:
                played.centre.tell(who, finish_task, task=each.id, evidence="done")
    played.on(hours=3)
    now, told = played.clock.now(), score(played)
    for kind in ("report_case", "investigate_case", "tell_area", "swab_alone"):
        rows = [
            each
            for state in ("alive", "done", "verified")
            for each in tasks(EVERYWHERE, kind=kind, state=state, limit=500).rows
        ]
        by_player = [each for each in rows if each.done_by and each.done_by.startswith("account:")]
        found = row(told, f"task.{kind}")
        assert found["met"] == sum(each.done_at <= each.due_at for each in by_player)
        assert found["late"] == sum(each.done_at > each.due_at for each in by_player)
        assert found["open_late"] == sum(each.alive and each.due_at <= now for each in rows)
        assert found["running"] == sum(each.alive and each.due_at > now for each in rows)
        assert found["of"] == found["met"] + found["late"] + found["open_late"]
        assert found["share"] is None if not found["of"] else found["share"] == found["met"] / found["of"]
    assert sum(each["of"] for each in told["accounts"]) == sum(
        each["met"] + each["late"] for each in told["clocks"] if each["code"] != "clock.midnight"
    )


def test_what_the_simulation_did_scores_nobody(play: Play) -> None:
    played = play()
    played.on(hours=10)
    told = score(played)
    for code in ("clock.pack", "clock.transport", "clock.read"):
        assert row(told, code)["of"] == 0
        assert row(told, code)["simulated"] > 0
        assert row(told, code)["share"] is None


def test_where_players_read_tubes_results_wait_in_files(play: Play) -> None:
    played = play('laboratory = "played"')
    played.on(hours=6)
    assert not [
        each
        for each in facts(TubeRead)
        if each.line.by == feed("drill").by and each.fact.tube != trouble(played, "pool").about
    ]
    assert results_files.files(played.workspace)
    owed = row(score(played), "clock.read")
    assert owed["open_late"] + owed["running"] > 0
