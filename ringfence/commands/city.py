"""`ringfence city`: build a synthetic city, measure it, write it out as the product's own files."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.table import Table

from ringfence.core.clock import elapsed
from ringfence.core.home import home

app = typer.Typer(no_args_is_help=True, help="Synthetic cities: people, households, schools, work, places.")

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
People = Annotated[int | None, typer.Option(help="How many people; otherwise as the file says.")]
Seed = Annotated[int, typer.Option(help="Another seed is another city of the same kind.")]
Name = Annotated[str, typer.Argument(help="CITY.toml, or the name of a shipped city: china.")]


@app.command()
def build(
    city: Name,
    *,
    people: People = None,
    seed: Seed = 1,
    out: Annotated[Path | None, typer.Option(help="Folder to write to; otherwise under RINGFENCE_HOME.")] = None,
    json: Json = False,
) -> None:
    """Build a city from published marginals, and say how it came out."""
    from ringfence.twin import city as cities  # noqa: PLC0415
    from ringfence.twin import city_check, kept  # noqa: PLC0415 (compiled code is loaded where it is used)

    file = kept.city_file(city, people)
    folder = out or kept.folder_of(file, seed, home())
    begun = elapsed()
    with Console(stderr=True, quiet=json).status("…") as status:
        made = cities.build(file, seed, status.update)
        cities.write(made, folder)
    spent = elapsed() - begun
    met = city_check.meetings(made)
    told = {
        "folder": str(folder), "seconds": round(spent, 2), **city_check.people(made),
        "contacts_a_day": round(met.degree, 2), "contacts_sd": round(met.degree_sd, 2),
        "contacts_by_layer": {name: round(each, 2) for name, each in met.by_layer.items()},
        "clustering": round(met.clustering, 3), "met_again_within_a_week": round(met.repeated, 3),
        "with_own_age": round(city_check.assortativity(met.mixing), 3),
    }  # fmt: skip
    _say(told, json=json)


@app.command()
def export(  # noqa: PLR0913 (each is an option of the command)
    city: Name,
    out: Annotated[Path, typer.Argument(help="Folder to write to.")],
    *,
    people: People = None,
    seed: Seed = 1,
    days: Annotated[int, typer.Option(help="Days of visits.", max=366)] = 14,
    begins: Annotated[str, typer.Option(help="The first day, a Monday for preference.")] = "2021-09-06",
    json: Json = False,
) -> None:
    """Write a city as registers of people and places, and days of visits, in Parquet."""
    from datetime import date  # noqa: PLC0415

    from ringfence.core.errors import Refused  # noqa: PLC0415
    from ringfence.twin import city_export, kept  # noqa: PLC0415

    try:
        first = date.fromisoformat(begins)
    except ValueError:
        raise Refused(
            "twin_value_unfit", key="--begins", file="city export", value=begins, expected="a day such as 2021-09-06"
        ) from None
    made = kept.city_of(city, people, seed, home())
    begun = elapsed()
    rows = city_export.write_all(made, out, first, days)
    _say({"folder": str(out), **rows, "seconds": round(elapsed() - begun, 2)}, json=json)


@app.command()
def example(out: Annotated[Path, typer.Argument(help="The file to write.")] = Path("CITY.toml")) -> None:
    """Write a CITY.toml to begin with: every number with its source."""
    from ringfence.twin.city_file import SHIPPED  # noqa: PLC0415

    shutil.copyfile(SHIPPED / "china.toml", out)
    typer.echo(str(out))


def _say(told: dict[str, Any], *, json: bool) -> None:
    if json:
        typer.echo(orjson.dumps(told).decode())
        return
    table = Table(show_header=False, box=None)
    for name, value in told.items():
        shown = f"{value:,}" if isinstance(value, int) else str(value)
        table.add_row(name.replace("_", " "), shown)
    Console().print(table)
