"""`ringfence twin calibrate` and `ringfence twin replay`: what an outbreak of the past says, and what the twin says of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import orjson
import typer
from django.utils.translation import gettext
from rich.console import Console
from rich.table import Table

from ringfence.app import book, learn_words
from ringfence.commands.linelist import bar
from ringfence.commands.speaking import speak
from ringfence.core.clock import Clock
from ringfence.core.errors import Refused
from ringfence.core.home import home
from ringfence.core.words import label

if TYPE_CHECKING:
    from ringfence.twin.calibrate import Effort, Posterior
    from ringfence.twin.city import City
    from ringfence.twin.replay import Told
    from ringfence.twin.replay_file import Replay
    from ringfence.twin.scenario import Scenario

app = typer.Typer()

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
Seed = Annotated[int, typer.Option(help="The same seed gives the same answer.")]
People = Annotated[int | None, typer.Option(help="How many people the city has.")]
Workers = Annotated[int, typer.Option(help="Threads; 0: one for each core.", min=0)]
Cluster = Annotated[
    str, typer.Option(help="Address of a Dask scheduler to spread the work over.", envvar="RINGFENCE_CLUSTER")
]
Particles = Annotated[int, typer.Option(help="Sets of numbers that stand for what is believed.", min=20, max=100_000)]
Runs = Annotated[int, typer.Option(help="Replicates to run for it, at most.", min=100)]


def _effort(particles: int, runs: int, seed: int, workers: int, cluster: str) -> Effort:
    from ringfence.twin.calibrate import Effort as Made  # noqa: PLC0415 (compiled code is loaded where it is used)

    return Made(particles, most_runs=runs, seed=seed, workers=workers or os.cpu_count() or 1, cluster=cluster)


def _place(scenario: Scenario, people: int | None) -> City:
    from ringfence.twin import kept  # noqa: PLC0415

    return kept.city_of(scenario.scenario.city, people or scenario.scenario.people or None, 1, home())


@contextmanager
def _generations(effort: Effort, *, quiet: bool) -> Iterator[Callable[[str], None]]:
    with bar(quiet=quiet) as shown:
        task = shown.add_task("generations", total=effort.generations)
        yield lambda line: shown.update(task, advance=1, description=line)


@app.command()
def calibrate(  # noqa: PLR0913 (each is an option of the command)
    file: Annotated[Path, typer.Argument(help="A line list, or a file of two columns: day, cases found.")],
    *,
    scenario: Annotated[str, typer.Option(help="SCENARIO.toml, or the name of a shipped one.")],
    priors: Annotated[str, typer.Option(help="PRIORS.toml, or the name of shipped ones.")] = "outbreak",
    zone: Annotated[str, typer.Option(help="Time zone of the file's days.")] = "UTC",
    particles: Particles = 200,
    runs: Runs = 60_000,
    replicates: Annotated[int, typer.Option(help="Replicates to check the answer with.", min=20)] = 400,
    seed: Seed = 1,
    people: People = None,
    workers: Workers = 0,
    cluster: Cluster = "",
    json: Json = False,
) -> None:
    """Learn a scenario's numbers from an outbreak's cases by day: what is believed after, beside what was before, with checks."""
    from ringfence.twin import replay, seen  # noqa: PLC0415
    from ringfence.twin.calibrate import calibrate as calibrated  # noqa: PLC0415
    from ringfence.twin.city_file import find  # noqa: PLC0415
    from ringfence.twin.priors import read_priors  # noqa: PLC0415
    from ringfence.twin.replay_file import BELIEFS  # noqa: PLC0415
    from ringfence.twin.scenario import SHIPPED, read_scenario  # noqa: PLC0415

    told = read_scenario(find(scenario, SHIPPED, "scenario"), book())
    believed = read_priors(find(priors, BELIEFS, "priors"))
    aim = seen.seen_in(file, Clock().now(), ZoneInfo(zone))
    effort = _effort(particles, runs, seed, workers, cluster)
    place = _place(told, people)
    with _generations(effort, quiet=json) as heard:
        found = calibrated(place, told, believed, aim, effort, heard)
    checks = replay.check(place, told, found, aim, replicates, effort)
    answer = {
        "scenario": told.scenario.title, "city": place.title, "people": place.people, "seed": seed,
        "cases": aim.total, "days": aim.days, "first_on": str(aim.zero_on), "in_quarantine": aim.quarantined, "delay": aim.delay,
        **_posterior(found), "checks": checks,
    }  # fmt: skip
    if json:
        typer.echo(orjson.dumps(answer).decode())
        return
    _show_posterior(answer)


def _posterior(found: Posterior) -> dict[str, Any]:
    from ringfence.science.smc import effective_size  # noqa: PLC0415

    return {
        "posterior": found.summary(), "effective_size": effective_size(found.weights), "particles": len(found.weights),
        "runs": found.runs, "generations": [asdict(each) for each in found.generations],
    }  # fmt: skip


def _show_posterior(answer: dict[str, Any]) -> None:
    table = Table(title=f"{answer['scenario']}: {answer['cases']:,} cases in {answer['days']} days")
    for column in ("number", "5 %", "25 %", "median", "75 %", "95 %", "narrower by"):
        table.add_column(column, justify="left" if column == "number" else "right")
    for each in answer["posterior"]:
        quantiles = [f"{each[share]:.3g}" for share in ("0.05", "0.25", "0.5", "0.75", "0.95")]
        table.add_row(each["of"], *quantiles, f"{each['contraction']:.0%}")
    screen = Console()
    screen.print(table)
    checks = answer["checks"]
    last = answer["generations"][-1]
    worth = f"particles: {answer['particles']}, worth {answer['effective_size']:.0f} equal ones"
    within = f"the last generation within {last['tolerance']:.2f} standard deviations, {last['accepted']:.1%} of tries"
    days = f"{checks['within_50']} of {checks['figures']} days within 50 %, {checks['within_90']} within 90 %"
    totals = f"cases in all {checks['total']}, of replicates {checks['below_total']:.0%} have fewer"
    for line in (
        f"{worth}; {answer['runs']:,} replicates, {within}",
        f"predicted again with fresh chance: {days}; {totals}",
    ):
        screen.print(line, highlight=False)


@app.command("replay")
def replay_(  # noqa: PLR0913 (each is an option of the command)
    name: Annotated[str, typer.Argument(help="REPLAY.toml, or the name of a shipped one: harbin-2021, gansu-2021.")],
    *,
    replicates: Annotated[int, typer.Option(help="How many futures.", min=20, max=100_000)] = 400,
    calibrate: Annotated[
        bool, typer.Option("--calibrate", help="Calibrate anew instead of using what was kept.")
    ] = False,
    keep: Annotated[Path | None, typer.Option(help="Write the new posterior into this folder.")] = None,
    particles: Particles = 300,
    runs: Runs = 60_000,
    seed: Seed = 1,
    people: People = None,
    workers: Workers = 0,
    cluster: Cluster = "",
    json: Json = False,
) -> None:
    """Tell a published outbreak again: observed beside predicted, with the coverage of the intervals as it is."""
    from ringfence.twin import replay  # noqa: PLC0415
    from ringfence.twin.city_file import find  # noqa: PLC0415
    from ringfence.twin.priors import read_priors  # noqa: PLC0415
    from ringfence.twin.replay_file import BELIEFS, SHIPPED, read_replay  # noqa: PLC0415
    from ringfence.twin.scenario import SHIPPED as SCENARIOS  # noqa: PLC0415
    from ringfence.twin.scenario import read_scenario  # noqa: PLC0415

    told = read_replay(find(name, SHIPPED, "replay"))
    scenario = read_scenario(find(told.scenario, SCENARIOS, "scenario"), book())
    place = _place(scenario, people)
    effort = _effort(particles, runs, seed, workers, cluster)
    posterior = _calibrated(told, scenario, place, effort, keep, quiet=json) if calibrate else _kept(told)
    priors = read_priors(find(told.priors, BELIEFS, "priors"))
    with bar(quiet=json) as shown:
        task = shown.add_task("replicates", total=replicates)
        heard = lambda done: shown.update(task, completed=done)  # noqa: E731 (a line of its own would say no more)
        found = replay.tell_again(told, place, scenario, posterior, priors, replicates, effort, heard)
    if json:
        typer.echo(orjson.dumps(_answer(told, found, posterior, place.people, seed)).decode())
    else:
        show(Console(), told, found, place.people)


def _kept(told: Replay) -> Posterior:
    from ringfence.twin import replay  # noqa: PLC0415
    from ringfence.twin.city_file import find  # noqa: PLC0415
    from ringfence.twin.replay_file import SHIPPED, read_replay  # noqa: PLC0415

    return replay.kept_posterior(read_replay(find(told.carries, SHIPPED, "replay")) if told.carries else told)


def _calibrated(  # noqa: PLR0913 (what is calibrated, and where it is kept)
    told: Replay, scenario: Scenario, place: City, effort: Effort, keep: Path | None, *, quiet: bool
) -> Posterior:
    from ringfence.twin import replay  # noqa: PLC0415
    from ringfence.twin.calibrate import calibrate as calibrated  # noqa: PLC0415
    from ringfence.twin.city_file import find  # noqa: PLC0415
    from ringfence.twin.priors import read_priors  # noqa: PLC0415
    from ringfence.twin.replay_file import BELIEFS  # noqa: PLC0415

    if told.carries:
        raise Refused("replay_carries", name=told.name, carries=told.carries)
    priors = read_priors(find(told.priors, BELIEFS, "priors"))
    with _generations(effort, quiet=quiet) as heard:
        found = calibrated(place, scenario, priors, told.seen, effort, heard)
    if keep:
        (keep / f"{told.name}.json").write_bytes(replay.as_json(found, told, effort))
    return found


def _answer(told: Replay, found: Told, posterior: Posterior, people: int, seed: int) -> dict[str, Any]:
    return {
        "replay": told.name, "title": told.title, "people": people, "seed": seed, "replicates": found.kept,
        "tried": found.tried, "without_a_case_in_time": found.unseen, "carries": told.carries or None,
        "lines": [asdict(each) for each in found.lines],
        "coverage": {
            f"{use}_{'counts' if counts else 'others'}": found.coverage(use, counts=counts)
            for use in ("fitted", "predicted") for counts in (True, False)
        },
        "posterior": posterior.summary(),
    }  # fmt: skip


def show(screen: Console, told: Replay, found: Told, people: int) -> None:
    """The table of a replay and its coverage."""
    from ringfence.twin.replay import shown  # noqa: PLC0415

    speak()
    learn_words()
    table = Table(title=f"{told.title}: {people:,} people, {found.kept} replicates of {found.tried}")
    for column in ("", "days", "observed", "5 %", "25 %", "median", "75 %", "95 %", "in 50 %", "in 90 %", "use"):
        table.add_column(column, justify="left" if column in ("", "days", "use") else "right")
    for each in found.lines:
        days = each.first[5:] if each.first == each.last else f"{each.first[5:]} – {each.last[5:]}"
        marks = ["yes" if within else "no" for within in (each.within_50, each.within_90)]
        table.add_row(
            label(f"twin.replay.{each.what}", gettext), days, shown(each.observed, each.what),
            *(shown(value, each.what) for value in each.predicted), *marks, each.use,
        )  # fmt: skip
    screen.print(table)
    for use, counts, what in (
        ("fitted", True, "cases found, fitted"), ("predicted", True, "cases found, predicted"),
        ("predicted", False, "other figures, predicted"),
    ):  # fmt: skip
        told_of = found.coverage(use, counts=counts)
        if told_of:
            n, inner, outer = told_of["figures"], told_of["within_50"], told_of["within_90"]
            screen.print(
                f"{what}: {inner} of {n} within the 50 % interval ({inner / n:.0%}), {outer} within the 90 % interval ({outer / n:.0%})",
                highlight=False,
            )
    screen.print(
        f"replicates without a case found in time, or out of hand: {found.unseen} of {found.tried}", highlight=False
    )
