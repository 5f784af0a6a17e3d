"""The line list: every case of the outbreak that is looked at, identities masked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.urls import path
from django.utils.translation import gettext

from ringfence.console import views
from ringfence.console.context import Page, page
from ringfence.console.lists import Head, Line, ListPage, declare, list_page
from ringfence.console.nav import address
from ringfence.console.pieces import Cell, Chip, Empty
from ringfence.console.shown import due, label
from ringfence.core.words import N_
from ringfence.desks.cases import actions
from ringfence.desks.cases.queries import CaseRow, case_numbers, cases_matching, line_list, numbers_of
from ringfence.registry.queries import accounts

MOST_COUNTED = 10_000
HEADS = (
    Head("number", "id", sort="oldest"),
    Head("person"),
    Head("classification"),
    Head("area"),
    Head("onset_on", "time", sort="onset"),
    Head("report"),
    Head("investigation"),
    Head("reported_on", "time", sort="reported"),
    Head("found_by", shown=False),
    Head("code", shown=False),
    Head("residence", shown=False),
    Head("stay", shown=False),
    Head("cluster", shown=False),
    Head("outcome", shown=False),
    Head("officer", shown=False),
    Head("completeness", "number", shown=False),
    Head("imported", shown=False),
    Head("quarantined_before", shown=False),
    Head("positive_on", "time", shown=False),
    Head("admitted_on", "time", shown=False),
    Head("ended_on", "time", shown=False),
    Head("listed_at", "time", shown=False),
)
FIELDS = (
    "number", "code", "source", "person", "classification", "sex", "age_years", "area", "residence", "stay", "facility",
    "found_by", "imported", "quarantined_before", "cluster", "onset_on", "positive_on", "reported_on", "admitted_on",
    "ended_on", "outcome", "listed_at", "found_at", "report_due_at", "reported_at", "report", "investigation", "officer",
    "completeness", "set_aside",
)  # fmt: skip
CODED = ("sex", "classification", "found_by", "outcome", "investigation")
REPORT_CHIPS = {"late": "overdue", "waiting": "soon", "on_time": "done", "unknown": "unknown"}
INVESTIGATION_CHIPS = {"none": "open", "open": "started", "done": "done"}
SIGNS = {"female": "♀", "male": "♂"}


def case_number(here: Page, number: int) -> str:
    """How a case is called under the policy in force: `FLU-0012`."""
    code = here.outbreak.code if here.outbreak else ""
    return str(here.policy("cases").case_code.format(outbreak=code, number=number))


def masked(row: CaseRow) -> str:
    """A person without their identity: code, sex, age."""
    age = "" if row.age_years is None else f"{row.age_years:.0f}"
    return " ".join(part for part in (row.code, "·", SIGNS.get(row.sex or "", ""), age) if part).removesuffix(" ·")


def lines(here: Page, rows: Sequence[CaseRow]) -> list[Line]:
    """A page of cases, drawn."""
    names = here.area_names([path for row in rows for path in (row.path, row.residence, row.stay)])
    officers = accounts.account_names([row.officer for row in rows if row.officer])
    code = here.policy("cases").case_code if here.outbreak else "{number}"
    outbreak = here.outbreak.code if here.outbreak else ""
    return [_line(here, row, code.format(outbreak=outbreak, number=row.number), names, officers) for row in rows]


def _line(here: Page, row: CaseRow, number: str, names: dict[str, str], officers: dict[str, str]) -> Line:
    href = address("case", case=row.id)
    reveal = address("reveal", case=row.id) if here.may("reveal") else ""
    late_by = due(row.report_due_at, row.reported_at or here.now) if row.report_due_at else ""
    cells = {
        "number": Cell(number, href),
        "person": Cell(masked(row), reveal_url=reveal),
        "classification": _chip("classification", row.classification, row.classification),
        "area": Cell(names.get(row.path, row.path)),
        "residence": Cell(names.get(row.residence or "", row.residence or "")),
        "stay": Cell(names.get(row.stay or "", row.stay or "")),
        "report": Cell(chip=Chip(REPORT_CHIPS[row.report_state], label(f"report.{row.report_state}")), note=late_by),
        "investigation": _chip("investigation", row.investigation, INVESTIGATION_CHIPS.get(row.investigation, "")),
        "officer": Cell(officers.get(row.officer or "", "")),
        "completeness": Cell(f"{row.completeness:.0%}"),
        "listed_at": Cell(at=row.listed_at),
        "code": Cell(row.code),
        "cluster": Cell(row.cluster or ""),
        **{name: Cell(_coded(name, getattr(row, name))) for name in ("found_by", "outcome")},
        **{name: Cell(_flag(getattr(row, name))) for name in ("imported", "quarantined_before")},
        **{
            name: Cell(day.isoformat() if (day := getattr(row, name)) else "")
            for name in ("onset_on", "positive_on", "reported_on", "admitted_on", "ended_on")
        },
    }
    return Line(row.id, cells, href, href, act=row.report_state in {"waiting", "late"})


def _chip(group: str, code: str, kind: str) -> Cell:
    return Cell(chip=Chip(kind, label(f"{group}.{code}")))


def _coded(group: str, code: str | None) -> str:
    return label(f"{group}.{code}") if code else ""


def _flag(told: bool | None) -> str:  # noqa: FBT001 (a value, not a switch)
    return "" if told is None else gettext("yes") if told else gettext("no")


def records(here: Page, rows: Sequence[CaseRow]) -> list[list[Any]]:
    """Rows of an export: places by name, moments in the zone of the page, codes as they are kept."""
    names = here.area_names([path for row in rows for path in (row.path, row.residence, row.stay)])
    code = here.policy("cases").case_code
    outbreak = here.outbreak.code if here.outbreak else ""
    made = []
    for row in rows:
        values: dict[str, Any] = {name: getattr(row, name, None) for name in FIELDS}
        values["number"] = code.format(outbreak=outbreak, number=row.number)
        values["area"] = names.get(row.path, row.path)
        values["report"] = row.report_state
        for name in ("residence", "stay"):
            values[name] = names.get(values[name] or "", values[name])
        for name in ("listed_at", "found_at", "report_due_at", "reported_at"):
            values[name] = values[name] and values[name].astimezone(here.zone)
        made.append([values[name] for name in FIELDS])
    return made


def count(here: Page, wanted: dict[str, Any]) -> tuple[int, bool]:
    """How many match: from the kept counts where no filter is set, else counted up to a bound."""
    narrowed = {name: value for name, value in wanted.items() if name not in ("outbreak", "under", "sort")}
    if not narrowed:
        numbers = here.ask(case_numbers, outbreak=here.outbreak_id, under=here.under_id)
        return numbers["all"] + numbers.get("discarded", 0), False
    found = here.ask(
        cases_matching, **{name: value for name, value in wanted.items() if name != "sort"}, at_most=MOST_COUNTED + 1
    )
    return min(found, MOST_COUNTED), found > MOST_COUNTED


def count_all(here: Page, wanted: dict[str, Any]) -> int:
    """How many match, to the last one."""
    narrowed = {name: value for name, value in wanted.items() if name != "sort"}
    return int(here.ask(cases_matching, **narrowed, at_most=10**9))


def names(here: Page, ids: Sequence[str]) -> dict[str, str]:
    """Case numbers, for a page of ids."""
    return {case: case_number(here, number) for case, number in numbers_of(ids).items()}


def empty(here: Page) -> Empty:
    """Before the first case."""
    return Empty(
        gettext("No case yet"),
        gettext("Report the first case, or bring in a line list from a file."),
        gettext("Import a line list") if here.may("import") else gettext("Report a case"),
        (address("import") if here.may("import") else "") or address("report_case") or address("doors"),
    )


CASES = declare(
    ListPage(
        name="cases",
        title=N_("Line list"),
        query=line_list,
        heads=HEADS,
        lines=lines,
        empty=empty,
        item="case",
        actions=(
            actions.classify_case,
            actions.open_investigation,
            actions.complete_investigation,
            actions.move_case,
            actions.note_course,
            actions.set_case_aside,
        ),
        fixed=lambda here: {"outbreak": here.outbreak_id},
        count=count,
        count_all=count_all,
        fields=FIELDS,
        records=records,
        names=names,
    )
)


@page()
def cases(here: Page) -> HttpResponse:
    """The line list."""
    if here.outbreak is None:
        return here.render("console/no_outbreak.html")
    return list_page(here, CASES, views.choices(here, CASES), lead=here.outbreak.title)


urlpatterns = [path("cases/", cases, name="cases")]
