"""What is handed to the loop and what comes of it: desks, places, items and answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, Protocol

from ringfence.core.errors import Refused
from ringfence.core.fact import Fact, Facts
from ringfence.core.log import Told


@dataclass(frozen=True)
class Desk:
    """One desk's code: its memory, rules, actions and queries, and the tables that its memory keeps."""

    name: str
    modules: tuple[ModuleType, ...]
    tables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a telling belongs: its outbreak, its jurisdiction path and the policy in force there."""

    outbreak: str | None = None
    path: str | None = None
    pack: str | None = None
    overlays: tuple[str, ...] = ()


class Geography(Protocol):
    """What the loop asks of the registry: paths of jurisdictions and the policy of an outbreak at a place."""

    def path_of(self, jurisdiction: str) -> str | None:
        """The path of a jurisdiction id."""

    def place(self, outbreak: str | None, path: str | None) -> Place:
        """The policy in force for an outbreak at a path."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of telling an action: its key, its own facts with their lines, and the last line that followed."""

    key: str
    first_seq: int
    last_seq: int
    told: tuple[Told, ...] = ()
    again: bool = False  # told before under this key: this is the first answer

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The action's own facts."""
        return tuple(each.fact for each in self.told)


@dataclass(frozen=True, slots=True)
class Item:
    """One of many: its own key and what is told; a keyed hash of it as it came, where what is told was worked out of that.

    A station's clock is set right and its codes are looked up before anything is told: under one key, what came is the
    same each time, what is told is not.
    """

    told: Mapping[str, Any]
    key: str | None = None
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """One of many that a feed tells: what it is about, a keyed hash of how it was told, and its facts when asked.

    With a key of its own it is told once, and told again it is given its first answer.
    """

    about: str
    digest: str
    facts: Callable[[], Facts]
    key: str | None = None


@dataclass
class Outcome:
    """The answers to many, in order; a refusal stands where an answer would."""

    answers: list[Answer | Refused] = field(default_factory=list)
    batch: str | None = None

    @property
    def refused(self) -> list[tuple[int, Refused]]:
        """Index and refusal of each that was refused."""
        return [(i, each) for i, each in enumerate(self.answers) if isinstance(each, Refused)]
