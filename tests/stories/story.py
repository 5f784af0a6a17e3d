"""A story: what happened, line by line, as a person would tell it; and what the centre makes of it.

    10:00     PositiveHeard person=Ana laboratory=L1        a fact, told by a feed
    12:00     report_case person=Ana by=duty                an action, told by an account
    02 09:00  the clock strikes                             time, told
    02 10:00  report_case person=Ana by=duty ! case_already_reported      an action that is refused
    03 09:00  seal_tube code=T{1..90} people=P{1..90} by=sampler          the same ninety times over
    03 10:00  visits people=Ana,Bo place=Cafe from=01T09:00 to=01T10:30 kind=meal     visits are loaded; ?X17 is an id not ours

`HH:MM` counts on the day of the line before, `DD HH:MM` on that day of September 2021, in the city's zone. `at=-40d` tells
of something long past. Names become ids; a person, a case or an account is known from the moment its name is said.
"""

from __future__ import annotations

import csv
import dataclasses
import os
import re
import typing
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from ringfence.app import open_centre
from ringfence.commands.work import strike
from ringfence.core import db, log
from ringfence.core.access import Who, feed
from ringfence.core.centre import Centre, Place
from ringfence.core.clock import ToldClock
from ringfence.core.errors import Refused
from ringfence.core.fact import Fact, from_micros
from ringfence.core.log import Told
from ringfence.core.typed import bare, in_zone, item_of, plain, read_value
from ringfence.facts.ids import (
    AccountId,
    BoxId,
    CaseId,
    ContactId,
    JurisdictionId,
    OutbreakId,
    PersonId,
    PlaceId,
    RoundId,
    TaskId,
    TubeId,
    UnitId,
    derive,
)
from ringfence.facts.registry import PersonRegistered, PlaceDeclared
from ringfence.facts.rounds import RoundOpened, SiteOpened
from ringfence.facts.testing import LaboratoryEnrolled, box_of, tube_of
from ringfence.facts.tracing import ContactsFound, contact_of, person_of
from ringfence.registry import account_keeping, actions

ZONE = ZoneInfo("Asia/Shanghai")
LINE = re.compile(r"(?:(\d\d) )?(\d\d):(\d\d)\s+(.*\S)\s*\Z")
CODED: dict[Any, Any] = {TubeId: tube_of, BoxId: box_of}  # called by the codes on them
NUMBERED = re.compile(r"\{(\d+)\.\.(\d+)\}")
AGO = re.compile(r"-(\d+)([dh])\Z")
ROLES = {"lab": "lab", "sampler": "sampler", "boss": "supervisor", "admin": "administrator"}
GROUPS = ("investigation", "reporting", "supervision", "sampling", "tracing", "laboratory", "transport")


def numbered(line: str) -> list[str]:
    """`T{1..3}` in a line tells it three times over, with T1, T2 and T3; any other line once."""
    found = NUMBERED.search(line)
    if found is None:
        return [line]
    return [line.replace(found[0], str(n)) for n in range(int(found[1]), int(found[2]) + 1)]


class Story:
    """A story told to a real centre over a fresh log."""

    home: ClassVar[Path]  # where the next story happens: a fresh installation for each, given by the fixture

    def __init__(self, text: str, pack: str = "cn-covid-2021", overlays: tuple[str, ...] = ()) -> None:
        """Set the stage and tell every line."""
        os.environ["RINGFENCE_HOME"] = str(Story.home)  # visits lie there, and rules look for them there
        self.clock = ToldClock(datetime(2021, 9, 1, tzinfo=ZONE))
        self.centre: Centre = open_centre(self.clock, Story.home)
        self.names: dict[tuple[Any, str], str] = {}
        self.day = 1
        self._set_the_stage(pack, overlays)
        self.begins = log.last_seq()
        for each in text.strip().splitlines():
            if each.strip() and not each.strip().startswith("#"):
                for line in numbered(each.strip()):
                    self._tell(line)

    # -- the stage ----------------------------------------------------------------------------------------------------

    def _set_the_stage(self, pack: str, overlays: tuple[str, ...]) -> None:
        """A land, a city in it, an outbreak, and an office with its groups."""
        tell, by = self.centre.tell, feed("stage")
        told: dict[str, Any] = {"level": "nation", "name_en": "Land", "zone": "Asia/Shanghai"}
        land = tell(by, actions.declare_jurisdiction, code="land", **told).facts[0].jurisdiction  # type: ignore[attr-defined]
        told = {"level": "city", "name_en": "City", "parent": land, "population": 5000}
        city = tell(by, actions.declare_jurisdiction, code="city", **told).facts[0].jurisdiction  # type: ignore[attr-defined]
        told = {"code": "HB", "title": "Harbour", "disease": "covid-19", "pack": pack, "overlays": overlays}
        outbreak = tell(by, actions.declare_outbreak, jurisdiction=city, **told).facts[0].outbreak  # type: ignore[attr-defined]
        office = tell(by, actions.declare_unit, jurisdiction=city, code="office", name_en="Office").facts[0].unit  # type: ignore[attr-defined]
        self.names |= {(JurisdictionId, "Land"): land, (JurisdictionId, "City"): city, (OutbreakId, "HB"): outbreak}
        self.names[UnitId, "office"] = office
        for group in GROUPS:
            told = {"code": group, "name_en": group, "functions": (group,), "above": office}
            unit = tell(by, actions.declare_unit, jurisdiction=city, **told).facts[0].unit  # type: ignore[attr-defined]
            self.names[UnitId, group] = unit
        self.place: Place = self.centre.geography.place(outbreak, None)

    def _id(self, kind: Any, name: str) -> str:
        """The id that a name stands for; a person or account not heard of yet is registered."""
        if (kind, name) in self.names:
            return self.names[kind, name]
        if kind is TaskId:
            task, _, about = name.partition("/")
            subject = next((known for (_, said), known in reversed(self.names.items()) if said == about), about)
            found = db.ask_one(
                "SELECT id FROM command_task WHERE kind = %s AND about = %s ORDER BY seq DESC", (task, subject)
            )
            found = found or self._task_of_case(task, about)
            return str(found[0]) if found else name
        if kind in CODED:
            self.names[kind, name] = CODED[kind](name)
            return self.names[kind, name]
        if kind is ContactId:  # called as the person is
            return self._contact(PersonId(self._id(PersonId, name)), name)
        made = derive(kind.__name__.removesuffix("Id").lower(), "story", name)
        self.names[kind, name] = made
        if kind is PersonId:
            city, now = JurisdictionId(self.names[JurisdictionId, "City"]), self.clock.now()
            registered = PersonRegistered(person=PersonId(made), source="story", code=name, office=city, at=now)
            self.centre.hear(feed("stage"), [registered], Place(None, self.place.path))
        elif kind is AccountId:
            self.names[kind, name] = self._open_account(name)
        elif kind is PlaceId:
            self._declare_place(PlaceId(made), name)
        return self.names[kind, name]

    def _contact(self, person: PersonId, name: str) -> str:
        self.names[ContactId, name] = contact_of(self.names[OutbreakId, "HB"], person)
        return self.names[ContactId, name]

    def _declare_place(self, place: PlaceId, name: str) -> None:
        """A place that is called Lab… takes part as a laboratory, any other takes swabs."""
        city, now = JurisdictionId(self.names[JurisdictionId, "City"]), self.clock.now()
        facts: list[Fact] = [PlaceDeclared(place=place, jurisdiction=city, name=name, kind="site", at=now)]
        if name.startswith("Lab"):
            facts.append(LaboratoryEnrolled(laboratory=place, jurisdiction=city, tubes_per_hour=100, at=now))
        else:
            facts.append(SiteOpened(site=place, jurisdiction=city, lanes=2, swabs_per_hour=60, at=now))
        self.centre.hear(feed("stage"), facts, Place(None, self.place.path))

    def _task_of_case(self, task: str, about: str) -> Any:
        case = self.names.get((CaseId, about), "")
        return db.ask_one("SELECT id FROM command_task WHERE kind = %s AND about = %s", (task, case))

    def _open_account(self, name: str) -> str:
        role, land = ROLES.get(name, "duty_officer"), JurisdictionId(self.names[JurisdictionId, "Land"])
        told = {"name": name, "shown_name": name, "password_hash": "!", "role": role, "jurisdiction": land}
        if name == "boss":
            told["role"] = "duty_officer"
        return str(self.centre.tell(feed("stage"), actions.open_account, **told).facts[0].account)  # type: ignore[attr-defined]

    # -- telling ------------------------------------------------------------------------------------------------------

    def _tell(self, line: str) -> None:
        found = LINE.match(line)
        assert found, f"not a line of a story: {line}"
        self.day = int(found[1] or self.day)
        self.clock.set(datetime(2021, 9, 1, int(found[2]), int(found[3]), tzinfo=ZONE) + timedelta(days=self.day - 1))
        before = log.last_seq()
        self._told(line, *found[4].partition(" ! ")[::2])
        self._known(log.between(before + 1, log.last_seq()))

    def _told(self, line: str, words: str, refusal: str) -> None:
        if words == "the clock strikes":
            strike(self.centre, self.clock.now())
            return
        name, *rest = re.split(r"\s+(?=\w+=)", words)
        told = {key: value for key, _, value in (each.partition("=") for each in rest)}
        if name == "visits":
            self._load_visits(told)
            return
        if name[0].isupper():
            self._hear(Fact.kinds[name], told)
            return
        said = self._refused(name, told)
        assert said == refusal.strip(), f"{line}: {f'refused as {said}' if said else 'was not refused'}"

    def _load_visits(self, told: dict[str, str]) -> None:
        """Everybody named was at the place together, by a file that somebody hands in now; seats beside people, in order."""
        from ringfence.commands.visits import told_of
        from ringfence.desks.tracing.visits.load import load_visits

        moments = [re.sub(r"\A(\d\d)T", r"2021-09-\1T", told[name]) + ":00+08:00" for name in ("from", "to")]
        people, seats = told["people"].split(","), told.get("seats", "").split(",")
        path = Story.home / f"visits{len(list(Story.home.glob('visits*.csv')))}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            out = csv.writer(file)
            out.writerow(["person", "place", "start", "end", "kind", "source", *(["seat"] if any(seats) else [])])
            for n, name in enumerate(people):
                if name.startswith("?"):
                    self.names[PersonId, name] = person_of(name[1:])
                person = name[1:] if name.startswith("?") else self._id(PersonId, name)
                seat = [seats[n]] if any(seats) else []
                out.writerow(
                    [person, told["place"], *moments, told.get("kind", ""), told.get("source", "check-ins"), *seat]
                )
        now = self.clock.now()
        done = load_visits(path, home=Story.home, now=now, zone="Asia/Shanghai")
        self.centre.hear(feed("visits"), [told_of(done, now)])

    def _refused(self, name: str, told: dict[str, str]) -> str:
        """Do it; the code of the refusal, or nothing."""
        try:
            self._do(name, told)
        except Refused as refused:
            return refused.code
        return ""

    def _value(self, hint: Any, text: str, apart: str = ",") -> Any:
        """A told value: names as ids, spans ago as moments, everything else as every door reads it; lists within `+`."""
        inner, _ = bare(hint)
        if (item := item_of(inner)) is not None:
            return tuple(self._value(item, part, "+") for part in text.split(apart) if part)
        if hasattr(inner, "__supertype__"):
            return self._id(inner, text)
        if plain(inner) is datetime and (ago := AGO.match(text)):
            return self.clock.now() - (timedelta(days=int(ago[1])) if ago[2] == "d" else timedelta(hours=int(ago[1])))
        if text.startswith("contact:"):  # where a plain text holds an id
            return self._id(ContactId, text.removeprefix("contact:"))
        if plain(inner) is date:
            text = re.sub(r"\A(\d\d)\Z", r"2021-09-\1", text)
        if plain(inner) is datetime:
            text = re.sub(r"\A(\d\d)T", r"2021-09-\1T", text)
        return read_value(hint, text, zone="Asia/Shanghai", now=self.clock.now())

    def _hear(self, kind: type[Fact], told: dict[str, str]) -> None:
        hints = typing.get_type_hints(kind)
        fields = {each.name for each in dataclasses.fields(kind)}
        defaults = {"outbreak": "HB", "jurisdiction": "City", "code": told.get("case", "?"), "source": "story"}
        needed = {each.name for each in dataclasses.fields(kind) if each.default is dataclasses.MISSING}
        whole = {name: value for name, value in defaults.items() if name in needed} | told
        assert set(whole) <= fields, f"{kind.__name__} has no {sorted(set(whole) - fields)}"
        values = {name: self._value(hints[name], text) for name, text in whole.items()}
        values.setdefault("at", self.clock.now())
        self.centre.hear(feed("story"), [kind(**values)], self.place)

    def _do(self, name: str, told: dict[str, str]) -> None:
        action = next(each for each in self.centre.actions.values() if each.name == name)
        who = self._who(told.pop("by"))
        hints = {each.name: each.hint for each in action.parameters}
        for field, value in (("outbreak", "HB"), ("jurisdiction", "City")):
            if any(each.name == field and (each.required or field == "outbreak") for each in action.parameters):
                told.setdefault(field, value)
        said = {"seal_tube": {"people": tuple[PersonId, ...]}, "begin_trip": {"laboratory": PlaceId}}
        hints |= said.get(name, {})
        values = {key: self._value(hints[key], text) for key, text in told.items()}
        for field, kind in (("code", TubeId), ("tube", TubeId), ("code", BoxId)):
            if field in told and hints[field] is str:
                self.names.setdefault((kind, told[field]), CODED[kind](told[field]))
        self.centre.tell(who, action.function, **in_zone(values, "Asia/Shanghai"))

    def _who(self, name: str) -> Who:
        who = account_keeping.who_is(AccountId(self._id(AccountId, name)), self.clock.now())
        assert who is not None
        return who

    def _known(self, told: list[Told]) -> None:
        """A case that was reported is called as its person is."""
        for each in told:
            if isinstance(each.fact, ContactsFound):
                for found in each.fact.contacts:
                    self._contact(found, self.name(found))
            if isinstance(each.fact, RoundOpened):
                self.names[RoundId, f"R{each.fact.number}"] = each.fact.round
            case, person = getattr(each.fact, "case", None), getattr(each.fact, "person", None)
            if case and person and case not in self.names.values():
                self.names[CaseId, self.name(person)] = case

    # -- what came of it ----------------------------------------------------------------------------------------------

    def name(self, known: str | None) -> str:
        """The name that an id was told by; what has none is shown as it is."""
        return next((name for (_, name), each in self.names.items() if each == known), known or "-")

    def when(self, moment: datetime) -> str:
        """`DD HH:MM` in the city."""
        return moment.astimezone(ZONE).strftime("%d %H:%M")

    def tasks(self, *states: str) -> list[str]:
        """`kind | about | unit | due` of each task still to be done, or of those in these states, by deadline."""
        wanted = states or ("open", "started")
        marks = ", ".join(["%s"] * len(wanted))
        rows = db.ask(
            f"SELECT kind, about, function, due_at FROM command_task WHERE state IN ({marks}) ORDER BY due_at, seq",
            wanted,
        )
        return [
            f"{kind} | {self.name(about)} | {unit} | {self.when(from_micros(due))}" for kind, about, unit, due in rows
        ]

    def lines(self) -> list[Told]:
        """The lines of the log since the stage was set, the stage's own left out."""
        return [each for each in log.between(self.begins + 1, log.last_seq()) if each.line.by != "feed:stage"]

    def facts(self) -> list[str]:
        """`Kind`, or `Kind < rule` for what a rule concluded, in the order of the log."""
        return [self._said(each) for each in self.lines()]

    def _said(self, each: Told) -> str:
        return f"{each.kind} < {each.line.by.rpartition('.')[2]}" if each.line.by_rule else each.kind

    def why(self, kind: str, /, **told: str) -> list[str]:
        """The chain of causes behind the newest fact of a kind whose fields are these."""
        for each in reversed(self.lines()):
            if each.kind == kind and all(
                self.name(str(getattr(each.fact, name))) == said for name, said in told.items()
            ):
                return [self._said(cause) for cause in log.why(each.line.seq)]
        message = f"no {kind} in this story"
        raise LookupError(message)

    def newest(self, kind: str) -> Any:
        """The newest fact of a kind."""
        return next(each.fact for each in reversed(self.lines()) if each.kind == kind)
