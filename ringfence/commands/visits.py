"""`ringfence visits`: load visits, see what is on record, and forget days."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from ringfence.commands.contacts import say_compiling
from ringfence.commands.linelist import bar, show
from ringfence.commands.opening import centre_here
from ringfence.core.access import feed
from ringfence.core.errors import Refused
from ringfence.core.home import home

if TYPE_CHECKING:
    from ringfence.desks.tracing.visits.load import Loaded
    from ringfence.facts.tracing import VisitsLoaded

app = typer.Typer(no_args_is_help=True, help="Visits: who was where, from when to when.")

BY = "visits"
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


@app.command()
def load(  # noqa: PLR0913 (each is told by name)
    file: Annotated[
        Path, typer.Argument(help="Parquet or CSV with person, place, start, end and source; kind if known.")
    ],
    *,
    source: Annotated[str, typer.Option(help="Who told the rows that name nobody.")] = "",
    zone: Annotated[str, typer.Option(help="Where times without a zone were read off a clock.")] = "",
    country: Annotated[str, typer.Option(help="Whose identity numbers and telephones are no ids.")] = "CN",
    good_rows: Annotated[bool, typer.Option("--good-rows", help="Take the good rows, and report the others.")] = False,
    json: Json = False,
) -> None:
    """Load visits: one bad row refuses the file and all are reported; the same file again changes nothing."""
    centre = centre_here()
    from ringfence.desks.tracing.visits.load import load_visits  # noqa: PLC0415 (loads the compiled loops)

    say_compiling(quiet=json)
    now = centre.clock.now()
    with bar(quiet=json) as shown:
        task = shown.add_task("visits", total=None)
        done = load_visits(
            file, home=home(), now=now, source=source, zone=zone, country=country, good_rows=good_rows,
            progress=lambda read, of: shown.update(task, completed=read, total=of),
        )  # fmt: skip
    if done.new:
        centre.hear(feed(BY), [told_of(done, now)])
    show(asdict(done), json=json)


def told_of(done: Loaded, now: datetime) -> VisitsLoaded:
    """The fact of a load."""
    from ringfence.facts.tracing import VisitsLoaded  # noqa: PLC0415

    days = [date.fromisoformat(day) for day in done.days]
    return VisitsLoaded(
        sha256=done.sha256, visits=done.taken, refused=done.refused, repeated=done.repeated, joined=done.joined,
        first_on=min(days, default=None), last_on=max(days, default=None), sources=tuple(done.sources),
        told=tuple(done.sources.values()), at=now,
    )  # fmt: skip


@app.command()
def status(*, json: Json = False) -> None:
    """Show which days are on record, from which sources, and how large they are."""
    from ringfence.desks.tracing.visits.store import Visits  # noqa: PLC0415 (loads the compiled loops)

    say_compiling(quiet=json)
    known = Visits.open(home()).status()
    days = known.pop("days")
    if json:
        show({**known, "days": days}, json=True)
        return
    show({**known, "sources": ", ".join(known["sources"]), "kinds": ", ".join(known["kinds"])}, json=False)
    table = Table("day", "stays", "people", "Parquet", "index")
    for day in days:
        sizes = (f"{day[name] / 1e6:,.1f} MB" for name in ("parquet_bytes", "index_bytes"))
        table.add_row(day["day"], f"{day['stays']:,}", f"{day['people']:,}", *sizes)
    Console().print(table)


@app.command()
def forget(
    *, before: Annotated[str, typer.Option(help="The first day that is kept, as 2021-09-25.")], json: Json = False
) -> None:
    """Delete every day before one, and the ids that no other day names. There is no way back."""
    centre = centre_here()
    from ringfence.desks.tracing.visits.retention import forgotten  # noqa: PLC0415 (loads the compiled loops)

    try:
        day = date.fromisoformat(before)
    except ValueError:
        raise Refused("visits_moment_unreadable", told=before) from None
    gone, fact = forgotten(home(), day, centre.clock.now())
    if fact is not None:
        centre.hear(feed(BY), [fact])
    told = {"before": before, "days": [each.isoformat() for each in gone.days], "visits": gone.stays}
    show({**told, "people": gone.people, "places": gone.places}, json=json)
