"""Lines of the log as sentences: what happened, who told it or which rule concluded it, and the chain of why."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext

from ringfence.console import follow_up_said
from ringfence.console.fields import KINDS
from ringfence.console.people_codes import codes
from ringfence.console.pieces import Because, Cell, Entry
from ringfence.console.shown import label, local_day, names_language
from ringfence.console.templatetags.console import moment
from ringfence.core.fact import Fact
from ringfence.core.log import Told
from ringfence.core.words import N_
from ringfence.desks.cases import queries as cases
from ringfence.desks.testing.queries.tubes import tube_codes
from ringfence.desks.tracing.queries.lists import people_of
from ringfence.facts.ids import JurisdictionId
from ringfence.registry.queries.accounts import account_names
from ringfence.registry.queries.areas import area, place_names
from ringfence.registry.queries.units import unit_names

if TYPE_CHECKING:
    from ringfence.console.context import Page

SAID: dict[str, str] = {
    "TimeStruck": N_("The clock struck."),
    "CaseReported": N_("A case was reported as {classification}."),
    "CaseConfirmed": N_("The case counts as an infection; whom it met from {infectious_from} on are its contacts."),
    "CaseUnconfirmed": N_("The case counts as an infection no longer."),
    "CaseClassified": N_("The case was classified as {classification}; it was {was_classification}."),
    "FindingsNoted": N_("Findings were noted: {findings}."),
    "CourseNoted": N_("The course was noted: {events}."),
    "CourseStruck": N_("A station was struck as wrong: {event}."),
    "CaseDescribed": N_("Further columns were kept: {columns}."),
    "CaseCorrected": N_("Columns of the line list were told anew."),
    "CaseMoved": N_("The case was handed over to another office."),
    "CaseSetAside": N_("The case was set aside: {reason}."),
    "CaseRestored": N_("The case is back on the lists."),
    "InvestigationOpened": N_("The investigation was opened."),
    "InterviewKept": N_("Answers to the form {form} were kept."),
    "InvestigationCompleted": N_("The investigation was completed."),
    "ExposureNoted": N_("An exposure was noted: {kind}, {begins_at} to {ends_at}."),
    "ExposureStruck": N_("An exposure was struck as wrong."),
    "InfectorNamed": N_("A possible infector was named ({certainty})."),
    "InfectorWithdrawn": N_("A link of transmission was dropped."),
    "PositiveHeard": N_("The laboratory {laboratory} found someone positive."),
    "ReportMissed": N_("A positive result of {laboratory} was still without a report at {due_at}."),
    "ReportFoundLate": N_("The report came at {reported_at}; it was due at {due_at}."),
    "FacilityEnrolled": N_("{facility} must report every day."),
    "DailyReportMade": N_("{facility} reported {count} for {on}."),
    "FacilityFellSilent": N_("{facility} has been silent since {since}."),
    "LineListRead": N_("A line list was read in: {rows} rows, {new} new, {refused} refused."),
    "TasksSet": N_("A task was set: {kind}, due {due_at}."),
    "TaskStarted": N_("The task was taken up."),
    "TaskHandedOver": N_("The task was handed over."),
    "TaskDone": N_("The task was done: {evidence}."),
    "TaskVerified": N_("Another person saw that it was done."),
    "TaskReopened": N_("The task was reopened: {reason}."),
    "TaskDropped": N_("The task was dropped: {reason}."),
    "TaskDueChanged": N_("The deadline was moved from {was_due_at} to {due_at}: {reason}."),
    "TaskEscalated": N_("The late task went up to level {level}."),
    "DecisionMade": N_("The command decided: {text}"),
    "JurisdictionDeclared": N_("The place {names} was declared."),
    "JurisdictionClosed": N_("A place was closed."),
    "OutbreakDeclared": N_("The outbreak {title} was declared under the pack {pack}."),
    "ObjectiveSet": N_("The objective was set: by {by_on}."),
    "OutbreakClosed": N_("The outbreak was closed: {reason}."),
    "UnitDeclared": N_("The unit {names} was declared."),
    "TeamDeclared": N_("The team {name} was declared."),
    "TeamJoined": N_("Someone joined a team."),
    "TeamLeft": N_("Someone left a team."),
    "PlaceDeclared": N_("A place of meeting was declared: {name}."),
    "HouseholdDeclared": N_("A household was declared."),
    "PersonRegistered": N_("A person was registered."),
    "PersonMoved": N_("A person moved, or another office became responsible."),
    "IdentityKept": N_("Who a person is was kept under their own key."),
    "IdentityRevealed": N_("An identity was revealed: {purpose}."),
    "IdentityErased": N_("An identity was erased: {reason}."),
    "PeopleMerged": N_("Two records of one person were merged."),
    "PeopleParted": N_("Two records were parted again."),
    "PeopleToldApart": N_("Two alike records are two people."),
    "PeopleLoaded": N_("{people} people were loaded from a register."),
    "VisitsLoaded": N_("{visits} visits were loaded."),
    "VisitsForgotten": N_("{visits} visits of {days} days were forgotten."),
    "ContactsSearched": N_("The contacts of a person were searched for: {purpose}."),
    "ContactsFound": N_("Contacts of a person were found."),
    "SearchLeftOpen": N_("The search for contacts was left open: {reason}."),
    "ContactNamed": N_("A contact was named ({closeness}, {evidence})."),
    "ContactLinkStruck": N_("A meeting was struck as wrong: {reason}."),
    "ContactClassed": N_("The contact was set to {closeness}; it was {was_closeness}: {reason}."),
    "ContactBecameCase": N_("The contact became a case."),
    "ContactReturned": N_("The contact is no case after all."),
    "FollowUpsBegun": N_("The follow-up began or was prolonged."),
    "ContactTried": N_("Somebody tried to speak to the contact: {channel}, {reason}."),
    "ContactsReached": N_("The contact was spoken to: {channel}."),
    "ContactsQuarantined": N_("Quarantine was ordered: {stay}, until {until_at}, on {basis}."),
    "ContactsSetFree": N_("The contact need not keep apart any longer: {reason}."),
    "SymptomsReported": N_("The day {on} was told of: {channel}."),
    "SymptomsFound": N_("The contact has symptoms: {symptoms}."),
    "DaysMissed": N_("Nobody heard of the day {on}."),
    "ContactTested": N_("The swab of the day {on} was taken or read: {result}."),
    "FollowUpsClosed": N_("The follow-up was closed: {reason}."),
    "FollowUpsReopened": N_("The follow-up was opened again."),
    "ContactsHandedOver": N_("Another place answers for the contact: {reason}."),
    "ReportLinkGiven": N_("A link was given to tell of the days, until {until_at}."),
    "ReportLinkWithdrawn": N_("A link was withdrawn: {reason}."),
    "DossierOpened": N_("The whole file was opened: {purpose}."),
    "ListExported": N_("A list of {rows} rows was exported: {purpose}."),
    "FileKept": N_("A file was attached."),
    "AccountOpened": N_("An account was opened."),
    "AccountClosed": N_("An account was closed: {reason}."),
    "OwnAccountChanged": N_("Someone changed their own account: {what}."),
    "RoleGranted": N_("The role {role} was granted."),
    "RoleWithdrawn": N_("The role {role} was withdrawn."),
    "TokenIssued": N_("A programme may act for an account until {ends_at}."),
    "TokenWithdrawn": N_("A programme may no longer act for an account."),
    **follow_up_said.SAID,
}
"""Kind of fact -> its sentence; a kind without one is shown by its name, never hidden."""

CODED = {
    "kind": "task",
    "reason": "reason",
    "evidence": "evidence",
    "events": "event",
    "event": "event",
    "channel": "channel",
    "result": "result",
}

OF_KIND = {
    ("ExposureNoted", "kind"): "setting", ("ContactTried", "reason"): "tried", ("FollowUpsClosed", "reason"): "closed",
    ("SearchLeftOpen", "reason"): "left_open", ("ContactsSetFree", "reason"): "set_free",
}  # fmt: skip
"""Codes of a fact's field that mean another thing than the same field of others."""


def value_said(kind: str, name: str, value: Any) -> str:
    """A value of a fact as text."""
    if value is None or value == "":
        return "–"
    if isinstance(value, enum.Enum):
        return label(f"{KINDS.get(type(value).__name__, type(value).__name__.lower())}.{value.value}")
    if isinstance(value, datetime | date):
        return moment(value)
    if isinstance(value, Mapping):
        return ", ".join(str(each) for each in value.values())
    if isinstance(value, tuple):
        return ", ".join(value_said(kind, name, each) for each in value[:20]) + (" …" if len(value) > 20 else "")  # noqa: PLR2004
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, str) and name in CODED:
        prefix = OF_KIND.get((kind, name), CODED[name])
        return label(f"{prefix}.{value}") if value.replace("_", "").isalnum() and value.islower() else value
    return str(value)


def sentence(fact: Fact) -> str:
    """What happened, in words."""
    kind = type(fact).__name__
    text = SAID.get(kind)
    if text is None:
        return label(f"fact.{kind}")
    values = {field.name: value_said(kind, field.name, getattr(fact, field.name)) for field in dataclasses.fields(fact)}
    return gettext(text).format(**values)


def details(fact: Fact) -> list[tuple[str, Cell]]:
    """Every field of a fact that says something; what is sealed is only named."""
    rows = []
    for field in dataclasses.fields(fact):
        value = getattr(fact, field.name)
        if value in (None, "", (), {}):
            continue
        text = gettext("sealed") if "Sealed" in str(field.type) else value_said(type(fact).__name__, field.name, value)
        rows.append((label(f"field.{field.name}"), Cell(text, note=_raw(value))))
    return rows


def _raw(value: Any) -> str:
    return value.value if isinstance(value, enum.Enum) else ""


def told_by(bys: Iterable[str]) -> dict[str, str]:
    """`account:…` -> the name shown for it; rules and feeds by their own words."""
    wanted = set(bys)
    names = account_names([each.partition(":")[2] for each in wanted if each.startswith("account:")])
    said = {}
    for each in wanted:
        kind, _, name = each.partition(":")
        if kind == "account":
            said[each] = names.get(name, name)
        elif kind == "rule":
            said[each] = rule_said(name)
        else:
            said[each] = label(f"feed.{name}")
    return said


def rule_said(name: str) -> str:
    """A rule as the sentence it is."""
    return label(f"rule.{name}").capitalize()


def rule_reason(here: Page, by: str) -> str:
    """Why a rule exists: the first line of its docstring, which is its reason."""
    for rules in here.centre.rules.values():
        for rule in rules:
            if rule.by == by:
                said = (rule.function.__doc__ or "").partition("\n")[0]
                return gettext(said) if said else ""
    return ""


def entries(lines: Sequence[Told]) -> list[Entry]:
    """Lines of the log as a timeline, the newest last."""
    names = told_by(each.line.by for each in lines)
    return [
        Entry(
            at=each.fact.at,
            title=sentence(each.fact),
            by=names[each.line.by],
            heard_at=each.line.heard_at if local_day(each.line.heard_at) != local_day(each.fact.at) else None,
            href=reverse("why", args=[each.line.seq]),
            line=each.line.seq,
        )
        for each in lines
    ]


def because(here: Page, chain: Sequence[Told]) -> list[Because]:
    """The chain of why; what lies outside the asker's places is named without its content."""
    names = told_by(each.line.by for each in chain)
    links = []
    for each in chain:
        seen = may_read(here, each)
        rule = each.line.by.startswith("rule:")
        links.append(
            Because(
                sentence=sentence(each.fact) if seen else gettext("Something happened outside your area."),
                kind="rule" if rule else "person" if each.line.by.startswith("account:") else "fact",
                by=names[each.line.by],
                reason=rule_reason(here, each.line.by) if rule else "",
                at=each.fact.at,
                line=each.line.seq,
                href=about_url(each.fact) if seen else "",
            )
        )
    return links


def may_read(here: Page, told: Told) -> bool:
    """Whether a line lies within the asker's places; lines of no place are the clock's, or need the audit right."""
    place = told.line.jurisdiction
    if place is None:
        return told.kind == "TimeStruck" or told.line.by == here.who.by or "" in here.who.scope("audit").paths
    return here.who.scope("see").covers(place)


def about_url(fact: Fact) -> str:
    """The page of what a fact is about."""
    for name, page in (
        ("case", "case"),
        ("task", "task"),
        ("round", "testing_round"),
        ("tube", "testing_tube"),
        ("box", "testing_box"),
        ("contact", "tracing_contact"),
    ):
        if value := getattr(fact, name, None):
            return reverse(page, args=[value])
    if type(fact).__name__ == "TasksSet":
        tasks = fact.tasks()  # type: ignore[attr-defined]
        return reverse("task", args=[tasks[0]])
    return ""


def case_said(here: Page, row: Any) -> str:
    """A case as it is called in its outbreak: by the pack's own form of case numbers."""
    outbreak = next((each for each in here.outbreaks if each.id == getattr(row, "outbreak", "")), here.outbreak)
    if outbreak is None:
        return f"#{row.number}"
    return str(here.policy("cases").case_code).format(outbreak=outbreak.code, number=row.number)


def abouts(here: Page, ids: Sequence[str]) -> dict[str, Cell]:
    """What tasks are about, as links: cases by number, others by a short id."""
    near = cases.near_cases([each for each in dict.fromkeys(ids) if each.startswith("case_")])
    cells = testing_abouts(ids)
    for each in ids:
        if each in cells:
            continue
        if each in near:
            cells[each] = Cell(case_said(here, near[each]), href=reverse("case", args=[each]))
        else:
            kind, _, rest = each.partition("_")
            cells[each] = Cell(f"{label(f'about.{kind}')} {rest[:8].upper()}" if rest else each)
    return cells


def testing_abouts(ids: Sequence[str]) -> dict[str, Cell]:
    """Tubes, boxes, places and people as links: by barcode, name and code."""
    cells = {
        each: Cell(code, href=reverse("testing_box" if each.startswith("box_") else "testing_tube", args=[code]))
        for each, code in tube_codes(ids).items()
    }
    places = [each for each in dict.fromkeys(ids) if each.startswith("place_")]
    cells |= {each: Cell(name) for each, name in place_names(places).items()}
    for each in places:
        found = None if each in cells else area(JurisdictionId(each))
        if found is not None:
            cells[each] = Cell(found.name(names_language()))
    people = codes(each for each in ids if each.startswith("person_"))
    cells |= contact_abouts(each for each in ids if each.startswith("contact_"))
    return cells | {each: Cell(f"••• {code}", href=reverse("person", args=[each])) for each, code in people.items()}


def contact_abouts(ids: Iterable[str]) -> dict[str, Cell]:
    """Contacts as links to their files, masked."""
    known = people_of(ids)
    said = codes(known.values())
    return {
        each: Cell(f"••• {said[person]}", href=reverse("tracing_contact", args=[each]))
        for each, person in known.items()
    }


def units_said(here: Page, ids: Iterable[str | None]) -> dict[str, str]:
    """Unit id -> its name in the language shown."""
    return unit_names([each for each in ids if each], here.language)
