"""How contacts are, day by day: asked by telephone or at the door, or told by themselves through a link."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from ringfence.core.access import Who
from ringfence.core.declare import action
from ringfence.core.errors import Refused
from ringfence.core.fact import Facts, from_micros, to_micros
from ringfence.desks.tracing.actions.follow_up import ahead, ids, one, them
from ringfence.desks.tracing.queries import report_links
from ringfence.desks.tracing.queries.days import local_day
from ringfence.desks.tracing.queries.keys import ContactKey
from ringfence.facts.follow_up import Channel, ReportLinkGiven, ReportLinkWithdrawn, SymptomsReported
from ringfence.facts.ids import ContactId, ReportLinkId, derive

COLDEST_C, HOTTEST_C = 30.0, 43.0
LONG_PAST = timedelta(days=60)


def checked(
    found: Sequence[ContactKey], on: date | None, symptoms: Sequence[str], temps_c: Sequence[float | None], at: datetime
) -> date:
    """The day told of, today where none is; or a refusal of what cannot have been."""
    today = local_day(at, found[0].path)
    day = on or today
    if day > today or today - day > LONG_PAST:
        raise Refused("day_out_of_reach", day=day, today=today)
    for temp_c in temps_c:
        if temp_c is not None and not COLDEST_C <= temp_c <= HOTTEST_C:
            raise Refused("temperature_absurd", temp_c=temp_c)
    for told in symptoms:
        for each in told.split():
            if not each.replace("_", "").isalnum():
                raise Refused("symptom_unreadable", told=each)
    return day


@action(may="work", ahead=ahead)
def report_day(  # noqa: PLR0913 (each is told by name)
    who: Who,
    *,
    contact: ContactId,
    on: date | None = None,
    symptoms: tuple[str, ...] = (),
    temp_c: float | None = None,
    channel: Channel = Channel.PHONE,
    household: bool = False,
    at: datetime,
) -> Facts:
    """Note how a contact is on a day; with the household, everybody followed up there is as they are."""
    del who
    found = them(contact, household=household)
    told = " ".join(symptoms)
    day = checked(found, on, (told,), (temp_c,), at)
    temps = (temp_c, *([None] * (len(found) - 1)))
    yield SymptomsReported(
        outbreak=found[0].outbreak, contacts=ids(found), on=day, symptoms=(told,) * len(found), temps_c=temps,
        channel=channel, at=at,
    )  # fmt: skip


@action(may="work", many=False)
def report_days(  # noqa: PLR0913 (columns beside each other)
    who: Who,
    *,
    contacts: tuple[ContactId, ...],
    symptoms: tuple[str, ...],
    temps_c: tuple[float | None, ...] = (),
    on: date | None = None,
    channel: Channel = Channel.PHONE,
    link: ReportLinkId | None = None,
    at: datetime,
) -> Facts:
    """Note how several contacts are on a day, each by their own answer: codes of findings, blank between."""
    del who
    found = [one(contact) for contact in dict.fromkeys(contacts)]
    if not found or len(found) != len(contacts) or len(symptoms) != len(found) or len(temps_c) not in {0, len(found)}:
        raise Refused("columns_uneven", contacts=len(contacts), symptoms=len(symptoms), temps=len(temps_c))
    if len({each.outbreak for each in found}) > 1:
        raise Refused("contacts_of_two_outbreaks", contacts=len(found))
    day = checked(found, on, symptoms, temps_c, at)
    yield SymptomsReported(
        outbreak=found[0].outbreak, contacts=ids(found), on=day, symptoms=symptoms, temps_c=temps_c, channel=channel,
        link=link, at=at,
    )  # fmt: skip


@action(may="work", many=False)
def withdraw_report_link(who: Who, *, link: ReportLinkId, reason: str = "", at: datetime) -> Facts:
    """Make a link no longer good: it was lost, or went to the wrong person."""
    del who
    known = report_links.link_of(link)
    if known is None:
        raise Refused("report_link_unknown", link=link)
    if known.withdrawn:
        raise Refused("link_withdrawn_already", link=link)
    yield ReportLinkWithdrawn(link=link, reason=reason.strip(), at=at)


@action(may="work", undo=withdraw_report_link, ahead=ahead)
def give_report_link(who: Who, *, contact: ContactId, household: bool = True, at: datetime) -> Facts:
    """Give a household a link by which it tells of its days, until the last follow-up there ends."""
    del who
    found = them(contact, household=household)
    for each in report_links.links_of(contact):
        if each.good(at) and set(each.contacts) >= set(ids(found)):
            raise Refused("link_given_already", contact=contact, until_at=from_micros(each.until_at))
    ends = [each.until_at for each in found if each.until_at is not None]
    until = from_micros(max(ends)) if ends else None
    if until is None or until <= at:
        raise Refused("follow_up_without_end", contact=contact)
    link = ReportLinkId(derive("reportlink", contact, to_micros(at)))
    yield ReportLinkGiven(
        link=link, outbreak=found[0].outbreak, contacts=ids(found), until_at=until + timedelta(days=1), at=at
    )
