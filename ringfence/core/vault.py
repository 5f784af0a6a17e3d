"""Keys and sealed text: one data key a person, wrapped by a site key that never enters the database.

A wrapped key is a record of 64 bytes: version of the wrapping key (4, little endian, from 1), nonce (12), ciphertext
and tag (48). Overwriting the record destroys the key, and with it every text sealed under it; 64 zero bytes stand for
a destroyed key.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ringfence.core.errors import Refused
from ringfence.core.fact import Sealed

KEY_BYTES = 32
NONCE_BYTES = 12
WRAPPED_BYTES = 64
DESTROYED = bytes(WRAPPED_BYTES)
"""What is left of a wrapped key after erasure."""

_WRAPPING = re.compile(r"wrapping-(\d+)\.key")


class Vault:
    """The site's keys, opened from a folder outside the database.

    `wrapping-N.key` wrap the keys of people (the highest N is current), `blind.key` keys the blind index, `export.key`
    the pseudonyms of exports. Each file holds 32 random bytes and is readable by its owner alone.
    """

    def __init__(self, folder: Path, wrapping: dict[int, bytes], blind: bytes, export: bytes) -> None:
        """Hold keys already read; use `Vault.open`."""
        self.folder = folder
        self._wrapping = {version: AESGCM(key) for version, key in wrapping.items()}
        self._current = max(wrapping)
        self._blind_key = blind
        self._export_key = export
        self._blind: dict[str, hashlib.blake2b] = {}

    @classmethod
    def open(cls, folder: Path) -> Vault:
        """The vault whose keys lie in `folder`; on first use (no folder, or an empty one) the keys are made.

        Refused: `site_key_missing` when only some keys are there, `site_key_open_to_others`, `site_key_broken`.
        """
        folder = Path(folder)
        if not folder.exists() or not any(folder.iterdir()):
            _make_keys(folder)
        wrapping = {int(found[1]): path for path in folder.iterdir() if (found := _WRAPPING.fullmatch(path.name))}
        if not wrapping:
            raise Refused("site_key_missing", key="wrapping-1.key", folder=folder)
        return cls(
            folder,
            {version: _read_key(path) for version, path in wrapping.items()},
            _read_key(folder / "blind.key"),
            _read_key(folder / "export.key"),
        )

    # -- keys of people -----------------------------------------------------------------------------------------------

    def new_key(self, owner: bytes = b"") -> bytes:
        """A fresh data key, wrapped (64 bytes) and bound to `owner`, who must be named again to use it."""
        return self.new_keys([owner])

    def new_keys(self, owners: Sequence[bytes]) -> bytes:
        """Fresh wrapped keys for many owners at once, 64 bytes each, in their order."""
        return self._wrap_many(os.urandom(KEY_BYTES * len(owners)), owners)

    def sealed_people(self, owners: Sequence[bytes], texts: Sequence[bytes]) -> tuple[bytes, list[bytes]]:
        """(wrapped keys, 64 bytes each; one sealed text each under its new key): the first sealing of many people."""
        random = os.urandom((KEY_BYTES + NONCE_BYTES) * len(owners))
        keys, nonces = random[: KEY_BYTES * len(owners)], random[KEY_BYTES * len(owners) :]
        sealed = []
        for place, text in enumerate(texts):
            nonce = nonces[place * NONCE_BYTES : (place + 1) * NONCE_BYTES]
            key = keys[place * KEY_BYTES : (place + 1) * KEY_BYTES]
            sealed.append(nonce + AESGCM(key).encrypt(nonce, text, None))
        return self._wrap_many(keys, owners), sealed

    def rewrap(self, wrapped: bytes, owner: bytes = b"") -> bytes:
        """The same data key under the current wrapping key; a destroyed key stays destroyed."""
        if wrapped == DESTROYED or int.from_bytes(wrapped[:4], "little") == self._current:
            return wrapped
        return self._wrap_many(self._unwrap(wrapped, owner), [owner])

    def is_current(self, wrapped: bytes) -> bool:
        """Whether a wrapped key needs no rewrapping."""
        return wrapped == DESTROYED or int.from_bytes(wrapped[:4], "little") == self._current

    def turn_wrapping_key(self) -> int:
        """Make a new wrapping key and use it from now on; older ones still open. Returns its version."""
        version = max(self._wrapping) + 1
        _write_key(self.folder / f"wrapping-{version}.key")
        _sync_folder(self.folder)
        self._wrapping[version] = AESGCM(_read_key(self.folder / f"wrapping-{version}.key"))
        self._current = version
        return version

    def retire_wrapping_keys(self) -> None:
        """Destroy every wrapping key but the current one; only when every wrapped key `is_current`."""
        for version in [version for version in self._wrapping if version != self._current]:
            path = self.folder / f"wrapping-{version}.key"
            overwrite(path, 0, bytes(KEY_BYTES))
            path.unlink()
            del self._wrapping[version]
        _sync_folder(self.folder)

    def _wrap_many(self, keys: bytes, owners: Sequence[bytes]) -> bytes:
        version, cipher = self._current.to_bytes(4, "little"), self._wrapping[self._current]
        nonces = os.urandom(NONCE_BYTES * len(owners))
        records: list[bytes] = []
        for place, owner in enumerate(owners):
            nonce = nonces[place * NONCE_BYTES : (place + 1) * NONCE_BYTES]
            key = keys[place * KEY_BYTES : (place + 1) * KEY_BYTES]
            records += (version, nonce, cipher.encrypt(nonce, key, owner))
        return b"".join(records)

    def _unwrap(self, wrapped: bytes, owner: bytes) -> bytes:
        if wrapped == DESTROYED:
            raise Refused("identity_erased")
        cipher = self._wrapping.get(int.from_bytes(wrapped[:4], "little"))
        if cipher is None:
            raise Refused(
                "site_key_missing", key=f"wrapping-{int.from_bytes(wrapped[:4], 'little')}.key", folder=self.folder
            )
        try:
            return cipher.decrypt(wrapped[4 : 4 + NONCE_BYTES], wrapped[4 + NONCE_BYTES :], owner)
        except (InvalidTag, ValueError):
            raise Refused("sealed_text_altered", what="key") from None

    # -- sealed text --------------------------------------------------------------------------------------------------

    def seal(self, wrapped: bytes, text: str, owner: bytes = b"") -> Sealed:
        """The text under that person's key, as base64 for a fact or a column."""
        return Sealed(base64.b64encode(self.seal_bytes(wrapped, text.encode(), owner)).decode())

    def unseal(self, wrapped: bytes, sealed: str, owner: bytes = b"") -> str:
        """The text again. Refused: `identity_erased`, `sealed_text_altered`, `site_key_missing`."""
        try:
            raw = base64.b64decode(sealed, validate=True)
        except ValueError:
            raise Refused("sealed_text_altered", what="text") from None
        return self.unseal_bytes(wrapped, raw, owner).decode()

    def seal_bytes(self, wrapped: bytes, content: bytes, owner: bytes = b"") -> bytes:
        """Nonce, ciphertext and tag (28 bytes longer than the content) under that person's key."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + AESGCM(self._unwrap(wrapped, owner)).encrypt(nonce, content, None)

    def unseal_bytes(self, wrapped: bytes, sealed: bytes, owner: bytes = b"") -> bytes:
        """The content again; refused as `unseal`."""
        key = self._unwrap(wrapped, owner)
        try:
            return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None)
        except (InvalidTag, ValueError):
            raise Refused("sealed_text_altered", what="text") from None

    def of(self, wrapped: bytes, owner: bytes = b"") -> Keyed:
        """The vault with one person's key, for code that seals without knowing of keys."""
        return Keyed(self, wrapped, owner)

    # -- keyed hashes -------------------------------------------------------------------------------------------------

    def blind(self, kind: str, text: str) -> int:
        """A keyed hash (BLAKE2b) of a normalised text as a signed 64-bit integer; the kinds are kept apart."""
        return int.from_bytes(self._blind_digest(kind, text), "little", signed=True)

    def blinds(self, kind: str, texts: Iterable[str]) -> bytes:
        """`blind` of many texts, little-endian int64 one after another."""
        copy, digests = self._fresh(kind).copy, []
        for text in texts:
            digest = copy()
            digest.update(text.encode())
            digests.append(digest.digest())
        return b"".join(digests)

    def _blind_digest(self, kind: str, text: str) -> bytes:
        digest = self._fresh(kind).copy()
        digest.update(text.encode())
        return digest.digest()

    def _fresh(self, kind: str) -> hashlib.blake2b:
        if kind not in self._blind:
            self._blind[kind] = hashlib.blake2b(key=self._blind_key, person=kind.encode(), digest_size=8)
        return self._blind[kind]

    def pseudonym(self, export: str, person: str) -> str:
        """A person's name in one export (80 bits, base32): the same within an export, unrelated between two."""
        key = hashlib.blake2b(export.encode(), key=self._export_key, digest_size=KEY_BYTES).digest()
        digest = hashlib.blake2b(person.encode(), key=key, digest_size=10).digest()
        return base64.b32encode(digest).decode().lower()


class Keyed:
    """Seals and opens with one person's key, as `registry.attachments` asks for it."""

    def __init__(self, vault: Vault, wrapped: bytes, owner: bytes) -> None:
        """Hold the key, wrapped as it is; use `Vault.of`."""
        self._vault, self._wrapped, self._owner = vault, wrapped, owner

    def seal_bytes(self, plain: bytes, /) -> bytes:
        """The ciphertext, authenticated. Refused: `identity_erased`."""
        return self._vault.seal_bytes(self._wrapped, plain, self._owner)

    def open_bytes(self, sealed: bytes, /) -> bytes:
        """What was sealed; raises ValueError where it was altered, sealed with another key, or the key is destroyed."""
        try:
            return self._vault.unseal_bytes(self._wrapped, sealed, self._owner)
        except Refused as refused:
            raise ValueError(refused.code) from refused

    def seal_text(self, plain: str) -> Sealed:
        """A text, sealed, as base64 for a fact or a column."""
        return self._vault.seal(self._wrapped, plain, self._owner)

    def open_text(self, sealed: str) -> str:
        """The text again. Refused: `identity_erased`, `sealed_text_altered`."""
        return self._vault.unseal(self._wrapped, sealed, self._owner)


# -- key files --------------------------------------------------------------------------------------------------------


def _make_keys(folder: Path) -> None:
    """Make a whole folder of keys or none: built beside, then moved; whoever comes second takes the first's."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    for name in ("wrapping-1.key", "blind.key", "export.key"):
        _write_key(building / name)
    _sync_folder(building)
    try:
        building.replace(folder)
    except OSError:
        shutil.rmtree(building)
        if not any(folder.iterdir()):
            raise
    _sync_folder(folder.parent)


def _write_key(path: Path) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(os.urandom(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())


def _read_key(path: Path) -> bytes:
    if not path.exists():
        raise Refused("site_key_missing", key=path.name, folder=path.parent)
    if path.stat().st_mode & 0o077:
        raise Refused("site_key_open_to_others", key=path.name, folder=path.parent)
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise Refused("site_key_broken", key=path.name, folder=path.parent)
    return key


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def overwrite(path: Path, offset: int, content: bytes) -> None:
    """Write over part of a file in place and wait until the disk has it."""
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
