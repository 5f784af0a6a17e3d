"""A chain of custody as a table, shared by tubes and boxes."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from ringfence.console import testing_parts as parts
from ringfence.console.pieces import Cell, Chip, Row
from ringfence.console.sections import Part, table
from ringfence.console.sentences import told_by
from ringfence.console.shown import how_long, label
from ringfence.desks.testing.queries.tubes import Step


def steps_table(steps: Sequence[Step]) -> Part:
    """The steps of a chain of custody: when, where, who, and how long each took against its clock."""
    names = told_by(each.by for each in steps if each.by)
    places = parts.places_said(
        value for each in steps for key, value in each.about.items() if key in {"site", "laboratory"}
    )
    rows = [
        Row(each.name, [
            Cell(label(f"step.{each.name}"), note=_about(each)),
            Cell(at=each.at, href=reverse("why", args=[each.line]) if each.line else "", text=_("why?") if each.line else "")
            if each.at else Cell(chip=Chip("breach", _("not on record"))) if each.gap else Cell(_("not yet")),
            _where(each, places),
            Cell(names.get(each.by, "–") if each.by else "–"),
            _clock(each),
        ], act=each.gap or each.late)
        for each in steps
    ]  # fmt: skip
    return table(_("Chain of custody"), [_("Step"), _("When"), _("Where"), _("Who"), _("Took")], rows, "")


def _about(step: Step) -> str:
    """A word about a step: the vehicle, the plate, whether its controls held."""
    if "vehicle" in step.about:
        return _("vehicle %(name)s") % {"name": step.about["vehicle"]}
    if "plate" in step.about:
        return _("plate %(name)s") % {"name": step.about["plate"]}
    if "valid" in step.about:
        return _("controls held") if step.about["valid"] == "yes" else _("▲ controls failed")
    return label(f"result.{step.about['result']}") if "result" in step.about else ""


def _where(step: Step, places: dict[str, str]) -> Cell:
    if "site" in step.about:
        return Cell(places.get(step.about["site"], "–"), href=reverse("testing_site", args=[step.about["site"]]))
    if "laboratory" in step.about:
        laboratory = step.about["laboratory"]
        return Cell(places.get(laboratory, "–"), href=parts.laboratory_url(laboratory))
    if "box" in step.about:
        return Cell(_("box %(code)s") % step.about, href=reverse("testing_box", args=[step.about["code"]]))
    return Cell("–")


def _clock(step: Step) -> Cell:
    """How long a step took against its limit; by sign and text."""
    if step.took is None:
        return Cell("–")
    took = how_long(max(step.took.total_seconds(), 0))
    said = took if step.at else _("%(span)s so far") % {"span": took}
    if step.limit is None:
        return Cell(said)
    note = _("limit %(span)s") % {"span": how_long(step.limit.total_seconds())}
    return Cell(said, chip=Chip("overdue", _("late")) if step.late else Chip("done", _("in time")), note=note)
