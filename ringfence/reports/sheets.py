"""Lists and forms to carry: a table of a day's work, and an interview form blank or filled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from ringfence.desks.cases.interview import (
    Condition,
    Field,
    Form,
    Kind,
    NoAnswer,
    Words,
    asked,
    summary,
)
from ringfence.desks.cases.interview_form import PARTS, REPEATABLE
from ringfence.reports.dossier import Printed, printed
from ringfence.reports.labels import qr
from ringfence.reports.pdf import Pdf, render

BLANK_ROWS = {Kind.PLACE_VISIT: 8, Kind.CONTACT: 6}
BOXES = {Kind.ID_NUMBER: 18, Kind.PHONE: 11}
BOTH = "both"
MOST_TAGGED = 300
"""Rows of a list up to which its PDF is marked for screen readers; a longer one belongs in an export."""
SIGNS = {"is": "=", "in": "=", "includes": "=", "is_not": "≠", "at_least": "≥", "at_most": "≤", "answered": "…"}
TURNED = {"=": "≠", "≠": "=", "≥": "<", "≤": ">", "…": "–", "–": "…"}


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column of a list; `width` is its share beside the others, or None for as wide as its text."""

    label: str
    width: float | None = None


def sheet(  # noqa: PLR0913 (each is told by name)
    title: str,
    columns: Sequence[SheetColumn],
    rows: Sequence[Sequence[str]],
    *,
    language: str,
    audit: Printed,
    zone: tzinfo = UTC,
    subtitle: str = "",
    landscape: bool = True,
) -> Pdf:
    """A list on A4: the heads on each page, page numbers, and who printed it."""
    told = {
        "title": title,
        "subtitle": subtitle,
        "landscape": landscape,
        "columns": [{"label": column.label, "width": column.width} for column in columns],
        "rows": [[str(cell) for cell in row] for row in rows],
        "printed": printed(audit, zone),
    }
    return render("sheet", told, language=language, made_at=audit.at, tagged=len(rows) <= MOST_TAGGED)


def interview_sheet(  # noqa: PLR0913 (each is told by name)
    form: Form,
    answers: Mapping[str, Any] | None,
    *,
    language: str,
    made_at: datetime,
    case_code: str = "",
    audit: Printed | None = None,
    zone: tzinfo = UTC,
    revealed: bool = True,
) -> Pdf:
    """An interview form on paper: blank where `answers` is None, else filled with typed answers.

    `language` is `en`, `zh…` or `both` (Chinese, English beside it). A filled form shows the fields that were asked.
    """
    page = _Page(form, answers, language, zone, revealed=revealed)
    told = {
        "title": page.say(form.title),
        "form": form.id,
        "version": form.version,
        "case_code": case_code,
        "qr": qr(case_code) if case_code else "",
        "blank": answers is None,
        "printed": printed(audit, zone) if audit else None,
        "sections": page.sections(),
    }
    return render("interview", told, language="zh" if language == BOTH else language, made_at=made_at)


class _Page:
    """A form being laid out in one language or both."""

    def __init__(
        self, form: Form, answers: Mapping[str, Any] | None, language: str, zone: tzinfo, *, revealed: bool
    ) -> None:
        self.form, self.answers, self.language = form, answers, language
        blocks = summary(form, answers or {}, "zh" if language == BOTH else language, revealed=revealed, zone=zone)
        self.shown = {shown.field: shown for block in blocks for shown in block.shown}
        self.names = {field.name for field in (form.fields() if answers is None else asked(form, answers))}

    def say(self, text: Words | None) -> str:
        if text is None:
            return ""
        return f"{text.of('zh')} {text.of('en')}" if self.language == BOTH else text.of(self.language)

    def sections(self) -> list[dict[str, Any]]:
        found = []
        for section in self.form.sections:
            fields = [self.field(field) for field in section.fields if field.name in self.names]
            if fields:
                when = self.when(section.when) if self.answers is None else ""
                told = {"title": self.say(section.title), "help": self.say(section.help), "when": when}
                found.append(told | {"fields": fields})
        return found

    def field(self, field: Field) -> dict[str, Any]:
        blank = self.answers is None
        answer = None if self.answers is None else self.answers.get(field.name)
        shown = None if blank else self.shown.get(field.name)
        masked = shown is not None and shown.masked
        repeated = field.kind in REPEATABLE and not masked
        picked = answer if isinstance(answer, tuple) else (answer,)
        stated = isinstance(answer, NoAnswer)
        return {
            "label": self.say(field.label),
            "required": field.required,
            "when": self.when(field.when) if blank else "",
            "help": self.say(field.help) if blank else "",
            "no_answer": shown.text if shown and stated else "",
            "text": shown.text if shown and not stated else "",
            "unit": field.unit,
            "lines": 4 if field.kind is Kind.LONG_TEXT else 1,
            "digits": BOXES.get(field.kind, 0) if blank else 0,
            "choices": [{"label": self.say(c.label), "picked": c.code in picked} for c in field.choices if not masked],
            "heads": [self.say(part.label) for part in PARTS[field.kind]] if repeated else [],
            "rows": shown.rows if shown and repeated else [],
            "blank_rows": BLANK_ROWS.get(field.kind, 0) if blank else 0,
        }

    def when(self, condition: Condition | None, *, turned: bool = False) -> str:
        """A condition as people read it; `turned` where it stands under a `not`."""
        if condition is None:
            return ""
        if condition.test == "not":
            return self.when(condition.parts[0], turned=not turned)
        if condition.parts:
            either = (condition.test == "any") is not turned
            return f" {'/' if either else '+'} ".join(f"({self.when(part, turned=turned)})" for part in condition.parts)
        field = self.form.field(condition.field)
        if field is None:
            return ""
        sign = TURNED[SIGNS[condition.test]] if turned else SIGNS[condition.test]
        if condition.test == "answered":
            return f"{self.say(field.label)} {sign if condition.value else TURNED[sign]}"
        values = condition.value if isinstance(condition.value, list) else [condition.value]
        choices = [field.choice(str(value)) for value in values]
        said = " / ".join(self.say(c.label) if c else str(v) for c, v in zip(choices, values, strict=True))
        return f"{self.say(field.label)} {sign} {said}"
