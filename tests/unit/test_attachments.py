"""Files are kept whole and sealed, or not at all; what they are, their content says."""

from __future__ import annotations

import errno
import io
import os
import zipfile
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ringfence.core.errors import Refused
from ringfence.core.words import learn, told_as
from ringfence.facts.ids import AttachmentId
from ringfence.registry import attachment_words
from ringfence.registry.attachments import FOLDER, Kept, keep, open_kept

LIMIT = 10_000


class KeyOfOne:
    """A real vault of one key."""

    def __init__(self) -> None:
        self.cipher = AESGCM(AESGCM.generate_key(256))

    def seal_bytes(self, plain: bytes, /) -> bytes:
        nonce = os.urandom(12)
        return nonce + self.cipher.encrypt(nonce, plain, None)

    def open_bytes(self, sealed: bytes, /) -> bytes:
        return self.cipher.decrypt(sealed[:12], sealed[12:], None)


def archive(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name in names:
            made.writestr(name, "x")
    return out.getvalue()


GOOD = {
    "scan.pdf": (b"%PDF-1.7\n%\xe2\xe3", "application/pdf"),
    "x.png": (b"\x89PNG\r\n\x1a\n\x00\x00", "image/png"),
    "x.JPG": (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"),
    "x.tif": (b"II*\x00\x08\x00\x00\x00", "image/tiff"),
    "x.docx": (archive("[Content_Types].xml", "word/document.xml"), ""),
    "x.xlsx": (archive("[Content_Types].xml", "xl/workbook.xml", "xl/printers/a.bin"), "application/octet-stream"),
    "名单.csv": ("姓名,电话\n王,1".encode("gb18030"), "application/vnd.ms-excel"),
    "note.txt": ("MZ is how this note begins\n".encode("utf-16"), "text/plain; charset=utf-16"),
    "x.mp3": (b"\xff\xfb\x90\x64" + bytes(40), "audio/mpeg"),
    "x.wav": (b"RIFF\x24\x00\x00\x00WAVEfmt ", "audio/x-wav"),
    "x.m4a": (b"\x00\x00\x00\x20ftypM4A \x00\x00", "audio/x-m4a"),
}  # fmt: skip

BAD = [
    ("x.pdf", b"", "", "attachment_empty"),
    ("x.txt", b"a" * (LIMIT + 1), "", "attachment_too_large"),
    ("x.pdf", b"MZ\x90\x00\x03", "", "attachment_program"),
    ("x.txt", b"#!/bin/sh\nrm", "", "attachment_program"),
    ("x.txt", b"\x7fELF\x02", "", "attachment_program"),
    ("x.docx", archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), "", "attachment_program"),
    ("x.zip", archive("setup.exe"), "", "attachment_program"),
    ("x.zip", archive("a.txt"), "", "attachment_kind"),
    ("x.docx", b"PK\x03\x04broken", "", "attachment_kind"),
    ("x.txt", b"a\x00b", "", "attachment_kind"),
    ("x.png", b"%PDF-1.7", "", "attachment_mismatch"),
    ("x.exe", b"%PDF-1.7", "", "attachment_mismatch"),
    ("x.docx", archive("[Content_Types].xml", "xl/workbook.xml"), "", "attachment_mismatch"),
    ("x.html", b"<script>", "", "attachment_mismatch"),
    ("x.pdf", b"%PDF-1.7", "image/png", "attachment_mismatch"),
    ("\u202efdp.exe.pdf", b"%PDF-1.7", "", "attachment_name_wrong"),
    ("a/", b"%PDF-1.7", "", "attachment_name_wrong"),
    ("x" * 300 + ".pdf", b"%PDF-1.7", "", "attachment_name_wrong"),
]


def kept(home: Path, vault: KeyOfOne, name: str, content: bytes, media_type: str = "") -> Kept:
    return keep(home, vault, io.BytesIO(content), name, media_type, LIMIT)


def left_in(home: Path) -> list[Path]:
    return [path for path in home.rglob("*") if path.is_file()]


@pytest.mark.parametrize("name", GOOD)
def test_a_file_is_kept_sealed_and_opened_again(name: str, tmp_path: Path) -> None:
    vault = KeyOfOne()
    content, media_type = GOOD[name]
    made = kept(tmp_path, vault, name, content, media_type)
    assert open_kept(tmp_path, vault, made.id) == content
    assert made.bytes == len(content)
    [path] = left_in(tmp_path)
    assert path.relative_to(tmp_path / FOLDER) == Path(made.id[:2]) / made.id[2:]
    assert content not in path.read_bytes()
    assert name not in made.sealed_name


@pytest.mark.parametrize(("name", "content", "media_type", "code"), BAD)
def test_what_must_not_come_in_leaves_nothing(
    name: str, content: bytes, media_type: str, code: str, tmp_path: Path
) -> None:
    learn(attachment_words.REFUSALS, attachment_words.LABELS)
    with pytest.raises(Refused) as caught:
        kept(tmp_path, KeyOfOne(), name, content, media_type)
    assert caught.value.code == code
    assert all(told_as(caught.value))
    assert left_in(tmp_path) == []


def test_a_name_from_another_folder_is_only_a_name(tmp_path: Path) -> None:
    kept(tmp_path, KeyOfOne(), "..\\..\\etc\\scan.pdf", b"%PDF-1.7")
    assert len(left_in(tmp_path)) == 1


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    vault = KeyOfOne()
    made = kept(tmp_path, vault, "x.pdf", b"%PDF-1.7 and more")
    [path] = left_in(tmp_path)
    sealed = bytearray(path.read_bytes())
    sealed[15] ^= 1
    path.write_bytes(sealed)
    with pytest.raises(Refused, match="attachment_damaged"):
        open_kept(tmp_path, vault, made.id)


def test_another_key_opens_nothing(tmp_path: Path) -> None:
    made = kept(tmp_path, KeyOfOne(), "x.pdf", b"%PDF-1.7 and more")
    with pytest.raises(Refused, match="attachment_unreadable"):
        open_kept(tmp_path, KeyOfOne(), made.id)


@pytest.mark.parametrize("name", ["0" * 64, "../../etc/passwd", "", "A" * 64])
def test_an_unknown_attachment_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="attachment_unknown"):
        open_kept(tmp_path, KeyOfOne(), AttachmentId(name))


def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)  # the last moment at which a disk may say that it is full
    with pytest.raises(Refused, match="attachment_no_room"):
        kept(tmp_path, KeyOfOne(), "x.pdf", b"%PDF-1.7")
    assert left_in(tmp_path) == []
