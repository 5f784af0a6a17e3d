"""Declarations: `@when` a rule, `@keeps` a memory, `@action` and `@query`; what the four doors are made from.

A door never names an action or a query: it reads these declarations. Who may do what is declared here and nowhere else.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, TypeVar

from ringfence.core.access import MAYS
from ringfence.core.fact import Fact, Facts

F = TypeVar("F", bound=Callable[..., Any])
Undo = Callable[..., Facts]
Ahead = Callable[[Sequence[Mapping[str, Any]]], None]
MISSING = inspect.Parameter.empty


def desk_of(function: Callable[..., Any]) -> str:
    """`ringfence.desks.testing.rules` -> `testing`; `ringfence.registry.actions` -> `registry`."""
    parts = function.__module__.split(".")
    return parts[parts.index("desks") + 1] if "desks" in parts else parts[1] if len(parts) > 1 else parts[0]


@dataclass(frozen=True)
class Parameter:
    """One thing told or asked: its name, its type and whether it may be left out."""

    name: str
    hint: Any
    default: Any

    @property
    def required(self) -> bool:
        """Whether there is no default."""
        return self.default is MISSING


@dataclass(frozen=True)
class Declared:
    """What an action or a query says of itself."""

    function: Callable[..., Any]
    may: str

    @property
    def name(self) -> str:
        """The function's name."""
        return self.function.__name__

    @cached_property
    def desk(self) -> str:
        """The desk it belongs to."""
        return desk_of(self.function)

    @cached_property
    def says(self) -> str:
        """The first line of its docstring: what a person is told it does."""
        return (inspect.getdoc(self.function) or "").partition("\n")[0].rstrip(".")

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """The keyword-only parameters, resolved."""
        hints = typing.get_type_hints(self.function)
        return tuple(
            Parameter(parameter.name, hints[parameter.name], parameter.default)
            for parameter in inspect.signature(self.function).parameters.values()
            if parameter.kind is inspect.Parameter.KEYWORD_ONLY
        )

    @cached_property
    def named(self) -> dict[str, Parameter]:
        """The parameters by name."""
        return {each.name: each for each in self.parameters}

    @cached_property
    def placed(self) -> tuple[tuple[str, Callable[[str], str | None]], ...]:
        """Those parameters that are ids of something that has a place, and how each is placed."""
        found = ((each.name, locator(each.hint)) for each in self.parameters)
        return tuple((name, where) for name, where in found if where is not None)

    @cached_property
    def owned(self) -> tuple[tuple[str, Callable[[str], str | None]], ...]:
        """Those parameters that are ids of something that belongs to one outbreak, and how it is found."""
        found = ((each.name, _first(_OWNERS, each.hint)) for each in self.parameters)
        return tuple((name, whose) for name, whose in found if whose is not None)

    def outbreak_of(self, told: Mapping[str, Any]) -> str | None:
        """The outbreak of the first thing told that belongs to one."""
        for name, whose in self.owned:
            value = told.get(name)
            for each in (value if isinstance(value, tuple) else (value,))[:1]:
                if each is not None and (outbreak := whose(each)) is not None:
                    return outbreak
        return None


@dataclass(frozen=True)
class Action(Declared):
    """A person or a feed does something; `undo` is the action that takes it back."""

    undo: Callable[..., Facts] | None = None
    many: bool = True  # whether it makes sense told for many selected rows
    ahead: Ahead | None = None  # reads for many at once what each will ask
    becomes: type[Fact] | None = None  # the fact that each of many becomes: its people and codes are told by its names


@dataclass(frozen=True)
class Query(Declared):
    """What can be asked. Its first positional parameter, if any, is the `Scope` in which the asker may see.

    A second one is handed its desk's numbers in force there, by name and with their sources (`core.policy.Number`).
    """

    @cached_property
    def _positional(self) -> int:
        kinds = [each.kind for each in inspect.signature(self.function).parameters.values()]
        return kinds.count(inspect.Parameter.POSITIONAL_OR_KEYWORD)

    @cached_property
    def scoped(self) -> bool:
        """Whether it takes a scope."""
        return self._positional > 0

    @cached_property
    def numbered(self) -> bool:
        """Whether it takes its desk's numbers after the scope."""
        return self._positional > 1


@dataclass(frozen=True)
class Rule:
    """A sentence that follows from facts of certain kinds."""

    function: Callable[..., Facts]
    kinds: tuple[type[Fact], ...]

    @cached_property
    def desk(self) -> str:
        """The desk it belongs to."""
        return desk_of(self.function)

    @cached_property
    def by(self) -> str:
        """As the log names it."""
        return f"rule:{self.desk}.{self.function.__name__}"

    @cached_property
    def takes_policy(self) -> bool:
        """Whether it wants its desk's numbers."""
        return len(inspect.signature(self.function).parameters) > 2  # noqa: PLR2004


@dataclass(frozen=True)
class Memory:
    """How facts of certain kinds are remembered."""

    function: Callable[..., None]
    kinds: tuple[type[Fact], ...]


@dataclass(frozen=True)
class Foretelling:
    """What a desk reads at once for many facts of certain kinds that are about to be told."""

    function: Ahead
    kinds: tuple[type[Fact], ...]


def when(*kinds: type[Fact]) -> Callable[[F], F]:
    """Declare a rule: `(fact, line, policy) -> Facts`, run for each fact of these kinds."""

    def declare(function: F) -> F:
        function.rule = Rule(function, kinds)  # type: ignore[attr-defined]
        return function

    return declare


def keeps(*kinds: type[Fact]) -> Callable[[F], F]:
    """Declare a memory: `(fact, line) -> None`, run for each fact of these kinds, and again in a rebuild."""

    def declare(function: F) -> F:
        function.memory = Memory(function, kinds)  # type: ignore[attr-defined]
        return function

    return declare


def foretells(*kinds: type[Fact]) -> Callable[[F], F]:
    """Declare what a desk's rules and memory will ask for many facts of these kinds: read in few statements (`db.foretell`).

    It is given what is told of each, by the names of the fact's fields, as far as they are known before it is told.
    """

    def declare(function: F) -> F:
        function.foretelling = Foretelling(function, kinds)  # type: ignore[attr-defined]
        return function

    return declare


def action(
    *,
    may: str,
    undo: Callable[..., Facts] | Literal["itself"] | None = None,
    many: bool = True,
    ahead: Ahead | None = None,
    becomes: type[Fact] | None = None,
) -> Callable[[F], F]:
    """Declare an action: `(who, *, told…) -> Facts`, or raises `Refused`.

    `undo` is the action that takes it back, told `was_x` of the fact for each of its `x`; "itself" where the same action
    told with what stood before does so. `ahead` is given what is about to be told many times over, before the first of
    them, so that one statement reads what each would read by itself (`db.foretell`); where `becomes` names the fact that
    each of them becomes, other desks foretell what they will ask of it (`foretells`).
    """
    _known(may)

    def declare(function: F) -> F:
        back = function if undo == "itself" else undo
        function.action = Action(function, may, back, many, ahead, becomes)  # type: ignore[attr-defined]
        return function

    return declare


def query(*, may: str = "see") -> Callable[[F], F]:
    """Declare a query: `(scope, *, asked…) -> rows`, reachable by page, API and command."""
    _known(may)

    def declare(function: F) -> F:
        function.query = Query(function, may)  # type: ignore[attr-defined]
        return function

    return declare


_LOCATORS: dict[Any, Callable[[str], str | None]] = {}


def locates(id_type: Any) -> Callable[[F], F]:
    """Declare how an id of this type is placed: id -> jurisdiction path, or None where there is no such thing.

    Every door asks this for each id it is handed, so that nobody reaches what lies outside their scope by guessing ids.
    """

    def declare(function: F) -> F:
        _LOCATORS[id_type] = function
        return function

    return declare


def locator(hint: Any) -> Callable[[str], str | None] | None:
    """How an id of this type is placed, if ids of this type have a place."""
    return _first(_LOCATORS, hint)


_OWNERS: dict[Any, Callable[[str], str | None]] = {}


def belongs(id_type: Any) -> Callable[[F], F]:
    """Declare to which outbreak an id of this type belongs: id -> outbreak, or None.

    What is told of a case is decided under its outbreak's policy, whether or not the outbreak is told too.
    """

    def declare(function: F) -> F:
        _OWNERS[id_type] = function
        return function

    return declare


def _first(known: Mapping[Any, Callable[[str], str | None]], hint: Any) -> Callable[[str], str | None] | None:
    options = [arg for arg in typing.get_args(hint) if arg is not type(None)] or [hint]
    return next((known[option] for option in options if option in known), None)


def declared(modules: Iterable[Any], kind: str) -> list[Any]:
    """What the modules declare of a kind (`rule`, `memory`, `action`, `query`), each once, in the order written."""
    found: dict[int, Any] = {}
    for module in modules:
        for value in vars(module).values():
            if inspect.isfunction(value) and value.__module__ == module.__name__ and hasattr(value, kind):
                found[id(value)] = getattr(value, kind)
    return list(found.values())


def _known(may: str) -> None:
    if may not in MAYS:
        message = f"nothing is called {may!r} in core.access.MAYS"
        raise ValueError(message)
