"""`ringfence plan`: the plan of a whole-city testing round, and an example to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from django.utils.translation import gettext
from rich.console import Console
from rich.table import Table

from ringfence.commands.speaking import as_json, speak
from ringfence.core.words import label

if TYPE_CHECKING:
    from ringfence.desks.testing.plans import Plan
    from ringfence.desks.testing.plans.answer import Need

app = typer.Typer(no_args_is_help=True)
NOISE_REPLICATES = 200


@app.callback()
def plan() -> None:
    """Plan a round of testing: who samples where, which box goes to which lab, and when it is over."""


@app.command()
def example() -> None:
    """Print a commented plan to begin with: `ringfence plan example > PLAN.toml`."""
    from ringfence.desks.testing.plans import EXAMPLE  # noqa: PLC0415 (loads the solvers)

    typer.echo(EXAMPLE.read_text(encoding="utf-8"), nl=False)


@app.command("testing")
def plan_testing(
    file: Annotated[Path, typer.Argument(help="PLAN.toml; `ringfence plan example` prints one.")],
    *,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object, nothing else.")] = False,
    noise: Annotated[int | None, typer.Option(help="Replay the plan with noise, from this seed.")] = None,
    replicates: Annotated[int, typer.Option(min=1, max=10_000, help="How many replays.")] = NOISE_REPLICATES,
) -> None:
    """Plan a whole-city round: finish, bound, bottleneck, what would bring it under the deadline, hour by hour."""
    speak()
    from ringfence.app import learn_words  # noqa: PLC0415 (needs Django set up)
    from ringfence.desks.testing.plans import make, read_file  # noqa: PLC0415

    learn_words()
    told = read_file(file)
    with Console(stderr=True).status(gettext("Planning")):
        made = make(told, seed=noise, replicates=replicates)
    if json:
        as_json(made)
    else:
        _show(headline(made), made)


@app.command("round")
def plan_round(  # noqa: PLR0913 (each is an option)
    round_id: Annotated[
        str | None, typer.Argument(metavar="[ROUND]", help="Its id; the newest open one if left out.")
    ] = None,
    *,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object, nothing else.")] = False,
    vehicles: Annotated[int | None, typer.Option(help="As many as began a trip within a day if left out.")] = None,
    within_hours: Annotated[float | None, typer.Option(help="Held against so many hours from now.")] = None,
    replays: Annotated[int, typer.Option(min=0, max=10_000, help="Replays with noise.")] = 100,
    account: Annotated[str | None, typer.Option("--as", help="As this account instead of the operator.")] = None,
) -> None:
    """Plan what is left of a round under way, from what is on record now."""
    speak()
    from ringfence.commands.plan_round import lines_before, made_of, with_names  # noqa: PLC0415 (needs Django set up)

    with Console(stderr=True).status(gettext("Planning")):
        made = made_of(round_id, account, vehicles=vehicles, within_hours=within_hours, replays=replays)
    if json:
        as_json(made)
        return
    _show([*lines_before(made), *headline(made.plan)], with_names(made.plan))


def _show(lines: list[str], made: Plan) -> None:
    """What must be known first, then the tables."""
    console = Console()
    for line in lines:
        console.print(line, highlight=False, markup=False)
    for table in tables(made):
        console.print()
        console.print(table)
    console.print(_said("more"))


def _said(code: str, **values: Any) -> str:
    return label(f"plan.{code}", gettext, **values)


def _h(hours: float | None) -> str:
    return "" if hours is None else f"{hours:.2f}"


def need_said(need: Need) -> str:
    """What is needed, in words: only what is more than none."""
    amounts = [(name, getattr(need, name)) for name in ("samplers", "vehicles", "lab_tubes_per_hour")]
    return ", ".join(_said(name, n=f"{n:,}") for name, n in amounts if n)


def headline(made: Plan) -> list[str]:
    """What a planner must know first."""
    deadline, total = f"{made.deadline_h:g}", made.totals
    lines = [_said("finish", finish=_h(made.finish_h), bound=_h(made.bound_h), gap=f"{made.gap:.1%}".rstrip("%"))]
    lines.append(
        _said("on_time", deadline=deadline)
        if made.on_time
        else _said("late", deadline=deadline, over=_h(made.finish_h - made.deadline_h))
    )
    saves = max(each.saves_h for each in made.stages)
    stage = label(f"stage.{made.bottleneck}", gettext)
    lines.append(_said("bottleneck", stage=stage, saves=_h(saves)) if made.bottleneck else _said("no_bottleneck"))
    if not made.on_time:
        lines.append(_said("one_of", deadline=deadline) if made.alone else _said("nothing_helps", deadline=deadline))
        lines += [
            f"  - {_said('alone', need=need_said(n), finish=_h(n.finish_h), cost=f'{n.cost:g}')}" for n in made.alone
        ]
        if made.mix:
            mix = made.mix
            lines.append(_said("cheapest", need=need_said(mix), cost=f"{mix.cost:g}", finish=_h(mix.finish_h)))
    lines.append(_said("plain", finish=_h(made.plain.finish_h)))
    if made.noise:
        told = made.noise
        p50, p95 = _h(told.finish_h["p50"]), _h(told.finish_h["p95"])
        lines.append(_said("noise", n=told.replicates, p50=p50, p95=p95, share=f"{100 * told.on_time:.0f}"))
    if total.late_tubes:
        limit = next(each.value for each in made.figures if each.name == "transport_hours")
        slowest = _h(total.slowest_tube_h)
        lines.append(_said("late_tubes", n=f"{total.late_tubes:,}", hours=f"{limit:g}", slowest=slowest))
    names = ("people", "tubes", "sites", "samplers", "vehicles", "labs", "trips")
    lines.append(_said("size", **{name: f"{getattr(total, name):,}" for name in names}))
    return lines


def tables(made: Plan) -> list[Table]:
    """Stages, hours, labs and the figures used."""
    stages = _table("stages", "stage", "ends", "without_limit", "plain_rule")
    for each in made.stages:
        name = label(f"stage.{each.stage}", gettext)
        stages.add_row(name, _h(each.finish_h), _h(each.without_limit_h), _h(made.plain.stages_h[each.stage]))
    columns = ("people", "sealed", "at_sites", "on_road", "received", "in_labs", "results", "reported")
    hours = _table("hours", "hour", *columns)
    for row in made.hours:
        hours.add_row(str(row.hour), *(f"{getattr(row, name):,}" for name in columns))
    labs = _table("labs", "lab", "tubes", "site_count", "vehicle_count", "first", "last", "ends", "longest_queue")
    for lab in made.labs:
        count = (f"{n:,}" for n in (lab.tubes, lab.sites, lab.vehicles))
        queue = f"{max(lab.waiting, default=0):,}"
        labs.add_row(lab.id, *count, _h(lab.first_h), _h(lab.last_h), _h(lab.finish_h), queue)
    figures = _table("figures", "figure", "value", "source", "certainty")
    for used in made.figures:
        sure = f"{used.certainty} ({_said('unverified')})" if used.certainty == "K" else used.certainty
        figures.add_row(used.name, f"{used.value:g} {used.unit}", used.source, sure)
    return [stages, hours, labs, figures]


def _table(title: str, *columns: str) -> Table:
    table = Table(box=None, pad_edge=False, title=_said(title), title_justify="left")
    for n, name in enumerate(columns):
        table.add_column(_said(name), justify="left" if n == 0 or title == "figures" else "right")
    return table
