"""The numbers of the cases desk: reporting clocks, course of illness, and who counts as which class of case."""

from __future__ import annotations

import enum
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated

from ringfence.core.errors import Refused
from ringfence.core.policy import WORDING, Between, Certainty, nearest
from ringfence.facts.cases import Classification


class Anchor(enum.StrEnum):
    """The day 0 from which the infectious period is counted; without it, the day of the first positive sample."""

    ONSET = "onset"
    RASH = "rash"


@dataclass(frozen=True, kw_only=True)
class Term:
    """A term of law in both languages."""

    en: str
    zh: str


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something that can be found of a person, in both languages."""

    en: str
    zh: str
    any_of: tuple[str, ...] = ()  # present as soon as one of these is: an item that a text counts as one


@dataclass(frozen=True, kw_only=True)
class AtLeast:
    """So many of these findings."""

    n: Annotated[int, Between(1, 20)]
    of: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Criterion:
    """One way to a class; every part that is given must hold."""

    name: str
    gives: Classification
    source: str
    certainty: Certainty
    meets: Classification | None = None  # some criterion of this class is met as well
    all_of: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    none_of: tuple[str, ...] = ()
    at_least: AtLeast | None = None

    def names(self) -> tuple[str, ...]:
        """Every finding this criterion speaks of."""
        counted = self.at_least.of if self.at_least else ()
        return (*self.all_of, *self.any_of, *self.none_of, *counted)

    def holds(self, found: Collection[str]) -> bool:
        """Whether these findings meet it, `meets` left aside."""
        return (
            all(name in found for name in self.all_of)
            and (not self.any_of or any(name in found for name in self.any_of))
            and not any(name in found for name in self.none_of)
            and (self.at_least is None or sum(name in found for name in self.at_least.of) >= self.at_least.n)
        )


@dataclass(frozen=True, kw_only=True)
class Clearance:
    """What ends a case: consecutive tests far enough apart, then a time of watching."""

    tests: Annotated[int, Between(1, 10)]  # consecutive tests that must clear the person
    apart: timedelta  # least gap between two of them
    ct_from: float | None = None  # a cycle threshold from here on clears too; None: only negative clears
    watched_for: timedelta | None = None  # isolation or monitoring after discharge


@dataclass(frozen=True, kw_only=True)
class Policy:
    """The cases desk's numbers under one pack."""

    # reporting clocks
    report_within: timedelta  # from detection or diagnosis to the direct report
    verify_within: timedelta  # from receipt of a report to its check
    investigate_within: timedelta  # from the report to a complete case investigation
    silent_unit_after: timedelta  # a reporting unit unheard of for this long is asked why

    # course of illness
    incubation_min: timedelta | None = None  # infection to onset, shortest that the pack states
    incubation_max: timedelta | None = None  # infection to onset, longest that the pack states
    incubation_mostly_min: timedelta | None = None  # usual range, lower end
    incubation_mostly_max: timedelta | None = None  # usual range, upper end
    incubation_central: timedelta | None = None  # mean or median, as published
    infectious_before_onset: timedelta | None = None  # how long before the anchor a case may infect
    infectious_after_onset: timedelta | None = None  # how long after the anchor a case may infect
    infectious_anchor: Anchor = Anchor.ONSET  # what day 0 is
    lookback: timedelta  # contacts and places count from this long before day 0, or before sampling if there is none
    serial_interval_min: timedelta | None = None  # onset to onset, lowest published estimate used
    serial_interval_max: timedelta | None = None  # onset to onset, highest published estimate used
    clearance: Clearance | None = None  # tests that end a case
    repositive_window: timedelta | None = None  # a positive this soon after clearance is the same case again

    # classification
    findings: Annotated[dict[str, Finding], WORDING]  # what can be found of a person
    infected: tuple[Classification, ...] = (
        Classification.CONFIRMED,
        Classification.ASYMPTOMATIC,
    )  # whose contacts count
    criteria: tuple[Criterion, ...]  # strongest first: the first that is met gives the class
    history_window: timedelta | None = None  # exposures count as history if they lie this long before onset, or less
    asymptomatic_watch: timedelta | None = None  # without symptoms for this long: stays an asymptomatic infection
    cluster_from: Annotated[int, Between(1, 1000)] | None = None  # so many linked cases are a cluster outbreak
    cluster_window: timedelta | None = None  # within which they are counted
    legal_class: Term | None = None  # how the law ranks the disease
    infection_terms: Annotated[dict[str, Term], WORDING] = field(default_factory=dict)  # class -> its term in law

    # the line list
    case_code: Annotated[str, WORDING] = "{outbreak}-{number:04d}"  # how a case is called
    epicurve_incomplete_days: Annotated[int, Between(0, 60)]  # last days of the curve that are still filling up

    def __post_init__(self) -> None:
        """Refuse ranges that are upside down and criteria that speak of findings nobody lists."""
        for low, high in (
            ("incubation_min", "incubation_max"),
            ("incubation_mostly_min", "incubation_mostly_max"),
            ("serial_interval_min", "serial_interval_max"),
        ):
            least, most = getattr(self, low), getattr(self, high)
            if least is not None and most is not None and least > most:
                raise Refused("policy_out_of_order", low=low, high=high)
        spoken = [(f"criteria.{criterion.name}", name) for criterion in self.criteria for name in criterion.names()]
        spoken += [(f"findings.{code}", name) for code, finding in self.findings.items() for name in finding.any_of]
        for where, name in spoken:
            if name not in self.findings:
                near = nearest(name, self.findings)
                raise Refused("policy_name_unknown", field=where, found=name, listed="findings", nearest=near)

    def with_items(self, found: Collection[str]) -> frozenset[str]:
        """These findings and every item that they make up, such as `fever_or_respiratory` from `fever`."""
        known = set(found)
        while more := {
            code
            for code, finding in self.findings.items()
            if code not in known and any(part in known for part in finding.any_of)
        }:
            known |= more
        return frozenset(known)

    def criterion_met(self, found: Collection[str]) -> Criterion | None:
        """The first criterion that these findings meet, which gives the class; None if they meet none."""
        known = self.with_items(found)
        met = [criterion for criterion in self.criteria if criterion.holds(known)]
        classes = {criterion.gives for criterion in met if criterion.meets is None}
        return next((criterion for criterion in met if criterion.meets is None or criterion.meets in classes), None)
