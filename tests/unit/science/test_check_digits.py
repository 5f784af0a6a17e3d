"""A check character finds what hands and scanners get wrong."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ringfence.science.check_digits import LABEL, check_character, is_misread, label_code

SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
PREFIXES = st.builds(str.__add__, st.sampled_from("TBPW"), st.text(SIGNS, max_size=8))
NUMBERS = st.integers(0, 999_999_999_999)


def plain(text: str) -> str:
    """The standard's own words: a product that starts at 36, each sign added modulo 36 and doubled modulo 37; the last makes it 1."""
    for last in SIGNS:
        product = 36
        for sign in text:
            total = (product + SIGNS.index(sign)) % 36
            product = ((total or 36) * 2) % 37
        if (product + SIGNS.index(last)) % 36 == 1:
            return last
    raise AssertionError(text)


def test_the_standards_example() -> None:
    assert check_character("A12425GABC1234002") == "M"


@given(st.text(SIGNS, min_size=1, max_size=20))
def test_it_is_the_standards(text: str) -> None:
    assert check_character(text) == plain(text)


@given(PREFIXES, NUMBERS, st.data())
def test_one_wrong_sign_is_always_found(prefix: str, number: int, data: st.DataObject) -> None:
    code = label_code(prefix, number)
    assert LABEL.match(code)
    assert not is_misread(code)
    digits = [place for place, sign in enumerate(code) if sign.isdigit() and place > code.index("-")]
    place = data.draw(st.sampled_from(digits))
    wrong = data.draw(st.sampled_from([each for each in "0123456789" if each != code[place]]))
    assert is_misread(code[:place] + wrong + code[place + 1 :])


def test_codes_that_are_not_ours_are_never_said_to_be_misread() -> None:
    for code in ("", "T1", "230102199003070013", "X-000001-0", "T-12-0", "TNG-000001"):
        assert not is_misread(code)
