"""A tube on one page: the chain of custody with its clocks, who is in it, what the result set off."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _

from ringfence.console import testing_parts as parts
from ringfence.console.asks import ask
from ringfence.console.case_parts import task_row
from ringfence.console.context import Page, page
from ringfence.console.custody_parts import steps_table
from ringfence.console.people_codes import codes
from ringfence.console.pieces import Cell, Chip, Choice, Row
from ringfence.console.sections import Ask, Line, Links, Pairs, Part, Section, Sections, Text, table
from ringfence.console.sentences import abouts, case_said, entries
from ringfence.console.shown import how_long, label
from ringfence.core import log
from ringfence.core.errors import Refused
from ringfence.desks.cases.queries.case_file import cases_of_person
from ringfence.desks.command.queries import TaskRow, tasks
from ringfence.desks.testing.actions.stations import VOID_REASONS
from ringfence.desks.testing.queries.rounds import round_row
from ringfence.desks.testing.queries.tubes import (
    TubeFile,
    box_coded,
    chain,
    gaps,
    own_swabs,
    tube_coded,
    tube_file,
)
from ringfence.facts.ids import PersonId, TubeId
from ringfence.facts.testing import Result, TubeCorrected, TubeSealed, TubeVoided

LONGEST = 64


class Search(forms.Form):
    """A barcode, scanned or typed."""

    code = forms.CharField(max_length=LONGEST)

    def __init__(self, data: object = None) -> None:
        """The field stands ready for a scanner."""
        super().__init__(data, auto_id="find_%s")  # type: ignore[arg-type]
        self.fields["code"].label = _("Barcode of a tube or a box")
        self.fields["code"].help_text = _("Scan it, or type what is printed beneath it.")
        self.fields["code"].widget.attrs.update(autocomplete="off", autofocus=True)


@page()
def find_page(here: Page) -> HttpResponse:
    """Find a tube or a box by its barcode."""
    form = Search(here.request.POST if here.request.method == "POST" else None)
    made: list[Part] = [Ask(_("Find a tube or a box"), form, here.request.path, submit=_("Find"), opened=True)]
    status = 200
    if form.is_bound and form.is_valid():
        code = form.cleaned_data["code"].strip().upper()
        if here.ask(tube_coded, code=code) is not None:
            return redirect("testing_tube", code=code)
        if here.ask(box_coded, code=code) is not None:
            return redirect("testing_box", code=code)
        status = 404
        said = _(
            "Nothing with the barcode %(code)s was handed in at your places. If the label is right, ask the station to hand in."
        )
        made.insert(0, Text(said % {"code": code}, [Chip("unknown", _("not known here"))]))
    sections = Sections(
        title=_("Find a tube or a box"),
        lead=_("Where it is, since when, who is in it, and what came of it."),
        way=[Choice(_("Testing"), reverse("testing"))],
        tools=parts.ways(here, "testing_tubes"),
        main=[Section("", made)],
    )
    return here.render("console/sections.html", status=status, sections=sections)


@page()
def tube_page(here: Page, code: str) -> HttpResponse:
    """A tube, by its barcode or its id."""
    file: TubeFile | None = here.ask(tube_coded, code=code)
    if file is None and code.startswith("tube_"):
        file = here.ask(tube_file, tube=TubeId(code))
    if file is None:
        raise Refused("not_known_here", what="tube", id=code)
    row = file.row
    chips = [parts.stage_chip(row.stage)]
    if row.result:
        chips.append(parts.result_chip(row.result))
    if row.alone:
        chips.append(Chip("held", _("one person's own swab")))
    sections = Sections(
        title=_("Tube %(code)s") % {"code": row.code},
        chips=chips,
        lead=_lead(here, file),
        way=[Choice(_("Testing"), reverse("testing")), Choice(_("Find a tube"), reverse("testing_tubes"))],
        tools=[*_holds_link(file), *parts.ways(here, "testing_tubes")[:3]],
        main=[_custody(here, file), _people(here, file), _set_off(here, file)],
        side=[_result(here, file), *_void(here, file), _history(file)],
    )
    return here.render("console/sections.html", sections=sections)


def _holds_link(file: TubeFile) -> list[Choice]:
    return [Choice(_("Why do I have this?"), reverse("why", args=[file.lines[-1]]))]


def _lead(here: Page, file: TubeFile) -> str:
    row = file.row
    found = round_row(here.who.scope("see"), row.round) if row.round else None
    said = [parts.places_said([row.site]).get(row.site, ""), here.area_names([row.path]).get(row.path, "")]
    said.append(parts.round_said(here, found) if found else _("outside a round"))
    return " · ".join(filter(None, said))


def _custody(here: Page, file: TubeFile) -> Section:
    made: list[Part] = [steps_table(chain(file, parts.numbers(here), here.now))]
    told = log.lines(file.lines)
    for gap, at in gaps(told):
        said = _("A gap in the chain, found at %(at)s.") % {"at": f"{at.astimezone(here.zone):%m-%d %H:%M}"}
        made.append(Text(said, [Chip("breach", label(f"gap.{gap}"))]))
    for each in told:
        fact = each.fact
        if isinstance(fact, TubeVoided):
            since = f"{fact.at.astimezone(here.zone):%m-%d %H:%M}"
            said = _("This tube is void since %(at)s; its people are swabbed again.") % {"at": since}
            made.append(Text(said, [Chip("breach", label(f"void.{fact.reason}"))]))
        elif isinstance(fact, TubeSealed):
            made += _handed_in(fact, each)
    return Section(_("Chain of custody"), made, "custody")


def _handed_in(sealed: TubeSealed, told: log.Told) -> list[Part]:
    """How long after its sealing a tube was handed in, by which station, and whether its clock was wrong."""
    late = how_long(max((told.line.heard_at - sealed.at).total_seconds(), 0))
    said = _("Handed in %(span)s after it was sealed, by the station %(station)s.")
    made: list[Part] = [Text(said % {"span": late, "station": sealed.station or "–"})]
    if sealed.told_at is not None and sealed.told_at != sealed.at:
        off = how_long((sealed.told_at - sealed.at).total_seconds())
        said = _("The station's clock was wrong by %(span)s; the time was corrected.")
        made.append(Text(said % {"span": off}, [Chip("unverified", _("clock"))]))
    return made


def _people(here: Page, file: TubeFile) -> Section:
    """Who is in it, masked; and how each of them stands."""
    known = codes(file.row.people)
    held = {each.person: each for each in file.holds}
    own = own_swabs([each.own_tube for each in file.holds if each.own_tube])
    rows = []
    for person in file.row.people:
        hold = held.get(person)
        state = Cell(chip=Chip(parts.HOLD_CHIPS[hold.state], label(f"hold.{hold.state}"))) if hold else Cell("–")
        swab = own.get(hold.own_tube or "") if hold else None
        tube = (
            Cell(swab.code, href=reverse("testing_tube", args=[swab.code]), chip=parts.result_chip(swab.result))
            if swab
            else Cell("–")
        )
        rows.append(Row(person, [parts.person_cell(person, known), state, tube]))  # fmt: skip
    title = _("People in it (%(n)s)") % {"n": len(rows)}
    made: list[Part] = [table(title, [_("Person"), _("Held"), _("Own swab")], rows, _("Nobody is on record in it."))]
    if here.may("reveal"):
        made.append(Text(_("A person's page reveals who they are, with the purpose on record.")))
    return Section(title, made, "people")


def _result(here: Page, file: TubeFile) -> Section:
    row = file.row
    pairs = [(_("Result"), Cell(chip=parts.result_chip(row.result)))]
    if row.ct is not None:
        pairs.append((_("Ct"), Cell(f"{row.ct:g}")))
    if row.read_at:
        pairs.append((_("Read"), Cell(at=row.read_at)))
    made: list[Part] = [Pairs(pairs)]
    corrected = [each for each in log.lines(file.lines) if isinstance(each.fact, TubeCorrected)]
    for each in corrected:
        fact = each.fact
        if isinstance(fact, TubeCorrected):
            said = _("Corrected from %(was)s to %(now)s: %(reason)s") % {
                "was": label(f"result.{fact.was_result.value}"), "now": label(f"result.{fact.result.value}"), "reason": fact.reason,
            }  # fmt: skip
            made.append(Text(said, [Chip("unverified", f"{fact.at.astimezone(here.zone):%m-%d %H:%M}")]))
    if row.result and row.laboratory:
        fixed = {"laboratory": row.laboratory, "tube": row.code}
        results = {"result": [(each.value, label(f"result.{each.value}")) for each in Result if each is not row.result]}
        made += ask(here, "testing.correct_tube", _("Correct the reading"), fixed=fixed, choices=results)
    elif row.laboratory and row.stage != "voided":
        made += ask(
            here,
            "testing.read_tube",
            _("Report the result"),
            fixed={"laboratory": row.laboratory, "tube": row.code},
            leave=("outbreak",),
        )
    return Section(_("Result"), made, "result")  # fmt: skip


def _void(here: Page, file: TubeFile) -> list[Section]:
    """The form to declare it void; nothing where it was read, or is void already."""
    if file.row.result or file.row.stage == "voided":
        return []
    reasons = {"reason": [(each, label(f"void.{each}")) for each in VOID_REASONS]}
    made: list[Part] = [Text(_("Its people count as not tested and are swabbed again."))]
    made += ask(
        here, "testing.void_tube", _("Declare the tube void"), fixed={"tube": file.row.id}, choices=reasons, danger=True
    )
    return [Section(_("Void"), made, "void")]  # fmt: skip


def _set_off(here: Page, file: TubeFile) -> Section:
    """What it set off: people held, tasks, cases."""
    row = file.row
    made: list[Part] = []
    if file.holds:
        now = sum(each.ended_at is None for each in file.holds)
        said = _("%(now)s of %(all)s people held for it are held now.") % {"now": now, "all": len(file.holds)}
        made += [Text(said), Links([Choice(_("People held"), reverse("testing_holds"))])]
    found: list[TaskRow] = []
    for state in ("alive", "done", "verified"):
        found += here.ask(tasks, about=row.id, state=state, limit=20).rows
        for hold in file.holds[:20]:
            found += here.ask(tasks, about=hold.person, kind="swab_alone", state=state, limit=3).rows
    about = abouts(here, [each.about for each in found])
    rows = []
    for each in found[:30]:
        cells = list(task_row(here, each, {}).cells[:3])
        rows.append(Row(each.id, [cells[0], about[each.about], *cells[1:]], act=each.alive and each.due_at < here.now))
    made.append(table(_("Tasks"), [_("Task"), _("About"), _("State"), _("Due")], rows, _("No task came of it.")))
    cases = _cases(here, file)
    if cases:
        made.append(table(_("Cases of its people"), [_("Case"), _("Class")], cases, ""))
    return Section(_("What it set off"), made, "set-off")


def _cases(here: Page, file: TubeFile) -> list[Row]:
    """Cases of people found by it or through it, where the asker may see them."""
    found = [each.person for each in file.holds if each.state == "found"]
    if file.row.result is Result.POSITIVE and len(file.row.people) == 1:
        found.append(file.row.people[0])
    rows = []
    for person in dict.fromkeys(found):
        for each in here.ask(cases_of_person, person=PersonId(person)):
            chip = Chip(each.classification, label(f"class.{each.classification}"))
            rows.append(
                Row(each.id, [Cell(case_said(here, each), href=reverse("case", args=[each.id])), Cell(chip=chip)])
            )
    return rows


def _history(file: TubeFile) -> Section:
    told = log.lines([*file.lines, *file.box_lines])
    return Section(_("On record"), [Line(entries(told)[::-1], _("Nothing on record."))], "history")


urlpatterns = [
    path("testing/tubes/", find_page, name="testing_tubes"),
    path("testing/tubes/<str:code>/", tube_page, name="testing_tube"),
]
