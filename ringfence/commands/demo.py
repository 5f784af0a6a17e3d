"""`ringfence demo`: an invented city with an outbreak under way, served here, with an account for each role."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import webbrowser
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from django.utils.translation import activate
from django.utils.translation import gettext as _

from ringfence.app import start
from ringfence.core.clock import Clock, elapsed, rest
from ringfence.core.errors import Refused
from ringfence.core.home import home

FIRST_PORT, PORTS_TRIED = 8000, 20
STARTS_WITHIN = 30.0  # seconds that the server may take until it answers
HOST = "127.0.0.1"
PACKAGE = Path(__file__).resolve().parents[1]
MARK = "demo.stands"
WITH_TABLES = ("django", "django-allauth", "django-axes", "django-tasks-db")


def demo(
    port: Annotated[
        int | None, typer.Option(help="The port to serve on; without it the first free one from 8000.")
    ] = None,
    *,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the address and accounts as one JSON object.")] = False,
) -> None:
    """Open a small invented city with an outbreak under way; Ctrl-C ends it."""
    chosen = free_port(port)
    if not _stands():
        start()
        _speak()
        _prepare(quiet=json)
        _mark()
    address = f"http://{HOST}:{chosen}/"
    with running() as children:
        children.append(child(server(chosen)))
        start()
        _speak()
        wait_until_it_answers(chosen, children)
        children.append(child(worker()))  # after the server, which somebody waits for
        _say(address, json=json)
        if not no_browser and not json:
            webbrowser.open(address)
        wait(children)


def _speak() -> None:
    """The terminal's language, where it is one of ours."""
    told = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    activate("zh-hans" if told.startswith("zh") else "en")


# -- whether it stands --------------------------------------------------------------------------------------------------


def _made_from() -> str:
    """What the tables were laid by: our migrations' names and the libraries that bring their own."""
    names = sorted(str(path.relative_to(PACKAGE)) for path in PACKAGE.glob("**/migrations/0*.py"))
    return "\n".join([*names, *(f"{name} {version(name)}" for name in WITH_TABLES)])


def _stands() -> bool:
    """Whether the demonstration stands in the embedded database, told by a mark that is read without opening it."""
    mark = home() / MARK
    there = mark.is_file() and (home() / "ringfence.sqlite3").is_file() and not os.environ.get("DATABASE_URL")
    return there and mark.read_text(encoding="utf-8") == _made_from()


def _mark() -> None:
    (home() / MARK).write_text(_made_from(), encoding="utf-8")


# -- the city -----------------------------------------------------------------------------------------------------------


def _prepare(*, quiet: bool) -> None:
    """Lay the tables and tell the outbreak, unless both stand."""
    from django.contrib.auth.hashers import make_password  # noqa: PLC0415 (needs Django set up)

    from ringfence.core import log  # noqa: PLC0415
    from ringfence.demo import telling  # noqa: PLC0415
    from ringfence.demo.staff import PASSWORD  # noqa: PLC0415

    compiling = _compiling()
    (home() / "static").mkdir(parents=True, exist_ok=True)  # where collected files would lie; looked for at every start
    _migrate()
    if telling.stands(telling.TOLD):
        return
    if log.last_seq() and not telling.begun():
        raise Refused("home_in_use", home=home(), lines=log.last_seq())
    if log.last_seq():  # told by half: whoever was telling it went away
        _begin_again()
    show = (lambda _: None) if quiet else _progress
    telling.tell(home(), Clock().now(), make_password(PASSWORD), show, compiling.wait)


def _compiling() -> subprocess.Popen[bytes]:
    """On a first start another process compiles the search meanwhile; where that is done, it has nothing to do."""
    return subprocess.Popen([sys.executable, "-m", "ringfence.demo.warming"], start_new_session=True)


def _migrate() -> None:
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0)


def _begin_again() -> None:
    """Make the embedded database anew; on a server that is for its owner to do."""
    from django.db import connection  # noqa: PLC0415

    if connection.vendor != "sqlite":
        raise Refused("demo_half_told", database=connection.settings_dict["NAME"])
    connection.close()
    for end in ("", "-wal", "-shm"):
        Path(f"{connection.settings_dict['NAME']}{end}").unlink(missing_ok=True)
    _migrate()


def _progress(share: float) -> None:
    if not sys.stderr.isatty():
        return
    done = int(share * 30)
    text = _("Eighteen days of an outbreak in an invented city are being told")
    sys.stderr.write(f"\r{text}  [{'#' * done}{'.' * (30 - done)}]")
    if share >= 0.99:  # noqa: PLR2004 (the last step)
        sys.stderr.write("\n")
    sys.stderr.flush()


# -- serving ------------------------------------------------------------------------------------------------------------


def free_port(asked: int | None) -> int:
    """The port asked for, or the first free one; refused where it is taken."""
    for port in [asked] if asked else range(FIRST_PORT, FIRST_PORT + PORTS_TRIED):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    raise Refused("port_taken", port=asked or f"{FIRST_PORT}–{FIRST_PORT + PORTS_TRIED - 1}")


def worker() -> list[str]:
    """The command that tells this home the time."""
    return [sys.executable, "-m", "ringfence.cli", "work"]


def server(port: int, host: str = HOST) -> list[str]:
    """The command that serves this home."""
    here = ["--host", host, "--port", str(port)]
    kept = ["--interface", "wsgi", "--blocking-threads", "4", "--no-ws", "--log-level", "warning"]
    return [sys.executable, "-m", "granian", *kept, *here, "ringfence.wsgi:application"]


def child(command: Sequence[str]) -> subprocess.Popen[bytes]:
    """Begin a process of this home."""
    environment = {**os.environ, "RINGFENCE_HOME": str(home())}
    return subprocess.Popen(command, env=environment, start_new_session=True)  # noqa: S603 (ours)


@contextlib.contextmanager
def running() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Whoever is put into the list ends when this ends, however it ends."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    children: list[subprocess.Popen[bytes]] = []
    try:
        yield children
    except KeyboardInterrupt:
        pass
    finally:
        for child in children:
            child.terminate()
        for child in children:
            try:
                child.wait(timeout=10)
            except subprocess.TimeoutExpired:
                child.kill()


def wait_until_it_answers(port: int, children: Sequence[subprocess.Popen[bytes]]) -> None:
    """Wait for the server; refused where it ends, or stays silent."""
    begun = elapsed()
    while elapsed() - begun < STARTS_WITHIN:
        _all_alive(children)
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex((HOST, port)) == 0:
                return
        rest(0.05)
    raise Refused("server_silent", port=port, seconds=int(STARTS_WITHIN))


def wait(children: Sequence[subprocess.Popen[bytes]]) -> None:
    """Wait for ever; refused where a child ends by itself."""
    while True:
        _all_alive(children)
        rest(0.5)


def _all_alive(children: Sequence[subprocess.Popen[bytes]]) -> None:
    for child in children:
        if child.poll() is not None:
            told = child.args if isinstance(child.args, list) else [child.args]
            raise Refused("child_ended", child=" ".join(str(part) for part in told[1:4]), status=child.returncode)


def _say(address: str, *, json: bool) -> None:
    from ringfence.demo.staff import ACCOUNTS, PASSWORD, role_name  # noqa: PLC0415

    if json:
        accounts: list[dict[str, Any]] = [
            {"role": each.role, "name": each.name, "password": PASSWORD, "language": each.language} for each in ACCOUNTS
        ]
        typer.echo(orjson.dumps({"address": address, "home": str(home()), "accounts": accounts}))
        sys.stdout.flush()
        return
    typer.echo(f"\n  {address}\n")
    typer.echo(_("  Sign in as any of these; the password is always: {password}").format(password=PASSWORD) + "\n")
    for each in ACCOUNTS:
        language = "中文" if each.language.startswith("zh") else "English"
        typer.echo(f"    {each.name:<13} {_(role_name(each.role)):<26} {language}")
    typer.echo("\n" + _("  Begin as duty: the board leads to what is overdue, to a case, and to why it is whose."))
    typer.echo(_("  Ctrl-C ends it. Everything lies in {home}; remove it to begin anew.").format(home=home()) + "\n")
