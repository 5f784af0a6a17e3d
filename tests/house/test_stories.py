"""Every rule is told in some story: its name stands behind a line of the log there."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path
from typing import Any

from ringfence.core.centre import Centre
from tests.stores import use_sqlite as _point_at
from tests.stories.story import Story

STORIES = Path(__file__).resolve().parents[1] / "stories"


def _written() -> list[tuple[str, dict[str, Any]]]:
    """The text and further words of each story that is written out."""
    found = []
    for path in sorted(STORIES.glob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Story":
                told = {each.arg: ast.literal_eval(each.value) for each in node.keywords if each.arg}
                found.append((ast.literal_eval(node.args[0]), told))
    return found


def test_every_rule_is_told_in_some_story(template: Path, tmp_path: Path, centre: Centre) -> None:
    rules = {rule.by for rules in centre.rules.values() for rule in rules}
    told = set()
    for n, (text, words) in enumerate(_written()):
        Story.home = tmp_path / str(n)
        Story.home.mkdir()
        shutil.copy(template, Story.home / "ringfence.sqlite3")
        _point_at(Story.home / "ringfence.sqlite3")
        told |= {each.line.by for each in Story(text, **words).lines()}
    assert not sorted(rules - told)


def test_every_rule_is_a_sentence_with_a_reason(centre: Centre) -> None:
    for rules in centre.rules.values():
        for rule in rules:
            assert rule.function.__doc__, rule.by
            assert rule.function.__name__.count("_") >= 3, rule.by
