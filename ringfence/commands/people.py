"""`ringfence people`: load registers, find people, look for duplicates, merge and erase."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.table import Table as Shown

from ringfence.commands.linelist import bar, show
from ringfence.commands.opening import centre_here
from ringfence.core.access import feed
from ringfence.core.errors import Refused
from ringfence.core.home import home

app = typer.Typer(no_args_is_help=True, help="People: registers loaded, people found, duplicates, erasure.")
duplicates = typer.Typer(no_args_is_help=True, help="Records that may be one person.")
app.add_typer(duplicates, name="duplicates")

BY = "people"
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


@app.command()
def load(  # noqa: PLR0913 (each is told by name)
    files: Annotated[list[Path], typer.Argument(help="Parquet or CSV files of one register.")],
    *,
    source: Annotated[str, typer.Option(help="Whose register it is.")],
    at: Annotated[str, typer.Option(help="Path, code or name of the place that the register is of.")] = "",
    country: Annotated[str, typer.Option(help="Whose rules identity numbers and telephones follow.")] = "CN",
    take_good: Annotated[bool, typer.Option("--take-good", help="Take the good rows, and report the others.")] = False,
    json: Json = False,
) -> None:
    """Load a register of people; the same files again change nothing."""
    centre = centre_here()
    from ringfence.registry.actions.loads import note_people_loaded  # noqa: PLC0415 (Django must be set up first)
    from ringfence.registry.identities import erase_again  # noqa: PLC0415
    from ringfence.registry.queries import areas  # noqa: PLC0415
    from ringfence.registry.register.load import load_people  # noqa: PLC0415
    from ringfence.registry.vaults import site_vault  # noqa: PLC0415

    now = centre.clock.now()
    jurisdiction = areas.area_called(at) if at else None
    if at and jurisdiction is None:
        raise Refused("place_not_known", place=at)
    with bar(quiet=json) as shown:
        task = shown.add_task("people", total=None)
        done = load_people(
            files, home=home(), vault=site_vault(), source=source, on=now.date(), country=country,
            places=areas.paths_by_code(source), take_good=take_good,
            progress=lambda read, of: shown.update(task, completed=read, total=of),
        )  # fmt: skip
    again = erase_again()  # also where the files were loaded before: a crash may have come between
    told = {"sha256": done.sha256, "source": source, "people": done.people, "refused": done.refused}
    centre.tell(feed(BY), note_people_loaded, key=f"people:{done.sha256}", jurisdiction=jurisdiction, at=now, **told) if done.new else None  # fmt: skip
    report = str(done.refused_report) if done.refused_report else None
    show(
        {**told, "new": done.new, "erased_again": again, "report": report, "seconds": round(done.seconds, 1)}, json=json
    )


@app.command()
def find(
    *,
    phone: Annotated[str, typer.Option(help="Telephone number.")] = "",
    id_number: Annotated[str, typer.Option(help="Identity number.")] = "",
    purpose: Annotated[str, typer.Option(help="What it is asked for; it goes on record.")],
    json: Json = False,
) -> None:
    """Find people by their telephone or identity number; whoever is found is revealed, with the purpose on record."""
    centre = centre_here()
    from ringfence.registry import identities  # noqa: PLC0415
    from ringfence.registry.actions import reveal_identity  # noqa: PLC0415

    if bool(phone) == bool(id_number):
        raise typer.BadParameter("give one of --phone and --id-number")  # noqa: TRY003 (told by the command line itself)
    found = identities.holding("phone", phone) if phone else identities.holding("id_number", id_number)
    rows = []
    for person in found:
        centre.tell(feed(BY), reveal_identity, person=person, purpose=purpose, at=centre.clock.now())
        known = identities.opened(person)
        rows.append({"person": person, **{name: getattr(known, name, None) for name in identities.FIELDS}})
    _list("people", rows, json=json)


@app.command()
def erase(
    person: str, *, reason: Annotated[str, typer.Option(help="Why; it goes on record.")], json: Json = False
) -> None:
    """Destroy a person's key: nobody can read who they are any more. There is no way back."""
    centre = centre_here()
    from ringfence.registry.actions import erase_identity  # noqa: PLC0415

    answer = centre.tell(feed(BY), erase_identity, person=person, reason=reason)
    show({"person": person, "erased": True, "line": answer.first_seq}, json=json)


@app.command()
def merge(
    kept: str,
    merged: str,
    *,
    reason: Annotated[str, typer.Option(help="Why; it goes on record.")] = "",
    json: Json = False,
) -> None:
    """Merge two records of one person; raw ids stay as they are."""
    centre = centre_here()
    from ringfence.registry.actions import merge_people  # noqa: PLC0415

    answer = centre.tell(feed(BY), merge_people, kept=kept, merged=merged, reason=reason)
    show({"kept": kept, "merged": merged, "line": answer.first_seq}, json=json)


@duplicates.command("find")
def find_all(*, json: Json = False) -> None:
    """Compare the people of every register, and write the list of likely duplicates."""
    centre_here()
    from ringfence.registry.duplicates import find_duplicates  # noqa: PLC0415
    from ringfence.registry.registers import register  # noqa: PLC0415
    from ringfence.registry.vaults import site_vault  # noqa: PLC0415

    (home() / "people").mkdir(parents=True, exist_ok=True, mode=0o700)
    with bar(quiet=json) as shown:
        task = shown.add_task("pairs", total=None)
        counts = find_duplicates(
            register(), site_vault(), home(), lambda done, of: shown.update(task, completed=done, total=of)
        )
    show(dict(counts), json=json)


@duplicates.command("show")
def show_all(*, begin: int = 0, limit: Annotated[int, typer.Option(max=500)] = 50, json: Json = False) -> None:
    """Show likely duplicates, likeliest first, as ids with their weight; nobody's name."""
    centre_here()
    from ringfence.registry.duplicates import likely_duplicates  # noqa: PLC0415
    from ringfence.registry.registers import register  # noqa: PLC0415
    from ringfence.registry.vaults import site_vault  # noqa: PLC0415

    found = likely_duplicates(home(), register(), site_vault(), begin=begin, limit=limit)
    rows = [{"one": one, "other": other, "bits": round(match.weight, 1)} for one, other, match in found]
    _list("pairs", rows, json=json)


def _list(name: str, rows: list[dict[str, Any]], *, json: bool) -> None:
    if json:
        typer.echo(orjson.dumps({name: rows}, default=str).decode())
        return
    shown = Shown(*(rows[0] if rows else [name]))
    for row in rows:
        shown.add_row(*(str(each or "") for each in row.values()))
    Console().print(shown)
