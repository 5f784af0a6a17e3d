"""Who asks: the account, the outbreak and place they look at, their language, and as of when."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponseBase

from ringfence.console.shown import names_language
from ringfence.core.access import Who
from ringfence.core.centre import Answer, Centre, Item, Outcome, Place
from ringfence.core.errors import Refused
from ringfence.core.policy import Number
from ringfence.facts.ids import JurisdictionId, OutbreakId
from ringfence.registry.queries import areas
from ringfence.registry.queries.areas import Area
from ringfence.registry.queries.outbreaks import OutbreakRow

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Asker:
    """A request with all that a page gathers from: who asks, where, in which language, and as of when."""

    request: HttpRequest
    who: Who
    centre: Centre
    outbreaks: tuple[OutbreakRow, ...]
    outbreak: OutbreakRow | None
    under: Area | None
    zone: ZoneInfo
    now: datetime
    line: int
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def language(self) -> str:
        """The key of names in the language shown: `en` or `zh`."""
        return names_language()

    @property
    def under_id(self) -> JurisdictionId | None:
        """The place looked at, as queries want it."""
        return self.under.id if self.under else None

    @property
    def outbreak_id(self) -> OutbreakId:
        """The outbreak looked at; a page that needs one is refused without."""
        if self.outbreak is None:
            raise Refused("no_outbreak_here")
        return self.outbreak.id

    @property
    def place(self) -> Place:
        """The outbreak and place looked at, as the centre places things."""
        outbreak = self.outbreak.id if self.outbreak else None
        return self.centre.geography.place(outbreak, self.under.path if self.under else None)

    def may(self, may: str) -> bool:
        """Whether the asker may do this anywhere."""
        return bool(self.who.scope(may).paths)

    def ask(self, query: Callable[..., Any], **asked: Any) -> Any:
        """Ask a query as the signed-in account."""
        return self.centre.ask(self.who, query, **asked)

    def tell(self, action: Callable[..., Any], *, key: str | None = None, **told: Any) -> Answer:
        """Tell an action as the signed-in account, now unless told when: the same thing said again later is a new telling."""
        if told.get("at") is None and any(each.name == "at" for each in action.action.parameters):  # type: ignore[attr-defined]
            told["at"] = self.centre.clock.now()
        return self.centre.tell(self.who, action, key=key, **told)

    def tell_many(self, action: Callable[..., Any], items: Iterable[Item], *, batch: str) -> Outcome:
        """Tell many under one batch id."""
        return self.centre.tell_many(self.who, action, items, batch=batch)

    def policy(self, desk: str) -> Any:
        """A desk's numbers for the outbreak looked at."""
        return self.centre.policy(desk, self.place)

    def number(self, desk: str, name: str, place: Place | None = None) -> Number | None:
        """One number of a desk with its source, for the outbreak looked at unless told where; None where no pack gives it."""
        where = place or self.place
        try:
            return self.centre.book.number(desk, name, where.pack or "base", where.overlays)
        except Refused:
            return None

    def area_names(self, paths: Iterable[str | None]) -> dict[str, str]:
        """Path -> the place's name in the language shown."""
        return areas.names_of([path for path in paths if path], self.language)
