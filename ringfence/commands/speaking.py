"""How commands speak: in the terminal's language, to people in tables, to programmes in one JSON object."""

from __future__ import annotations

import dataclasses
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from django.utils.translation import activate, gettext
from rich.console import Console
from rich.table import Table

from ringfence.app import centre, learn_words, start
from ringfence.core.access import Who, feed
from ringfence.core.centre import Centre
from ringfence.core.errors import Refused
from ringfence.core.shown import json_value, show_value, spoken
from ringfence.core.words import label

WIDEST = 12  # columns of a table on a terminal; --json gives all


def opened() -> Centre:
    """This installation's centre, with the terminal's language."""
    speak()
    return centre()


def speak() -> None:
    """Set Django up, and speak the terminal's language where it is one of ours."""
    start()
    told = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    activate("zh-hans" if told.startswith("zh") else "en")


def sentences(refusal: Refused) -> str:
    """A refusal as three lines."""
    speak()
    learn_words()
    return "\n".join(spoken(refusal, gettext))


def as_json(value: Any) -> None:
    """One object on standard output, nothing else."""
    sys.stdout.write(orjson.dumps(json_value(value)).decode() + "\n")
    sys.stdout.flush()


def whoever(account: str | None) -> Who:
    """The account named, or this installation's own operator, who may do everything."""
    if account is None:
        return feed("command")
    from ringfence.registry.account_keeping import account_named, who_is  # noqa: PLC0415 (needs Django set up)

    known = account_named(account)
    who = who_is(known, centre().clock.now()) if known else None
    if who is None:
        raise Refused("account_unknown", name=account)
    return who


def rows_of(value: Any) -> Sequence[Any] | None:
    """The rows of a page or a list of rows; None for anything else."""
    rows = getattr(value, "rows", value)
    return rows if isinstance(rows, list | tuple) else None


def show(value: Any, zone: str = "UTC") -> None:
    """Rows as a table; anything else as its names and values."""
    console = Console()
    rows = rows_of(value)
    if rows is None:
        for name, each in _named(value).items():
            console.print(f"[bold]{name}[/bold]  {show_value(each, zone)}", markup=True, highlight=False)
        return
    if not rows:
        console.print(gettext("Nothing."))
        return
    table = Table(box=None, pad_edge=False)
    columns = list(_named(rows[0]))[:WIDEST]
    for column in columns:
        table.add_column(label(f"field.{column}", gettext))
    for row in rows:
        named = _named(row)
        table.add_row(*(show_value(named.get(column), zone) for column in columns))
    console.print(table)
    if getattr(value, "next", None):
        console.print(gettext("More: --after {key}").format(key=value.next))


def _named(row: Any) -> dict[str, Any]:
    if isinstance(row, Mapping):
        return {str(name): value for name, value in row.items()}
    if dataclasses.is_dataclass(row) and not isinstance(row, type):
        return {each.name: getattr(row, each.name) for each in dataclasses.fields(row)}
    if isinstance(row, list | tuple):
        return {str(n): value for n, value in enumerate(row)}
    return {"": row}
