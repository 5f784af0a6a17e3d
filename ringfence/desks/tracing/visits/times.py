"""Times as they come: moments with a zone, or told in a zone of the person at the door; never guessed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from ringfence.core.errors import Refused
from ringfence.science.contacts_index import I64, U8

REASONS = (
    "", "missing", "id_unreadable", "time_unreadable", "no_zone", "time_twice_or_never", "time_absurd",
    "end_before_start", "longer_than_a_day", "number_of_values",
)  # fmt: skip
"""Why a row is refused; the place in this list is the code that arrays carry."""
MISSING, ID_UNREADABLE, TIME_UNREADABLE, NO_ZONE, TWICE_OR_NEVER, ABSURD, BACKWARDS, TOO_LONG, RAGGED = range(1, 10)

LONGEST_MS = 86_400_000
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
FORMATS = ("%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M")
OFFSET = r"\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(Z|z|UTC|[+-]\d{2}:?\d{2}|[+-]\d{2})$"


def zone_called(name: str) -> ZoneInfo:
    """The zone of an IANA name. Refused: `visits_zone_unknown`."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Refused("visits_zone_unknown", zone=name) from None


def moments(column: pa.Array, name: str, zone: str) -> tuple[I64, U8]:
    """(milliseconds since 1970 UTC, why not: a place in `REASONS`) of a column of times.

    Moments without a zone are taken in `zone`; without one told, such rows are refused. Refused: `visits_times_other`
    where the column holds no times at all.
    """
    kind = column.type
    if pa.types.is_dictionary(kind):
        return moments(column.dictionary_decode(), name, zone)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _of_texts(pl.Series(column.cast(pa.large_string())), zone)
    if not pa.types.is_timestamp(kind):
        raise Refused("visits_times_other", column=name, type=str(kind))
    missing = np.zeros(len(column), np.uint8)
    if column.null_count:
        missing[np.asarray(column.is_null())] = MISSING
    if kind.tz is None:
        naive = pl.Series(column)
        ms, why = _in_zone(naive.cast(pl.Datetime("ms")), zone)
        why[missing > 0] = MISSING
        return ms, why
    whole = column.cast(pa.int64())
    ticks = np.asarray(whole.fill_null(0) if column.null_count else whole)
    per_ms = {"s": 0, "ms": 1, "us": 1000, "ns": 1_000_000}[kind.unit]
    return (ticks * 1000 if not per_ms else ticks if per_ms == 1 else ticks // per_ms), missing


def _of_texts(texts: pl.Series, zone: str) -> tuple[I64, U8]:
    plain = texts.str.strip_chars()
    offset = plain.str.extract(OFFSET, 1)
    bare = pl.select(
        pl.when(offset.is_null()).then(plain).otherwise(plain.str.replace(r"\s*(Z|z|UTC|[+-]\d{2}:?\d{2}|[+-]\d{2})$", ""))
    ).to_series()  # fmt: skip
    bare = (
        bare.str.replace("T", " ", literal=True)
        .str.replace_all("/", "-", literal=True)
        .str.replace(",", ".", literal=True)
    )
    read = [bare.str.to_datetime(form, time_unit="ms", strict=False) for form in FORMATS]
    naive = pl.select(pl.coalesce(read)).to_series()
    ms, why = _in_zone(naive, zone)
    told = np.asarray(offset.is_not_null())
    if told.any():
        behind = _offsets_ms(offset)
        clock = np.asarray(naive.dt.epoch("ms").fill_null(0))
        ms = np.where(told, clock - behind, ms)
        why[told] = 0
    why[np.asarray(naive.is_null())] = TIME_UNREADABLE
    why[np.asarray(plain.is_null() | (plain == "").fill_null(value=True))] = MISSING
    return ms, why


def _offsets_ms(offset: pl.Series) -> I64:
    digits = offset.str.replace_all(r"[^0-9]", "").str.pad_end(4, "0")
    hours = digits.str.slice(0, 2).cast(pl.Int64, strict=False).fill_null(0)
    minutes = digits.str.slice(2, 2).cast(pl.Int64, strict=False).fill_null(0)
    sign = np.where(np.asarray(offset.str.starts_with("-").fill_null(value=False)), -1, 1)
    return np.asarray(sign * np.asarray(hours * 60 + minutes) * 60_000)


def _in_zone(naive: pl.Series, zone: str) -> tuple[I64, U8]:
    """Moments of a wall clock; one that the clock shows twice, or never, is no moment."""
    n = len(naive)
    if not zone:
        return np.zeros(n, np.int64), np.full(n, NO_ZONE, np.uint8)
    placed = naive.dt.replace_time_zone(zone, ambiguous="null", non_existent="null")
    why = np.where(np.asarray(placed.is_null() & naive.is_not_null()), TWICE_OR_NEVER, 0).astype(np.uint8)
    return np.asarray(placed.dt.epoch("ms").fill_null(0)), why


def checked(start: I64, end: I64, why: U8, latest_ms: int) -> None:
    """Refuse in `why` what cannot have been: out of all time, ending before it begins, longer than a day."""
    earliest = int(EARLIEST.timestamp()) * 1000
    length = end - start
    absurd = (start < earliest) | (end < earliest) | (start > latest_ms) | (end > latest_ms)
    for wrong, reason in ((absurd, ABSURD), (length < 0, BACKWARDS), (length > LONGEST_MS, TOO_LONG)):
        why[wrong & (why == 0)] = reason


def day_begins(day: date, zone: ZoneInfo) -> int:
    """The minute since 1970 UTC at which a day begins in a zone; where midnight does not exist, what follows it."""
    moment = datetime.combine(day, time(), zone)
    return int(moment.timestamp() // 60)


def day_limits(first_ms: int, last_ms: int, zone: ZoneInfo) -> tuple[list[date], npt.NDArray[np.int64]]:
    """The days from one moment to another, and the milliseconds at which each begins, and the last ends."""
    first = datetime.fromtimestamp(first_ms / 1000, zone).date() - timedelta(days=1)
    last = datetime.fromtimestamp(last_ms / 1000, zone).date() + timedelta(days=1)
    days = [first + timedelta(days=k) for k in range((last - first).days + 1)]
    begins = [day_begins(day, zone) * 60_000 for day in (*days, last + timedelta(days=1))]
    return days, np.array(begins, np.int64)
