"""Moments as instruments write them: `10/18/2021 07:58:12 UTC`, `2021-10-18 15:58:04 PM CST`, `2021年10月18日 15时58分`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from ringfence.science.dates import read_dates

OLDEST = timedelta(days=730)
AHEAD = timedelta(minutes=10)
"""A moment further ahead than this is a wrong clock."""

_ISO = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d)?\Z")
_TIME = re.compile(
    r"(?P<before>上午|下午|晚上)?\s*(?P<h>\d{1,2})\s*[:时點点]\s*(?P<m>\d{2})\s*分?(?:\s*:?\s*(?P<s>\d{2})(?:[.,]\d+)?\s*秒?)?"
    r"\s*(?P<half>[AaPp]\.?[Mm]\.?|上午|下午)?\s*(?P<zone>Z\b|[+-]\d\d:?\d\d|[A-Z]{2,5}\b|北京时间)?"
)

Moments = dict[str, datetime | str]
"""text -> the moment, or the reason why it is none: time_unreadable, day_ambiguous, zone_unknown, in_future."""


def moments(texts: Iterable[str], zone: ZoneInfo, now: datetime) -> Moments:
    """Read the distinct moments of a column; the column decides the order of day and month.

    A moment without a zone of its own counts in `zone`.
    """
    found: Moments = {}
    rest: list[tuple[str, str, re.Match[str] | None]] = []
    for text in dict.fromkeys(texts):
        if _ISO.match(text):
            try:
                found[text] = _sound(datetime.fromisoformat(text).replace(tzinfo=zone), now)
                continue
            except ValueError:
                pass
        clock = next(iter(_TIME.finditer(text)), None)
        day = text if clock is None else f"{text[: clock.start()]} {text[clock.end() :]}"
        rest.append((text, day.strip(" T,"), clock))
    days = _days([day for _, day, _ in rest], zone, now)
    for (text, _, clock), read in zip(rest, days, strict=True):
        found[text] = read if isinstance(read, str) else _moment(read, clock, zone, now)
    return found


def _days(texts: list[str], zone: ZoneInfo, now: datetime) -> list[date | str]:
    today = now.astimezone(zone).date()
    read = read_dates(texts, not_before=today - OLDEST, not_after=today + timedelta(days=1))
    reasons = {bad.index: bad.reason for bad in read.bad}
    said = {"ambiguous": "day_ambiguous", "after_window": "in_future"}
    return [day or said.get(reasons.get(n, ""), "time_unreadable") for n, day in enumerate(read.days)]


def _moment(day: date, clock: re.Match[str] | None, zone: ZoneInfo, now: datetime) -> datetime | str:
    if clock is None:
        return _end_of(day, zone, now)
    hour = int(clock["h"])
    late = (clock["half"] or clock["before"] or "").casefold().replace(".", "")
    if late in ("pm", "下午", "晚上") and hour < 12:  # noqa: PLR2004 (noon; some write 15:58 PM)
        hour += 12
    if late in ("am", "上午") and hour == 12:  # noqa: PLR2004
        hour = 0
    try:
        local = datetime.combine(day, time(hour, int(clock["m"]), int(clock["s"] or 0)), zone)
    except ValueError:
        return "time_unreadable"
    placed = _placed(local, clock["zone"])
    return placed if isinstance(placed, str) else _sound(placed, now)


def _end_of(day: date, zone: ZoneInfo, now: datetime) -> datetime | str:
    """A day without a time: its last minute, or now while it is not over, so that no tube is read before it is sealed."""
    if day > now.astimezone(zone).date():
        return "in_future"
    return min(datetime.combine(day, time(23, 59), zone), now)


def _placed(local: datetime, told: str | None) -> datetime | str:
    """The moment in the zone told; letters count if they are the zone's own, as others may stand for several zones."""
    if not told or told == local.tzname():
        return local
    if told in ("Z", "UTC", "GMT"):
        return local.replace(tzinfo=timezone.utc)  # noqa: UP017 (beside the fixed offsets below)
    if told == "北京时间":
        return local.replace(tzinfo=ZoneInfo("Asia/Shanghai"))
    if told[0] in "+-":
        digits = told[1:].replace(":", "")
        span = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
        return local.replace(tzinfo=timezone(-span if told[0] == "-" else span))
    return "zone_unknown"


def _sound(moment: datetime, now: datetime) -> datetime | str:
    return "in_future" if moment > now + AHEAD else moment
