"""The cards of a case file, each gathered from the file and the policy in force."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ringfence.console import charts
from ringfence.console.asks import ask
from ringfence.console.context import Page
from ringfence.console.pieces import Cell, Chip, Choice, Row
from ringfence.console.sections import Ask, Drawn, Links, Pairs, Part, Section, Text, table
from ringfence.console.sentences import abouts, told_by, units_said
from ringfence.console.shown import due, how_long, label, local_day
from ringfence.core.fact import from_micros
from ringfence.core.policy import Number
from ringfence.desks.cases.queries import CaseFile, CaseRow
from ringfence.desks.command.queries import TaskRow
from ringfence.desks.command.queries import tasks as tasks_asked
from ringfence.registry.queries import people
from ringfence.registry.queries.areas import place_names


def number(here: Page, row: CaseRow, field: str) -> Number | None:
    """A number of the cases desk as the pack gives it for this case, with its source; None where it gives none."""
    return here.number("cases", field, here.centre.geography.place(row.outbreak, row.path))


def sourced(found: Number) -> str:
    """Where a number comes from and how sure that is."""
    sure = label(f"certainty.{found.certainty.value}") if found.certainty else ""
    return _("%(source)s (%(certainty)s; pack %(pack)s)") % {
        "source": found.source, "certainty": sure, "pack": found.from_pack,
    }  # fmt: skip


def yes_no(value: bool | None) -> str:  # noqa: FBT001
    """Yes, no, or not known."""
    return "–" if value is None else _("Yes") if value else _("No")


def person_card(here: Page, row: CaseRow) -> Section:
    """Who, with the identity masked."""
    person = people.person(row.person)
    names = here.area_names([row.residence, row.stay, row.path])
    pairs = [
        (
            _("Person"),
            Cell(
                f"••• {person.code if person else row.person[-8:].upper()}", href=reverse("person", args=[row.person])
            ),
        ),
        (_("Sex"), Cell(label(f"sex.{row.sex}") if row.sex else "–")),
        (_("Age"), Cell(f"{row.age_years:g}" if row.age_years is not None else "–")),
        (_("Lives at"), Cell(names.get(row.residence or "", "–"))),
        (_("Stays at"), Cell(names.get(row.stay or "", "–"))),
        (_("Responsible office"), Cell(names.get(row.path, row.path))),
        (_("Reporter's code"), Cell(row.code)),
        (_("Found by"), Cell(label(f"found_by.{row.found_by}") if row.found_by else "–")),
        (_("Imported"), Cell(yes_no(row.imported))),
        (_("In quarantine before"), Cell(yes_no(row.quarantined_before))),
        (_("Cluster"), Cell(row.cluster or "–")),
    ]
    parts: list[Part] = [Pairs(pairs)]
    if here.who.scope("reveal").covers(row.path):
        parts.append(Links([Choice(_("Reveal who this is"), reverse("reveal", args=[row.id]))]))
    parts += ask(here, "registry.keep_identity", _("Correct who this is"), fixed={"person": row.person})
    return Section(_("Person"), parts, "person")


def clock_card(here: Page, row: CaseRow) -> Section:
    """Found, reported, and how that stands against the limit."""
    limit = number(here, row, "report_within")
    found, reported = row.found_at, row.reported_at
    chip = {"on_time": "done", "late": "overdue", "waiting": "open", "unknown": "unknown"}[row.report_state]
    pairs = [(_("Found"), Cell(at=found) if found else Cell(_("the hour is not on record")))]
    pairs.append((_("Reported"), Cell(at=reported) if reported else Cell("–")))
    if found and reported:
        pairs.append((_("Took"), Cell(how_long((reported - found).total_seconds()))))
    if limit is not None:
        pairs.append((_("Limit"), Cell(how_long(limit.value.total_seconds()), note=sourced(limit))))
        if found and not reported:
            pairs.append((_("Due"), Cell(due(found + limit.value, here.now))))
    if row.report_due_at:
        pairs.append((_("Was due"), Cell(at=row.report_due_at)))
    return Section(
        _("Reporting clock"), [Text("", [Chip(chip, label(f"report.{row.report_state}"))]), Pairs(pairs)], "clock"
    )


def course_card(here: Page, file: CaseFile) -> Section:
    """The course of the illness, drawn and as a table."""
    row = file.row
    moments = [
        charts.Moment(
            timezone.localtime(from_micros(each.moment)) if each.moment is not None else each.day,
            label(f"event.{each.event}"),
            act=each.event in {"severe", "died"},
        )
        for each in file.course
    ]
    words = charts.Labels(
        _("Course"), description=_("Stations of the illness and of its handling"), day=_("Day"),
        no_data=_("No station noted yet"), as_table=_("Show as a table"),
    )  # fmt: skip
    parts: list[Part] = [Drawn(charts.timeline(moments, words, today=local_day(here.now)))]
    parts += ask(here, "cases.note_course", _("Note a station"), fixed={"case": row.id})
    if file.course:
        told = [(each.event, label(f"event.{each.event}")) for each in file.course]
        parts += ask(
            here, "cases.strike_course", _("Strike a station"), fixed={"case": row.id}, choices={"event": told}
        )
    return Section(_("Course"), parts, "course")


def class_card(here: Page, file: CaseFile) -> Section:
    """What was found, which criteria that meets, and who set the class."""
    row, policy = file.row, here.policy("cases")
    language = here.language
    named = {code: getattr(finding, language) for code, finding in policy.findings.items()}
    found = ", ".join(named.get(code, code) for code in file.findings)
    met = policy.criterion_met(file.findings)
    parts: list[Part] = [
        Pairs([
            (_("Class"), Cell(chip=Chip(row.classification, label(f"class.{row.classification}")))),
            (_("Findings"), Cell(found or _("none noted"))),
            (_("Criteria met"), Cell(label(f"class.{met.gives.value}"), note=f"{met.name}: {met.source}") if met else Cell("–")),
        ])
    ]  # fmt: skip
    parts += ask(
        here, "cases.note_findings", _("Note findings"), fixed={"case": row.id},
        choices={"findings": list(named.items())}, initial={"findings": file.findings},
    )  # fmt: skip
    parts += ask(
        here, "cases.classify_case", _("Classify by hand"), fixed={"case": row.id},
        initial={"classification": row.classification},
    )  # fmt: skip
    return Section(_("Classification"), parts, "class")


def infectious(here: Page, row: CaseRow) -> tuple[date, date | None, str] | None:
    """First and last infectious day, and the sources of the window; None where no day is known."""
    anchor = row.onset_on or row.positive_on or row.reported_on
    if anchor is None:
        return None
    before = number(here, row, "infectious_before_onset") if row.onset_on else None
    before = before or number(here, row, "lookback")
    after = number(here, row, "infectious_after_onset") if row.onset_on else None
    first = anchor - before.value if before else anchor
    ended = row.ended_on or (anchor + after.value if after else None)
    return first, ended, "; ".join(sourced(each) for each in (before, after) if each)


def exposures_card(here: Page, file: CaseFile) -> Section:
    """Where the case may have been infected, and where it was while infectious."""
    row = file.row
    names = place_names([each.place for each in file.exposures if each.place])
    rows = [
        Row(each.id, [
            Cell(names.get(each.place or "", "–"), note=label(f"setting.{each.kind}")),
            Cell(at=each.begins_at), Cell(at=each.ends_at),
            Cell(_("while infectious") if each.infectious else _("may have been infected here")),
            Cell(label(f"certainty.{each.certainty}")),
        ])
        for each in file.exposures
    ]  # fmt: skip
    parts: list[Part] = []
    if (window := infectious(here, row)) is not None:
        first, last, source = window
        said = _("Infectious from %(first)s to %(last)s.") % {"first": first, "last": last or _("not yet ended")}
        parts += [Text(said), Text(source)]
    columns = [_("Place"), _("From"), _("Until"), _("What it was"), _("Certainty")]
    parts.append(table(_("Exposures and places"), columns, rows, _("No exposure or place noted yet.")))
    kinds = {"kind": [(code, label(f"setting.{code}")) for code in EXPOSURES]}
    parts += ask(here, "cases.note_exposure", _("Note an exposure or a place"), fixed={"case": row.id}, choices=kinds)
    if rows:
        known = [
            (each.id, f"{names.get(each.place or '', label(f'setting.{each.kind}'))} {each.begins_at:%Y-%m-%d}")
            for each in file.exposures
        ]
        parts += ask(
            here, "cases.strike_exposure", _("Strike one"), fixed={"case": row.id}, choices={"exposure": known}
        )
    return Section(_("Exposures and places"), parts, "exposures")


EXPOSURES = ("home", "work", "class", "meal", "ride", "ward", "shop", "leisure", "travel", "funeral", "other")


def links_card(here: Page, file: CaseFile) -> Section:
    """Who may have infected the case, rivals side by side, and whom it may have infected."""
    ids = [each.infector for each in file.infectors] + [each.case for each in file.infected]
    cells = abouts(here, ids)
    parts: list[Part] = []
    for title, links, end in (
        (_("May have been infected by"), file.infectors, "infector"),
        (_("May have infected"), file.infected, "case"),
    ):
        rows = [
            Row(f"{each.case}-{each.infector}", [
                cells[getattr(each, end)], Cell(label(f"certainty.{each.certainty}")),
                Cell(label(f"setting.{each.setting}") if each.setting else "–"), Cell(each.evidence or "–"),
            ])
            for each in links
        ]  # fmt: skip
        parts.append(
            table(title, [title, _("Certainty"), _("Setting"), _("Evidence")], rows, f"{title}: {_('nobody named')}")
        )
    if len(file.infectors) > 1:
        parts.append(
            Text(_("%(n)s rivals stand side by side.") % {"n": len(file.infectors)}, [Chip("unknown", _("Rivals"))])
        )
    parts += ask(here, "cases.name_infector", _("Name an infector"), fixed={"case": file.row.id})
    if file.infectors:
        told = [(str(each.infector), cells[each.infector].text) for each in file.infectors]
        parts += ask(
            here, "cases.withdraw_infector", _("Drop a link"), fixed={"case": file.row.id}, choices={"infector": told}
        )
    return Section(_("Transmission"), parts, "links")


def tasks_card(here: Page, row: CaseRow) -> Section:
    """Tasks about the case, with quick buttons."""
    found = tasks_about(here, row.id)
    parts: list[Part] = [tasks_table(here, found, _("No task about this case."))]
    for each in found:
        if each.alive:
            parts += task_quick(here, each)
    return Section(_("Tasks"), parts, "tasks")


def tasks_about(here: Page, about: str, limit: int = 20) -> list[TaskRow]:
    """Tasks about something, those alive first, then the done and the verified ones: at most `limit` of each."""
    states = ("alive", "done", "verified")
    return [each for state in states for each in here.ask(tasks_asked, about=about, state=state, limit=limit).rows]


def tasks_table(here: Page, found: Sequence[TaskRow], none: str) -> Part:
    """Tasks in a short table; `none` is said where there are none."""
    names = units_said(here, [each.unit for each in found])
    rows = [task_row(here, each, names) for each in found]
    return table(_("Tasks"), [_("Task"), _("State"), _("Due"), _("Unit")], rows, none)


def task_row(here: Page, each: TaskRow, names: dict[str, str]) -> Row:
    """A task in a short table."""
    late = each.alive and each.due_at < here.now
    kind = "overdue" if late else each.state
    said = _("Overdue") if late else label(f"state.{each.state}")
    url = reverse("task", args=[each.id])
    return Row(
        each.id,
        [
            Cell(label(f"task.{each.kind}"), href=url),
            Cell(chip=Chip(kind, said)),
            Cell(at=each.due_at, note=due(each.due_at, here.now) if each.alive else ""),
            Cell(names.get(each.unit or "", "–")),
        ],
        href=url,
        act=late,
    )


def task_quick(here: Page, each: TaskRow) -> Sequence[Ask]:
    """Start and finish, right here."""
    said = {"task": label(f"task.{each.kind}")}
    found: list[Ask] = []
    if each.state == "open":
        found += ask(here, "command.start_task", _("Start: %(task)s") % said, fixed={"task": each.id})
    return found + ask(here, "command.finish_task", _("Finish: %(task)s") % said, fixed={"task": each.id})


def investigation_card(here: Page, file: CaseFile, forms: Sequence[Any]) -> Section:
    """Open, fill in, complete."""
    row = file.row
    kept = {each.form: each for each in file.interviews}
    names = told_by(each.by for each in file.interviews)
    rows = [
        Row(form.id, [
            Cell(form.title.of(here.language), href=reverse("interview", args=[row.id, form.id])),
            Cell(f"{kept[form.id].completeness:.0%}" if form.id in kept else "–"),
            Cell(at=kept[form.id].at, note=names[kept[form.id].by]) if form.id in kept else Cell(_("not begun")),
        ])
        for form in forms
    ]  # fmt: skip
    state = {"none": "unknown", "open": "started", "done": "done"}[row.investigation]
    parts: list[Part] = [
        Text(_("Answers on record: %(share)s") % {"share": f"{row.completeness:.0%}"}, [Chip(state, label(f"investigation.{row.investigation}"))]),
        table(_("Forms"), [_("Form"), _("Complete"), _("Kept")], rows, _("No form for this disease.")),
        Links([
            Choice(_("Blank form (PDF)"), reverse("interview_pdf", args=[row.id, form.id]) + "?blank=1") for form in forms[:2]
        ]),
    ]  # fmt: skip
    if row.investigation == "none":
        parts += ask(here, "cases.open_investigation", _("Open the investigation"), fixed={"case": row.id})
    elif row.investigation == "open":
        parts += ask(here, "cases.complete_investigation", _("Complete the investigation"), fixed={"case": row.id})
    return Section(_("Investigation"), parts, "investigation")
