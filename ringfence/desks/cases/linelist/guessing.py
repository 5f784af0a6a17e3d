"""Guess what the columns of a file are, from their names and from what their values look like."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from rapidfuzz import fuzz

from ringfence.core.tables import Table
from ringfence.desks.cases.linelist.fields import CASES, LINKS, Field, words_of
from ringfence.desks.cases.linelist.mapping import Column, FileKind, Mapping
from ringfence.science import linelist_values as values
from ringfence.science.dates import DateColumn, Order, read_dates

EARLIEST, LATEST = date(1850, 1, 1), date(2199, 12, 31)
_SAMPLE = 400
_ALIKE = 86.0
_ENOUGH = 0.5
_READABLE = 0.5
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")
_DAY_OR_MONTH: tuple[Order, Order] = ("dmy", "mdy")


@dataclass(frozen=True, slots=True)
class _Guess:
    field: Field
    confidence: float
    reason: str


def guess(table: Table, *, not_before: date = EARLIEST, not_after: date = LATEST) -> Mapping:
    """What each column probably is. The possible days, where known, help to tell the order of day and month.

    Each guess carries its confidence (0 to 1) and a reason: the name is that of a field, is like it, or the values
    look like it. A column whose values do not fit the field of its name is not taken for it. Whatever is left is kept
    as extra.
    """
    samples = {name: _sample(table, name) for name in table.header}
    kind = _kind(table, samples)
    known = CASES if kind == "cases" else LINKS
    guesses = [
        (column, found)
        for column in table.header
        for found in _guesses(column, samples[column], known, table.frame.height)
    ]
    guesses.sort(key=lambda pair: -pair[1].confidence)  # stable: the leftmost column wins a tie
    taken: dict[str, _Guess] = {}
    filled: set[str] = set()
    for column, found in guesses:
        if column in taken or (found.field.name in filled and not found.field.many):
            continue
        taken[column] = found
        filled.add(found.field.name)
    columns = tuple(_as_column(name, taken.get(name), samples[name]) for name in table.header)
    return Mapping(_with_orders(table, columns, known, not_before, not_after), kind)


def kind_of(table: Table, mapping: Mapping) -> FileKind:
    """Whether the rows are cases or links between cases, as mapped."""
    fed = {column.field for column in mapping.columns if column.column in table.header}
    if mapping.kind == "links" and {"infector", "infectee"} <= fed:
        return "links"
    return "cases"


def _sample(table: Table, name: str) -> list[str]:
    """Some of the values that are not words for "no value"."""
    column = table.frame[name].drop_nulls()
    step = max(len(column) // (_SAMPLE * 4), 1)
    told = [text for text in column.gather_every(step).to_list() if not values.missing(text)]
    return told[:_SAMPLE]


def _kind(table: Table, samples: dict[str, list[str]]) -> FileKind:
    """Links, if there are columns for the two ends; or an infector, a case and nothing that describes a case."""
    heads = [set(words_of(name)) for name in table.header]
    if any("infectee" in head for head in heads) and any("infector" in head for head in heads):
        return "links"
    plain = {" ".join(words_of(name)) for name in table.header}
    if {"from", "to"} <= plain or {"source", "target"} <= plain:
        return "links"
    exact = {
        field.name
        for name in table.header
        for field in CASES.values()
        if _name_score(name, field)[0] >= 0.9 and _fit(field, samples[name]) >= _READABLE  # noqa: PLR2004
    }
    describing = exact - {"infector", "code", "related", "source", "exposure_setting", "notes", "cluster"}
    return "links" if "infector" in exact and len(exact & {"code", "related"}) > 0 and not describing else "cases"


def _guesses(column: str, sample: list[str], known: dict[str, Field], rows: int) -> list[_Guess]:
    found = []
    for field in known.values():
        score, reason = _name_score(column, field)
        if score:
            fit = _fit(field, sample, column)
            score = score * fit if fit < _READABLE else score
            if field.name in ("code", "infectee") and sample:
                score -= 0.1 * (1 - len(set(sample)) / len(sample))
            if score >= _ENOUGH:
                found.append(_Guess(field, round(score, 3), reason))
        elif field.words is not None and rows >= 5 and _looks_like(field, sample):  # noqa: PLR2004
            found.append(_Guess(field, 0.6, "values_look_like"))
    return found


def _name_score(column: str, field: Field) -> tuple[float, str]:
    """How well a header names a field: the same words (the first synonyms best), or nearly the same letters."""
    best, reason = 0.0, ""
    last = column.rsplit(" / ", 1)[-1]
    for header, share in ((column, 1.0), (last, 0.95)):
        told = words_of(header)
        if not told:
            continue
        for place, synonym in enumerate(_synonyms(field)):
            score = _alike(told, synonym) * share
            score = score - 0.004 * place if score > 0.9 else score  # noqa: PLR2004
            if score > best:
                best, reason = score, "name_same" if score > 0.8 else "name_alike"  # noqa: PLR2004
    return best, reason


@cache
def _synonyms_of(field: str, kind: str) -> tuple[tuple[str, ...], ...]:
    known = CASES if kind == "cases" else LINKS
    return tuple(dict.fromkeys(words_of(synonym) for synonym in known[field].synonyms))


def _synonyms(field: Field) -> tuple[tuple[str, ...], ...]:
    return _synonyms_of(field.name, "cases" if CASES.get(field.name) is field else "links")


def _alike(told: tuple[str, ...], synonym: tuple[str, ...]) -> float:
    """1 for the same words, .97 in another order, .9 without the word `date`, less for nearly the same letters."""
    if told == synonym:
        return 1.0
    if sorted(told) == sorted(synonym):
        return 0.97
    if set(told) - {"date"} == set(synonym) - {"date"} and "date" in (*told, *synonym) and len(told) > 1:
        return 0.88
    one, other = " ".join(sorted(told)), " ".join(sorted(synonym))
    if min(len(one), len(other)) < 4:  # noqa: PLR2004
        return 0.0
    ratio = fuzz.ratio(one, other)
    return 0.75 * ratio / 100 if ratio >= _ALIKE else 0.0


def _looks_like(field: Field, sample: list[str]) -> bool:
    """Whether nearly all values are words of an enum; one repeated word, or single letters, prove nothing."""
    if field.words is None or len(set(sample)) < 2:  # noqa: PLR2004
        return False
    telling = [text for text in sample if len(text) > 2 or not text.isascii()]  # noqa: PLR2004
    fits = values.readable_share(sample, dict(field.words)) >= 0.95  # noqa: PLR2004
    return fits and (len(telling) > len(sample) / 2 or field.name == "sex")


def _fit(field: Field, sample: list[str], column: str = "") -> float:
    """The share of the sample that the field can hold; an empty column fits anything."""
    if not sample:
        return 1.0
    if field.kind == "date":
        return _share(sample, lambda text: not _dateless(text))
    if field.kind == "yesno":
        return _share(sample, lambda text: values.yes_no(text) is not None)
    if field.kind in ("age", "band"):
        return _share(sample, lambda text: values.age(text) is not None)
    if field.kind == "number":
        return _coordinates(field.name, sample)
    if field.words is not None:
        numbers = field.name == "sex" and (
            set(sample) <= {"1", "2"} or (_of_one_sex(column) and set(sample) <= {"0", "1"})
        )
        return 1.0 if numbers else values.readable_share(sample, dict(field.words))
    if field.kind == "codes":
        return _share(sample, lambda text: len(text) < 200 and text.count(" ") < 12)  # noqa: PLR2004
    if field.name == "name":
        return _share(sample, lambda text: not _NUMBER.fullmatch(text))
    if field.name in ("exposure_setting", "setting"):
        return _share(sample, lambda text: _dateless(text) and not _NUMBER.fullmatch(text))
    return 1.0


def _of_one_sex(column: str) -> str | None:
    told = words_of(column)
    return told[-1] if told and told[-1] in ("male", "female") else None


def _share(sample: list[str], fits: Callable[[str], bool]) -> float:
    return sum(1 for text in sample if fits(text)) / len(sample)


def _dateless(text: str) -> bool:
    read = read_dates([text], not_before=EARLIEST, not_after=LATEST)
    return (
        read.days[0] is None and read.bad[0].reason in ("unreadable", "incomplete")
        if read.bad
        else read.days[0] is None
    )


def _coordinates(name: str, sample: list[str]) -> float:
    limit = 90.0 if name == "lat" else 180.0
    return _share(sample, lambda text: bool(_NUMBER.fullmatch(text)) and abs(float(text)) <= limit)


def _as_column(name: str, found: _Guess | None, sample: list[str]) -> Column:
    if found is None:
        return Column(name, confidence=0.0, reason="not_known")
    made = Column(name, found.field.name, confidence=found.confidence, reason=found.reason)
    if found.field.name == "sex":
        one = _of_one_sex(name)
        if one and set(sample) <= {"0", "1"}:
            other = "female" if one == "male" else "male"
            return replace(made, values={"1": one, "0": other})
        if set(sample) <= {"1", "2"}:
            return replace(made, values=dict(values.SEX_NUMBERS))
    return made


def _with_whole_years(table: Table, column: str) -> bool:
    """Whether years have four digits; with two, an order found without the possible days is not to be kept."""
    return bool(table.frame[column].str.contains(r"[-/. ]\d{4}\b").any())


def _with_orders(
    table: Table, columns: tuple[Column, ...], known: dict[str, Field], not_before: date, not_after: date
) -> tuple[Column, ...]:
    """The order of each date column; one that cannot tell follows the others of its file, if these agree."""
    read: dict[str, DateColumn] = {}
    for column in columns:
        target = known.get(column.field)
        if target is not None and target.kind == "date":
            earliest = EARLIEST if target.name == "birth_on" else not_before
            read[column.column] = read_dates(
                table.frame[column.column].to_list(), not_before=earliest, not_after=not_after
            )
    agreed: set[Order] = {order for found in read.values() for order in _DAY_OR_MONTH if found.order == order}
    made = []
    for column in columns:
        found = read.get(column.column)
        order = next((order for order in _DAY_OR_MONTH if found is not None and found.order == order), None)
        if order and not_after == LATEST and not _with_whole_years(table, column.column):
            order = None
        if found is not None and found.ambiguous and len(agreed) == 1:
            order = next(iter(agreed))
        made.append(replace(column, order=order))
    return tuple(made)
