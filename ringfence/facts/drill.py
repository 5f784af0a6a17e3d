"""Facts of a drill (演练): that it is one, how its clock went, which troubles were thrown in, and who noticed them.

They stand only in the log of a drill's own workspace, whose first fact is `DrillBegun`. Everything else in such a log
is the product's own vocabulary.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from ringfence.core.fact import Fact
from ringfence.facts.ids import AccountId, OutbreakId


class DrillForm(StrEnum):
    """How a drill is held."""

    TABLE_TOP = "table-top"  # the clock stands until the controller moves it on; cards and questions
    FUNCTIONAL = "functional"  # units at their desks, the city simulated
    FULL_SCALE = "full-scale"  # stations and telephones in the field too


class InjectKind(StrEnum):
    """A trouble that is thrown into a drill."""

    LABORATORY_DOWN = "laboratory_down"
    LOST_BOX = "lost_box"
    FULL_SITE = "full_site"
    STAFF_OUTAGE = "staff_outage"
    CALLS = "calls"  # a flood of calls and false rumours
    WRONG_FILE = "wrong_file"  # a results file in a wrong encoding
    DELAYED_RESULTS = "delayed_results"
    POWER_CUT = "power_cut"
    POSITIVE_POOL = "positive_pool"
    CARD = "card"  # told on a card alone: for discussion


class DrillBegun(Fact):
    """A drill begins: nothing in this log is real."""

    names: dict[str, str]  # title by language
    form: DrillForm
    scenario: str  # the file's name
    sha256: str  # of that file
    people: int  # of the synthetic city
    seed: int


class DrillClockSet(Fact):
    """The controller set how the drill's clock goes, or moved it on."""

    speed: float
    running: bool
    forward: timedelta = timedelta()


class InjectThrown(Fact):
    """A trouble was thrown in, by the scenario's timetable or by the controller."""

    inject: str
    kind: InjectKind
    names: dict[str, str]  # what has happened, by language
    which: int = 0  # which laboratory or site, counted from 0
    size: int = 0  # calls, people in the queue
    lasts: timedelta | None = None  # it ends by itself
    answer_within: timedelta | None = None
    announced: bool = False  # the players are shown a card; otherwise they have to notice
    outbreak: OutbreakId | None = None


class InjectTook(Fact):
    """A trouble took hold of something; from here the clock of its answer runs."""

    inject: str
    about: str  # the id of the laboratory, site, box or tube, or the SHA-256 of the file
    until: datetime | None = None


class InjectEnded(Fact):
    """A trouble ended by itself: the power is back, the instruments run."""

    inject: str


class InjectAnswered(Fact):
    """Somebody noticed a trouble and did something about it."""

    inject: str
    how: str  # card (a player's answer), seen (the controller saw it), or the kind of the fact that shows it
    account: AccountId | None = None  # who noticed
    line: int | None = None  # of the log: the fact that shows it
    text: str = ""


class QuestionAsked(Fact):
    """The controller put a question of discussion to the players."""

    question: str
    names: dict[str, str]
    outbreak: OutbreakId | None = None


class QuestionAnswered(Fact):
    """The players answered a question; the decision stands on record of its own."""

    question: str
    decision: str  # DecisionMade
    text: str


class DrillEnded(Fact):
    """The drill is over; the clock stands."""

    reason: str = ""
