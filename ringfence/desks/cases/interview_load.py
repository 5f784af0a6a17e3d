"""Read a form file, and refuse a bad one by name: the file, the place in it, and what is wrong there."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

from ringfence.core.errors import Refused
from ringfence.desks.cases.interview_form import (
    ALWAYS_PERSONAL,
    LANGUAGES,
    PERSONAL_UNLESS_SAID,
    REPEATABLE,
    YES_NO_UNKNOWN,
    Choice,
    Condition,
    Field,
    Form,
    Kind,
    Section,
    Words,
)

NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
JOINED = ("any", "all")
TESTS = ("is", "is_not", "in", "includes", "at_least", "at_most", "answered")
FIELD_KEYS = frozenset(
    {"name", "kind", "label", "help", "required", "personal", "when", "choices", "codes", "least", "most", "unit"}
)


def load_form(path: Path) -> Form:
    """The form in a TOML file. Raises `Refused` naming the file, the place and the fault."""
    try:
        content = path.read_bytes()
        told = tomllib.loads(content.decode("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        reason = fault.strerror if isinstance(fault, OSError) else str(fault)
        raise Refused("form_unreadable", file=path.name, reason=reason) from fault
    return _Reader(path.name).form(told, hashlib.sha256(content).hexdigest())


@dataclass
class _Reader:
    """Reads one file; knows its name, the lists of codes it declares and the fields met so far."""

    file: str
    codes: dict[str, tuple[Choice, ...]] = field(default_factory=dict)
    met: dict[str, Field] = field(default_factory=dict)

    def refuse(self, code: str, where: str, **told: Any) -> NoReturn:
        raise Refused(code, file=self.file, where=where, **told)

    def form(self, told: Mapping[str, Any], digest: str) -> Form:
        keys = {"id", "version", "title", "about", "diseases", "sections", "codes"}
        self._keys(told, keys, "the top", needed=keys - {"codes"})
        if type(told["version"]) is not int or told["version"] < 1:
            self._wrong("version", told["version"], "a whole number from 1", "the top")
        if told["about"] not in {"case", "contact"}:
            self._wrong("about", told["about"], "case or contact", "the top")
        diseases = told["diseases"]
        if not _is_texts(diseases) or not diseases:
            self._wrong("diseases", diseases, 'a list of names, or ["*"]', "the top")
        for name, choices in self._table(told.get("codes", {}), "codes").items():
            self.codes[name] = self._choices(choices, f"codes.{name}")
        return Form(
            id=self._name(told["id"], "id", "the top"),
            version=told["version"],
            title=self._words(told["title"], "title", "the top"),
            about=told["about"],
            diseases=tuple(diseases),
            sections=self._sections(told["sections"]),
            digest=digest,
        )

    def _sections(self, told: Any) -> tuple[Section, ...]:
        found: list[Section] = []
        for number, section in enumerate(self._list(told, "sections", "the top"), 1):
            where = f"section {number}"
            self._keys(section, {"id", "title", "help", "when", "fields"}, where, needed={"id", "title", "fields"})
            name = self._name(section["id"], "id", where)
            if any(other.id == name for other in found):
                self.refuse("form_field_twice", where, field=name)
            found.append(
                Section(
                    id=name,
                    title=self._words(section["title"], "title", where),
                    help=self._words(section["help"], "help", where) if "help" in section else None,
                    when=self._condition(section["when"], where) if "when" in section else None,
                    fields=tuple(self._field(told, name) for told in self._list(section["fields"], "fields", where)),
                )
            )
        return tuple(found)

    def _field(self, told: Any, section: str) -> Field:
        where = f"{section}.{told.get('name', '?')}" if isinstance(told, Mapping) else section
        self._keys(told, FIELD_KEYS, where, needed={"name", "kind", "label"})
        name = self._name(told["name"], "name", where)
        if name in self.met:
            self.refuse("form_field_twice", where, field=name)
        kind = self._kind(told["kind"], where)
        made = Field(
            name=name,
            kind=kind,
            label=self._words(told["label"], "label", where),
            help=self._words(told["help"], "help", where) if "help" in told else None,
            required=self._flag(told, "required", where, default=False),
            personal=self._personal(told, kind, where),
            when=self._condition(told["when"], where) if "when" in told else None,
            choices=self._offered(told, kind, where),
            least=self._bound(told, "least", kind, where),
            most=self._bound(told, "most", kind, where),
            unit=self._text(told.get("unit", ""), "unit", where),
        )
        self.met[name] = made
        return made

    def _kind(self, told: Any, where: str) -> Kind:
        if told not in list(Kind):
            self.refuse("form_kind_unknown", where, kind=told, kinds=", ".join(Kind))
        return Kind(told)

    def _personal(self, told: Mapping[str, Any], kind: Kind, where: str) -> bool:
        personal = self._flag(told, "personal", where, default=kind in PERSONAL_UNLESS_SAID)
        if kind in ALWAYS_PERSONAL and not personal:
            self.refuse("form_personal_always", where, field=told["name"], kind=kind.value)
        return personal

    def _offered(self, told: Mapping[str, Any], kind: Kind, where: str) -> tuple[Choice, ...]:
        if kind is Kind.YES_NO_UNKNOWN:
            return YES_NO_UNKNOWN
        if kind not in {Kind.CHOICE, Kind.CHOICES}:
            for key in {"choices", "codes"} & set(told):
                self.refuse("form_key_unknown", where, key=key)
            return ()
        if "codes" in told:
            if not isinstance(told["codes"], str) or told["codes"] not in self.codes:
                self.refuse("form_codes_unknown", where, codes=told["codes"])
            return self.codes[told["codes"]]
        if not told.get("choices"):
            self.refuse("form_choices_missing", where, field=told["name"])
        return self._choices(told["choices"], where)

    def _choices(self, told: Any, where: str) -> tuple[Choice, ...]:
        found: dict[str, Choice] = {}
        for choice in self._list(told, "choices", where):
            self._keys(choice, {"code", "label", "external", "exclusive"}, where, needed={"code", "label"})
            code = self._name(choice["code"], "code", where)
            if code in found:
                self.refuse("form_code_twice", where, choice=code)
            external = self._table(choice.get("external", {}), where)
            if not all(isinstance(value, str) for value in external.values()):
                self._wrong("external", external, "texts by coding system", where)
            label = self._words(choice["label"], f"the code {code}", where)
            found[code] = Choice(code, label, external, self._flag(choice, "exclusive", where, default=False))
        return tuple(found.values())

    def _condition(self, told: Any, where: str) -> Condition:
        told = self._table(told, where)
        for joint in (*JOINED, "not"):
            if joint in told:
                self._keys(told, {joint}, where)
                parts = [told[joint]] if joint == "not" else self._list(told[joint], joint, where)
                return Condition(joint, parts=tuple(self._condition(part, where) for part in parts))
        self._keys(told, {"field", *TESTS}, where, needed={"field"})
        tests = [test for test in TESTS if test in told]
        if len(tests) != 1:
            self._wrong("when", dict(told), "a field and one of " + ", ".join(TESTS), where)
        name = self._text(told["field"], "field", where)
        if name not in self.met:
            self.refuse("form_condition_missing_field", where, field=name)
        self._possible(self.met[name], tests[0], told[tests[0]], where)
        return Condition(tests[0], field=name, value=told[tests[0]])

    def _possible(self, asked: Field, test: str, value: Any, where: str) -> None:
        """A condition that can never hold is a slip of the pen."""
        if test == "answered":
            fits, wanted = isinstance(value, bool), "true, false"
        elif asked.choices:
            values = value if test == "in" and isinstance(value, list) else [value]
            joined = (test == "includes") == (asked.kind is Kind.CHOICES)
            fits = bool(values) and joined and all(asked.choice(str(each)) for each in values)
            fits = fits and test in {"is", "is_not", "in", "includes"}
            wanted = ", ".join(choice.code for choice in asked.choices)
        else:
            number = asked.kind in {Kind.INTEGER, Kind.NUMBER} and type(value) in {int, float}
            fits, wanted = number and test in {"is", "is_not", "at_least", "at_most"}, "a number, or answered"
        if not fits:
            self.refuse("form_condition_wrong", where, field=asked.name, value=value, wanted=wanted)

    def _bound(self, told: Mapping[str, Any], key: str, kind: Kind, where: str) -> float | date | str | None:
        if key not in told:
            return None
        value = told[key]
        if kind in {Kind.INTEGER, Kind.NUMBER}:
            fits, wanted = type(value) in {int, float}, "a number"
        elif kind in {Kind.DATE, Kind.DATETIME}:
            fits, wanted = type(value) is date or value == "today", 'a day such as 2020-01-01, or "today"'
        elif kind in REPEATABLE | {Kind.TEXT, Kind.LONG_TEXT} and key == "most":
            fits, wanted = type(value) is int and value > 0, "a whole number above 0"
        else:
            self.refuse("form_key_unknown", where, key=key)
        if not fits:
            self._wrong(key, value, wanted, where)
        least: Any = told.get("least")
        if key == "most" and type(least) is type(value) and least != "today" and least > value:
            self._wrong(key, value, f"at least {least}", where)
        bound: float | date | str = value
        return bound

    def _words(self, told: Any, key: str, where: str) -> Words:
        table = self._table(told, f"{where}, {key}")
        for language in (*LANGUAGES, *table):
            text = table.get(language)
            if not isinstance(text, str) or not text.strip():
                self.refuse("form_label_missing", where, key=key, language=language)
        return Words(dict(table))

    def _keys(self, told: Any, known: set[str] | frozenset[str], where: str, needed: set[str] | None = None) -> None:
        told = self._table(told, where)
        for key in sorted((needed or set()) - set(told)):
            self.refuse("form_key_missing", where, key=key)
        for key in sorted(set(told) - known):
            self.refuse("form_key_unknown", where, key=key)

    def _table(self, told: Any, where: str) -> Mapping[str, Any]:
        if not isinstance(told, Mapping):
            self._wrong(where, told, "a table", where)
        return told

    def _list(self, told: Any, key: str, where: str) -> Sequence[Any]:
        if not isinstance(told, list) or not told:
            self._wrong(key, told, "a list with something in it", where)
        return told

    def _name(self, told: Any, key: str, where: str) -> str:
        if not isinstance(told, str) or not NAME.fullmatch(told):
            self._wrong(key, told, "a name of small letters, digits and _", where)
        return told

    def _text(self, told: Any, key: str, where: str) -> str:
        if not isinstance(told, str):
            self._wrong(key, told, "text", where)
        return told

    def _flag(self, told: Mapping[str, Any], key: str, where: str, *, default: bool) -> bool:
        value = told.get(key, default)
        if not isinstance(value, bool):
            self._wrong(key, value, "true or false", where)
        return value

    def _wrong(self, key: str, value: Any, wanted: str, where: str) -> NoReturn:
        self.refuse("form_value_wrong", where, key=key, value=value, wanted=wanted)


def _is_texts(told: Any) -> bool:
    return isinstance(told, list) and all(isinstance(each, str) and each for each in told)
