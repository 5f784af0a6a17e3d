"""Compiled loops that are kept: used again while nothing they are made from has changed, and not a moment longer."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

LOOP = (
    "from ringfence.science.compiled import compiled, is_kept\nfrom town.sizes import STEP\n\n\n"
    "@compiled\ndef steps(n):\n    return n * STEP\n\n\n"
    "if __name__ == 'town.loop':\n    before = is_kept(steps)\n    print(before, steps(10))\n"
)


def answer(folder: Path, **more: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1", **more}
    command = [sys.executable, "-c", "import town.loop"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip()


def test_a_loop_is_kept_until_a_constant_of_another_file_changes(tmp_path: Path) -> None:
    town = tmp_path / "town"
    town.mkdir()
    (town / "sizes.py").write_text("STEP = 3\n")
    (town / "loop.py").write_text(LOOP)
    (town / "words.py").write_text("")
    assert answer(tmp_path) == "False 30"
    assert answer(tmp_path) == "True 30"
    (town / "words.py").write_text("NAME = 'nothing of the loop'\n")
    assert answer(tmp_path) == "True 30"
    (town / "sizes.py").write_text("STEP = 4\n")
    assert answer(tmp_path) == "False 40"


def test_where_nothing_can_be_kept_a_loop_is_compiled_all_the_same(tmp_path: Path) -> None:
    nowhere = tmp_path / "file"
    nowhere.write_text("")
    town = tmp_path / "town"
    town.mkdir()
    (town / "sizes.py").write_text("STEP = 3\n")
    (town / "loop.py").write_text(LOOP.replace("is_kept(steps)", "'-'"))
    (town / "__pycache__").write_text("")  # a file where the folder would be, and no home
    assert answer(tmp_path, HOME=str(nowhere), XDG_CACHE_HOME=str(nowhere)) == "- 30"
