"""Rounds, who of them is missing, sites and their queues."""

from __future__ import annotations

from ringfence.core import db
from ringfence.core.declare import keeps
from ringfence.core.fact import Line, to_micros
from ringfence.desks.testing.queries import keys
from ringfence.facts.rounds import (
    ExcuseWithdrawn,
    LanesChanged,
    MissingCalled,
    PersonExcused,
    PoolSizeSet,
    QueueCounted,
    RosterDrawn,
    RoundClosed,
    RoundOpened,
    RoundReopened,
    SiteClosed,
    SiteOpened,
    SlotGiven,
    StopProposed,
)
from ringfence.registry.queries import areas

COVER = (
    "INSERT INTO testing_cover (round, path, people, swabbed, excused) VALUES (%s, %s, %s, %s, %s)"
    " ON CONFLICT (round, path) DO UPDATE SET people = testing_cover.people + excluded.people,"
    " swabbed = testing_cover.swabbed + excluded.swabbed, excused = testing_cover.excused + excluded.excused"
)
FLAG = (
    "INSERT INTO testing_flag (about, what, seq, path, at) VALUES (%s, %s, %s, %s, %s)"
    " ON CONFLICT (about, what) DO UPDATE SET seq = excluded.seq, at = excluded.at"
)


@keeps(RoundOpened)
def a_round(fact: RoundOpened, line: Line) -> None:
    """With its deadline and the usual size of its pools."""
    row = (fact.round, line.seq, fact.outbreak, line.jurisdiction or "", fact.number, fact.title, fact.campaign)
    db.write(
        "testing_round",
        "INSERT INTO testing_round (id, seq, outbreak, path, number, title, campaign, groups, pool_size, opened_at,"
        " due_at, counted) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, TRUE) ON CONFLICT (id) DO NOTHING",
        (*row, ",".join(fact.groups), fact.pool_size, to_micros(fact.at), to_micros(fact.due_at)),
    )


@keeps(RosterDrawn)
def a_roster(fact: RosterDrawn, line: Line) -> None:
    """How many live in each cell."""
    del line
    for cell, people in zip(fact.cells, fact.people, strict=True):
        db.write("testing_cover", COVER, (fact.round, areas.path_of(cell) or "", people, 0, 0))
    if not fact.counted:
        db.write("testing_round", "UPDATE testing_round SET counted = FALSE WHERE id = %s", (fact.round,))


@keeps(PoolSizeSet)
def a_pool_size(fact: PoolSizeSet, line: Line) -> None:
    """The newest holds."""
    del line
    db.write(
        "testing_pool_size",
        "INSERT INTO testing_pool_size (round, path, size, zone) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT (round, path) DO UPDATE SET size = excluded.size, zone = excluded.zone",
        (fact.round, areas.path_of(fact.jurisdiction) or "", fact.size, fact.zone),
    )


@keeps(RoundClosed)
def a_closed_round(fact: RoundClosed, line: Line) -> None:
    """It stays on record, and takes in what comes late."""
    del line
    sql = "UPDATE testing_round SET closed_at = %s WHERE id = %s"
    db.write("testing_round", sql, (to_micros(fact.at), fact.round))


@keeps(RoundReopened)
def a_reopened_round(fact: RoundReopened, line: Line) -> None:
    """It goes on."""
    del line
    db.write("testing_round", "UPDATE testing_round SET closed_at = NULL WHERE id = %s", (fact.round,))


@keeps(PersonExcused)
def an_excuse(fact: PersonExcused, line: Line) -> None:
    """Who is missing with a reason is not looked for."""
    known = db.ask_one("SELECT 1 FROM testing_excuse WHERE round = %s AND person = %s", (fact.round, fact.person))
    path = line.jurisdiction or ""
    db.write(
        "testing_excuse",
        "INSERT INTO testing_excuse (round, person, path, reason) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT (round, person) DO UPDATE SET reason = excluded.reason",
        (fact.round, fact.person, path, fact.reason),
    )
    if known is None:
        db.write("testing_cover", COVER, (fact.round, path, 0, 0, 1))


@keeps(ExcuseWithdrawn)
def an_excuse_withdrawn(fact: ExcuseWithdrawn, line: Line) -> None:
    """They are looked for again."""
    del line
    known = db.ask_one("SELECT path FROM testing_excuse WHERE round = %s AND person = %s", (fact.round, fact.person))
    if known is not None:
        sql = "DELETE FROM testing_excuse WHERE round = %s AND person = %s"
        db.write("testing_excuse", sql, (fact.round, fact.person))
        db.write("testing_cover", COVER, (fact.round, known[0], 0, 0, -1))


@keeps(SiteOpened)
def a_site(fact: SiteOpened, line: Line) -> None:
    """Told again, it is as told last."""
    serves = " ".join(filter(None, (areas.path_of(each) for each in fact.serves)))
    minutes = int(fact.slot.total_seconds() // 60) if fact.slot else None
    opens, closes = (each and to_micros(each) for each in (fact.opens_at, fact.closes_at))
    db.write(
        "testing_site",
        "INSERT INTO testing_site (id, path, lanes, swabs_per_hour, serves, separate_lane, mobile, opens_at, closes_at,"
        " slot_minutes, closed) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, FALSE) ON CONFLICT (id) DO UPDATE SET"
        " lanes = excluded.lanes, swabs_per_hour = excluded.swabs_per_hour, serves = excluded.serves,"
        " separate_lane = excluded.separate_lane, mobile = excluded.mobile, opens_at = excluded.opens_at,"
        " closes_at = excluded.closes_at, slot_minutes = excluded.slot_minutes, closed = FALSE",
        (
            *(fact.site, line.jurisdiction or "", fact.lanes, fact.swabs_per_hour, serves),
            *(fact.separate_lane, fact.mobile, opens, closes, minutes),
        ),
    )


@keeps(SiteClosed)
def a_closed_site(fact: SiteClosed, line: Line) -> None:
    """What it sent stays on record."""
    del line
    db.write("testing_site", "UPDATE testing_site SET closed = TRUE, queue = NULL WHERE id = %s", (fact.site,))


@keeps(LanesChanged)
def changed_lanes(fact: LanesChanged, line: Line) -> None:
    """The queue is estimated by the lanes open now."""
    del line
    db.write("testing_site", "UPDATE testing_site SET lanes = %s WHERE id = %s", (fact.lanes, fact.site))


@keeps(QueueCounted)
def a_queue(fact: QueueCounted, line: Line) -> None:
    """The newest count holds, also where an older one is told later."""
    del line
    at = to_micros(fact.at)
    db.write(
        "testing_site",
        "UPDATE testing_site SET queue = %s, queue_lanes = %s, queue_at = %s"
        " WHERE id = %s AND (queue_at IS NULL OR queue_at <= %s)",
        (fact.people, fact.lanes, at, fact.site, at),
    )


@keeps(SlotGiven)
def a_slot(fact: SlotGiven, line: Line) -> None:
    """Who is asked to come when."""
    del line
    db.write(
        "testing_slot",
        "INSERT INTO testing_slot (site, round, about, begins_at, people) VALUES (%s, %s, %s, %s, %s)"
        " ON CONFLICT (site, begins_at, about) DO UPDATE SET people = excluded.people, round = excluded.round",
        (fact.site, fact.round, fact.about, to_micros(fact.begins_at), fact.people),
    )


@keeps(StopProposed)
def a_stop_proposed(fact: StopProposed, line: Line) -> None:
    """It is proposed once for each newest round."""
    newest = keys.last_number(fact.outbreak, line.jurisdiction or "")
    what = f"stop_rounds:{newest}"
    db.write("testing_flag", FLAG, (fact.jurisdiction, what, line.seq, line.jurisdiction or "", to_micros(fact.at)))


@keeps(MissingCalled)
def missing_called(fact: MissingCalled, line: Line) -> None:
    """Once for a round."""
    row = (fact.round, "missing_called", line.seq, line.jurisdiction or "", to_micros(fact.at))
    db.write("testing_flag", FLAG, row)
