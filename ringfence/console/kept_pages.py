"""What could not be accepted: the list, and one row of it with its content and how it was dealt with."""

from __future__ import annotations

from collections import defaultdict
from urllib.parse import urlencode

from django import forms
from django.http import HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from ringfence.console.asks import ask
from ringfence.console.codes import text_of
from ringfence.console.context import Page, page
from ringfence.console.pieces import Cell, Chip, Choice, Column, Empty, Listing, Row
from ringfence.console.sections import Links, List, Pairs, Part, Section, Sections, Text
from ringfence.console.sentences import told_by
from ringfence.core import words
from ringfence.core.errors import Refused
from ringfence.core.words import N_
from ringfence.registry.queries.kept import KeptPage, KeptRow, kept_doors, kept_rows, quarantined

DOORS = {"linelist": N_("Line lists"), "results": N_("Laboratory results")}
"""The doors whose names people know; another one is shown as it is called."""


class DoorFilter(forms.Form):
    """By which door it came."""

    use_required_attribute = False

    def __init__(self, here: Page) -> None:
        """Doors by which something was kept are offered."""
        super().__init__(here.request.GET)
        offered = [("", _("all")), *((each, door_said(each)) for each in kept_doors())]
        self.fields["door"] = forms.ChoiceField(label=_("Door"), choices=offered, required=False)


def door_said(door: str) -> str:
    """A door in words."""
    kind = door.partition(":")[0]
    return _(DOORS[kind]) if kind in DOORS else kind


def reason_said(code: str) -> str:
    """Why something was not accepted, in words; what the reason speaks of stands in the content."""
    for full in (code, f"linelist.{code}", f"results.{code}", f"refusal.{code}"):
        text = text_of(full) or words.LABELS.get(full)
        if text:
            return _(text).format_map(defaultdict(lambda: "…"))
    if code in words.REFUSALS:
        return _(words.REFUSALS[code][0]).format_map(defaultdict(lambda: "…"))
    return code.replace("_", " ")


def kept_of(here: Page, **asked: object) -> KeptPage:
    """What is kept, with its content for those who may import, without for those who may read the log."""
    found: KeptPage = here.ask(kept_rows if here.may("import") else quarantined, **asked)
    return found


def _state(each: KeptRow) -> Chip:
    return Chip("done", _("Settled")) if each.settled_at else Chip("open", _("Open"))


@page()
def quarantine_page(here: Page) -> HttpResponse:
    """What could not be accepted, the open ones first."""
    form = DoorFilter(here)
    door = form.cleaned_data["door"] if form.is_valid() else ""
    found = kept_of(here, door=door, after=here.request.GET.get("after", ""))
    names = told_by(each.told_by for each in found.rows)
    rows = []
    for each in found.rows:
        url = reverse("kept_row", args=[each.id])
        cells = [
            Cell(str(each.id), href=url),
            Cell(at=each.heard_at),
            Cell(door_said(each.door)),
            Cell(reason_said(each.code)),
            Cell(names[each.told_by]),
            Cell(chip=_state(each)),
        ]
        rows.append(Row(str(each.id), cells, href=url))
    named = (_("Row"), _("Heard"), _("Door"), _("Reason"), _("Told by"), _("State"))
    listing = Listing(
        caption=_("Not accepted"),
        columns=[Column(str(n), name) for n, name in enumerate(named)],
        rows=rows,
        empty=Empty(_("Everything that was handed in was accepted.")),
        filters=form,
        as_of=here.now,
    )
    parts: list[Part] = [List(listing)]
    if found.after:
        parts.append(Links([Choice(_("Older"), "?" + urlencode({"door": door, "after": found.after}))]))
    sections = Sections(
        title=_("Not accepted"),
        lead=_("What could not be accepted is kept as it came, until a person has dealt with it."),
        main=[Section("", parts)],
    )
    return here.render("console/sections.html", sections=sections)


@page()
def kept_row(here: Page, row: int) -> HttpResponse:
    """One of them: why, what came, and settling it."""
    each = next(iter(kept_of(here, row=row).rows), None)
    if each is None:
        raise Refused("kept_row_unknown", row=row)
    facts = [
        (_("Reason"), Cell(reason_said(each.code))),
        (_("Door"), Cell(door_said(each.door))),
        (_("Heard"), Cell(at=each.heard_at)),
        (_("Told by"), Cell(told_by([each.told_by])[each.told_by])),
        (_("State"), Cell(chip=_state(each))),
    ]
    if each.settled_at:
        facts.append((_("Settled"), Cell(at=each.settled_at)))
    side: list[Part] = [Pairs(facts)]
    if not each.settled_at:
        side += ask(
            here, "registry.settle_kept_row", _("Settle"), fixed={"row": each.id}, following=reverse("quarantine"),
            opened=True,
        )  # fmt: skip
    sections = Sections(
        title=_("Not accepted: row %(row)s") % {"row": row},
        way=[Choice(_("Not accepted"), reverse("quarantine"))],
        main=[Section(_("What came"), _content(each))],
        side=[Section(_("Why it was not accepted"), side)],
    )
    answer = here.render("console/sections.html", sections=sections)
    answer["Cache-Control"] = "private, no-store"
    return answer


def _content(each: KeptRow) -> list[Part]:
    """The cells of a row as pairs; any other content as it came."""
    if each.content is None:
        return [Text(_("What came may name people: those who may import files can read it."))]
    if not each.content:
        return [Text(_("What came can no longer be read."))]
    pairs: list[tuple[str, Cell]] = []
    for line in each.content.splitlines():
        name, tab, value = line.partition("\t")
        pairs.append((name, Cell(value)) if tab else ("", Cell(line)))
    return [Pairs(pairs)]


urlpatterns = [
    path("quarantine/", quarantine_page, name="quarantine"),
    path("quarantine/<int:row>/", kept_row, name="kept_row"),
]
