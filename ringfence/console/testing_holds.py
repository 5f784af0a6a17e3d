"""People held for positive pools: since when, until when, how their own swab stands; released by hand with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from ringfence.console import testing_parts as parts
from ringfence.console.context import Page, page
from ringfence.console.lists import Head, Line, ListPage, declare, list_page
from ringfence.console.people_codes import codes
from ringfence.console.pieces import Cell, Chip, Choice, Empty
from ringfence.console.shown import due, label
from ringfence.core.words import N_
from ringfence.desks.testing.actions.laboratories import release_person
from ringfence.desks.testing.queries.holds import IN_FORCE, STATES, HoldRow, holds
from ringfence.desks.testing.queries.tubes import OwnSwab, own_swabs


def lines(here: Page, rows: Sequence[HoldRow]) -> list[Line]:
    """Holds, drawn."""
    names = here.area_names(each.path for each in rows)
    known = codes(each.person for each in rows)
    tubes = own_swabs([tube for each in rows for tube in (each.pool, each.own_tube) if tube])
    limit = parts.numbers(here).retest_within
    made = []
    for each in rows:
        late = each.state == "held" and here.now - each.held_at > limit
        own, pool = tubes.get(each.own_tube or ""), tubes.get(each.pool)
        cells = {
            "held_person": parts.person_cell(each.person, known),
            "hold_state": Cell(chip=Chip(parts.HOLD_CHIPS[each.state], label(f"hold.{each.state}")),
                               note=label(f"released.{each.reason}") if each.reason else ""),
            "held_at": Cell(at=each.held_at, note=_span(each, here.now)),
            "hold_until": Cell(at=each.until, note=due(each.until, here.now) if each.state in IN_FORCE else ""),
            "own_swab": _own(own, late=late),
            "hold_pool": parts.tube_cell(each.pool, pool.code if pool else "–"),
            "hold_place": Cell(names.get(each.path, each.path)),
            "hold_over": Cell(at=each.ended_at) if each.ended_at else Cell("–"),
        }  # fmt: skip
        made.append(Line(each.id, cells, act=late))
    return made


def _span(row: HoldRow, now: datetime) -> str:
    return _("for %(span)s") % {"span": parts.age(row.held_at, row.ended_at or now)}


def _own(own: OwnSwab | None, *, late: bool) -> Cell:
    if own is None:
        return Cell(chip=Chip("overdue", _("not taken, late"))) if late else Cell(chip=Chip("open", _("not taken yet")))
    chip = parts.result_chip(own.result) if own.result else parts.stage_chip(own.stage)
    return Cell(own.code, href=reverse("testing_tube", args=[own.code]), chip=chip)


FIELDS = ("held_person", "hold_state", "held_at", "hold_until", "hold_over", "own_swab", "hold_pool", "hold_place")


def records(here: Page, rows: Sequence[HoldRow]) -> list[list[Any]]:
    """Rows of an export, without identities."""
    made = []
    for row, line in zip(rows, lines(here, rows), strict=True):
        ended = row.ended_at and row.ended_at.astimezone(here.zone)
        times = [row.held_at.astimezone(here.zone), row.until.astimezone(here.zone), ended]
        rest = [line.cells[name].text for name in ("own_swab", "hold_pool", "hold_place")]
        made.append([line.cells["held_person"].text, row.state, *times, *rest])
    return made


def _named(here: Page, ids: Sequence[str]) -> dict[str, str]:
    del here
    known = codes(each.split()[0] for each in ids)
    return {each: f"••• {known.get(each.split()[0], '')}" for each in ids}


HOLDS = declare(
    ListPage(
        name="testing_holds",
        title=N_("Held for positive pools"),
        query=holds,
        heads=(
            Head("held_person", "id"), Head("hold_state"), Head("held_at", "time"), Head("own_swab"), Head("hold_until", "time"),
            Head("hold_pool"), Head("hold_place"), Head("hold_over", "time", shown=False),
        ),
        lines=lines,
        empty=lambda _here: Empty(
            _("Nobody is held here"),
            _("A positive or unclear pool holds each of its members by itself, until their own swab is read."),
            _("Four stages"), reverse("testing"),
        ),
        item="person pool",
        actions=(release_person,),
        fixed=lambda here: {"outbreak": here.outbreak_id},
        fields=FIELDS,
        records=records,
        names=_named,
    )
)  # fmt: skip


@page()
def holds_page(here: Page) -> HttpResponse:
    """Who is held, the longest first."""
    if (answer := parts.need_outbreak(here)) is not None:
        return answer
    now = here.request.GET.get("hold", "")
    tabs = [Choice(_("Held now"), reverse("testing_holds"), current=now not in STATES)]
    tabs += [Choice(label(f"hold.{each}"), f"?hold={each}", current=now == each) for each in STATES]
    limit = parts.limit_said(here, "hold_at_most")
    lead = _("A hold ends with the person's own result, or by itself after %(limit)s.") % {"limit": limit}
    return list_page(here, HOLDS, tabs, lead=lead)


urlpatterns = [path("testing/holds/", holds_page, name="testing_holds")]
