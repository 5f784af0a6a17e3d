"""People: found by code or number, and all that is on record of one, with who they are kept apart."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ringfence.console import person_parts as parts
from ringfence.console.alike import Offer, offers_of
from ringfence.console.context import Page, page
from ringfence.console.pieces import Choice
from ringfence.console.reveal_pages import identity_card, private, why_asked
from ringfence.console.sections import Ask, Section, Sections
from ringfence.console.shown import three_parts
from ringfence.core.errors import Refused
from ringfence.facts.ids import PersonId
from ringfence.facts.registry import PeopleLookedFor
from ringfence.registry.actions import reveal_identity
from ringfence.registry.actions.looking import look_for_duplicates, look_for_person
from ringfence.registry.queries.people import PersonFile, PersonRow, people_coded, people_masked, person_file

CODE = "code"


class Search(forms.Form):
    """By a code, or by a number with the purpose."""

    def __init__(self, here: Page, data: object = None) -> None:
        """Numbers are offered to those who may reveal."""
        super().__init__(data, auto_id="find_%s", initial={"how": CODE})  # type: ignore[arg-type]
        offered = [(CODE, _("Code"))]
        if here.may("reveal"):
            offered += [("id_number", _("Identity number")), ("phone", _("Telephone"))]
        self.fields["how"] = forms.ChoiceField(label=_("Find by"), choices=offered)
        self.fields["text"] = forms.CharField(
            label=_("Code or number, exactly"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"})
        )
        if here.may("reveal"):
            self.fields["purpose"] = forms.CharField(
                label=_("Purpose"), required=False, max_length=400,
                help_text=_("For a number: who asked, when and what for goes on record."),
            )  # fmt: skip


@page()
def people_page(here: Page) -> HttpResponse:
    """Find people; what is looked for travels in the body, so that no address or access log holds it."""
    form = Search(here, here.request.POST if here.request.method == "POST" else None)
    found, refused, status = None, None, 200
    if form.is_bound:
        try:
            found = _found(here, form) if form.is_valid() else None
            status = 200 if form.is_valid() else 422
        except Refused as refusal:
            refused, status = three_parts(refusal), 409
    card = [Ask(_("Find a person"), form, here.request.path, submit=_("Find"), opened=True)]
    main = [Section("", card)]
    if found is not None:
        main.insert(0, parts.found_card(here, found))
    sections = Sections(
        title=_("People on record"),
        lead=_("People stand here by code; who they are is sealed and shown only for a purpose on record."),
        main=main,
        tools=[Choice(_("Register a person"), reverse("register_person"))] if here.may("report") else [],
    )
    return private(here.render("console/sections.html", status=status, sections=sections, refused=refused))


def _found(here: Page, form: Search) -> list[PersonRow]:
    """The people that fit, at the asker's places."""
    how, text = form.cleaned_data["how"], form.cleaned_data["text"]
    found: list[PersonRow]
    if how == CODE:
        found = here.ask(people_coded, code=text)
        return found
    answer = here.tell(look_for_person, how=how, text=text, purpose=form.cleaned_data["purpose"])
    people = next(each.people for each in answer.facts if isinstance(each, PeopleLookedFor))
    found = here.ask(people_masked, people=people)
    return found


def file_of(here: Page, person: str) -> PersonFile:
    """A person's file, or a refusal that says they are not known here."""
    file: PersonFile | None = here.ask(person_file, person=PersonId(person))
    if file is None:
        raise Refused("not_known_here", what="person", id=person)
    return file


@page()
def person_page(here: Page, person: str) -> HttpResponse:
    """Everything on record of one person, identity apart."""
    return here.render("console/sections.html", sections=_sections(here, file_of(here, person)))


def _sections(
    here: Page, file: PersonFile, *, revealed: Section | None = None, offers: list[Offer] | None = None
) -> Sections:
    first = [revealed] if revealed else []
    if offers is not None:
        first.append(parts.offers_card(here, file, offers))
    return Sections(
        title=f"••• {file.row.code}",
        lead=_("Person"),
        way=[Choice(_("People on record"), reverse("people"))],
        main=[
            *first,
            parts.cases_card(here, file),
            parts.tasks_card(here, file),
            parts.household_card(here, file),
            parts.records_card(here, file),
        ],
        side=[parts.public_card(here, file), parts.identity_state_card(here, file), *parts.erase_card(here, file)],
    )


@page("reveal")
def reveal_person(here: Page, person: str) -> HttpResponse:
    """The person file with who they are: shown once, after the purpose is on record."""
    file = file_of(here, person)
    url = reverse("person", args=[file.row.id])
    if here.request.method != "POST":
        return why_asked(here, "registry.reveal_identity", Choice(f"••• {file.row.code}", url), person=file.row.id)
    here.tell(reveal_identity, person=file.row.id, purpose=here.request.POST.get("purpose", ""), at=here.now)
    shown = _sections(here, file, revealed=identity_card(file.row.id, url))
    return private(here.render("console/sections.html", sections=shown))


@require_POST
@page("merge")
def alike_person(here: Page, person: str) -> HttpResponse:
    """The person file with the records that may be the same person; the question goes on record."""
    file = file_of(here, person)
    answer = here.tell(look_for_duplicates, person=file.row.id)
    found = next((each for each in answer.facts if isinstance(each, PeopleLookedFor)), None)
    offers = offers_of(here, found) if found else []
    return private(here.render("console/sections.html", sections=_sections(here, file, offers=offers)))


urlpatterns = [
    path("people/", people_page, name="people"),
    path("people/<str:person>/", person_page, name="person"),
    path("people/<str:person>/reveal/", reveal_person, name="reveal_person"),
    path("people/<str:person>/alike/", alike_person, name="alike_person"),
]
