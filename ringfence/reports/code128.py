"""Code 128 as a picture. Source: ISO/IEC 15417:2007; the widths are its table 1."""

from __future__ import annotations

import re

_WIDTHS = (
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222 "
    "123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321 "
    "232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121 "
    "313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 "
    "111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 241112 134111 "
    "111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 "
    "114311 411113 411311 113141 114131 311141 411131 211412 211214 211232 2331112"
).split()
_TO_C, _TO_B, _START_B, _STOP = 99, 100, 104, 106
_PAIRS = re.compile(r"((?:\d\d){2,})")
QUIET = 10  # modules of white on either side


def symbols(text: str) -> list[int]:
    """The symbols of a text of printable ASCII, from start to stop; four digits and more go two to a symbol (set C)."""
    told = [_START_B]
    for part in filter(None, _PAIRS.split(text)):
        if _PAIRS.fullmatch(part):
            told += [_TO_C, *(int(part[n : n + 2]) for n in range(0, len(part), 2)), _TO_B]
        else:
            told += [ord(sign) - 32 for sign in part]
    if told[-1] == _TO_B:
        told.pop()  # nothing follows that set B is needed for
    check = (told[0] + sum(place * symbol for place, symbol in enumerate(told))) % 103
    return [*told, check, _STOP]


def can_encode(text: str) -> bool:
    """Whether a text is printable ASCII and not empty."""
    return bool(text) and all(" " <= sign <= "~" for sign in text)


def code128(text: str, height: float = 40) -> str:
    """The bars of a text as SVG: one unit a module, quiet zones included, so many modules high."""
    at, drawn = QUIET, []
    for symbol in symbols(text):
        for place, width in enumerate(map(int, _WIDTHS[symbol])):
            if place % 2 == 0:
                drawn.append(f"M{at} 0h{width}v{height:g}h-{width}z")
            at += width
    size = f'viewBox="0 0 {at + QUIET} {height:g}" preserveAspectRatio="none"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}><path d="{"".join(drawn)}"/></svg>'
