"""What the testing pages share: rounds, places, clocks and states in words, and the way from one page to the others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from ringfence.console.case_parts import sourced
from ringfence.console.context import Page
from ringfence.console.nav import address
from ringfence.console.pieces import Cell, Chip, Choice
from ringfence.console.shown import how_long, label
from ringfence.desks.testing.policy import Policy
from ringfence.desks.testing.queries.rounds import RoundRow
from ringfence.facts.testing import Result
from ringfence.registry.queries.areas import place_names

RESULT_CHIPS = {"negative": "negative", "positive": "positive", "unclear": "suspect", "invalid": "breach"}
STAGE_CHIPS = {"sealed": "open", "packed": "started", "underway": "handed_over", "received": "started", "read": "done"}
HOLD_CHIPS = {"held": "held", "swabbed": "started", "released": "done", "found": "positive"}


def numbers(here: Page) -> Policy:
    """The testing desk's numbers for the outbreak looked at."""
    found: Policy = here.policy("testing")
    return found


def limit_said(here: Page, name: str) -> str:
    """A limit with its source: `2 h: JPCM, testing guide (certain; pack …)`."""
    found = here.number("testing", name)
    if found is None or found.value is None:
        return ""
    value = how_long(found.value.total_seconds()) if isinstance(found.value, timedelta) else str(found.value)
    return f"{value}: {sourced(found)}"


def of_round(name: str, row: RoundRow, **more: str) -> str:
    """The address of a page of testing that looks at this round."""
    return f"{reverse(name)}?{urlencode({'round': row.id, **more})}"


def round_chip(here: Page, row: RoundRow) -> Chip:
    """Closed, under way, or past its deadline."""
    if row.closed_at is not None:
        return Chip("done", _("Closed"))
    return Chip("overdue" if row.due_at < here.now else "started", _("Under way"))


def round_said(here: Page, row: RoundRow, names: dict[str, str] | None = None) -> str:
    """A round as it is called: its title, else place and number."""
    where = (names or here.area_names([row.path])).get(row.path, row.path)
    called = _("Round %(n)s · %(place)s") % {"n": row.number, "place": where}
    return f"{called} · {row.title}" if row.title else called


def age(since: datetime | None, now: datetime) -> str:
    """How long ago something began."""
    return how_long(max((now - since).total_seconds(), 0)) if since else "–"


def share(part: int, whole: int) -> str:
    """`82.4 %`; nothing where there is no whole. A share short of everything is never shown as 100."""
    if not whole:
        return "–"
    percent = 100 * part / whole
    return f"{min(percent, 99.9) if part < whole else percent:.1f} %"


def result_chip(result: Result | None) -> Chip:
    """A result as shape and text."""
    if result is None:
        return Chip("open", _("no result yet"))
    return Chip(RESULT_CHIPS[result.value], label(f"result.{result.value}"))


def stage_chip(stage: str) -> Chip:
    """Where a tube stands."""
    return Chip(STAGE_CHIPS.get(stage, "discarded"), label(f"stage.{stage}"))


def person_cell(person: str, known: dict[str, str]) -> Cell:
    """A person, masked, linked to their page, from where they can be revealed."""
    return Cell(f"••• {known.get(person, '')}", href=reverse("person", args=[person]))


def places_said(ids: Iterable[str | None]) -> dict[str, str]:
    """Place id -> its name."""
    return place_names([each for each in ids if each])


def tube_cell(tube: str | None, code: str) -> Cell:
    """A tube by its barcode, linked."""
    return Cell(code, href=reverse("testing_tube", args=[code])) if tube else Cell("–")


def laboratory_url(laboratory: str | None) -> str:
    """The page of a laboratory, where there is one."""
    return address("laboratory", laboratory=laboratory) if laboratory else ""


def ways(here: Page, current: str) -> list[Choice]:
    """From each testing page to the others; the station is for those who sample."""
    known: Sequence[tuple[str, str]] = (
        ("testing", _("Four stages")), ("testing_rounds", _("Rounds")), ("testing_missing", _("Missing")),
        ("testing_sites", _("Sampling sites")), ("testing_tubes", _("Find a tube")), ("testing_holds", _("Held")),
        ("laboratories", _("Laboratories")), ("testing_plan", _("Plan")), ("station", _("Station")),
    )  # fmt: skip
    left = {current} if here.may("sample") else {current, "station"}
    return [Choice(text, url) for name, text in known if name not in left and (url := address(name))]


def need_outbreak(here: Page) -> HttpResponse | None:
    """The page that says to declare an outbreak first, or None where there is one."""
    return here.render("console/no_outbreak.html") if here.outbreak is None else None
