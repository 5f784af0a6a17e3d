"""The four-stage board: sampling, delivery, testing, reporting; how much is where, since when, and what needs a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ringfence.console import testing_parts as parts
from ringfence.console.context import Page, page
from ringfence.console.flow_chart import flow
from ringfence.console.pieces import Cell, Chip, Choice, Number, Row
from ringfence.console.sections import Part, table
from ringfence.console.shown import due, how_long, label
from ringfence.console.tasks_by_kind import by_kind
from ringfence.desks.testing.queries.board import (
    FourStages,
    HourRow,
    StageRow,
    boxes_late,
    four_stages,
    laboratories_behind,
)
from ringfence.desks.testing.queries.forecast import RoundForecast, forecast_of
from ringfence.desks.testing.queries.holds import hold_numbers
from ringfence.desks.testing.queries.rounds import Coverage, RoundRow, round_coverage, rounds

MOST_ROUNDS = 3
HOURS = 24
LIMITS = {"sampling": "pack_within", "delivery": "transport_within", "testing": "read_within"}
"""Stage -> the number of the policy that limits how long something may stand in it."""
KINDS = (
    "swab_alone", "swab_again", "tell_area", "explain_pool", "ask_unread_hold", "find_tube", "find_box", "fetch_tubes",
    "name_unlabelled", "relieve_laboratory", "check_laboratory", "set_clock", "ask_station", "mend_hand_in", "open_lane",
    "sort_out_rounds", "call_missing",
)  # fmt: skip
"""The tasks that the testing desk sets."""


@dataclass(frozen=True)
class Tile:
    """One stage of a round, as it is drawn."""

    name: str
    people: int
    tubes: int
    boxes: str
    oldest: str
    oldest_href: str
    oldest_code: str
    limit: str
    late: bool
    moved: str
    drawing: SafeString


@dataclass(frozen=True)
class RoundCard:
    """A round on the board."""

    title: str
    href: str
    lead: str
    tiles: list[Tile]
    numbers: list[Number]
    finish: str
    finish_note: str
    hours: Part


@page()
def board(here: Page) -> HttpResponse:
    """The four stages of every open round."""
    if (answer := parts.need_outbreak(here)) is not None:
        return answer
    return here.render("console/testing_board.html", ways=parts.ways(here, "testing"), **_gathered(here))


@page()
def board_now(here: Page) -> HttpResponse:
    """The board's inside, for the poll: 204 while the log has no new line."""
    if here.outbreak is None or here.request.GET.get("since") == str(here.line):
        return HttpResponse(status=204)
    shown = {"here": here, "shell": here.shell(), **_gathered(here)}
    return render(here.request, "console/parts/testing_board.html", shown)


def _gathered(here: Page) -> dict[str, Any]:
    found: list[RoundRow] = here.ask(rounds, outbreak=here.outbreak_id, under=here.under_id, open_only=True)
    names = here.area_names([each.path for each in found])
    return {
        "cards": [_card(here, each, names) for each in found[:MOST_ROUNDS]],
        "more": [Choice(parts.round_said(here, each, names), reverse("testing_round", args=[each.id])) for each in found[MOST_ROUNDS:]],
        "open_url": reverse("testing_round_new") if here.may("decide") else "",
        "holds": _holds(here),
        "stuck": [_late_boxes(here), _behind(here)],
        "tasks": by_kind(here, KINDS, _("✓ Nothing of testing waits for a person.")),
        "poll_url": f"{reverse('testing_now')}?{urlencode({'since': here.line})}",
    }  # fmt: skip


def _card(here: Page, row: RoundRow, names: dict[str, str]) -> RoundCard:
    asked = {"round": row.id, "under": here.under_id}
    found: FourStages = here.ask(four_stages, **asked)
    coverage: Coverage = here.ask(round_coverage, **asked)
    forecast = forecast_of(here.who.scope("see"), row, found, coverage, here.now, here.under_id)
    finish, note = finish_said(row, forecast)
    lead = _("opened %(at)s · results due %(due)s (%(left)s)") % {
        "at": near(row.opened_at, here.now), "due": near(row.due_at, here.now), "left": due(row.due_at, here.now),
    }  # fmt: skip
    return RoundCard(
        title=parts.round_said(here, row, names),
        href=reverse("testing_round", args=[row.id]),
        lead=lead,
        tiles=[_tile(here, each, found.hours) for each in found.stages],
        numbers=coverage_numbers(here, row, coverage),
        finish=finish,
        finish_note=note,
        hours=_hours_table(here, found.hours),
    )


def coverage_numbers(here: Page, row: RoundRow, coverage: Coverage) -> list[Number]:
    """Who of the roster was swabbed, excused, is missing; each out of the roster."""
    of: dict[str, Any] = {"of": coverage.people, "of_label": _("on the roster"), "as_of": here.now}
    source = _("by the register") if row.counted else _("by the population on record")
    late = here.now > row.due_at and coverage.missing > 0
    made = [
        Number(_("Swabbed"), coverage.swabbed, **of, href=parts.of_round("testing_cells", row), note=f"{parts.share(coverage.swabbed, coverage.people)} · {source}"),
        Number(_("Missing"), coverage.missing, **of, href=parts.of_round("testing_missing", row), act=late,
               note=_("in %(n)s of %(of)s cells") % {"n": f"{coverage.cells_missing:,}", "of": f"{coverage.cells:,}"}),
        Number(_("Excused"), coverage.excused, **of, href=parts.of_round("testing_excused", row)),
    ]  # fmt: skip
    if coverage.beyond:
        made.append(
            Number(_("Swabbed from elsewhere"), coverage.beyond, as_of=here.now, note=_("they live outside the roster"))
        )
    return made


def _tile(here: Page, row: StageRow, hours: list[HourRow]) -> Tile:
    key = LIMITS.get(row.stage, "")
    limit = getattr(parts.numbers(here), key) if key else None
    stood = here.now - row.oldest_at if row.oldest_at else None
    late = stood is not None and limit is not None and stood > limit
    page_of = "testing_box" if row.stage == "delivery" else "testing_tube"
    own = [each for each in hours if each.stage == row.stage]
    return Tile(
        name=label(f"four.{row.stage}"),
        people=row.people,
        tubes=row.tubes,
        boxes="" if row.boxes is None else ngettext("%(n)s box", "%(n)s boxes", row.boxes) % {"n": f"{row.boxes:,}"},
        oldest=parts.age(row.oldest_at, here.now) if row.oldest_at else "",
        oldest_href=reverse(page_of, args=[row.oldest_code]) if row.oldest_code else "",
        oldest_code=row.oldest_code,
        limit=_("limit %(span)s") % {"span": how_long(limit.total_seconds())} if limit else "",
        late=late,
        moved=_moved(here, own),
        drawing=_drawn(here, row, own),
    )


def _moved(here: Page, own: list[HourRow]) -> str:
    """What came and went in the last whole hour."""
    last = here.now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
    found = next((each for each in own if each.hour == last), None)
    return _("%(hour)s: +%(came)s −%(went)s people") % {
        "hour": f"{timezone.localtime(last):%H}–{timezone.localtime(last + timedelta(hours=1)):%H}",
        "came": f"{found.people_came if found else 0:,}",
        "went": f"{found.people_went if found else 0:,}",
    }


def _drawn(here: Page, row: StageRow, own: list[HourRow]) -> SafeString:
    top = here.now.replace(minute=0, second=0, microsecond=0)
    by_hour = {each.hour: each for each in own}
    span = [top - timedelta(hours=n) for n in range(HOURS - 1, -1, -1)]
    shown = [
        (
            f"{timezone.localtime(hour):%H:%M}",
            by_hour[hour].people_came if hour in by_hour else 0,
            by_hour[hour].people_went if hour in by_hour else 0,
        )
        for hour in span
    ]
    title = _("%(stage)s: people by the hour") % {"stage": label(f"four.{row.stage}")}
    return flow(shown, title, _("What came stands above the line, what went on hangs below it."))


def _hours_table(here: Page, hours: list[HourRow]) -> Part:
    """The numbers behind the small pictures."""
    since = here.now - timedelta(hours=HOURS)
    every = sorted({each.hour for each in hours if each.hour >= since}, reverse=True)
    known = {(each.hour, each.stage): each for each in hours}
    rows = [
        Row(hour.isoformat(), [
            Cell(f"{timezone.localtime(hour):%m-%d %H:%M}"),
            *(
                Cell(f"+{each.people_came:,} −{each.people_went:,}" if (each := known.get((hour, stage))) else "–")
                for stage in ("sampling", "delivery", "testing", "reporting")
            ),
        ])
        for hour in every
    ]  # fmt: skip
    heads = [_("Hour"), *(label(f"four.{stage}") for stage in ("sampling", "delivery", "testing", "reporting"))]
    return table(_("People by the hour"), heads, rows, _("Nothing moved in the last day."))


def finish_said(row: RoundRow, forecast: RoundForecast | None) -> tuple[str, str]:
    """When a round will be through, and what that rests on."""
    if forecast is None:
        return _("No forecast yet"), _("It needs a whole hour of swabs.")
    based = _("%(done)s of %(people)s people read by %(at)s; pace of the last hours") % {
        "done": f"{forecast.done:,}", "people": f"{forecast.people:,}", "at": near(forecast.as_of, forecast.as_of),
    }  # fmt: skip
    if forecast.bottleneck:
        based = f"{_('slowest stage: %(stage)s') % {'stage': label(f'four.{forecast.bottleneck}')}} · {based}"
    last = forecast.finish
    if forecast.done >= forecast.people:
        return _("Everybody is read"), based
    if last.middle_at is None:
        return _("Not through within a week at this pace"), based
    said = _("Through at about %(at)s") % {"at": near(last.middle_at, forecast.as_of)}
    if last.early_at and last.late_at:
        said += _(" (9 in 10: %(early)s to %(late)s)") % {
            "early": near(last.early_at, forecast.as_of),
            "late": near(last.late_at, forecast.as_of),
        }
    if last.middle_at > row.due_at:
        late = how_long((last.middle_at - row.due_at).total_seconds())
        said = f"▲ {said} · {_('%(span)s after the deadline') % {'span': late}}"
    return said, based


def near(at: datetime, now: datetime) -> str:
    """A moment near another: the time alone on the same day, else with month and day."""
    local = timezone.localtime(at)
    return f"{local:%H:%M}" if local.date() == timezone.localtime(now).date() else f"{local:%m-%d %H:%M}"


def _holds(here: Page) -> list[Number]:
    found = here.ask(hold_numbers, outbreak=here.outbreak_id, under=here.under_id)
    base = reverse("testing_holds")
    of: dict[str, Any] = {"of": found.all, "of_label": _("ever held"), "as_of": here.now}
    longest = _("longest: %(span)s") % {"span": parts.age(found.longest_at, here.now)} if found.longest_at else ""
    overdue = found.longest_at is not None and here.now - found.longest_at > parts.numbers(here).retest_within
    return [
        Number(_("Held, not yet swabbed"), found.held, **of, href=f"{base}?hold=held", act=found.held > 0 and overdue, note=longest),
        Number(_("Held, own swab taken"), found.swabbed, **of, href=f"{base}?hold=swabbed"),
        Number(_("Released"), found.released, **of, href=f"{base}?hold=released"),
        Number(_("Found positive"), found.found, **of, href=f"{base}?hold=found"),
        Number(_("Positive pools open"), found.pools, as_of=here.now, href=base),
    ]  # fmt: skip


def _late_boxes(here: Page) -> tuple[str, Part]:
    limit = parts.numbers(here).transport_within
    found = here.ask(
        boxes_late, outbreak=here.outbreak_id, packed_before=here.now - limit, under=here.under_id, limit=6
    )
    sites = parts.places_said(each.site for each in found)
    rows = [
        Row(each.id, [
            Cell(each.code, href=reverse("testing_box", args=[each.code])),
            Cell(parts.age(each.packed_at, here.now), chip=Chip("overdue", _("late"))),
            Cell(label(f"boxstate.{each.state}")), Cell(f"{each.tubes:,}"),
            Cell(sites.get(each.site, "–"), href=reverse("testing_site", args=[each.site])),
        ], act=True)
        for each in found
    ]  # fmt: skip
    title = _("Boxes on their way for more than %(span)s") % {"span": how_long(limit.total_seconds())}
    heads = [_("Box"), _("Since packing"), _("Where"), _("Tubes"), _("Sampling site")]
    return title, table(title, heads, rows, _("✓ No box is late."))


def _behind(here: Page) -> tuple[str, Part]:
    limit = parts.numbers(here).read_within
    found = here.ask(laboratories_behind, received_before=here.now - limit, under=here.under_id)
    names = parts.places_said(each.laboratory for each in found)
    rows = [
        Row(each.laboratory, [
            Cell(names.get(each.laboratory, "–"), href=parts.laboratory_url(each.laboratory)),
            Cell(parts.age(each.oldest_at, here.now), chip=Chip("overdue", _("late"))),
            Cell(f"{each.waiting:,}"),
            Cell(_("%(n)s tubes an hour") % {"n": f"{each.tubes_per_hour:,}"}),
            Cell(how_long(3600 * each.waiting / each.tubes_per_hour) if each.tubes_per_hour else _("it is down")),
        ], act=True)
        for each in found[:6]
    ]  # fmt: skip
    title = _("Laboratories with a tube older than %(span)s") % {"span": how_long(limit.total_seconds())}
    heads = [_("Laboratory"), _("Oldest tube"), _("Tubes waiting"), _("Reads"), _("Needs for these")]
    return title, table(title, heads, rows, _("✓ No laboratory here is behind."))


urlpatterns = [path("testing/", board, name="testing"), path("testing/now/", board_now, name="testing_now")]
