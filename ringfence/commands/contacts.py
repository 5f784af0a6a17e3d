"""`ringfence contacts`: everyone who shared a place and a time with a person."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer
from django.utils.translation import gettext
from rich.console import Console
from rich.table import Table

from ringfence.commands.linelist import show
from ringfence.commands.opening import centre_here
from ringfence.core.access import feed
from ringfence.core.clock import elapsed
from ringfence.core.errors import Refused
from ringfence.core.home import home
from ringfence.core.words import label
from ringfence.facts.ids import CaseId

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ringfence.core.centre import Centre
    from ringfence.desks.tracing.queries.searching import Hit
    from ringfence.desks.tracing.visits.store import Asked, Contact, Visits

BY = "contacts"
SHOWN = 50


def contacts(  # noqa: PLR0913 (each is told by name)
    person: Annotated[
        str, typer.Argument(help="Whose contacts: the id that visits name them by; none where --case is told.")
    ] = "",
    *,
    from_: Annotated[
        str, typer.Option("--from", help="The first day or moment, as 2021-09-25 or 2021-09-25T12:30.")
    ] = "",
    to: Annotated[str, typer.Option("--to", help="The last day or moment.")] = "",
    case: Annotated[
        str,
        typer.Option(help="A case's id: its person and its window, by the definitions of its outbreak's policy pack."),
    ] = "",
    order: Annotated[int, typer.Option(help="2: whom the contacts met after they met the person, too.")] = 1,
    min_minutes: Annotated[
        int | None, typer.Option(help="From how many minutes an encounter counts; by category if left out.")
    ] = None,
    kinds: Annotated[str, typer.Option(help="Only these kinds of place or categories: home,work,meal.")] = "",
    close: Annotated[
        int | None, typer.Option(min=0, help="Second order: follow contacts of so many minutes in all.")
    ] = None,
    cap: Annotated[int | None, typer.Option(min=0, help="Second order: follow the so many closest contacts.")] = None,
    purpose: Annotated[str, typer.Option(help="Why it is searched; it goes on record.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say how many people it would name; name nobody.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Search for the contacts of a person; who searched for whom and why goes on record."""
    if not purpose.strip() and not dry_run:
        raise Refused("visits_purpose_missing")
    if min_minutes is not None and min_minutes < 0:
        raise Refused("visits_minutes_negative", minutes=min_minutes)
    if not case and not (person and from_ and to):
        raise Refused("contacts_of_whom")
    centre = centre_here()
    say_compiling(quiet=json)
    if case:
        asked_for = {
            "order": order, "min_minutes": min_minutes, "kinds": _listed(kinds), "close": close, "cap": cap,
        }  # fmt: skip
        _of_case(centre, CaseId(case), (from_, to), asked_for, purpose.strip(), dry_run=dry_run, json=json)
        return
    from ringfence.desks.tracing.visits.store import Asked, Visits  # noqa: PLC0415 (loads the compiled loops)

    visits = Visits.open(home())
    zone = ZoneInfo(visits.names.zone or "UTC")
    asked = Asked(
        person=person, begins_at=moment(from_, zone), ends_at=moment(to, zone, end=True), order=order,
        minutes=min_minutes, kinds=_listed(kinds), close=close, cap=cap,
    )  # fmt: skip
    _answer(centre, visits, asked, purpose.strip(), dry_run=dry_run, json=json)


def _listed(kinds: str) -> tuple[str, ...]:
    return tuple(each for each in kinds.replace(" ", "").split(",") if each)


def _of_case(  # noqa: PLR0913 (the search, and how it is told)
    centre: Centre,
    case: CaseId,
    window: tuple[str, str],
    asked_for: dict[str, Any],
    purpose: str,
    *,
    dry_run: bool,
    json: bool,
) -> None:
    """The contacts of a case, as its outbreak's pack defines them: put on record, then searched."""
    from ringfence.core.fact import from_micros  # noqa: PLC0415
    from ringfence.desks.tracing.actions.searching import search_contacts  # noqa: PLC0415 (needs Django set up)
    from ringfence.desks.tracing.queries import searching  # noqa: PLC0415
    from ringfence.registry.queries import areas  # noqa: PLC0415

    begun, source = elapsed(), searching.source_of(case)
    zone = ZoneInfo(areas.zone_at(source.path))
    until = from_micros(source.infectious_until) if source.infectious_until is not None else centre.clock.now()
    begins_at = moment(window[0], zone) if window[0] else from_micros(source.infectious_from)
    ends_at = moment(window[1], zone, end=True) if window[1] else until
    told = {"begins_at": begins_at, "ends_at": ends_at, **asked_for}
    counted = searching.made(source, searching.Terms(**told), most=0).counted
    if dry_run:
        cost = {"would_name": counted.first + counted.second, "days": counted.days, "visits": counted.visits}
        show({**cost, "cost_ms": round(1e3 * (elapsed() - begun), 3)}, json=json)
        return
    answer = centre.tell(feed(BY), search_contacts, case=case, purpose=purpose, **told)
    row = searching.search_row(answer.first_seq)
    hits = searching.hits(row) if row else []
    if json:
        asked = {**told, "case": case, "person": source.person, **counted._asdict()}
        cost_ms = round(1e3 * (elapsed() - begun), 3)
        show({"contacts": [asdict(each) for each in hits], "searched": asked, "cost_ms": cost_ms}, json=True)
        return
    _print(hits, zone)


def say_compiling(*, quiet: bool) -> None:
    """Say, to a person at a terminal, that the first use compiles the loops of the search and takes a while."""
    from ringfence.science.compiled import is_kept  # noqa: PLC0415 (loads the compiler)
    from ringfence.science.contacts_search import encounters  # noqa: PLC0415

    told = Console(stderr=True)
    if not quiet and told.is_terminal and not is_kept(encounters):
        told.print(label("visits.compiling", gettext))


def _answer(  # noqa: PLR0913 (the search, and how it is told)
    centre: Centre, visits: Visits, asked: Asked, purpose: str, *, dry_run: bool, json: bool
) -> None:
    """Search, put it on record, and print what was found."""
    begun = elapsed()
    found = visits.contacts(asked)
    cost = {"searched": searched(visits, asked, found), "cost_ms": round(1e3 * (elapsed() - begun), 3)}
    if dry_run:
        show(
            {"would_name": len(found), **cost} if json else {"would_name": len(found), "cost_ms": cost["cost_ms"]},
            json=json,
        )
        return
    centre.hear(feed(BY), [_fact(asked, purpose, len(found), centre.clock.now())])
    if json:
        show({"contacts": [asdict(each) for each in found], **cost}, json=True)
        return
    _print(found, ZoneInfo(visits.names.zone or "UTC"))


def moment(told: str, zone: ZoneInfo, *, end: bool = False) -> datetime:
    """A moment as told; a day stands for its beginning in the zone, or for its `end`. Refused: `visits_moment_unreadable`."""
    try:
        if len(told) <= len("2021-09-25"):
            day = date.fromisoformat(told) + timedelta(days=1 if end else 0)
            return datetime.combine(day, time(), zone)
        read = datetime.fromisoformat(told)
    except (ValueError, OverflowError):
        raise Refused("visits_moment_unreadable", told=told) from None
    return read if read.tzinfo else read.replace(tzinfo=zone)


def searched(visits: Visits, asked: Asked, found: list[Contact]) -> dict[str, Any]:
    """What was searched, for whoever reads the answer later."""
    days, stays = visits.on_record(*asked.window())
    return {
        "person": asked.person, "from": asked.begins_at, "to": asked.ends_at, "order": asked.order,
        "min_minutes": asked.minutes, "kinds": list(asked.kinds), "close": asked.close, "cap": asked.cap,
        "days": days, "visits": stays,
        "first_order": sum(each.order == 1 for each in found), "second_order": sum(each.order > 1 for each in found),
    }  # fmt: skip


def _fact(asked: Asked, purpose: str, named: int, now: datetime) -> Any:
    from ringfence.facts.tracing import ContactsSearched, person_of  # noqa: PLC0415

    return ContactsSearched(
        person=person_of(asked.person), begins_at=asked.begins_at, ends_at=asked.ends_at, purpose=purpose,
        order=asked.order, named=named, minutes=asked.minutes, place_kinds=asked.kinds, close=asked.close, cap=asked.cap, at=now,
    )  # fmt: skip


def _print(found: Sequence[Contact | Hit], zone: ZoneInfo) -> None:
    table = Table("person", "order", "minutes", "encounters", "category", "first", "last", "places")
    for each in found[:SHOWN]:
        times = (f"{one.astimezone(zone):%Y-%m-%d %H:%M}" for one in (each.first_at, each.last_at))
        places = ", ".join(each.places[:3]) + (" …" if len(each.places) > 3 else "")  # noqa: PLR2004 (three fit a line)
        table.add_row(
            each.person, str(each.order), f"{each.minutes:,}", str(each.encounters), each.category, *times, places
        )
    Console().print(table)
    if len(found) > SHOWN:
        typer.echo(f"{len(found) - SHOWN} more; --json lists all")
