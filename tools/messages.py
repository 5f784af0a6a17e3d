"""The translation catalogue: `python tools/messages.py` brings it up to date, `--check` says what is missing.

Message ids are the English texts. They come from templates (`translate`, `blocktranslate`) and from Python (`_`,
`gettext`, `ngettext`, `pgettext` and their lazy forms, and `N_`, which marks the texts of `words.py`). Pure Python:
Babel reads and writes the catalogue, Django's own `templatize` reads the templates, so that both agree with what is
looked up when a page is shown. A text without translation is written empty, never guessed; the fuzzy flag is never
set by this tool.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "ringfence"
CATALOGUES = {"zh_Hans": SOURCE / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"}
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}

PLACE = re.compile(r"\{\w+[^{}]*\}|%\(\w+\)[sd]")


def _texts(path: Path) -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    """Every marked text of one file, with its context."""
    source = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        source = templatize(source, origin=str(path))
    found = extract("python", io.BytesIO(source.encode()), KEYWORDS, (), {"encoding": "utf-8"})
    yield from ((text, context) for _line, text, _comments, context in found)


def sources() -> list[Path]:
    """The files that may hold texts, in a fixed order."""
    python = [path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts]
    return sorted([*python, *SOURCE.rglob("templates/**/*.html"), *SOURCE.rglob("templates/**/*.txt")])


def template() -> Catalog:
    """The catalogue as the code asks for it, without translations."""
    if not settings.configured:
        settings.configure(USE_I18N=True)
    catalogue = Catalog(charset="utf-8")
    for path in sources():
        for text, context in _texts(path):
            if text and text != ("",):
                catalogue.add(text, locations=[(path.relative_to(ROOT).as_posix(), 0)], context=context)
    return catalogue


def brought_up_to_date(language: str, wanted: Catalog) -> Catalog:
    """The catalogue of a language with exactly the wanted texts, keeping every translation it has."""
    path = CATALOGUES[language]
    kept = read_po(io.BytesIO(path.read_bytes()), locale=language) if path.exists() else Catalog(locale=language)
    fresh = Catalog(locale=language, charset="utf-8", fuzzy=False)
    for message in wanted:
        if message.id:
            old = kept.get(message.id, message.context)
            flags = (message.flags | (old.flags & {"fuzzy"})) if old else message.flags
            fresh.add(
                message.id, old.string if old else None, sorted(set(message.locations)), flags, context=message.context
            )
    return fresh


def written(catalogue: Catalog) -> bytes:
    """The catalogue as text, without dates and line numbers: it changes only when a text does."""
    buffer = io.BytesIO()
    write_po(
        buffer, catalogue, width=110, sort_by_file=True, include_lineno=False, omit_header=True, ignore_obsolete=True
    )
    forms = f"nplurals={catalogue.num_plurals}; plural={catalogue.plural_expr};"
    header = f'msgid ""\nmsgstr ""\n"Language: {catalogue.locale_identifier}\\n"\n"MIME-Version: 1.0\\n"\n'
    header += '"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
    return (header + f'"Plural-Forms: {forms}\\n"\n\n').encode() + buffer.getvalue()


def compiled(text: bytes) -> bytes:
    """The binary catalogue of a written one."""
    buffer, catalogue = io.BytesIO(), read_po(io.BytesIO(text))
    catalogue.creation_date = datetime(2000, 1, 1, tzinfo=UTC)  # Babel would write the minute it runs
    write_mo(buffer, catalogue)
    return buffer.getvalue()


def _untranslated(message: Message) -> bool:
    strings = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
    return not all(strings)


def faults(language: str) -> list[str]:
    """What keeps a catalogue from being complete: missing, fuzzy, wrong places, not up to date, not compiled."""
    path, wanted = CATALOGUES[language], template()
    catalogue = brought_up_to_date(language, wanted)
    found = [f"missing: {message.id!r}" for message in catalogue if message.id and _untranslated(message)]
    found += [f"fuzzy: {message.id!r}" for message in catalogue if message.id and message.fuzzy]
    found += [
        f"{error}: {message.id!r}"
        for message, errors in catalogue.check()
        for error in errors
        if not _untranslated(message)
    ]
    found += [
        f"other places than the English: {message.id!r}"
        for message in catalogue
        if message.id and _places_differ(message)
    ]
    text = written(catalogue)
    if not path.exists() or path.read_bytes() != text:
        found.append(f"stale: run `python tools/messages.py` ({path.relative_to(ROOT)})")
    binary = path.with_suffix(".mo")
    if not binary.exists() or binary.read_bytes() != compiled(text):
        found.append(f"not compiled: run `python tools/messages.py` ({binary.relative_to(ROOT)})")
    return found


def _places_differ(message: Message) -> bool:
    """Whether a `{named}` or `%(named)s` place was lost or invented; an f-string's doubled braces do not occur here."""
    if _untranslated(message) or isinstance(message.id, tuple):
        return False
    return _places(str(message.id)) != _places(str(message.string))


def _places(text: str) -> set[str]:
    return set(PLACE.findall(text))


def main(arguments: list[str]) -> int:
    """Bring every catalogue up to date, or with `--check` only say what is wrong."""
    if "--check" in arguments:
        found = [f"{language}: {fault}" for language in CATALOGUES for fault in faults(language)]
        print("\n".join(found) or "every text is translated")
        return 1 if found else 0
    wanted = template()
    for language, path in CATALOGUES.items():
        catalogue = brought_up_to_date(language, wanted)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text := written(catalogue))
        path.with_suffix(".mo").write_bytes(compiled(text))
        missing = [message.id for message in catalogue if message.id and _untranslated(message)]
        print(f"{language}: {len(catalogue)} texts, {len(missing)} to translate")
        for text_missing in missing:
            print(f"  {text_missing!r}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
