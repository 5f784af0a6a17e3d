"""Key files under RINGFENCE_HOME/keys: outside the database, readable by their owner only."""

from __future__ import annotations

import os
from pathlib import Path


def key_file(home: Path, name: str, length: int = 32) -> bytes:
    """The key of this name, made of random bytes on first use and on disk before it is used."""
    path = home / "keys" / f"{name}.key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_bytes()
        with os.fdopen(handle, "wb") as file:
            file.write(os.urandom(length))
            file.flush()
            os.fsync(file.fileno())
    return path.read_bytes()
