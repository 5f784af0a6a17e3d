"""The browser libraries are what their manifest says, with a licence each, and the lock names no address."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = [ROOT / "ringfence/console/static/vendor", ROOT / "tests/browser/vendor"]


@pytest.mark.parametrize("folder", FOLDERS, ids=["served", "tested"])
def test_each_file_is_the_one_in_the_manifest(folder: Path) -> None:
    manifest = json.loads((folder / "MANIFEST.json").read_text(encoding="utf-8"))
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {"MANIFEST.json"}
    assert there == {entry["file"] for entry in manifest}
    for entry in manifest:
        assert hashlib.sha256((folder / entry["file"]).read_bytes()).hexdigest() == entry["sha256"], entry["file"]
        assert f"licences/{entry['name'].replace('/', '__')}.txt" in there
        assert entry["licence"] in {"MIT", "0BSD", "MPL-2.0", "Apache-2.0"}


def test_each_version_is_the_locked_one() -> None:
    lock = json.loads((ROOT / "vendor/package-lock.json").read_text(encoding="utf-8"))["packages"]
    for folder in FOLDERS:
        for entry in json.loads((folder / "MANIFEST.json").read_text(encoding="utf-8")):
            assert lock[f"node_modules/{entry['name']}"]["version"] == entry["version"]
    assert all("resolved" not in package for package in lock.values())


def test_style_sheets_ask_for_nothing_that_the_policy_forbids() -> None:
    for sheet in (ROOT / "ringfence/console/static").rglob("*.css"):
        text = sheet.read_text(encoding="utf-8")
        assert "data:" not in text, sheet
        assert "@import" not in text, sheet
        assert "url(http" not in text.replace('"', ""), sheet
