"""Attachments: files sealed in pieces under a person's key and named by the hash of their ciphertext.

Construction: STREAM over AES-256-GCM (Hoang, Reyhanitabar, Rogaway, Vizár 2015, CRYPTO,
doi:10.1007/978-3-662-47989-6_24): the key of a file is derived by HKDF-SHA256 from the person's key and a random salt;
the nonce counts the pieces and marks the last.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ringfence.core.errors import Refused
from ringfence.core.vault import Vault

PIECE = 1 << 16
MAGIC = b"RFA1"
_SALT_BYTES = 32
_TAG_BYTES = 16


def seal_file(vault: Vault, wrapped: bytes, source: BinaryIO, folder: Path, owner: bytes = b"") -> str:
    """Seal a file into `folder` under a person's key, piece by piece; named by the SHA-256 of its ciphertext."""
    folder.mkdir(parents=True, exist_ok=True)
    salt, digest = os.urandom(_SALT_BYTES), hashlib.sha256()
    cipher = _cipher(vault, wrapped, owner, salt)
    handle, building = tempfile.mkstemp(prefix=".sealing-", dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            for piece in _sealed_pieces(cipher, salt, source):
                digest.update(piece)
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        Path(building).replace(folder / digest.hexdigest())
    except BaseException:
        Path(building).unlink(missing_ok=True)
        raise
    return digest.hexdigest()


def open_file(vault: Vault, wrapped: bytes, path: Path, owner: bytes = b"") -> Iterator[bytes]:
    """The pieces of a sealed file, each proved before it is given.

    Refused: `identity_erased`, `sealed_text_altered` (also when the file was cut short), `attachment_missing`.
    """
    if not path.exists():
        raise Refused("attachment_missing", name=path.name)
    with path.open("rb") as file:
        header = file.read(len(MAGIC) + _SALT_BYTES)
        if len(header) != len(MAGIC) + _SALT_BYTES or not header.startswith(MAGIC):
            raise Refused("sealed_text_altered", what="attachment")
        cipher = _cipher(vault, wrapped, owner, header[len(MAGIC) :])
        for place, piece, last in _with_last(file, PIECE + _TAG_BYTES):
            try:
                yield cipher.decrypt(_nonce(place, last=last), piece, header)
            except InvalidTag:
                raise Refused("sealed_text_altered", what="attachment") from None


def _sealed_pieces(cipher: AESGCM, salt: bytes, source: BinaryIO) -> Iterator[bytes]:
    yield MAGIC + salt
    for place, piece, last in _with_last(source, PIECE):
        yield cipher.encrypt(_nonce(place, last=last), piece, MAGIC + salt)


def _with_last(source: BinaryIO, size: int) -> Iterator[tuple[int, bytes, bool]]:
    """Pieces of a stream, each with its place and whether it is the last; an empty stream is one empty piece."""
    place, piece = 0, _read_full(source, size)
    while True:
        following = _read_full(source, size) if len(piece) == size else b""
        yield place, piece, not following
        if not following:
            return
        place, piece = place + 1, following


def _read_full(source: BinaryIO, size: int) -> bytes:
    """Exactly `size` bytes unless the stream ends; a socket may give less at a time."""
    parts, missing = [], size
    while missing and (part := source.read(missing)):
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def _cipher(vault: Vault, wrapped: bytes, owner: bytes, salt: bytes) -> AESGCM:
    derived = HKDF(algorithm=SHA256(), length=32, salt=salt, info=b"ringfence attachment")
    return AESGCM(derived.derive(vault.data_key(wrapped, owner)))


def _nonce(place: int, *, last: bool) -> bytes:
    return place.to_bytes(11, "big") + bytes([last])
