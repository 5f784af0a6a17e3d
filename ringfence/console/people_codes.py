"""How people are called without their identity."""

from __future__ import annotations

from collections.abc import Iterable

from ringfence.facts.ids import PersonId
from ringfence.registry.queries import people


def codes(ids: Iterable[str]) -> dict[str, str]:
    """Person -> the code shown for them; those who so far stand only in a register by their number there."""
    wanted = list(dict.fromkeys(ids))
    known = people.codes_of(wanted)
    short = {each: code for each, code in known.items() if not code.startswith("person_")}  # named by nobody else yet
    others = {
        each: found.code for each in wanted if each not in known and (found := people.known_person(PersonId(each)))
    }
    return {**{each: each[-8:].upper() for each in wanted}, **others, **short}
