"""Seals: every few seconds the new lines' stored bytes become a Merkle root, linked to the one before and signed.

Whoever holds one seal can prove that the lines before it are what they were; `verify` names the first line that is not.
The signing key lies in RINGFENCE_HOME/keys, outside the database.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from ringfence.core import db, log
from ringfence.core.fact import to_micros
from ringfence.core.keys import key_file
from ringfence.core.writer import writing

FIRST = "0" * 64
LARGEST = 50_000  # lines under one seal, so that a long import does not hold the sealer


@dataclass(frozen=True, slots=True)
class Proof:
    """What `verify` found: lines proven, seals proven, lines not yet sealed, and the first fault if there is one."""

    lines: int
    seals: int
    unsealed: int
    fault: str | None = None
    fault_seq: int | None = None

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong."""
        return self.fault is None


def leaf(stored: bytes) -> bytes:
    """The hash of one stored line: every column, absent ones apart from empty ones."""
    return sha256(stored).digest()


def root(leaves: Iterable[bytes]) -> str:
    """The Merkle root of leaves (RFC 6962 shape: an odd one goes up alone; nodes are marked apart from leaves)."""
    level = list(leaves)
    while len(level) > 1:
        pairs = [sha256(b"\x01" + level[i] + level[i + 1]).digest() for i in range(0, len(level) - 1, 2)]
        level = [*pairs, level[-1]] if len(level) % 2 else pairs
    return level[0].hex() if level else FIRST


def marks(leaves: Sequence[bytes]) -> str:
    """The first 8 bytes of each leaf, as text; the seal's signature covers them."""
    return b64encode(b"".join(each[:8] for each in leaves)).decode()


def signing_key(home: Path) -> Ed25519PrivateKey:
    """This installation's signing key, made on first use and readable by its owner only."""
    return Ed25519PrivateKey.from_private_bytes(key_file(home, "seal"))


def seal(home: Path, now: datetime) -> int:
    """Seal what is not yet sealed; returns how many lines."""
    key = signing_key(home)
    sealed = 0
    while True:
        n, last, previous = db.ask_one("SELECT n, last_seq, root FROM seal ORDER BY n DESC LIMIT 1") or (0, 0, FIRST)
        until = min(log.last_seq(), last + LARGEST)
        if until == last:
            return sealed
        leaves = [leaf(stored) for _, stored in log.stored(last, until)]
        merkle = root(leaves)
        row = (n + 1, last + 1, until, merkle, previous, marks(leaves), to_micros(now))
        signature = key.sign(_statement(row)).hex()
        with writing():
            newest = db.ask_one("SELECT max(n) FROM seal")
            if newest is None or (newest[0] or 0) != n:
                continue  # another sealer was first
            db.send(
                "INSERT INTO seal (n, first_seq, last_seq, root, previous, marks, sealed_at, signature)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
                [(*row, signature)],
            )
        sealed += until - last


_ONE_SEAL = "SELECT n, first_seq, last_seq, root, previous, marks, sealed_at, signature FROM seal WHERE n = %s"


def verify(home: Path) -> Proof:
    """Prove the log whole against its seals, or name the first bad line or seal."""
    public = signing_key(home).public_key()
    previous, expected, proven, seals = FIRST, 1, 0, 0
    for (count,) in db.ask("SELECT n FROM seal ORDER BY n"):
        *statement, signature = db.ask(_ONE_SEAL, (count,))[0]
        _, first, last, merkle, _, marked, _ = statement
        fault = _seal_fault(public, statement, signature, previous, expected) or _lines_fault(
            first, last, merkle, marked
        )
        if fault is not None:
            return Proof(proven, seals, 0, *fault)
        previous, expected, proven, seals = merkle, last + 1, proven + last - first + 1, seals + 1
    unsealed = 0
    for row in log.rows(after=expected - 1):
        if row[0] != expected + unsealed:
            return Proof(proven, seals, unsealed, "line_missing", expected + unsealed)
        unsealed += 1
    return Proof(proven, seals, unsealed)


def _statement(row: Sequence[Any]) -> bytes:
    return "\x1f".join(str(value) for value in row).encode()


def _seal_fault(
    public: Ed25519PublicKey, row: Sequence[Any], signature: str, previous: str, expected: int
) -> tuple[str, int] | None:
    """Whether a seal is signed, linked and follows on."""
    _, first, _, _, linked, _, _ = row
    if linked != previous or first != expected:
        return "seal_not_linked", first
    try:
        public.verify(bytes.fromhex(signature), _statement(row))
    except (InvalidSignature, ValueError):
        return "seal_not_signed", first
    return None


def _lines_fault(first: int, last: int, merkle: str, marked: str) -> tuple[str, int] | None:
    """Whether the lines under a seal are all there and unchanged; the first that is not is named."""
    leaves: list[bytes] = []
    for seq, stored in log.stored(first - 1, last):
        if seq != first + len(leaves):
            return "line_missing", first + len(leaves)
        leaves.append(leaf(stored))
    if first + len(leaves) != last + 1:
        return "line_missing", first + len(leaves)
    if root(leaves) == merkle:
        return None
    expected = b64decode(marked)
    changed = (i for i, each in enumerate(leaves) if each[:8] != expected[8 * i : 8 * i + 8])
    return "line_changed", first + next(changed, 0)
