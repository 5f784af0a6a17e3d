"""The testing desk's facts about rounds and sites: who is to be tested, where, until when."""

from __future__ import annotations

from datetime import datetime, timedelta

from ringfence.core.fact import Fact
from ringfence.facts.ids import JurisdictionId, OutbreakId, PersonId, PlaceId, RoundId


class RoundOpened(Fact):
    """Everybody on the roster of an area is to be tested once, by a deadline."""

    round: RoundId
    outbreak: OutbreakId
    jurisdiction: JurisdictionId
    number: int  # of this area's rounds
    due_at: datetime
    title: str = ""
    pool_size: int = 10
    campaign: str = ""  # rounds of one campaign share it
    groups: tuple[str, ...] = ()  # only these groups of the register; none: everybody


class RosterDrawn(Fact):
    """How many people of a round live where, in columns. From a register, or from the population on record."""

    round: RoundId
    cells: tuple[JurisdictionId, ...]
    people: tuple[int, ...]
    counted: bool = True  # False: the population on record, as no register is loaded there


class PoolSizeSet(Fact):
    """A named person set how many share a tube in a part of a round's area; 0: one tube a household."""

    round: RoundId
    jurisdiction: JurisdictionId
    size: int
    zone: str = ""  # sealed, controlled, prevention, …: what the size followed
    was_size: int | None = None


class RoundClosed(Fact):
    """A round is over; tubes that come late still count for it."""

    round: RoundId
    reason: str = ""
    outbreak: OutbreakId | None = None
    jurisdiction: JurisdictionId | None = None


class RoundReopened(Fact):
    """A round was closed too early."""

    round: RoundId


class PersonExcused(Fact):
    """Somebody of the roster is not to be tested in this round, with the reason."""

    round: RoundId
    person: PersonId
    reason: str  # away, moved, deceased, in_hospital, in_quarantine, tested_elsewhere, medical, refused, other
    jurisdiction: JurisdictionId


class ExcuseWithdrawn(Fact):
    """The person is to be tested after all."""

    round: RoundId
    person: PersonId


class StopProposed(Fact):
    """The pack's rule for stopping rounds is met in an area. People decide."""

    outbreak: OutbreakId
    jurisdiction: JurisdictionId
    clean: int  # rounds in a row without a person found outside quarantine
    expected: (
        float | None
    )  # people whom one more round would be expected to find, by the last rounds' yield; None: not reckoned


# -- sites ------------------------------------------------------------------------------------------------------------


class SiteOpened(Fact):
    """A place takes swabs."""

    site: PlaceId
    jurisdiction: JurisdictionId
    lanes: int
    swabs_per_hour: int  # of one lane
    serves: tuple[JurisdictionId, ...] = ()  # the cells whose people come here
    separate_lane: bool = True
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    slot: timedelta | None = None  # length of the time slots given to households; none: come as you are
    mobile: bool = False


class SiteClosed(Fact):
    """A place takes no more swabs."""

    site: PlaceId
    reason: str = ""


class LanesChanged(Fact):
    """A site has more or fewer lanes open."""

    site: PlaceId
    lanes: int
    was_lanes: int


class QueueCounted(Fact):
    """Somebody at a site counted who waits."""

    site: PlaceId
    people: int
    lanes: int  # open at that moment


class SlotGiven(Fact):
    """A household, building or cell was asked to come to a site in a time slot."""

    site: PlaceId
    round: RoundId
    about: str  # a household's, a person's or a jurisdiction's id
    begins_at: datetime
    people: int


class MissingCalled(Fact):
    """The end of a round came near: in each of these cells somebody is missing, and is called."""

    round: RoundId
    outbreak: OutbreakId
    cells: tuple[JurisdictionId, ...]  # at most 1,000, most missing first
    people: tuple[int, ...]  # missing in each
    due_at: datetime
