"""Interview forms: load them, check answers against them, show answers, and lay them out as columns.

Pure: no database, no clock. Forms are TOML files; answers are plain JSON values keyed by field name:
text, numbers, true/false, ISO days and times, codes, lists of codes, lists of rows for repeatable fields, and
`{"no_answer": "unknown" | "refused" | "not_asked"}` where a question was put (or not) and has no answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, tzinfo
from pathlib import Path
from typing import Any

from ringfence.core.errors import Refused
from ringfence.desks.cases.interview_answers import (
    Bounds,
    Cannot,
    NoAnswer,
    plain_value,
    read_value,
)
from ringfence.desks.cases.interview_asked import asked, holds
from ringfence.desks.cases.interview_form import (
    Condition,
    Field,
    Form,
    Kind,
    Part,
    Words,
)
from ringfence.desks.cases.interview_load import load_form
from ringfence.desks.cases.interview_show import (
    Block,
    Column,
    Shown,
    columns,
    flat,
    summary,
)

__all__ = [
    "Block", "Checked", "Column", "Condition", "Field", "Form", "Forms", "Kind", "NoAnswer", "Part", "Problem", "Shown",
    "Words", "asked", "columns", "flat", "form_of", "forms", "holds", "latest", "load_form", "plain", "summary",
    "validate",
]  # fmt: skip

Forms = dict[tuple[str, int], Form]
"""Forms by id and version."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why an answer cannot be taken: a label of interview_words, its values, and where in a repeated row."""

    code: str
    values: Mapping[str, object]
    row: int | None = None  # 0 is the first
    part: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What came of checking answers."""

    answers: dict[str, Any]  # typed: str, int, float, date, aware datetime, tuple of codes or rows, NoAnswer
    errors: dict[str, tuple[Problem, ...]]  # by field
    missing: tuple[str, ...]  # required, asked and without an answer
    set_aside: tuple[str, ...]  # answered, but no longer asked because of another answer
    completeness: float  # share of the fields asked that have an answer, 0..1; a stated "not known" is an answer

    @property
    def ok(self) -> bool:
        """Whether everything told can be taken."""
        return not self.errors


def forms(folders: Iterable[Path]) -> Forms:
    """Every form in these folders, by id and version. Two files that claim the same and differ are refused."""
    found: Forms = {}
    files: dict[tuple[str, int], str] = {}
    for folder in folders:
        for path in sorted(folder.glob("*.toml")):
            form = load_form(path)
            key = (form.id, form.version)
            if key in found and found[key].digest != form.digest:
                raise Refused("form_twice", form=form.id, version=form.version, file=files[key], other=path.name)
            found.setdefault(key, form)
            files.setdefault(key, path.name)
    return found


def form_of(known: Forms, form_id: str, version: int) -> Form:
    """The form under which answers were recorded."""
    if (form_id, version) not in known:
        names = ", ".join(f"{name} {number}" for name, number in sorted(known)) or "–"
        raise Refused("form_unknown", form=form_id, version=version, known=names)
    return known[form_id, version]


def latest(known: Forms, disease: str, about: str = "case") -> list[Form]:
    """The newest version of each form about this that serves a disease, those made for it before those for any."""
    newest: dict[str, Form] = {}
    for form in known.values():
        serves = form.about == about and (disease in form.diseases or "*" in form.diseases)
        if serves and (form.id not in newest or newest[form.id].version < form.version):
            newest[form.id] = form
    return sorted(newest.values(), key=lambda form: (disease not in form.diseases, form.id))


def validate(  # noqa: PLR0913 (each is told by name)
    form: Form,
    answers: Mapping[str, Any],
    *,
    partial: bool = True,
    today: date | None = None,
    zone: tzinfo = UTC,
    region: str = "CN",
) -> Checked:
    """Check answers against a form; never raises for what a person may have typed.

    `zone` is where a time without an offset was told; `today` is needed by forms whose days end today; `region` is the
    country of phone numbers told without one. With `partial=False` a required field without an answer is an error.
    """
    bounds = Bounds(today=today, zone=zone, region=region)
    typed: dict[str, Any] = {}
    errors: dict[str, tuple[Problem, ...]] = {}
    for name, told in answers.items():
        field = form.field(name)
        if field is None:
            errors[str(name)] = (Problem("answer.no_such_field", {}),)
            continue
        try:
            value = read_value(field, told, bounds)
        except Cannot as cannot:
            errors[name] = tuple(Problem(f"answer.{c.code}", c.values, c.row, c.part) for c in (cannot, *cannot.others))
        else:
            if value is not None:
                typed[name] = value
    return _weighed(form, typed, errors, partial=partial)


def _weighed(form: Form, typed: dict[str, Any], errors: dict[str, tuple[Problem, ...]], *, partial: bool) -> Checked:
    questions = asked(form, typed)
    names = {field.name for field in questions}
    missing = tuple(f.name for f in questions if f.required and f.name not in typed and f.name not in errors)
    if not partial:
        errors = errors | {name: (Problem("answer.missing", {}),) for name in missing}
    kept = {field.name: typed[field.name] for field in form.fields() if field.name in typed and field.name in names}
    hidden = {field.name for field in form.fields()} - names
    return Checked(
        answers=kept,
        errors={name: found for name, found in errors.items() if name not in hidden},
        missing=missing,
        set_aside=tuple(field.name for field in form.fields() if field.name in typed and field.name not in names),
        completeness=len(kept) / len(questions) if questions else 1.0,
    )


def plain(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Typed answers as JSON values; `validate` reads them back into the same answers."""
    return {name: plain_value(value) for name, value in answers.items()}
