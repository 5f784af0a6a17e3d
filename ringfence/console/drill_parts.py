"""What the pages of a drill share: its workspace, tables of scores, troubles and questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.http import Http404
from django.utils.translation import gettext as _

from ringfence.console.context import Page
from ringfence.console.pieces import Cell, Chip, Number, Row
from ringfence.console.sections import Ask, Part, table
from ringfence.console.shown import how_long, label
from ringfence.core.drill import here as marked
from ringfence.twin.drill.score import Score, scored_here

LONGEST = 2000


class Text(forms.Form):
    """What a player or the controller writes."""

    text = forms.CharField(max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3}))


def score_of(here: Page) -> Score:
    """The drill of this home; elsewhere there is no such page."""
    if marked() is None:
        raise Http404
    return scored_here(here.centre)


def written(title: str, url: str, hidden: Mapping[str, str], key: str, *, opened: bool = False) -> Ask:
    """A form for a text."""
    form = Text(auto_id=f"{key}_%s")
    form.fields["text"].label = title
    return Ask(title=title, form=form, url=url, hidden=[*hidden.items()], submit=title, opened=opened, key=key)


def button(title: str, url: str, hidden: Mapping[str, str], *, danger: bool = False) -> Ask:
    """A button that posts what it stands for; it works without JavaScript."""
    return Ask(title=title, form=forms.Form(), url=url, hidden=[*hidden.items()], at_once=True, danger=danger)


def language_of(here: Page, names: Mapping[str, str]) -> str:
    """A text of the scenario in the language shown."""
    return names.get(here.language) or next(iter(names.values()), "")


def share(row: Mapping[str, Any]) -> Cell:
    """In time, of how many; without a denominator there is no score."""
    if not row["of"]:
        return Cell(chip=Chip("unknown", _("nothing due")))
    said = _("%(met)s of %(of)s") % {"met": row["met"], "of": row["of"]}
    whole = row["met"] == row["of"]
    return Cell(
        said,
        chip=Chip("done", _("in time")) if whole else Chip("overdue", _("late")),
        note=f"{row['met'] / row['of']:.0%}",
    )


def counts(caption: str, head: str, rows: Sequence[tuple[str, Mapping[str, Any]]]) -> Part:
    """Clocks counted, with their denominators."""
    heads = [
        head,
        _("In time"),
        _("Done late"),
        _("Late and open"),
        _("Not due yet"),
        _("By the simulation"),
        _("Median delay"),
    ]
    made = [
        Row(name, [
            Cell(name), share(row), Cell(str(row["late"])), Cell(str(row["open_late"])), Cell(str(row["running"])),
            Cell(str(row["simulated"])),
            Cell(how_long(row["median_late_minutes"] * 60) if row["median_late_minutes"] is not None else "–"),
        ], act=bool(row["open_late"]))
        for name, row in rows
    ]  # fmt: skip
    return table(caption, heads, made, _("No clock has run yet."))


def clock_counts(told: Mapping[str, Any]) -> Part:
    """By clock."""
    return counts(_("Clocks"), _("Clock"), [(label(row["code"]), row) for row in told["clocks"]])


def function_counts(told: Mapping[str, Any]) -> Part:
    """By the function of the unit that had to act."""
    return counts(_("By unit"), _("Function"), [(row["function"] or "–", row) for row in told["functions"]])


def account_counts(told: Mapping[str, Any]) -> Part:
    """By who acted."""
    rows = [
        Row(row["account"], [
            Cell(row["account"] or "–"), Cell(", ".join(label(f"role.{each}") for each in row["roles"])), Cell(str(row["of"])),
            Cell(str(row["met"])), Cell(str(row["late"])),
        ])
        for row in told["accounts"]
    ]  # fmt: skip
    return table(
        _("By person"),
        [_("Account"), _("Role"), _("Done"), _("In time"), _("Late")],
        rows,
        _("Nobody has done anything yet."),
    )


def trouble_rows(here: Page, told: Mapping[str, Any]) -> Part:
    """Troubles, and how long until they were noticed."""
    chips = {
        "waits": ("open", _("not begun")),
        "open": ("overdue", _("not noticed")),
        "answered": ("done", _("noticed")),
    }
    rows = []
    for row in told["injects"]:
        kind, said = chips[row["state"]]
        if row["state"] == "open" and row["met"] is None:
            kind = "soon"
        how = row["how"]
        shown = "" if how is None else label(f"answered.{how}") if how in {"card", "seen"} else label(f"fact.{how}")
        within = (
            _("expected within %(span)s") % {"span": how_long(row["within_minutes"] * 60)}
            if row["within_minutes"]
            else ""
        )
        rows.append(Row(row["inject"], [
            Cell(language_of(here, row["names"]), note=label(f"inject.{row['kind']}")), Cell(at=row["took_at"]),
            Cell(how_long(row["minutes"] * 60) if row["minutes"] is not None else "–", chip=Chip(kind, said), note=within),
            Cell(row["by"] or "–", note=row["text"] or shown),
        ], act=row["met"] is False))  # fmt: skip
    return table(
        _("Troubles"),
        [_("Trouble"), _("Since"), _("Until noticed"), _("Noticed by")],
        rows,
        _("None was thrown in yet."),
    )


def late_rows(told: Mapping[str, Any]) -> Part:
    """The latest reactions: what was expected, what came, by whom."""
    rows = [
        Row(f"{n}", [
            Cell(label(row["code"]), note=row["function"]), Cell(at=row["due_at"]),
            Cell(at=row["came_at"]) if row["came_at"] else Cell(chip=Chip("overdue", _("not done"))),
            Cell(how_long(row["late_minutes"] * 60)), Cell(row["by"] or "–"),
        ], act=row["came_at"] is None)
        for n, row in enumerate(told["late"])
    ]  # fmt: skip
    heads = [_("What was expected"), _("By when"), _("When it came"), _("Late by"), _("By")]
    return table(_("The latest reactions"), heads, rows, _("Nothing was late."))


def numbers_of(told: Mapping[str, Any]) -> list[Number]:
    """The whole in a few numbers, each with what it is out of."""
    tasks = [row for row in told["clocks"] if row["code"].startswith("task.")]
    met, of = sum(row["met"] for row in tasks), sum(row["of"] for row in tasks)
    noticed = [row for row in told["injects"] if row["state"] != "waits"]
    answered = [row for row in noticed if row["state"] == "answered"]
    infected = told["infections"]
    note = _("%(n)s if nobody had been kept apart") % {"n": f"{infected['nobody_acting']:,}"}
    nothing = _("nothing due yet")
    return [
        Number(
            _("Tasks in time"),
            met if of else "–",
            of or None,
            note="" if of else nothing,
            as_of=told["as_of"],
            act=met < of,
        ),
        Number(
            _("Troubles noticed"),
            len(answered) if noticed else "–",
            len(noticed) or None,
            as_of=told["as_of"],
            note="" if noticed else _("none yet"),
            act=len(answered) < len(noticed),
        ),
        Number(_("Infected people found"), told["found"], infected["now"], as_of=told["as_of"]),
        Number(_("Infections"), infected["now"], told["people"], as_of=told["as_of"], note=note),
    ]


def when(at: datetime, here: Page) -> str:
    """A moment of the drill, in the place's time."""
    return f"{at.astimezone(here.zone):%m-%d %H:%M}"
