"""Import: a file comes up, its columns are looked at, the check is read, the good rows are taken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, cast

import orjson
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext

from ringfence.console import uploads
from ringfence.console.context import Page, page
from ringfence.console.import_choices import Choices, belonging_of, chosen, first_choice, noted
from ringfence.console.pieces import Number
from ringfence.console.shown import label, three_parts
from ringfence.console.uploads import Upload
from ringfence.core.errors import Refused
from ringfence.core.tables import Table, read
from ringfence.core.words import N_
from ringfence.desks.cases import queries
from ringfence.desks.cases.feeds.reading import LineList, Outcome, terms_for
from ringfence.desks.cases.feeds.reporting import KEPT_FOR, said, write_report
from ringfence.desks.cases.feeds.sheets import OUTSIDE, Sheet, guessed, sheet_of, window_of
from ringfence.desks.cases.linelist.fields import CASES, EXTRA, LINKS, SKIP
from ringfence.desks.cases.linelist.guessing import kind_of
from ringfence.desks.cases.linelist.mapping import Column, Mapping, from_toml, load
from ringfence.desks.cases.linelist.records import BadCell
from ringfence.facts.ids import OutbreakId
from ringfence.registry.queries.outbreaks import outbreak_row
from ringfence.science.dates import ORDERS, Order

SYNCHRONOUS = 5_000
"""Files of fewer rows are checked and taken while the page waits."""

PREVIEWED = 300
SHOWN_BAD = 100

ORDER_NAMES = {
    "ymd": N_("year, month, day"),
    "dmy": N_("day, month, year"),
    "mdy": N_("month, day, year"),
}
COUNTS = (
    ("rows", N_("Rows")),
    ("new", N_("New")),
    ("changed", N_("Changed")),
    ("unchanged", N_("Unchanged")),
    ("refused", N_("Refused")),
    ("repeated", N_("Repeated")),
    ("links", N_("Links of transmission")),
    ("duplicates", N_("Perhaps on record already")),
)


# -- the file ---------------------------------------------------------------------------------------------------------


@page(may="import")
def start(here: Page) -> HttpResponse:
    """Choose a file; what was read in before."""
    if here.request.method != "POST":
        return _start(here)
    file = here.request.FILES.get("file")
    try:
        made = _taken(here, file)
        read(made.file, limit_rows=1)
    except Refused as refusal:
        return _start(here, refused=three_parts(refusal), status=409)
    return HttpResponseRedirect(reverse("import_columns", args=[made.id]))


def _taken(here: Page, file: Any) -> Upload:
    if file is None:
        raise Refused("upload_missing")
    return uploads.take(here.who.id, file.name or "", file.chunks(), here.now)


def _start(here: Page, status: int = 200, **more: Any) -> HttpResponse:
    read_in = here.ask(queries.imports, outbreak=here.outbreak.id) if here.outbreak else []
    mine = {
        "at_most": uploads.AT_MOST >> 20,
        "imports": read_in,
        "maps": uploads.mapping_names(),
        "days": KEPT_FOR.days,
    }
    return here.render("console/imports/start.html", status=status, **mine, **more)


# -- the columns ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One column of the file as the page shows it."""

    index: int
    name: str
    examples: tuple[str, ...]
    field: str
    sure: str
    order: str
    dated: bool


@page(may="import")
def columns(here: Page, upload: str) -> HttpResponse:
    """What each column is taken for; where the rows belong."""
    job = uploads.upload(upload, here.who.id)
    table = read(job.file, limit_rows=PREVIEWED)
    mapping = _mapping(here, job, table)
    if here.request.method != "POST":
        return _columns(here, job, table, mapping, Choices(here, initial=first_choice(here, job)))
    form = Choices(here, here.request.POST)
    try:
        told = _chosen(here, mapping)
        if form.is_valid():
            return _keep_choices(here, job, told, form.cleaned_data)
    except Refused as refusal:
        return _columns(here, job, table, mapping, form, refused=three_parts(refusal), status=409)
    return _columns(here, job, table, told, form, status=409)


def _mapping(here: Page, job: Upload, table: Table) -> Mapping:
    """The mapping asked for by name, else the one chosen before, else a guess from the first rows."""
    name = here.request.GET.get("map", "")
    if name:
        return load(uploads.mapping_path(name)).checked_for(table)
    return job.told_mapping() or guessed(table, window_of(table, None, here.now, here.zone))


def _columns(  # noqa: PLR0913 (a page is gathered in one place)
    here: Page, job: Upload, table: Table, mapping: Mapping, form: Choices, status: int = 200, **more: Any
) -> HttpResponse:
    kind = kind_of(table, mapping)
    known = CASES if kind == "cases" else LINKS
    fields = [(name, label(f"linelist.field.{name}")) for name in known]
    fields += [(EXTRA, gettext("Keep as it is")), (SKIP, gettext("Leave out"))]
    return here.render(
        "console/imports/columns.html",
        status=status,
        job=job,
        kind=kind,
        lines=[_line(table, n, column, known) for n, column in enumerate(mapping.columns)],
        fields=fields,
        orders=[(code, gettext(ORDER_NAMES[code])) for code in ORDERS if code in ORDER_NAMES],
        form=form,
        maps=uploads.mapping_names(),
        notes=[label(f"table.{note.code}", **note.values) for note in table.notes],
        **more,
    )


def _line(table: Table, index: int, column: Column, known: dict[str, Any]) -> Line:
    examples = table.frame[column.column].drop_nulls().unique(maintain_order=True).head(3).to_list()
    sure = "" if column.reason == "told" else f"{column.confidence:.0%} · {label(f'linelist.reason.{column.reason}')}"
    dated = column.field in known and known[column.field].kind == "date"
    told = tuple(text if len(text) < 40 else f"{text[:38]}…" for text in examples)  # noqa: PLR2004
    return Line(index, column.column, told, column.field, sure, column.order or "", dated)


def _chosen(here: Page, mapping: Mapping) -> Mapping:
    """The mapping as the form has it; what a guess knew of a column's values goes with its field only."""
    made = []
    for n, column in enumerate(mapping.columns):
        field = here.request.POST.get(f"c{n}", column.field)
        order = here.request.POST.get(f"o{n}", column.order or "")
        kept = column if field == column.field else Column(column.column, field)
        made.append(replace(kept, order=cast("Order | None", order or None), confidence=1.0, reason="told"))
    return from_toml(Mapping(tuple(made), mapping.kind, mapping.constants).to_toml())  # checks it as a file is checked


def _keep_choices(here: Page, job: Upload, mapping: Mapping, told: dict[str, Any]) -> HttpResponse:
    found = chosen(here, told)
    terms_for(found.outbreak, found.area, told["source"], here.now)
    if told["keep_as"]:
        mapping.save(uploads.mapping_path(told["keep_as"].strip()))
    noted(job, found, told["source"])
    job.declare_places = bool(told.get("declare_places"))
    job.mapping, job.state, job.counts, job.window = mapping.to_toml(), "uploaded", {}, None
    job.save()
    return HttpResponseRedirect(reverse("import_check", args=[job.id]))


# -- the check --------------------------------------------------------------------------------------------------------


def _line_list(here: Page, job: Upload, *, declare: bool = False) -> LineList:
    """The file against what is on record; a new outbreak is declared only where that is told."""
    found, mapping = belonging_of(here, job), job.told_mapping()
    if mapping is None:
        raise Refused("upload_not_mapped", name=job.name)
    if declare:
        found = found.declared(here.centre, here.who, f"import:{job.id}")
    terms = terms_for(found.outbreak, found.area, job.source, here.now)
    table = read(job.file)
    window = window_of(table, found.outbreak.begins_on, terms.now, terms.zone)
    sheet: Sheet = sheet_of(job.file, table, mapping, window)
    job.window = (sheet.window[0].isoformat(), sheet.window[1].isoformat())
    return LineList(here.centre, here.who, sheet, terms, declare_places=job.declare_places)


@page(may="import")
def check(here: Page, upload: str) -> HttpResponse:
    """What would become of each row; nothing is recorded yet."""
    job = uploads.upload(upload, here.who.id)
    if job.state in ("telling", "done"):
        return HttpResponseRedirect(reverse("import_result", args=[job.id]))
    if not job.mapping:
        return HttpResponseRedirect(reverse("import_columns", args=[job.id]))
    if job.state != "checked" and not job.busy:
        _run(here, job, "checking")
    if job.state == "checking":
        return here.render("console/imports/busy.html", job=job, again="import_check")
    if job.refusal:
        return _failed(here, job)
    return here.render(
        "console/imports/check.html", job=job, numbers=_numbers(job), good=_good(job), bad=shown_of(job), elsewhere=_elsewhere(here, job)
    )  # fmt: skip


def _elsewhere(here: Page, job: Upload) -> str:
    """The sentence that says so, where most dates lie outside the outbreak's possible days."""
    if not job.counts.get("outside") or job.window is None:
        return ""
    title = belonging_of(here, job).outbreak.title
    return label("linelist.elsewhere", title=title, first=job.window[0], last=job.window[1])


def _run(here: Page, job: Upload, state: str) -> None:
    """Check or tell: at once where the file is small, else beside the request."""
    rows = read(job.file, limit_rows=SYNCHRONOUS).read
    uploads.begin(job, state, partial(_survey if state == "checking" else _tell, here, job), beside=rows >= SYNCHRONOUS)


def _survey(here: Page, job: Upload, beat: Callable[[int, int], None]) -> None:
    del beat
    _noted(job, _line_list(here, job).survey())
    job.state = "checked"


def _tell(here: Page, job: Upload, beat: Callable[[int, int], None]) -> None:
    _noted(job, _line_list(here, job, declare=True).tell(here.centre.home, beat))
    job.state = "done"


def _noted(job: Upload, made: Outcome) -> None:
    job.counts = made.counts()
    job.report.unlink(missing_ok=True)
    if made.bad:
        write_report(job.report, made.bad, gettext)
        _write_rows(job, made)


def _write_rows(job: Upload, made: Outcome) -> None:
    """The first of them as the page shows them."""
    shown = [(cell.row, cell.column, cell.value[:80], label(f"linelist.severity.{cell.severity.value}"), said(cell, gettext)) for cell in _to_show(made)]  # fmt: skip
    job.counts["bad"] = len(made.bad)
    write_shown(job, shown)


def _to_show(made: Outcome) -> list[BadCell]:
    """The first lines of the report; where one sentence says that most days lie outside, not each of them again."""
    return [cell for cell in made.bad if not (made.outside and cell.code in OUTSIDE)][:SHOWN_BAD]


def write_shown(job: Upload, shown: list[tuple[int, str, str, str, str]]) -> None:
    """Keep what the page shows of the report."""
    path_ = job.folder / "shown.json"
    path_.write_bytes(orjson.dumps(shown))
    path_.chmod(0o600)


def shown_of(job: Upload) -> list[list[Any]]:
    """What the page shows of the report."""
    path_ = job.folder / "shown.json"
    return list(orjson.loads(path_.read_bytes())) if job.counts.get("bad") and path_.exists() else []


def _good(job: Upload) -> int:
    return sum(job.counts.get(name, 0) for name in ("new", "changed", "unchanged"))


def _numbers(job: Upload) -> list[Number]:
    counted = ((name, text, job.counts.get(name, 0)) for name, text in COUNTS)
    return [
        Number(gettext(text), n, act=name == "refused" and n > 0)
        for name, text, n in counted
        if n or name in ("rows", "new", "refused")
    ]


def _failed(here: Page, job: Upload) -> HttpResponse:
    code, told = job.refusal or ("import_broke_off", {})
    return here.render("console/imports/failed.html", status=409, job=job, refused=three_parts(Refused(code, **told)))


# -- the telling ------------------------------------------------------------------------------------------------------


@page(may="import")
def result(here: Page, upload: str) -> HttpResponse:
    """Take the good rows; then what became of them."""
    job = uploads.upload(upload, here.who.id)
    if here.request.method == "POST" and not job.busy and (job.state in ("checked", "failed") or job.stopped):
        _run(here, job, "telling")
        return HttpResponseRedirect(reverse("import_result", args=[job.id]))
    if job.state == "telling":
        return here.render("console/imports/busy.html", job=job, again="import_result")
    if job.state == "failed":
        return _failed(here, job)
    if job.state != "done":
        return HttpResponseRedirect(reverse("import_check", args=[job.id]))
    outbreak = outbreak_row(OutbreakId(job.outbreak))
    if outbreak is not None and job.new_title and not job.shown_new:
        here.request.session["outbreak"] = outbreak.id
        job.shown_new = True
        job.save()
        here = replace(
            here, outbreak=outbreak, outbreaks=(*(each for each in here.outbreaks if each != outbreak), outbreak)
        )
    return here.render(
        "console/imports/result.html", job=job, numbers=_numbers(job), bad=shown_of(job), outbreak=outbreak
    )


@page(may="import")
def report(here: Page, upload: str) -> HttpResponse:
    """The whole report as CSV, for whoever brought the file."""
    return report_of(uploads.upload(upload, here.who.id))


def report_of(job: Upload) -> HttpResponse:
    """The whole report of an upload, as a download."""
    if not job.report.exists():
        raise Refused("no_such_thing", name=job.name)
    answer = HttpResponse(job.report.read_bytes(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = content_disposition_header(True, f"{job.name}-report.csv") or "attachment"  # noqa: FBT003 (Django takes it by place)
    return answer


urlpatterns = [
    path("import/", start, name="import"),
    path("import/<str:upload>/", columns, name="import_columns"),
    path("import/<str:upload>/check/", check, name="import_check"),
    path("import/<str:upload>/result/", result, name="import_result"),
    path("import/<str:upload>/report.csv", report, name="import_report"),
]
