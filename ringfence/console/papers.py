"""A case on paper: the dossier, interview forms, a label with its code, attached files, and who the person is."""

from __future__ import annotations

from base64 import b64encode
from urllib.parse import quote
from zoneinfo import ZoneInfo

from cryptography.exceptions import InvalidTag
from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ringfence.console.context import Page, page
from ringfence.console.pieces import Cell, Row
from ringfence.console.sections import Ask, Part, Section, table
from ringfence.console.sentences import case_said
from ringfence.core.errors import Refused
from ringfence.core.home import home
from ringfence.desks.cases.actions.papers import attach_file, check_answers
from ringfence.desks.cases.queries import CaseRow, case_row
from ringfence.desks.cases.queries.interviews import form_of_case, forms_for, plain_answers
from ringfence.facts.ids import AttachmentId, CaseId
from ringfence.registry import attachments
from ringfence.registry.queries import areas
from ringfence.registry.queries.history import kept_files
from ringfence.registry.vaults import vault_of
from ringfence.reports.dossier import Printed
from ringfence.reports.labels import Label, label_svg
from ringfence.reports.sheets import BOTH, interview_sheet


class Upload(forms.Form):
    """A file to attach."""

    file = forms.FileField()

    def __init__(self) -> None:
        """Only drawn here; what arrives is examined by its content."""
        super().__init__(auto_id="attach_%s")
        self.fields["file"].label = _("File")
        self.fields["file"].help_text = _(
            "PDF, picture, sound, Word, Excel or text; up to 20 MB. It is kept encrypted."
        )


def row_of(here: Page, case: str) -> CaseRow:
    """A case that the asker may see, or a refusal."""
    row = case_row(CaseId(case))
    if row is None or not here.who.scope("see").covers(row.path):
        raise Refused("not_known_here", what="case", id=case)
    return row


def papers_card(here: Page, row: CaseRow) -> Section:
    """Attached files."""
    rows = [
        Row(each.id, [
            Cell(_name(row, each.sealed_name), href=reverse("attachment", args=[row.id, each.id])),
            Cell(f"{each.bytes / 1024:,.0f} KB"),
            Cell(at=each.kept_at),
        ])
        for each in kept_files(row.id)
    ]  # fmt: skip
    parts: list[Part] = [table(_("Files"), [_("File"), _("Size"), _("Kept")], rows, _("No file attached."))]
    if here.may("investigate"):
        parts.append(
            Ask(_("Attach a file"), Upload(), reverse("attach", args=[row.id]), submit=_("Attach"), key="attach")
        )
    return Section(_("Files"), parts, "files")


def _name(row: CaseRow, sealed: str) -> str:
    """A file's name, opened with the person's key."""
    try:
        vault = vault_of(row.person)
        return attachments.name_of(vault, sealed) if vault else "•••"
    except (Refused, InvalidTag, ValueError):
        return "•••"


@require_POST
@page("investigate")
def attach(here: Page, case: str) -> HttpResponse:
    """Attach a file to a case."""
    sent = here.request.FILES.get("file")
    if sent is None:
        raise Refused("attachment_empty", name="–")
    content = b64encode(sent.read(21 * 1024 * 1024)).decode()
    here.tell(attach_file, case=CaseId(case), name=sent.name or "", media_type=sent.content_type or "", content=content)
    return redirect(reverse("case", args=[case]) + "#files")


@page("investigate")
def attachment(here: Page, case: str, file: str) -> HttpResponse:
    """A file, as a download that no browser opens by itself."""
    row = row_of(here, case)
    if not here.who.scope("investigate").covers(row.path):
        raise Refused("not_allowed", what="investigate")
    known = next((each for each in kept_files(row.id) if each.id == file), None)
    vault = vault_of(row.person)
    if known is None or vault is None:
        raise Refused("attachment_unknown", attachment=file[:80])
    content = attachments.open_kept(home(), vault, AttachmentId(file))
    return download(content, known.media_type, _name(row, known.sealed_name))


def download(content: bytes, media_type: str, name: str) -> HttpResponse:
    """Bytes under a name; never guessed at by the browser, never kept by a proxy."""
    answer = HttpResponse(content, content_type=media_type)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer


@page()
def case_label(here: Page, case: str) -> HttpResponse:
    """A label with the case's number as a QR code."""
    row = row_of(here, case)
    said = case_said(here, row)
    names = here.area_names([row.path])
    drawn = label_svg(Label(said, (names.get(row.path, ""),)))
    return download(drawn.encode(), "image/svg+xml", f"{said}.svg")


@page()
def interview_pdf(here: Page, case: str, form: str) -> HttpResponse:
    """An interview form on paper, blank to fill in by hand, or filled; personal answers only for those who may see them."""
    row = row_of(here, case)
    found = next((each for each in forms_for(_disease(here, row)) if each.id == form), None)
    asked = found or form_of_case(form, 1)
    zone = ZoneInfo(areas.zone_at(row.path))
    said = case_said(here, row)
    answers = None
    if not here.request.GET.get("blank"):
        told = plain_answers(row.id, form)
        answers = dict(check_answers(asked, told, row, here.now).answers)
    language = BOTH if here.request.GET.get("both") else here.language
    printed = Printed(by=here.who.name, at=here.now, purpose=_("interview"))
    made = interview_sheet(
        asked, answers, language=language, made_at=here.now, case_code=said, audit=printed, zone=zone, revealed=False
    )
    return download(made.content, "application/pdf", f"{said}-{form}.pdf")


def _disease(here: Page, row: CaseRow) -> str:
    return next((each.disease for each in here.outbreaks if each.id == row.outbreak), "*")


urlpatterns = [
    path("cases/<str:case>/attach/", attach, name="attach"),
    path("cases/<str:case>/files/<str:file>/", attachment, name="attachment"),
    path("cases/<str:case>/label.svg", case_label, name="case_label"),
    path("cases/<str:case>/forms/<str:form>/form.pdf", interview_pdf, name="interview_pdf"),
]
