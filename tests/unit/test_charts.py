"""Charts: what is drawn is what was counted, every text is escaped, and nothing needs an inline style."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.console import charts
from ringfence.console.curve import Labels, bins
from ringfence.console.lab_chart import Hour, hours_chart
from ringfence.console.plan_chart import Lane, stages_chart
from ringfence.console.svg import WIDE, ticks, width_of

SVG = "{http://www.w3.org/2000/svg}"
NASTY = "<script>alert('x')</script> & \" 密接"
WORDS = ("Day", "Total", "reports still arriving", "by week, from Monday", "No data yet", "Show as a table")
LABELS = charts.Labels("Cases", "By day", "as of 03:05", *WORDS)


def drawn(html: str) -> ET.Element:
    """The figure as a tree: it must be well-formed."""
    return ET.fromstring(html.replace("&nbsp;", " "))


def days(count: int, start: date = date(2026, 1, 1)) -> list[date]:
    """Consecutive days."""
    return [start + timedelta(days=index) for index in range(count)]


@given(st.lists(st.integers(0, 500), min_size=1, max_size=40), st.integers(1, 6))
def test_bar_heights_are_the_counts(counts: list[int], series: int) -> None:
    names = {f"s{number}": [count * (number + 1) % 97 for count in counts] for number in range(series)}
    figure = drawn(charts.epicurve(days(len(counts)), names, LABELS, bin_by="day"))
    wide = figure.find(f"{SVG}svg[@class='rf-wide']")
    assert wide is not None
    bars = [one for one in wide.iter(f"{SVG}rect") if re.fullmatch(r"c-\d", one.get("class", ""))][series:]
    counted = [count for day in range(len(counts)) for name in names if (count := names[name][day])]
    heights = [float(one.get("height", "0")) for one in bars]
    assert len(heights) == len(counted)
    scale = max(heights, default=1) / max(counted, default=1)
    assert all(abs(height - count * scale) < 0.05 for height, count in zip(heights, counted, strict=True))


@given(st.integers(0, 10**7))
def test_ticks_are_round_and_reach_the_highest(highest: int) -> None:
    scale = ticks(highest)
    step = scale[1] - scale[0]
    assert scale[0] == 0
    assert scale[-1] >= max(highest, 1)
    assert 2 <= len(scale) <= 8
    assert str(step).rstrip("0") in {"1", "2", "5"}


@given(st.integers(1, 200), st.integers(0, 250))
def test_weeks_hold_every_case_and_begin_on_monday(count: int, late: int) -> None:
    counts = [index % 7 for index in range(count)]
    first_late = date(2026, 1, 1) + timedelta(days=late)
    weeks = bins(days(count), {"a": counts}, first_late, weekly=True)
    assert sum(week.counts[0] for week in weeks) == sum(counts)
    assert {week.day.weekday() for week in weeks} == {0}
    assert all(week.late == (late < count and week.day + timedelta(days=6) >= first_late) for week in weeks[:-1])


def test_days_still_filling_are_hatched_named_and_starred() -> None:
    html = charts.epicurve(days(10), {"a": [3] * 10}, LABELS, incomplete_from=date(2026, 1, 9))
    assert html.count("-late)") == 3
    assert html.count(">reports still arriving</text>") == 3
    assert "2026-01-09 *" in html
    assert "2026-01-08 *" not in html
    assert "-late)" not in charts.epicurve(days(10), {"a": [3] * 10}, LABELS)


def test_a_long_range_is_drawn_by_week_where_days_would_be_too_thin() -> None:
    html = charts.epicurve(days(100), {"a": [1] * 100}, LABELS)
    assert html.count("by week, from Monday") == 1
    assert charts.epicurve(days(100), {"a": [1] * 100}, LABELS, bin_by="week").count("by week, from Monday") == 3
    with pytest.raises(ValueError, match="not month"):
        charts.epicurve(days(1), {"a": [1]}, LABELS, bin_by="month")


def everything(said: str) -> dict[str, str]:
    """One of each chart with a text everywhere."""
    labels = charts.Labels(*[said] * 9)
    return {
        "epicurve": charts.epicurve(
            days(5), {said: [1] * 5}, labels, incomplete_from=date(2026, 1, 4), marks={date(2026, 1, 2): said}
        ),
        "empty": charts.epicurve([], {said: []}, labels),
        "timeline": charts.timeline(
            [
                charts.Moment(datetime(2026, 1, 1, 8, tzinfo=UTC), said, act=True),
                charts.Moment(date(2026, 1, 2), said, date(2026, 1, 9)),
            ],
            labels,
            today=date(2026, 1, 5),
        ),
        "no events": charts.timeline([], labels),
        "bars": charts.bars([charts.Bar(said, 3, 10), charts.Bar(said, 0, 0), charts.Bar(said, 7)], labels),
        "countdown": charts.countdown(9, 14, labels, said=said, broken=[4]),
    }


@pytest.mark.parametrize("name", everything("x"))
def test_texts_are_escaped_and_nothing_is_inline(name: str) -> None:
    html = everything(NASTY)[name]
    figure = drawn(html)
    assert "<script" not in html
    assert " style=" not in html
    assert NASTY in "".join(figure.itertext())
    for picture in figure.iter(f"{SVG}svg"):
        assert picture.get("role") == "img"
        named = [one.get("id") for one in picture if one.tag in {f"{SVG}title", f"{SVG}desc"}]
        assert " ".join(str(one) for one in named) == picture.get("aria-labelledby")


@pytest.mark.parametrize("name", everything("x"))
def test_the_same_chart_is_the_same_text_and_its_ids_are_its_own(name: str) -> None:
    html = everything("x")[name]
    assert html == everything("x")[name]
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r"url\(#([^)]+)\)", html)) <= set(ids)


def test_a_countdown_marks_what_is_done_broken_and_to_come() -> None:
    html = charts.countdown(9, 14, LABELS, said="day 9 of 14", broken=[4])
    figure = drawn(html)
    wide = figure.find(f"{SVG}svg[@class='rf-wide']")
    assert wide is not None
    looks = [one.get("class") for one in wide.iter(f"{SVG}rect")]
    assert looks == ["c-good"] * 3 + ["c-act"] + ["c-good"] * 5 + ["c-track"] * 5


@pytest.mark.parametrize("n", [1, 24, 48, 96])
def test_the_hours_beneath_a_chart_never_touch_and_stay_inside_it(n: int) -> None:
    hours = [f"11-{21 + k // 24} {k % 24:02d}:00" for k in range(n)]
    labels = Labels("x", as_table="t", no_data="-")
    drawn = (
        hours_chart([Hour(each, 1, 1, 0) for each in hours], 5, labels),
        stages_chart([Lane("a", "b", (1,) * n)], hours, [], labels),
    )
    for chart in drawn:
        for picture in ET.fromstring(chart).iter("{http://www.w3.org/2000/svg}svg"):
            width, ends = float(picture.get("viewBox", "").split()[2]), -100.0
            texts = [each for each in picture.iter("{http://www.w3.org/2000/svg}text") if each.text in hours]
            assert texts or width < WIDE
            for each in texts:
                size = width_of(str(each.text), float(each.get("font-size", "12")))
                begins = float(each.get("x", "")) - (size / 2 if each.get("text-anchor") == "middle" else 0)
                assert ends + 2 < begins
                ends = begins + size
            assert ends <= width
