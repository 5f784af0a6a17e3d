"""One pack file: its header, its numbers one by one, and everything that is wrong with it."""

from __future__ import annotations

import dataclasses
import enum
import re
import tomllib
import typing
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from ringfence.core.errors import Refused
from ringfence.core.policy_values import (
    NOTHING_NEAR,
    OWN_CHOICE,
    Certainty,
    Number,
    Slot,
    convert,
    convert_bare,
    is_table,
    nearest,
    slots,
    weakest,
)

BESIDE = ("source", "certainty", "formula", "signed_off")
"""The tables beside a section's numbers; no field may be called so."""

Steps = tuple[str, ...]


class Kind(enum.StrEnum):
    """What a pack is for."""

    BASE = "base"  # to be extended; need not be complete
    DISEASE = "disease"  # complete by itself
    OVERLAY = "overlay"  # a place's own numbers, laid over a disease pack


@dataclass(frozen=True, kw_only=True)
class Title:
    """A pack's name in both languages."""

    en: str
    zh: str


@dataclass(frozen=True, kw_only=True)
class Header:
    """The `[pack]` table."""

    id: str
    version: int
    title: Title
    kind: Kind
    disease: str = "any"
    place: str = "any"
    from_: date | None = None
    until: date | None = None
    extends: str | None = None  # "base@1": with the version, so that this pack's version alone fixes every number


@dataclass(frozen=True, kw_only=True)
class Pack:
    """A pack file as read: numbers by desk and path; `problems` is empty in a good pack."""

    header: Header | None
    file: Path
    numbers: Mapping[str, Mapping[Steps, Number]] = field(default_factory=dict)
    problems: tuple[Refused, ...] = ()

    @property
    def id(self) -> str:
        """The pack's id; the file's name where the header cannot be read."""
        return self.header.id if self.header else self.file.stem

    @property
    def version(self) -> str:
        """`cn-covid-2021@3`."""
        return f"{self.header.id}@{self.header.version}" if self.header else f"{self.file.stem}@?"


def line_of(text: str, section: str, name: str) -> int:
    """The line (from 1) on which a section says something of a field, else the section's own line, else 0."""
    table, at_section = "", 0
    last = name.partition(".")[0].partition("[")[0]
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip()
        if stripped.startswith("["):
            table = stripped.strip("[]").split("]")[0].strip()
            at_section = at_section or (number if table == section else 0)
            if table == f"{section}.{last}":
                return number
        elif table == section and re.match(rf"{re.escape(last)}\s*[=.]", stripped):
            return number
    return at_section


def read_pack(file: Path, sections: Mapping[str, type], *, alone: bool = False) -> Pack:
    """Read one file; whatever is wrong with it becomes a problem of the pack, never an exception.

    `alone`: sections of others are passed over.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
        told = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return Pack(header=None, file=file, problems=(Refused("policy_not_toml", file=file.name, found=str(error)),))
    sections_told = {name: part for name, part in told.items() if not alone or name == "pack" or name in sections}
    return _Reading(file, text, sections).pack(sections_told)


class _Reading:
    """The reading of one file, gathering problems as it goes."""

    def __init__(self, file: Path, text: str, sections: Mapping[str, type]) -> None:
        self.file = file
        self.text = text
        self.sections = sections
        self.problems: list[Refused] = []
        self.name = file.stem
        self.version = f"{file.stem}@?"

    def refuse(self, code: str, section: str, name: str, **told: Any) -> None:
        line = line_of(self.text, section, name)
        where = {"pack": self.version, "file": self.file.name, "section": section, "field": name, "line": line}
        self.problems.append(Refused(code, **{**told, **where}))

    def again(self, refusal: Refused, section: str, name: str) -> None:
        """Take over a refusal of a value, which does not know its pack."""
        told = {**refusal.told, "field": refusal.told.get("field", name)}
        self.refuse(refusal.code, section, told.pop("field"), **told)

    def pack(self, told: Mapping[str, Any]) -> Pack:
        header = self.header(told.get("pack"))
        numbers = {}
        for section, table in told.items():
            if section == "pack":
                continue
            if section not in self.sections or not isinstance(table, dict):
                near, known = nearest(section, self.sections), ", ".join(sorted(self.sections))
                self.refuse("policy_section_unknown", section, "", nearest=near, known=known)
            else:
                numbers[section] = self.section(section, table)
        return Pack(header=header, file=self.file, numbers=numbers, problems=tuple(self.problems))

    def header(self, table: Any) -> Header | None:
        if not isinstance(table, dict):
            self.refuse("policy_header_missing", "pack", "")
            return None
        try:
            header: Header = convert_bare(Header, "pack", table)
        except Refused as refusal:
            name = refusal.told["field"].removeprefix("pack.")
            self.refuse(refusal.code, "pack", name, **{k: v for k, v in refusal.told.items() if k != "field"})
            return None
        self.name, self.version = header.id, f"{header.id}@{header.version}"
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", header.id):
            self.refuse("policy_wrong_type", "pack", "id", found=header.id, wanted="small letters, digits and hyphens")
        if header.version < 1:
            self.refuse("policy_out_of_range", "pack", "version", found=header.version, least=1, most="any")
        if header.from_ and header.until and header.until < header.from_:
            self.refuse("policy_out_of_order", "pack", "until", low="from", high="until")
        if header.extends and not re.fullmatch(r"[a-z0-9-]+@\d+", header.extends):
            self.refuse("policy_extends_unpinned", "pack", "extends", found=header.extends)
        return header

    def section(self, section: str, table: Mapping[str, Any]) -> dict[Steps, Number]:
        beside = {name: self.table_beside(section, table, name) for name in BESIDE}
        values = {key: value for key, value in table.items() if key not in BESIDE}
        found: dict[Steps, Number] = {}
        for path, slot, value in self.leaves(section, self.sections[section], values, ()):
            number = self.number(section, path, slot, value, beside)
            if number is not None:
                found[path] = number
        self.nothing_is_sourced_for_nothing(section, values, beside)
        return found

    def table_beside(self, section: str, table: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        told = table.get(name, {})
        if isinstance(told, dict):
            return told
        self.refuse("policy_wrong_type", section, name, found=told, wanted="a table with one line for each number")
        return {}

    def leaves(
        self, section: str, kind: type, table: Mapping[str, Any], above: Steps
    ) -> Iterator[tuple[Steps, Slot, Any]]:
        """Each number of a section with its path: tables are opened, lists are one number."""
        wanted = slots(kind)
        for key, value in table.items():
            path = (*above, key)
            if key not in wanted:
                self.refuse("policy_field_unknown", section, ".".join(path), nearest=nearest(key, wanted))
            elif not is_table(wanted[key].hint):
                yield path, wanted[key], value
            elif not isinstance(value, dict):
                self.refuse("policy_wrong_type", section, ".".join(path), found=value, wanted="a table")
            elif dataclasses.is_dataclass(wanted[key].hint):
                yield from self.leaves(section, wanted[key].hint, value, path)
            else:
                inner = dataclasses.replace(wanted[key], hint=typing.get_args(wanted[key].hint)[1])
                yield from ((((*path, name)), inner, item) for name, item in value.items())

    def number(self, section: str, path: Steps, slot: Slot, found: Any, beside: Mapping[str, Any]) -> Number | None:
        name = ".".join(path)
        try:
            value = convert(slot, name, found)
        except Refused as refusal:
            self.again(refusal, section, name)
            return None
        told = {table: _beside(beside[table], path) for table in BESIDE}
        if slot.wording:
            return Number(field=name, value=value, source=told["source"] or "", certainty=None, from_pack=self.version)
        source, certainty = self.origin(section, name, value, told)
        if source is None or certainty is None:
            return None
        if (certainty is Certainty.DERIVED) != bool(told["formula"]):
            self.refuse("policy_formula_missing", section, name)
        return Number(
            field=name,
            value=value,
            source=source,
            certainty=certainty,
            from_pack=self.version,
            formula=told["formula"],
            signed_off=told["signed_off"],
            own_choice=_own_choice(value, source, certainty),
        )

    def origin(
        self, section: str, name: str, value: Any, told: Mapping[str, str | None]
    ) -> tuple[str | None, Certainty | None]:
        """Where a number comes from: as told beside it, or as each entry of a list says for itself."""
        if told["source"] is None and isinstance(value, tuple) and value and all(hasattr(v, "source") for v in value):
            sources = dict.fromkeys(entry.source for entry in value)
            return "; ".join(sources), weakest(entry.certainty for entry in value)
        if told["source"] is None:
            self.refuse("policy_unsourced", section, name)
        if told["certainty"] is None:
            self.refuse("policy_certainty_missing", section, name)
            return told["source"], None
        try:
            certainty: Certainty = convert_bare(Certainty, name, told["certainty"])
        except Refused as refusal:
            self.again(refusal, section, name)
            return told["source"], None
        return told["source"], certainty

    def nothing_is_sourced_for_nothing(
        self, section: str, values: Mapping[str, Any], beside: Mapping[str, Any]
    ) -> None:
        """A source whose number is not here was meant for another: most often a misspelling."""
        for table, told in beside.items():
            for path in _paths(told):
                if not _reaches(values, path):
                    name = ".".join(path)
                    near = nearest(path[-1], values) if len(path) == 1 else NOTHING_NEAR
                    self.refuse("policy_source_for_nothing", section, name, table=table, nearest=near)


def _own_choice(value: Any, source: str, certainty: Certainty) -> bool:
    """Whether all that is unverified here is the product's own setting, which says so in its source."""
    if isinstance(value, tuple) and value and all(hasattr(entry, "source") for entry in value):
        return all(_own_choice(None, entry.source, entry.certainty) for entry in value if _is_weak(entry.certainty))
    return certainty is Certainty.UNVERIFIED and source.startswith(OWN_CHOICE)


def _is_weak(certainty: Certainty) -> bool:
    return certainty in (Certainty.SEEN_ONCE, Certainty.UNVERIFIED)


def _beside(told: Any, path: Sequence[str]) -> str | None:
    """What stands beside a number: its own entry, or that of the table that holds it."""
    for step in path:
        if isinstance(told, str):
            break
        told = told.get(step) if isinstance(told, dict) else None
    return told if isinstance(told, str) and told.strip() else None


def _paths(told: Any, above: Steps = ()) -> Iterator[Steps]:
    if not isinstance(told, dict):
        yield above
        return
    for key, value in told.items():
        yield from _paths(value, (*above, key))


def _reaches(values: Any, path: Steps) -> bool:
    for step in path:
        if not isinstance(values, dict) or step not in values:
            return False
        values = values[step]
    return True
