"""What a station sent, read without trust: each thing by itself, so that one that cannot be read stops no other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from ringfence.core.digests import keyed_digest
from ringfence.core.errors import Refused
from ringfence.desks.testing.queries.sealing import code_of
from ringfence.facts.testing import Lane

MOST = 200  # things of a kind in one request
LONGEST, LONGEST_NOTE = 200, 2000
LARGEST = 1_000_000
YEARS = range(2000, 2300)
SAID = ("name", "id_number", "phone")


@dataclass(frozen=True, slots=True)
class Person:
    """A code as scanned; with what somebody without papers said of themselves."""

    code: str
    said: Mapping[str, str] | None = None


@dataclass(slots=True)
class Thing:
    """A tube, a void, a box or a count as sent; `wrong` where it could not be read."""

    kind: str
    sent: Any
    digest: str
    key: str | None = None
    site: str = ""
    round: str | None = None
    tube: str = ""
    at: datetime | None = None
    told: dict[str, Any] = field(default_factory=dict)
    people: tuple[Person, ...] = ()
    wrong: Refused | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """One request of a station."""

    station: str
    sent_at: datetime
    things: list[Thing]


def letter(body: Any, digest_key: bytes) -> Letter:
    """Read a request. Refused as a whole only where nothing in it could be answered: `body_unreadable`."""
    if not isinstance(body, dict):
        raise Refused("body_unreadable", why="")
    try:
        station, sent_at = _text(body, "station", 64), _moment(body, "sent_at")
    except Refused as refusal:
        raise Refused("body_unreadable", why=f"{refusal.told['field']}: {refusal.told['told']}") from None
    things: list[Thing] = []
    for name, read in _KINDS.items():
        listed = [] if body.get(name) is None else body[name]
        if not isinstance(listed, list):
            raise Refused("body_unreadable", why=name)
        if len(listed) > MOST:
            raise Refused("hand_in_too_long", things=len(listed), most=MOST)
        things += [_thing(_KIND[name], read, sent, digest_key) for sent in listed]
    return Letter(station, sent_at, things)


def _thing(kind: str, read: Callable[[Thing, Any], None], sent: Any, digest_key: bytes) -> Thing:
    thing = Thing(kind, sent, keyed_digest(orjson.dumps(sent, option=orjson.OPT_SORT_KEYS), digest_key))
    try:
        if not isinstance(sent, dict):
            raise Refused("handed_in_unfit", field=kind, told=_short(sent))  # noqa: TRY301 (one way out)
        thing.key = _text(sent, "key")
        read(thing, sent)
    except Refused as refusal:
        thing.wrong = refusal
    return thing


# -- the four kinds ---------------------------------------------------------------------------------------------------


def _tube(thing: Thing, sent: Mapping[str, Any]) -> None:
    thing.site = _text(sent, "site")
    thing.round = _text(sent, "round") if sent.get("round") is not None else None
    thing.tube = code_of(_text(sent, "tube"))
    thing.at = _moment(sent, "sealed_at")
    people = sent.get("people")
    if not isinstance(people, list):
        raise Refused("handed_in_unfit", field="people", told=_short(people))
    thing.people = tuple([_person(each) for each in people])
    alone, lane = sent.get("alone", False), sent.get("lane", "general")
    if not isinstance(alone, bool):
        raise Refused("handed_in_unfit", field="alone", told=_short(alone))
    if lane not in _LANES:
        raise Refused("handed_in_unfit", field="lane", told=_short(lane))
    thing.told = {"code": thing.tube, "alone": alone, "lane": _LANES[lane]}


_LANES = {each.value: each for each in Lane}


def _person(sent: Any) -> Person:
    if not isinstance(sent, dict):
        raise Refused("handed_in_unfit", field="people", told=_short(sent))
    code = _text(sent, "code")
    walk_in = sent.get("walk_in", False)
    if not isinstance(walk_in, bool):
        raise Refused("handed_in_unfit", field="walk_in", told=_short(walk_in))
    if not walk_in:
        return Person(code)
    said = {name: _text(sent, name, empty=True) for name in SAID}
    return Person(code, said | {"note": _text(sent, "note", LONGEST_NOTE, empty=True)})


def _void(thing: Thing, sent: Mapping[str, Any]) -> None:
    thing.tube = code_of(_text(sent, "tube"))
    thing.at = _moment(sent, "at")
    thing.told = {"reason": _text(sent, "reason")}


def _box(thing: Thing, sent: Mapping[str, Any]) -> None:
    thing.site = _text(sent, "site")
    thing.at = _moment(sent, "packed_at")
    tubes = sent.get("tubes")
    if not isinstance(tubes, list) or not all(isinstance(each, str) for each in tubes):
        raise Refused("handed_in_unfit", field="tubes", told=_short(tubes))
    thing.told = {"code": code_of(_text(sent, "box")), "tubes": tuple(code_of(each) for each in tubes)}


def _queue(thing: Thing, sent: Mapping[str, Any]) -> None:
    thing.site = _text(sent, "site")
    thing.at = _moment(sent, "at")
    thing.told = {"people": _count(sent, "people")}
    if sent.get("lanes") is not None:
        thing.told["lanes"] = _count(sent, "lanes")


_KINDS: dict[str, Callable[[Thing, Any], None]] = {"tubes": _tube, "voids": _void, "boxes": _box, "queues": _queue}
"""In this order, so that what speaks of a tube finds it."""
_KIND = {"tubes": "tube", "voids": "void", "boxes": "box", "queues": "queue"}


# -- values -----------------------------------------------------------------------------------------------------------


def _text(sent: Mapping[str, Any], name: str, longest: int = LONGEST, *, empty: bool = False) -> str:
    value = sent.get(name)
    if value is None and empty:
        return ""
    if not isinstance(value, str) or len(value) > longest or "\x00" in value or not (empty or value.strip()):
        raise Refused("handed_in_unfit", field=name, told=_short(value))
    return value.strip()


def _moment(sent: Mapping[str, Any], name: str) -> datetime:
    value = sent.get(name)
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or moment.year not in YEARS:
        raise Refused("handed_in_unfit", field=name, told=_short(value))
    return moment


def _count(sent: Mapping[str, Any], name: str) -> int:
    value = sent.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LARGEST:
        raise Refused("handed_in_unfit", field=name, told=_short(value))
    return value


def _short(value: Any) -> str:
    """What was sent instead, as far as it shows what is wrong and no further: it may be a person's."""
    if value is None:
        return "-"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{len(value)}]"
    return type(value).__name__ if not isinstance(value, str) else f"{len(value)}"
