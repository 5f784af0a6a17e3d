"""What the tracing pages share: how contacts, their kinds, steps and clocks are said, and the way between the pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from ringfence.console.case_parts import sourced
from ringfence.console.context import Page
from ringfence.console.nav import address
from ringfence.console.people_codes import codes
from ringfence.console.pieces import Cell, Chip, Choice
from ringfence.console.shown import due, how_long, label, local_day
from ringfence.console.testing_parts import need_outbreak, share
from ringfence.desks.tracing.policy import Policy
from ringfence.desks.tracing.queries.rows import ContactRow

__all__ = ["need_outbreak", "share"]

CLOSENESS_CHIPS = {"close": "confirmed", "secondary": "probable", "general": "suspect", "companion": "unverified"}
SEARCH_CHIPS = {"none": "open", "done": "done", "left_open": "overdue"}


def numbers(here: Page) -> Policy:
    """The tracing desk's numbers for the outbreak looked at."""
    found: Policy = here.policy("tracing")
    return found


def limit_said(here: Page, name: str) -> str:
    """A limit with its source: `24 h: a playbook (certain; pack …)`."""
    found = here.number("tracing", name)
    if found is None or found.value is None:
        return ""
    value = how_long(found.value.total_seconds()) if isinstance(found.value, timedelta) else str(found.value)
    return f"{value}: {sourced(found)}"


def closeness_chip(closeness: str) -> Chip:
    """What kind of contact, by shape and text."""
    return Chip(CLOSENESS_CHIPS.get(closeness, "unknown"), label(f"closeness.{closeness}"))


def category_said(here: Page, category: str) -> str:
    """A category of contact as the pack in force calls it."""
    setting = numbers(here).settings.get(category) if here.outbreak else None
    return getattr(setting, here.language) if setting else label(f"category.{category}")


def categories(here: Page) -> list[tuple[str, str]]:
    """Every category of the pack in force, closest first."""
    return [(code, getattr(each, here.language)) for code, each in numbers(here).settings.items()]


def reach_by(here: Page, row: ContactRow) -> datetime:
    """By when a contact should have been spoken to."""
    policy = numbers(here)
    return row.listed_at + (policy.reach_secondary_within if row.closeness == "secondary" else policy.reach_within)


def standing_chip(here: Page, row: ContactRow) -> Chip:
    """Where a contact stands, the thing to do about it first."""
    if row.case is not None:
        return Chip("positive", _("Became a case"))
    if not row.alive:
        return Chip("done", label(f"closed.{row.closed_reason}") if row.closed_reason else _("Closed"))
    if row.symptoms_on is not None:
        return Chip("overdue", _("Has symptoms"))
    if row.state == "listed":
        if reach_by(here, row) < here.now:
            return Chip("overdue", _("Not reached, late"))
        return Chip("open", _("Not reached yet"))
    if row.missed_in_row:
        return Chip("escalated", _("Missed a day"))
    if row.stay is not None:
        return Chip("held", _("In quarantine"))
    return Chip("started", _("Followed up"))


def late(here: Page, row: ContactRow) -> bool:
    """Whether somebody must act on a contact now."""
    return row.alive and standing_chip(here, row).tone == "act"


def next_said(here: Page, row: ContactRow) -> str:
    """What is next for a contact, in a few words."""
    if not row.alive:
        return "–"
    today = local_day(here.now)
    if row.state == "listed":
        return _("speak to them, %(due)s") % {"due": due(reach_by(here, row), here.now)}
    said = []
    if row.next_test_on is not None and row.next_test_on <= today:
        said.append(_("swab, due %(day)s") % {"day": row.next_test_on})
    if row.heard_on is None or row.heard_on < today:
        said.append(_("ask how they are today"))
    if not said and row.next_test_on is not None:
        said.append(_("swab on %(day)s") % {"day": row.next_test_on})
    return " · ".join(said) or _("nothing today")


def people_cells(here: Page, rows: Iterable[ContactRow]) -> dict[str, Cell]:
    """Contact -> the masked person, linked to the contact's file; from there who they are can be revealed."""
    listed = list(rows)
    known = codes(each.person for each in listed)
    reveal = here.may("reveal")
    return {
        each.id: Cell(
            f"••• {known.get(each.person, '')}", href=reverse("tracing_contact", args=[each.id]),
            reveal_url=reverse("person", args=[each.person]) if reveal else "",
        )
        for each in listed
    }  # fmt: skip


def home_said(household: str | None) -> str:
    """A household by the end of its id: enough to see who lives together."""
    return household[-6:].upper() if household else "–"


def kept_said(row: ContactRow) -> Cell:
    """Where somebody keeps apart, and until when."""
    if row.stay is None:
        return Cell("–")
    return Cell(label(f"stay.{row.stay}"), note=_("until %(day)s") % {"day": local_day(row.quarantined_until)} if row.quarantined_until else "")  # fmt: skip


def ways(here: Page, current: str) -> list[Choice]:
    """From each tracing page to the others."""
    known: Sequence[tuple[str, str, str]] = (
        ("tracing", _("Tracing"), "see"),
        ("tracing_day", _("Today"), "work"),
        ("tracing_sheet", _("Today on paper"), "work"),
        ("tracing_contacts", _("Contacts"), "see"),
        ("tracing_cases", _("Cases searched"), "see"),
        ("tracing_search", _("Search"), "investigate"),
        ("notices", _("Notices"), "see"),
        ("tracing_indicators", _("Indicators"), "see"),
        ("tracing_visits", _("Visits"), "see"),
        ("tracing_searches", _("Searches made"), "audit"),
    )
    return [
        Choice(text, url) for name, text, may in known if name != current and here.may(may) and (url := address(name))
    ]
