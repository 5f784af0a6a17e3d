"""One door for every table file: what it is, is told from its bytes, not from its name."""

from __future__ import annotations

import gzip
import tempfile
import zipfile
import zlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, cast

from ringfence.core.errors import Refused
from ringfence.core.tables.delimited import read_delimited
from ringfence.core.tables.header import IsHeader
from ringfence.core.tables.nested import read_json, read_parquet
from ringfence.core.tables.table import Note, Table
from ringfence.core.tables.text import encoding_of, lines_of
from ringfence.core.tables.workbook import read_workbook

UNPACKED_AT_MOST = 4 << 30
"""Bytes that a packed file may unpack to."""

WORKBOOK_AT_MOST = 2 << 30

_BLOCK = 1 << 20
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHER_FILES = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"7z\xbc\xaf": "7z",
    b"Rar!": "RAR",
    b"SQLite format 3": "SQLite",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """How a file is to be read: which sheet, how many rows, and what tells its header."""

    sheet: str | None = None
    limit: int | None = None
    is_header: IsHeader | None = None


def read(
    path: Path, *, sheet: str | None = None, limit_rows: int | None = None, is_header: IsHeader | None = None
) -> Table:
    """Read a user's table into text columns.

    Takes CSV with any delimiter, JSON (array, object holding one, lines), Parquet, XLSX, XLSB, XLS, ODS, and a .gz or
    .zip of one such file. `sheet` names the sheet of a workbook; `limit_rows` reads only so many rows (for a
    preview); `is_header` says of a row's cells whether they are the header, where a file may begin with a block of its
    own (what stands above is told in the notes). Raises Refused with a code of `ringfence.core.table_words`; rows that cannot be taken apart are in
    `Table.bad_rows`.
    """
    asked = Asked(sheet, limit_rows, is_header)
    head = _head(path)
    if head.startswith(b"\x1f\x8b"):
        return _unpacked_gz(path, asked)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _of_zip(path, asked)
    if head.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in path.read_bytes():
            raise Refused("table_password", name=path.name)
        return read_workbook(path, sheet, limit_rows, is_header)
    if head.startswith(b"PAR1"):
        return read_parquet(path, limit_rows)
    for magic, name in _OTHER_FILES.items():
        if head.startswith(magic):
            raise Refused("table_unknown_format", name=path.name, format=name)
    return _of_text(path, asked)


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            head = file.read(512)
    except OSError:
        raise Refused("table_missing", name=path.name) from None
    if not head:
        raise Refused("table_empty")
    return head


def _of_text(path: Path, asked: Asked) -> Table:
    start = ""
    for line in lines_of(path, encoding_of(path)):
        start = line.lstrip("\ufeff \t\r\n")
        if start:
            break
    if start.startswith("{") or (start.startswith("[") and not start.startswith('["')):
        return read_json(path, asked.limit)
    if start[:200].lower().startswith(("<!doctype", "<html", "<table", "<?xml")):
        raise Refused("table_is_a_web_page", name=path.name)
    return read_delimited(path, asked.limit, asked.is_header)


def _of_zip(path: Path, asked: Asked) -> Table:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            names = {member.filename for member in members}
            if any(name.startswith("xl/workbook.") for name in names) or "content.xml" in names:
                if sum(member.file_size for member in members) > WORKBOOK_AT_MOST:
                    raise Refused("table_unpacks_too_large", name=path.name, at_most=WORKBOOK_AT_MOST >> 30)
                return read_workbook(path, asked.sheet, asked.limit, asked.is_header)
            return _of_member(archive, path, asked)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError):
        raise Refused("table_broken", name=path.name, format="ZIP") from None


def _of_member(archive: zipfile.ZipFile, path: Path, asked: Asked) -> Table:
    """The one table within an archive."""
    tables = [
        member
        for member in archive.infolist()
        if not member.is_dir()
        and not member.filename.startswith("__MACOSX/")
        and not Path(member.filename).name.startswith(".")
    ]
    if "word/document.xml" in archive.namelist() or "ppt/presentation.xml" in archive.namelist():
        raise Refused("table_unknown_format", name=path.name, format="Word / PowerPoint")
    if len(tables) != 1:
        shown = ", ".join(member.filename for member in tables[:10])
        raise Refused("table_zip_not_one", name=path.name, count=len(tables), files=shown)
    if tables[0].flag_bits & 1:
        raise Refused("table_password", name=path.name)
    with archive.open(tables[0]) as packed:
        return _unpacked(packed, Path(tables[0].filename).name, path, asked)


def _unpacked_gz(path: Path, asked: Asked) -> Table:
    try:
        with gzip.open(path, "rb") as packed:
            return _unpacked(cast("IO[bytes]", packed), path.name.removesuffix(".gz"), path, asked)
    except (gzip.BadGzipFile, zlib.error, EOFError):
        raise Refused("table_broken", name=path.name, format="gzip") from None


def _unpacked(packed: IO[bytes] | gzip.GzipFile, name: str, path: Path, asked: Asked) -> Table:
    """Unpack into a folder of its own, with a bound, and read that."""
    with tempfile.TemporaryDirectory(prefix="table-") as folder:
        inner = Path(folder) / "unpacked"
        written = 0
        with inner.open("wb") as out:
            while block := packed.read(_BLOCK):
                written += len(block)
                if written > UNPACKED_AT_MOST:
                    raise Refused("table_unpacks_too_large", name=path.name, at_most=UNPACKED_AT_MOST >> 30)
                out.write(block)
        table = read(inner, sheet=asked.sheet, limit_rows=asked.limit, is_header=asked.is_header)
    notes = (Note("unpacked", {"name": name}), *table.notes)
    return replace(table, notes=notes)
