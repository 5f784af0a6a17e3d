"""What an import linter cannot see."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ringfence import app

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "ringfence"
CODE = sorted(path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts)
IDS = [path.relative_to(SOURCE).as_posix() for path in CODE]
DESKS = sorted(path.name for path in (SOURCE / "desks").iterdir() if (path / "models.py").exists())

LONG_FUNCTIONS: set[str] = {
    "science/contacts_index.py:_order",
    "science/contacts_sort.py:_by_bytes",
    "science/contacts_search.py:_hits",
    "science/contacts_search.py:encounters",
    "science/contacts_search.py:pages_of_people",
    "science/contacts_search.py:stays_of",
    "science/dense_ids.py:codes_of_numbers",
    "science/dense_ids.py:codes_of_texts",
    "science/dense_ids.py:read_texts",
    "science/testing_plan_trips.py:_send",
    "twin/kernels/city.py:gather",
    "twin/kernels/city.py:seat_everybody",
    "twin/kernels/city.py:settle",
    "twin/kernels/contacts.py:partner",
    "twin/kernels/course.py:run_one",
    "twin/kernels/infection.py:infect",
}
"""Compiled kernels that may run over forty lines: `science/kernels.py:spread`."""

LONG_FILES: set[str] = set()
"""Compiled kernels that may run over four hundred lines."""


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _strings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """String literals that are not docstrings, with their lines."""
    documents = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documents:
            yield node.lineno, node.value


@pytest.mark.parametrize("package", ["facts", "science"])
def test_facts_and_science_know_no_django(package: str) -> None:
    names = [
        ".".join(("ringfence", *p.relative_to(SOURCE).with_suffix("").parts)) for p in (SOURCE / package).rglob("*.py")
    ]
    names = [name.removesuffix(".__init__") for name in names]
    code = f"import sys, importlib; [importlib.import_module(n) for n in {names!r}]; print([m for m in sys.modules if m.split('.')[0] == 'django'])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("path", CODE, ids=IDS)
def test_no_desk_names_another_desks_table(path: Path) -> None:
    parts = path.relative_to(SOURCE).parts
    if parts[0] not in {"desks", "registry"}:
        return
    own = parts[1] if parts[0] == "desks" else "registry"
    others = "|".join(desk for desk in DESKS if desk != own)
    foreign = re.compile(rf"\b(?:FROM|JOIN|INTO|UPDATE)\s+\"?((?:{others})_\w+)", re.IGNORECASE)
    found = [(line, match[1]) for line, text in _strings(_tree(path)) for match in foreign.finditer(text)]
    assert found == []


WRITES = re.compile(r"\b(?:INSERT\s+INTO|REPLACE\s+INTO|DELETE\s+FROM|UPDATE\s+\w+\s+SET)\b", re.IGNORECASE)


@pytest.mark.parametrize("path", CODE, ids=IDS)
def test_only_memory_writes(path: Path) -> None:
    parts = path.relative_to(SOURCE).parts
    if parts[0] == "core" or "memory" in parts or parts[-1] == "memory.py":
        return
    if parts in {("registry", "identities.py"), ("registry", "account_keeping.py"), ("registry", "attachments.py")}:
        return  # what lies beside the log
    tree = _tree(path)
    sql = [(line, text[:60]) for line, text in _strings(tree) if WRITES.search(text)]
    calls = [
        (node.lineno, node.func.attr)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"write", "send", "bulk_create", "save"}
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in {"db", "objects"}
    ]
    assert sql + calls == []


@pytest.mark.parametrize("path", CODE, ids=IDS)
def test_functions_end_at_forty_lines_and_files_at_four_hundred(path: Path) -> None:
    name = path.relative_to(SOURCE).as_posix()
    text = path.read_text(encoding="utf-8")
    long = [
        f"{name}:{node.name} {node.end_lineno - node.lineno + 1}"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and (node.end_lineno or 0) - node.lineno + 1 > 40
    ]
    assert [each for each in long if each.rpartition(" ")[0] not in LONG_FUNCTIONS] == []
    assert name in LONG_FILES or len(text.splitlines()) <= 400


NAKED = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time")}


@pytest.mark.parametrize("path", CODE, ids=IDS)
def test_time_and_chance_come_from_outside(path: Path) -> None:
    if path.relative_to(SOURCE).as_posix() == "core/clock.py":
        return
    tree = _tree(path)
    naked = [
        (node.lineno, node.attr)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and (node.value.id, node.attr) in NAKED
    ]
    chance = [
        node.lineno
        for node in ast.walk(tree)
        if (isinstance(node, ast.Import) and any(each.name == "random" for each in node.names))
        or (isinstance(node, ast.ImportFrom) and node.module in {"random", "numpy.random"})
    ]
    assert naked == []
    assert chance == []


def test_every_rule_is_a_sentence_with_its_reason() -> None:
    rules = {rule.by: rule for listed in app.open_centre().rules.values() for rule in listed}
    assert rules
    for by, rule in rules.items():
        name = rule.function.__name__
        assert len(name.split("_")) >= 4, by
        assert rule.function.__doc__, by
        assert rule.function.__doc__.strip().endswith((".", "?")), by


def test_every_number_of_every_shipped_pack_has_its_source() -> None:
    assert app.book().problems() == []
