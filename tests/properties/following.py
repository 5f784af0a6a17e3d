"""Steps of follow-up for the small world: contacts listed, asked, swabbed, kept apart, handed over and let go, in any order."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from ringfence.core import db
from ringfence.core.access import feed
from ringfence.core.errors import Refused
from ringfence.desks.command.actions import notices
from ringfence.desks.tracing.actions import follow_up, handing, reports
from ringfence.facts.follow_up import Channel, FollowUpsBegun, SymptomsReported
from ringfence.facts.ids import ContactId, derive
from ringfence.facts.tracing import Closeness, contact_of
from ringfence.registry.queries import areas

FOLLOWING = (
    "begin", "begin", "begin_late", "try_contact", "reach", "apart", "free", "told_day", "told_day", "told_day", "late_day", "close",
    "reopen_follow", "hand", "call_back", "link", "withdraw", "answer", "send", "seal_alone", "seal", "read", "read", "void",
    "correct", "time", "time", "time",
)  # fmt: skip


class Following:
    """What a `World` can do to contacts; people are those of its tubes."""

    def _contacts(self) -> list[str]:
        return [id_ for (id_,) in db.ask("SELECT id FROM tracing_contact ORDER BY seq, id")]

    def _a_contact(self, n: int) -> ContactId:
        found = self._contacts()
        if not found:
            raise Refused("nothing_there")
        return ContactId(found[n % len(found)])

    def _begin(self, one: int, other: int, *, ago: int = 0) -> None:
        world: Any = self
        now = world.clock.now()
        at, until = now - timedelta(days=ago), now + timedelta(days=other - 1)
        people = tuple(dict.fromkeys(derive("person", "world", (one + n) % 8) for n in range(other % 3 + 1)))
        days = tuple(tuple(at.date() + timedelta(days=n) for n in (0, other)) for _ in people)
        path = areas.path_of(world.districts[one % 2]) or ""
        fact = FollowUpsBegun(
            outbreak=world.outbreak, contacts=tuple(contact_of(world.outbreak, each) for each in people), people=people,
            paths=(path,) * len(people), closeness=(list(Closeness)[one % 2],) * len(people),
            last_at=(at,) * len(people), until_at=(until,) * len(people), test_on=days, at=at,
        )  # fmt: skip
        world.centre.hear(feed("world"), [fact], world.centre.geography.place(world.outbreak, None))

    def _begin_late(self, one: int, other: int) -> None:
        self._begin(one, other, ago=other)

    def _try_contact(self, one: int, other: int) -> None:
        told = {"reason": follow_up.TRIED[other % 5], "at": self.clock.now() - timedelta(hours=other)}  # type: ignore[attr-defined]
        self._tell(one, follow_up.try_contact, contact=self._a_contact(one), **told)  # type: ignore[attr-defined]

    def _reach(self, one: int, other: int) -> None:
        told = {"channel": list(Channel)[other % 5], "at": self.clock.now() - timedelta(hours=other)}  # type: ignore[attr-defined]
        self._tell(one, follow_up.reach_contact, contact=self._a_contact(one), **told)  # type: ignore[attr-defined]

    def _apart(self, one: int, other: int) -> None:
        until = self.clock.now() + timedelta(hours=12 * other + 1)  # type: ignore[attr-defined]
        self._tell(one, follow_up.quarantine_contact, contact=self._a_contact(one), basis="Art. 4", until_at=until)  # type: ignore[attr-defined]

    def _free(self, one: int, other: int) -> None:
        reason = follow_up.FREED[other % 4]
        self._tell(one, follow_up.set_contact_free, contact=self._a_contact(one), reason=reason)  # type: ignore[attr-defined]

    def _told_day(self, one: int, other: int) -> None:
        on: date = (self.clock.now() - timedelta(days=other // 2)).date()  # type: ignore[attr-defined]
        told = {"symptoms": ("cough",) if one > 5 else (), "temp_c": 36.0 + other / 2 if other % 2 else None}
        self._tell(one, reports.report_day, contact=self._a_contact(one), on=on, **told)  # type: ignore[attr-defined]

    def _late_day(self, one: int, other: int) -> None:
        world: Any = self
        at = world.clock.now() - timedelta(days=other)
        ids = tuple(dict.fromkeys((self._a_contact(one), self._a_contact(other), ContactId("contact_unknown"))))
        fact = SymptomsReported(outbreak=world.outbreak, contacts=ids, on=at.date(), symptoms=("",) * len(ids), at=at)
        world.centre.hear(feed("world"), [fact], world.centre.geography.place(world.outbreak, None))

    def _close(self, one: int, other: int) -> None:
        reason = follow_up.CLOSED[other]
        self._tell(one, follow_up.close_follow_up, contact=self._a_contact(one), reason=reason)  # type: ignore[attr-defined]

    def _reopen_follow(self, one: int, other: int) -> None:
        self._tell(other, follow_up.reopen_follow_up, contact=self._a_contact(one))  # type: ignore[attr-defined]

    def _hand(self, one: int, other: int) -> None:
        place = self.districts[other % 2]  # type: ignore[attr-defined]
        self._tell(one, handing.hand_over_contact, contact=self._a_contact(one), to_place=place)  # type: ignore[attr-defined]

    def _call_back(self, one: int, other: int) -> None:
        told = {"contacts": (self._a_contact(one),), "jurisdiction": self.districts[other % 2]}  # type: ignore[attr-defined]
        self._tell(one, handing.call_back_contacts, **told)  # type: ignore[attr-defined]

    def _link(self, one: int, other: int) -> None:
        self._tell(other, reports.give_report_link, contact=self._a_contact(one))  # type: ignore[attr-defined]

    def _withdraw(self, one: int, other: int) -> None:
        links = [id_ for (id_,) in db.ask("SELECT id FROM tracing_report_link ORDER BY seq")]
        self._tell(other, reports.withdraw_report_link, link=self._any(links, one))  # type: ignore[attr-defined]

    def _answer(self, one: int, other: int) -> None:
        sent = [id_ for (id_,) in db.ask("SELECT id FROM command_notice ORDER BY seq")]
        notice = self._any(sent, one)  # type: ignore[attr-defined]
        action = (notices.take_notice, notices.withdraw_notice, notices.answer_notice)[other % 3]
        told = {"found": other % 2} if other % 3 == 2 else {}
        self._tell(one, action, notice=notice, **told)  # type: ignore[attr-defined]

    def _send(self, one: int, other: int) -> None:
        place = (*self.districts, "Abroad")[other % 3]  # type: ignore[attr-defined]
        told = {
            "jurisdiction": self.districts[one % 2],
            "kind": notices.KINDS[one % 3],
            "about": (self._a_contact(one),),
        }  # type: ignore[attr-defined]
        self._tell(one, notices.send_notice, outbreak=self.outbreak, to_place=place, **told)  # type: ignore[attr-defined]
