"""`ringfence twin forecast`, `whatif` and `options`: from today's real state to what may come, and what would change it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from django.utils.translation import gettext
from rich.console import Console
from rich.table import Table

from ringfence.commands.opening import centre_here
from ringfence.commands.speaking import as_json, speak, whoever
from ringfence.core.access import Who
from ringfence.core.centre import Centre
from ringfence.core.errors import Refused
from ringfence.core.words import label
from ringfence.facts.ids import JurisdictionId, OutbreakId

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
OutbreakOption = Annotated[str, typer.Option(help="Its code or id; the newest one if left out.")]
Under = Annotated[str, typer.Option(help="Code or id of a place in it; the whole outbreak if left out.")]
Replicates = Annotated[int, typer.Option(help="How many futures.", min=20, max=100_000)]
Seed = Annotated[int, typer.Option(help="The same seed gives the same futures.", min=0)]
People = Annotated[int | None, typer.Option(help="How many people live there, where the registry does not say.")]
Disease = Annotated[str, typer.Option(help="Another disease's file, or a shipped one's name.")]
AsIs = Annotated[Path | None, typer.Option(help="SCENARIO.toml of the response as it is, in place of the shipped one.")]
Workers = Annotated[int, typer.Option(help="Threads; 0: one for each core.", min=0)]
Account = Annotated[str | None, typer.Option("--as", help="As this account instead of the operator.")]
Day = Annotated[str, typer.Option(help="YYYY-MM-DD; the objective on record if left out.")]


def add(app: typer.Typer) -> None:
    """Add these commands to `ringfence twin`."""
    for each in (forecast, whatif, options):
        app.command()(each)


def forecast(  # noqa: PLR0913 (each is an option of the command)
    *,
    outbreak: OutbreakOption = "",
    under: Under = "",
    days: Annotated[int, typer.Option(help="How many days ahead.", min=1, max=120)] = 14,
    replicates: Replicates = 250,
    seed: Seed = 1,
    by: Day = "",
    people: People = None,
    disease: Disease = "",
    as_is: AsIs = None,
    score: Annotated[bool, typer.Option("--score", help="Foretell the last week too, beside what came.")] = False,
    workers: Workers = 0,
    account: Account = None,
    json: Json = False,
) -> None:
    """Foretell cases, beds, rooms and tests day by day from today's real state, and how likely the objective is."""
    from ringfence.twin.live import answers  # noqa: PLC0415 (compiled code is loaded where it is used)

    centre, who = _here(account)
    asked = answers.Question(
        outbreak=_outbreak(centre, who, outbreak), under=_under(under), days=days, replicates=replicates, seed=seed,
        by=_day(by), people=people, disease=disease, as_is=as_is, workers=workers, score=score,
    )  # fmt: skip
    answer = _kept("forecast", asked, centre, lambda heard: answers.forecast(centre, who, asked, heard), quiet=json)
    if json:
        as_json(answer)
        return
    _show_forecast(answer)


def whatif(  # noqa: PLR0913 (each is an option of the command)
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[OPTIONS.toml]", help="What to compare; three shipped options if left out."),
    ] = None,
    *,
    outbreak: OutbreakOption = "",
    under: Under = "",
    days: Annotated[int, typer.Option(help="How many days at least.", min=3, max=120)] = 30,
    replicates: Replicates = 250,
    seed: Seed = 1,
    by: Day = "",
    people: People = None,
    disease: Disease = "",
    as_is: AsIs = None,
    search: Annotated[bool, typer.Option(help="Search the smallest set of measures too.")] = True,
    workers: Workers = 0,
    account: Account = None,
    json: Json = False,
) -> None:
    """Compare options on the same futures: infections against restriction, and the smallest set that is enough."""
    from ringfence.twin.live import answers  # noqa: PLC0415 (compiled code is loaded where it is used)

    centre, who = _here(account)
    asked = answers.Question(
        outbreak=_outbreak(centre, who, outbreak), under=_under(under), days=days, replicates=replicates, seed=seed,
        by=_day(by), people=people, disease=disease, as_is=as_is, workers=workers,
    )  # fmt: skip
    answer = _kept(
        "whatif",
        asked,
        centre,
        lambda heard: answers.whatif(centre, who, asked, file, heard, search=search),
        quiet=json,
    )
    if json:
        as_json(answer)
        return
    _show_options(answer)


def options(out: Annotated[Path, typer.Argument(help="The file to write.")] = Path("OPTIONS.toml")) -> None:
    """Write a file of options and measures to begin with."""
    from ringfence.twin.live.options import SHIPPED  # noqa: PLC0415

    shutil.copyfile(SHIPPED, out)
    typer.echo(str(out))


# -- asked ------------------------------------------------------------------------------------------------------------


def _here(account: str | None) -> tuple[Centre, Who]:
    """This installation's centre, with its tables where it is a fresh one, and who asks."""
    speak()
    centre = centre_here()
    return centre, whoever(account)


def _outbreak(centre: Any, who: Any, told: str) -> OutbreakId:
    from ringfence.registry.queries.outbreaks import outbreaks  # noqa: PLC0415 (needs Django set up)

    known = centre.ask(who, outbreaks, closed=bool(told))
    found = [each for each in known if told in ("", each.id, each.code)]
    if not known:
        raise Refused("forecast_no_outbreak")
    if not found:
        raise Refused("not_known_here", what="outbreak", id=told)
    chosen: OutbreakId = found[0].id
    return chosen


def _under(told: str) -> JurisdictionId | None:
    from ringfence.registry.queries.areas import area, area_called  # noqa: PLC0415 (needs Django set up)

    if not told:
        return None
    found = told if area(JurisdictionId(told)) else area_called(told)
    if found is None:
        raise Refused("not_known_here", what="jurisdiction", id=told)
    return JurisdictionId(found)


def _day(told: str) -> date | None:
    if not told:
        return None
    try:
        return date.fromisoformat(told)
    except ValueError:
        raise typer.BadParameter(told, param_hint="--by") from None


def _kept(
    kind: str,
    asked: Any,
    centre: Any,
    work: Callable[[Callable[[str, int, int], None]], dict[str, Any]],
    *,
    quiet: bool,
) -> dict[str, Any]:
    """Do the work with a bar, and keep what came of it."""
    from ringfence.commands.linelist import bar  # noqa: PLC0415
    from ringfence.core.fact import to_micros  # noqa: PLC0415
    from ringfence.twin.live import results  # noqa: PLC0415

    with bar(quiet=quiet) as shown:
        task = shown.add_task("", total=1)

        def heard(what: str, done: int, of: int) -> None:
            shown.update(task, description=label(f"twin.progress.{what}", gettext), completed=done, total=of)

        answer = work(heard)
    made = results.new(kind, "operator", asked.outbreak, answer["path"], to_micros(centre.clock.now()))
    results.finish(made, lambda _: answer)
    answer["run"] = made.id
    for each in answer["assumed"]:
        each["text"] = assumed_said(each)
    return answer


def assumed_said(each: dict[str, Any]) -> str:
    """An assumption as a sentence."""
    told = {name: value for name, value in each.items() if name not in {"code", "text"}}
    return label(f"assume.{each['code']}", gettext, **told)


# -- shown ------------------------------------------------------------------------------------------------------------

SHARES = ("0.05", "0.25", "0.5", "0.75", "0.95")


def _show_forecast(answer: dict[str, Any]) -> None:
    screen = Console()
    table = Table(title=f"{answer['title']}: {answer['replicates']} futures from {answer['first']}")
    table.add_column("")
    for name in answer["daily"]:
        table.add_column(label(f"twin.measured.{name}", gettext), justify="right")
    for n, day in enumerate(answer["days"]):
        cells = (
            f"{told['0.5'][n]:,.0f} ({told['0.05'][n]:,.0f} to {told['0.95'][n]:,.0f})"
            for told in answer["daily"].values()
        )
        table.add_row(day, *cells)
    screen.print(table)
    if (aim := answer["objective"]) is not None:
        low, high = aim["interval"]
        screen.print(
            f"No community case from {aim['since']} to {aim['by']}: {aim['probability']:.1%}"
            f" ({aim['met']} of {answer['replicates']} futures; {low:.1%} to {high:.1%})"
        )
    screen.print(f"Person-days restricted: {_spread(answer['restricted'])}", highlight=False)
    if answer["score"] is not None:
        score = answer["score"]
        screen.print(
            f"The last {score['days']} days, foretold from before them: {score['inside']} days within the middle 90 percent;"
            f" mean distance {score['twin']:.2f} a day, {score['naive']:.2f} by repeating the week before",
            highlight=False,
        )
    _show_rest(screen, answer)


def _spread(told: dict[str, float]) -> str:
    return f"{told['0.5']:,.0f} ({told['0.05']:,.0f} to {told['0.95']:,.0f})"


def _show_options(answer: dict[str, Any]) -> None:
    screen = Console()
    table = Table(
        title=f"{answer['title']}: no community case from {answer['objective']['since']} to {answer['objective']['by']}"
    )
    names = ("infections", "community", "restricted", "tests")
    table.add_column("")
    for column in ("probability", *(label(f"twin.measured.{name}", gettext) for name in names), "frontier"):
        table.add_column(column, justify="right")
    for each in answer["options"]:
        low, high = each["interval"]
        cells = (_beside(each["measured"][name]) for name in names)
        mark = "*" if each["frontier"] else ""
        table.add_row(each["title"], f"{each['probability']:.1%} ({low:.1%} to {high:.1%})", *cells, mark)
    screen.print(table)
    if (found := answer["smallest"]) is not None:
        best = found["best"]
        told = "reaches" if found["reached"] else "comes nearest to, but does not reach,"
        what = ", ".join(best["measures"]) or "as is"
        screen.print(
            f"The smallest set of measures that {told} {found['wanted']:.0%}: {what} ({best['probability']:.1%})",
            highlight=False,
        )
    _show_rest(screen, answer)


def _beside(told: dict[str, Any]) -> str:
    gap = told["difference"]
    return f"{told['mean']:,.0f} [{gap['low']:+,.0f} to {gap['high']:+,.0f}]"


def _show_rest(screen: Console, answer: dict[str, Any]) -> None:
    screen.print()
    for each in answer["assumed"]:
        screen.print(f"- {each['text']}", highlight=False, markup=False)
    screen.print(
        f"as of line {answer['seq']}, {answer['today']}; seed {answer['seed']}; pack {answer['pack']}; kept as {answer['run']}",
        highlight=False,
    )
