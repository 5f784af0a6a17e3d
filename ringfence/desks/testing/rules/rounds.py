"""When rounds may stop: the pack's rule is watched, and people decide."""

from __future__ import annotations

from datetime import timedelta

from ringfence.core.access import Scope
from ringfence.core.declare import when
from ringfence.core.fact import Facts, Line, from_micros, to_micros
from ringfence.desks.testing.policy import Policy
from ringfence.desks.testing.queries import expected, keys, rosters
from ringfence.facts.command import TasksSet
from ringfence.facts.ids import OutbreakId
from ringfence.facts.rounds import MissingCalled, RoundClosed, StopProposed
from ringfence.facts.time import TimeStruck
from ringfence.registry.queries import areas


@when(RoundClosed)
def clean_rounds_in_a_row_propose_a_stop(closed: RoundClosed, line: Line, policy: Policy) -> Facts:
    """Rounds that find nobody cost a city a day each; but a tube not read yet is not a negative one."""
    del line
    known = keys.round_key(closed.round)
    if known is None or not policy.rounds_clean or known.number < keys.last_number(known.outbreak, known.path):
        return
    scope = Scope((known.path,))
    done = expected.rounds_done(scope, known.outbreak, known.path, known.number)
    clean = expected.clean_in_a_row(done)
    area = areas.area_at(known.path)
    if clean < policy.rounds_clean or area is None or expected.pools_open(known.outbreak, scope):
        return
    more = expected.one_more_round(done, policy)
    yield StopProposed(
        outbreak=known.outbreak,
        jurisdiction=area.id,
        clean=clean,
        expected=None if more is None else round(more.next_round.mean, 3),
        at=closed.at,
    )


@when(StopProposed)
def a_proposed_stop_is_decided_by_people(proposed: StopProposed, line: Line, policy: Policy) -> Facts:
    """Going on costs a day of everybody, stopping may cost an outbreak: a named person weighs it."""
    del line
    yield TasksSet(
        kind="sort_out_rounds",
        about=(proposed.jurisdiction,),
        unit="office",
        due_at=proposed.at + (policy.repeat_every or timedelta(days=1)),
        key=str(keys.last_number(proposed.outbreak, areas.path_of(proposed.jurisdiction) or "")),
        reason="rounds_clean",
        at=proposed.at,
    )


@when(TimeStruck)
def the_end_of_a_round_looks_for_who_is_missing(struck: TimeStruck, line: Line, policy: Policy) -> Facts:
    """A round ends with the people who came; those who did not are asked while there is still somebody to swab them."""
    until = to_micros(struck.at + policy.missed_reminded_after)
    for round_id, due_at in rosters.rounds_ending(line.outbreak, until):
        missing = rosters.cells_with_missing(round_id, MOST_CELLS)
        yield MissingCalled(
            round=round_id,
            outbreak=OutbreakId(line.outbreak or ""),
            cells=tuple(cell for cell, _ in missing),
            people=tuple(n for _, n in missing),
            due_at=from_micros(due_at),
            at=struck.at,
        )


@when(MissingCalled)
def missing_people_are_called(called: MissingCalled, line: Line) -> Facts:
    """Each cell's own workers know the door."""
    del line
    for cell in called.cells:
        yield TasksSet(
            kind="call_missing",
            about=(cell,),
            unit="community",
            due_at=called.due_at,
            key=called.round,
            reason="round_ending",
            jurisdiction=cell,
            at=called.at,
        )


MOST_CELLS = 1000
