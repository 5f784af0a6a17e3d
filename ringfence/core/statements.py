"""What the text of a statement says of it: its tables, whom it reaches, and its other forms."""

from __future__ import annotations

import re
from functools import lru_cache

AT_A_TIME, NARROW = 50, 4  # rows that a server is sent in one statement, and up to how many columns


@lru_cache(maxsize=2048)
def qmark(sql: str) -> str:
    """As SQLite's driver marks parameters."""
    return sql.replace("%s", "?").replace("%%", "%")


@lru_cache(maxsize=2048)
def wide(sql: str) -> str | None:
    """For a server, an INSERT of few columns as one of many rows: each statement costs it as much as ten such rows."""
    found = re.fullmatch(r"(INSERT INTO \w+ \([\w, ]+\) VALUES )(\([%s, ]+\))( ON CONFLICT[\w, ()]* DO NOTHING|)", sql)
    if found is None or found[2].count("%s") > NARROW:
        return None
    return found[1] + ", ".join([found[2]] * AT_A_TIME) + found[3]


@lru_cache(maxsize=2048)
def reaches_its_own(sql: str) -> bool:
    """Whether a statement changes only rows that bear its values: an INSERT of values, or one by the row's own id."""
    if sql.startswith("INSERT"):
        return "SELECT" not in sql
    return re.search(r"WHERE (?:id|case_id) = %s", sql) is not None


@lru_cache(maxsize=2048)
def words_of(sql: str) -> frozenset[str]:
    """Every word of a statement: the tables that it names are among them."""
    return frozenset(re.findall(r"\w+", sql))
