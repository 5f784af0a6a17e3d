"""What tracers did about the contacts: reached them, ordered quarantine, asked them every day, had them swabbed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ringfence.core.access import feed
from ringfence.core.centre import Item
from ringfence.core.fact import Facts
from ringfence.demo.city import ZONE
from ringfence.demo.course import HOUR, NAMED
from ringfence.demo.days import Days
from ringfence.demo.draws import between, happens
from ringfence.desks.command.actions import drop_task, finish_task
from ringfence.desks.command.queries import TaskRow, tasks
from ringfence.desks.tracing.actions.follow_up import close_follow_up, quarantine_contact, reach_contact, try_contact
from ringfence.desks.tracing.actions.handing import hand_over_contact
from ringfence.desks.tracing.actions.reports import report_day, report_days
from ringfence.desks.tracing.queries.lists import Need, contacts_listed
from ringfence.desks.tracing.queries.rows import ContactRow
from ringfence.facts.follow_up import Channel, ContactTested, Stay
from ringfence.facts.ids import AccountId, derive
from ringfence.registry.queries import areas

BASIS = "传染病防治法第三十九条 Law on infectious diseases, article 39"
UNREACHABLE, WAITS = 0.05, (1.0, 9.0)  # share never reached; hours until the others are
HEARD = 0.94  # share of those asked who answer on a day
WORK_BEGINS, WORK_ENDS = 8, 22  # hours of the day
ASKED_AT, SWABBED_AT = (10, 16), 11
DAY = timedelta(days=1)
GIVEN_UP = 3 * DAY
LEFT_FOR_YOU = 44 * HOUR  # some of those listed last are nobody's yet: whoever reads this finds work
FEVERISH = 0.006
HANDED_OVER = 0.03


@dataclass
class _Tracers:
    """The tracers of the city's districts."""

    days: Days
    districts: dict[str, int] = field(default_factory=dict)  # path -> which district
    to_order: list[tuple[datetime, ContactRow]] = field(default_factory=list)  # from when, whom

    # -- who --------------------------------------------------------------------------------------------------------------

    def who(self, row: ContactRow) -> AccountId:
        """Whoever works where a contact stays."""
        for path, d in self.districts.items():
            if row.path.startswith(path):
                return NAMED["tracer"] if d == 3 else AccountId(derive("account", f"team-a1-d{d + 1}"))  # noqa: PLR2004
        return NAMED["duty"]

    def asked(self, need: Need | None = None, **more: object) -> list[ContactRow]:
        """Contacts on record, as the duty office sees them."""
        told = {"outbreak": self.days.outbreak, "need": need, "limit": 1000, "day": self._local().date(), **more}
        found: list[ContactRow] = self.days.centre.ask(self.days.who(NAMED["duty"]), contacts_listed, **told).rows
        return found

    def many(self, action: Callable[..., Facts], told: Sequence[tuple[AccountId, dict[str, Any]]]) -> None:
        """The same for many; what changed meanwhile is left as it is."""
        by_who: dict[AccountId, list[Item]] = {}
        for account, each in told:
            by_who.setdefault(account, []).append(Item(each))
        for account, items in by_who.items():
            self.days.centre.tell_many(self.days.who(account), action, items)

    def _local(self) -> datetime:
        return self.days.now.astimezone(ZoneInfo(ZONE))

    # -- their work -------------------------------------------------------------------------------------------------------

    def begin(self, begun: datetime) -> None:
        """Queue every hour of work."""
        self.days.at(begun, self._set_up)
        moment = begun + HOUR / 2
        while moment < self.days.until:
            hour = moment.astimezone(ZoneInfo(ZONE)).hour
            if WORK_BEGINS <= hour < WORK_ENDS:
                self.days.at(moment, self._an_hour)
            self.days.at(moment, self._order)
            if hour in ASKED_AT:
                self.days.at(moment + HOUR / 6, self._ask)
            if hour == WORK_BEGINS:
                self.days.at(moment + HOUR / 5, self._sort_out)
            if hour == SWABBED_AT:
                self.days.at(moment + HOUR / 4, self._swab)
            moment += HOUR

    def _set_up(self) -> None:
        self.districts = {areas.path_of(each) or "?": d for d, each in enumerate(self.days.city.districts)}

    def _an_hour(self) -> None:
        """Call whom nobody has spoken to yet, and order those apart who were reached."""
        now = self.days.now
        reach, tries, gone, seen = [], [], [], set[str]()
        for row in self.asked(Need.UNREACHED):
            home = row.household or row.id
            if home in seen:
                continue
            seen.add(home)
            if self.days.until - row.listed_at < LEFT_FOR_YOU and happens(0.35, home, "left"):
                continue
            if happens(UNREACHABLE, home, "never reached"):
                if row.tries and now - row.listed_at > GIVEN_UP and happens(0.1, home, "given up", now.isoformat()):
                    gone.append((self.who(row), {"contact": row.id, "reason": "not_found", "household": True}))
                    continue
                if row.tries < 3 and happens(0.2, home, now.isoformat()):  # noqa: PLR2004 (three tries)
                    reason = "wrong_number" if happens(0.3, home, "wrong") else "no_answer"
                    tries.append((self.who(row), {"contact": row.id, "reason": reason}))
            elif now - row.listed_at >= HOUR * between(*WAITS, home, "waits"):
                told = {"contact": row.id, "channel": Channel.PHONE, "household": True}
                reach.append((self.who(row), told))
                self.to_order.append((now + HOUR * between(0.5, 6, home, "ordered"), row))
        self.many(reach_contact, reach)
        self.many(try_contact, tries)
        self.many(close_follow_up, gone)

    def _order(self) -> None:
        """Quarantine is a named person's decision, some hours after they were reached; some are handed over instead."""
        handed, apart = [], []
        now, waiting = self.days.now, self.to_order
        self.to_order = [each for each in waiting if each[0] > now]
        for row in [row for moment, row in waiting if moment <= now]:
            told: dict[str, Any] = {"contact": row.id, "household": True}
            if happens(HANDED_OVER, row.household or row.id, "lives elsewhere"):
                elsewhere = {"to_place": self.days.city.neighbour, "reason": "lives there"}
                handed.append((NAMED["duty"], {**told, **elsewhere}))
            elif row.closeness in {"close", "secondary"}:
                stay = Stay.HOME if row.closeness == "secondary" or happens(0.25, row.id, "at home") else Stay.CENTRAL
                apart.append((NAMED["duty"], {**told, "basis": BASIS, "stay": stay}))
        self.many(hand_over_contact, handed)
        self.many(quarantine_contact, apart)

    def _ask(self) -> None:
        """Ask everybody how they are; the last ones of the last day are left for whoever reads this."""
        last = self.days.until - self.days.now < timedelta(hours=20)
        heard: dict[AccountId, list[ContactRow]] = {}
        for row in self.asked(Need.UNHEARD):
            share = 0.62 if last else HEARD
            if row.away or not happens(share, row.id, self._local().date(), self._local().hour):
                continue
            if happens(FEVERISH, row.id, "feverish") and row.symptoms_on is None:
                told = {
                    "contact": row.id,
                    "symptoms": ("fever",),
                    "temp_c": round(between(37.4, 38.6, row.id, "temp"), 1),
                }
                self.many(report_day, [(self.who(row), told)])
                continue
            heard.setdefault(self.who(row), []).append(row)
        for account, rows in heard.items():
            for n in range(0, len(rows), 200):
                some = rows[n : n + 200]
                temps = tuple(round(between(36.1, 37.0, each.id, self._local().date()), 1) for each in some)
                told = {"contacts": tuple(each.id for each in some), "symptoms": ("",) * len(some), "temps_c": temps}
                self.many(report_days, [(account, told)])

    def _swab(self) -> None:
        """The quarantine sites' own laboratory swabs those whose day it is, and tells the results."""
        if self.days.until - self.days.now < 6 * HOUR:
            return
        told = [
            ContactTested(contact=row.id, on=row.next_test_on, result="negative", at=self.days.now)
            for row in self.asked(Need.SWAB)
            if row.reached_at is not None
            and row.next_test_on is not None
            and happens(0.97, row.id, self._local().date(), "swabbed")
        ]
        place = self.days.centre.geography.place(self.days.outbreak, None)
        for n in range(0, len(told), 200):
            self.days.centre.hear(feed("demo"), told[n : n + 200], place)

    def _done(self, kind: str, which: Callable[[TaskRow], bool], evidence: str) -> None:
        """Finish those tasks of a kind that were answered in another way."""
        found = self._tasks(kind)
        told = [(NAMED["duty"], {"task": each.id, "evidence": evidence}) for each in found if which(each)]
        self.many(finish_task, told)

    def _tasks(self, kind: str) -> list[TaskRow]:
        duty, found, after = self.days.who(NAMED["duty"]), list[TaskRow](), None
        while True:
            page = self.days.centre.ask(duty, tasks, kind=kind, outbreak=self.days.outbreak, limit=1000, after=after)
            found += page.rows
            after = page.next
            if after is None:
                return found

    def _sort_out(self) -> None:
        """Each morning investigators look at contacts who met a case and are cases themselves: most are linked already."""
        found = self._tasks("name_infector")
        old = [each.id for each in found if happens(0.93, each.id, self._local().date())]
        told = {"reason": "looked at: linked already, or only passed each other"}
        self.many(drop_task, [(NAMED["duty"], {"task": each, **told}) for each in old])
        day = self._local().date()
        self._done("visit_contact", lambda task: happens(0.8, task.id, day), "at the door: well, and told to report")
        self._done("quarantine_contact", lambda task: happens(0.6, task.id, day), "ordered at home by the community")
        self._done("answer_notice", lambda task: happens(0.8, task.id, day), "answered by telephone")


def trace(days: Days, begun: datetime) -> None:
    """Queue the tracers' work from the first case on."""
    _Tracers(days).begin(begun)
