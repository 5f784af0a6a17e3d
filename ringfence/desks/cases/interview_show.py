"""Show answers to people, section by section; and lay them out as flat columns for an export."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import Any

import orjson

from ringfence.desks.cases.interview_answers import NoAnswer, plain_value
from ringfence.desks.cases.interview_asked import asked
from ringfence.desks.cases.interview_form import (
    PARTS,
    REPEATABLE,
    Field,
    Form,
    Kind,
    Words,
)
from ringfence.desks.cases.interview_words import LABELS

MASK = "•••"
ROWS = 5
NO_ANSWER = {
    NoAnswer.UNKNOWN: Words({"en": LABELS["no_answer.unknown"], "zh": "不详"}),
    NoAnswer.REFUSED: Words({"en": LABELS["no_answer.refused"], "zh": "拒绝回答"}),
    NoAnswer.NOT_ASKED: Words({"en": LABELS["no_answer.not_asked"], "zh": "未询问"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One question and its answer as text; a repeatable field has column heads and rows instead."""

    field: str
    label: str
    text: str = ""
    answered: bool = False
    masked: bool = False
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """One section of a form with its answers."""

    title: str
    shown: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a flat export: `field`, `field.code`, `field.1.part`, `field.count` or `field.rest`."""

    name: str
    field: str
    label: Words
    kind: str  # text, integer, number, date, datetime, code, flag, json
    personal: bool


def summary(
    form: Form, answers: Mapping[str, Any], language: str, *, revealed: bool = True, zone: tzinfo = UTC
) -> list[Block]:
    """Typed answers in the form's order, as text in a language; personal ones are masked unless revealed."""
    names = {field.name for field in asked(form, answers)}
    blocks = []
    for section in form.sections:
        shown = tuple(
            _shown(field, answers.get(field.name), language, zone, masked=field.personal and not revealed)
            for field in section.fields
            if field.name in names
        )
        if shown:
            blocks.append(Block(section.title.of(language), shown))
    return blocks


def _shown(field: Field, answer: Any, language: str, zone: tzinfo, *, masked: bool) -> Shown:
    label = field.label.of(language)
    answered = answer is not None
    if answered and masked and not isinstance(answer, NoAnswer):
        return Shown(field=field.name, label=label, text=MASK, answered=True, masked=True)
    if field.kind in REPEATABLE and isinstance(answer, tuple):
        parts = PARTS[field.kind]
        rows = tuple(tuple(_moment(row.get(part.name, ""), zone) for part in parts) for row in answer)
        heads = tuple(part.label.of(language) for part in parts)
        return Shown(field=field.name, label=label, answered=True, heads=heads, rows=rows)
    return Shown(field=field.name, label=label, text=_text(field, answer, language, zone), answered=answered)


def _text(field: Field, answer: Any, language: str, zone: tzinfo) -> str:
    if answer is None:
        return ""
    if isinstance(answer, NoAnswer):
        return NO_ANSWER[answer].of(language)
    if field.choices:
        picked = [field.choice(code) for code in (answer if field.kind is Kind.CHOICES else (answer,))]
        return ("、" if language.startswith("zh") else ", ").join(c.label.of(language) for c in picked if c)
    if isinstance(answer, float):
        return f"{answer:g} {field.unit}".strip()
    return f"{_moment(answer, zone)} {field.unit}".strip()


def _moment(value: object, zone: tzinfo) -> str:
    """A day, or a moment in a zone, as people write it; anything else as it stands."""
    if isinstance(value, datetime):
        return value.astimezone(zone).strftime("%Y-%m-%d %H:%M")
    return value.isoformat() if isinstance(value, date) else str(value)


def columns(form: Form, *, rows: int = ROWS) -> tuple[Column, ...]:
    """The flat columns of a form: one a field, one a code where several can be chosen, `rows` rows of a table."""
    return tuple(column for field in form.fields() for column in _columns(field, rows))


def _columns(field: Field, rows: int) -> list[Column]:
    name, label, personal = field.name, field.label, field.personal
    if field.kind is Kind.CHOICES:
        codes = [Column(f"{name}.{c.code}", name, _joined(label, c.label), "flag", personal) for c in field.choices]
        return [*codes, Column(f"{name}.no_answer", name, label, "code", personal=False)]
    if field.kind not in REPEATABLE:
        kind = {Kind.CHOICE: "code", Kind.YES_NO_UNKNOWN: "code"}.get(field.kind, _plain_kind(field.kind))
        return [Column(name, name, label, kind, personal)]
    found = [Column(f"{name}.count", name, label, "integer", personal=False)]
    for number in range(1, rows + 1):
        numbered = Words({language: f"{text} {number}" for language, text in label.texts.items()})
        found += [
            Column(f"{name}.{number}.{p.name}", name, _joined(numbered, p.label), _plain_kind(p.kind), personal)
            for p in PARTS[field.kind]
        ]
    return [*found, Column(f"{name}.rest", name, label, "json", personal)]


def _plain_kind(kind: Kind) -> str:
    return kind.value if kind in {Kind.INTEGER, Kind.NUMBER, Kind.DATE, Kind.DATETIME} else "text"


def _joined(first: Words, second: Words) -> Words:
    return Words({language: f"{first.of(language)}: {second.of(language)}" for language in first.texts})


def flat(form: Form, answers: Mapping[str, Any], *, rows: int = ROWS) -> dict[str, Any]:
    """Typed answers under the names of `columns`; a column without an answer is left out, a stated one is its reason.

    Rows beyond `rows` go into `field.rest` as JSON, so that an export loses nothing.
    """
    found: dict[str, Any] = {}
    for field in form.fields():
        answer = answers.get(field.name)
        if answer is not None:
            found |= _flat(field, answer, rows)
    return found


def _flat(field: Field, answer: Any, rows: int) -> dict[str, Any]:
    name = field.name
    if isinstance(answer, NoAnswer):
        within = {Kind.CHOICES: ".no_answer", Kind.PLACE_VISIT: ".rest", Kind.CONTACT: ".rest"}.get(field.kind, "")
        return {name + within: answer.value}
    if field.kind is Kind.CHOICES:
        return {f"{name}.{choice.code}": choice.code in answer for choice in field.choices}
    if field.kind not in REPEATABLE:
        return {name: answer}
    found: dict[str, Any] = {f"{name}.count": len(answer)}
    for number, row in enumerate(answer[:rows], 1):
        found |= {f"{name}.{number}.{part}": value for part, value in row.items()}
    if len(answer) > rows:
        found[f"{name}.rest"] = orjson.dumps(plain_value(answer[rows:])).decode()
    return found
