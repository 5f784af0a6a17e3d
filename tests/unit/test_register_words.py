"""Every refusal and every reason of the register and the vault has its words."""

from __future__ import annotations

import re
from pathlib import Path

from ringfence.core import vault, vault_words
from ringfence.registry import checks, duplicates
from ringfence.registry.register import erase, files, load, rows, segments, words

SOURCES = [
    Path(module.__file__ or "").read_text(encoding="utf-8")
    for module in (vault, checks, duplicates, erase, files, load, rows, segments)
]


def _codes(pattern: str) -> set[str]:
    return {code for source in SOURCES for code in re.findall(pattern, source)}


def test_every_refusal_has_three_sentences_and_no_sentence_is_left_over() -> None:
    assert _codes(r'Refused\(\s*"(\w+)"') == set(vault_words.REFUSALS) | set(words.REFUSALS)


def test_every_reason_of_a_bad_row_has_its_words() -> None:
    told = _codes(r'Unfit\("(\w+)"\)') | _codes(r'refuse\(.*"(\w+)"\)') | _codes(r'reason = "(\w+)" if')
    told |= _codes(r'else "(\w+_contradicts_id)"') | _codes(r'Bad\(.*"(\w+)"\)')
    assert {f"bad_row.{reason}" for reason in told} == set(words.LABELS)


def test_every_sealed_thing_has_its_word() -> None:
    assert {f"sealed.{what}" for what in _codes(r'what="(\w+)"')} == set(vault_words.LABELS)
