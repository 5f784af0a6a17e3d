"""What a page of several sections is made of: each part is plain values, and knows the template that shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django import forms
from django.utils.safestring import SafeString

from ringfence.console.pieces import Because, Cell, Chip, Choice, Column, Empty, Entry, Listing, Number, Row


@dataclass(frozen=True)
class Part:
    """Something in a section."""

    template: ClassVar[str] = ""


@dataclass(frozen=True)
class Pairs(Part):
    """Labels with their values."""

    rows: Sequence[tuple[str, Cell]]
    template: ClassVar[str] = "console/parts/pairs.html"


@dataclass(frozen=True)
class Table(Part):
    """Rows without filters."""

    listing: Listing
    template: ClassVar[str] = "console/parts/plain_table.html"


@dataclass(frozen=True)
class List(Part):
    """A whole list, with filters and pages."""

    listing: Listing
    template: ClassVar[str] = "console/parts/listing.html"


@dataclass(frozen=True)
class Drawn(Part):
    """A chart."""

    drawing: SafeString
    template: ClassVar[str] = "console/parts/drawn.html"


@dataclass(frozen=True)
class Line(Part):
    """What happened, in order."""

    entries: Sequence[Entry]
    empty_text: str
    template: ClassVar[str] = "console/parts/timeline.html"


@dataclass(frozen=True)
class Why(Part):
    """A chain of because."""

    chain: Sequence[Because]
    template: ClassVar[str] = "console/parts/why.html"


@dataclass(frozen=True)
class Text(Part):
    """A paragraph; `chips` stand before it."""

    text: str
    chips: Sequence[Chip] = ()
    template: ClassVar[str] = "console/parts/text.html"


@dataclass(frozen=True)
class Links(Part):
    """Where to go from here."""

    links: Sequence[Choice]
    template: ClassVar[str] = "console/parts/links.html"


@dataclass(frozen=True)
class Numbers(Part):
    """Numbers with their denominators."""

    numbers: Sequence[Number]
    template: ClassVar[str] = "console/parts/numbers.html"


@dataclass(frozen=True)
class Ask(Part):
    """A form for one action, folded under its title; `at_once` is a button without a fold."""

    title: str
    form: forms.BaseForm
    url: str
    hidden: Sequence[tuple[str, str]] = ()
    submit: str = ""
    danger: bool = False
    at_once: bool = False
    opened: bool = False
    key: str = ""
    template: ClassVar[str] = "console/parts/ask.html"


@dataclass(frozen=True)
class Section:
    """A card of a page."""

    title: str
    parts: Sequence[Part]
    id: str = ""


@dataclass(frozen=True)
class Sections:
    """A page: cards in one or two columns."""

    title: str
    main: Sequence[Section]
    side: Sequence[Section] = ()
    lead: str = ""
    chips: Sequence[Chip] = ()
    tools: Sequence[Choice] = ()
    way: Sequence[Choice] = ()  # where this page hangs: links above the heading
    extra: dict[str, Any] = field(default_factory=dict)


def table(
    caption: str, columns: Sequence[str | Column], rows: Sequence[Row], empty: str, empty_text: str = ""
) -> Table:
    """A plain table from labels and rows; one without rows says so."""
    made = [each if isinstance(each, Column) else Column(str(n), each) for n, each in enumerate(columns)]
    return Table(Listing(caption=caption, columns=made, rows=rows, empty=Empty(empty, empty_text)))
