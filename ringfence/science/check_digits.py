"""A check character at the end of a printed code, so that a misread or mistyped one is noticed."""

from __future__ import annotations

import re

from stdnum.iso7064 import mod_37_36

LABEL = re.compile(r"([TBPW][A-Z0-9]{0,8})-(\d{3,12})-([0-9A-Z])\Z")
"""A code of ours: kind (T tube, B box, P person, W walk-in) with a prefix, a number, the check character."""


def check_character(text: str) -> str:
    """The check character of a text of 0-9 and A-Z; one of 0-9 and A-Z itself.

    It finds every single wrong character, and all but a few swaps of two neighbours.
    Source: ISO/IEC 7064:2003, hybrid system MOD 37,36 (clause 8).
    """
    return str(mod_37_36.calc_check_digit(text))


def label_code(prefix: str, number: int, digits: int = 6) -> str:
    """`("TN", 123)` -> `TN-000123-…`: prefix, number of at least so many digits, check character over both."""
    told = f"{number:0{digits}d}"
    return f"{prefix}-{told}-{check_character(prefix + told)}"


def is_misread(code: str) -> bool:
    """Whether a code has the shape of ours and the wrong check character; other codes are never said to be misread."""
    found = LABEL.match(code)
    return found is not None and check_character(found[1] + found[2]) != found[3]
