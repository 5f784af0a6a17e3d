"""Ages, sexes and outcomes as people write them."""

from __future__ import annotations

import pytest

from ringfence.science import linelist_values as values
from ringfence.science.linelist_values import Age


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("7", Age(7.0)),
        ("7.5", Age(7.5)),
        ("0.02", Age(0.02)),
        ("7 months", Age(0.5833)),
        ("3m", Age(0.25)),
        ("6个月", Age(0.5)),
        ("10 days", Age(0.0274)),
        ("47岁", Age(47.0)),
        ("35 years old", Age(35.0)),
        ("2 years 3 months", Age(2.25)),
        ("1岁3个月", Age(1.25)),
        ("60-69", Age(band=(60, 69))),
        ("60至69岁", Age(band=(60, 69))),
        ("80+", Age(band=(80, None))),
        ("65岁以上", Age(band=(65, None))),
        (">=65", Age(band=(65, None))),
        ("<1", Age(band=(0, 0))),
        ("430", Age(430.0)),
        ("69-60", None),
        ("old", None),
        ("7 parsecs", None),
    ],
)
def test_ages(text: str, age: Age | None) -> None:
    assert values.age(text) == age


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("F f female 女 女性 Woman", "female"),
        ("M m Male 男", "male"),
        ("1 2 ?", None),
    ],
)
def test_sexes(words: str, told: str | None) -> None:
    assert {values.sex(word) for word in words.split()} == {told}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("Death Died Deceased dead 死亡", "died"),
        ("Recover Recovered 治愈 痊愈", "recovered"),
        ("Discharged 出院", "discharged"),
        ("Alive 存活", "alive"),
        ("hospitalised 治疗中", "ill"),
        ("eaten", None),
    ],
)
def test_outcomes(words: str, told: str | None) -> None:
    assert {values.outcome(word) for word in words.split()} == {told}


def test_yes_no_and_no_value() -> None:
    told = ("Y", "是", "TRUE", "symptomatic", "N", "否", "asymptomatic", "perhaps")
    assert [values.yes_no(text) for text in told] == [
        *[True] * 4, *[False] * 3, None,
    ]  # fmt: skip
    assert values.missing(" N/A ")
    assert values.missing("不详")
    assert not values.missing("0")


def test_words_before_a_bracket_or_comma_count() -> None:
    assert values.word("Confirmed (PCR)", values.CLASSIFICATION) == "confirmed"
    assert values.outcome("Died, 3 Feb") == "died"
