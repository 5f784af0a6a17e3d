"""Who people are, beside the log: sealed under each person's own key, found by keyed hashes.

Each write happens inside a telling, in the telling's transaction, and leaves a fact without content. Outside a telling
`db.write` refuses, so that a preview changes nothing.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import orjson

from ringfence.core import db
from ringfence.core.errors import Refused
from ringfence.core.fact import Sealed, to_micros
from ringfence.core.home import home
from ringfence.core.vault import DESTROYED, Keyed
from ringfence.facts.ids import PersonId
from ringfence.registry import checks
from ringfence.registry.attachments import Kept
from ringfence.registry.blocks import Described, blocks
from ringfence.registry.duplicates import Candidate, Registered, candidates
from ringfence.registry.queries import people
from ringfence.registry.register.erase import erase as erase_from_registers
from ringfence.registry.registers import register
from ringfence.registry.vaults import site_vault as vault

FIELDS = ("name", "id_number", "phone", "address")
SEXES = {"male": 1, "female": 2}


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a person is, opened. Whoever shows it has recorded the reading."""

    name: str = ""
    id_number: str | None = None
    phone: str | None = None
    address: str | None = None

    def fields(self) -> tuple[str, ...]:
        """Which of the fields are known."""
        return tuple(field for field in FIELDS if getattr(self, field))


# -- writing ----------------------------------------------------------------------------------------------------------


def keep(person: PersonId, told: Identity) -> Identity:
    """Seal what is known of a person under their own key; what was known before and is not told again is kept."""
    told = checked(told)
    known = opened(person)
    if known is not None:
        told = Identity(*(getattr(told, field) or getattr(known, field) for field in FIELDS))
    wrapped = _key(person)
    body = orjson.dumps({field: getattr(told, field) for field in told.fields()}).decode()
    sealed = vault().seal(wrapped, body, person.encode())
    db.write(
        "registry_identity",
        "INSERT INTO registry_identity (person, wrapped_key, sealed) VALUES (%s, %s, %s)"
        " ON CONFLICT (person) DO UPDATE SET sealed = excluded.sealed",
        (person, b64encode(wrapped).decode(), sealed),
    )
    db.write("registry_blind_value", "DELETE FROM registry_blind_value WHERE person = %s", (person,))
    for kind, text in blocks(described(person, told)):
        db.write("registry_blind_value", _BLIND, (kind, vault().blind(kind, text), person))
    return told


def keep_first(person: PersonId, told: Identity, as_described: Described) -> None:
    """As `keep`, for someone of whom nothing `is_on_record`, told in normal form: nothing need be read or put aside."""
    site, owner = vault(), person.encode()
    body = orjson.dumps({field: getattr(told, field) for field in told.fields()})
    wrapped, (sealed,) = site.sealed_people([owner], [body])
    db.write("registry_identity", _FIRST, (person, b64encode(wrapped).decode(), b64encode(sealed).decode()))
    for kind, text in blocks(as_described):
        db.write("registry_blind_value", _BLIND, (kind, site.blind(kind, text), person))


_FIRST = "INSERT INTO registry_identity (person, wrapped_key, sealed) VALUES (%s, %s, %s)"
_BLIND = "INSERT INTO registry_blind_value (kind, value, person) VALUES (%s, %s, %s)"


def checked(told: Identity, country: str = "CN") -> Identity:
    """Numbers in their normal form; one that cannot be right is refused."""
    number, phone = told.id_number, told.phone
    try:
        number = checks.id_number(number, country).normal if number else None
    except checks.Unfit as unfit:
        raise Refused("id_number_unfit", reason=unfit.reason) from unfit
    try:
        phone = checks.phone(phone, country) if phone else None
    except checks.Unfit as unfit:
        raise Refused("phone_unfit", reason=unfit.reason) from unfit
    return replace(told, name=told.name.strip(), id_number=number, phone=phone)


def erase(person: PersonId) -> None:
    """Destroy a person's key: what was sealed with it, here and in the log, is noise from now on."""
    db.write(
        "registry_identity", "UPDATE registry_identity SET wrapped_key = NULL, sealed = '' WHERE person = %s", (person,)
    )
    db.write("registry_blind_value", "DELETE FROM registry_blind_value WHERE person = %s", (person,))
    erase_from_registers(home(), person)


def erase_again() -> int:
    """After a register was loaded: erase from it whoever was erased before. Returns how many rows it had of them."""
    return sum(erase_from_registers(home(), person) for person in people.erased())


def seal(person: PersonId, text: str) -> Sealed:
    """Personal text for a fact, under the person's key."""
    return vault().seal(_key(person), text, person.encode())


def _key(person: PersonId) -> bytes:
    """A person's wrapped key; made on first use, and gone for good once destroyed."""
    row = db.ask_one("SELECT wrapped_key FROM registry_identity WHERE person = %s", (person,))
    if row is not None:
        if row[0] is None:
            raise Refused("identity_erased", person=person)
        return b64decode(row[0])
    wrapped = vault().new_key(person.encode())
    db.write(
        "registry_identity",
        "INSERT INTO registry_identity (person, wrapped_key, sealed) VALUES (%s, %s, '') ON CONFLICT (person) DO NOTHING",
        (person, b64encode(wrapped).decode()),
    )
    return wrapped


def own_vault(person: PersonId) -> Keyed:
    """A person's vault, for sealing files and answers; their key is made on first use, and gone once destroyed."""
    return vault().of(_key(person), person.encode())


def keep_file(kept: Kept, about: str, at: datetime) -> None:
    """What an attachment is about, with its sealed name; the content lies under RINGFENCE_HOME."""
    db.write(
        "registry_kept_file",
        "INSERT INTO registry_kept_file (id, about, sealed_name, media_type, bytes, kept_at) VALUES (%s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (id) DO NOTHING",
        (kept.id, about, kept.sealed_name, kept.media_type, kept.bytes, to_micros(at)),
    )


# -- reading ----------------------------------------------------------------------------------------------------------


def opened(person: PersonId) -> Identity | None:
    """Who a person is: from what was told here, else from the registers; None if unknown or erased."""
    row = _kept(person)
    if row is not None and row[0] is None:
        return None
    if row is not None and row[1]:
        return Identity(**orjson.loads(vault().unseal(b64decode(row[0]), row[1], person.encode())))
    dense = register().dense_of(person)
    if dense is None:
        return None
    try:
        known = register().identity(dense, vault())
    except Refused as refusal:
        if refusal.code == "identity_erased":
            return None
        raise
    return Identity(known.name, known.id_number, known.phone, known.address)


def _kept(person: PersonId) -> tuple[Any, ...] | None:
    """(wrapped key, sealed identity) as told here."""
    sql = "SELECT wrapped_key, sealed FROM registry_identity WHERE person = %s"
    rows = db.ask_about("registry_identity", (person,), sql, (person,))
    return rows[0] if rows else None


def is_on_record(person: PersonId) -> bool:
    """Whether anything was ever kept of a person, here or in a register."""
    return _kept(person) is not None or register().dense_of(person) is not None


def unsealed(person: PersonId, text: Sealed) -> str | None:
    """Personal text of a fact; None where the key was destroyed."""
    row = db.ask_one("SELECT wrapped_key FROM registry_identity WHERE person = %s", (person,))
    if row is None or row[0] is None or b64decode(row[0]) == DESTROYED:
        return None
    return vault().unseal(b64decode(row[0]), text, person.encode())


def described(person: PersonId, identity: Identity) -> Described:
    """An identity with the public columns beside it, as duplicates are looked for."""
    row = people.person(person)
    birth = row.birth_on if row else None
    exact = birth is not None
    if birth is None and row is not None and row.age_years is not None:
        from_year = registered_year(row.registered_at) - int(row.age_years)
        birth = date(from_year, 1, 1)
    return Described(
        name=identity.name,
        birth_on=birth,
        birth_exact=exact,
        sex=SEXES.get(row.sex or "", 0) if row else 0,
        id_number=identity.id_number,
        phone=identity.phone,
        address=identity.address,
        jurisdiction=(row.residence or row.office) if row else None,
    )


def registered_year(micros: int) -> int:
    """The year of a moment in microseconds."""
    return 1970 + int(micros // 31_556_952_000_000)


class Entered:
    """People entered one by one, as a holder of identities."""

    def having(self, kind: str, blinds: Sequence[int], at_most: int) -> Iterable[PersonId]:
        """The people under any of these keyed hashes of a kind."""
        marks = ", ".join(["%s"] * len(blinds))
        sql = (
            "SELECT DISTINCT person FROM registry_blind_value"
            f" WHERE kind = %s AND value IN ({marks}) ORDER BY person LIMIT %s"
        )
        rows = db.ask_about("registry_blind_value", blinds, sql, (kind, *blinds, at_most))
        return [PersonId(person) for (person,) in rows]

    def described(self, asked: Sequence[PersonId]) -> Iterable[tuple[PersonId, Described]]:
        """Those people unsealed; whoever was erased is left out."""
        for person in asked:
            known = opened(person)
            if known is not None:
                yield person, described(person, known)


def alike(asked: Described, at_most: int = 200) -> list[Candidate]:
    """People on record who may be the one described, likeliest first. Whoever shows them records the reading."""
    return candidates(asked, vault=vault(), holders=(Entered(), Registered(register(), vault())), at_most=at_most)


def holding(kind: str, text: str) -> list[PersonId]:
    """People with exactly this identity number or telephone."""
    try:
        normal = checks.id_number(text).normal if kind == "id_number" else checks.phone(text)
    except checks.Unfit:
        return []
    blind = vault().blind(kind, normal)
    found = list(Entered().having(kind, [blind], 50))
    return found + [register().person_of(int(dense)) for dense in register().holding(kind, blind)[:50]]
