"""Bytes to text: which encoding a file is in, decided from all of it, without ever losing a row."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from charset_normalizer import from_bytes

from ringfence.core.errors import Refused
from ringfence.core.tables.table import Note

_BLOCK = 1 << 20
_SAMPLE = 1 << 17
_BAD_LINES = 4_000
_STRAY_ZEROS = 8
_SURE = 0.7
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ELSE = ["cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1256", "shift_jis", "euc_jp", "koi8_r", "cp874"]


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a file is decoded; `stray` names the encoding of the lines that are not UTF-8 in a file that mostly is."""

    name: str
    stray: str | None = None
    notes: tuple[Note, ...] = ()


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    """Decode the bytes that are not UTF-8 as Windows-1252, and the five that it leaves open as Latin-1."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    stray = error.object[error.start : error.end]
    text = "".join(bytes((byte,)).decode("cp1252", "ignore") or chr(byte) for byte in stray)
    return text, error.end


codecs.register_error("ringfence-cp1252", _as_cp1252)


def encoding_of(path: Path) -> Encoding:
    """Decide the encoding of a text file: UTF-8, -16 or -32, GB18030, Big5, EUC-KR, Windows code pages, or a mixture.

    Raises Refused (`table_empty`, `table_not_text`).
    """
    with path.open("rb") as file:
        head = file.read(_SAMPLE)
    if not head.strip(b"\0 \t\r\n"):
        raise Refused("table_empty")
    for bom, name in _BOMS:
        if head.startswith(bom):
            shown = "UTF-8 (BOM)" if name == "utf-8-sig" else name.upper()
            if name == "utf-8-sig" and not _is_utf8(path):
                break
            return Encoding(name, notes=(Note("encoding", {"name": shown}),))
    if b"\0" in head:
        wide = _wide(head)
        if wide is not None:
            return wide
    _must_be_text(head.replace(b"\0", b"") if head.count(0) <= _STRAY_ZEROS else head)
    if _is_utf8(path):
        return Encoding("utf-8-sig", notes=(Note("encoding", {"name": "UTF-8"}),))
    return _legacy(path)


def _wide(head: bytes) -> Encoding | None:
    """UTF-16 without its mark: nearly all zero bytes stand on one side, beside each line end too."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) < 4 * min(even, odd) or max(even, odd) * 50 < len(head):
        return None
    name, line_end = ("utf-16-le", b"\n\0") if odd > even else ("utf-16-be", b"\0\n")
    if head.count(b"\n") > 2 * head.count(line_end):
        return None
    _must_be_text(head[: len(head) // 2 * 2].decode(name, "replace").encode())
    return Encoding(name, notes=(Note("encoding", {"name": f"{name.upper()} (no BOM)"}),))


def _must_be_text(head: bytes) -> None:
    control = sum(head.count(byte) for byte in range(32) if byte not in b"\t\n\v\f\r\x1b\x1a")
    if control * 100 > len(head) or head.startswith((b"%PDF", b"\x89PNG", b"{\\rtf")):
        raise Refused("table_not_text")


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while block := file.read(_BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _legacy(path: Path) -> Encoding:
    """Not UTF-8 throughout: another encoding altogether, or UTF-8 with stray lines."""
    good = bad = first = 0
    strays: list[bytes] = []
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if line.isascii():
                continue
            try:
                line.decode("utf-8")
                good += 1
            except UnicodeDecodeError:
                bad += 1
                first = first or number
                if len(strays) < _BAD_LINES:
                    strays.append(line)
    name = _guess(b"".join(strays))
    told = {"name": name.upper(), "lines": bad, "first": first}
    if good * 10 > bad and not (name == "gb18030" and good < bad):
        return Encoding("utf-8", name, (Note("encoding_mixed", told),))
    return Encoding(name, notes=(Note("encoding", {"name": name.upper()}),))


def _guess(sample: bytes) -> str:
    """The likeliest encoding of bytes that are not UTF-8.

    Double-byte text is told by where its pairs fall: ordinary Chinese lies almost wholly in the first level of GB
    2312 or of Big5, while single-byte letters paired by mistake fall outside. (A curly quote and an `s` make a valid
    GB18030 pair.)
    """
    gb = _share(sample, "gb18030", "gb2312", (b"\xa1\xa1", b"\xd7\xf9"))
    big5 = _share(sample, "big5", "big5", (b"\xa1\x40", b"\xc6\x7e"))
    if max(gb, big5) >= _SURE:
        if gb < big5:
            return "big5"
        return "euc_kr" if _is_korean(sample) else "gb18030"
    if len(sample) < 64:  # noqa: PLR2004 (too short for statistics)
        return "cp1252"
    best = from_bytes(sample[:_SAMPLE], cp_isolation=_ELSE).best()
    if best is None or _same_text(sample, best.encoding, "cp1252"):
        return "cp1252"
    return best.encoding


def _same_text(sample: bytes, one: str, other: str) -> bool:
    return sample.decode(one, "replace") == sample.decode(other, "replace")


def _share(sample: bytes, name: str, narrow: str, within: tuple[bytes, bytes]) -> float:
    """The share of non-ASCII characters that fall in the everyday part of a double-byte set."""
    wide = [char for char in sample.decode(name, "replace") if char > "\x7f"]
    everyday = 0
    for char in wide:
        try:
            everyday += within[0] <= char.encode(narrow) <= within[1]
        except UnicodeEncodeError:
            continue
    return everyday / len(wide) if wide else 0.0


def _is_korean(sample: bytes) -> bool:
    """Hangul in EUC-KR has the lead bytes B0 to C8; of Chinese in GB 2312 some two in five lie above."""
    pairs = {char.encode("gb2312", "ignore") for char in sample.decode("gb18030", "replace") if char > "\x7f"}
    leads = [pair[0] for pair in pairs if pair and pair[0] >= 0xB0]  # noqa: PLR2004
    return len(leads) > 20 and max(leads) <= 0xC8  # noqa: PLR2004


def lines_of(path: Path, encoding: Encoding) -> Iterator[str]:
    """The physical lines of a file with their line ends; undecodable bytes become U+FFFD, zero bytes are dropped."""
    if encoding.stray is None:
        with path.open(encoding=encoding.name, errors="replace", newline="") as file:
            for line in file:
                yield line.replace("\0", "") if "\0" in line else line
        return
    with path.open("rb") as raw:
        for number, told in enumerate(raw):
            bare = told.removeprefix(codecs.BOM_UTF8) if number == 0 else told
            yield _mixed(bare, encoding.stray).replace("\0", "")


def _mixed(line: bytes, stray: str) -> str:
    if stray in ("cp1252", "latin_1"):
        return line.decode("utf-8", "ringfence-cp1252")
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode(stray, "replace")
