"""List pages made from a query: filters, columns, order and pages in the address, and what can be told for many rows.

A list is declared once as a `ListPage`; its page, its export, its saved views and its bulk edits follow from that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext

from ringfence.console.forms import form_for, told_by
from ringfence.console.pieces import BulkAction, Cell, Choice, Column, Empty, Listing, Row
from ringfence.console.shown import called, label
from ringfence.core.declare import Action
from ringfence.core.errors import Refused

if TYPE_CHECKING:
    from ringfence.console.context import Page

SIZE = 50
LARGE = 1000


@dataclass(frozen=True)
class Head:
    """A column: its label is the words of `field.KEY`; `sort` is the query's `sort` that orders by it."""

    key: str
    kind: str = "text"
    shown: bool = True
    sort: str = ""


@dataclass(frozen=True)
class Line:
    """One row as a list draws it: cells by column key; those of columns that are not shown are left out."""

    id: str
    cells: Mapping[str, Cell]
    href: str = ""
    edit_url: str = ""
    act: bool = False


@dataclass(frozen=True)
class ListPage:
    """A list. `name` is that of its address and of its saved views; `item` the parameter by which actions name a row.

    Where several parameters name a row, `item` holds them apart by a blank, and so does the row's id with their values.
    `choices` are the codes that a parameter of any action takes, or of one: `action.parameter`.

    `lines` draws a page of the query's rows; `record` gives a row's fields for an export, in the order of `fields`.
    `fixed` is what the page itself asks of the query (the outbreak, say); `hidden` are parameters that are no filters;
    `kept` are those that the address carries from page to page without anybody choosing them (whose contacts, say).
    """

    name: str
    title: str
    query: Callable[..., Any]
    heads: tuple[Head, ...]
    lines: Callable[[Page, Sequence[Any]], list[Line]]
    empty: Callable[[Page], Empty]
    item: str = ""
    actions: tuple[Callable[..., Any], ...] = ()
    fixed: Callable[[Page], dict[str, Any]] = lambda here: {}  # noqa: ARG005
    hidden: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    count: Callable[[Page, dict[str, Any]], tuple[int, bool]] | None = None
    count_all: Callable[[Page, dict[str, Any]], int] | None = None
    fields: tuple[str, ...] = ()
    records: Callable[[Page, Sequence[Any]], list[list[Any]]] | None = None
    names: Callable[[Page, Sequence[str]], dict[str, str]] | None = None
    id_of: Callable[[Any], str] = field(default=lambda row: row.id)
    choices: Callable[[], Mapping[str, list[tuple[str, str]]]] = dict

    @property
    def items(self) -> list[str]:
        """The parameters that name a row."""
        return self.item.split()

    def told(self, row: str) -> dict[str, str]:
        """What an action is told of a row, by its id."""
        return dict(zip(self.items, row.split(), strict=True)) if " " in self.item else {self.item: row}

    @property
    def parameters(self) -> frozenset[str]:
        """What its query can be asked."""
        return frozenset(each.name for each in self.query.query.parameters)  # type: ignore[attr-defined]


LISTS: dict[str, ListPage] = {}
"""Every list by name: exports, saved views and bulk edits find theirs here."""

_OWN = ("after", "limit", "sort", "under", "outbreak")


def declare(listed: ListPage) -> ListPage:
    """Make a list known to exports, saved views and bulk edits."""
    LISTS[listed.name] = listed
    return listed


def list_named(name: str) -> ListPage:
    """A list by name."""
    if name not in LISTS:
        raise Refused("no_such_thing", name=name)
    return LISTS[name]


def filters(here: Page, listed: ListPage, told: QueryDict) -> forms.Form:
    """The filter form, bound to an address."""
    without = (*_OWN, *listed.hidden, *listed.fixed(here))
    form = form_for(here, listed.query.query, data=told, without=without, needed=False)  # type: ignore[attr-defined]
    if "sort" in listed.parameters:
        form.fields["sort"] = forms.CharField(required=False, widget=forms.HiddenInput())
    for name in listed.kept:
        form.fields[name].widget = forms.HiddenInput()
    form.is_valid()
    return form


def asked(here: Page, listed: ListPage, told: QueryDict) -> dict[str, Any]:
    """What an address asks of the list's query; a filter that cannot be read is left out and marked on its form."""
    ready = {**told_by(filters(here, listed, told)), **listed.fixed(here)}
    if "under" in listed.parameters and here.under_id:
        ready["under"] = here.under_id
    return ready


def ids_matching(here: Page, listed: ListPage, told: QueryDict) -> Iterator[str]:
    """The ids of every row that an address asks for, in the list's own order."""
    for rows in rows_matching(here, listed, told):
        yield from (listed.id_of(row) for row in rows)


def rows_matching(here: Page, listed: ListPage, told: QueryDict) -> Iterator[Sequence[Any]]:
    """Every row that an address asks for, a large page at a time. Another order than the list's own would miss rows."""
    wanted = {name: value for name, value in asked(here, listed, told).items() if name != "sort"}
    after = None
    while True:
        found = here.ask(listed.query, **wanted, after=after, limit=LARGE)
        yield found.rows
        after = found.next
        if after is None:
            return


def columns(listed: ListPage, told: QueryDict) -> list[Column]:
    """The columns, those picked in the address shown; with what a click on their head does."""
    picked = told.getlist("col")
    made = []
    for head in listed.heads:
        shown = head.key in picked if picked else head.shown
        first = head.key == listed.heads[0].key
        sorted_by = told.get("sort") == head.sort if head.sort else False
        address = _changed(told, sort=head.sort) if head.sort else ""
        made.append(
            Column(
                head.key,
                label(f"field.{head.key}"),
                head.kind,
                shown or first,
                address,
                "down" if sorted_by else "",
            )
        )
    return made


def _changed(told: QueryDict, **changed: str) -> str:
    copy = told.copy()
    copy.pop("after", None)
    for name, value in changed.items():
        copy[name] = value
    return f"?{copy.urlencode()}"


def listing(here: Page, listed: ListPage, views: Sequence[Choice] = ()) -> Listing:
    """The list as its address asks for it."""
    told = here.request.GET
    form = filters(here, listed, told)
    wanted = asked(here, listed, told)
    found = here.ask(listed.query, **wanted, after=told.get("after") or None, limit=SIZE)
    heads = columns(listed, told)
    keys = [column.key for column in heads if column.shown]
    rows = [
        Row(each.id, [each.cells.get(key, Cell()) for key in keys], each.href, each.edit_url, each.act)
        for each in listed.lines(here, found.rows)
    ]
    count, at_least = listed.count(here, wanted) if listed.count else (None, False)
    return Listing(
        caption=gettext(listed.title),
        columns=heads,
        rows=rows,
        empty=_nothing(told, form, listed) or listed.empty(here),
        filters=form,
        views=views,
        save_view_url=f"{reverse('save_view', args=[listed.name])}?{told.urlencode()}" if _narrowed(told) else "",
        exports=_exports(here, listed, told),
        actions=[BulkAction(_code(each), short(each)) for each in offered(here, listed)],
        bulk_url=reverse("many", args=[listed.name]) if listed.item else "",
        count=count,
        count_at_least=at_least,
        after=found.next or "",
        first_page=not told.get("after"),
        as_of=here.now,
    )


def _narrowed(told: QueryDict) -> bool:
    return any(value for name, value in told.items() if name not in ("after", "under", "outbreak", "density"))


def _nothing(told: QueryDict, form: forms.Form, listed: ListPage) -> Empty | None:
    """A list that its filters emptied says so, and leads back."""
    if not any(told.get(name) for name in form.fields if name not in {"sort", *listed.kept}):
        return None
    return Empty(
        gettext("Nothing matches these filters"),
        gettext("The list itself is not empty because of that."),
        gettext("Clear the filters"),
        "?",
    )


def _exports(here: Page, listed: ListPage, told: QueryDict) -> list[Choice]:
    if listed.records is None or not here.may("export"):
        return []
    rest = urlencode([(name, value) for name, values in told.lists() if name != "after" for value in values])
    return [Choice(gettext("CSV or Excel, all that match"), f"{reverse('export', args=[listed.name])}?{rest}")]


def _code(action: Action) -> str:
    return f"{action.desk}.{action.name}"


def short(action: Action) -> str:
    """An action in a word or two, for a button; else what it says of itself."""
    return called("action", action)


def offered(here: Page, listed: ListPage) -> list[Action]:
    """The actions that the asker may tell for many of its rows."""
    known = [each.action for each in listed.actions]  # type: ignore[attr-defined]
    return [each for each in known if each.many and here.may(each.may)]


def list_page(here: Page, listed: ListPage, views: Sequence[Choice] = (), **context: Any) -> HttpResponse:
    """The page of a list."""
    shown = listing(here, listed, views)
    return here.render("console/list.html", title=gettext(listed.title), listing=shown, **context)
