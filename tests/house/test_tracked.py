"""What may not stand in any file of the repository, links that lead nowhere, and the one door."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BINARY = {".mo", ".otf", ".whl", ".png", ".ttf", ".woff2"}
HOSTS = re.compile(
    "|".join(("pypi" + r"\.org", "pythonhosted" + r"\.", "npmjs" + r"\.(?:org|com)", "registry" + r"\.yarnpkg"))
)
MACHINE = re.compile("|".join((r"(?<![\w.])/wo" + r"rk/", "/ro" + r"ot/", r"/home/\w+/", r"\.pye" + "nv")))
WORKPLACE = re.compile(
    "|".join(
        (r"\blanguage mo" + "del", r"\bA" + r"I[- ]generated", r"\bCl" + "aude", "Anth" + "ropic", r"\bL" + r"LM\b")
    ),
    re.IGNORECASE,
)


def tracked() -> list[Path]:
    if not (ROOT / ".git").exists():
        pytest.skip("not a clone: the files are not known")
    told = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name for name in told.decode().split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("forbidden", [HOSTS, MACHINE, WORKPLACE], ids=["registry", "machine", "workplace"])
def test_no_file_names_a_registry_this_machine_or_the_workplace(forbidden: re.Pattern[str]) -> None:
    found = []
    for path in tracked():
        if path.suffix in BINARY or "vendor" in path.parts or path.name.endswith(".min.js"):
            continue
        for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if match := forbidden.search(line):
                found.append(f"{path.relative_to(ROOT)}:{n}: {match[0]}")
    assert found == []


LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def test_no_link_leads_nowhere() -> None:
    dead = []
    for path in tracked():
        if path.suffix != ".md":
            continue
        targets = [each for each in LINK.findall(path.read_text(encoding="utf-8")) if "://" not in each]
        dead += [f"{path.relative_to(ROOT)}: {each}" for each in targets if not (path.parent / each).exists()]
    assert dead == []


@pytest.mark.parametrize("script", ["go", "tools/lock"])
def test_the_shell_scripts_parse_and_may_be_run(script: str) -> None:
    path = ROOT / script
    assert path.stat().st_mode & 0o111
    assert path.read_text(encoding="utf-8").startswith("#!/bin/sh\n")
    subprocess.run(["sh", "-n", path], check=True)


def test_without_python_the_door_says_what_to_do(tmp_path: Path) -> None:
    clone, tools = tmp_path / "a clone", tmp_path / "bin"
    clone.mkdir()
    tools.mkdir()
    for name in ("go", "requirements.lock", "requirements-dev.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, clone / name)
    for name in ("sh", "dirname", "cat", "cksum"):
        found = shutil.which(name)
        assert found
        (tools / name).symlink_to(found)
    done = subprocess.run(
        [tools / "sh", clone / "go", "demo"], env={"PATH": str(tools)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "Ringfence needs Python 3.11 or newer.",
        "Found on the path: none.",
        "Install one (Debian, Ubuntu: apt install python3), or name it: RINGFENCE_PYTHON=/path/to/python3 ./go demo",
    ]


def test_a_door_once_set_up_asks_nobody(tmp_path: Path) -> None:
    """With its stamp in place the door hands over at once, from any folder, with its arguments whole."""
    clone = tmp_path / "a clone"
    scripts = clone / ".venv" / "bin"
    scripts.mkdir(parents=True)
    for name in ("go", "requirements.lock", "requirements-dev.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, clone / name)
    for name, text in (("python", 'echo "Python 3.11.2"'), ("ringfence", 'printf "[%s]" "$RINGFENCE_HOME" "$@"')):
        (scripts / name).write_text(f"#!/bin/sh\n{text}\n")
        (scripts / name).chmod(0o755)
    script = (clone / "go").read_text(encoding="utf-8")
    stamp = script[script.index("stamp() {") : script.index("is_set_up() {")]
    made = subprocess.run(
        ["sh", "-c", f"root=$1 venv=$1/.venv\n{stamp}\nstamp run", "sh", str(clone)],
        capture_output=True,
        text=True,
        check=True,
    )
    (clone / ".venv" / ".set-up-run").write_text(made.stdout)
    done = subprocess.run(
        [clone / "go", "demo", "a b"],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"[{clone}/var][demo][a b]"


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock", "vendor/uv.lock"])
def test_every_locked_library_has_its_hash(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    pins = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert pins
    assert all("==" in line and line.endswith("\\") for line in pins)
