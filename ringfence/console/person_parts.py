"""The cards of a person file, each gathered from the file and from what may be done."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _

from ringfence.console.alike import Offer, about, age_said
from ringfence.console.asks import ask
from ringfence.console.case_parts import tasks_about, tasks_table
from ringfence.console.context import Page
from ringfence.console.pieces import Cell, Chip, Choice, Row
from ringfence.console.sections import Ask, Links, Pairs, Part, Section, Text, table
from ringfence.console.sentences import case_said
from ringfence.console.shown import label
from ringfence.core.words import N_
from ringfence.desks.cases.queries import PersonCase, cases_of_person
from ringfence.registry.queries.people import PersonFile, PersonRow

STATES = {
    "kept": N_("It is on record who this is, under their own key."),
    "register": N_("A register holds who this is."),
    "erased": N_("Who this is was erased. Nobody can read it any more."),
    "none": N_("It is not on record who this is."),
}
CHIPS = {"kept": "held", "register": "held", "erased": "discarded", "none": "unknown"}


def place_of(row: PersonRow) -> str:
    """Where somebody is dealt with."""
    return row.office or row.stay or row.residence or ""


def may_there(here: Page, may: str, row: PersonRow) -> bool:
    """Whether the asker may do this where the person is dealt with."""
    return here.who.scope(may).covers(place_of(row))


def found_card(here: Page, found: Sequence[PersonRow]) -> Section:
    """Those who were found, masked."""
    listed = table(_("Found"), [_("Person"), _("What is known")], _rows(here, found), _("Nobody at your places fits."))
    return Section(_("Found"), [listed], "found")


def _rows(here: Page, people: Sequence[PersonRow]) -> list[Row]:
    names = here.area_names(each.residence or each.office for each in people)
    return [
        Row(each.id, [
            Cell(f"••• {each.code}", href=reverse("person", args=[each.id])), Cell(" · ".join(about(each, names)) or "–"),
        ])
        for each in people
    ]  # fmt: skip


def public_card(here: Page, file: PersonFile) -> Section:
    """What is known without the identity."""
    row = file.row
    names = here.area_names([row.residence, row.stay, row.office])
    pairs = [
        (_("Code"), Cell(row.code)),
        (_("Sex"), Cell(label(f"sex.{row.sex}") if row.sex else "–")),
        (_("Age"), Cell(age_said(row) or "–")),
        (_("Lives at"), Cell(names.get(row.residence or "", "–"))),
        (_("Stays at"), Cell(names.get(row.stay or "", "–"))),
        (_("Responsible office"), Cell(names.get(row.office or "", "–"))),
        (_("Occupation"), Cell(row.occupation or "–")),
    ]
    parts: list[Part] = [Pairs(pairs)]
    if may_there(here, "investigate", row):
        parts += ask(here, "registry.move_person", _("Change the places"), fixed={"person": row.id})
    return Section(_("Person"), parts, "person")


def identity_state_card(here: Page, file: PersonFile) -> Section:
    """Whether it is on record who this is; revealing, and keeping or correcting it."""
    row, state = file.row, file.identity
    parts: list[Part] = [Text(_(STATES[state]), [Chip(CHIPS[state], _("Identity"))])]
    known = state in {"kept", "register"}
    if known and may_there(here, "reveal", row):
        parts.append(Links([Choice(_("Reveal who this is"), reverse("reveal_person", args=[row.id]))]))
    if state != "erased" and may_there(here, "investigate", row):
        title = _("Correct who this is") if known else _("Keep who this is")
        parts += ask(here, "registry.keep_identity", title, fixed={"person": row.id})
    return Section(_("Identity"), parts, "identity-state")


def erase_card(here: Page, file: PersonFile) -> list[Section]:
    """Erasing who somebody is, with what that means; only for those who may."""
    row = file.row
    if file.identity not in {"kept", "register"} or not may_there(here, "erase", row):
        return []
    warning = _(
        "Erasing destroys this person's key. Name, numbers, address, personal answers and attached files can then be read"
        " by nobody, ever: there is no way back, and no copy. Cases, tasks and the log stay, under the code."
    )
    parts: list[Part] = [Text(warning, [Chip("breach", _("Cannot be undone"))])]
    parts += ask(here, "registry.erase_identity", _("Erase for ever"), fixed={"person": row.id}, danger=True)
    return [Section(_("Erase who this is"), parts, "erase")]


def cases_card(here: Page, file: PersonFile) -> Section:
    """Their cases, under any of their records."""
    found: list[PersonCase] = here.ask(cases_of_person, person=file.row.id)
    names = here.area_names(each.path for each in found)
    titles = {each.id: each.title for each in here.outbreaks}
    rows = [
        Row(each.id, [
            Cell(case_said(here, each), href=reverse("case", args=[each.id])),
            Cell(titles.get(each.outbreak, "–")),
            Cell(chip=Chip(each.classification, label(f"class.{each.classification}"))),
            Cell(names.get(each.path, each.path), note=_("Set aside") if each.set_aside else ""),
        ])
        for each in found
    ]  # fmt: skip
    columns = [_("Case"), _("Outbreak"), _("Class"), _("Place")]
    return Section(_("Cases"), [table(_("Cases"), columns, rows, _("No case of this person."))], "cases")


def tasks_card(here: Page, file: PersonFile) -> Section:
    """Tasks about the person, alive first."""
    listed = tasks_table(here, tasks_about(here, file.row.id), _("No task about this person."))
    return Section(_("Tasks"), [listed], "tasks")


def household_card(here: Page, file: PersonFile) -> Section:
    """Who lives with them."""
    listed = table(
        _("Household"), [_("Person"), _("What is known")], _rows(here, file.household), _("No household on record.")
    )
    return Section(_("Household"), [listed], "household")


def records_card(here: Page, file: PersonFile) -> Section:
    """Records joined with this one and those told apart, with what takes it back; and looking for more."""
    row = file.row
    parts: list[Part] = []
    columns = [_("Person"), _("What is known")]
    if file.records:
        parts.append(table(_("The same person"), columns, _rows(here, file.records), "–"))
    own = [row, *file.records]
    for each in own:
        if each.canonical != each.id and may_there(here, "merge", each):
            fixed = {"kept": each.canonical, "merged": each.id}
            title = _("Part %(code)s again") % {"code": each.code}
            parts += ask(here, "registry.part_people", title, fixed=fixed, following=_here(row))
    if file.apart:
        parts.append(table(_("Told apart from"), columns, _rows(here, file.apart), "–"))
    if file.identity in {"kept", "register"} and may_there(here, "merge", row):
        url = reverse("alike_person", args=[row.id])
        parts.append(Ask(_("Look for records of the same person"), forms.Form(), url, at_once=True))
        parts.append(Text(_("Looking opens the identities of alike people to compare them, and goes on record.")))
    return Section(_("Records of this person"), parts or [Text(_("One record."))], "records")


def _here(row: PersonRow) -> str:
    return reverse("person", args=[row.id])


def offers_card(here: Page, file: PersonFile, offers: Sequence[Offer]) -> Section:
    """Records that may be the same person, each with its buttons."""
    row = file.row
    if not offers:
        return Section(_("Perhaps the same person"), [Text(_("Nobody alike at your places."))], "alike")
    apart = {each.id for each in file.apart}
    rows = [
        Row(each.person, [
            Cell(f"••• {each.code}", href=each.url, reveal_url=each.reveal_url), Cell(each.about or "–"),
            Cell(each.chance, note=_("told apart before") if each.person in apart else ""),
            Cell(each.case.label, href=each.case.url) if each.case else Cell("–"),
        ])
        for each in offers
    ]  # fmt: skip
    columns = [_("Person"), _("What is known"), _("How likely"), _("Case here")]
    parts: list[Part] = [table(_("Perhaps the same person"), columns, rows, "–")]
    for each in offers:
        said, following = {"code": each.code}, _here(row)
        fixed = {"kept": row.canonical, "merged": each.person}
        parts += ask(
            here, "registry.merge_people", _("The same person: merge %(code)s into this one") % said, fixed=fixed,
            following=following,
        )  # fmt: skip
        if each.person not in apart:
            two = {"one": row.id, "other": each.person}
            title = _("Two people: %(code)s is somebody else") % said
            parts += ask(here, "registry.tell_apart", title, fixed=two, following=following)
    return Section(_("Perhaps the same person"), parts, "alike")
