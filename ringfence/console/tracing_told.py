"""What can be told about a contact from their file and from the tracer's day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from ringfence.console.asks import ask
from ringfence.console.context import Page
from ringfence.console.picked import Choices
from ringfence.console.sections import Ask
from ringfence.console.shown import label
from ringfence.desks.tracing.actions.follow_up import (
    CLOSED,
    FREED,
    TRIED,
    close_follow_up,
    quarantine_contact,
    reach_contact,
    reopen_follow_up,
    set_contact_free,
    try_contact,
)
from ringfence.desks.tracing.actions.handing import hand_over_contact
from ringfence.desks.tracing.actions.naming import class_contact
from ringfence.desks.tracing.actions.reports import give_report_link, report_day
from ringfence.desks.tracing.queries.rows import ContactRow


def symptoms(here: Page) -> Choices:
    """The findings that a contact is asked about, those that alarm; in the language shown."""
    findings = here.policy("cases").findings
    alarming = [code for code in here.policy("tracing").alarming if code in findings]
    return [(code, getattr(findings[code], here.language)) for code in alarming]


def choices() -> dict[str, list[tuple[str, str]]]:
    """The codes that bulk edits of contacts offer."""
    return {
        "try_contact.reason": reasons()["reason"],
        "close_follow_up.reason": [(each, label(f"closed.{each}")) for each in CLOSED],
        "set_contact_free.reason": [(each, label(f"set_free.{each}")) for each in FREED],
    }


BULK = (
    reach_contact, try_contact, report_day, quarantine_contact, set_contact_free, give_report_link, hand_over_contact,
    class_contact, close_follow_up, reopen_follow_up,
)  # fmt: skip
"""What can be told of many contacts at once, in the order of a day's work."""


def reasons() -> dict[str, list[tuple[str, str]]]:
    """Why somebody was not spoken to."""
    return {"reason": [(each, label(f"tried.{each}")) for each in TRIED]}


def offered(here: Page, row: ContactRow) -> list[Ask]:
    """The actions that a contact's state allows, in the order of a day's work."""
    fixed = {"contact": row.id}
    if not row.alive:
        return _ask(here, "reopen_follow_up", _("Follow up again"), fixed)
    found: list[Ask] = []
    if row.reached_at is None:
        found += _ask(here, "reach_contact", _("Spoken to"), fixed)
        found += _ask(here, "try_contact", _("Could not be spoken to"), fixed, choices=reasons())
    found += _ask(here, "report_day", _("How they are on a day"), fixed, choices={"symptoms": symptoms(here)})
    if row.stay is None:
        found += _ask(here, "quarantine_contact", _("Order quarantine"), fixed)
    else:
        found += _ask(here, "set_contact_free", _("Lift the quarantine"), fixed)
    found += _ask(here, "hand_over_contact", _("Hand over to another place"), fixed)
    found += _ask(here, "class_contact", _("Set what kind of contact they are"), fixed)
    closed = {"reason": [(each, label(f"closed.{each}")) for each in CLOSED]}
    return found + _ask(here, "close_follow_up", _("Close the follow-up"), fixed, choices=closed, danger=True)


def _ask(  # noqa: PLR0913 (what a form on a page needs)
    here: Page,
    name: str,
    title: str,
    fixed: Mapping[str, Any],
    *,
    choices: Mapping[str, Choices] | None = None,
    danger: bool = False,
) -> list[Ask]:
    """The form of an action of the tracing desk, where it is there and may be told."""
    if f"tracing.{name}" not in here.centre.actions:
        return []
    return ask(here, f"tracing.{name}", title, fixed=fixed, choices=choices, danger=danger)
