"""Ids that are none: identity numbers and telephones, by which a search would put people themselves on record."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from ringfence.core.errors import Refused
from ringfence.desks.tracing.visits.ids import Growing
from ringfence.desks.tracing.visits.reading import File
from ringfence.registry import checks

LOOKED_AT = 4096
SHORTEST = 9
"""Characters; nobody's identity number or telephone is shorter."""
PART = 0.25
"""Of the ids of one length, the part that has to read as numbers of people. By chance alone 4 in 100,000 numbers of 18
digits read as identity numbers (check digit 1 in 11, a date of birth 1 in 2,000), and 8 in 100 of 11 digits as mobile numbers."""


def country_called(name: str) -> str:
    """The country of two letters. Refused: `visits_country_unknown`."""
    try:
        checks.names_a_person("", name.upper())
    except LookupError:
        raise Refused("visits_country_unknown", country=name) from None
    return name.upper()


def no_numbers_of_people(people: Growing, file: File, country: str) -> None:
    """Refuse a file whose new ids are identity numbers or telephones: `visits_ids_of_people`.

    Ids of another agency stand in facts as what derives from them without a key. Of an opaque number nothing follows;
    an identity number or a telephone could be found by trying them all.
    """
    by_length: dict[int, list[str]] = defaultdict(list)
    for code in np.unique(
        np.linspace(people.known, people.n - 1, min(LOOKED_AT, people.n - people.known), dtype=np.int64)
    ):
        told = people.text(int(code))
        if len(told) >= SHORTEST:
            by_length[len(told)].append(told)
    for length, ids in by_length.items():
        found = sum(checks.names_a_person(told, country) for told in ids)
        if found > PART * len(ids):
            raise Refused("visits_ids_of_people", file=file.path.name, column=file.columns["person"], found=found, seen=len(ids), length=length)  # fmt: skip
