"""Make a PDF from a Typst template and what is told to it: no system font, no network, same input, same bytes."""

from __future__ import annotations

import tomllib
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import orjson
import typst

from ringfence.core.drill import here

HERE = Path(__file__).resolve().parent
TEMPLATES = HERE / "templates"
FONTS = HERE / "fonts"
SUBSTITUTE = "〓"
DRAWN_OTHERWISE = frozenset("\n\t☐☑")
"""White space, and the boxes that the templates draw themselves."""


@dataclass(frozen=True, slots=True)
class Pdf:
    """A document, and the characters it could not draw; they are printed as 〓 and listed in its footer."""

    content: bytes
    missing_characters: tuple[str, ...] = ()


def render(  # noqa: PLR0913 (each is told by name)
    template: str,
    told: Mapping[str, Any],
    *,
    language: str,
    made_at: datetime,
    tagged: bool = True,
    format: str = "pdf",  # noqa: A002
) -> Pdf:
    """The document of a template (`dossier`, `interview`, `sheet`, `labels`) in a language such as `en` or `zh-hans`.

    `told` is plain JSON values (days and moments too); texts in it are shown as they stand and never read as markup.
    `tagged` marks its structure for screen readers, at 25 times the cost on long tables.
    `made_at` (aware) is the document's own date, so that the same input makes the same bytes.
    """
    missing: dict[str, None] = {}
    shown = _drawable(told, missing)
    chinese = language.lower().startswith("zh")
    sent = {
        "told": shown,
        "words": words("zh" if chinese else "en"),
        "language": "zh" if chinese else "en",
        "drill": _drill("zh" if chinese else "en", missing),
        "missing": [f"U+{ord(character):04X}" for character in missing],
    }
    made: Any = typst.compile(
        TEMPLATES / f"{template}.typ",
        root=TEMPLATES,
        font_paths=_fonts(),
        format=format,  # type: ignore[call-overload]
        sys_inputs={"sent": orjson.dumps(sent).decode()},
        timestamp=int(made_at.timestamp()),
        pdf_tags=tagged,
    )
    return Pdf(made if isinstance(made, bytes) else b"".join(made[:1]), tuple(missing))


def _drill(language: str, missing: dict[str, None]) -> str:
    """The line over every page of a document made in a drill's workspace; empty where the log is real."""
    mark = here()
    if mark is None:
        return ""
    told: str = _drawable(
        f"{words(language)['drill']} · {mark.title(language)} · {words(language)['not_real']}", missing
    )
    return told


@cache
def words(language: str) -> dict[str, str]:
    """The fixed words of the templates in `en` or `zh`."""
    told = tomllib.loads((TEMPLATES / "words.toml").read_text(encoding="utf-8"))
    return {name: texts[language] for name, texts in told.items()}


def cannot_draw(text: str) -> tuple[str, ...]:
    """The characters of a text that our font has no shape for, each once, in order."""
    return tuple(dict.fromkeys(character for character in text if not _covered(character)))


def _drawable(told: Any, missing: dict[str, None]) -> Any:
    """What was told with every character that cannot be drawn replaced, noting those characters."""
    if isinstance(told, str):
        absent = cannot_draw(told)
        missing.update(dict.fromkeys(absent))
        return told.translate({ord(character): SUBSTITUTE for character in absent})
    if isinstance(told, Mapping):
        return {str(name): _drawable(value, missing) for name, value in told.items()}
    if isinstance(told, Sequence) and not isinstance(told, bytes):
        return [_drawable(value, missing) for value in told]
    if isinstance(told, (date, datetime)):
        return told.isoformat()
    return told


def _covered(character: str) -> bool:
    # A flat list of first, last + 1, first, last + 1, …: inside a run where an odd number of bounds lies at or below.
    return character in DRAWN_OTHERWISE or bisect_right(_bounds(), ord(character)) % 2 == 1


@cache
def _bounds() -> tuple[int, ...]:
    runs = orjson.loads((FONTS / "coverage.json").read_bytes())
    return tuple(chain.from_iterable((first, last + 1) for first, last in runs))


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
