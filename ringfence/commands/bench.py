"""`ringfence bench`: every benchmark beside its yardstick, in a process of its own; ratios on the screen and in the manual."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit, urlunsplit

import orjson
import psycopg
import typer
from psycopg import sql
from rich.console import Console
from rich.table import Table

from ringfence.core.clock import Clock
from ringfence.core.errors import Refused

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "tests" / "bench"
REPORT = ROOT / "docs" / "reference" / "performance.md"
NAMES = (
    "record",
    "writers",
    "rebuild",
    "lists",
    "bulk",
    "people",
    "imports",
    "hand_in",
    "results",
    "testing_pages",
    "tracing_pages",
    "plans",
    "twin",
    "contacts",
)
BOTH = frozenset(  # on SQLite and on PostgreSQL
    {"record", "writers", "rebuild", "lists", "bulk", "imports", "hand_in", "results", "testing_pages", "tracing_pages"}
)
KEPT = frozenset({"lists", "bulk", "testing_pages", "tracing_pages"})  # their installation is made once and used again
SERVER = "RINGFENCE_TEST_POSTGRES"  # a server's URL, whose user may create databases


@dataclass(frozen=True, slots=True)
class Measured:
    """What a benchmark found: ours beside the yardstick, both in `unit`; `held` is None where there is no bar."""

    bench: str
    what: str
    ours: float
    yardstick: float | None
    ratio: float | None
    bar: str
    unit: str
    note: str
    held: bool | None


def measured(names: Sequence[str] = (), *, quick: bool = False) -> Iterator[Measured]:
    """Run benchmarks by name, or all of them, on SQLite and, where a server is named, on PostgreSQL.

    Raises `Refused` outside a clone, and for a name that no benchmark has.
    """
    if not FOLDER.is_dir():
        raise Refused("bench_no_clone", folder=str(FOLDER))
    for name in names:
        if name not in NAMES:
            raise Refused("bench_unknown", name=name, names=", ".join(NAMES))
    server = os.environ.get(SERVER, "")
    for name in names or NAMES:
        for url in ["", server] if name in BOTH and server else [""]:
            for row in _rows(name, url, quick=quick):
                yield Measured(bench=name, **row)


def _rows(name: str, server: str, *, quick: bool) -> list[dict[str, Any]]:
    """One benchmark in a process of its own, over an installation of its own."""
    with _installation(name, server, quick=quick) as environment:
        command = [sys.executable, "-m", "tests.bench", name, *(["--quick"] if quick else [])]
        done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=False)  # noqa: S603 (ours)
    if done.returncode:
        raise Refused("bench_failed", name=name, status=done.returncode)
    rows: list[dict[str, Any]] = orjson.loads(done.stdout.splitlines()[-1])
    return rows


@contextmanager
def _installation(name: str, server: str, *, quick: bool) -> Iterator[dict[str, str]]:
    """The environment of a fresh installation; that of the lists is kept among the temporary files for the next time."""
    size = "quick" if quick else "full"
    kept = Path(tempfile.gettempdir()) / f"ringfence-bench-{size}-{'postgresql' if server else 'sqlite'}"
    folder = kept if name in KEPT else Path(tempfile.mkdtemp(prefix="ringfence-bench-"))
    database = f"ringfence_bench_{size}" if name in KEPT else f"ringfence_bench_{os.getpid()}"
    environment = {**os.environ, "RINGFENCE_HOME": str(folder)}
    environment.pop("DATABASE_URL", None)
    if server:
        environment["DATABASE_URL"] = urlunsplit(urlsplit(server)._replace(path=f"/{database}"))
        _create(server, database)
    try:
        yield environment
    finally:
        if name not in KEPT:
            shutil.rmtree(folder, ignore_errors=True)
            if server:
                _drop(server, database)


def _create(server: str, database: str) -> None:
    with psycopg.connect(server, autocommit=True) as raw:
        if not raw.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database,)).fetchall():
            raw.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))


def _drop(server: str, database: str) -> None:
    """The database and the copies that the benchmark made of it."""
    with psycopg.connect(server, autocommit=True) as raw:
        names = raw.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", (database,)).fetchall()
        for (name,) in names:
            raw.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


# -- shown ------------------------------------------------------------------------------------------------------------

COLUMNS = ("bench", "what", "ours", "yardstick", "unit", "ratio", "bar", "held", "note")


def cells(row: Measured) -> list[str]:
    """A row as texts, in the order of `COLUMNS`."""
    held = {True: "yes", False: "NO", None: ""}[row.held]
    ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
    numbers = [_number(row.ours), "" if row.yardstick is None else _number(row.yardstick)]
    return [row.bench, row.what, *numbers, row.unit, ratio, row.bar, held, row.note]


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"  # noqa: PLR2004 (three digits)


def machine() -> str:
    """What was measured on."""
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return f"{os.cpu_count()} cores, {pages * size / 2**30:.0f} GiB of memory, {platform.system()} {platform.machine()}, Python {platform.python_version()}"


def report(rows: Sequence[Measured], *, command: str, at: datetime, before: str = "") -> str:
    """The page of the manual; of what was not measured now, the lines of the page `before` stay, each with its own day."""
    when = f"{at:%Y-%m-%d %H:%M}, load {os.getloadavg()[0]:.1f}{', quick' if '--quick' in command else ''}"
    told = _lines_before(before)
    for name in {each.bench for each in rows}:
        told[name] = [[*cells(each), when] for each in rows if each.bench == name]
    listed = [each for name in (*NAMES, *sorted(set(told) - set(NAMES))) for each in told.get(name, [])]
    heads = [*COLUMNS, "measured (UTC)"]
    lines = "\n".join(f"| {' | '.join(each)} |" for each in [heads, ["---"] * len(heads), *listed])
    return (
        "# Performance\n\n"
        f"Measured last with `{command}` on {machine()}.\n"
        "Each figure is the median of at least five turns, ours and the yardstick by turns in one run. A ratio says more than a\n"
        "rate: a busy machine slows both. This page is written by the command and never by hand.\n\n"
        f"{lines}\n"
    )


def _lines_before(page: str) -> dict[str, list[list[str]]]:
    """Bench -> the cells of its lines on a page that was written earlier."""
    found: dict[str, list[list[str]]] = {}
    for line in page.splitlines():
        told = [each.strip() for each in line.strip("|").split("|")] if line.startswith("| ") else []
        if told and told[0] in NAMES:
            found.setdefault(told[0], []).append(told)
    return found


def bench(
    names: Annotated[
        list[str] | None, typer.Argument(help=f"Which: {', '.join(NAMES)}; all of them if none is named.")
    ] = None,
    *,
    quick: Annotated[bool, typer.Option("--quick", help="Small sizes, in a few minutes.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
    write: Annotated[bool, typer.Option("--write", help="Write docs/reference/performance.md.")] = False,
) -> None:
    """Measure this machine: every benchmark beside its yardstick."""
    screen = Console(stderr=True)
    rows: list[Measured] = []
    with screen.status("Measuring"):
        for row in measured(names or (), quick=quick):
            rows.append(row)
            screen.log(row.bench, row.what, _number(row.ours), row.unit)
    if write:
        asked = " ".join(["ringfence bench", *(names or ()), *(["--quick"] if quick else [])])
        REPORT.parent.mkdir(parents=True, exist_ok=True)
        before = REPORT.read_text(encoding="utf-8") if REPORT.exists() else ""
        REPORT.write_text(report(rows, command=asked, at=Clock().now(), before=before), encoding="utf-8")
    if json:
        sys.stdout.buffer.write(orjson.dumps({"machine": machine(), "rows": [asdict(row) for row in rows]}) + b"\n")
        return
    table = Table(*COLUMNS, title=machine())
    for row in rows:
        table.add_row(*cells(row))
    Console().print(table)
