"""The testing desk's facts: tubes on their way from the swab to the result, and what a result sets off. Rounds: `rounds`."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from ringfence.core.fact import Fact
from ringfence.facts.ids import BoxId, JurisdictionId, OutbreakId, PersonId, PlaceId, RoundId, TripId, TubeId, derive


class Result(StrEnum):
    """What a laboratory found in a tube."""

    NEGATIVE = "negative"
    POSITIVE = "positive"
    UNCLEAR = "unclear"  # a grey result: handled as positive until the people's own tubes are read
    INVALID = "invalid"  # no result: controls failed, no human material, tube damaged


class Lane(StrEnum):
    """The queue at a site in which a person stood."""

    GENERAL = "general"
    SEPARATE = "separate"  # people under measures, or held


@lru_cache(maxsize=16_384)
def tube_of(code: str) -> TubeId:
    """The id of the tube with this barcode: a barcode is used once in an installation."""
    return TubeId(derive("tube", code))


def box_of(code: str) -> BoxId:
    """The id of the box with this barcode."""
    return BoxId(derive("box", code))


# -- custody ----------------------------------------------------------------------------------------------------------


class TubeSealed(Fact):
    """Swabs of these people went into a tube and it was closed."""

    tube: TubeId
    code: str  # the barcode
    round: RoundId | None
    outbreak: OutbreakId
    site: PlaceId
    people: tuple[PersonId, ...]
    cells: dict[str, int]  # path of residence -> people not tested before in this round
    again: tuple[PersonId, ...] = ()  # of `people`: tested in this round before
    lane: Lane = Lane.GENERAL
    alone: bool = False  # a single swab after a positive pool, or of somebody under measures
    station: str = ""  # the device
    told_at: datetime | None = None  # by the device's own clock, where it was wrong
    instead_of: tuple[TubeId, ...] = ()  # earlier tubes of its people in this round that gave no result


class TubeVoided(Fact):
    """A tube cannot give a result any more: leaking, lost, unlabelled, empty or a mistake. Its people are swabbed again."""

    tube: TubeId
    reason: str
    outbreak: OutbreakId | None = None


class BoxPacked(Fact):
    """Tubes were put into a box at a site; at most 1,000."""

    box: BoxId
    code: str
    site: PlaceId
    tubes: tuple[TubeId, ...]
    outbreak: OutbreakId | None = None


class TripBegun(Fact):
    """A vehicle left with boxes for a laboratory."""

    trip: TripId
    vehicle: str
    laboratory: PlaceId
    boxes: tuple[BoxId, ...]
    expected_at: datetime | None = None


class BoxReceived(Fact):
    """A laboratory took a box in and counted its tubes."""

    box: BoxId
    laboratory: PlaceId
    missing: tuple[TubeId, ...] = ()  # packed, but not in the box
    leaking: tuple[TubeId, ...] = ()
    extra: tuple[TubeId, ...] = ()  # in the box, but not packed into it
    unlabelled: int = 0
    outbreak: OutbreakId | None = None


class TubesReceived(Fact):
    """A laboratory took in tubes that came without a box; at most 1,000."""

    laboratory: PlaceId
    tubes: tuple[TubeId, ...]


class BoxRanLate(Fact):
    """A box let its limit pass between packing and receipt."""

    box: BoxId
    jurisdiction: JurisdictionId
    due_at: datetime


class TubesLeftUnpacked(Fact):
    """Tubes lie at a site longer than the limit without a box."""

    site: PlaceId
    jurisdiction: JurisdictionId
    tubes: int
    oldest_at: datetime


class CustodyGapFound(Fact):
    """A tube's chain has a hole: read without receipt, received without box, in two boxes."""

    tube: TubeId
    gap: str  # read_before_receipt, received_without_box, in_two_boxes


class StationClockFound(Fact):
    """A station's clock was wrong; the times it told were corrected by so much."""

    station: str
    site: PlaceId
    jurisdiction: JurisdictionId
    fast_by: timedelta


class HandInKept(Fact):
    """Something a station handed in could not be accepted; it is kept as it came until somebody has dealt with it."""

    station: str
    site: PlaceId
    jurisdiction: JurisdictionId
    row: int  # of what is kept
    code: str  # why it was not accepted


class HandInRanLate(Fact):
    """A station handed tubes in long after they were sealed."""

    station: str
    site: PlaceId
    jurisdiction: JurisdictionId
    tubes: int
    oldest_at: datetime


# -- laboratories -----------------------------------------------------------------------------------------------------


class LaboratoryEnrolled(Fact):
    """A laboratory takes part: how many tubes it reads in an hour, and for how long it works."""

    laboratory: PlaceId
    jurisdiction: JurisdictionId
    tubes_per_hour: int
    mobile: bool = False
    from_at: datetime | None = None
    until_at: datetime | None = None


class CapacityChanged(Fact):
    """A laboratory reads more or fewer tubes in an hour from now on; 0 while it is down."""

    laboratory: PlaceId
    tubes_per_hour: int
    was_tubes_per_hour: int
    reason: str = ""


class PlateLoaded(Fact):
    """Tubes were put on a plate; wells beside them."""

    plate: str
    laboratory: PlaceId
    tubes: tuple[TubeId, ...]
    wells: tuple[str, ...] = ()


class PlateRun(Fact):
    """A plate ran through the instrument; it counts only if its controls held."""

    plate: str
    laboratory: PlaceId
    valid: bool
    instrument: str = ""
    negative_control_ct: float | None = None
    positive_control_ct: float | None = None


class TubeRead(Fact):
    """A laboratory read a tube. A tube is read once; TubeCorrected mends a wrong reading."""

    tube: TubeId
    result: Result
    laboratory: PlaceId | None = None
    ct: float | None = None  # cycle threshold, the lowest of the targets; None where the laboratory gives none
    plate: str = ""
    outbreak: OutbreakId | None = None


class TubeCorrected(Fact):
    """A wrong reading was mended, with the reason."""

    tube: TubeId
    result: Result
    was_result: Result
    reason: str
    ct: float | None = None
    was_ct: float | None = None
    outbreak: OutbreakId | None = None


class StrayResultHeard(Fact):
    """A result came for a tube that nobody has handed in; it waits for the tube."""

    tube: TubeId
    code: str
    result: Result
    laboratory: PlaceId
    jurisdiction: JurisdictionId
    outbreak: OutbreakId
    ct: float | None = None


class ResultsRead(Fact):
    """A laboratory's file was read in: how many rows, and what became of them. The file is kept by its hash."""

    sha256: str
    laboratory: PlaceId
    rows: int
    new: int
    unchanged: int
    corrected: int
    stray: int
    refused: int


class TubesWaitedLong(Fact):
    """Tubes lie in a laboratory longer than the limit without a result."""

    laboratory: PlaceId
    jurisdiction: JurisdictionId
    tubes: int
    oldest_at: datetime


class LaboratoryOutOfLine(Fact):
    """A laboratory's share of positive or invalid tubes is unlike that of all together."""

    laboratory: PlaceId
    jurisdiction: JurisdictionId
    what: str  # positive, invalid
    found: int
    of: int
    expected: float  # tubes, by the share of all other laboratories


# -- control first, then screen ---------------------------------------------------------------------------------------


class PeopleHeld(Fact):
    """These people stay apart until their own swab is read, or until the hold ends by itself."""

    people: tuple[PersonId, ...]
    because_of: TubeId
    outbreak: OutbreakId
    until: datetime
    paths: tuple[str, ...] = ()  # where each of them stays, beside `people`; "" where it is not known


class PersonReleased(Fact):
    """Somebody held is free: their own swab was negative, the pool was mended, or the hold ended."""

    person: PersonId
    because_of: TubeId  # the pool for which they were held
    outbreak: OutbreakId
    reason: str  # own_negative, pool_mended, hold_ended, by_hand
    by_tube: TubeId | None = None  # their own
    why: str = ""  # a person's reason, where one released them by hand


class PersonFound(Fact):
    """Somebody's own tube was positive."""

    person: PersonId
    tube: TubeId
    outbreak: OutbreakId
    jurisdiction: JurisdictionId
    laboratory: PlaceId | None
    sampled_at: datetime
    pool: TubeId | None = None  # the positive pool that named them, if one did
    ct: float | None = None


class FindingMended(Fact):
    """A positive of somebody's own tube was corrected: they were not found after all."""

    person: PersonId
    tube: TubeId
    outbreak: OutbreakId
    reason: str


class PoolUnexplained(Fact):
    """A pool was positive, and every member's own swab was negative."""

    tube: TubeId
    laboratory: PlaceId | None = None
