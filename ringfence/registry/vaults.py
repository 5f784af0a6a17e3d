"""A key for each person, wrapped under this installation's own: what is sealed with it is gone once the key is destroyed."""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ringfence.core import db
from ringfence.core.errors import Refused
from ringfence.core.keys import key_file
from ringfence.facts.ids import PersonId
from ringfence.core.home import home

NONCE = 12


class KeyVault:
    """Seals with one key: AES-256-GCM, a fresh nonce before each ciphertext."""

    def __init__(self, key: bytes) -> None:
        """Hold a key of 32 bytes."""
        self._cipher = AESGCM(key)

    def seal_bytes(self, plain: bytes, /) -> bytes:
        """The nonce and the ciphertext, authenticated."""
        nonce = secrets.token_bytes(NONCE)
        return nonce + self._cipher.encrypt(nonce, plain, None)

    def open_bytes(self, sealed: bytes, /) -> bytes:
        """What was sealed; raises InvalidTag or ValueError under another key."""
        return self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], None)

    def seal_text(self, plain: str) -> str:
        """A text, sealed, as base64url."""
        return urlsafe_b64encode(self.seal_bytes(plain.encode())).decode()

    def open_text(self, sealed: str) -> str:
        """The text again."""
        return self.open_bytes(urlsafe_b64decode(sealed)).decode()


def installation_vault(state: Path | None = None) -> KeyVault:
    """The key under which people's keys are wrapped; it lies in RINGFENCE_HOME/keys, outside the database."""
    return KeyVault(key_file(state or home(), "identities"))


def vault_of(person: PersonId) -> KeyVault | None:
    """A person's vault; None where there is no key yet. Refused where the key was destroyed."""
    row = db.ask_one("SELECT wrapped_key FROM registry_identity WHERE person = %s", (person,))
    if row is None:
        return None
    if row[0] is None:
        raise Refused("identity_erased", person=person)
    try:
        return KeyVault(installation_vault().open_bytes(urlsafe_b64decode(row[0])))
    except (InvalidTag, ValueError) as fault:
        raise Refused("identity_key_foreign", person=person) from fault


def new_key() -> tuple[bytes, str]:
    """A fresh key and its wrapped form."""
    key = secrets.token_bytes(32)
    return key, urlsafe_b64encode(installation_vault().seal_bytes(key)).decode()
