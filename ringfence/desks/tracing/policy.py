"""The numbers of the tracing desk: who is a contact, how soon they are reached, and for how long they are followed up."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated

from ringfence.core.errors import Refused
from ringfence.core.policy import WORDING, Between
from ringfence.facts.tracing import Closeness


@dataclass(frozen=True, kw_only=True)
class Setting:
    """A category of contact: from how many minutes, and at which kinds of place."""

    en: Annotated[str, WORDING]
    zh: Annotated[str, WORDING]
    minutes: Annotated[int, Between(1, 1440)]  # an encounter counts from here
    closeness: Closeness = Closeness.CLOSE  # what such an encounter makes of somebody
    close_from: Annotated[int, Between(1, 100_000)] | None = (
        None  # minutes in all from which it is close; less: general
    )
    kinds: tuple[str, ...] = ()  # kinds of place that belong to it; its own name always does


@dataclass(frozen=True, kw_only=True)
class Seating:
    """Who is a close contact in a vehicle: rows in front and behind, a whole carriage, or everybody."""

    rows: Annotated[int, Between(0, 100)] | None = None  # None: no rule by rows
    carriage: bool = False  # everybody in the same carriage
    bay: Annotated[int, Between(1, 100)] | None = None  # numbers to a bay or compartment: its own, and `rows` beside it
    everybody: bool = False
    others: Closeness = Closeness.GENERAL  # what the rest are


@dataclass(frozen=True, kw_only=True)
class Protocol:
    """How contacts of one kind are followed up."""

    follow_for: timedelta  # from the last exposure
    test_days: tuple[Annotated[int, Between(0, 60)], ...] = ()  # day 0 is that of the last exposure
    reports_a_day: Annotated[int, Between(0, 4)] = 1  # 0: nobody asks them daily
    quarantine: bool = False  # the pack asks that they keep apart: a person decides, with this as the basis
    quarantine_for: timedelta | None = None  # from the last exposure; None: as long as the follow-up
    at_home: bool = False  # kept apart at home rather than in a room


@dataclass(frozen=True, kw_only=True)
class Policy:
    """The tracing desk's numbers under one pack."""

    # who is a contact
    settings: dict[str, Setting]  # closest first; of settings with as many minutes the first one names a contact
    seating: dict[str, Seating] = field(default_factory=dict)  # kind of vehicle -> who is close
    grid_companions: bool = False  # search telephones that shared a grid cell: weak evidence
    grid_side_m: Annotated[int, Between(50, 10_000)] | None = None
    grid_minutes: Annotated[int, Between(1, 1440)] | None = None
    grid_stay: timedelta | None = None  # either of the two was there for longer than this, in all
    grid_within: timedelta | None = None  # counted backwards

    # what a rule may name by itself
    search_by_itself: bool  # a confirmed case's contacts are searched for without a person asking
    name_at_most: Annotated[
        int, Between(1, 100_000)
    ]  # contacts of one case that a rule may list; more waits for a person
    second_order: bool  # contacts of contacts are searched for
    second_from_minutes: Annotated[int, Between(1, 10_000)]  # contacts of at least so many minutes are followed
    second_settings: tuple[str, ...] = ()  # and only in these settings; none: all
    second_at_most: Annotated[int, Between(1, 100_000)]  # at most so many contacts are followed, the closest

    # clocks
    list_within: timedelta  # from the confirmation to the list of contacts
    reach_within: timedelta  # from listing a close contact to speaking to them
    reach_secondary_within: timedelta  # the same for a contact of a contact
    quarantine_contact_within: timedelta | None = None  # from finding a close contact to quarantine
    quarantine_secondary_within: timedelta | None = None  # the same for a contact of a contact
    report_by_hour: Annotated[int, Between(1, 24)]  # the hour of day by which a contact must have been heard of
    missed_alarm: Annotated[int, Between(1, 14)]  # so many days in a row unheard of: somebody goes there

    # follow-up
    protocols: dict[str, Protocol]  # close, secondary, general, companion
    alarming: tuple[str, ...]  # findings that make a contact a suspect case
    fever_from_c: Annotated[float, Between(36, 42)]

    # visits
    keep_visits_for: timedelta  # older visits are forgotten

    def __post_init__(self) -> None:
        """Refuse a kind of contact without a protocol for its follow-up, and a protocol for nothing."""
        kinds = {each.value for each in Closeness}
        for name in self.protocols:
            if name not in kinds:
                raise Refused("policy_name_unknown", field="protocols", found=name, listed="closeness", nearest="close")
        if Closeness.CLOSE.value not in self.protocols:
            raise Refused("policy_name_unknown", field="protocols", found="close", listed="protocols", nearest="close")
        for name in self.second_settings:
            if name not in self.settings:
                known = next(iter(self.settings), "")
                raise Refused(
                    "policy_name_unknown", field="second_settings", found=name, listed="settings", nearest=known
                )

    def protocol(self, closeness: str) -> Protocol | None:
        """How contacts of this kind are followed up; None where the pack follows none of them."""
        return self.protocols.get(closeness)
