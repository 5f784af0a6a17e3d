"""Control first, then screen: what a result sets off."""

from __future__ import annotations

from datetime import datetime

from ringfence.core.declare import when
from ringfence.core.fact import Facts, Line, from_micros, to_micros
from ringfence.desks.testing.policy import Policy
from ringfence.desks.testing.queries import keys
from ringfence.desks.testing.queries.keys import HoldKey, TubeKey
from ringfence.facts.command import TaskDone, TaskDropped, TasksSet, task_of
from ringfence.facts.ids import JurisdictionId
from ringfence.facts.testing import (
    CustodyGapFound,
    FindingMended,
    PeopleHeld,
    PersonFound,
    PersonReleased,
    PoolUnexplained,
    Result,
    StrayResultHeard,
    TubeCorrected,
    TubeRead,
    TubeSealed,
    TubeVoided,
)
from ringfence.facts.time import TimeStruck
from ringfence.registry.queries import areas, people

CALLS_BACK = (Result.POSITIVE, Result.UNCLEAR)
"""Results after which everybody in the tube stays apart; an unclear one is held to be positive until it is not."""


@when(TubeRead, TubeCorrected)
def a_positive_pool_calls_everyone_back(read: TubeRead | TubeCorrected, line: Line, policy: Policy) -> Facts:
    """A pool cannot say who: each member is held until their own swab is read."""
    tube = keys.tube(read.tube) if read.result in CALLS_BACK else None
    if tube is None or (tube.single and read.result is Result.POSITIVE):
        return
    if isinstance(read, TubeCorrected) and read.was_result in CALLS_BACK and not tube.single:
        return
    where = people.paths_of(tube.people)
    yield PeopleHeld(
        people=tube.people,
        because_of=tube.id,
        outbreak=tube.outbreak,
        until=read.at + policy.hold_at_most,
        paths=tuple(where.get(person, "") for person in tube.people),
        at=read.at,
    )
    yield TasksSet(
        kind="swab_alone",
        about=tube.people,
        unit="sampling",
        due_at=read.at + policy.retest_within,
        key=tube.id,
        reason="pool_unclear" if read.result is Result.UNCLEAR else "pool_positive",
        urgent=True,
        at=read.at,
    )
    del line


@when(PeopleHeld)
def the_area_is_told_of_a_positive_tube(held: PeopleHeld, line: Line, policy: Policy) -> Facts:
    """Whoever answers for the place where they live shuts the door before the result of each is in."""
    del line
    places = tuple(dict.fromkeys(_home(path) for path in held.paths if path))
    if places:
        yield TasksSet(
            kind="tell_area",
            about=places,
            unit="office",
            due_at=held.at + policy.tell_within,
            key=held.because_of,
            reason="pool_positive",
            urgent=True,
            at=held.at,
        )


def _home(path: str) -> JurisdictionId:
    area = areas.area_at(path)
    return area.id if area else JurisdictionId("")


@when(TubeSealed)
def an_own_swab_answers_its_task(sealed: TubeSealed, line: Line) -> Facts:
    """Who was swabbed alone is not sent for again."""
    del line
    if not sealed.alone and len(sealed.people) != 1:
        return
    for person in sealed.people:
        for hold in keys.holds_of(person):
            if hold.own_tube == sealed.tube:
                yield TaskDone(task=task_of("swab_alone", person, hold.pool), evidence=sealed.code, at=sealed.at)


@when(TubeSealed)
def a_second_swab_answers_its_task(sealed: TubeSealed, line: Line) -> Facts:
    """Whoever came again after a tube without a result is not asked to come a third time."""
    del line
    for lost in sealed.instead_of:
        earlier = keys.tube(lost)
        for person in sorted(set(sealed.people) & set(earlier.people if earlier else ())):
            yield TaskDone(task=task_of("swab_again", person, lost), evidence=sealed.code, at=sealed.at)


@when(TubeRead)
def a_positive_alone_names_the_person(read: TubeRead, line: Line) -> Facts:
    """One swab, one person: this is who it is."""
    tube = keys.tube(read.tube) if read.result is Result.POSITIVE else None
    if tube is not None and tube.single:
        yield _found(tube, read.at, read.ct, line)


def _found(tube: TubeKey, at: datetime, ct: float | None, line: Line) -> PersonFound:
    person = tube.people[0]
    path = people.paths_of(tube.people).get(person) or tube.path
    pool = next((hold.pool for hold in keys.holds_of(person) if hold.pool != tube.id), None)
    area = areas.area_at(path) or areas.area_at(line.jurisdiction or "")
    return PersonFound(
        person=person,
        tube=tube.id,
        outbreak=tube.outbreak,
        jurisdiction=area.id if area else JurisdictionId(""),
        laboratory=tube.laboratory,
        sampled_at=from_micros(tube.sealed_at),
        pool=pool,
        ct=ct,
        at=at,
    )


@when(TubeRead, TubeCorrected)
def a_negative_alone_releases(read: TubeRead | TubeCorrected, line: Line) -> Facts:
    """Held because of others, free because of themselves: nobody waits for the rest of the pool."""
    del line
    tube = keys.tube(read.tube) if read.result is Result.NEGATIVE else None
    if tube is None or not tube.single or tube.stage == "voided":  # what a void tube says may be another's
        return
    for hold in keys.holds_of(tube.people[0]):
        if hold.pool == tube.id or hold.held_at <= tube.sealed_at:
            yield _released(hold, read.at, "own_negative", tube)


def _released(hold: HoldKey, at: datetime, reason: str, own: TubeKey | None = None) -> PersonReleased:
    return PersonReleased(
        person=hold.person,
        because_of=hold.pool,
        outbreak=hold.outbreak,
        reason=reason,
        by_tube=own.id if own else None,
        at=at,
    )


@when(PersonReleased)
def a_pool_that_nobody_explains_is_asked_about(released: PersonReleased, line: Line) -> Facts:
    """A positive pool of negative people is a mix-up, a contamination or a swab taken badly: somebody finds out which."""
    del line
    pool = keys.tube(released.because_of)
    if pool is None or pool.result is not Result.POSITIVE or released.reason != "own_negative":
        return
    states = [hold.state for hold in keys.holds_for(pool.id)]
    if all(state == "released" for state in states):
        yield PoolUnexplained(tube=pool.id, laboratory=pool.laboratory, at=released.at)


@when(PoolUnexplained)
def an_unexplained_pool_is_looked_into(unexplained: PoolUnexplained, line: Line, policy: Policy) -> Facts:
    """The laboratory looks at the tube and the plate again; the site at who was really in it."""
    del line
    yield TasksSet(
        kind="explain_pool",
        about=(unexplained.tube,),
        unit="laboratory",
        due_at=unexplained.at + policy.read_within,
        reason="pool_unexplained",
        at=unexplained.at,
    )


@when(PersonReleased)
def a_released_person_is_not_sent_for(released: PersonReleased, line: Line) -> Facts:
    """Nobody drives out to somebody who is free."""
    del line
    if released.reason != "hold_ended":
        task = task_of("swab_alone", released.person, released.because_of)
        yield TaskDropped(task=task, reason="released", at=released.at)


@when(TubeRead, TubeVoided)
def a_tube_without_a_result_is_swabbed_again(lost: TubeRead | TubeVoided, line: Line, policy: Policy) -> Facts:
    """No result is not a negative: whoever was in it stands in the queue once more."""
    del line
    if lost.result is not Result.INVALID if isinstance(lost, TubeRead) else lost.reason == "mistake":
        return
    tube = keys.tube(lost.tube)
    if tube is None:
        return
    yield TasksSet(
        kind="swab_again",
        about=tube.people,
        unit="sampling",
        due_at=lost.at + policy.retest_within,
        key=tube.id,
        reason="tube_invalid" if isinstance(lost, TubeRead) else f"tube_{lost.reason}",
        at=lost.at,
    )


@when(TubeCorrected)
def a_tube_run_again_needs_no_new_swab(corrected: TubeCorrected, line: Line) -> Facts:
    """The second run gave what the first one did not: nobody is sent for because of it."""
    del line
    tube = keys.tube(corrected.tube) if corrected.was_result is Result.INVALID else None
    if tube is not None and corrected.result is not Result.INVALID:
        for person in tube.people:
            yield TaskDropped(task=task_of("swab_again", person, tube.id), reason="run_again", at=corrected.at)


@when(TubeCorrected)
def a_corrected_positive_frees_its_people(corrected: TubeCorrected, line: Line) -> Facts:
    """A mistake of the laboratory keeps nobody indoors for an hour longer than it took to see it."""
    del line
    tube = keys.tube(corrected.tube)
    if tube is None or corrected.was_result not in CALLS_BACK or corrected.result in CALLS_BACK:
        return
    for hold in keys.holds_for(tube.id, in_force=True):
        yield _released(hold, corrected.at, "pool_mended")
    if tube.single and keys.found_of(tube.people[0], tube.id):
        yield FindingMended(
            person=tube.people[0], tube=tube.id, outbreak=tube.outbreak, reason=corrected.reason, at=corrected.at
        )


@when(TubeCorrected)
def a_corrected_positive_alone_names_the_person(corrected: TubeCorrected, line: Line) -> Facts:
    """Found late is found."""
    tube = keys.tube(corrected.tube)
    if tube is None or not tube.single or corrected.result is not Result.POSITIVE:
        return
    if not keys.found_of(tube.people[0], tube.id):  # another Ct finds nobody anew
        yield _found(tube, corrected.at, corrected.ct, line)


@when(TimeStruck)
def a_hold_ends_by_itself(struck: TimeStruck, line: Line) -> Facts:
    """Nobody is kept apart because somebody else is late: after the pack's hours the hold is over, swabbed or not."""
    for hold in keys.holds_over(line.outbreak, to_micros(struck.at), 200):
        yield _released(hold, struck.at, "hold_ended")


@when(PersonReleased)
def a_hold_that_ended_unread_is_supervised(released: PersonReleased, line: Line, policy: Policy) -> Facts:
    """Somebody of a positive pool walks free unread: supervision asks why their swab was not taken or not read."""
    del line
    if released.reason == "hold_ended":
        yield TasksSet(
            kind="ask_unread_hold",
            about=(released.person,),
            unit="supervision",
            due_at=released.at + policy.tell_within,
            key=released.because_of,
            reason="hold_ended",
            urgent=True,
            at=released.at,
        )


@when(StrayResultHeard)
def a_stray_result_looks_for_its_tube(stray: StrayResultHeard, line: Line, policy: Policy) -> Facts:
    """A result without people helps nobody: somebody finds the station that has not handed in."""
    del line
    yield TasksSet(
        kind="find_tube",
        about=(stray.tube,),
        unit="sampling",
        due_at=stray.at + policy.hand_in_within,
        reason="result_without_tube",
        urgent=stray.result in CALLS_BACK,
        outbreak=stray.outbreak,
        jurisdiction=stray.jurisdiction,
        at=stray.at,
    )


@when(TubeSealed)
def a_tube_takes_the_result_that_waited_for_it(sealed: TubeSealed, line: Line) -> Facts:
    """The station came late; the laboratory's work is not done twice."""
    stray = keys.stray(sealed.tube)
    if stray is not None:
        yield TubeRead(
            tube=sealed.tube, result=stray.result, laboratory=stray.laboratory, ct=stray.ct, at=from_micros(stray.at)
        )
        yield TaskDone(task=task_of("find_tube", sealed.tube), evidence=sealed.code, at=line.heard_at)


@when(TubeRead)
def a_tube_read_before_its_receipt_has_a_gap(read: TubeRead, line: Line) -> Facts:
    """The result counts, and the chain of custody says what is missing from it."""
    del line
    tube = keys.tube(read.tube)
    if tube is not None and tube.received_at is None:
        yield CustodyGapFound(tube=tube.id, gap="read_before_receipt", at=read.at)
