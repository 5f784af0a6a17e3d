"""Links by which households tell of their days. A link's secret is made of a key file, and is written down nowhere."""

from __future__ import annotations

import hmac
from base64 import b32encode
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from ringfence.core import db
from ringfence.core.declare import locates
from ringfence.core.fact import to_micros
from ringfence.core.home import home
from ringfence.core.keys import key_file
from ringfence.facts.ids import ContactId, OutbreakId, ReportLinkId

PREFIX = "reportlink_"
SIGNS = 26  # 130 bits in base32


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A link: for whom, until when, and whether it was withdrawn; moments in microseconds."""

    id: ReportLinkId
    outbreak: OutbreakId
    contacts: tuple[ContactId, ...]
    path: str
    given_at: int
    until_at: int
    withdrawn: bool

    def good(self, now: datetime) -> bool:
        """Whether it still takes answers."""
        return not self.withdrawn and to_micros(now) < self.until_at

    @property
    def address(self) -> str:
        """The end of its address: its own id and a secret that nobody can work out without the key."""
        return f"{self.id.removeprefix(PREFIX)}-{secret_of(self.id)}"


def secret_of(link: str) -> str:
    """The secret of a link: the same on every day, and only with this installation's key."""
    made = hmac.new(key_file(home(), "report-links"), link.encode(), sha256).digest()
    return b32encode(made).decode().lower()[:SIGNS]


def link_told(told: str) -> LinkRow | None:
    """The link that an address names; None where its secret is not right, or there is no such link."""
    short, _, secret = told.partition("-")
    link = ReportLinkId(PREFIX + short)
    if not hmac.compare_digest(secret_of(link).encode(), secret.encode()):
        return None
    return link_of(link)


_LINK = "SELECT id, outbreak, contacts, path, given_at, until_at, withdrawn FROM tracing_report_link"


def _row(row: db.Row) -> LinkRow:
    id_, outbreak, contacts, path, given_at, until_at, withdrawn = row
    return LinkRow(id_, outbreak, tuple(map(ContactId, contacts.split())), path, given_at, until_at, bool(withdrawn))


def link_of(link: ReportLinkId) -> LinkRow | None:
    """A link by its id."""
    row = db.ask_one(f"{_LINK} WHERE id = %s", (link,))
    return _row(row) if row else None


def links_of(contact: ContactId) -> list[LinkRow]:
    """The links that tell for a contact, the newest first."""
    rows = db.ask(
        f"{_LINK} WHERE id IN (SELECT link FROM tracing_report_for WHERE contact = %s) ORDER BY seq DESC", (contact,)
    )
    return [_row(row) for row in rows]


@locates(ReportLinkId)
def place_of_link(link: str) -> str | None:
    """Who answers for the first of those whom a link tells for."""
    found = link_of(ReportLinkId(link))
    return found.path if found else None
