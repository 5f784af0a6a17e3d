"""`ringfence twin drill`: open a drill's workspace, serve it, let its outbreak run; end it; print its report."""

from __future__ import annotations

import os
import shutil
import sys
from datetime import datetime, time
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import orjson
import typer
from rich.console import Console
from rich.table import Table

from ringfence.core import drill as drills
from ringfence.core.clock import Clock, ToldClock
from ringfence.core.errors import Refused
from ringfence.core.fact import from_micros
from ringfence.core.home import home

SHORTEST_PASSWORD = 10
LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})
SEED = 1


def drill(  # noqa: PLR0913 (each is an option of the command)
    scenario: Annotated[
        str, typer.Argument(help="SCENARIO.toml with a section [drill], the name of a shipped one; or stop, or report.")
    ] = "",
    *,
    form: Annotated[str, typer.Option(help="table-top, functional or full-scale; else as the scenario says.")] = "",
    speed: Annotated[float | None, typer.Option(help="How many times as fast as the wall its clock runs.")] = None,
    folder: Annotated[
        Path | None, typer.Option("--home", help="The drill's own folder; else drills/NAME in RINGFENCE_HOME.")
    ] = None,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int | None, typer.Option(help="The port to serve on; else the first free one from 8000.")] = None,
    password: Annotated[
        str, typer.Option(help="The accounts' password; needed where others can reach the drill.")
    ] = "",
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Make the workspace ready, and serve nothing.")] = False,
    shipped: Annotated[bool, typer.Option("--list", help="List the shipped drills.")] = False,
    pdf: Annotated[Path | None, typer.Option(help="With report: write it as a PDF to this file.")] = None,
    chinese: Annotated[bool, typer.Option("--chinese", help="With report: in Chinese.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Open a drill in a workspace of its own and let its clock run; Ctrl-C stops serving, `stop` ends the drill."""
    if shipped or not scenario:
        _list(json=json)
        return
    if scenario in {"stop", "report"}:
        _settle(folder, "")
        (_stop if scenario == "stop" else _report)(pdf, chinese=chinese, json=json)
        return
    if host not in LOCAL and len(password) < SHORTEST_PASSWORD:
        raise Refused("drill_password_known")
    _settle(folder, scenario)
    prepared = prepare(scenario, form=form, speed=speed, password=password)
    if no_serve:
        _say({**prepared, "home": str(home())}, json=json)
        return
    _serve(prepared, host, port, own_password=bool(password), json=json)


def _settle(folder: Path | None, scenario: str) -> None:
    """From here on this process and its children live in the drill's own folder, with its own embedded database."""
    if folder is None:
        marked = drills.mark_of(home()) is not None
        folder = home() if marked else home() / "drills" / (Path(scenario).stem or "first-days")
    folder = folder.resolve()
    os.environ["RINGFENCE_HOME"] = str(folder)
    os.environ.pop("DATABASE_URL", None)
    if scenario:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    elif drills.mark_of(folder) is None:
        raise Refused("drill_not_here", home=str(folder))


# -- made ready ---------------------------------------------------------------------------------------------------------


def prepare(scenario: str, *, form: str = "", speed: float | None = None, password: str = "") -> dict[str, Any]:
    """Fill this home with a drill, unless it holds it already; says what it is."""
    from ringfence.app import book, start  # noqa: PLC0415
    from ringfence.twin.drill.plan import form_of, read_drill  # noqa: PLC0415 (compiled code is loaded where it is used)

    told = read_drill(scenario, book())
    wanted = form_of(form or None, told)
    if wanted == "full-scale" and speed not in {None, 1.0}:
        raise Refused("drill_full_scale_speed", speed=speed)
    start()
    mark = drills.mark_of(home())
    if mark is not None:
        if mark.titles != told.titles or (form and mark.form != form):
            raise Refused(
                "drill_of_another_scenario", home=str(home()), title=mark.title("en"), form=f"form.{mark.form}"
            )
        _resume(speed)
    else:
        mark = _make(told, wanted, speed, password)
    return {
        "title": mark.titles,
        "form": mark.form,
        "people": mark.told["people"],
        "begins_at": from_micros(mark.told["begins_at"]),
    }


def _resume(speed: float | None) -> None:
    pace = drills.pace_of(home())
    if speed is not None and pace is not None:
        drills.set_pace(home(), Clock().now(), speed=speed)


def _make(told: Any, form: Any, speed: float | None, password: str) -> drills.Mark:
    from django.contrib.auth.hashers import make_password  # noqa: PLC0415 (needs Django set up)

    from ringfence.app import open_centre  # noqa: PLC0415
    from ringfence.core import log  # noqa: PLC0415
    from ringfence.demo.drill import BEFORE, fill  # noqa: PLC0415
    from ringfence.demo.staff import PASSWORD  # noqa: PLC0415
    from ringfence.twin import city as cities  # noqa: PLC0415
    from ringfence.twin.drill.workspace import FOLDER, SCENARIO  # noqa: PLC0415

    _tables()
    if log.last_seq():
        if log.first_kind() != drills.BEGUN:
            raise Refused("drill_home_used", home=str(home()), lines=log.last_seq())
        _begin_again()
    city = cities.build(told.city(), SEED)
    own = home() / FOLDER
    cities.write(city, own / "city")
    shutil.copyfile(told.path, own / SCENARIO)
    begins_at = _begins_at(told.settings.begins, form)
    centre = open_centre(ToldClock(begins_at - BEFORE))
    with Console(stderr=True, quiet=not sys.stderr.isatty()).status("…"):
        mark = fill(centre, told, form, city, begins_at, make_password(password or PASSWORD))
    running, pace = form != "table-top", 1.0 if form == "full-scale" else speed or told.settings.speed
    drills.set_pace(home(), Clock().now(), speed=pace, running=running, begin_at=begins_at)
    return mark


def _tables() -> None:
    from django.core.management import call_command  # noqa: PLC0415 (needs Django set up)

    (home() / "static").mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0)


def _begin_again() -> None:
    """Somebody stopped it while it was being filled: a drill without its mark was never open to anybody."""
    from django.db import connection  # noqa: PLC0415

    connection.close()
    for end in ("", "-wal", "-shm"):
        Path(f"{connection.settings_dict['NAME']}{end}").unlink(missing_ok=True)
    shutil.rmtree(home() / "people", ignore_errors=True)
    _tables()


def _begins_at(hour: str, form: str) -> datetime:
    """Today at the scenario's hour in the city's time; full-scale now, as telephones in the field show the wall's time."""
    from ringfence.demo.city import ZONE  # noqa: PLC0415

    now = Clock().now().replace(microsecond=0)
    if form == "full-scale":
        return now
    zone = ZoneInfo(ZONE)
    return datetime.combine(now.astimezone(zone).date(), time.fromisoformat(hour), zone).astimezone(now.tzinfo)


# -- served -------------------------------------------------------------------------------------------------------------


def _serve(prepared: dict[str, Any], host: str, port: int | None, *, own_password: bool, json: bool) -> None:
    from ringfence.commands import demo  # noqa: PLC0415
    from ringfence.demo.drill import signed_in  # noqa: PLC0415
    from ringfence.demo.staff import PASSWORD, role_name  # noqa: PLC0415

    chosen = demo.free_port(port)
    address = f"http://{host}:{chosen}/"
    with demo.running() as children:
        children.append(demo.child(demo.server(chosen, host)))
        demo.wait_until_it_answers(chosen, children)
        children.append(demo.child(demo.worker()))
        shown = {} if own_password else {"password": PASSWORD}  # one that somebody chose is known to them
        known = [{"role": each.role, "name": each.name, "language": each.language, **shown} for each in signed_in()]
        told = {**prepared, "address": address, "home": str(home()), "accounts": known}
        if json:
            _say(told, json=True)
        else:
            typer.echo(f"\n  {address}   {prepared['title']['en']} · {prepared['title']['zh']} · {prepared['form']}\n")
            for each in signed_in():
                typer.echo(f"    {each.name:<13} {role_name(each.role)}")
            if not own_password:
                typer.echo(f"\n  password: {PASSWORD}")
            typer.echo(f"\n  DRILL 演练 · {home()}\n")
        demo.wait(children)


# -- stop, report, list -------------------------------------------------------------------------------------------------


def _stop(pdf: Path | None, *, chinese: bool, json: bool) -> None:
    del pdf, chinese
    from ringfence.app import centre, start  # noqa: PLC0415

    start()
    from ringfence.core.access import feed  # noqa: PLC0415
    from ringfence.facts.drill import DrillEnded  # noqa: PLC0415
    from ringfence.twin.drill.actions import end_drill  # noqa: PLC0415
    from ringfence.twin.drill.score import scored_here  # noqa: PLC0415

    opened = centre()
    ended: DrillEnded | None = scored_here(opened).heard.ended
    if ended is not None:
        raise Refused("drill_over", at=ended.at)
    opened.tell(feed("command"), end_drill, reason="command")
    drills.set_pace(home(), Clock().now(), running=False)
    _say({"home": str(home()), "ended_at": opened.clock.now()}, json=json)


def _report(pdf: Path | None, *, chinese: bool, json: bool) -> None:
    from ringfence.app import centre  # noqa: PLC0415
    from ringfence.commands.speaking import speak  # noqa: PLC0415

    speak()
    from ringfence.reports import drill as reports  # noqa: PLC0415
    from ringfence.twin.drill.score import scored_here  # noqa: PLC0415

    opened = centre()
    told = scored_here(opened).told(opened)
    if pdf is not None:
        made = reports.report(told, language="zh-hans" if chinese else "en", made_at=opened.clock.now())
        pdf.write_bytes(made.content)
    if json:
        _say(told, json=True)
        return
    table = Table("", "met", "of", "late", "open and late", "not due yet")
    for row in told["clocks"]:
        table.add_row(row["label"], *(str(row[name]) for name in ("met", "of", "late", "open_late", "running")))
    Console().print(table)
    Console().print(f"infections: {told['infections']['now']} (nobody acting: {told['infections']['nobody_acting']})")
    if pdf is not None:
        typer.echo(str(pdf))


def _list(*, json: bool) -> None:
    from ringfence.app import book  # noqa: PLC0415
    from ringfence.twin.drill.plan import read_drill, shipped  # noqa: PLC0415

    found: list[dict[str, Any]] = []
    for name in shipped():
        told = read_drill(name, book())
        found.append({
            "name": name, "title": told.titles, "people": told.city().city.people, "lasts": told.settings.lasts,
            "form": told.settings.form, "injects": len(told.injects), "questions": len(told.questions),
        })  # fmt: skip
    if json:
        _say({"drills": found}, json=True)
        return
    table = Table("name", "title", "people", "lasts", "form", "injects", "questions")
    for each in found:
        title = f"{each['title']['en']} · {each['title']['zh']}"
        rest = (f"{each['people']:,}", each["lasts"], each["form"], str(each["injects"]), str(each["questions"]))
        table.add_row(each["name"], title, *rest)
    Console().print(table)


def _say(told: dict[str, Any], *, json: bool) -> None:
    if json:
        typer.echo(orjson.dumps(told, default=str).decode())
        sys.stdout.flush()
        return
    for name, value in told.items():
        typer.echo(f"{name}: {value}")
