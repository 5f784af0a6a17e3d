"""Read one answer: what was typed, as a value of the field's kind; or why it cannot be taken."""

from __future__ import annotations

import enum
import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from types import MappingProxyType
from typing import Any

import phonenumbers
from stdnum.cn import ric
from stdnum.exceptions import ValidationError

from ringfence.desks.cases.interview_form import PARTS, REPEATABLE, Field, Kind, Part

LONGEST = {Kind.TEXT: 500, Kind.LONG_TEXT: 20_000}
MOST_ROWS = 200
DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
ID_NUMBER = re.compile(r"[0-9A-Z][0-9A-Z \-/]{2,28}[0-9A-Z]")
RESIDENT_ID = re.compile(r"\d{17}[\dX]")
WHOLE = re.compile(r"[+-]?\d{1,15}")
DECIMAL = re.compile(r"[+-]?(\d{1,15}(\.\d{0,15})?|\.\d{1,15})")


class NoAnswer(enum.StrEnum):
    """Why a question has no answer. It counts as answered: someone saw to it."""

    UNKNOWN = "unknown"
    REFUSED = "refused"
    NOT_ASKED = "not_asked"


class Cannot(Exception):  # noqa: N818 (an answer that cannot be taken is no fault)
    """An answer cannot be taken; `others` are further reasons in other rows."""

    def __init__(self, code: str, **values: object) -> None:
        """Keep the code of the sentence and its values."""
        super().__init__(code)
        self.code = code
        self.values: Mapping[str, object] = MappingProxyType(values)
        self.row: int | None = None
        self.part: str | None = None
        self.others: list[Cannot] = []


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where and when the answers were given."""

    today: date | None
    zone: tzinfo
    region: str


def read_value(field: Field, told: Any, bounds: Bounds) -> Any:
    """The typed answer; None where nothing was told. Raises `Cannot`."""
    if isinstance(told, NoAnswer):
        return told
    if isinstance(told, Mapping) and set(told) == {"no_answer"}:
        if told["no_answer"] not in list(NoAnswer):
            raise Cannot("not_a_reason")
        return NoAnswer(told["no_answer"])
    if told is None or (isinstance(told, str) and not told.strip()) or told in ([], ()):
        return None
    if field.kind in REPEATABLE:
        return _rows(field, told, bounds)
    return _within(field, _read(field.kind, field, told, bounds), bounds)


def plain_value(value: Any) -> Any:
    """A typed answer as a JSON value."""
    if isinstance(value, NoAnswer):
        return {"no_answer": value.value}
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, tuple):
        return [plain_value(each) for each in value]
    if isinstance(value, Mapping):
        return {name: plain_value(each) for name, each in value.items()}
    return value


def _read(kind: Kind, field: Field | None, told: Any, bounds: Bounds) -> Any:
    match kind:
        case Kind.TEXT | Kind.LONG_TEXT:
            return _text(told, LONGEST[kind], one_line=kind is Kind.TEXT)
        case Kind.INTEGER:
            return _integer(told)
        case Kind.NUMBER:
            return _number(told)
        case Kind.DATE:
            return _day(told)
        case Kind.DATETIME:
            return _moment(told, bounds.zone)
        case Kind.PHONE:
            return _phone(told, bounds.region)
        case Kind.ID_NUMBER:
            return _id_number(told)
        case Kind.CHOICES:
            return _codes(field, told)
        case _:
            return _code(field, told)


def _text(told: Any, longest: int, *, one_line: bool) -> str:
    if not isinstance(told, str):
        raise Cannot("not_a_text")
    text = unicodedata.normalize("NFC", told.replace("\r\n", "\n").replace("\r", "\n")).strip()
    allowed = {"\t"} if one_line else {"\t", "\n"}
    if one_line:
        text = text.replace("\n", " ")
    if any(unicodedata.category(character) in {"Cc", "Cs"} and character not in allowed for character in text):
        raise Cannot("not_printable")
    if len(text) > longest:
        raise Cannot("too_long", most=longest, length=len(text))
    return text


def _short(told: Any, code: str) -> str:
    """Typed text in plain form: full-width digits and letters as people type them in Chinese become ASCII."""
    if not isinstance(told, str) or len(told) > LONGEST[Kind.TEXT]:
        raise Cannot(code)
    return unicodedata.normalize("NFKC", told).strip()


def _integer(told: Any) -> int:
    if isinstance(told, int) and not isinstance(told, bool) and abs(told) < 10**15:
        return told
    if isinstance(told, float) and told.is_integer() and abs(told) < 10**15:
        return int(told)
    text = _short(told, "not_an_integer")
    if not WHOLE.fullmatch(text):
        raise Cannot("not_an_integer")
    return int(text)


def _number(told: Any) -> float:
    if isinstance(told, (int, float)) and not isinstance(told, bool):
        if abs(told) > 10**15 or not math.isfinite(told):
            raise Cannot("not_a_number")
        return float(told)
    text = _short(told, "not_a_number")
    if not DECIMAL.fullmatch(text):
        raise Cannot("not_a_number")
    return float(text)


def _day(told: Any) -> date:
    if isinstance(told, date) and not isinstance(told, datetime):
        return told
    found = DAY.fullmatch(_short(told, "not_a_date"))
    if not found:
        raise Cannot("not_a_date")
    try:
        return date(*(int(part) for part in found.groups()))
    except ValueError as fault:
        raise Cannot("not_a_date") from fault


def _moment(told: Any, zone: tzinfo) -> datetime:
    try:
        moment = told if isinstance(told, datetime) else datetime.fromisoformat(_short(told, "not_a_datetime"))
        told_at = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        if not 1000 < told_at.year < 9000:  # noqa: PLR2004 (no zone can push such a year off the calendar)
            raise Cannot("not_a_datetime")
        return told_at.astimezone(UTC)
    except ValueError as fault:
        raise Cannot("not_a_datetime") from fault


def _phone(told: Any, region: str) -> str:
    try:
        number = phonenumbers.parse(_short(told, "not_a_phone"), region)
    except phonenumbers.NumberParseException as fault:
        raise Cannot("not_a_phone") from fault
    if not phonenumbers.is_possible_number(number):
        raise Cannot("not_a_phone")
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{written};ext={number.extension}" if number.extension else written


def _id_number(told: Any) -> str:
    """A document number. Only a Chinese resident number has a check we can make without knowing the document."""
    text = _short(told, "not_an_id_number").upper()
    if not ID_NUMBER.fullmatch(text):
        raise Cannot("not_an_id_number")
    if RESIDENT_ID.fullmatch(text):
        try:
            if ric.calc_check_digit(text) != text[-1]:
                raise Cannot("id_number_checksum")
            ric.get_birth_date(text)
        except ValidationError as fault:
            raise Cannot("not_an_id_number") from fault
    return text


def _code(field: Field | None, told: Any) -> str:
    if isinstance(told, bool):
        told = "yes" if told else "no"
    if not isinstance(told, str) or field is None or field.choice(told) is None:
        raise Cannot("not_a_choice", value=str(told)[:80])
    return told


def _codes(field: Field | None, told: Any) -> tuple[str, ...]:
    told = [told] if isinstance(told, str) else told
    if not isinstance(told, (list, tuple)):
        raise Cannot("not_a_list")
    picked = {_code(field, each) for each in told}
    choices = [choice for choice in (field.choices if field else ()) if choice.code in picked]
    alone = next((choice for choice in choices if choice.exclusive), None)
    if alone is not None and len(choices) > 1:
        raise Cannot("stands_alone", value=alone.code)
    return tuple(choice.code for choice in choices)


def _within(field: Field, value: Any, bounds: Bounds) -> Any:
    if field.kind in {Kind.TEXT, Kind.LONG_TEXT}:
        if isinstance(field.most, (int, float)) and len(value) > field.most:
            raise Cannot("too_long", most=field.most, length=len(value))
        return value
    compared: Any = value.astimezone(bounds.zone).date() if field.kind is Kind.DATETIME else value
    for limit, code in ((field.least, "too_low"), (field.most, "too_high")):
        bound: Any = bounds.today if limit == "today" else limit
        if limit is None:
            continue
        if bound is None:
            raise Cannot("no_day_known")
        if (compared < bound) if code == "too_low" else (compared > bound):
            raise Cannot(code, **{"least" if code == "too_low" else "most": str(bound)})
    return value


def _rows(field: Field, told: Any, bounds: Bounds) -> tuple[dict[str, Any], ...] | None:
    if not isinstance(told, (list, tuple)):
        raise Cannot("not_a_list")
    most = field.most if isinstance(field.most, int) else MOST_ROWS
    if len(told) > most:
        raise Cannot("too_many_rows", most=most)
    rows: list[dict[str, Any]] = []
    wrong: list[Cannot] = []
    for number, row in enumerate(told):
        read = _row(PARTS[field.kind], row, number, bounds, wrong)
        if read:
            rows.append(read)
    if wrong:
        wrong[0].others = wrong[1:]
        raise wrong[0]
    return tuple(rows) or None


def _row(parts: tuple[Part, ...], told: Any, number: int, bounds: Bounds, wrong: list[Cannot]) -> dict[str, Any]:
    """One row of a repeatable field; a row without any answer is no row."""
    read: dict[str, Any] = {}
    before = len(wrong)

    def note(cannot: Cannot, part: str | None) -> None:
        cannot.row, cannot.part = number, part
        wrong.append(cannot)

    if not isinstance(told, Mapping):
        note(Cannot("not_a_row"), None)
        return read
    for name in set(map(str, told)) - {part.name for part in parts}:
        note(Cannot("no_such_field"), name)
    for part in parts:
        given = told.get(part.name)
        if given is None or (isinstance(given, str) and not given.strip()):
            continue
        try:
            read[part.name] = _read(part.kind, None, given, bounds)
        except Cannot as cannot:
            note(cannot, part.name)
    for part in parts:
        if part.required and read and part.name not in read and len(wrong) == before:
            note(Cannot("missing"), part.name)
    if "from" in read and "until" in read and read["until"] < read["from"]:
        note(Cannot("ends_before_it_begins"), "until")
    return read
