"""What `ringfence twin drill` refuses before it touches anything."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ringfence.commands.drill import drill
from ringfence.core.drill import Mark, write_mark
from ringfence.core.errors import Refused


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for a drill; the command puts this process into it."""
    monkeypatch.setenv("RINGFENCE_HOME", os.environ["RINGFENCE_HOME"])
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return tmp_path / "drill"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"form": "tabletop"}, "drill_form_unknown"),
        ({"form": "full-scale", "speed": 60.0}, "drill_full_scale_speed"),
        ({"host": "0.0.0.0"}, "drill_password_known"),
        ({"host": "0.0.0.0", "password": "short"}, "drill_password_known"),
    ],
)
def test_wrong_use_is_refused_before_anything_is_made(
    own: Path, scenario: Callable[..., Path], asked: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refused, match=code):
        drill(str(scenario()), folder=own, no_serve=True, **asked)
    assert not (own / "ringfence.sqlite3").exists()


def test_names_that_there_are_not_are_refused(own: Path) -> None:
    with pytest.raises(Refused, match="scenario_name_unknown"):
        drill("last-days", folder=own, no_serve=True)
    for word in ("stop", "report"):
        with pytest.raises(Refused, match="drill_not_here"):
            drill(word, folder=own)


def test_a_workspace_holds_one_drill_in_one_form(own: Path, scenario: Callable[..., Path]) -> None:
    own.mkdir()
    write_mark(own, Mark({"en": "Village", "zh": "村庄"}, "functional"))
    with pytest.raises(Refused, match="drill_of_another_scenario"):
        drill("first-days", folder=own, no_serve=True)
    with pytest.raises(Refused, match="drill_of_another_scenario"):
        drill(str(scenario()), folder=own, form="table-top", no_serve=True)
