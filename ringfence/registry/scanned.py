"""Who is meant by what was scanned or typed: an id of ours, an identity number, or anybody's code for a person.

Nobody is turned away for a code that nobody knows: they get an id of their own, and the text, which may be a number of a
passport, is sealed under their key. The id is derived from a keyed hash of it, so that scanned again it is the same person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ringfence.core.among import ask_among
from ringfence.core.errors import Refused
from ringfence.facts.ids import PersonId, derive, number_of, written
from ringfence.registry import checks, identities
from ringfence.registry.identities import Identity
from ringfence.registry.register.rows import digest_maker
from ringfence.registry.registers import register
from ringfence.registry.vaults import site_vault

SOURCE = "station"
_ID = re.compile(r"person_[a-z2-7]{16}")


NOTHING = Identity()


@dataclass(frozen=True, slots=True)
class Scanned:
    """A person as scanned; with what is to be registered of them, where that is anything."""

    person: PersonId
    code: str = ""  # as it is registered; empty for one who is on record
    identity: Identity = NOTHING
    note: str = ""


def recognised(texts: Iterable[str]) -> dict[str, Scanned]:
    """Who is meant by each of these texts, looked up for all of them at once."""
    left = list(dict.fromkeys(texts))
    found: dict[str, Scanned] = {}
    for look_up in (_by_id, _by_register, _by_number, _by_code):
        if left:
            found |= {text: Scanned(person) for text, person in look_up(left).items()}
            left = [text for text in left if text not in found]
    return found | {text: _stranger(text) for text in left}


def _by_id(texts: Sequence[str]) -> dict[str, PersonId]:
    """Ids of ours that are on record."""
    ids = [text for text in texts if _ID.fullmatch(text)]
    if not ids:
        return {}
    held = register().holds([number_of(each) for each in ids])
    found = {each: PersonId(each) for each, there in zip(ids, held, strict=True) if there}
    rows = ask_among(
        "SELECT id FROM registry_person WHERE id IN ({marks})", [each for each in ids if each not in found]
    )
    return found | {id_: PersonId(id_) for (id_,) in rows}


def _by_register(texts: Sequence[str]) -> dict[str, PersonId]:
    """Codes of a loaded register: an id is derived from the register's own code."""
    found: dict[str, PersonId] = {}
    held = register()
    for source in dict.fromkeys(segment.source for segment in reversed(held.segments)):
        digest = digest_maker("person", source)
        numbers = [int.from_bytes(digest(text), "big") for text in texts]
        for text, number, known in zip(texts, numbers, held.holds(numbers), strict=True):
            if known:
                found.setdefault(text, PersonId(written("person", number)))
    return found


def _by_number(texts: Sequence[str]) -> dict[str, PersonId]:
    """Identity numbers, by their keyed hashes; one that several people share names nobody."""
    blinds: dict[int, str] = {}
    for text in texts:
        try:
            blinds[site_vault().blind("id_number", checks.id_parts(text)[0])] = text
        except checks.Unfit:
            continue
    holders: dict[str, set[PersonId]] = {}
    sql = "SELECT value, person FROM registry_blind_value WHERE kind = 'id_number' AND value IN ({marks})"
    for value, person in ask_among(sql, list(blinds)):
        holders.setdefault(blinds[value], set()).add(PersonId(person))
    held = register()
    for blind, text in blinds.items() if held.segments else ():
        for dense in held.holding("id_number", blind)[:2]:
            holders.setdefault(text, set()).add(held.person_of(int(dense)))
    return {text: next(iter(people)) for text, people in holders.items() if len(people) == 1}


def _by_code(texts: Sequence[str]) -> dict[str, PersonId]:
    """Anybody's code for a person, our stations' own before others; one that several people bear names nobody."""
    asked = {code: text for text in texts for code in (text, sealed_code(text))}
    own: dict[str, PersonId] = {}
    others: dict[str, set[PersonId]] = {}
    sql = "SELECT source, code, id FROM registry_person WHERE code IN ({marks})"
    for source, code, id_ in ask_among(sql, list(asked)):
        if source == SOURCE:
            own[asked[code]] = PersonId(id_)
        elif code == asked[code]:
            others.setdefault(code, set()).add(PersonId(id_))
    return {text: next(iter(people)) for text, people in others.items() if len(people) == 1} | own


# -- people not on record ---------------------------------------------------------------------------------------------


def sealed_code(text: str) -> str:
    """What stands for a text that may be somebody's number: a keyed hash of it."""
    return f"S{site_vault().blind('scanned', checks.plain(text)) & (2**64 - 1):016X}"


def _stranger(text: str) -> Scanned:
    if _ID.fullmatch(text):
        return Scanned(PersonId(text), code=text)
    code = sealed_code(text)
    person = PersonId(derive("person", SOURCE, code))
    try:
        return Scanned(person, code, identities.checked(Identity(id_number=text)))
    except Refused:
        return Scanned(person, code, note=text)


def walk_in(slip: str, told: Mapping[str, str]) -> Scanned:
    """Somebody without papers: known by the slip they were given, with whatever they said of themselves.

    What cannot be right as a number or a telephone is kept beside it as it was said.
    """
    note = [told.get("note", "").strip()]
    identity = Identity(name=told.get("name", "").strip())
    for field in ("id_number", "phone"):
        said = told.get(field, "").strip()
        number, phone = (said or None, identity.phone) if field == "id_number" else (identity.id_number, said or None)
        try:
            identity = identities.checked(replace(identity, id_number=number, phone=phone))
        except Refused:
            note.append(said)
    text = "\n".join(filter(None, note))
    return Scanned(PersonId(derive("person", SOURCE, slip)), slip, identity, text)


# -- the other way ----------------------------------------------------------------------------------------------------


def codes_of(people: Sequence[str]) -> list[str]:
    """Every code by which these people are called: by whoever registered them, and by the registers."""
    codes = [code for (code,) in ask_among("SELECT code FROM registry_person WHERE id IN ({marks})", people)]
    held, vault = register(), site_vault()
    for person in people if held.segments else ():
        dense = held.dense_of(PersonId(person))
        try:
            if dense is not None:
                codes.append(held.identity(dense, vault).code)
        except Refused:
            continue
    return sorted(set(codes))
