"""The same search as plain SQL over the same Parquet files: for engines that have no index of ours, and to hold ours against.

DuckDB runs it as it stands; Spark and others take the text with their own way of naming the files. It is the definition of
a contact in the fewest words; `docs/how-to/trace-on-a-cluster.md` has the form in two steps for a cluster.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet

from ringfence.core.errors import Refused
from ringfence.desks.tracing.categories import least_by_kind
from ringfence.desks.tracing.visits.days import PARQUET, days_in, folder_of
from ringfence.desks.tracing.visits.load import FOLDER
from ringfence.desks.tracing.visits.names import Names
from ringfence.desks.tracing.visits.store import Asked

Row = tuple[str, str, int, int, int, int]
"""Person, place, minutes, encounters, first and last minute since 1970 UTC."""

STAYS = """
select person::varchar person, place::varchar place,
       epoch_ms("start") // 60000 began, epoch_ms("end") // 60000 ended
from read_parquet({files}, hive_partitioning = false)
"""
"""Stays in whole minutes, each end rounded down. Files whose ids are numbers and files whose ids are texts read alike."""

ENCOUNTERS = """
select v.person, v.place, least(v.ended, s.ended) - greatest(v.began, s.began) as minutes,
       greatest(v.began, s.began) met, least(v.ended, s.ended) parted
from visits v join source s on v.place = s.place join least_minutes n on n.place = v.place
where v.person <> s.person and least(v.ended, s.ended) - greatest(v.began, s.began) >= n.minutes
"""
"""Every encounter of the stays in `source` (person, place, began, ended)."""

SUMMED = """
select person, place, sum(minutes)::bigint as minutes, count(*)::bigint as encounters, min(met)::bigint as first, max(parted)::bigint as last
from ({encounters}) group by person, place
"""

OF_ONE = """
select person, place, greatest(began, $begin) began, least(ended, $end) ended from visits
where person = $person and greatest(began, $begin) <= least(ended, $end)
"""
OF_FOLLOWED = """
select v.person, v.place, greatest(v.began, f.first) began, least(v.ended, $end) ended
from visits v join followed f on v.person = f.person where greatest(v.began, f.first) <= least(v.ended, $end)
"""
FOLLOWED = """
select person, sum(minutes)::bigint as minutes, min(first)::bigint as first from first_order group by person
having sum(minutes) >= $close order by minutes desc, {tie} limit $cap
"""


class Portable:
    """The visits of an installation as DuckDB sees them, without the index."""

    def __init__(self, home: Path) -> None:
        """Name the Parquet files of every day."""
        self.folder = home / FOLDER
        self.names = Names(self.folder / "store.json")
        self.db = duckdb.connect()
        self.db.execute("set timezone = 'UTC'")
        self.db.execute(f"create view visits as {self._stays()}")

    def _stays(self) -> str:
        """One reading of the days whose ids are numbers, one of the others."""
        by_type: dict[str, list[str]] = {}
        for day in days_in(self.folder):
            path = folder_of(self.folder, day) / PARQUET
            schema = pyarrow.parquet.read_schema(path)
            by_type.setdefault(f"{schema.field('person').type} {schema.field('place').type}", []).append(str(path))
        parts = [STAYS.format(files=[*files]) for files in by_type.values()]
        empty = "select '' person, '' place, 0::bigint began, 0::bigint ended where false"
        return " union all ".join(parts) or empty

    def _least(self, asked: Asked) -> None:
        """From how many minutes an encounter counts at each place; places whose kind is not asked for are left out."""
        least = least_by_kind(self.names.kinds, asked.kinds, asked.minutes, asked.categories)
        told = ", ".join(f"({k}, {minutes})" for k, minutes in enumerate(least))
        kinds = self.db.from_arrow(_kinds(self.names))
        self.db.register("kinds", kinds)
        places = f"select place::varchar place, coalesce(kind, '') kind from read_parquet('{self.folder / 'places.parquet'}')"
        self.db.execute(
            f"create or replace temp table least_minutes as select p.place, m.minutes from ({places}) p join kinds k on k.kind = p.kind"
            f" join (values {told}) m(code, minutes) on m.code = k.code where m.minutes >= 0"
        )

    def first_order(self, asked: Asked) -> list[Row]:
        """What the person shared with each other person at each place."""
        begin, end = asked.window()
        self._least(asked)
        told = {"person": asked.person, "begin": begin, "end": end}
        self.db.execute(f"create or replace temp table source as {OF_ONE}", told)
        self.db.execute(f"create or replace temp table first_order as {SUMMED.format(encounters=ENCOUNTERS)}")
        return self._rows("select * from first_order")

    def second_order(self, asked: Asked) -> list[Row]:
        """What the followed contacts shared with people who are neither the person nor of first order.

        Refused: `visits_second_order_open`. Of contacts with as many minutes, the index follows those numbered first and
        this those whose id comes first: a cap that cuts between them may cut elsewhere.
        """
        if asked.close is None and asked.cap is None:
            raise Refused("visits_second_order_open")
        self.first_order(asked)
        cap = asked.cap if asked.cap is not None else 1 << 40
        self.db.execute(
            f"create or replace temp table followed as {FOLLOWED.format(tie='person')}",
            {"close": asked.close or 0, "cap": cap},
        )
        self.db.execute(f"create or replace temp table source as {OF_FOLLOWED}", {"end": asked.window()[1]})
        found = SUMMED.format(encounters=ENCOUNTERS)
        return self._rows(
            f"select * from ({found}) where person <> $person and person not in (select person from first_order)",
            {"person": asked.person},
        )

    def _rows(self, sql: str, told: dict[str, Any] | None = None) -> list[Row]:
        return sorted(self.db.execute(sql, told).fetchall())


def _kinds(names: Names) -> pyarrow.Table:
    return pyarrow.table({"code": list(range(len(names.kinds))), "kind": names.kinds})
