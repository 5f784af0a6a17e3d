"""Runs of the twin kept under RINGFENCE_HOME, so that a page shows them again and a decision can cite them. They are no facts."""

from __future__ import annotations

import os
import re
import secrets
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson
from django.db import connection

from ringfence.core.clock import elapsed
from ringfence.core.errors import Refused
from ringfence.core.home import home

STILL = 60.0
"""Seconds without a sign of life after which a run is taken for stopped."""
BEATS = 0.4
"""Seconds between two notes of how far it is."""
LISTED = 30
_ID = re.compile(r"[0-9a-f]{16}\Z")
Progress = Callable[[str, int, int], None]
Work = Callable[[Progress], dict[str, Any]]


@dataclass
class Run:
    """A run of the twin, done or on its way; its answer lies beside it."""

    id: str
    kind: str  # forecast, whatif
    account: str
    outbreak: str
    path: str
    at: int  # microseconds
    state: str = "running"  # running, done, failed
    what: str = ""
    done: int = 0
    of: int = 0
    beat: float = 0.0
    refusal: tuple[str, dict[str, str]] | None = None

    @property
    def busy(self) -> bool:
        """Whether it gives signs of life."""
        return self.state == "running" and elapsed() - self.beat < STILL

    def save(self) -> None:
        """Write what is known, whole."""
        _write(_folder() / f"{self.id}.json", asdict(self))

    def answer(self) -> dict[str, Any]:
        """What came of it; a run that is not done is refused."""
        path = _folder() / f"{self.id}.answer.json"
        if self.state == "failed":
            code, told = self.refusal or ("twin_broke_off", {})
            raise Refused(code, **told)
        if not path.is_file():
            raise Refused("twin_broke_off")
        told_answer: dict[str, Any] = orjson.loads(path.read_bytes())
        return told_answer


def _folder() -> Path:
    return home() / "twin" / "runs"


def _write(path: Path, value: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(orjson.dumps(value))
    part.replace(path)


def new(kind: str, account: str, outbreak: str, path: str, at: int) -> Run:
    """A run that begins now."""
    made = Run(secrets.token_hex(8), kind, account, outbreak, path, at, beat=elapsed())
    made.save()
    return made


def run(id_: str) -> Run:
    """A run by its id. Raises Refused (`twin_run_unknown`)."""
    path = _folder() / f"{id_}.json"
    if _ID.match(id_) is None or not path.is_file():
        raise Refused("twin_run_unknown", id=id_[:40])
    return Run(**orjson.loads(path.read_bytes()))


def runs_of(outbreak: str, kind: str) -> list[Run]:
    """The newest runs of a kind about an outbreak, newest first."""
    found = []
    files = [each for each in _folder().glob("*.json") if _ID.match(each.stem)]
    for path in sorted(files, key=lambda each: each.stat().st_mtime_ns, reverse=True):
        made = Run(**orjson.loads(path.read_bytes()))
        if made.outbreak == outbreak and made.kind == kind:
            found.append(made)
        if len(found) >= LISTED:
            break
    return sorted(found, key=lambda each: each.at, reverse=True)


def finish(made: Run, work: Work) -> None:
    """Do the work and keep its answer, noting how far it is; a refusal is kept too."""
    last = [0.0]

    def heard(what: str, done: int, of: int) -> None:
        if elapsed() - last[0] > BEATS:
            last[0] = elapsed()
            made.what, made.done, made.of, made.beat = what, done, of, last[0]
            made.save()

    try:
        answer = work(heard)
        _write(_folder() / f"{made.id}.answer.json", answer)
        made.state = "done"
    except Refused as refusal:
        made.state = "failed"
        made.refusal = (refusal.code, {name: str(value) for name, value in refusal.told.items()})
    except BaseException:
        made.state, made.refusal = "failed", ("twin_broke_off", {})
        raise
    finally:
        made.save()


def in_background(made: Run, work: Work) -> None:
    """Do the work beside the request."""

    def do() -> None:
        try:
            finish(made, work)
        finally:
            connection.close()

    threading.Thread(target=do, name=f"twin-{made.id}", daemon=True).start()
