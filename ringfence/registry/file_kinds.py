"""What a file is, by its first bytes: the kinds that can be attached, and programs, which cannot."""

from __future__ import annotations

import codecs
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

ANY_TYPE = frozenset({"", "application/octet-stream", "binary/octet-stream"})
OFFICE = "application/vnd.openxmlformats-officedocument."
PROGRAMS = (
    b"MZ", b"\x7fELF", b"#!", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe", b"dex\n", b"\x00asm", b"\x4c\x00\x00\x00\x01\x14\x02\x00",
)  # fmt: skip
"""DOS and Windows, ELF, scripts, Mach-O (four ways), Java or fat Mach-O, Android, WebAssembly, Windows shortcut."""

BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
CONTROLS = frozenset(chr(number) for number in range(32)) - {"\t", "\n", "\r", "\f"}
AUDIO_BRANDS = frozenset({b"M4A ", b"M4B ", b"mp42", b"isom", b"3gp4", b"3gp5", b"mp41"})


class Program(Exception):  # noqa: N818 (what a file is, is no fault)
    """The file is a program, or carries one."""


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file that can be attached."""

    name: str
    media_type: str
    endings: tuple[str, ...]
    fits: Callable[[bytes], bool]
    also: tuple[str, ...] = ()  # other media types that browsers declare for it


def _begins(*starts: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(starts)


def _office(folder: str) -> Callable[[bytes], bool]:
    def fits(content: bytes) -> bool:
        names = _zip_names(content)
        return "[Content_Types].xml" in names and any(name.startswith(folder) for name in names)

    return fits


def _zip_names(content: bytes) -> frozenset[str]:
    if not content.startswith(b"PK\x03\x04"):
        return frozenset()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return frozenset(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError):
        return frozenset()


def _is_mp3(content: bytes) -> bool:
    # A frame begins with eleven set bits, then an MPEG version, layer III, and rates that exist.
    if content.startswith(b"ID3"):
        return True
    if len(content) < 4 or content[0] != 0xFF or content[1] & 0xE6 != 0xE2:  # noqa: PLR2004
        return False
    return content[1] >> 3 & 3 != 1 and content[2] >> 4 not in {0, 15} and content[2] >> 2 & 3 != 3  # noqa: PLR2004


def _is_text(content: bytes) -> bool:
    encoding = next((name for mark, name in BOMS if content.startswith(mark)), "")
    for attempt in (encoding,) if encoding else ("utf-8", "gb18030"):
        try:
            text = content.decode(attempt)
        except UnicodeDecodeError:
            continue
        return not CONTROLS & set(text)
    return False


KINDS = (
    FileKind("PDF", "application/pdf", (".pdf",), _begins(b"%PDF-"), ("application/x-pdf",)),
    FileKind("PNG", "image/png", (".png",), _begins(b"\x89PNG\r\n\x1a\n")),
    FileKind("JPEG", "image/jpeg", (".jpg", ".jpeg"), _begins(b"\xff\xd8\xff"), ("image/jpg", "image/pjpeg")),
    FileKind("TIFF", "image/tiff", (".tif", ".tiff"), _begins(b"II*\x00", b"MM\x00*")),
    FileKind("Word (DOCX)", OFFICE + "wordprocessingml.document", (".docx",), _office("word/")),
    FileKind("Excel (XLSX)", OFFICE + "spreadsheetml.sheet", (".xlsx",), _office("xl/")),
    FileKind(
        "WAV", "audio/wav", (".wav",), lambda c: c[:4] == b"RIFF" and c[8:12] == b"WAVE",
        ("audio/x-wav", "audio/wave", "audio/vnd.wave"),
    ),
    FileKind(
        "M4A", "audio/mp4", (".m4a",), lambda c: c[4:8] == b"ftyp" and c[8:12] in AUDIO_BRANDS,
        ("audio/x-m4a", "audio/m4a", "audio/aac"),
    ),
    FileKind("MP3", "audio/mpeg", (".mp3",), _is_mp3, ("audio/mp3", "audio/x-mpeg")),
    FileKind(
        "CSV", "text/csv", (".csv",), _is_text,
        ("text/plain", "application/vnd.ms-excel", "application/csv", "text/comma-separated-values"),
    ),
    FileKind("text", "text/plain", (".txt",), _is_text),
)  # fmt: skip


def kind_of(content: bytes, ending: str) -> FileKind | None:
    """The kind of a file, or None where it is none of ours. `ending` (`.csv`) only tells kinds of text apart.

    Raises `Program` for programs, scripts, and office files or archives that carry macros or programs.
    """
    names = _zip_names(content)
    carried = any(name.lower().endswith((".bin", ".exe", ".dll", ".class", ".dex")) for name in names)
    macros = any("vbaproject" in name.lower() for name in names)
    program = content.startswith(PROGRAMS) and not _reads_as_note(content)
    if program or macros or (carried and not _office_parts(names)):
        raise Program
    fitting = [kind for kind in KINDS if kind.fits(content)]
    named = [kind for kind in fitting if ending in kind.endings]
    return next(iter(named or fitting), None)


def _reads_as_note(content: bytes) -> bool:
    """A note may begin with the letters MZ; a program for Windows never reads as text."""
    return content.startswith(b"MZ") and _is_text(content)


def _office_parts(names: frozenset[str]) -> bool:
    # Office files hold printer settings and embedded sheets as .bin; only macros make them programs.
    return "[Content_Types].xml" in names


def declared_as(kind: FileKind, media_type: str) -> bool:
    """Whether the sender's media type is one that is used for this kind, or says nothing."""
    told = media_type.partition(";")[0].strip().lower()
    return told in ANY_TYPE or told == kind.media_type or told in kind.also
