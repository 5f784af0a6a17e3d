"""Checks of what people hand in: ID numbers, phones, dates, sex; each normalised, or a reason why not."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import Any

import phonenumbers
from phonenumbers import PhoneMetadata
from stdnum.exceptions import InvalidChecksum, ValidationError
from stdnum.util import get_cc_module

EPOCH_ORDINAL = date(1970, 1, 1).toordinal()

UNKNOWN, MALE, FEMALE, NEITHER = 0, 1, 2, 9
"""Sex as ISO/IEC 5218 writes it."""

SEX_CODES = {
    UNKNOWN: ("", "0", "u", "unk", "unknown", "未知", "不详"),
    MALE: ("1", "m", "male", "man", "男", "男性"),
    FEMALE: ("2", "f", "female", "woman", "女", "女性"),
    NEITHER: ("9", "o", "x", "other", "其他", "未说明"),
}
SEX_WORDS = {MALE: "male", FEMALE: "female", NEITHER: "other"}
"""The word that facts use for a sex; none for UNKNOWN."""
_SEX = {text: code for code, texts in SEX_CODES.items() for text in texts}

NATIONAL_NUMBERS = {
    "BE": "nn", "BG": "egn", "CN": "ric", "CZ": "rc", "DK": "cpr", "EE": "ik", "FI": "hetu", "FR": "nir", "ID": "nik",
    "IL": "idnr", "IS": "kennitala", "IT": "codicefiscale", "KR": "rrn", "LT": "asmens", "MX": "curp", "MY": "nric",
    "NO": "fodselsnummer", "PK": "cnic", "PL": "pesel", "RO": "cnp", "SE": "personnummer", "SI": "emso", "SK": "rc",
    "TH": "pin", "TR": "tckimlik", "ZA": "idnr",
}  # fmt: skip
"""The national identity number of each country, by the name of its python-stdnum module."""


class Unfit(ValueError):  # noqa: N818 (a refusal is not a fault)
    """A value that cannot be taken; `reason` is a code for the report of bad rows."""

    def __init__(self, reason: str) -> None:
        """Say why by code."""
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class IdNumber:
    """A normalised ID number, with what it says of its holder."""

    normal: str
    country: str | None = None  # None for a passport or another document that no checksum guards
    birth_on: date | None = None
    sex: int = UNKNOWN


# -- ID numbers -------------------------------------------------------------------------------------------------------


def plain(text: str) -> str:
    """Full-width letters and digits made plain, upper case, without spaces, dots and dashes."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return text.upper().translate(_DROPPED)


_DROPPED = str.maketrans("", "", " \t\r\n\u00a0\u3000-‐–—.·/")
_CHINESE = re.compile(r"[1-9][0-9]{14}|[1-9][0-9]{16}[0-9X]")
_DOCUMENT = re.compile(r"(?=.*[0-9])[A-Z0-9()]{4,24}")
_CENTURY = "19"  # the 15-digit numbers were given until 1999


def chinese_id(number: str) -> tuple[str, int, int]:
    """(normalised 18 digits, birth as days since 1970, sex) of a Chinese resident ID number already `plain`.

    15-digit numbers of the first generation are widened. Unlike python-stdnum, the county code is not looked up:
    counties are renamed every year, and a person must not be refused for it. Source: GB 11643-1999; ISO 7064 MOD 11-2.
    """
    if len(number) == 15:  # noqa: PLR2004
        number = number[:6] + _CENTURY + number[6:]
        number += chinese_check_digit(number)
    elif number[-1] != chinese_check_digit(number[:-1]):
        raise Unfit("id_checksum")
    birth = _day_of_digits(number[6:14])
    if birth is None:
        raise Unfit("id_birth_date")
    return number, birth, MALE if int(number[16]) % 2 else FEMALE


def chinese_check_digit(number: str) -> str:
    """The 18th sign for 17 digits.

    The weighted sum modulo 11 is the value of the digits read in base 13, because 13 is 2 modulo 11 and the weights
    are powers of 2.
    """
    digit = (1 - 2 * int(number, 13)) % 11
    return "X" if digit == 10 else str(digit)  # noqa: PLR2004


@lru_cache(maxsize=1 << 17)
def _day_of_digits(digits: str) -> int | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).toordinal() - EPOCH_ORDINAL
    except ValueError:
        return None


def id_number(text: str, country: str = "CN") -> IdNumber:
    """An ID number, checked by the rules of its country; a passport or another document is only normalised.

    Raises `Unfit`: `id_checksum`, `id_birth_date`, `id_shape`.
    """
    normal, birth_day, sex_told = id_parts(text, country)
    national = birth_day is not None or (country in NATIONAL_NUMBERS and bool(_stdnum(country).is_valid(normal)))
    birth_on = None if birth_day is None else date.fromordinal(birth_day + EPOCH_ORDINAL)
    return IdNumber(normal, country if national else None, birth_on, sex_told)


def id_parts(text: str, country: str = "CN") -> tuple[str, int | None, int]:
    """(normalised number, birth as days since 1970 or None, sex) of an ID number; raises as `id_number`."""
    number = plain(text)
    if country == "CN":
        if _CHINESE.fullmatch(number):
            return chinese_id(number)
    elif country in NATIONAL_NUMBERS and (told := _national(text, country)) is not None:
        return told
    if not _DOCUMENT.fullmatch(number):
        raise Unfit("id_shape")
    return number, None, UNKNOWN


def _national(text: str, country: str) -> tuple[str, int | None, int] | None:
    """The parts of a national number by python-stdnum; None for what does not look like one (a passport)."""
    module = _stdnum(country)
    try:
        normal = module.validate(text)
    except InvalidChecksum:
        raise Unfit("id_checksum") from None
    except ValidationError:
        return None
    born = _told(module, "get_birth_date", normal)
    return normal, None if born is None else born.toordinal() - EPOCH_ORDINAL, _sex_told(module, normal)


@cache
def _stdnum(country: str) -> Any:
    return get_cc_module(country.lower(), NATIONAL_NUMBERS[country])


def _told(module: Any, question: str, number: str) -> Any:
    """What a number says of its holder, or None where its kind cannot be asked."""
    ask = getattr(module, question, None)
    try:
        return ask(number) if ask else None
    except (ValidationError, ValueError):
        return None


def _sex_told(module: Any, number: str) -> int:
    told = _told(module, "get_gender", number)
    return {"M": MALE, "F": FEMALE}.get(told, UNKNOWN) if isinstance(told, str) else UNKNOWN


# -- phones -----------------------------------------------------------------------------------------------------------

_PHONE_NOISE = str.maketrans("", "", " \t\u00a0\u3000-()（）.")


def phone(text: str, region: str = "CN") -> str:
    """A phone as E.164 (`+8613912345678`); raises `Unfit("phone_invalid")`.

    Plain mobile numbers of the default region are met by that region's own pattern, 20 times as fast as the full
    parser.
    """
    number = text.translate(_PHONE_NOISE)
    mobile, prefix, code = _mobile(region)
    if number.startswith(f"+{code}"):
        number = number[len(str(code)) + 1 :]
    if number.isascii() and mobile.fullmatch(number) and not (prefix and prefix.match(number)):
        return f"+{code}{number}"
    return phone_by_library(text, region)


def names_a_person(text: str, country: str = "CN") -> bool:
    """Whether a text is, by its form and check digits, a national identity number or a telephone.

    Digits alone are a telephone only where they are a mobile number of the country; with a + of any.
    """
    plain_text = unicodedata.normalize("NFKC", text).strip()
    try:
        if id_number(plain_text, country).country is not None:
            return True
    except Unfit:
        pass
    number = plain_text.translate(_PHONE_NOISE)
    if number.startswith("+"):
        try:
            return phonenumbers.is_valid_number(phonenumbers.parse(number))
        except phonenumbers.NumberParseException:
            return False
    return number.isascii() and bool(_mobile(country)[0].fullmatch(number))


def phone_by_library(text: str, region: str) -> str:
    """The same by the full parser alone: slow and obvious."""
    try:
        parsed = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        raise Unfit("phone_invalid") from None
    if not phonenumbers.is_possible_number(parsed):
        raise Unfit("phone_invalid")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


@cache
def _mobile(region: str) -> tuple[re.Pattern[str], re.Pattern[str] | None, int]:
    """(pattern of national mobile numbers, of what may precede a national number, country code) of a region."""
    known: Any = PhoneMetadata.metadata_for_region(region)
    if known is None:
        message = f"{region!r} is no region that has telephones"
        raise LookupError(message)
    prefix = known.national_prefix_for_parsing
    return re.compile(known.mobile.national_number_pattern), re.compile(prefix) if prefix else None, known.country_code


# -- sex and birth ----------------------------------------------------------------------------------------------------


def sex(text: str) -> int:
    """The ISO/IEC 5218 code of a sex written in English or Chinese; raises `Unfit("sex_unknown_word")`."""
    code = _SEX.get(text.strip().lower())
    if code is None:
        raise Unfit("sex_unknown_word")
    return code


_DATE = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?(?:[T ].*)?")
_YEAR = re.compile(r"(\d{4})年?")

DAY, YEAR = 3, 1
"""How exactly a birth is known: to the day, or to the year."""

OLDEST_YEARS = 125


@lru_cache(maxsize=1 << 17)
def birth(text: str, on: date) -> tuple[int, int]:
    """(days since 1970, DAY or YEAR) of a birth date or year; year first, as registers write it.

    Raises `Unfit`: `birth_not_a_date`, `birth_in_future`, `birth_too_long_ago` (as seen on the day `on`).
    """
    text = text.strip()
    try:
        if found := _DATE.fullmatch(text):
            born, exact = date(int(found[1]), int(found[2]), int(found[3])), DAY
        elif found := _YEAR.fullmatch(text):
            born, exact = date(int(found[1]), 1, 1), YEAR
        else:
            raise Unfit("birth_not_a_date")
    except ValueError:
        raise Unfit("birth_not_a_date") from None
    if born > on:
        raise Unfit("birth_in_future")
    if born.year < on.year - OLDEST_YEARS:
        raise Unfit("birth_too_long_ago")
    return born.toordinal() - EPOCH_ORDINAL, exact


def birth_of_age(text: str, on: date) -> tuple[int, int]:
    """(1 January of the likeliest year of birth, YEAR) for an age on a day; raises `Unfit("age_not_a_number")`."""
    try:
        years = int(float(text))
    except (ValueError, OverflowError):
        raise Unfit("age_not_a_number") from None
    if not 0 <= years <= OLDEST_YEARS:
        raise Unfit("age_not_a_number")
    born = on - timedelta(days=round(365.2425 * (years + 0.5)))
    return date(born.year, 1, 1).toordinal() - EPOCH_ORDINAL, YEAR
