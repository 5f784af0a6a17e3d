"""Every text of the product is in Simplified Chinese: none missing, none guessed, none left over, all compiled."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOL = ROOT / "tools" / "messages.py"


def test_every_text_is_translated() -> None:
    told = subprocess.run([sys.executable, TOOL, "--check"], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr


def test_the_check_sees_what_is_wrong(tmp_path: Path) -> None:
    source = TOOL.read_text(encoding="utf-8")
    tool = tmp_path / "tools" / "messages.py"
    page = tmp_path / "ringfence" / "templates" / "page.html"
    words = tmp_path / "ringfence" / "words.py"
    for path, text in (
        (tool, source),
        (page, '{% load i18n %}{% translate "Board" %}{% blocktranslate %}Case {{ id }}{% endblocktranslate %}'),
        (
            words,
            'def N_(text): return text\nTEXTS = (N_("No tube {tube}."), ngettext("%(n)s case", "%(n)s cases", 2))\n',
        ),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def run(*arguments: str) -> tuple[int, str]:
        told = subprocess.run([sys.executable, tool, *arguments], capture_output=True, text=True, check=False)
        assert not told.stderr
        return told.returncode, told.stdout

    catalogue = tmp_path / "ringfence/locale/zh_Hans/LC_MESSAGES/django.po"
    assert run()[0] == 0
    code, said = run("--check")
    assert code == 1
    assert said.count("missing:") == 4
    text = catalogue.read_text(encoding="utf-8").replace('msgid "Board"\nmsgstr ""', 'msgid "Board"\nmsgstr "总览"')
    text = text.replace('msgid "No tube {tube}."\nmsgstr ""', 'msgid "No tube {tube}."\nmsgstr "没有采样管{tubes}。"')
    text = text.replace('msgid "Case %(id)s"\nmsgstr ""', 'msgid "Case %(id)s"\nmsgstr "病例%(id)s"').replace(
        'msgstr[0] ""', 'msgstr[0] "%(n)s例"'
    )
    catalogue.write_text(text, encoding="utf-8")
    assert "not compiled" in run("--check")[1]
    run()
    assert run("--check")[1].startswith("zh_Hans: other places than the English: 'No tube {tube}.'")
    catalogue.write_text(catalogue.read_text(encoding="utf-8").replace("{tubes}", "{tube}"), encoding="utf-8")
    run()
    assert run("--check") == (0, "every text is translated\n")
    catalogue.write_text(
        catalogue.read_text(encoding="utf-8").replace('msgid "Board"', '#, fuzzy\nmsgid "Board"'), encoding="utf-8"
    )
    assert "fuzzy: 'Board'" in run("--check")[1]
    page.write_text("nothing", encoding="utf-8")
    assert "stale" in run("--check")[1]
