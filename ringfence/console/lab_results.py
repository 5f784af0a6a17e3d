"""A laboratory's file of results: it comes up, is checked against the record, and its good rows are taken."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext as _

from ringfence.console import uploads
from ringfence.console.context import Page, page
from ringfence.console.import_wizard import report_of, shown_of, write_shown
from ringfence.console.pieces import Cell, Choice, Number, Row
from ringfence.console.sections import Ask, Links, Numbers, Part, Section, Sections, Text, table
from ringfence.console.shown import label, three_parts
from ringfence.console.uploads import Upload
from ringfence.core.errors import Refused
from ringfence.core.words import N_
from ringfence.desks.testing.queries import keys
from ringfence.desks.testing.results.checking import Terms
from ringfence.desks.testing.results.reading import Outcome, ResultFile
from ringfence.desks.testing.results.report import said, write_report
from ringfence.desks.testing.results.sheet import Choices, read_sheet
from ringfence.facts.ids import OutbreakId, PlaceId
from ringfence.registry.queries import areas

SYNCHRONOUS = 2 << 20  # bytes of a file that is checked and taken while the page waits
SHOWN_BAD = 100
COUNTS = (
    ("tubes", N_("Tubes")),
    ("new", N_("New results")),
    ("positive", N_("Positive or unclear")),
    ("invalid", N_("Invalid")),
    ("unchanged", N_("On record already")),
    ("corrected", N_("Corrected")),
    ("stray", N_("Without a tube")),
    ("refused", N_("Not taken")),
    ("plates", N_("Plates")),
    ("plates_failed", N_("Plates whose controls failed")),
    ("folded", N_("Rows made one with another")),
)


class FileForm(forms.Form):
    """A file, and what is told beside it."""

    def __init__(self, data: object = None, files: object = None) -> None:
        """Everything but the file may be left out."""
        super().__init__(data, files, auto_id="results_%s")  # type: ignore[arg-type]
        hint = _("CSV, Excel or JSON from an instrument or a laboratory system, up to %(n)s MB.") % {
            "n": uploads.AT_MOST >> 20
        }
        self.fields["file"] = forms.FileField(label=_("File"), help_text=hint)
        reason = _("Leave it empty: then a result that differs from the one on record is only reported.")
        self.fields["correct"] = forms.CharField(
            label=_("Correct readings on record, because"), required=False, max_length=400, help_text=reason
        )
        self.fields["despite_controls"] = forms.BooleanField(
            label=_("Take the tubes of plates whose controls failed"), required=False
        )
        self.fields["good_rows"] = forms.BooleanField(label=_("Take the good rows of half a file"), required=False)


def upload_part(laboratory: str) -> list[Part]:
    """The form on a laboratory's page."""
    url = reverse("results_file", args=[laboratory])
    return [Ask(title=_("Read in a file of results"), form=FileForm(), url=url, submit=_("Check it"), opened=True)]


@page(may="lab")
def bring(here: Page, laboratory: str) -> HttpResponse:
    """Take a file and check it."""
    known = _laboratory(here, laboratory)
    form = FileForm(here.request.POST, here.request.FILES) if here.request.method == "POST" else FileForm()
    if not form.is_valid():
        return _again(here, laboratory, form)
    try:
        file = form.cleaned_data["file"]
        job = uploads.take(here.who.id, file.name or "", file.chunks(), here.now)
    except Refused as refusal:
        return _again(here, laboratory, form, refused=three_parts(refusal), status=409)
    job.laboratory, job.outbreak = known.id, here.outbreak.id if here.outbreak else ""
    told = form.cleaned_data
    job.options = {
        "correct": told["correct"].strip(),
        **{n: "yes" for n in ("despite_controls", "good_rows") if told[n]},
    }
    job.save()
    _run(here, job, "checking")
    return HttpResponseRedirect(reverse("results_job", args=[laboratory, job.id]))


def _again(here: Page, laboratory: str, form: FileForm, status: int = 200, **more: object) -> HttpResponse:
    cancel = reverse("laboratory", args=[laboratory])
    title, status = _("Read in a file of results"), status if more or not form.is_bound else 422
    return here.render(
        "console/form_page.html", status=status, title=title, form=form, submit_label=_("Check it"), cancel_url=cancel, **more
    )  # fmt: skip


def _laboratory(here: Page, laboratory: str) -> keys.LaboratoryKey:
    """A laboratory where the asker may report, or a refusal."""
    known = keys.laboratory(PlaceId(laboratory))
    if known is None or not here.who.scope("lab").covers(known.path):
        raise Refused("laboratory_unknown", laboratory=laboratory)
    return known


def _job(here: Page, laboratory: str, upload: str) -> Upload:
    job = uploads.upload(upload, here.who.id)
    if job.laboratory != _laboratory(here, laboratory).id:
        raise Refused("no_such_thing", name=upload)
    return job


def _file(here: Page, job: Upload) -> ResultFile:
    """The file against what is on record."""
    known = _laboratory(here, job.laboratory)
    zone = ZoneInfo(areas.zone_at(known.path))
    despite = "despite_controls" in job.options
    sheet = read_sheet(
        job.file, Choices(zone, here.now, despite_controls=despite, good_rows="good_rows" in job.options)
    )
    outbreak = OutbreakId(job.outbreak) if job.outbreak else None
    terms = Terms(known.id, known.path, zone, here.now, outbreak, job.options.get("correct", ""))
    return ResultFile(here.centre, here.who, sheet, terms, despite_controls=despite)


def _run(here: Page, job: Upload, state: str) -> None:
    """Check or tell: at once where the file is small, else beside the request."""

    def work(beat: Callable[[int, int], None]) -> None:
        found = _file(here, job)
        _noted(job, found.survey() if state == "checking" else found.tell(here.centre.home, beat))
        job.state = "checked" if state == "checking" else "done"

    uploads.begin(job, state, work, beside=job.bytes >= SYNCHRONOUS)


def _noted(job: Upload, made: Outcome) -> None:
    job.counts = {**made.counts(), "bad": len(made.bad), "read_before": int(made.read_before)}
    job.report.unlink(missing_ok=True)
    if made.bad:
        write_report(job.report, made.bad, gettext)
        shown = [
            (
                cell.row,
                cell.column,
                cell.value[:80],
                label(f"results.severity.{cell.severity.value}"),
                said(cell, gettext),
            )
            for cell in made.bad[:SHOWN_BAD]
        ]
        write_shown(job, shown)


@page(may="lab")
def job_page(here: Page, laboratory: str, upload: str) -> HttpResponse:
    """What would become of each row; once taken, what became of it."""
    job = _job(here, laboratory, upload)
    if here.request.method == "POST" and not job.busy and (job.state in ("checked", "failed") or job.stopped):
        _run(here, job, "telling")
        return HttpResponseRedirect(reverse("results_job", args=[laboratory, job.id]))
    name = areas.place_names([laboratory]).get(laboratory, "–")
    way = [Choice(_("Laboratories"), reverse("laboratories")), Choice(name, reverse("laboratory", args=[laboratory]))]
    sections = Sections(title=job.name, lead=_lead(job), way=way, main=_main(job, laboratory))
    refused = {"refused": three_parts(Refused(job.refusal[0], **job.refusal[1]))} if job.refusal else {}
    return here.render("console/sections.html", status=409 if refused else 200, sections=sections, **refused)


def _lead(job: Upload) -> str:
    return {
        "checking": _("The rows are being checked."),
        "checked": _("This is what would become of the rows. Nothing is recorded yet."),
        "telling": _("The rows are being taken. You may leave this page."),
        "done": _("The good rows are on record."),
    }.get(job.state, _("The file could not be read in."))


def _main(job: Upload, laboratory: str) -> list[Section]:
    url = reverse("results_job", args=[laboratory, job.id])
    go: list[Part] = []
    if job.state in ("checking", "telling"):
        said_ = f"{job.done:,} / {job.of:,}" if job.of else _("One moment …")
        go = [Text(said_), Links([Choice(_("Look again"), url)])]
        go += [Ask(_("Go on"), forms.Form(), url, at_once=True)] if job.stopped else []
        return [Section("", go)]
    if job.state == "failed":
        return [Section("", [Links([Choice(_("Another file"), reverse("results_file", args=[laboratory]))])])]
    good = sum(job.counts.get(name, 0) for name in ("new", "corrected", "stray"))
    if job.counts.get("read_before"):
        go.append(Text(_("This file was read in before; what is on record already changes nothing.")))
    if job.state == "checked" and good:
        go.append(Ask(_("Take the %(n)s good results") % {"n": f"{good:,}"}, forms.Form(), url, at_once=True))
    numbers = [
        Number(gettext(text), f"{job.counts.get(name, 0):,}", act=name == "refused" and job.counts.get(name, 0) > 0)
        for name, text in COUNTS
        if job.counts.get(name) or name in ("tubes", "new", "refused")
    ]
    return [Section("", [Numbers(numbers), *go]), *_report(job, laboratory)]


def _report(job: Upload, laboratory: str) -> list[Section]:
    bad = shown_of(job)
    if not bad:
        return []
    rows = [Row(str(n), [Cell(str(row)), *(Cell(str(each)) for each in rest)]) for n, (row, *rest) in enumerate(bad)]
    heads = [_("Row"), _("Column"), _("Value"), _("What happened"), _("Reason")]
    url = reverse("results_report", args=[laboratory, job.id])
    all_ = _("All %(n)s as CSV") % {"n": f"{job.counts.get('bad', 0):,}"}
    return [Section(_("Not taken as they stand"), [Links([Choice(all_, url)]), table(_("Rows"), heads, rows, "–")])]


@page(may="lab")
def report_file(here: Page, laboratory: str, upload: str) -> HttpResponse:
    """The whole report as CSV."""
    return report_of(_job(here, laboratory, upload))


urlpatterns = [
    path("testing/labs/<str:laboratory>/results/", bring, name="results_file"),
    path("testing/labs/<str:laboratory>/results/<str:upload>/", job_page, name="results_job"),
    path("testing/labs/<str:laboratory>/results/<str:upload>/report.csv", report_file, name="results_report"),
]
