"""Where this installation keeps its state: one folder, RINGFENCE_HOME (default ./var)."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

DRILL_MARK = "drill.json"
"""The file that says that a home is a drill's workspace (`core.drill`)."""


def home() -> Path:
    """The folder of all state: database, keys, files, people, visits."""
    return _resolved(os.environ.get("RINGFENCE_HOME") or "var")


@lru_cache(maxsize=8)
def _resolved(told: str) -> Path:
    """Resolved once: an import asks for the folder a hundred thousand times."""
    return Path(told).resolve()


def database() -> dict[str, object]:
    """Django's settings for the database: PostgreSQL at DATABASE_URL, or SQLite under the home folder."""
    url = os.environ.get("DATABASE_URL", "")
    if not url or (home() / DRILL_MARK).exists():  # a drill never writes into the database of the real thing
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(home() / "ringfence.sqlite3"),
            "CONN_MAX_AGE": 60,  # a new connection would read its pages and prepare its statements anew
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                "cached_statements": 1024,  # the desks' statements together are more than Python's 128
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA recursive_triggers=ON;"
                    "PRAGMA cache_size=-65536; PRAGMA mmap_size=1073741824; PRAGMA temp_store=MEMORY;"
                ),
            },
        }
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "OPTIONS": {"prepare_threshold": 2},
    }
