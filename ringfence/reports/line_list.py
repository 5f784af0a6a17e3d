"""The line list taken out: every column, under names that the import knows; or as Global.health names them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Literal, cast

import orjson

from ringfence.core.access import Scope
from ringfence.core.drill import COLUMN, export_mark
from ringfence.core.tables.writing import Format, write_rows
from ringfence.desks.cases.queries.whole_list import WholeCase, extra_names, whole_list
from ringfence.registry.queries import areas
from ringfence.registry.queries.outbreaks import OutbreakRow
from ringfence.reports.globalhealth import fields_of, record_of

Form = Literal["csv", "xlsx", "parquet", "json", "globalhealth", "globalhealth-csv"]
FORMS: tuple[Form, ...] = ("csv", "xlsx", "parquet", "json", "globalhealth", "globalhealth-csv")

SUFFIX: dict[Form, str] = {
    "csv": "csv", "xlsx": "xlsx", "parquet": "parquet", "json": "json", "globalhealth": "json",
    "globalhealth-csv": "csv",
}  # fmt: skip

PLAIN = (
    "code", "reported_by", "number", "area", "residence", "classification", "sex", "age", "birth_on", "occupation",
    "hospital", "found_by", "imported", "quarantined", "cluster", "outcome", "outcome_on", "listed_on", "investigation",
)  # fmt: skip

STATIONS = {
    "infected": "infected_on", "exposed_from": "exposed_from", "exposed_until": "exposed_to",
    "quarantined": "quarantined_on", "onset": "onset_on", "sampled": "sampled_on", "positive": "positive_on",
    "diagnosed": "confirmed_on", "reported": "reported_on", "isolated": "isolated_on", "admitted": "admitted_on",
    "severe": "severe_on", "recovered": "recovered_on", "discharged": "discharged_on", "died": "died_on",
    "repositive": "repositive_on",
}  # fmt: skip
"""Station -> column; those that a line list can have carry the import's names."""

LINKS = ("infector", "infector_certainty", "infector_setting", "infector_evidence")


def export(path: Path, form: Form, scope: Scope, outbreak: OutbreakRow, progress: Callable[[int], None]) -> int:
    """Write the list to a file, which appears when whole; returns the rows. Identities are never in it."""
    pages = _counted(whole_list(scope, outbreak.id), progress)
    if form.startswith("globalhealth"):
        records = ([record_of(case, outbreak) for case in page] for page in pages)
        if form == "globalhealth":
            return _as_json(path, records)
        header = fields_of(outbreak)
        rows = ([[record.get(name) for name in header] for record in page] for page in _flat(records))
        return write_rows(path, header, rows, "csv")
    extras = [name for name in extra_names(outbreak.id) if name not in _TAKEN]
    header = [*PLAIN, *STATIONS.values(), *LINKS, *extras]
    names: dict[str, str] = {}
    rows = ([_row(case, extras, names) for case in page] for page in pages)
    if form == "json":
        return _as_json(path, ([{n: v for n, v in zip(header, row, strict=True) if v is not None} for row in page] for page in rows))  # fmt: skip
    if form == "parquet":
        rows = ([[None if cell is None else str(cell) for cell in row] for row in page] for page in rows)
    return write_rows(path, header, rows, cast("Format", form))


_TAKEN = frozenset({*PLAIN, *STATIONS.values(), *LINKS})


def _counted(pages: Iterable[list[WholeCase]], progress: Callable[[int], None]) -> Iterator[list[WholeCase]]:
    done = 0
    for page in pages:
        yield page
        done += len(page)
        progress(done)


def _row(case: WholeCase, extras: list[str], names: dict[str, str]) -> list[Any]:
    """One row of the list; what was told of an outcome without a day stands among the columns of the file."""
    told, course = case.extras, case.course
    links = case.infectors
    return [
        case.code,
        case.source,
        case.number,
        _named(case.path, names),
        _named(case.residence, names),
        case.classification,
        case.sex,
        case.age_years,
        case.birth_on,
        case.occupation,
        case.facility,
        case.found_by,
        _flag(case.imported),
        _flag(case.quarantined_before),
        case.cluster,
        case.outcome or told.get("outcome"),
        case.ended_on or told.get("outcome_on"),
        case.listed_on,
        case.investigation,
        *(course.get(event) for event in STATIONS),
        ", ".join([*(link[0] for link in links), *filter(None, [told.get("infector")])]) or None,
        *(" | ".join(link[part] for link in links if link[part]) or None for part in (1, 2, 3)),
        *(told.get(name) for name in extras),
    ]


def _named(path: str | None, names: dict[str, str]) -> str | None:
    if path is None:
        return None
    if path not in names:
        names[path] = areas.names_of([path]).get(path, path)
    return names[path]


def _flag(value: bool | None) -> str | None:  # noqa: FBT001
    return None if value is None else "yes" if value else "no"


def _flat(pages: Iterable[list[dict[str, Any]]]) -> Iterator[list[dict[str, Any]]]:
    """Lists and objects of a record as text, for a cell."""
    for page in pages:
        yield [{name: orjson.dumps(value).decode() if isinstance(value, list | dict) else value for name, value in record.items()} for record in page]  # fmt: skip


def _as_json(path: Path, pages: Iterable[list[dict[str, Any]]]) -> int:
    """A JSON array, one record a line, written as it comes."""
    unfinished = path.with_name(f"{path.name}.part")
    count, mark = 0, export_mark()
    try:
        with unfinished.open("wb") as file:
            file.write(b"[")
            for page in pages:
                for record in page:
                    told = {**record, COLUMN: mark} if mark else record
                    file.write((b",\n" if count else b"\n") + orjson.dumps(told))
                    count += 1
            file.write(b"\n]\n")
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return count
