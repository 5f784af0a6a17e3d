"""Contacts begin to be followed up: until when, on which days they are swabbed, and who is to reach them by when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ringfence.core.fact import Facts, Line, from_micros, to_micros
from ringfence.desks.tracing.policy import Policy, Protocol
from ringfence.desks.tracing.queries import keys
from ringfence.desks.tracing.queries.keys import ContactKey
from ringfence.facts.command import TasksSet
from ringfence.facts.follow_up import FollowUpsBegun
from ringfence.facts.ids import ContactId, OutbreakId
from ringfence.facts.tracing import Closeness
from ringfence.registry.queries import areas

MOST = 1000  # contacts in one fact
WITHOUT_CAUSE = frozenset({"case_discarded", "link_struck"})
"""A follow-up closed for one of these begins again as soon as anybody else was met."""


class Begun(NamedTuple):
    """A contact with the follow-up that the pack asks for."""

    row: ContactKey
    protocol: Protocol
    last_at: datetime
    until_at: datetime
    test_on: tuple[date, ...]


def followed_up(ids: Iterable[ContactId], line: Line, policy: Policy, at: datetime, *, anew: bool = False) -> Facts:
    """Whoever of these is not followed up, or not long enough, is from now on; `anew`: also where it gets shorter."""
    rows = keys.contacts(ids)
    begun = [each for row in rows.values() if (each := _begun(row, policy)) is not None and _told_else(each, anew=anew)]
    begun.sort(key=lambda each: (each.row.path, each.row.closeness, each.row.id))
    for start in range(0, len(begun), MOST):
        yield _fact(begun[start : start + MOST], at)
    waiting = [each for each in begun if each.until_at > line.heard_at]
    yield from _tasks(
        "reach_contact", [each for each in waiting if each.row.reached_at is None or _again(each)], policy, at
    )
    apart = [each for each in waiting if each.protocol.quarantine and each.row.stay is None]
    yield from _tasks("quarantine_contact", apart, policy, at)


def _begun(row: ContactKey, policy: Policy) -> Begun | None:
    """What the pack asks for this contact; None where it asks for nothing, or they are a case."""
    protocol = policy.protocol(row.closeness)
    if protocol is None or row.case is not None or not row.links or row.closed_reason == "died":
        return None
    zone = ZoneInfo(areas.zone_at(row.path))
    last_at = from_micros(row.listed_at if row.last_at is None else row.last_at)
    day_0 = last_at.astimezone(zone).date()
    tests = tuple(day_0 + timedelta(days=n) for n in protocol.test_days)
    return Begun(row, protocol, last_at, _until(last_at, protocol.follow_for, zone), tests)


def _until(last_at: datetime, span: timedelta, zone: ZoneInfo) -> datetime:
    """Days are whole days of the place, the day of the last exposure being day 0; hours are counted by the hour."""
    if span % timedelta(days=1):
        return last_at + span
    day = last_at.astimezone(zone).date() + span + timedelta(days=1)
    return datetime.combine(day, time(), zone)


def _told_else(each: Begun, *, anew: bool) -> bool:
    """Whether the follow-up on record is another one."""
    known, until = each.row.until_at, to_micros(each.until_at)
    if known is None or until > known or (anew and until != known):
        return True
    return not each.row.alive and each.row.closed_reason in WITHOUT_CAUSE


def _again(each: Begun) -> bool:
    """A follow-up that was over and begins again for a new exposure: they are spoken to again."""
    return not each.row.alive


def _fact(some: Sequence[Begun], at: datetime) -> FollowUpsBegun:
    return FollowUpsBegun(
        outbreak=OutbreakId(some[0].row.outbreak),
        contacts=tuple(each.row.id for each in some),
        people=tuple(each.row.person for each in some),
        paths=tuple(each.row.path for each in some),
        closeness=tuple(Closeness(each.row.closeness) for each in some),
        last_at=tuple(each.last_at for each in some),
        until_at=tuple(each.until_at for each in some),
        test_on=tuple(each.test_on for each in some),
        at=at,
    )


def _tasks(kind: str, some: Sequence[Begun], policy: Policy, at: datetime) -> Facts:
    """One fact for each place, deadline and occasion: the unit that is nearest to the contacts does it."""
    groups: dict[tuple[str, timedelta, str], list[ContactId]] = {}
    for each in some:
        again = each.until_at.isoformat() if _again(each) else ""
        groups.setdefault((each.row.path, _within(kind, each.row, policy), again), []).append(each.row.id)
    for (path, within, key), ids in groups.items():
        area = areas.area_at(path)
        yield TasksSet(
            kind=kind,
            about=tuple(ids),
            unit="tracing",
            due_at=at + within,
            key=key,
            reason="contact_found",
            jurisdiction=area.id if area else None,
            at=at,
        )


def _within(kind: str, row: ContactKey, policy: Policy) -> timedelta:
    secondary = row.closeness == Closeness.SECONDARY.value
    reach = policy.reach_secondary_within if secondary else policy.reach_within
    if kind == "reach_contact":
        return reach
    return (policy.quarantine_secondary_within if secondary else policy.quarantine_contact_within) or reach
