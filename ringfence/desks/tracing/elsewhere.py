"""The same search on an engine that is there already, by Ibis: one expression for DuckDB, Spark, ClickHouse and others.

`portable` holds the definition as plain SQL, this as an expression; both are tested row for row against the index. An engine
that cannot know how few stays a case has (Spark) would sort and move the visits of the whole city: in `two_steps` the
stays of the case come back first, and the city is then read only at their places.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from ringfence.core.errors import Refused
from ringfence.desks.tracing.categories import least_by_kind
from ringfence.desks.tracing.portable import Row
from ringfence.desks.tracing.visits.store import Asked

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir

COLUMNS = ("person", "place", "minutes", "encounters", "first", "last")


class Elsewhere:
    """Visits and places as tables of Ibis, on whatever engine they lie."""

    def __init__(self, visits: ir.Table, places: ir.Table, kinds: Sequence[str], *, two_steps: bool = False) -> None:
        """Take the tables as the files of an installation give them, and the names of its kinds (`Names.kinds`)."""
        self.places, self.kinds, self.two_steps = places, kinds, two_steps
        self.visits = visits.select(
            person=visits.person.cast("string"), place=visits.place.cast("string"),
            began=_minute(visits.start), ended=_minute(visits.end),
        )  # fmt: skip

    def first_order(self, asked: Asked) -> list[Row]:
        """What the person shared with each other person at each place."""
        return _rows(self._shared(self._own(asked), asked))

    def second_order(self, asked: Asked) -> list[Row]:
        """What the followed contacts shared with people who are neither the person nor of first order.

        Refused: `visits_second_order_open`. A cap that cuts between contacts with as many minutes takes the id first in order.
        """
        import ibis  # noqa: PLC0415 (optional)

        if asked.close is None and asked.cap is None:
            raise Refused("visits_second_order_open")
        known: dict[str, tuple[int, int]] = {}
        for person, _, minutes, _, first, _ in self.first_order(asked):
            told = known.get(person, (0, first))
            known[person] = told[0] + minutes, min(told[1], first)
        close = sorted((-minutes, person) for person, (minutes, _) in known.items() if minutes >= (asked.close or 0))
        since = {person: known[person][1] for _, person in close[: asked.cap]}
        if not since:
            return []
        followed = ibis.memtable(pa.table({"who": list(since), "since": list(since.values())}))
        own = self.visits.filter(self.visits.person.isin(list(since))).join(followed, [("person", "who")])
        stays = own.select(
            "who", at=own.place, came=ibis.greatest(own.began, own.since),
            left=ibis.least(own.ended, asked.window()[1]),
        )  # fmt: skip
        found = self._shared(stays.filter(stays.came <= stays.left), asked)
        out = ibis.memtable(pa.table({"person": [asked.person, *known]}))
        return _rows(found.anti_join(out, "person"))

    def _own(self, asked: Asked) -> ir.Table:
        """The stays of the person, clipped to the window: who, at, came, left."""
        import ibis  # noqa: PLC0415 (optional)

        begin, end = asked.window()
        own = self.visits.filter(self.visits.person == asked.person)
        stays = own.select(
            who=own.person, at=own.place, came=ibis.greatest(own.began, begin), left=ibis.least(own.ended, end)
        )
        return stays.filter(stays.came <= stays.left)

    def _least(self, asked: Asked) -> ir.Table:
        """From how many minutes an encounter counts at each place; places whose kind is not asked for are left out."""
        import ibis  # noqa: PLC0415 (optional)

        least = least_by_kind(self.kinds, asked.kinds, asked.minutes, asked.categories)
        wanted = [(kind, minutes) for kind, minutes in zip(self.kinds, least, strict=True) if minutes >= 0]
        names, needed = (
            pa.array([kind for kind, _ in wanted], pa.string()),
            pa.array([n for _, n in wanted], pa.int64()),
        )
        kinds = ibis.memtable(pa.table({"named": names, "needed": needed}))
        places = self.places.select(there=self.places.place.cast("string"), kind=self.places.kind.fill_null(""))
        return places.join(kinds, places.kind == kinds.named).select("there", "needed")

    def _shared(self, stays: ir.Table, asked: Asked) -> ir.Table:
        """Encounters of these stays with everybody else's, summed by person and place."""
        import ibis  # noqa: PLC0415 (optional)

        visits, least = self.visits, self._least(asked)
        if self.two_steps:
            told = stays.to_pyarrow()
            places = told["at"].unique().to_pylist()
            stays = ibis.memtable(told)
            visits = visits.filter(visits.place.isin(places))
            least = least.filter(least.there.isin(places))
        both = visits.join(stays, visits.place == stays.at).join(least, visits.place == least.there)
        met, parted = ibis.greatest(both.began, both.came), ibis.least(both.ended, both.left)
        both = both.mutate(met=met, parted=parted, together=parted - met)
        counted = both.filter(both.person != both.who, both.together >= both.needed)
        return counted.group_by("person", "place").agg(
            minutes=counted.together.sum(), encounters=counted.count(), first=counted.met.min(), last=counted.parted.max()
        )  # fmt: skip


def _minute(moment: Any) -> Any:
    """Whole minutes since 1970; cut before it is counted, as engines differ in how they round seconds."""
    return moment.truncate("m").epoch_seconds() // 60


def _rows(found: ir.Table) -> list[Row]:
    told = found.select(*COLUMNS).to_pyarrow()
    numbers = (told[name].cast("int64").to_pylist() for name in COLUMNS[2:])
    return sorted(zip(told["person"].to_pylist(), told["place"].to_pylist(), *numbers, strict=True))
