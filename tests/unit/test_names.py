"""Names across scripts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.science.names import likeness, normal_name, phonetic_key, pinyin_of, syllables

ONE_PERSON = [
    ("王伟", "Wang Wei", 0.97),
    ("王伟", "WEI, WANG", 0.97),
    ("王小明", "Xiaoming Wang", 0.97),
    ("单田芳", "Shan Tianfang", 0.97),
    ("仇英", "Qiu Ying", 0.97),
    ("吕布", "Lü Bu", 0.97),
    ("欧阳娜娜", "Ouyang Nana", 0.97),
    ("王 伟", "王伟", 1.0),
    ("José García", "GARCIA JOSE", 1.0),
    ("陈华", "陳華", 0.93),
    ("王伟", "王玮", 0.93),
    ("Jörg Müller", "Mueller, Jorg", 0.9),
    ("Иванов Пётр", "Pyotr Ivanov", 0.9),
    ("Stephen King", "Steven King", 0.9),
    ("John Smith", "J. Smith", 0.9),
]


@pytest.mark.parametrize(("one", "other", "least"), ONE_PERSON)
def test_one_person_in_two_spellings(one: str, other: str, least: float) -> None:
    assert likeness(one, other) >= least - 1e-9


@pytest.mark.parametrize(
    ("one", "other"), [("张三", "李四"), ("Anna Schmidt", "Maria Lopez"), ("王伟", "Anna Schmidt"), ("", "王伟")]
)
def test_strangers_are_not_alike(one: str, other: str) -> None:
    assert likeness(one, other) < 0.5


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("王伟", "Wei Wang"),
        ("单田芳", "SHAN Tian Fang"),
        ("张三", "Zan San"),
        ("刘宁", "niu nin"),
        ("Jörg Müller", "Mueller Jorg"),
        ("陈华", "陳華"),
    ],
)
def test_what_sounds_the_same_lies_in_one_block(one: str, other: str) -> None:
    assert phonetic_key(one) == phonetic_key(other) != ""


def test_a_polyphone_is_read_as_a_surname_only_in_front() -> None:
    assert syllables("单田单") == ["shan", "tian", "dan"]
    assert syllables("尉迟恭") == ["yu", "chi", "gong"]
    assert syllables("单") == ["dan"]


def test_pinyin_is_the_fewest_syllables_or_none() -> None:
    assert pinyin_of("xiaoming") == ("xiao", "ming")
    assert pinyin_of("smith") is None


@given(st.text(max_size=12), st.text(max_size=12))
def test_likeness_is_symmetric_enough_and_bounded(one: str, other: str) -> None:
    assert 0 <= likeness(one, other) <= 1
    assert likeness(one, one) == 1
    assert normal_name(normal_name(one)) == normal_name(one)
    assert isinstance(phonetic_key(one), str)
