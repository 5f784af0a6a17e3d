"""A drill's file: what is read, and what is refused by the key at fault."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from ringfence.app import book
from ringfence.core.errors import Refused
from ringfence.facts.drill import InjectKind
from ringfence.twin.drill.plan import form_of, read_drill, shipped, span
from ringfence.twin.scenario import read_scenario
from tests.unit.drill.conftest import VILLAGE


def test_every_shipped_drill_is_small_and_whole() -> None:
    assert shipped()
    for name in shipped():
        drill = read_drill(name, book())
        people = drill.city().city.people
        assert 10_000 <= people <= 50_000
        assert {each.kind for each in drill.injects} == {*InjectKind}
        assert all(each.title and each.title_zh and each.expected and each.expected_zh for each in drill.injects)
        assert all(each.asks and each.asks_zh for each in drill.questions)


def test_a_drill_is_still_a_scenario_that_runs(scenario: Callable[..., Path]) -> None:
    assert read_scenario(scenario()).scenario.people == 2000


@pytest.mark.parametrize(
    ("told", "means"), [("2h", timedelta(hours=2)), ("1d 4h", timedelta(hours=28)), ("90min", timedelta(minutes=90))]
)
def test_spans_are_told_in_days_hours_and_minutes(told: str, means: timedelta) -> None:
    assert span(told) == means


@pytest.mark.parametrize(
    ("old", "new", "code", "key"),
    [
        ('lasts = "2d"', 'lasts = "soon"', "twin_value_unfit", "drill.lasts"),
        ('lasts = "2d"', 'lasts = "20d"', "drill_outlasts_run", None),
        ('begins = "12:00"', 'begins = "25:00"', "twin_value_unfit", "drill.begins"),
        ('after = "15min"', 'after = "15 minutes"', "twin_value_unfit", "injects.pool.after"),
        ('kind = "calls"', 'kind = "earthquake"', "twin_value_unfit", "injects.calls.kind"),
        ("size = 5", "sise = 5", "twin_key_unknown", "injects.calls.sise"),
        ('asks = "Who first?"', "", "twin_key_missing", "questions.first.asks"),
        ("smoulders_days = 7", "smoulders_days = -1", "twin_value_unfit", "drill.smoulders_days"),
    ],
)
def test_what_does_not_fit_is_refused_by_its_key(
    scenario: Callable[..., Path], old: str, new: str, code: str, key: str | None
) -> None:
    with pytest.raises(Refused) as refused:
        read_drill(str(scenario(text=VILLAGE.replace(old, new))), book())
    assert refused.value.code == code
    assert key is None or refused.value.told["key"] == key


def test_a_scenario_without_a_drill_and_a_form_that_there_is_not_are_refused(
    scenario: Callable[..., Path], tmp_path: Path
) -> None:
    plain = tmp_path / "plain.toml"
    plain.write_text('[scenario]\ntitle = "x"\n', encoding="utf-8")
    with pytest.raises(Refused, match="drill_section_missing"):
        read_drill(str(plain), book())
    with pytest.raises(Refused, match="drill_form_unknown"):
        form_of("tabletop", read_drill(str(scenario()), book()))
