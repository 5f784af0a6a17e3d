"""A whole sub-district is tested: one round is over, the second under way, with a positive pool in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from ringfence.core.centre import Item
from ringfence.core.fact import Facts
from ringfence.demo import register
from ringfence.demo.course import HOUR, NAMED
from ringfence.demo.days import Days
from ringfence.demo.draws import between, happens, share
from ringfence.demo.register import Resident
from ringfence.demo.staff import HOME_DISTRICT
from ringfence.desks.testing.actions.laboratories import enrol_laboratory, read_tube, receive_box
from ringfence.desks.testing.actions.rounds import close_round, count_queue, excuse_person, open_round, open_site
from ringfence.desks.testing.actions.stations import begin_trip, pack_box, seal_tube
from ringfence.facts.ids import AccountId, PlaceId, RoundId
from ringfence.facts.testing import Lane, Result
from ringfence.registry.actions.places import declare_place

MINUTE = HOUR / 60
POOL, BOX = 10, 20
SITES = (  # community (0 or 1), its cells, name
    (0, (0, 1), "安桥小学操场 Anqiao Primary School yard"),
    (0, (2, 3), "安桥社区广场 Anqiao community square"),
    (1, (0, 1), "渡口公园 Ferry Park"),
    (1, (2, 3), "安桥体育馆 Anqiao sports hall"),
)
LABORATORIES = (  # name, tubes an hour, mobile
    ("Yunting CDC laboratory 云汀市疾控检测中心", 220, False),
    ("Lanqiao Central Hospital 岚桥中心医院检验科", 90, False),
    ("Mobile laboratory 2 移动方舱实验室二号", 60, True),
)
FIRST_BEFORE, SECOND_BEFORE = 75 * HOUR, 7 * HOUR  # the rounds begin so long before now
STAYS_AWAY = (0.06, 0.34)  # share not swabbed: first round in the end, second round so far
LEFT_BEHIND = "YT2300000"  # the box that begins with this tube stays at its site
COUGHING = 137  # this resident is infected: nobody knows before the second round


@dataclass
class _Round:
    """A round on its way."""

    days: Days
    number: int
    begins: datetime
    ends: datetime  # of swabbing
    away: float
    residents: list[Resident]
    sites: list[PlaceId] = field(default_factory=list)
    laboratories: list[PlaceId] = field(default_factory=list)
    id: RoundId | None = None
    tubes: dict[str, list[Resident]] = field(default_factory=dict)
    boxes: int = 0

    # -- who does it --------------------------------------------------------------------------------------------------

    def tell(self, account: str, action: Callable[..., Facts], **told: object) -> None:
        """Somebody of the staff does something, now."""
        self.days.tell(NAMED[account], action, **told)

    def tell_many(self, account: AccountId, action: Callable[..., Facts], told: Sequence[dict[str, object]]) -> None:
        """Somebody does the same many times over."""
        outcome = self.days.centre.tell_many(self.days.who(account), action, [Item(each) for each in told])
        if outcome.refused:
            raise outcome.refused[0][1]

    # -- sampled ------------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Queue the whole round."""
        self.days.at(self.begins, self._open)
        for s in range(len(SITES)):
            for box in self._filled(s):
                self.days.at(box[-1][0] + 4 * MINUTE, partial(self._hand_in, s, box))

    def _open(self) -> None:
        answer = self.days.tell(
            NAMED["duty"],
            open_round,
            outbreak=self.days.outbreak,
            jurisdiction=register.area(),
            due_at=self.days.now + 24 * HOUR,
            pool_size=POOL,
            title=f"安桥全员第{self.number}轮 Anqiao, round {self.number}",
        )
        self.id = answer.facts[0].round  # type: ignore[attr-defined]

    def _filled(self, s: int) -> list[list[tuple[datetime, str, list[Resident]]]]:
        """The boxes of a site: tubes in the order in which they are sealed."""
        community, cells, _ = SITES[s]
        serves = {self.days.city.cells[register.COMMUNITIES[community]][k] for k in cells}
        come = [each for each in self.residents if each.cell in serves and not self.stays_away(each)]
        pools = [come[n : n + POOL] for n in range(0, len(come), POOL)]
        begins, step = self.begins + 25 * MINUTE, (self.ends - self.begins - 25 * MINUTE) / max(len(pools), 1)
        tubes = [(begins + step * n, f"YT{self.number}{s}{n:05d}", pool) for n, pool in enumerate(pools)]
        return [tubes[n : n + BOX] for n in range(0, len(tubes), BOX)]

    def stays_away(self, who: Resident) -> bool:
        """Whether somebody does not come, or not yet."""
        return who.code != self.residents[COUGHING].code and happens(self.away, self.number, who.code, "stays away")

    def _hand_in(self, s: int, box: list[tuple[datetime, str, list[Resident]]]) -> None:
        """A station hands a box's tubes in; the box is packed and leaves."""
        site, codes = self.sites[s], tuple(code for _, code, _ in box)
        self.tubes |= {code: pool for _, code, pool in box}
        told: list[dict[str, object]] = [
            {
                "code": code, "site": site, "people": tuple(each.id for each in pool), "round": self.id, "at": at,
                "station": f"demo-{s + 1}",
            }
            for at, code, pool in box
        ]  # fmt: skip
        self.tell_many(NAMED["sampler"], seal_tube, told)
        if self.days.until - self.days.now < 25 * MINUTE:
            return  # not packed yet
        self.boxes += 1
        code = f"YTB{self.number}{s}{self.boxes:03d}"
        self.tell("sampler", pack_box, code=code, site=site, tubes=codes)
        if codes[0] == LEFT_BEHIND:
            return
        laboratory = self.laboratories[int(share(self.number, code) > 0.55)]  # noqa: PLR2004 (the larger takes more)
        self.days.at(self.days.now + 15 * MINUTE, partial(self._leave, code, codes, laboratory))

    def _leave(self, code: str, tubes: Sequence[str], laboratory: PlaceId) -> None:
        arrives = self.days.now + MINUTE * between(25, 70, code, "drive")
        expected = self.days.now + 45 * MINUTE
        told = {"vehicle": f"青A·{code[-4:]}", "laboratory": laboratory, "boxes": (code,), "expected_at": expected}
        self.tell("sampler", begin_trip, **told)
        self.days.at(arrives, partial(self._arrive, code, tubes, laboratory))

    # -- read ---------------------------------------------------------------------------------------------------------

    def _arrive(self, code: str, tubes: Sequence[str], laboratory: PlaceId) -> None:
        self.tell("lab", receive_box, laboratory=laboratory, box=code)
        self.days.at(self.days.now + MINUTE * between(95, 190, code, "read"), partial(self._read, tubes, laboratory))

    def _read(self, tubes: Sequence[str], laboratory: PlaceId) -> None:
        told = [{"laboratory": laboratory, "tube": code, **self._result(code)} for code in tubes]
        self.tell_many(NAMED["lab"], read_tube, told)
        for code, each in zip(tubes, told, strict=True):
            if each["result"] is Result.POSITIVE:
                self._screen(code, self.tubes[code])

    def _result(self, code: str) -> dict[str, object]:
        if self.number == 2 and self.residents[COUGHING] in self.tubes[code]:  # noqa: PLR2004 (the second round)
            return {"result": Result.POSITIVE, "ct": 31.4}
        if happens(0.004, code, "invalid"):
            return {"result": Result.INVALID}
        return {"result": Result.NEGATIVE}

    # -- a positive pool ----------------------------------------------------------------------------------------------

    def _screen(self, code: str, pool: Sequence[Resident]) -> None:
        """The ten are swabbed one by one at their door, and read by the mobile laboratory; two are not reached yet."""
        for n, who in enumerate(sorted(pool, key=lambda each: share(each.code, "reached"))):
            if n < len(pool) - 2 or who == self.residents[COUGHING]:
                at = self.days.now + MINUTE * (18 + 4 * n)
                self.days.at(at, partial(self._swab_alone, f"{code}S{n}", who))

    def _swab_alone(self, code: str, who: Resident) -> None:
        told = {"code": code, "people": (who.id,), "lane": Lane.SEPARATE, "alone": True, "station": "demo-door"}
        self.tell("sampler", seal_tube, site=self.sites[1], round=self.id, **told)
        found = who == self.residents[COUGHING]
        result = {"result": Result.POSITIVE, "ct": 24.8} if found else {"result": Result.NEGATIVE}
        told = {"laboratory": self.laboratories[2], "tube": code, **result}
        self.days.at(
            self.days.now + MINUTE * between(50, 75, code, "alone"), partial(self.tell, "lab", read_tube, **told)
        )


def test_everybody(days: Days) -> None:
    """Queue both rounds, the places they need before them."""
    opened = days.until - FIRST_BEFORE - 2 * HOUR
    first = _Round(days, 1, days.until - FIRST_BEFORE, days.until - FIRST_BEFORE + 9 * HOUR, STAYS_AWAY[0], [])
    second = _Round(days, 2, days.until - SECOND_BEFORE, days.until - 10 * MINUTE, STAYS_AWAY[1], [])
    days.at(opened, partial(_set_up, days, (first, second)))


def _set_up(days: Days, rounds: Sequence[_Round]) -> None:
    """Sites are opened, laboratories enrolled; then the rounds can be queued."""
    people = register.residents(days)
    sites, laboratories = _sites(days), _laboratories(days)
    for each in rounds:
        each.residents, each.sites, each.laboratories = people, sites, laboratories
        each.begin()
    first, second = rounds
    days.at(first.begins + 30 * HOUR, lambda: first.tell("duty", close_round, round=first.id, reason="all read"))
    days.at(days.until - 20 * MINUTE, lambda: second.tell("sampler", count_queue, site=sites[2], people=64, lanes=2))
    days.at(days.until - 3 * HOUR, partial(_excuse, second, people))


def _sites(days: Days) -> list[PlaceId]:
    found = []
    for community, cells, name in SITES:
        place = days.city.communities[register.COMMUNITIES[community]]
        answer = days.tell(NAMED["duty"], declare_place, jurisdiction=place, name=name, kind="sampling_site")
        site = answer.facts[0].place  # type: ignore[attr-defined]
        serves = tuple(days.city.cells[register.COMMUNITIES[community]][k] for k in cells)
        days.tell(NAMED["duty"], open_site, site=site, lanes=2, serves=serves, slot_minutes=30)
        found.append(site)
    return found


def _laboratories(days: Days) -> list[PlaceId]:
    found = []
    for name, tubes_per_hour, mobile in LABORATORIES:
        place = days.city.districts[HOME_DISTRICT] if mobile else days.city.city
        answer = days.tell(NAMED["duty"], declare_place, jurisdiction=place, name=name, kind="laboratory")
        laboratory = answer.facts[0].place  # type: ignore[attr-defined]
        told = {"tubes_per_hour": tubes_per_hour, "mobile": mobile}
        days.tell(NAMED["duty"], enrol_laboratory, laboratory=laboratory, **told)
        found.append(laboratory)
    return found


def _excuse(second: _Round, people: Sequence[Resident]) -> None:
    """Some of those who have not come are known to be away."""
    known = set(second.days.city.cells[register.COMMUNITIES[0]])  # to the grid worker of the first community
    away = [each for each in people if each.cell in known and second.stays_away(each)]
    for n, who in enumerate(away[:: max(len(away) // 40, 1)]):
        reason = ("away", "in_hospital", "tested_elsewhere", "refused")[n % 4]
        second.tell("grid", excuse_person, round=second.id, person=who.id, reason=reason)
