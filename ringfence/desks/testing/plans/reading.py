"""PLAN.toml read into what a plan is made from; whatever is wrong with it is refused by the name of its key."""

from __future__ import annotations

import dataclasses
import re
import tomllib
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from difflib import get_close_matches
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

from ringfence.core.errors import Refused
from ringfence.desks.testing.plans.figures import DEFAULTS, Figure
from ringfence.desks.testing.plans.told import (
    About,
    Cell,
    Depot,
    Lab,
    Site,
    Told,
    Uncertain,
    Underway,
    VehicleGroup,
)

T = TypeVar("T")
ONE = {"round": About, "noise": Uncertain}
MANY = {"cells": Cell, "sites": Site, "depots": Depot, "vehicles": VehicleGroup, "labs": Lab, "underway": Underway}
NEEDED = ("round", "cells", "vehicles", "labs")
DAY_S = 86_400
EXAMPLE = Path(__file__).with_name("example.toml")


def read_file(path: Path, figures: Mapping[str, Figure] = DEFAULTS) -> Told:
    """Read a plan's file. `figures`: the numbers to fall back on, as a policy pack gives them. Raises `Refused`."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused("plan_file_unreadable", file=path.name, why=str(getattr(error, "strerror", error))) from error
    return read_text(text, path.name, figures)


def read_text(text: str, file: str = "PLAN.toml", figures: Mapping[str, Figure] = DEFAULTS) -> Told:
    """Read a plan's text."""
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Refused("plan_not_toml", file=file, why=str(error)) from error
    known = (*ONE, *MANY, "figures")
    for key in told:
        if key not in known:
            raise Refused("plan_key_unknown", key=key, nearest=_nearest(key, known), known=", ".join(known))
    for key in NEEDED:
        if not told.get(key):
            raise Refused("plan_key_missing", key=key, known=", ".join(told) or "-")
    parts: dict[str, Any] = {key: _table(kind, told[key], key) for key, kind in ONE.items() if key in told}
    parts |= {key: _tables(kind, told[key], key) for key, kind in MANY.items() if key in told}
    checked = Told(**parts, figures=_figures(told.get("figures", {}), figures))
    _ids_are_one(checked)
    _places_are_alike(checked)
    _names_are_known(checked)
    return checked


def _nearest(word: str, known: Sequence[str]) -> str:
    return next(iter(get_close_matches(word, known, n=1, cutoff=0.5)), "-")


def _figures(told: Any, figures: Mapping[str, Figure]) -> dict[str, Figure]:
    if not isinstance(told, dict):
        raise Refused("plan_wrong_type", key="figures", found=str(told), wanted="a table")
    found = dict(figures)
    for name, value in told.items():
        key = f"figures.{name}"
        if name not in figures:
            raise Refused("plan_key_unknown", key=key, nearest=_nearest(name, list(figures)), known=", ".join(figures))
        known = figures[name]
        number = _value(float, value, key, {"least": known.least, "most": known.most})
        found[name] = replace(known, value=number, source="PLAN.toml", certainty="-")
    return found


def _tables(kind: type[T], told: Any, key: str) -> tuple[T, ...]:
    if not isinstance(told, list):
        raise Refused("plan_wrong_type", key=key, found=str(told)[:60], wanted=f"tables under [[{key}]]")
    return tuple(_table(kind, each, f"{key}[{n}]") for n, each in enumerate(told, 1))


def _table(kind: type[T], told: Any, key: str) -> T:
    if not isinstance(told, dict):
        raise Refused("plan_wrong_type", key=key, found=str(told)[:60], wanted="a table")
    fields = {each.name: each for each in dataclasses.fields(kind)}  # type: ignore[arg-type]
    hints = typing.get_type_hints(kind)
    named = f"{key} ({told['id']})" if isinstance(told.get("id"), str) else key
    for name in told:
        if name not in fields:
            near = _nearest(name, list(fields))
            raise Refused("plan_key_unknown", key=f"{named}.{name}", nearest=near, known=", ".join(fields))
    values = {}
    for name, each in fields.items():
        if name in told:
            values[name] = _value(hints[name], told[name], f"{named}.{name}", each.metadata)
        elif each.default is dataclasses.MISSING:
            raise Refused("plan_key_missing", key=f"{named}.{name}", known=", ".join(told) or "-")
    return kind(**values)


def _value(hint: Any, told: Any, key: str, limits: Mapping[str, Any]) -> Any:
    """A value of the type a field has, within its limits."""
    wanted = [each for each in (typing.get_args(hint) if _is_union(hint) else (hint,)) if each is not type(None)]
    if isinstance(told, list) and any(typing.get_origin(each) is tuple for each in wanted) and told:
        return tuple(_value(int, each, f"{key}[{n}]", limits) for n, each in enumerate(told, 1))
    if float in wanted and isinstance(told, int) and not isinstance(told, bool):
        told = float(told)
    plain = tuple(each for each in wanted if isinstance(each, type))
    if not isinstance(told, plain) or (isinstance(told, bool) and bool not in plain):
        raise Refused("plan_wrong_type", key=key, found=str(told)[:60], wanted=_said(wanted))
    if "choices" in limits and told not in limits["choices"]:
        raise Refused("plan_not_a_choice", key=key, found=told, choices=", ".join(map(str, limits["choices"])))
    if "least" in limits and isinstance(told, int | float) and not limits["least"] <= told <= limits["most"]:
        raise Refused("plan_out_of_range", key=key, found=told, least=limits["least"], most=limits["most"])
    return told


def _is_union(hint: Any) -> bool:
    return typing.get_origin(hint) in (typing.Union, types.UnionType)


_KINDS = {int: "a whole number", float: "a number", str: "a text", bool: "true or false", datetime: "a moment"}


def _said(wanted: Sequence[Any]) -> str:
    return ", or ".join(_KINDS.get(each, "a list of whole numbers") for each in wanted)


# -- what belongs together --------------------------------------------------------------------------------------------


def _ids_are_one(told: Told) -> None:
    for key, listed in (("cells", told.cells), ("sites", told.sites), ("depots", told.depots), ("labs", told.labs)):
        seen: set[str] = set()
        for each in listed:
            if each.id in seen:
                raise Refused("plan_id_twice", key=key, id=each.id)
            seen.add(each.id)


def _places_are_alike(told: Told) -> None:
    """Every place in metres, or every place in degrees: the two cannot be told apart once mixed."""
    kinds = set()
    for key, listed in (("cells", told.cells), ("sites", told.sites), ("depots", told.depots), ("labs", told.labs)):
        for each in listed:
            plane, globe = (each.x, each.y), (each.lat, each.lon)
            if (None in plane) == (None in globe) or plane.count(None) == 1 or globe.count(None) == 1:
                raise Refused("plan_where_unclear", key=f"{key} ({each.id})")
            kinds.add("x, y" if None not in plane else "lat, lon")
            if len(kinds) > 1:
                raise Refused("plan_where_mixed", key=f"{key} ({each.id})")


def _names_are_known(told: Told) -> None:
    labs, depots = {each.id for each in told.labs}, {each.id for each in told.depots}
    for n, group in enumerate(told.vehicles, 1):
        if (group.depot is None) == (group.at_lab is None):
            raise Refused("plan_vehicles_nowhere", key=f"vehicles[{n}]")
        name, known, key = (group.depot, depots, "depot") if group.depot is not None else (group.at_lab, labs, "at_lab")
        if name not in known:
            raise Refused(
                "plan_name_unknown", key=f"vehicles[{n}].{key}", found=name, known=", ".join(sorted(known)) or "-"
            )
    for n, each in enumerate(told.underway, 1):
        if each.lab not in labs:
            raise Refused("plan_name_unknown", key=f"underway[{n}].lab", found=each.lab, known=", ".join(sorted(labs)))
    _numbers_fit(told)


def _numbers_fit(told: Told) -> None:
    for cell in told.cells:
        if cell.sampled > cell.population:
            raise Refused(
                "plan_more_than_there_are", key=f"cells ({cell.id}).sampled", found=cell.sampled, most=cell.population
            )
    for lab in told.labs:
        runs = [lab.machines, lab.batch_tubes]
        if (lab.tubes_per_hour is None) == (None in runs) or runs.count(None) == 1:
            raise Refused("plan_lab_without_capacity", key=f"labs ({lab.id})")
    for key, text in chain(
        [("round.sampling", told.round.sampling)], ((f"labs ({e.id}).open", e.open) for e in told.labs)
    ):
        clock_hours(text, key)
    deadline = told.figure("deadline_hours")
    if told.round.now_hour >= deadline:
        raise Refused("plan_deadline_over", now=told.round.now_hour, deadline=deadline)
    if not any(cell.population for cell in told.cells):
        raise Refused("plan_nobody", cells=len(told.cells))


_CLOCK = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)-([01]?\d|2[0-4]):([0-5]\d)")


def clock_hours(text: str, key: str) -> tuple[int, int]:
    """`06:00-22:00` as seconds of the day; the end lies after the begin, past midnight where it must."""
    match = _CLOCK.fullmatch(text.replace(" ", "").replace("–", "-"))
    begin, end = (
        (0, 0)
        if match is None
        else (int(match[1]) * 3600 + int(match[2]) * 60, int(match[3]) * 3600 + int(match[4]) * 60)
    )
    if match is None or begin == end or max(begin, end) > DAY_S:
        raise Refused("plan_hours_unclear", key=key, found=text)
    return begin, end if end > begin else end + DAY_S
