"""The case dossier: everything on record of one case, on paper, as of one line of the log.

Texts come in already shown in the reader's language and masked or revealed by who may see them: this page gathers and
lays out; it decides nothing. Moments come in aware (UTC) or as days, and are shown in `zone`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from ringfence.desks.cases.interview import Block
from ringfence.reports.labels import qr
from ringfence.reports.pdf import Pdf, render, words

When = date | datetime | None
STEPS = (1, 2, 7, 14, 28, 91, 364)
MOST_TICKS = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """Who printed it, when and what for: the audit line at the foot of every page."""

    by: str
    at: datetime
    purpose: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """The person; what may not be seen comes in as a mask, with `masked` set."""

    masked: bool
    name: str = ""
    sex: str = ""
    age: str = ""
    id_number: str = ""
    phone: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One step of the course, such as onset, sampled, reported, admitted, recovered."""

    at: date | datetime
    label: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """An exposure or a place visited."""

    what: str
    begins: When = None
    ends: When = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Infector:
    """Who may have infected the person; the others on the list are its rivals."""

    code: str
    chosen: bool
    certainty: str
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRow:
    """A contact of the case."""

    code: str
    relation: str = ""
    last_met: When = None
    follow_up: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRow:
    """A task about the case."""

    what: str
    unit: str = ""
    due_at: When = None
    state: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """One link of the chain of `because`, from the case back to what began it."""

    line: int
    at: datetime
    by: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Interview:
    """Answers under a form: `blocks` from `interview.summary`."""

    title: str
    form: str
    version: int
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDossier:
    """What a dossier wants to be told."""

    code: str
    classification: str
    disease: str
    outbreak: str
    as_of: datetime
    line: int
    zone: tzinfo
    person: Person
    printed: Printed
    jurisdiction: str = ""
    infectious: tuple[date, date] | None = None  # first and last day
    course: Sequence[Moment] = ()
    infectors: Sequence[Infector] = ()
    exposures: Sequence[Stay] = ()
    places: Sequence[Stay] = ()
    contacts: Sequence[ContactRow] = ()
    tasks: Sequence[TaskRow] = ()
    interviews: Sequence[Interview] = ()
    why: Sequence[Why] = ()


def dossier(told: CaseDossier, language: str) -> Pdf:
    """The dossier as a PDF, with the characters it could not draw."""
    w = words("zh" if language.lower().startswith("zh") else "en")
    course = sorted(told.course, key=lambda moment: _day(moment.at, told.zone))
    sent = {
        "code": told.code,
        "classification": told.classification,
        "disease": told.disease,
        "outbreak": told.outbreak,
        "as_of": shown(told.as_of, told.zone),
        "line": told.line,
        "qr": qr(told.code),
        "masked": told.person.masked,
        "person": _person(told, w),
        "bar": _bar(course, told.infectious, told.zone),
        "course": [[str(n), shown(m.at, told.zone), m.label, m.note] for n, m in enumerate(course, 1)],
        "interviews": [_interview(interview) for interview in told.interviews],
        "printed": printed(told.printed, told.zone),
        **_tables(told, w),
    }
    return render("dossier", sent, language=language, made_at=told.printed.at)


def shown(when: When, zone: tzinfo) -> str:
    """A day, or a moment in a zone, as people write it."""
    if isinstance(when, datetime):
        return when.astimezone(zone).strftime("%Y-%m-%d %H:%M")
    return when.isoformat() if when else ""


def printed(told: Printed, zone: tzinfo) -> dict[str, str]:
    """The audit line for a template."""
    return {"by": told.by, "at": shown(told.at, zone), "purpose": told.purpose}


def _person(told: CaseDossier, w: dict[str, str]) -> list[list[str]]:
    p = told.person
    rows = [(w["name"], p.name), (w["sex"], p.sex), (w["age"], p.age), (w["phone"], p.phone)]
    rows += [(w["id_number"], p.id_number), (w["address"], p.address), (w["jurisdiction"], told.jurisdiction)]
    return [list(row) for row in rows]


def _tables(told: CaseDossier, w: dict[str, str]) -> dict[str, list[list[str]]]:
    zone = told.zone
    return {
        "exposures": [_stay(stay, zone) for stay in told.exposures],
        "places": [_stay(stay, zone) for stay in told.places],
        "infectors": [
            [i.code, w["chosen"] if i.chosen else w["rival"], i.certainty, i.evidence]
            for i in sorted(told.infectors, key=lambda infector: not infector.chosen)
        ],
        "contacts": [[c.code, c.relation, shown(c.last_met, zone), c.follow_up, c.state] for c in told.contacts],
        "tasks": [[t.what, t.unit, shown(t.due_at, zone), t.state] for t in told.tasks],
        "why": [[str(y.line), shown(y.at, zone), y.by, y.text] for y in told.why],
    }


def _stay(stay: Stay, zone: tzinfo) -> list[str]:
    return [stay.what, shown(stay.begins, zone), shown(stay.ends, zone), stay.note]


def _interview(told: Interview) -> dict[str, Any]:
    sections = [
        {
            "title": block.title,
            "shown": [
                {"label": s.label, "text": s.text, "answered": s.answered, "heads": s.heads, "rows": s.rows}
                for s in block.shown
            ],
        }
        for block in told.blocks
    ]
    return {"title": told.title, "form": told.form, "version": told.version, "sections": sections}


def _day(when: date | datetime, zone: tzinfo) -> date:
    return when.astimezone(zone).date() if isinstance(when, datetime) else when


def _bar(course: Sequence[Moment], infectious: tuple[date, date] | None, zone: tzinfo) -> dict[str, Any] | None:
    """The strip above the course: numbered marks on a line of days (0..1), the infectious days shaded."""
    days = [_day(moment.at, zone) for moment in course]
    if not days:
        return None
    first, last = min([*days, *(infectious or ())]), max([*days, *(infectious or ())])
    span = (last - first).days + 1

    def place(day: date, share: float = 0.5) -> float:
        share_of_span: float = ((day - first).days + share) / span
        return share_of_span

    step = next((step for step in STEPS if span <= step * MOST_TICKS), span)
    ticks = [first + timedelta(days=days) for days in range(0, span, step)]
    marks: list[dict[str, Any]] = []
    for number, day in enumerate(days, 1):
        near = [mark["level"] for mark in marks if abs(mark["at"] - place(day)) < 0.025]  # noqa: PLR2004 (a mark's width)
        level = next(level for level in range(len(near) + 1) if level not in near)
        marks.append({"number": number, "at": place(day), "level": min(level, 2)})
    return {
        "ticks": [{"at": place(day), "label": f"{day:%m-%d}" if span < STEPS[-1] else f"{day:%y-%m}"} for day in ticks],
        "marks": marks,
        "infectious": [place(infectious[0], 0.0), place(infectious[1], 1.0)] if infectious else None,
    }
