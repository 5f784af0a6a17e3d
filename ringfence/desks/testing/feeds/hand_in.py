"""A station's hand-in: each thing stands alone and is on record when it is answered; what cannot be taken is kept.

Clocks are set right by what they are off, people are found by whatever was scanned, and the same thing told again, under
its own key or by another station, is answered and not doubled.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import orjson

from ringfence.core import quarantine
from ringfence.core.access import Who
from ringfence.core.answers import Place
from ringfence.core.centre import Answer, Centre, Heard, Item
from ringfence.core.declare import Action
from ringfence.core.digests import keyed_digest
from ringfence.core.errors import Refused
from ringfence.core.fact import Fact, Facts, to_micros
from ringfence.core.shown import show_value
from ringfence.desks.testing.feeds.sealed import HAND_IN_TUBE
from ringfence.desks.testing.feeds.sent import Letter, Thing, letter
from ringfence.desks.testing.policy import Policy
from ringfence.desks.testing.queries import keys, stations
from ringfence.facts.ids import JurisdictionId, PlaceId, RoundId
from ringfence.facts.registry import PersonRegistered
from ringfence.facts.testing import HandInKept, HandInRanLate, StationClockFound, TubeSealed, box_of, tube_of
from ringfence.registry import scanned
from ringfence.registry.queries import areas
from ringfence.registry.scanned import Scanned
from ringfence.registry.vaults import opened_apart, sealed_apart

ONCE_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Warned:
    """Something to look at in a tube that was taken: a code as scanned, and the tube in which that person was before."""

    code: str
    what: str  # tested_already, unknown_person, under_measures
    tube: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of one thing: on record, or kept with the reason."""

    key: str | None
    again: bool = False
    warnings: tuple[Warned, ...] = ()
    problem: Refused | None = None


@dataclass(frozen=True, slots=True)
class HandedIn:
    """The answer to a request; `fast_by` is how far the station's clock is ahead of the server's."""

    now: datetime
    fast_by: timedelta
    answers: list[Answered]


def hand_in(centre: Centre, who: Who, body: Any) -> HandedIn:
    """Take in what a station sent. Refused as a whole: `not_allowed`, `body_unreadable`, `hand_in_too_long`."""
    if not who.scope("sample").paths:
        raise Refused("not_allowed", what="may.sample")
    now = centre.clock.now()
    told = letter(body, centre.digest_key)
    taking = _Taking(centre, who, told, now)
    taking.tell()
    return HandedIn(now, taking.fast_by, taking.answered())


class _Taking:
    """One request on its way into the log."""

    def __init__(self, centre: Centre, who: Who, told: Letter, now: datetime) -> None:
        self.centre, self.who, self.letter, self.now = centre, who, told, now
        self.fast_by = told.sent_at - now
        self.sites: dict[str, keys.SiteKey | None] = {}
        self.places: dict[tuple[str, str | None], Place] = {}  # by site and round
        self.people: dict[int, tuple[Scanned, ...]] = {}  # by the place of the tube in the letter
        self.outcomes: dict[int, Answer | Refused] = {}
        self.kept: dict[int, tuple[Fact, ...]] = {}
        self.path = who.scope("sample").paths[0]

    # -- where and when --

    def site(self, site: str) -> keys.SiteKey | None:
        """A site at the asker's places."""
        if site not in self.sites:
            found = keys.site(PlaceId(site)) if site else None
            self.sites[site] = found if found and self.who.scope("sample").covers(found.path) else None
        return self.sites[site]

    def place_of(self, thing: Thing) -> Place:
        """Where a thing belongs: its site's path and its round's outbreak, as far as they are known."""
        asked = (thing.site, thing.round)
        if asked not in self.places:
            site = self.site(thing.site)
            path = site.path if site else self.path
            found = keys.round_key(RoundId(thing.round)) if thing.round else None
            outbreak = found.outbreak if found else stations.outbreak_at(path)
            self.places[asked] = self.centre.geography.place(outbreak, path or None)
        return self.places[asked]

    def _policy(self) -> tuple[Policy, Thing | None]:
        """The numbers in force where the letter comes from, and a thing that tells where that is."""
        told = next((each for each in self.letter.things if self.site(each.site) is not None), None)
        place = self.place_of(told) if told else Place(None, self.path)
        policy: Policy = self.centre.policy("testing", place)
        return policy, told

    # -- telling --

    def tell(self) -> None:
        """Each kind after the one that it speaks of; then what was refused, and what the station should know of itself."""
        policy, from_there = self._policy()
        wrong_clock = abs(self.fast_by) > policy.clock_off_at_most
        self._find_people()
        for n, thing in enumerate(self.letter.things):
            if thing.at is not None:
                self._prepare(n, thing, wrong_clock=wrong_clock)
        for kind, action in (
            ("tube", HAND_IN_TUBE),
            ("void", self.centre.actions["testing.void_tube"]),
            ("box", self.centre.actions["testing.pack_box"]),
            ("queue", self.centre.actions["testing.count_queue"]),
        ):
            self._tell_all(kind, action)
        self._keep_refused()
        if from_there is not None:
            self._look_at_the_station(from_there, policy, wrong_clock=wrong_clock)

    def _find_people(self) -> None:
        """Who is meant, for all tubes at once."""
        tubes = [(n, each) for n, each in enumerate(self.letter.things) if each.kind == "tube" and each.wrong is None]
        found = scanned.recognised(one.code for _, tube in tubes for one in tube.people)
        for n, tube in tubes:
            self.people[n] = tuple(
                found[one.code] if one.said is None else scanned.walk_in(one.code, one.said) for one in tube.people
            )

    def _prepare(self, n: int, thing: Thing, *, wrong_clock: bool) -> None:
        """What is told of a thing: its moment set right, its place, its people."""
        assert thing.at is not None  # noqa: S101 (read, or it would be wrong)
        told, at = thing.told, thing.at - self.fast_by if wrong_clock else thing.at
        told["at"] = at
        if thing.site:
            told["site"] = PlaceId(thing.site)
        if thing.kind == "void":
            told["tube"] = tube_of(thing.tube)
        if thing.kind == "tube" and thing.wrong is None:
            everybody = self.people[n]
            told |= {
                "round": thing.round,
                "outbreak": self.place_of(thing).outbreak,
                "people": tuple(one.person for one in everybody),
                "strangers": tuple(one for one in everybody if one.code),
                "station": self.letter.station,
                "told_at": thing.at if wrong_clock else None,
                "now": self.now,
            }

    def _tell_all(self, kind: str, action: Action) -> None:
        """Tell the things of one kind."""
        chosen = [n for n, each in enumerate(self.letter.things) if each.kind == kind and each.wrong is None]
        if not chosen:
            return
        things = self.letter.things
        items = [Item(things[n].told, things[n].key, things[n].digest) for n in chosen]
        answers = self.centre.tell_many(self.who, action, items).answers
        for n, answer in zip(chosen, answers, strict=True):
            if isinstance(answer, Refused) and self._is_there(things[n], answer):
                self.outcomes[n] = Answer(things[n].key or "", 0, 0, again=True)
            else:
                self.outcomes[n] = answer

    def _is_there(self, thing: Thing, refusal: Refused) -> bool:
        """Whether what was refused is on record just so: told by another station, or under another key."""
        if refusal.code == "tube_void":
            return thing.kind == "void"
        if refusal.code != "box_already_packed":
            return False
        inside = {tube.code for tube in keys.tubes_in(box_of(thing.told["code"]))}
        return inside == set(thing.told["tubes"])

    # -- what could not be taken --

    def _keep_refused(self) -> None:
        """Keep what was refused, sealed, and say so in the log; told again it is kept once."""
        for n, thing in enumerate(self.letter.things):
            refusal = thing.wrong or self.outcomes.get(n)
            if not isinstance(refusal, Refused):
                continue
            alone = thing.key is None or thing.wrong is not None or refusal.code == "key_means_other"
            key = f"station:{thing.digest}" if alone else thing.key
            heard = Heard("station", thing.digest, lambda t=thing, r=refusal: self._kept(t, r), key)  # type: ignore[misc]
            for told in self.centre.hear_each(self.who, [heard], self.place_of(thing)):
                if isinstance(told, Refused):
                    raise told
                self.kept[n] = tuple(each.fact for each in told)

    def _kept(self, thing: Thing, refusal: Refused) -> Facts:
        """Inside the telling: the row, and the fact that names it."""
        site = self.site(thing.site)
        path = site.path if site else self.path
        door = f"station:{thing.digest}"
        why = {"code": refusal.code, "told": {name: show_value(value) for name, value in refusal.told.items()}}
        sent = {"refused": why, "station": self.letter.station, "kind": thing.kind, "sent": thing.sent}
        content = orjson.dumps(sent, option=orjson.OPT_INDENT_2).decode()
        row = quarantine.KeptRow(door, refusal.code, sealed_apart(door, content))
        area = areas.area_at(path)
        yield HandInKept(
            station=self.letter.station,
            site=site.id if site else PlaceId(""),
            jurisdiction=area.id if area else JurisdictionId(""),
            row=quarantine.keep_row(row, self.who.by, self.now),
            code=refusal.code,
            at=self.now,
        )

    # -- the station itself --

    def _look_at_the_station(self, there: Thing, policy: Policy, *, wrong_clock: bool) -> None:
        """A wrong clock, once a day; and tubes that lay long before they were handed in, once a request."""
        facts = list(self._found(there, policy, wrong_clock=wrong_clock))
        if not facts:
            return
        digests = "".join(thing.digest for thing in self.letter.things)
        digest = keyed_digest(digests.encode(), self.centre.digest_key)
        heard = Heard("station", digest, lambda: iter(facts), f"station:about:{digest}")
        for _ in self.centre.hear_each(self.who, [heard], self.place_of(there)):
            pass

    def _found(self, there: Thing, policy: Policy, *, wrong_clock: bool) -> Iterator[Fact]:
        site = self.site(there.site)
        area = areas.area_at(site.path) if site else None
        if site is None or area is None:
            return
        about: dict[str, Any] = {"station": self.letter.station, "site": site.id, "jurisdiction": area.id}
        flagged = keys.flagged_at(self.letter.station, "clock")
        if wrong_clock and (flagged is None or to_micros(self.now - ONCE_A_DAY) >= flagged):
            yield StationClockFound(**about, fast_by=self.fast_by, at=self.now)
        things = [self.letter.things[n] for n, each in self.outcomes.items() if not isinstance(each, Refused)]
        moments = [thing.told["at"] for thing in things if thing.kind == "tube"]
        late = [at for at in moments if self.now - at > policy.hand_in_within]
        if late:
            yield HandInRanLate(**about, tubes=len(late), oldest_at=min(late), at=self.now)

    # -- answering --

    def answered(self) -> list[Answered]:
        """An answer to each thing, in the order sent."""
        sealed = {
            n: next((fact for fact in each.facts if isinstance(fact, TubeSealed)), None)
            for n, each in self.outcomes.items()
            if isinstance(each, Answer)
        }
        before = stations.tubes_before([fact for fact in sealed.values() if fact is not None and fact.again])
        held = stations.held_when([fact for fact in sealed.values() if fact is not None])
        answers = []
        for n, thing in enumerate(self.letter.things):
            outcome = self.outcomes.get(n)
            facts = outcome.facts if isinstance(outcome, Answer) else self.kept[n]
            if kept := next((fact for fact in facts if isinstance(fact, HandInKept)), None):
                problem = thing.wrong or (outcome if isinstance(outcome, Refused) else _reason(kept))
                answers.append(Answered(thing.key, problem=problem))
                continue
            assert isinstance(outcome, Answer)  # noqa: S101 (whatever was not kept was told)
            again = outcome.again or (thing.kind == "tube" and sealed[n] is None)
            fact = sealed[n]
            warnings = self._warnings(n, fact, outcome.facts, before, held) if fact else ()
            answers.append(Answered(thing.key, again, warnings))
        return answers

    def _warnings(
        self,
        n: int,
        sealed: TubeSealed,
        facts: Sequence[Fact],
        before: dict[tuple[str, str], str],
        held: set[tuple[str, str]],
    ) -> tuple[Warned, ...]:
        """What is worth a look in a tube, by the codes as they were scanned."""
        people = zip(self.people[n], self.letter.things[n].people, strict=True)
        said = {one.person: sent for one, sent in people}
        strangers = {fact.person for fact in facts if isinstance(fact, PersonRegistered)}
        found = []
        for person in sealed.people:
            sent = said.get(person)
            code = sent.code if sent else person
            if person in sealed.again:
                found.append(Warned(code, "tested_already", before.get((person, sealed.tube), "")))
            if person in strangers and (sent is None or sent.said is None):
                found.append(Warned(code, "unknown_person"))
            if (person, sealed.tube) in held and not sealed.alone:
                found.append(Warned(code, "under_measures"))
        return tuple(replace(each, tube=each.tube or sealed.code) for each in found)


def _reason(kept: HandInKept) -> Refused:
    """Why something was kept, as it was said the first time."""
    door, content = quarantine.content_of(kept.row)
    try:
        told = orjson.loads(opened_apart(door, content))["refused"]
    except (Refused, ValueError, KeyError):
        return Refused(kept.code)
    return Refused(str(told["code"]), **told["told"])
