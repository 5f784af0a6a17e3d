"""What an interview form is: sections of fields with labels in every language, codes, conditions and ranges."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

LANGUAGES = ("en", "zh")
"""Every text of a form must be given in these; it may be given in more."""


class Kind(enum.StrEnum):
    """What a field holds."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    INTEGER = "integer"
    NUMBER = "number"
    DATE = "date"
    DATETIME = "datetime"
    YES_NO_UNKNOWN = "yes_no_unknown"
    CHOICE = "choice"
    CHOICES = "choices"
    PLACE_VISIT = "place_visit"  # repeatable: place, from, until, activity, who
    CONTACT = "contact"  # repeatable: name, phone, relation, last_met
    PHONE = "phone"
    ID_NUMBER = "id_number"


REPEATABLE = frozenset({Kind.PLACE_VISIT, Kind.CONTACT})
ALWAYS_PERSONAL = frozenset({Kind.PHONE, Kind.ID_NUMBER, Kind.CONTACT, Kind.PLACE_VISIT})
PERSONAL_UNLESS_SAID = ALWAYS_PERSONAL | {Kind.TEXT, Kind.LONG_TEXT}


@dataclass(frozen=True, slots=True)
class Words:
    """One text in several languages; English and Chinese are always among them."""

    texts: Mapping[str, str]

    def of(self, language: str) -> str:
        """The text in a language such as `zh-hans` or `en`; English where the language is not given."""
        return self.texts.get(language) or self.texts.get(language.partition("-")[0].lower()) or self.texts["en"]


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer that can be picked: our code, its label, and the codes others use for it (`system -> code`)."""

    code: str
    label: Words
    external: Mapping[str, str]
    exclusive: bool = False  # cannot stand beside another, such as "none of these"


YES_NO_UNKNOWN = (
    Choice("yes", Words({"en": "Yes", "zh": "是"}), {"snomed": "373066001"}),
    Choice("no", Words({"en": "No", "zh": "否"}), {"snomed": "373067005"}),
    Choice("unknown", Words({"en": "Unknown", "zh": "不详"}), {"snomed": "261665006"}),
)


@dataclass(frozen=True, slots=True)
class Condition:
    """When a field or section is asked: one test of an earlier answer, or several joined by `any`, `all` or `not`."""

    test: str  # is, is_not, in, includes, at_least, at_most, answered; any, all, not
    field: str = ""
    value: object = None
    parts: tuple[Condition, ...] = ()

    def fields(self) -> Iterator[str]:
        """The names of the fields it looks at."""
        if self.field:
            yield self.field
        for part in self.parts:
            yield from part.fields()


@dataclass(frozen=True, slots=True)
class Part:
    """One column of a repeatable field."""

    name: str
    kind: Kind
    label: Words
    required: bool = False


PARTS: Mapping[Kind, tuple[Part, ...]] = {
    Kind.PLACE_VISIT: (
        Part("place", Kind.TEXT, Words({"en": "Place", "zh": "地点"}), required=True),
        Part("from", Kind.DATETIME, Words({"en": "From", "zh": "起"})),
        Part("until", Kind.DATETIME, Words({"en": "Until", "zh": "止"})),
        Part("activity", Kind.TEXT, Words({"en": "Activity", "zh": "活动内容"})),
        Part("who", Kind.TEXT, Words({"en": "With whom", "zh": "同行或接触人员"})),
    ),
    Kind.CONTACT: (
        Part("name", Kind.TEXT, Words({"en": "Name", "zh": "姓名"}), required=True),
        Part("phone", Kind.PHONE, Words({"en": "Phone", "zh": "电话"})),
        Part("relation", Kind.TEXT, Words({"en": "Relation", "zh": "与本人关系"})),
        Part("last_met", Kind.DATE, Words({"en": "Last met", "zh": "最后接触日期"})),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One question. `least` and `most` bound numbers (inclusive), dates ("today" is the day of the check) and rows."""

    name: str
    kind: Kind
    label: Words
    help: Words | None = None
    required: bool = False
    personal: bool = False  # sealed with the person's own key before it enters a fact
    when: Condition | None = None
    choices: tuple[Choice, ...] = ()
    least: float | date | str | None = None
    most: float | date | str | None = None
    unit: str = ""

    def choice(self, code: str) -> Choice | None:
        """The choice with this code, or None."""
        return next((choice for choice in self.choices if choice.code == code), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A page's worth of fields under one title."""

    id: str
    title: Words
    fields: tuple[Field, ...]
    help: Words | None = None
    when: Condition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A questionnaire. Answers are recorded under `id` and `version`; a changed form takes the next version."""

    id: str
    version: int
    title: Words
    about: str  # "case" or "contact"
    diseases: tuple[str, ...]  # "*" for any
    sections: tuple[Section, ...]
    digest: str  # SHA-256 of the file, hex: the same id and version must always have the same

    def fields(self) -> Iterator[Field]:
        """Every field, in the order in which it is asked."""
        for section in self.sections:
            yield from section.fields

    def field(self, name: str) -> Field | None:
        """The field of this name, or None."""
        return next((field for field in self.fields() if field.name == name), None)

    def personal(self) -> frozenset[str]:
        """The names of the fields whose answers must be sealed."""
        return frozenset(field.name for field in self.fields() if field.personal)
