"""The parts of the twin's pages: the forecast, the comparison, the map, what was assumed and how a run is cited."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ringfence.console.context import Page
from ringfence.console.curve import Labels
from ringfence.console.pieces import Cell, Chip, Choice, Number, Row
from ringfence.console.plan_parts import Folded
from ringfence.console.sections import Drawn, Links, Numbers, Pairs, Part, Section, Text, table
from ringfence.console.shown import label, names_language
from ringfence.console.twin_charts import Fan, Point, fan_chart, frontier_chart
from ringfence.console.twin_map import Tile, city_map
from ringfence.core.fact import from_micros
from ringfence.core.words import LABELS
from ringfence.twin.live.results import Run

Answer = dict[str, Any]
LEAST, MOST = "0.05", "0.95"
WITHOUT_PAST = ("beds", "rooms", "tests", "infections")
STEPS = (3, 7)
"""Days from tomorrow at which the map is drawn, before the last one."""


def as_of(told: Answer) -> datetime:
    """When the record was read, on the place's clock."""
    return from_micros(told["as_of"]).astimezone(ZoneInfo(told["zone"]))


def as_of_said(told: Answer) -> str:
    """“as of 2026-11-21 23:05”."""
    return _("as of %(at)s") % {"at": f"{as_of(told):%Y-%m-%d %H:%M}"}


def percent(share: float) -> str:
    """`1.2 %`; a share short of all is never shown as 100, one above none never as 0."""
    if 0 < share < 0.001:  # noqa: PLR2004 (what one decimal shows)
        return "< 0.1 %"
    return f"{min(100 * share, 99.9) if share < 1 else 100:.1f} %"


def spread(told: dict[str, float]) -> str:
    """`28 (14 – 59)`: the middle future, and nine of ten."""
    return f"{told['0.5']:,.0f} ({told[LEAST]:,.0f} – {told[MOST]:,.0f})"


def place(told: Answer) -> str:
    """What the place is called."""
    names: dict[str, str] = told["place"]
    return names.get(names_language()) or next(iter(names.values()), "")


# -- the forecast -----------------------------------------------------------------------------------------------------


def comes_to(told: Answer) -> Section:
    """The objective's probability and the next days in numbers."""
    at, futures = as_of(told), told["replicates"]
    daily, totals = told["daily"], told["totals"]
    most = {name: {share: max(row) for share, row in daily[name].items()} for name in ("beds", "rooms")}
    of, whole = _("nine of ten futures: %(low)s to %(high)s"), told["people"] * len(told["days"])
    numbers = [
        Number(_("Cases to be found, %(n)s days") % {"n": len(told["days"])}, f"{totals['cases']['0.5']:,.0f}", as_of=at, note=of % _ends(totals["cases"])),
        Number(_("Of them in the community"), f"{totals['community']['0.5']:,.0f}", as_of=at, note=of % _ends(totals["community"])),
        Number(_("New infections"), f"{totals['infections']['0.5']:,.0f}", as_of=at, note=of % _ends(totals["infections"])),
        Number(_("Infected, not found yet"), f"{told['hidden']['0.5']:,.0f}", as_of=at, note=of % _ends(told["hidden"])),
        Number(_("Beds at most"), f"{most['beds']['0.5']:,.0f}", as_of=at, note=of % _ends(most["beds"])),
        Number(_("Rooms at most"), f"{most['rooms']['0.5']:,.0f}", as_of=at, note=of % _ends(most["rooms"])),
        Number(_("Person-days restricted"), percent(told["restricted"]["0.5"] / whole), of=f"{whole:,}", as_of=at, note=of % _ends(told["restricted"])),
    ]  # fmt: skip
    rests = _("%(futures)s futures from %(cases)s cases on record in %(place)s (%(people)s people).") % {
        "futures": f"{futures:,}", "cases": f"{told['cases']:,}", "place": place(told), "people": f"{told['people']:,}",
    }  # fmt: skip
    return Section(_("What it comes to"), [*_aim(told), Numbers(numbers), Text(rests)], "comes-to")


def _ends(told: dict[str, float]) -> dict[str, str]:
    return {"low": f"{told[LEAST]:,.0f}", "high": f"{told[MOST]:,.0f}"}


def _aim(told: Answer) -> list[Part]:
    aim = told["objective"]
    if aim is None:
        return [
            Text(
                _("No objective is set: its probability cannot be told. Set one under Decisions, or tell a day below.")
            )
        ]
    likely, unlikely = 0.9, 0.5
    chip = Chip("done", _("likely")) if aim["probability"] >= likely else Chip("soon", _("open"))
    if aim["probability"] < unlikely:
        chip = Chip("overdue", _("unlikely"))
    return [Text(aim_said(aim, told["replicates"], aim["probability"], aim["interval"], aim["met"]), chips=[chip])]


def aim_said(aim: Answer, futures: int, share: float, interval: Sequence[float], met: int) -> str:
    """How likely the objective is, with its denominator."""
    said = {"since": aim["since"], "by": aim["by"], "share": percent(share), "met": f"{met:,}", "of": f"{futures:,}",
            "low": percent(interval[0]), "high": percent(interval[1])}  # fmt: skip
    return _("No community case from %(since)s to %(by)s: in %(share)s of futures (%(met)s of %(of)s; %(low)s to %(high)s).") % said  # fmt: skip


def fans(told: Answer) -> Section:
    """Cases and community cases day by day, behind those found so far."""
    drawn = [Drawn(_fan(told, name)) for name in ("cases", "community")]
    return Section(_("Day by day"), drawn, "fans")


def needs(told: Answer) -> Section:
    """Beds, rooms, swabs and infections day by day."""
    return Section(_("What is needed"), [Drawn(_fan(told, name)) for name in WITHOUT_PAST], "needs")


def _fan(told: Answer, name: str) -> Any:
    past = told["past"]
    there = past.get(name)
    days = [date.fromisoformat(each) for each in told["days"]]
    marks = {days[0]: _("foretold from here")}
    aim = told["objective"]
    if aim is not None and name == "community":
        marks[date.fromisoformat(aim["since"])] = _("objective: none from here")
    fan = Fan(
        past_days=[date.fromisoformat(each) for each in past["days"]] if there else [], past=there or [], days=days,
        told=told["daily"][name], past_name=_("found so far"), marks=marks,
    )  # fmt: skip
    title = label(f"twin.measured.{name}")
    about = _("Quantiles of %(n)s futures by day.") % {"n": f"{told['replicates']:,}"}
    return fan_chart(fan, Labels(title=title, description=about, as_of=as_of_said(told)))


# -- the map ----------------------------------------------------------------------------------------------------------


def map_card(told: Answer, run: Run, chosen: int) -> Section:
    """The areas at a few days and, larger, at the day chosen."""
    areas, last = told["map"]["areas"], len(told["days"])
    most = max((each["known"] for each in areas), default=0) or 1
    steps = [*(each for each in STEPS if each < last), last]
    panels = [
        _("Found, two weeks"),
        *(_("Infected by %(day)s") % {"day": told["days"][n - 1][5:]} for n in steps),
    ]
    tiles = [
        Tile(each["x"], each["y"], _area(each), (each["known"] / most, *(each["any"][n - 1] for n in steps)),
             (_("%(n)s cases") % {"n": each["known"]}, *(percent(each["any"][n - 1]) for n in steps)))
        for each in areas
    ]  # fmt: skip
    words = Labels(title=_("The city's areas over time"), description=_("One tile an area."), as_of=as_of_said(told))
    drawn = city_map(tiles, panels, _by_place(told, steps), words)
    one = [Tile(each["x"], each["y"], _area(each), (each["any"][chosen - 1],), (percent(each["any"][chosen - 1]),)) for each in areas]  # fmt: skip
    day = told["days"][chosen - 1]
    larger = city_map(
        one, [_("Infected anew by %(day)s") % {"day": day}], _by_place(told, [chosen]),
        Labels(title=_("Day %(n)s: %(day)s") % {"n": chosen, "day": day}, as_of=as_of_said(told)), large=True,
    )  # fmt: skip
    base = reverse("twin_run", args=[run.id])
    days = [Choice(str(n), f"{base}?day={n}#map", current=n == chosen) for n in range(1, last + 1)]
    read = _("A tile is an area of about %(n)s people in the twin's city. The fuller its square, the more cases were found there (of %(most)s at most), or the more of the futures have somebody infected there by that day: a full square is all of them.") % {
        "n": f"{round(told['people'] / max(len(areas), 1)):,}", "most": most,
    }  # fmt: skip
    return Section(_("City map over time"), [Text(read), Drawn(drawn), Text(_("Choose a day:")), Links(days), Drawn(larger)], "map")  # fmt: skip


def _area(each: Answer) -> str:
    names: dict[str, str] = each["name"]
    return names.get(names_language()) or next(iter(names.values()), _("elsewhere"))


def _by_place(told: Answer, steps: Sequence[int]) -> list[list[object]]:
    """Expected new infections by the places beneath the top."""
    heads = [_("Place"), _("Areas"), _("Cases, two weeks"), *(_("Infected anew by %(day)s, mean") % {"day": told["days"][n - 1]} for n in steps)]  # fmt: skip
    sums: dict[str, list[float]] = {}
    for each in told["map"]["areas"]:
        row = sums.setdefault(_area(each), [0.0] * (2 + len(steps)))
        for k, value in enumerate([1, each["known"], *(sum(each["mean"][:n]) for n in steps)]):
            row[k] += value
    rows: list[list[object]] = [
        [name, round(row[0]), round(row[1]), *(f"{value:.1f}" for value in row[2:])] for name, row in sums.items()
    ]
    return [list(heads), *rows]


# -- options ----------------------------------------------------------------------------------------------------------


def option_name(each: Answer) -> str:
    """A shipped option in the language shown, another as its file calls it."""
    code = f"twin.option.{each['code']}"
    return label(code) if code in LABELS and LABELS[code] == each["title"] else str(each["title"])


def beside(told: Answer) -> Section:
    """Each option's outcome, and its difference from the first."""
    aim = told["objective"]
    names = ("infections", "community", "restricted", "tests")
    late = _("Met with %(share)s by") % {"share": percent(told["wanted"])}
    heads = [_("Option"), _("No community case, %(since)s to %(by)s") % aim, late, *(label(f"twin.measured.{name}") for name in names)]  # fmt: skip
    rows = [
        Row(
            each["code"],
            [
                _option(each, n),
                _likely(each, n),
                _by(each, told),
                *(_measured(each["measured"][name], n) for name in names),
            ],
        )
        for n, each in enumerate(told["options"])
    ]
    said = _("Each number is the mean of %(n)s futures; beneath it the difference from the first option, with its 95 percent interval. All options meet the same futures: the same people fall ill of the same contacts, and what differs is the option.") % {
        "n": f"{told['replicates']:,}",
    }  # fmt: skip
    title = _("Options beside each other")
    return Section(title, [Text(said), table(title, heads, rows, ""), _stock(told)], "beside")


def _stock(told: Answer) -> Part:
    """Rooms and beds, folded away."""
    title, names = _("Rooms and beds at most"), ("rooms", "beds")
    rows = [
        Row(each["code"], [_option(each, n), *(_measured(each["measured"][name], n) for name in names)])
        for n, each in enumerate(told["options"])
    ]
    return Folded(title, table(title, [_("Option"), *(label(f"twin.measured.{name}") for name in names)], rows, ""))


def _by(each: Answer, told: Answer) -> Cell:
    """The first day on which the objective would be met as surely as wanted."""
    return Cell(each["likely_by"] or _("not by %(day)s") % {"day": told["until"]})


def _option(each: Answer, n: int) -> Cell:
    chip = Chip("done", _("on the frontier")) if each["frontier"] else None
    return Cell(f"{n + 1}. {option_name(each)}", chip=chip)


def _likely(each: Answer, n: int) -> Cell:
    low, high = each["interval"]
    note = _("%(met)s of %(of)s; %(low)s to %(high)s") % {
        "met": f"{each['met']:,}", "of": f"{each['replicates']:,}", "low": percent(low), "high": percent(high),
    }  # fmt: skip
    if n:
        gap = each["difference"]
        note += " · " + _("difference %(low)s to %(high)s points") % {"low": f"{100 * gap['low']:+.1f}", "high": f"{100 * gap['high']:+.1f}"}  # fmt: skip
    return Cell(percent(each["probability"]), note=note)


def _measured(told: Answer, n: int) -> Cell:
    gap = told["difference"]
    mean = told["mean"]
    text = f"{mean:,.1f}" if mean < 100 else f"{mean:,.0f}"  # noqa: PLR2004 (where a decimal says nothing)
    if not n:
        return Cell(text, note=_("nine of ten: %(said)s") % {"said": _range(told["quantiles"])})
    few = max(abs(gap["low"]), abs(gap["high"])) < 100  # noqa: PLR2004 (as above)
    low, high = (f"{gap[end]:+,.1f}" if few else f"{gap[end]:+,.0f}" for end in ("low", "high"))
    return Cell(text, note=_("%(low)s to %(high)s") % {"low": low, "high": high})


def _range(told: dict[str, float]) -> str:
    return f"{told[LEAST]:,.0f} – {told[MOST]:,.0f}"


def frontier(told: Answer) -> Section:
    """Infections against restriction."""
    points = [
        Point(
            name=option_name(each), restricted=each["measured"]["restricted"]["mean"],
            infections=each["measured"]["infections"]["mean"], low=each["measured"]["infections"]["quantiles"][LEAST],
            high=each["measured"]["infections"]["quantiles"][MOST], frontier=each["frontier"],
        )
        for each in told["options"]
    ]  # fmt: skip
    title = _("Infections against restriction")
    about = _(
        "A full point lies on the frontier: no option compared has both fewer infections and fewer person-days restricted. Upright lines: nine of ten futures."
    )
    drawn = frontier_chart(points, Labels(title=title, description=about, as_of=as_of_said(told)))
    return Section(_("Policy frontier"), [Drawn(drawn), Text(about)], "frontier")


def smallest(told: Answer) -> Section:
    """The smallest set of measures that is enough, or how near the best comes."""
    title, found = _("The smallest set of measures that is enough"), told["smallest"]
    if found is None:
        return Section(title, [Text(_("Not searched."))], "smallest")
    best, wanted = found["best"], percent(found["wanted"])
    names = _set_said(best)
    if found["reached"]:
        said = _("%(set)s: the objective is met in %(share)s of futures, %(wanted)s were wanted.") % {"set": names, "share": percent(best["probability"]), "wanted": wanted}  # fmt: skip
    else:
        said = _("No set of the measures reaches %(wanted)s. Nearest comes: %(set)s, with %(share)s. A later day, or further measures, would be needed.") % {"wanted": wanted, "set": names, "share": percent(best["probability"])}  # fmt: skip
    chip = Chip("done", _("enough")) if found["reached"] else Chip("overdue", _("not enough"))
    rows = [
        Row(each["code"] or "none", [
            Cell(_set_said(each)), Cell(percent(each["probability"]), note=_("%(met)s of %(of)s futures") % {"met": each["met"], "of": each["replicates"]}),
            Cell(f"{each['infections']:,.1f}"), Cell(f"{each['restricted']:,.0f}"),
        ])
        for each in (best, *found["others"])
    ]  # fmt: skip
    heads = [_("Set of measures"), _("Objective met"), _("Infections"), _("Person-days restricted")]
    how = _("%(sets)s sets were tried in %(runs)s futures by successive halving: the better half of them goes on to twice as many futures.") % {
        "sets": found["rungs"][0]["sets"], "runs": f"{found['runs']:,}",
    }  # fmt: skip
    return Section(title, [Text(said, chips=[chip]), table(title, heads, rows, ""), Text(how)], "smallest")


def _set_said(each: Answer) -> str:
    codes = each["code"].split("+") if each["code"] else []
    names = [option_name({"code": code, "title": title}) for code, title in zip(codes, each["measures"], strict=True)]
    return " + ".join(names) or _("As is")


# -- what it rests on -------------------------------------------------------------------------------------------------


def rests_on(told: Answer) -> Section:
    """What was assumed, in sentences."""
    made: list[Part] = [Text(_assumed(each)) for each in told["assumed"]]
    unverified = told["unverified"]
    said = ngettext(
        "%(n)s number of the twin has no published source.", "%(n)s numbers of the twin have no published source.", len(unverified)
    ) % {"n": len(unverified)}  # fmt: skip
    r = told["reproduction"]
    recent = _("The reproduction number of the newest infections is put at %(r)s (nine of ten: %(low)s to %(high)s).") % {
        "r": f"{r['0.5']:.2f}", "low": f"{r[LEAST]:.2f}", "high": f"{r[MOST]:.2f}",
    }  # fmt: skip
    rows = [Row(each, [Cell(each)]) for each in unverified]
    listed = Folded(_("Which they are"), table(said, [_("Number of the scenario")], rows, ""))
    return Section(_("What it assumed"), [*made, Text(recent), Text(said, chips=[Chip("unverified", _("unverified"))]), listed], "assumed")  # fmt: skip


def _assumed(each: Answer) -> str:
    return label(
        f"assume.{each['code']}", **{name: value for name, value in each.items() if name not in {"code", "text"}}
    )


def cited(told: Answer, run: Run) -> Section:
    """All that makes the same futures again."""
    url = reverse("twin_run", args=[run.id])
    rows = [
        (_("Run"), Cell(run.id, href=url)),
        (_("As of"), Cell(f"{as_of(told):%Y-%m-%d %H:%M} {told['zone']}")),
        (_("Line of the log"), Cell(f"{told['seq']:,}")),
        (_("Outbreak"), Cell(f"{told['title']} ({told['code']})")),
        (_("Place"), Cell(place(told), note=_("%(n)s people on record, %(city)s in the twin's city") % {"n": f"{told['people']:,}", "city": f"{told['city_people']:,}"})),
        (_("Policy pack"), Cell(told["pack"])),
        (_("Disease"), Cell(told["disease"])),
        (_("Futures"), Cell(f"{told['replicates']:,}")),
        (_("Seed"), Cell(str(told["seed"]))),
    ]  # fmt: skip
    return Section(_("To cite this run"), [Pairs(rows)], "cite")


def run_said(here: Page, run: Run) -> str:
    """When a run was asked for."""
    return f"{from_micros(run.at).astimezone(here.zone):%Y-%m-%d %H:%M}"


def age_chips(told: Answer, line: int) -> list[Chip]:
    """Whether anything was told since."""
    since = line - told["seq"]
    if since <= 0:
        return [Chip("done", _("of the newest line"))]
    return [Chip("soon", _("%(n)s lines told since") % {"n": f"{since:,}"})]
