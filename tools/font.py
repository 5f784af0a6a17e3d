"""Make the font of our PDFs: Noto Sans SC cut down to GB 2312, Latin, Greek, Cyrillic and punctuation.

Run on Debian with `fonts-noto-cjk` installed, in a checkout with the development group:
    python tools/font.py [FONT.ttc]
It writes the font and `coverage.json`, the characters it can draw, beside each other; both are committed.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTCollection, TTFont

SOURCE = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
FOLDER = Path(__file__).resolve().parents[1] / "ringfence" / "reports" / "fonts"
FAMILY = "Noto Sans CJK SC"
BLOCKS = (
    (0x20, 0x7E), (0xA0, 0x24F), (0x2B0, 0x2FF), (0x370, 0x3FF), (0x400, 0x45F), (0x1E00, 0x1EFF), (0x2000, 0x206F),
    (0x2070, 0x20CF), (0x2100, 0x214F), (0x2150, 0x218F), (0x2190, 0x21FF), (0x2200, 0x22FF), (0x2460, 0x24FF),
    (0x2500, 0x25FF), (0x2600, 0x2612), (0x2640, 0x2642), (0x2713, 0x2718), (0x3000, 0x303F), (0x3105, 0x312F),
    (0xFF00, 0xFFEF),
)  # fmt: skip


def gb2312() -> set[int]:
    """Every character of GB 2312: 6,763 hanzi and its symbols."""
    found: set[int] = set()
    for row in range(0xA1, 0xF8):
        text = bytes(byte for cell in range(0xA1, 0xFF) for byte in (row, cell)).decode("gb2312", "ignore")
        found |= {ord(character) for character in text}
    return found


def face(path: Path) -> TTFont:
    """The Simplified Chinese face of the collection."""
    for font in TTCollection(str(path)).fonts:
        if font["name"].getDebugName(1) == FAMILY:
            return font
    message = f"{path} holds no face named {FAMILY}"
    raise SystemExit(message)


def ranges(numbers: set[int]) -> list[list[int]]:
    """Runs of consecutive numbers as [first, last]."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return runs


def main() -> None:
    """Cut the font down and write down what it can draw."""
    font = face(Path(sys.argv[1]) if len(sys.argv) > 1 else SOURCE)
    options = Options()
    options.layout_features = ["kern", "ccmp"]  # not locl: it would bring in the Japanese and Taiwanese shapes too
    options.desubroutinize = False
    options.hinting = False
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    subsetter = Subsetter(options)
    wanted = gb2312() | {number for first, last in BLOCKS for number in range(first, last + 1)}
    subsetter.populate(unicodes=wanted)
    subsetter.subset(font)
    FOLDER.mkdir(parents=True, exist_ok=True)
    target = FOLDER / "NotoSansSC-subset.otf"
    font.save(target)
    covered = set(font.getBestCmap())
    (FOLDER / "coverage.json").write_text(json.dumps(ranges(covered), separators=(",", ":")) + "\n")
    sys.stdout.write(f"{target.name}: {target.stat().st_size:,} bytes, {len(covered):,} characters\n")


if __name__ == "__main__":
    main()
