"""The drill's own sections of a SCENARIO.toml: when it begins, who plays what, which troubles come, what is asked."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from ringfence.core.errors import Refused
from ringfence.facts.drill import DrillForm, InjectKind
from ringfence.twin.city_file import CityFile, find
from ringfence.twin.declared import File, nearest, number, opened, section, text
from ringfence.twin.kept import city_file
from ringfence.twin.scenario import Scenario, read_scenario

SHIPPED = Path(__file__).parent / "scenarios"
FORMS = tuple(DrillForm)
KINDS = tuple(InjectKind)
TOLD_OR_PLAYED = ("told", "played")
LONGEST = 60.0  # days
_SPAN = re.compile(r"(?:(\d+)d)? ?(?:(\d+)h)? ?(?:(\d+)min)?")


@dataclass(frozen=True, slots=True)
class Settings:
    """Section [drill]."""

    title: str = text("what the drill is called, in English")
    title_zh: str = text("what the drill is called, in Chinese", default="")
    form: str = text("how it is held", options=FORMS, default="functional")
    speed: float = number("how many times as fast as the wall its clock runs", least=0.1, most=3600, default=60.0)
    pack: str = text("the policy pack whose clocks it is scored by", default="cn-covid-2021")
    begins: str = text("hour of the day at which it begins, in the city's time", default="08:00")
    smoulders_days: int = number("days the outbreak has run unseen when it begins", most=60, default=6)
    lasts: str = text("how long it lasts in its own time", default="3d")
    replicate: int = number("which future of the twin is played", most=1e9, default=0)
    area_people: int = number("people of a township", least=1000, most=100_000, default=5000)
    cell_people: int = number("people of a grid cell", least=100, most=10_000, default=500)
    transport: str = text(
        "whether boxes are carried by the simulation or by players", options=TOLD_OR_PLAYED, default="told"
    )
    laboratory: str = text(
        "whether tubes are read by the simulation or by players", options=TOLD_OR_PLAYED, default="told"
    )
    sampling: str = text(
        "whether a round's swabs are taken by the simulation or by players", options=TOLD_OR_PLAYED, default="told"
    )
    sampling_hours: float = number("hours in which a round's people are swabbed", least=0.5, most=72, default=6.0)
    participation: float = number("share of people who come to a round", most=1, default=0.94)
    tubes_per_hour: int = number("tubes that each laboratory reads in an hour", least=1, most=100_000, default=240)
    pack_minutes: int = number("minutes from a seal to the box", least=1, most=1440, default=30)
    leave_minutes: int = number("minutes from the box to the vehicle", least=1, most=1440, default=15)
    drive_minutes: int = number("minutes on the road", least=1, most=1440, default=40)
    read_minutes: int = number("minutes from receipt to the first result", least=1, most=2880, default=150)


@dataclass(frozen=True, slots=True)
class Inject:
    """A section [injects.NAME]."""

    kind: str = text("what kind of trouble", options=KINDS)
    after: str = text(
        "how long after the begin it comes, such as 2h or 1d 4h; empty: only when the controller throws it", default=""
    )
    title: str = text("what has happened, in English", default="")
    title_zh: str = text("what has happened, in Chinese", default="")
    expected: str = text("what a good answer is, in English", default="")
    expected_zh: str = text("what a good answer is, in Chinese", default="")
    lasts: str = text("after how long it ends by itself; empty: it does not", default="")
    answer_within: str = text("how soon it should be answered", default="1h")
    which: int = number("which laboratory or site, counted from 0", most=1000, default=0)
    size: int = number("how many calls, or people in the queue", least=1, most=10_000, default=120)
    announced: bool = field(default=False, metadata={"means": "whether the players are shown a card"})
    name: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """A section [questions.NAME], for the table."""

    asks: str = text("what is asked, in English")
    asks_zh: str = text("what is asked, in Chinese", default="")
    after: str = text("how long after the begin it is asked", default="")
    name: str = ""


@dataclass(frozen=True)
class Drill:
    """A drill as it was told, with the outbreak beneath it."""

    path: Path
    sha256: str
    settings: Settings
    injects: tuple[Inject, ...]
    questions: tuple[Question, ...]
    scenario: Scenario

    @property
    def titles(self) -> dict[str, str]:
        """Its title by language."""
        return said(self.settings.title, self.settings.title_zh)

    def city(self) -> CityFile:
        """The synthetic city's file, of the size asked for and with areas small enough for it to have several."""
        run, told = self.scenario.scenario, self.settings
        file = city_file(run.city)
        space = replace(file.space, area_people=told.area_people, cell_people=told.cell_people)
        return replace(file, space=space).sized(run.people or None)


def said(en: str, zh: str) -> dict[str, str]:
    """A text by language; what is told in one only is shown in both."""
    return {"en": en or zh, "zh": zh or en}


def span(told: str, *, file: str = "", key: str = "") -> timedelta:
    """`1d 4h 30min` as a span; refused where it is none."""
    found = _SPAN.fullmatch(told.strip())
    if not told.strip() or found is None:
        raise Refused("twin_value_unfit", file=file, key=key, value=told, expected="a time such as 30min, 2h or 1d 4h")
    days, hours, minutes = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes)


def span_or_none(told: str) -> timedelta | None:
    """The same; None for an empty text."""
    return span(told) if told.strip() else None


def shipped() -> dict[str, Path]:
    """The drills that came with the product, by name."""
    return {path.stem: path for path in sorted(SHIPPED.glob("*.toml"))}


def read_drill(name: str, book: Any) -> Drill:
    """Read a drill by the name of a shipped one or by its path; refused by the key at fault."""
    path = find(name, SHIPPED, "drill")
    file = opened(path, needs_sources=False)
    if "drill" not in file.told:
        raise Refused("drill_section_missing", file=file.name, shipped=", ".join(shipped()))
    scenario = read_scenario(path, book)
    settings = section(file, "drill", Settings)
    drill = Drill(
        path, hashlib.sha256(path.read_bytes()).hexdigest(), settings,
        _named(file, "injects", Inject), _named(file, "questions", Question), scenario,
    )  # fmt: skip
    _check(file, drill)
    return drill


def _named(file: File, name: str, kind: type[Any]) -> tuple[Any, ...]:
    """The sections [NAME.…], each of one kind, with its own name in it."""
    told = file.told.get(name, {})
    if not isinstance(told, Mapping) or not all(isinstance(each, Mapping) for each in told.values()):
        raise Refused(
            "twin_value_unfit", file=file.name, key=name, value=str(told)[:80], expected=f"sections [{name}.NAME]"
        )
    inner = File(file.path, {f"{name}.{key}": each for key, each in told.items()}, needs_sources=False)
    return tuple(section(inner, f"{name}.{key}", kind, {"name": key}) for key in told)


def _check(file: File, drill: Drill) -> None:
    settings = drill.settings
    lasts = span(settings.lasts, file=file.name, key="drill.lasts")
    if not timedelta(minutes=10) <= lasts <= timedelta(days=LONGEST):
        raise Refused(
            "twin_value_unfit", file=file.name, key="drill.lasts", value=settings.lasts, expected="10min to 60d"
        )
    if re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", settings.begins) is None:
        raise Refused(
            "twin_value_unfit",
            file=file.name,
            key="drill.begins",
            value=settings.begins,
            expected="an hour such as 08:00",
        )
    for key, told in (
        *((f"injects.{each.name}.after", each.after) for each in drill.injects),
        *((f"injects.{each.name}.lasts", each.lasts) for each in drill.injects),
        *((f"injects.{each.name}.answer_within", each.answer_within) for each in drill.injects),
        *((f"questions.{each.name}.after", each.after) for each in drill.questions),
    ):
        if told:
            span(told, file=file.name, key=key)
    needed = settings.smoulders_days + lasts.total_seconds() / 86_400 + 1
    if drill.scenario.scenario.days < needed:
        raise Refused("drill_outlasts_run", file=file.name, days=drill.scenario.scenario.days, needed=int(needed) + 1)


def form_of(told: str | None, drill: Drill) -> DrillForm:
    """The form asked for, or the scenario's; refused where there is none of this name."""
    name = told or drill.settings.form
    if name not in FORMS:
        raise Refused("drill_form_unknown", form=name, known=", ".join(FORMS), nearest=nearest(name, [*FORMS]))
    return DrillForm(name)
