"""`ringfence twin`: run a scenario many times in a synthetic city."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.table import Table

from ringfence.app import book
from ringfence.commands import twin_live, twin_replay
from ringfence.commands.drill import drill
from ringfence.core.home import home

app = typer.Typer(no_args_is_help=True, help="The twin: an outbreak and its response in a synthetic city.")
app.add_typer(twin_replay.app)

app.command()(drill)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


@app.command()
def run(  # noqa: PLR0913 (each is an option of the command)
    scenario: Annotated[str, typer.Argument(help="SCENARIO.toml, or the name of a shipped one.")],
    *,
    replicates: Annotated[int, typer.Option(help="How many futures.", min=1, max=1_000_000)] = 100,
    seed: Annotated[int, typer.Option(help="The same seed gives the same futures.")] = 1,
    city: Annotated[str, typer.Option(help="Another city than the scenario's: a name, CITY.toml, or a folder.")] = "",
    people: Annotated[int | None, typer.Option(help="How many people the city has.")] = None,
    workers: Annotated[int, typer.Option(help="Threads; 0: one for each core.", min=0)] = 0,
    cluster: twin_replay.Cluster = "",
    daily: Annotated[bool, typer.Option("--daily", help="With infections and cases found, day by day.")] = False,
    json: Json = False,
) -> None:
    """Run a scenario: infections, person-days restricted, tests, days to control and seconds, for each replicate."""
    from ringfence.commands.linelist import bar  # noqa: PLC0415
    from ringfence.twin import kept, replies, spread  # noqa: PLC0415 (compiled code is loaded where it is used)
    from ringfence.twin.city_file import find  # noqa: PLC0415
    from ringfence.twin.scenario import SHIPPED, read_scenario  # noqa: PLC0415

    told = read_scenario(find(scenario, SHIPPED, "scenario"), book())
    wanted = people or told.scenario.people or None
    place = kept.city_of(city or told.scenario.city, wanted, 1, home())
    twin = spread.Twin(place, told)
    with bar(quiet=json) as shown:
        task = shown.add_task("replicates", total=replicates)
        heard = lambda done: shown.update(task, completed=done)  # noqa: E731 (a line of its own would say no more)
        runs = spread.run(twin, replicates, seed, workers or os.cpu_count() or 1, heard, cluster=cluster)
    answer = {
        "scenario": told.scenario.title, "city": place.title, "people": place.people, "days": told.scenario.days,
        "seed": seed, "summary": replies.summary(runs), "replicates": [replies.told(each, daily=daily) for each in runs],
        "unverified": sorted(each.key for each in told.sourced if each.source and each.certainty == "K"),
    }  # fmt: skip
    if json:
        typer.echo(orjson.dumps(answer).decode())
        return
    _show(answer)


def _show(answer: dict[str, Any]) -> None:
    title = f"{answer['scenario']}: {answer['people']:,} people, {answer['days']} days, {len(answer['replicates'])} replicates"
    table = Table(title=title)
    measured = {name: each for name, each in answer["summary"].items() if isinstance(each, dict)}
    for column in ("", *next(iter(measured.values()))):
        table.add_column(column, justify="right" if column else "left")
    for name, quantiles in measured.items():
        table.add_row(
            name.replace("_", " "), *(f"{value:,.4g}" if value < 1 else f"{value:,.0f}" for value in quantiles.values())
        )
    screen = Console()
    screen.print(table)
    screen.print(
        f"under control by the end: {answer['summary']['controlled']:.0%}; days to control: {answer['summary']['days_to_control']}"
    )
    screen.print(f"numbers without a published source: {len(answer['unverified'])}", highlight=False)


@app.command()
def example(
    out: Annotated[Path, typer.Argument(help="The file to write.")] = Path("SCENARIO.toml"),
    *,
    name: Annotated[str, typer.Option(help="Which shipped scenario.")] = "everything",
) -> None:
    """Write a scenario to begin with; what it leaves out stands in the product's base, with sources."""
    from ringfence.twin.city_file import find  # noqa: PLC0415
    from ringfence.twin.scenario import SHIPPED  # noqa: PLC0415

    shutil.copyfile(find(name, SHIPPED, "scenario"), out)
    typer.echo(str(out))


@app.command()
def numbers(
    scenario: Annotated[str, typer.Argument(help="SCENARIO.toml, or the name of a shipped one.")], *, json: Json = False
) -> None:
    """Show every number of a scenario with its source and certainty; K is not verified."""
    from dataclasses import asdict  # noqa: PLC0415

    from ringfence.twin.city_file import find  # noqa: PLC0415
    from ringfence.twin.scenario import SHIPPED, read_scenario  # noqa: PLC0415

    told = read_scenario(find(scenario, SHIPPED, "scenario"), book())
    if json:
        typer.echo(orjson.dumps({"numbers": [asdict(each) for each in told.sourced]}).decode())
        return
    table = Table("number", "value", "source", "certainty", "file")
    for each in told.sourced:
        table.add_row(each.key, str(each.value)[:40], each.source, each.certainty if each.source else "", each.file)
    Console().print(table)


twin_live.add(app)
