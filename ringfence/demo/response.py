"""The response around the cases: decisions, the objective, reporting units, supervision, and the hours that strike."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from ringfence.core.access import feed
from ringfence.demo.city import ZONE, tables
from ringfence.demo.course import HOUR, NAMED
from ringfence.demo.days import Days
from ringfence.demo.draws import happens
from ringfence.desks.cases.actions import enrol_facility, make_daily_report
from ringfence.desks.command.actions import change_due, drop_task, finish_task, make_decision, set_task
from ringfence.desks.command.queries import TaskRow, tasks
from ringfence.facts.command import task_of
from ringfence.facts.time import TimeStruck
from ringfence.registry.actions import set_objective

DECISIONS = (  # hours after the declaration, text, reason
    (1, "启动应急响应 Start the emergency response", "first case without a known source"),
    (5, "关闭老渡口农贸市场 Close the Old Ferry Food Market", "the first case worked there while infectious"),
    (26, "荻湾区全员核酸检测 Test everybody in Diwan District", "second generation found outside the known contacts"),
    (60, "全市暂停堂食和棋牌室 No indoor dining, card rooms closed", "a third of the infections happened there"),
    (130, "增派流调队支援荻湾 Send investigation teams to Diwan", "one investigation in five is late"),
    (
        220,
        "社会面清零目标定为九天内 Aim for no community case within nine days",
        "more than half are found in quarantine",
    ),
)
BY_HAND = (  # hours before now, kind, unit, hours to do it
    (60, "prepare_rooms", "isolation", 12),
    (30, "publish_bulletin", "publicity", 6),
    (20, "deliver_supplies", "supplies", 10),
    (9, "check_drainage_of_site", "wards", 24),
    (4, "call_back_for_swab", "sampling", 8),
)


STRUCK_HOURLY = timedelta(days=3)
"""The clock strikes every hour of the last days, and every third one before: a demonstration is told in seconds."""


def respond(days: Days, begun: datetime) -> None:
    """Queue the whole response, from its declaration on."""
    for hours, text, reason in DECISIONS:
        days.at(begun + hours * HOUR, partial(_decide, days, text, reason))
    local = days.until.astimezone(ZoneInfo(ZONE)).date()
    days.at(begun + 30 * HOUR, lambda: _aim(days, local + timedelta(days=3)))
    days.at(begun + 221 * HOUR, lambda: _aim(days, local + timedelta(days=9)))
    for n, told in enumerate(BY_HAND):
        days.at(days.until - told[0] * HOUR, partial(_by_hand, days, n))
    for facility in tables()["facilities"]:
        _reports(days, facility, begun)
    moment = begun
    while moment < days.until:
        if days.until - moment < STRUCK_HOURLY or moment.hour % 3 == 0:
            days.at(moment, lambda: _strike(days))
        moment += HOUR
        if moment.hour == 2:  # noqa: PLR2004 (ten in the morning there)
            days.at(moment + HOUR / 4, lambda: _supervise(days))


def _strike(days: Days) -> None:
    place = days.centre.geography.place(days.outbreak, None)
    days.centre.hear(feed("clock"), [TimeStruck(outbreak=days.outbreak, at=days.now)], place)


def _decide(days: Days, text: str, reason: str) -> None:
    days.tell(NAMED["duty"], make_decision, outbreak=days.outbreak, text=text, reason=reason)


def _aim(days: Days, by_on: date) -> None:
    days.tell(NAMED["duty"], set_objective, outbreak=days.outbreak, by_on=by_on, clear_days=7)


def _by_hand(days: Days, n: int) -> None:
    """Tasks that no rule sets: one is put off, one is dropped."""
    _, kind, unit, hours = BY_HAND[n]
    about, due_at = days.city.districts[n], days.now + hours * HOUR
    answer = days.tell(
        NAMED["duty"],
        set_task,
        kind=kind,
        about=about,
        unit=days.city.units[unit],
        due_at=due_at,
        jurisdiction=days.city.city,
        outbreak=days.outbreak,
    )
    task = task_of(kind, about, answer.facts[0].key)  # type: ignore[attr-defined]
    if kind == "deliver_supplies":
        later = due_at + 6 * HOUR
        days.at(
            days.now + 2 * HOUR,
            lambda: days.tell(NAMED["duty"], change_due, task=task, due_at=later, reason="lorry held up"),
        )
    if kind == "publish_bulletin":
        days.at(
            days.now + HOUR,
            lambda: days.tell(NAMED["duty"], drop_task, task=task, reason="the city published its own"),
        )


def _reports(days: Days, facility: dict[str, object], begun: datetime) -> None:
    """A unit's daily reports; silent ones stop on some day, others now and then forget one."""
    code, silent = str(facility["code"]), bool(facility.get("silent"))
    place = days.city.districts[int(str(facility["district"]))]
    names = {"name_en": facility["en"], "name_zh": facility["zh"]}
    told = {"outbreak": days.outbreak, "facility": code}
    days.at(begun, lambda: days.tell(NAMED["duty"], enrol_facility, jurisdiction=place, **told, **names))
    last = begun + timedelta(days=9 + 2 * (int(code[1:]) % 3)) if silent else days.until
    moment = begun.replace(hour=9, minute=int(code[1:]) * 2)
    while moment < last:
        on = moment.astimezone(ZoneInfo(ZONE)).date()
        if moment > begun and not happens(0.02, code, on):
            count = int(happens(0.25, code, on, "some")) + int(happens(0.1, code, on, "more"))
            days.at(moment, partial(days.tell, NAMED["duty"], make_daily_report, on=on, count=count, **told))
        moment += timedelta(days=1)


def _supervise(days: Days) -> None:
    """Each morning supervision works off some of what it was asked to look into."""
    supervisor = days.who(NAMED["supervisor"])
    for kind, evidence in (("ask_silent_unit", "telephone call"), ("find_missing_report", "visit")):
        page = days.centre.ask(supervisor, tasks, kind=kind, outbreak=days.outbreak)
        for task in page.rows:
            if happens(0.45, kind, task.id, days.now.date()):
                _finish(days, task, evidence)


def _finish(days: Days, task: TaskRow, evidence: str) -> None:
    days.tell(NAMED["supervisor"], finish_task, task=task.id, evidence=evidence)
