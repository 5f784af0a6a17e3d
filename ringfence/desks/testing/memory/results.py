"""Laboratories, what they read, and who is held, released and found because of it."""

from __future__ import annotations

from dataclasses import replace

from ringfence.core import db
from ringfence.core.declare import keeps
from ringfence.core.fact import Line, to_micros
from ringfence.desks.testing.memory.flow import about, laboratory_hour, moved, waited
from ringfence.desks.testing.memory.rounds import FLAG
from ringfence.desks.testing.queries import keys
from ringfence.facts.testing import (
    CapacityChanged,
    FindingMended,
    LaboratoryEnrolled,
    LaboratoryOutOfLine,
    PeopleHeld,
    PersonFound,
    PersonReleased,
    PlateLoaded,
    PlateRun,
    PoolUnexplained,
    Result,
    ResultsRead,
    StrayResultHeard,
    TubeCorrected,
    TubeRead,
    TubesWaitedLong,
)


@keeps(LaboratoryEnrolled)
def a_laboratory(fact: LaboratoryEnrolled, line: Line) -> None:
    """Told again, it is as told last."""
    begins, ends = (each and to_micros(each) for each in (fact.from_at, fact.until_at))
    db.write(
        "testing_laboratory",
        "INSERT INTO testing_laboratory (id, path, tubes_per_hour, mobile, from_at, until_at)"
        " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (id) DO UPDATE SET tubes_per_hour = excluded.tubes_per_hour,"
        " mobile = excluded.mobile, from_at = excluded.from_at, until_at = excluded.until_at",
        (fact.laboratory, line.jurisdiction or "", fact.tubes_per_hour, fact.mobile, begins, ends),
    )


@keeps(CapacityChanged)
def a_changed_capacity(fact: CapacityChanged, line: Line) -> None:
    """From now on."""
    del line
    sql = "UPDATE testing_laboratory SET tubes_per_hour = %s WHERE id = %s"
    db.write("testing_laboratory", sql, (fact.tubes_per_hour, fact.laboratory))


@keeps(PlateLoaded)
def a_plate(fact: PlateLoaded, line: Line) -> None:
    """Its tubes share its run."""
    del line
    db.write(
        "testing_plate",
        "INSERT INTO testing_plate (id, laboratory, loaded_at, instrument) VALUES (%s, %s, %s, '')"
        " ON CONFLICT (id) DO NOTHING",
        (fact.plate, fact.laboratory, to_micros(fact.at)),
    )
    for tube in fact.tubes:
        db.write("testing_tube", "UPDATE testing_tube SET plate = %s WHERE id = %s", (fact.plate, tube))


@keeps(PlateRun)
def a_run(fact: PlateRun, line: Line) -> None:
    """A plate whose controls failed stays as it is: its tubes go onto another."""
    del line
    controls = (fact.negative_control_ct, fact.positive_control_ct)
    db.write(
        "testing_plate",
        "UPDATE testing_plate SET run_at = %s, valid = %s, instrument = %s, negative_control_ct = %s,"
        " positive_control_ct = %s WHERE id = %s",
        (to_micros(fact.at), fact.valid, fact.instrument, *controls, fact.plate),
    )


def _count(laboratory: str | None, at: int, result: Result, by: int) -> None:
    if laboratory is not None:
        laboratory_hour(laboratory, at, **{result.value: by})


@keeps(TubeRead)
def a_read_tube(fact: TubeRead, line: Line) -> None:
    """With its result; the laboratory's hours count it."""
    tube = keys.tube(fact.tube)
    if tube is None or tube.result is not None:
        return
    at = to_micros(fact.at)
    laboratory = fact.laboratory or tube.laboratory
    sets = ", result = %s, ct = %s, read_at = %s, laboratory = %s"
    values = (fact.result.value, fact.ct, at, laboratory)
    if tube.stage == "voided":
        db.write("testing_tube", f"UPDATE testing_tube SET {sets[2:]} WHERE id = %s", (*values, tube.id))
    else:
        moved(tube, "read", at, sets, values)
    stage, since = ("voided", tube.since) if tube.stage == "voided" else ("read", at)
    keys.stands(
        replace(tube, result=fact.result, ct=fact.ct, read_at=at, laboratory=laboratory, stage=stage, since=since)
    )
    _count(laboratory, at, fact.result, 1)
    if laboratory is not None and tube.received_at is not None:
        waited(laboratory, at, max(at - tube.received_at, 0))
    about(tube.id, line.seq)


@keeps(TubeCorrected)
def a_corrected_tube(fact: TubeCorrected, line: Line) -> None:
    """The newer reading holds; the older one stays in its chain."""
    tube = keys.tube(fact.tube)
    if tube is None or tube.result is None or tube.read_at is None:
        return
    _count(tube.laboratory, tube.read_at, tube.result, -1)
    _count(tube.laboratory, tube.read_at, fact.result, 1)
    sql = "UPDATE testing_tube SET result = %s, ct = %s WHERE id = %s"
    db.write("testing_tube", sql, (fact.result.value, fact.ct, tube.id))
    about(tube.id, line.seq)


@keeps(StrayResultHeard)
def a_stray_result(fact: StrayResultHeard, line: Line) -> None:
    """It waits for its tube; a later word of the same tube holds."""
    db.write(
        "testing_stray",
        "INSERT INTO testing_stray (tube, code, laboratory, path, outbreak, result, ct, at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (tube) DO UPDATE SET result = excluded.result,"
        " ct = excluded.ct, at = excluded.at, laboratory = excluded.laboratory",
        (
            *(fact.tube, fact.code, fact.laboratory, line.jurisdiction or "", fact.outbreak),
            *(fact.result.value, fact.ct, to_micros(fact.at)),
        ),
    )


@keeps(TubeRead)
def a_stray_result_matched(fact: TubeRead, line: Line) -> None:
    """The tube came, and its result was taken."""
    if line.by_rule:
        sql = "UPDATE testing_stray SET matched_at = %s WHERE tube = %s"
        db.write("testing_stray", sql, (to_micros(line.heard_at), fact.tube))


@keeps(ResultsRead)
def a_file_of_results(fact: ResultsRead, line: Line) -> None:
    """Which file, and what became of its rows."""
    counts = (fact.rows, fact.new, fact.unchanged, fact.corrected, fact.stray, fact.refused)
    db.write(
        "testing_results_file",
        "INSERT INTO testing_results_file (seq, sha256, laboratory, path, at, rows, new, unchanged, corrected, stray, refused)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (line.seq, fact.sha256, fact.laboratory, line.jurisdiction or "", to_micros(fact.at), *counts),
    )


@keeps(TubesWaitedLong)
def tubes_waiting_long(fact: TubesWaitedLong, line: Line) -> None:
    """Asked about once for the oldest of them."""
    what = f"waiting:{to_micros(fact.oldest_at)}"
    db.write("testing_flag", FLAG, (fact.laboratory, what, line.seq, line.jurisdiction or "", to_micros(fact.at)))


@keeps(LaboratoryOutOfLine)
def a_laboratory_out_of_line(fact: LaboratoryOutOfLine, line: Line) -> None:
    """Looked at once a day for each reason."""
    what = f"out_of_line:{fact.what}"
    db.write("testing_flag", FLAG, (fact.laboratory, what, line.seq, line.jurisdiction or "", to_micros(fact.at)))


@keeps(PeopleHeld)
def held_people(fact: PeopleHeld, line: Line) -> None:
    """Each until their own swab is read."""
    about(fact.because_of, line.seq)
    paths = fact.paths or ("",) * len(fact.people)
    for person, path in zip(fact.people, paths, strict=True):
        db.write(
            "testing_hold",
            "INSERT INTO testing_hold (person, pool, outbreak, path, held_at, until, state)"
            " VALUES (%s, %s, %s, %s, %s, %s, 'held') ON CONFLICT (person, pool) DO NOTHING",
            (
                *(person, fact.because_of, fact.outbreak, path or line.jurisdiction or ""),
                *(to_micros(fact.at), to_micros(fact.until)),
            ),
        )


@keeps(PersonReleased)
def a_released_person(fact: PersonReleased, line: Line) -> None:
    """With the reason."""
    about(fact.because_of, line.seq)
    db.write(
        "testing_hold",
        "UPDATE testing_hold SET state = 'released', ended_at = %s, reason = %s WHERE person = %s AND pool = %s"
        " AND ended_at IS NULL",
        (to_micros(fact.at), fact.reason, fact.person, fact.because_of),
    )


@keeps(PersonFound)
def a_found_person(fact: PersonFound, line: Line) -> None:
    """Who the pool was positive for; they are a case from here on."""
    tube = keys.tube(fact.tube)
    db.write(
        "testing_found",
        "INSERT INTO testing_found (person, tube, outbreak, path, round, pool, at, ct, mended)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, FALSE) ON CONFLICT (person, tube) DO UPDATE SET mended = FALSE",
        (
            *(fact.person, fact.tube, fact.outbreak, line.jurisdiction or "", tube and tube.round),
            *(fact.pool, to_micros(fact.at), fact.ct),
        ),
    )
    db.write(
        "testing_hold",
        "UPDATE testing_hold SET state = 'found', ended_at = %s, reason = 'found', own_tube = %s WHERE person = %s"
        " AND ended_at IS NULL",
        (to_micros(fact.at), fact.tube, fact.person),
    )
    about(fact.tube, line.seq)


@keeps(FindingMended)
def a_mended_finding(fact: FindingMended, line: Line) -> None:
    """They were not found after all."""
    sql = "UPDATE testing_found SET mended = TRUE WHERE person = %s AND tube = %s"
    db.write("testing_found", sql, (fact.person, fact.tube))
    about(fact.tube, line.seq)


@keeps(PoolUnexplained)
def an_unexplained_pool(fact: PoolUnexplained, line: Line) -> None:
    """It shows in the tube's chain."""
    about(fact.tube, line.seq)
