"""An installation whose own centre serves: a nation, a city, an outbreak, and accounts with their tokens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from ringfence import app
from ringfence.core.access import MAYS, feed
from ringfence.core.centre import Centre
from ringfence.facts.ids import AccountId, JurisdictionId, OutbreakId, PersonId
from ringfence.registry import account_keeping, actions

PASSWORD = "correct horse battery"


@dataclass
class Town:
    """What stands at the beginning of a test."""

    centre: Centre
    nation: JurisdictionId
    city: JurisdictionId
    elsewhere: JurisdictionId
    outbreak: OutbreakId
    tokens: dict[str, str] = field(default_factory=dict)

    def person(self, code: str) -> PersonId:
        """Somebody registered at the city."""
        return self.centre.tell(feed("test"), actions.register_person, office=self.city, code=code).facts[0].person  # type: ignore[attr-defined]

    def client(self, name: str = "duty", **headers: str) -> Client:
        """A client that holds an account's token."""
        return Client(headers={"Authorization": f"Bearer {self.tokens[name]}", **headers})

    def open_account(self, name: str, role: str, place: JurisdictionId, mays: tuple[str, ...] = ()) -> AccountId:
        """An account with a role and a token."""
        from django.contrib.auth.hashers import make_password

        told: dict[str, Any] = {"name": name, "shown_name": name.title(), "role": role, "jurisdiction": place}
        opened = self.centre.tell(
            feed("test"), actions.open_account, password_hash=make_password(PASSWORD), **told
        ).facts[0]
        account: AccountId = opened.account  # type: ignore[attr-defined]
        who = account_keeping.who_is(account, self.centre.clock.now())
        assert who is not None
        secret = account_keeping.new_secret()
        self.centre.tell(
            who,
            actions.issue_token,
            secret_hash=account_keeping.secret_hash(secret),
            mays=mays or tuple(may for may in MAYS if who.scope(may).paths),
            ends_at=datetime.now(UTC) + timedelta(days=1),
        )
        self.tokens[name] = secret
        return account


@pytest.fixture
def town(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    """A nation with two cities, an outbreak in one, and its officers."""
    monkeypatch.setenv("RINGFENCE_HOME", str(home))
    app.centre.cache_clear()
    app.book.cache_clear()
    centre = app.centre()

    def place(parent: JurisdictionId | None, code: str, zone: str = "") -> JurisdictionId:
        told = {"parent": parent, "code": code, "level": "city", "name_en": code.title(), "zone": zone}
        return centre.tell(feed("test"), actions.declare_jurisdiction, **told).facts[0].jurisdiction  # type: ignore[attr-defined]

    nation = place(None, "land", "Asia/Shanghai")
    city, elsewhere = place(nation, "harbour"), place(nation, "hill")
    outbreak = centre.tell(
        feed("test"), actions.declare_outbreak, jurisdiction=city, code="HB", title="Harbour", disease="covid-19",
        pack="cn-covid-2021",
    ).facts[0].outbreak  # type: ignore[attr-defined]  # fmt: skip
    town = Town(centre, nation, city, elsewhere, outbreak)
    town.open_account("duty", "duty_officer", city)
    town.open_account("far", "duty_officer", elsewhere)
    town.open_account("admin", "administrator", nation)
    yield town
    app.centre.cache_clear()
    app.book.cache_clear()
