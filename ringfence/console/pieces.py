"""The pieces that pages hand to the templates: plain values, already translated, already scoped, already counted.

A page gathers these and renders; a template shows them and decides nothing. Every text is shown as it is (and escaped).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.forms import BaseForm

CHIPS: dict[str, tuple[str, str]] = {
    "overdue": ("▲", "act"),
    "escalated": ("⇧", "act"),
    "breach": ("⊘", "act"),
    "soon": ("◔", "warn"),
    "unverified": ("?", "warn"),
    "held": ("■", "warn"),
    "open": ("○", "plain"),
    "unknown": ("–", "plain"),
    "discarded": ("×", "plain"),
    "negative": ("−", "plain"),
    "started": ("◐", "busy"),
    "handed_over": ("⇄", "busy"),
    "suspect": ("◇", "busy"),
    "probable": ("◈", "busy"),
    "confirmed": ("◆", "strong"),
    "asymptomatic": ("◎", "busy"),
    "positive": ("+", "strong"),
    "died": ("■", "strong"),
    "done": ("✓", "good"),
    "verified": ("✓✓", "good"),
    "recovered": ("✓", "good"),
}
"""kind -> (shape, tone). A state is told by shape and text; colour only helps. Red (`act`) means: do something."""


@dataclass(frozen=True)
class Chip:
    """A state: its kind picks shape and tone, its text says it. An unknown kind is shown plainly, never hidden."""

    kind: str
    text: str

    @property
    def shape(self) -> str:
        """The sign before the text."""
        return CHIPS.get(self.kind, ("•", "plain"))[0]

    @property
    def tone(self) -> str:
        """One of act, warn, good, busy, strong, plain."""
        return CHIPS.get(self.kind, ("•", "plain"))[1]


@dataclass(frozen=True)
class Choice:
    """One of several: a link (`url`), or a value to send (`value`)."""

    label: str
    url: str = ""
    value: str = ""
    current: bool = False
    depth: int = 0
    note: str = ""


@dataclass(frozen=True)
class NavItem:
    """A place in the navigation. `count` is shown beside it; `act` makes the count red, with ▲."""

    label: str
    url: str
    shape: str = "•"
    current: bool = False
    count: int | None = None
    act: bool = False


@dataclass(frozen=True)
class Shell:
    """What stands around every page: `base.html` needs it as `shell`.

    `nav`: the first four are the phone's bottom bar, all stand in the side bar and under "More".
    `as_of` and `line`: the moment and number of the last line of the log that the page knows.
    `drill`: the name of the drill, or empty in a real outbreak.
    """

    nav: Sequence[NavItem] = ()
    outbreaks: Sequence[Choice] = ()
    scopes: Sequence[Choice] = ()
    densities: Sequence[Choice] = ()
    account_name: str = ""
    account_role: str = ""
    account_links: Sequence[Choice] = ()
    sign_out_url: str = ""
    language_url: str = "/i18n/setlang/"
    home_url: str = "/"
    search_url: str = ""
    density: str = "compact"
    drill: str = ""
    as_of: datetime | None = None
    line: int | None = None

    @property
    def outbreak(self) -> Choice | None:
        """The outbreak that is looked at."""
        return next((choice for choice in self.outbreaks if choice.current), None)

    @property
    def scope(self) -> Choice | None:
        """The jurisdiction that is looked at."""
        return next((choice for choice in self.scopes if choice.current), None)


@dataclass(frozen=True)
class Column:
    """A column of a list: `kind` is text, number, time or id; `sort_url` links its head; `sorted`: up, down, empty."""

    key: str
    label: str
    kind: str = "text"
    shown: bool = True
    sort_url: str = ""
    sorted: str = ""


@dataclass(frozen=True)
class Cell:
    """One value: text, or a chip, or a moment. `note` is a small second line; `reveal_url` asks why, then unmasks."""

    text: str = ""
    href: str = ""
    chip: Chip | None = None
    at: datetime | None = None
    note: str = ""
    reveal_url: str = ""


@dataclass(frozen=True)
class Row:
    """One row: as many cells as there are shown columns, in their order; `act` marks a row that is late."""

    id: str
    cells: Sequence[Cell]
    href: str = ""
    edit_url: str = ""
    act: bool = False


@dataclass(frozen=True)
class BulkAction:
    """An action that can be told for every picked row; pressing it leads to the preview."""

    code: str
    label: str


@dataclass(frozen=True)
class Empty:
    """What a list without rows says: that it is empty, and what to do first."""

    title: str
    text: str = ""
    action_label: str = ""
    action_url: str = ""


@dataclass(frozen=True)
class Listing:
    """A list page: `parts/listing.html` needs it as `listing`.

    `filters` is a bound form over the GET parameters. `count` is all rows that match, not those shown; `count_at_least`
    says that counting stopped there. `after` is the key of the next page (GET `after`), empty on the last one.
    `bulk_url` gets POST `picked` (row ids), or `all_matching=1` with `filter` (a query string), and `action`.
    """

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    empty: Empty
    filters: BaseForm | None = None
    views: Sequence[Choice] = ()
    save_view_url: str = ""
    exports: Sequence[Choice] = ()
    actions: Sequence[BulkAction] = ()
    bulk_url: str = ""
    count: int | None = None
    count_at_least: bool = False
    after: str = ""
    page_size: int = 50
    first_page: bool = True
    as_of: datetime | None = None

    @property
    def shown(self) -> list[Column]:
        """The columns in use."""
        return [column for column in self.columns if column.shown]

    @property
    def lines(self) -> list[tuple[Row, list[tuple[Column, Cell]]]]:
        """Each row with its cells beside their columns."""
        return [(row, list(zip(self.shown, row.cells, strict=True))) for row in self.rows]


@dataclass(frozen=True)
class Number:
    """A number that can be trusted: what it counts, out of how many, as of when, and the list behind it."""

    label: str
    value: str | int
    of: str | int | None = None
    of_label: str = ""
    as_of: datetime | None = None
    href: str = ""
    note: str = ""
    act: bool = False


@dataclass(frozen=True)
class Entry:
    """One entry of a timeline: when, what, by whom; `heard_at` where it was told later than it happened."""

    at: datetime
    title: str
    text: str = ""
    by: str = ""
    heard_at: datetime | None = None
    href: str = ""
    chip: Chip | None = None
    line: int | None = None


@dataclass(frozen=True)
class Because:
    """One link of a "why?" chain: a sentence, who or which rule told it, and where it stands in the log.

    `kind` is fact, rule or person.
    """

    sentence: str
    kind: str = "fact"
    by: str = ""
    reason: str = ""
    at: datetime | None = None
    line: int | None = None
    href: str = ""
