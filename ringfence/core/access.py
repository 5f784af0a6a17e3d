"""Who may do what, where. Each action and query says what it asks for (`may`); a role is a set of those words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from ringfence.core.fact import EPOCH
from ringfence.core.words import N_

MAYS = {
    "see": N_("See lists, boards and files, with identities masked"),
    "report": N_("Report cases and register people"),
    "investigate": N_("Investigate, classify and describe cases"),
    "work": N_("Start, hand over and finish tasks"),
    "assign": N_("Assign tasks to units, teams and people"),
    "verify": N_("Verify finished tasks and reopen them"),
    "decide": N_("Declare outbreaks, measures and objectives"),
    "reveal": N_("Reveal identities, with a purpose on record"),
    "export": N_("Export lists, with a purpose on record"),
    "import": N_("Import files"),
    "merge": N_("Merge people and part them again"),
    "arrange": N_("Arrange jurisdictions, units, teams and places"),
    "sample": N_("Take samples, pack boxes and hand them in"),
    "lab": N_("Report laboratory results"),
    "audit": N_("Read the log and its seals"),
    "admit": N_("Open accounts and grant roles"),
    "erase": N_("Erase identities"),
    "control": N_("Control a drill: its clock, its troubles, what comes next"),
}

ROLES: dict[str, tuple[str, frozenset[str]]] = {
    "duty_officer": (
        N_("Duty officer"),
        frozenset(
            "see report investigate work assign verify decide reveal export import merge arrange audit sample lab".split()
        ),
    ),
    "investigator": (N_("Investigator"), frozenset("see report investigate work reveal export import merge".split())),
    "tracer": (N_("Contact tracer"), frozenset("see report investigate work reveal".split())),
    "sampler": (N_("Sampling staff"), frozenset("see work report sample".split())),
    "lab": (N_("Laboratory staff"), frozenset("see lab work report".split())),
    "site_manager": (N_("Quarantine site manager"), frozenset("see work assign report".split())),
    "grid_worker": (N_("Grid worker"), frozenset("see work report".split())),
    "supervisor": (N_("Supervisor"), frozenset("see work assign verify audit export".split())),
    "planner": (N_("Planner"), frozenset("see export".split())),
    "administrator": (N_("Administrator"), frozenset("see arrange admit audit erase import".split())),
    "drill_controller": (N_("Drill controller"), frozenset("see control audit export".split())),
}
"""role -> its name and what it may do; `registry` grants roles over a jurisdiction for a time."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Ranges over the jurisdiction path: a set of places with all that lies beneath them. Empty means nowhere."""

    paths: tuple[str, ...]

    @classmethod
    def over(cls, paths: Iterable[str]) -> Scope:
        """The fewest ranges that cover these paths."""
        kept: list[str] = []
        for path in sorted(set(paths)):
            if not any(path.startswith(wider) for wider in kept):
                kept.append(path)
        return cls(tuple(kept))

    def covers(self, path: str) -> bool:
        """Whether a place lies within."""
        return any(path.startswith(wider) for wider in self.paths)

    def touches(self, path: str) -> bool:
        """Whether a place lies within, or holds some of it."""
        return self.covers(path) or any(narrow.startswith(path) for narrow in self.paths)

    def within(self, path: str) -> Scope:
        """The part of this scope at and beneath a place."""
        if self.covers(path):
            return Scope((path,))
        return Scope(tuple(narrow for narrow in self.paths if narrow.startswith(path)))

    def sql(self, column: str) -> tuple[str, list[str]]:
        """A condition on a path column, and its parameters. Nowhere is `1 = 0`, everywhere is `1 = 1`."""
        if "" in self.paths:
            return "1 = 1", []
        parts = [f"({column} >= %s AND {column} < %s)" for _ in self.paths]
        return f"({' OR '.join(parts)})" if parts else "1 = 0", [end for path in self.paths for end in ends(path)]

    def kept(self, column: str) -> tuple[str, list[str]]:
        """A condition on the path column of counts that are kept at each place and at all above it, and its parameters."""
        marks = ", ".join(["%s"] * len(self.paths))
        return (f"{column} IN ({marks})", list(self.paths)) if self.paths else ("1 = 0", [])


EVERYWHERE = Scope(("",))
NOWHERE = Scope(())


def ends(path: str) -> tuple[str, str]:
    """The half-open range of all paths at or beneath `a.b.`: from `a.b.` up to `a.b/`, as `/` follows `.`."""
    return path, path[:-1] + "/"


def above(path: str) -> list[str]:
    """`a.b.` -> ``, `a.`, `a.b.`: everywhere, each place above, and the place itself: where a count of it is kept."""
    return ["", *(path[: i + 1] for i, sign in enumerate(path) if sign == ".")]


@dataclass(frozen=True, slots=True)
class Grant:
    """A role over a place and all beneath it, from a moment until another (None: until withdrawn)."""

    role: str
    path: str
    begins_at: datetime
    ends_at: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Whether it is in force."""
        return self.begins_at <= now and (self.ends_at is None or now < self.ends_at)


@dataclass(frozen=True)
class Who:
    """Who tells or asks: an account with its grants, or a feed."""

    id: str
    kind: str = "account"  # account | feed
    name: str = ""
    grants: tuple[Grant, ...] = ()
    language: str = "en"
    only: frozenset[str] | None = None  # a token's limit on what its account may do

    def limited_to(self, mays: frozenset[str]) -> Who:
        """The same, allowed no more than this."""
        return replace(self, only=mays)

    @property
    def by(self) -> str:
        """As the log names them."""
        return f"{self.kind}:{self.id}"

    @cached_property
    def _scopes(self) -> dict[str, Scope]:
        return {may: Scope.over(grant.path for grant in self.grants if may in ROLES[grant.role][1]) for may in MAYS}

    def scope(self, may: str) -> Scope:
        """Where they may do this. Grants out of force are left out when a `Who` is made."""
        if self.only is not None and may not in self.only:
            return NOWHERE
        return self._scopes[may]

    @property
    def roles(self) -> tuple[str, ...]:
        """Each role held, once."""
        return tuple(dict.fromkeys(grant.role for grant in self.grants))


def feed(name: str) -> Who:
    """A feed of this installation itself (the clock, an import, a demo): trusted everywhere."""
    return Who(id=name, kind="feed", name=name, grants=_EVERY_ROLE)


_EVERY_ROLE = tuple(Grant(role, "", EPOCH) for role in ROLES)
