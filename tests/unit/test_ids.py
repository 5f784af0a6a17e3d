"""Ids are written ten bits at a time, as the library writes them five by five."""

from __future__ import annotations

import base64

from hypothesis import given
from hypothesis import strategies as some

from ringfence.facts.ids import number_of, written


@given(some.integers(0, 2**80 - 1))
def test_an_id_is_base32_and_is_read_back(number: int) -> None:
    id_ = written("person", number)
    assert id_ == f"person_{base64.b32encode(number.to_bytes(10, 'big')).decode().lower()}"
    assert number_of(id_) == number
