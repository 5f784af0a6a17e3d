"""Files attached to a record: encrypted, named by the hash of the ciphertext, under the home folder.

What a file is, its content says; its name and the sender's word must agree with it.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import tempfile
import unicodedata
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from cryptography.exceptions import InvalidTag

from ringfence.core.errors import Refused
from ringfence.facts.ids import AttachmentId
from ringfence.registry.file_kinds import KINDS, Program, declared_as, kind_of

FOLDER = "attachments"
LONGEST_NAME = 200
ID = re.compile(r"[0-9a-f]{64}")
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class Vault(Protocol):
    """Seals with one person's (or one record's) key. `open_bytes` raises InvalidTag or ValueError under another key."""

    def seal_bytes(self, plain: bytes, /) -> bytes:
        """The ciphertext, authenticated."""

    def open_bytes(self, sealed: bytes, /) -> bytes:
        """What was sealed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A file that is kept: what goes into the fact. The name is sealed, since names of files name people."""

    id: AttachmentId  # SHA-256 of the ciphertext, hex
    bytes: int  # of the file itself
    media_type: str
    sealed_name: str  # base64url


def keep(home: Path, vault: Vault, stream: BinaryIO, name: str, media_type: str, limit_bytes: int) -> Kept:  # noqa: PLR0913 (each is told by name)
    """Check, seal and keep a file, whole or not at all. Raises `Refused`.

    At most `limit_bytes` are read; the file is held in memory once plain and once sealed.
    """
    name, found, content = examine(stream, name, media_type, limit_bytes)
    sealed = vault.seal_bytes(content)
    made = AttachmentId(hashlib.sha256(sealed).hexdigest())
    try:
        _write(_path(home, made), sealed)
    except OSError as fault:
        if fault.errno in NO_ROOM:
            raise Refused("attachment_no_room", name=name) from fault
        raise
    sealed_name = urlsafe_b64encode(vault.seal_bytes(name.encode())).decode()
    return Kept(id=made, bytes=len(content), media_type=found, sealed_name=sealed_name)


def examine(stream: BinaryIO, name: str, media_type: str, limit_bytes: int) -> tuple[str, str, bytes]:
    """The plain name, the media type and the content of a file that may be attached. Keeps nothing."""
    name = _plain_name(name)
    content = _read(stream, limit_bytes + 1)
    if not content:
        raise Refused("attachment_empty", name=name)
    if len(content) > limit_bytes:
        raise Refused("attachment_too_large", name=name, limit_bytes=limit_bytes)
    return name, _checked(name, media_type, content), content


def _read(stream: BinaryIO, most: int) -> bytes:
    """At most so many bytes; a socket may give fewer at a time than asked."""
    parts: list[bytes] = []
    while most and (part := stream.read(most)):
        parts.append(part)
        most -= len(part)
    return b"".join(parts)


def open_kept(home: Path, vault: Vault, attachment: AttachmentId) -> bytes:
    """The file again. Refused where it is unknown, damaged, or sealed with a key that is gone."""
    if not ID.fullmatch(attachment):
        raise Refused("attachment_unknown", attachment=attachment[:80])
    try:
        sealed = _path(home, attachment).read_bytes()
    except FileNotFoundError as fault:
        raise Refused("attachment_unknown", attachment=attachment) from fault
    if hashlib.sha256(sealed).hexdigest() != attachment:
        raise Refused("attachment_damaged", attachment=attachment)
    try:
        return vault.open_bytes(sealed)
    except (InvalidTag, ValueError) as fault:
        raise Refused("attachment_unreadable", attachment=attachment) from fault


def name_of(vault: Vault, sealed_name: str) -> str:
    """A kept file's name again."""
    return vault.open_bytes(urlsafe_b64decode(sealed_name)).decode()


def _plain_name(name: str) -> str:
    """The last part of a name as sent, without anything that a screen or a file system may read otherwise."""
    plain = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2]).strip()
    hidden = any(unicodedata.category(character) in {"Cc", "Cf", "Cs"} for character in plain)
    if hidden or not 0 < len(plain) <= LONGEST_NAME:
        shown = "".join(character for character in plain if unicodedata.category(character)[0] != "C")
        raise Refused("attachment_name_wrong", name=shown[:LONGEST_NAME])
    return plain


def _checked(name: str, media_type: str, content: bytes) -> str:
    """The media type of the content, once the name and the sender's word agree with it."""
    ending = Path(name).suffix.lower()
    try:
        kind = kind_of(content, ending)
    except Program as fault:
        raise Refused("attachment_program", name=name) from fault
    if kind is None:
        raise Refused("attachment_kind", name=name, kinds=", ".join(sorted(known.name for known in KINDS)))
    if ending not in kind.endings:
        raise Refused("attachment_mismatch", name=name, told=ending or "–", found=kind.name)
    if not declared_as(kind, media_type):
        raise Refused("attachment_mismatch", name=name, told=media_type[:80], found=kind.name)
    return kind.media_type


def _path(home: Path, attachment: AttachmentId) -> Path:
    return home / FOLDER / attachment[:2] / attachment[2:]


def _write(target: Path, content: bytes) -> None:
    """Write all of it or leave nothing: a temporary file beside the target, flushed to the disk, then renamed."""
    target.parent.mkdir(parents=True, exist_ok=True)
    number, temporary = tempfile.mkstemp(prefix=".", suffix=".part", dir=target.parent)
    try:
        with os.fdopen(number, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
