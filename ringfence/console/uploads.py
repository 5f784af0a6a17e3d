"""Uploaded files on their way in: each in a folder of its own under RINGFENCE_HOME/uploads, for its uploader alone."""

from __future__ import annotations

import os
import re
import secrets
import threading
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

import orjson
from django.db import connection

from ringfence.core.clock import elapsed
from ringfence.core.errors import Refused
from ringfence.core.fact import from_micros, to_micros
from ringfence.core.home import home
from ringfence.desks.cases.feeds.reporting import forget_old
from ringfence.desks.cases.linelist.mapping import Mapping, from_toml

AT_MOST = 200 * 1024 * 1024  # bytes of one file
STILL = 60.0  # seconds without a sign of life after which background work is taken for stopped
_ID = re.compile(r"[0-9a-f]{16}\Z")
_NAME = re.compile(r"[\w][\w \-]{0,39}\Z")


@dataclass
class Upload:
    """What is known of an uploaded file; kept beside it as JSON."""

    id: str
    account: str
    name: str
    bytes: int
    at: int  # microseconds
    outbreak: str = ""
    area: str = ""
    source: str = ""
    new_title: str = ""  # of an outbreak that is declared when the rows are taken; `outbreak` is its id to be
    new_pack: str = ""
    new_code: str = ""
    shown_new: bool = False  # the session looks at the new outbreak
    window: tuple[str, str] | None = None  # the first and last possible day, once checked
    mapping: str = ""  # TOML; empty until the columns were looked at
    declare_places: bool = False
    laboratory: str = ""  # whose results these are
    options: dict[str, str] = field(default_factory=dict)  # what was told beside a file of results
    state: str = "uploaded"  # uploaded, checking, checked, telling, done, failed
    done: int = 0
    of: int = 0
    beat: float = 0.0
    counts: dict[str, int] = field(default_factory=dict)
    refusal: tuple[str, dict[str, str]] | None = None

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return home() / "uploads" / self.id

    @property
    def file(self) -> Path:
        """The file as it came."""
        return self.folder / "file"

    @property
    def report(self) -> Path:
        """The report of the check, and later of the telling."""
        return self.folder / "report.csv"

    @property
    def uploaded_at(self) -> datetime:
        """When it came."""
        return from_micros(self.at)

    @property
    def busy(self) -> bool:
        """Whether background work gives signs of life."""
        return self.state in ("checking", "telling") and elapsed() - self.beat < STILL

    @property
    def stopped(self) -> bool:
        """Whether background work has ended without an end: it can be gone on with."""
        return self.state in ("checking", "telling") and not self.busy

    def told_mapping(self) -> Mapping | None:
        """The mapping that was chosen."""
        return from_toml(self.mapping) if self.mapping else None

    def save(self) -> None:
        """Write what is known, whole."""
        path = self.folder / "upload.json"
        part = self.folder / f"upload.{secrets.token_hex(4)}.part"
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(orjson.dumps(asdict(self)))
        part.replace(path)


def take(account: str, name: str, chunks: Iterable[bytes], now: datetime) -> Upload:
    """Write an uploaded file. Raises Refused (`upload_too_large`, `upload_empty`)."""
    forget_old(home() / "uploads", now)
    made = Upload(secrets.token_hex(8), account, Path(name).name[:120], 0, to_micros(now))
    made.folder.mkdir(parents=True, mode=0o700)
    handle = os.open(made.file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        for chunk in chunks:
            made.bytes += len(chunk)
            if made.bytes > AT_MOST:
                break
            file.write(chunk)
    if not 0 < made.bytes <= AT_MOST:
        made.file.unlink()
        made.folder.rmdir()
        code = "upload_empty" if not made.bytes else "upload_too_large"
        raise Refused(code, name=made.name, at_most=AT_MOST >> 20)
    made.save()
    return made


def upload(id_: str, account: str) -> Upload:
    """One's own upload. Raises Refused (`no_such_thing`)."""
    path = home() / "uploads" / id_ / "upload.json"
    if _ID.match(id_) is None or not path.exists():
        raise Refused("no_such_thing", name=id_)
    made = Upload(**orjson.loads(path.read_bytes()))
    if made.account != account:
        raise Refused("no_such_thing", name=id_)
    return made


Work = Callable[[Callable[[int, int], None]], None]
"""Long work: it is handed a function that notes how far it is."""


def begin(job: Upload, state: str, work: Work, *, beside: bool) -> None:
    """Check or tell: `beside` the request where it may take long, else while the page waits."""
    job.state, job.refusal, job.done, job.of = state, None, 0, 0
    if beside:
        in_background(job, work)
        return
    try:
        work(lambda done, of: None)  # noqa: ARG005
    except Refused as refusal:
        _refused(job, refusal)
    job.save()


def _refused(job: Upload, refusal: Refused) -> None:
    job.state, job.refusal = "failed", (refusal.code, {name: str(value) for name, value in refusal.told.items()})


def in_background(job: Upload, work: Work) -> None:
    """Do long work beside the request."""
    job.beat = elapsed()
    job.save()

    def beat(done: int, of: int) -> None:
        if elapsed() - job.beat > 0.5:  # noqa: PLR2004 (twice a second is often enough to look)
            job.done, job.of, job.beat = done, of, elapsed()
            job.save()

    def run() -> None:
        try:
            work(beat)
        except Refused as refusal:
            _refused(job, refusal)
        except BaseException:
            job.state, job.refusal = "failed", ("import_broke_off", {})
            raise
        finally:
            job.save()
            connection.close()

    threading.Thread(target=run, name=f"import-{job.id}", daemon=True).start()


# -- mappings kept for reuse ------------------------------------------------------------------------------------------


def mapping_names() -> list[str]:
    """The mappings kept under a name."""
    return sorted(path.stem for path in (home() / "mappings").glob("*.toml"))


def mapping_path(name: str) -> Path:
    """Where a mapping of this name lies. Raises Refused (`map_name_unfit`)."""
    if _NAME.match(name) is None:
        raise Refused("map_name_unfit", name=name)
    folder = home() / "mappings"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder / f"{name}.toml"
