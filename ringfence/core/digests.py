"""Keyed hashes of what was told, by which it is known when it is told again."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import orjson

from ringfence.core import db
from ringfence.core.declare import Action


def told_digest(action: Action, told: Mapping[str, Any], key: bytes) -> str:
    """A keyed hash of the action and all that is told: the key of a telling that brings none.

    Keyed, as a telling may hold a name or a telephone number, which a plain hash would give away to guessing.
    """
    body = orjson.dumps([action.desk, action.name, told], default=str, option=orjson.OPT_SORT_KEYS)
    return keyed_digest(body, key)


def keyed_digest(body: bytes, key: bytes) -> str:
    """A keyed hash of what came, byte for byte."""
    return blake2b(body, key=key, digest_size=24).hexdigest()


def heard_before(about: str) -> list[str]:
    """The keyed hashes of how a feed has told of this, newest first."""
    rows = db.ask(
        "SELECT told_digest FROM hand_in WHERE key >= %s AND key < %s ORDER BY key DESC",
        (f"{about}:", f"{about};"),  # `;` follows `:`
    )
    return [str(digest) for (digest,) in rows]
