"""Who a case is and what they answered, on the case file itself, once the purpose is on record."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from ringfence.console.asks import ask
from ringfence.console.case_pages import case_sections, file_of
from ringfence.console.context import Page, page
from ringfence.console.pieces import Cell, Choice
from ringfence.console.sections import Ask, Links, Pairs, Part, Section, Sections, Text
from ringfence.console.sentences import case_said
from ringfence.console.shown import label
from ringfence.desks.cases.actions.papers import reveal_case
from ringfence.facts.ids import CaseId, PersonId
from ringfence.registry import identities


def why_asked(here: Page, name: str, way: Choice, **fixed: str) -> HttpResponse:
    """The page that asks what for; its form is sent to where it stands."""
    form = ask(here, name, _("Reveal"), fixed=fixed)[0].form
    reason = Ask(_("Why do you need to know?"), form, here.request.path, submit=_("Reveal and record"), opened=True)
    card = Section("", [Text(_("Your name and your purpose go on record.")), reason])
    return here.render("console/sections.html", sections=Sections(_("Who this is"), [card], way=[way]))


def identity_card(person: PersonId, hide: str) -> Section:
    """Who somebody is, opened. Whoever shows it has recorded the reading; `hide` is the page without it."""
    known = identities.opened(person)
    pairs = [(label(f"field.{name}"), Cell(str(getattr(known, name)))) for name in known.fields()] if known else []
    parts: list[Part] = [Pairs(pairs)] if pairs else [Text(_("It is not on record who this is."))]
    parts.append(Text(_("This reading is on record. The page is not kept.")))
    return Section(_("Who this is"), [*parts, Links([Choice(_("Hide again"), hide)])], "identity")


def private(answer: HttpResponse) -> HttpResponse:
    """A page that neither browser nor proxy keeps."""
    answer["Cache-Control"] = "private, no-store"
    return answer


@page("reveal")
def reveal(here: Page, case: str) -> HttpResponse:
    """The case file with who it is and their sealed answers: shown once, after the purpose is on record."""
    file = file_of(here, case)
    url = reverse("case", args=[file.row.id])
    if here.request.method != "POST":
        return why_asked(here, "cases.reveal_case", Choice(case_said(here, file.row), url), case=file.row.id)
    here.tell(reveal_case, case=CaseId(case), purpose=here.request.POST.get("purpose", ""), at=here.now)
    shown = case_sections(here, file, revealed=identity_card(file.row.person, url))
    return private(here.render("console/sections.html", sections=shown))


urlpatterns = [path("cases/<str:case>/reveal/", reveal, name="reveal")]
