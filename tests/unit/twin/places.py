"""Cities and scenarios of the twin's tests: built once."""

from __future__ import annotations

import dataclasses
from functools import cache
from typing import Any

from ringfence.twin.city import City, build
from ringfence.twin.city_file import SHIPPED, read_city
from ringfence.twin.scenario import SHIPPED as SCENARIOS
from ringfence.twin.scenario import Scenario, read_scenario


@cache
def city(people: int = 200_000) -> City:
    return build(read_city(SHIPPED / "china.toml").sized(people))


@cache
def scenario(name: str = "none") -> Scenario:
    return read_scenario(SCENARIOS / f"{name}.toml")


def well_mixed(people: int, contacts: int = 200) -> City:
    """A city where everybody meets everybody by chance: the one that theory speaks of.

    With few contacts a day two hits of one case would fall on the same one, which lowers R by some per cent.
    """
    habits = {
        "class_slots": 0, "school_slots": 0, "team_slots": 0, "work_slots": 0, "ward_slots": 0, "hospital_slots": 0,
        "friends": 0, "near_slots": 0, "city_slots": contacts, "sociability_least": 1.0,
    }  # fmt: skip
    made = city(people)
    return dataclasses.replace(made, contacts=dataclasses.replace(made.contacts, **habits))


def plain(r0: float, **run: Any) -> Scenario:
    """Nothing done, everybody alike and susceptible, no transmission in households."""
    told = scenario()
    disease = told.disease
    alike = dataclasses.replace(
        disease,
        disease=dataclasses.replace(disease.disease, dispersion=1000.0),
        course=dataclasses.replace(disease.course, asymptomatic=(), susceptible=((0.0, 100.0, 1.0),)),
        settings=dataclasses.replace(disease.settings, home=0.0),
    )
    return dataclasses.replace(told, disease=alike).but(scenario={"r0": r0, **run})
