"""SCENARIO.toml: which city, which disease, what is done about it. What a scenario leaves out stands, sourced, in `base.toml`."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ringfence.core.errors import Refused
from ringfence.twin.city_file import find
from ringfence.twin.declared import Row, Rows, Sourced, check_sections, number, opened, rows, section, switch, text
from ringfence.twin.disease import SHIPPED as DISEASES
from ringfence.twin.disease import Disease, read_disease
from ringfence.twin.kernels.plan import DAYS, ROUNDS, TESTS

SHIPPED = Path(__file__).parent / "scenarios"
BASE = SHIPPED / "base.toml"
COUNTED = ("detection", "start")


@dataclass(frozen=True, slots=True)
class Run:
    """Section [scenario]."""

    title: str = text("what the scenario is called")
    city: str = text("a shipped city, a CITY.toml, or a folder that `city build` wrote")
    people: int = number("how many people the city has; 0: as its file says", most=4e9)
    disease: str = text("a shipped disease or a file")
    pack: str = text("the policy pack whose numbers come before base.toml's; empty for none")
    days: int = number("how many days are followed", least=1)
    seeds: int = number("infections on the first day")
    seed_areas: Row = number("areas in which they live; none named: anywhere")
    imports_per_day: float = number("infections brought in from outside, a day", most=1e6)
    first_weekday: int = number("weekday of the first day, 0 for Monday", most=6)
    r0: float = number("another r0 than the disease's; -1: the disease's own", least=-1, most=50)


@dataclass(frozen=True, slots=True)
class People:
    """Section [people]."""

    sick_at_home: float = number("share of contacts outside that the ill give up of themselves", most=1)


@dataclass(frozen=True, slots=True)
class Testing:
    """Section [testing]."""

    ill_tested: float = number("share of the ill who are tested", most=1)
    ill_tested_before: float = number(
        "the same while nobody knows of the outbreak; counts only where it is lower than ill_tested", most=1
    )
    after_days: float = number("mean days from onset to the swab", most=60)
    after_sd: float = number("their standard deviation", most=60)
    turnaround_days: int = number("days from a swab to its result", most=30)
    background: float = number("swabs a day of people ill with something else, per person", most=0.1)


@dataclass(frozen=True, slots=True)
class MassRounds:
    """Section [rounds]."""

    how_many: int = number("how many rounds of mass testing", most=60)
    counted_from: str = text(
        "whether the first day is counted from the first case found or from the start", options=COUNTED
    )
    first_day: int = number("day of the first round", most=DAYS)
    every_days: int = number("days from the begin of one round to that of the next", least=1, most=DAYS)
    takes_days: int = number("days that a round takes", least=1, most=30)
    participation: float = number("share of people who come", most=1)
    pool: int = number("swabs in a tube", least=1, most=50)
    pooled_sensitivity: float = number("sensitivity in a pool, of that of a single swab", most=1)
    retest_days: int = number(
        "days for which members of a positive tube are held, until their own result", least=1, most=30
    )
    where: str = text("who is asked", options=("city", "areas with a case"))


@dataclass(frozen=True, slots=True)
class Tracing:
    """Section [tracing]."""

    home: float = number("share of contacts in the household that are found", most=1)
    class_: float = number("… in a school", most=1)
    work: float = number("… at work", most=1)
    ward: float = number("… in a ward", most=1)
    friend: float = number("… with friends", most=1)
    near: float = number("… in the neighbourhood", most=1)
    city: float = number("… across the city", most=1)
    after_days: int = number("days from a result to the tracing", most=30)
    notice_days: int = number("days from the tracing to the quarantine of a contact", most=30)
    lookback_days: int = number(
        "days before onset (or, without symptoms, the result) for which contacts are asked", most=60
    )
    cases_per_day: int = number("cases that the tracers can take up a day")
    second_order: float = number("share of the close contacts' own close contacts that are found", most=1)


@dataclass(frozen=True, slots=True)
class Quarantine:
    """Section [quarantine]."""

    days: int = number("days since the last contact", most=60)
    second_days: int = number("days for second contacts, at home", most=60)
    central: float = number("share of contacts who are to have a room", most=1)
    rooms: int = number("rooms in quarantine sites")
    moves_per_day: int = number("people a day whom the vehicles can bring there")
    home_leak: float = number("share of contacts outside that quarantine at home does not prevent", most=1)
    central_leak: float = number("the same in a room", most=1)
    test_days: Row = number("days of quarantine on which a swab is taken", most=60)


@dataclass(frozen=True, slots=True)
class Isolation:
    """Section [isolation]."""

    after_days: int = number("days from a result to isolation", most=30)
    days: int = number("days in isolation", most=120)
    leak: float = number("share of contacts that isolation does not prevent", most=1)


@dataclass(frozen=True, slots=True)
class Zones:
    """Section [zones]."""

    on: bool = switch("whether cells with a case are sealed")
    after_days: int = number("days from a result to the sealing", most=30)
    days: int = number("days since the last case", most=120)
    cell_open: float = number("share of contacts outside the household that a sealed cell leaves", most=1)
    areas: bool = switch("whether the area around is controlled too")
    area_open: float = number("share of contacts outside the household that a controlled area leaves", most=1)
    test_every_days: int = number("days between tests of everybody in a sealed cell; 0: none", most=60)


@dataclass(frozen=True, slots=True)
class Measures:
    """Section [measures]."""

    counted_from: str = text("whether days are counted from the first case found or from the start", options=COUNTED)
    schools: Rows = rows("[from day, to day, share of contacts in schools that is left]", row=3, most=1)
    work: Rows = rows("… at work", row=3, most=1)
    gatherings: Rows = rows("… with friends and in the neighbourhood", row=3, most=1)
    transit: Rows = rows("… across the city", row=3, most=1)
    masks: Rows = rows("[from day, to day, share of transmission outside the household that is left]", row=3, most=1)


@dataclass(frozen=True, slots=True)
class Vaccination:
    """Section [vaccination]."""

    coverage: Rows = rows("share vaccinated by age", row=3, most=1)


@dataclass(frozen=True, slots=True)
class Laboratories:
    """Section [laboratories]: staff of the four stages, and what one of them does in a day; staff 0 stands for no limit."""

    sampling_staff: int = number("people who take swabs")
    sampling_rate: float = number("swabs that each takes a day", least=1)
    delivery_staff: int = number("couriers")
    delivery_rate: float = number("tubes that each delivers a day", least=1)
    testing_staff: int = number("technicians")
    testing_rate: float = number("tubes that each tests a day", least=1)
    reporting_staff: int = number("people who report results")
    reporting_rate: float = number("tubes that each reports a day", least=1)


SECTIONS: dict[str, type] = {
    "scenario": Run, "people": People, "testing": Testing, "rounds": MassRounds, "tracing": Tracing,
    "quarantine": Quarantine, "isolation": Isolation, "zones": Zones, "measures": Measures, "vaccination": Vaccination,
    "laboratories": Laboratories,
}  # fmt: skip
BESIDE: dict[str, type] = dict.fromkeys(("drill", "injects", "questions"), dict)
"""Sections of a drill: they may stand in a scenario, and a run does not read them."""
FROM_PACKS = {("tracing", "lookback_days"): ("cases", "lookback")}
"""A number of a scenario -> the desk and field of the policy pack that gives it."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A run as it was told, and the disease it is about."""

    scenario: Run
    people: People
    testing: Testing
    rounds: MassRounds
    tracing: Tracing
    quarantine: Quarantine
    isolation: Isolation
    zones: Zones
    measures: Measures
    vaccination: Vaccination
    laboratories: Laboratories
    disease: Disease
    sourced: tuple[Sourced, ...] = ()

    def but(self, **sections: Mapping[str, Any]) -> Scenario:
        """The same with other values: `but(zones={"on": True})`."""
        changed = {name: dataclasses.replace(getattr(self, name), **told) for name, told in sections.items()}
        return dataclasses.replace(self, **changed)


def base() -> dict[str, Any]:
    """Every section of base.toml."""
    file = opened(BASE)
    check_sections(file, SECTIONS)
    return {name: section(file, name, kind) for name, kind in SECTIONS.items()}


def read_scenario(path: Path, book: Any = None, *, pack: str | None = None) -> Scenario:
    """Read a scenario over the numbers of its policy pack, and those over base.toml; refused by the key at fault.

    `book` is the policy packs' (`app.book()`); `pack` is another pack than the scenario names. A number that the scenario tells
    needs no source: it is what is being asked about.
    """
    beneath = opened(BASE)
    file = opened(path, needs_sources=False)
    check_sections(file, SECTIONS | BESIDE)
    under = {name: dataclasses.asdict(section(beneath, name, kind)) for name, kind in SECTIONS.items()}
    if pack is None:
        pack = file.told.get("scenario", {}).get("pack", under["scenario"]["pack"])
    packed = _from_pack(str(pack), book) if pack else []
    for told in packed:
        name, _, key = told.key.partition(".")
        under[name][key] = told.value
    parts: dict[str, Any] = {name: section(file, name, kind, under[name]) for name, kind in SECTIONS.items()}
    disease = read_disease(find(parts["scenario"].disease, DISEASES, "disease"))
    own = {each.key for each in file.sourced}
    above = {*own, *(each.key for each in packed)}
    sourced = [
        *(each for each in beneath.sourced if each.key not in above), *(each for each in packed if each.key not in own),
        *file.sourced, *disease.sourced,
    ]  # fmt: skip
    _check(file.name, parts)
    return Scenario(**parts, disease=disease, sourced=tuple(sourced))


def _from_pack(pack: str, book: Any) -> list[Sourced]:
    found = []
    for (name, key), (desk, field) in FROM_PACKS.items():
        told = book.number(desk, field, pack)
        days = round(told.value.total_seconds() / 86_400)
        found.append(Sourced(f"{name}.{key}", days, told.source, str(told.certainty), told.from_pack))
    return found


def _check(file: str, parts: dict[str, Any]) -> None:
    run, quarantine = parts["scenario"], parts["quarantine"]
    if run.days > DAYS:
        raise Refused("scenario_too_long", days=run.days, most=DAYS)
    for key, told, most in (
        ("scenario.seed_areas", run.seed_areas, ROUNDS),
        ("quarantine.test_days", quarantine.test_days, TESTS),
    ):
        if len(told) > most:
            raise Refused(
                "twin_value_unfit", file=file, key=key, value=f"{len(told)} numbers", expected=f"at most {most}"
            )
    if parts["rounds"].takes_days > parts["rounds"].every_days:
        told = {"file": file, "key": "rounds.takes_days", "value": parts["rounds"].takes_days}
        raise Refused(
            "twin_value_unfit", **told, expected="at most rounds.every_days: a round ends before the next begins"
        )
