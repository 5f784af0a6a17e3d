"""The vault of this installation and of one person: what is sealed with a key is gone once the key is destroyed."""

from __future__ import annotations

from base64 import b64decode, b64encode
from functools import lru_cache
from pathlib import Path

from ringfence.core import db
from ringfence.core.errors import Refused
from ringfence.core.home import home
from ringfence.core.vault import Keyed, Vault
from ringfence.facts.ids import PersonId


@lru_cache(maxsize=8)
def _opened(state: Path) -> Vault:
    return Vault.open(state / "keys" / "people")


def site_vault() -> Vault:
    """This installation's keys; they lie in RINGFENCE_HOME/keys/people, outside the database."""
    return _opened(home())


def vault_of(person: PersonId) -> Keyed | None:
    """A person's vault; None where there is no key yet. Refused where the key was destroyed."""
    row = db.ask_one("SELECT wrapped_key FROM registry_identity WHERE person = %s", (person,))
    if row is None:
        return None
    if row[0] is None:
        raise Refused("identity_erased", person=person)
    return site_vault().of(b64decode(row[0]), person.encode())


def sealed_apart(owner: str, text: str) -> str:
    """A text under a fresh key of its own, both in one string: for what belongs to no person yet."""
    key = site_vault().new_key(owner.encode())
    return f"{b64encode(key).decode()}.{site_vault().seal(key, text, owner.encode())}"


def opened_apart(owner: str, sealed: str) -> str:
    """The text of `sealed_apart`. Refused: `sealed_text_altered`."""
    key, _, body = sealed.partition(".")
    return site_vault().unseal(b64decode(key), body, owner.encode())
