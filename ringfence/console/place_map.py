"""Places on a plain map: circles by how many contacts were met there. North is up; no ground is drawn, as none is shipped."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from ringfence.console.svg import MIDDLE, NARROW, PAINTS, WIDE, cut, drawing, element, figure, key_of, rule, table, text

EARTH_KM = 6371.0
MOST_NAMED = 14


@dataclass(frozen=True)
class Spot:
    """A place in degrees, and how many contacts were met there for how many hours of the case's stay."""

    name: str
    lat: float
    lon: float
    contacts: int
    hours: float


def places_drawn(spots: Sequence[Spot]) -> SafeString:
    """The places where a case met its contacts, largest circle for most contacts."""
    key = key_of(tuple(spots))
    pictures = [_picture(f"{key}{n}", width, spots) for n, width in enumerate((WIDE, MIDDLE, NARROW))]
    rows = [
        (each.name, f"{each.contacts:,}", f"{each.hours:.1f}", f"{each.lat:.4f}, {each.lon:.4f}")
        for each in sorted(spots, key=lambda one: (-one.contacts, one.name))
    ]
    heads = [_("Place"), _("Contacts met"), _("Hours there"), _("Latitude, longitude")]
    return figure(_("Where the case met its contacts"), _("number: contacts met · north is up"), pictures, table(heads, rows, _("Show as a table")))  # fmt: skip


def _picture(key: str, width: float, spots: Sequence[Spot]) -> str:
    """Equirectangular about the middle latitude: over a city its error is less than a pixel."""
    height = min(width * 0.62, 520.0)
    middle = math.radians(sum(each.lat for each in spots) / len(spots))
    km = math.radians(1) * EARTH_KM
    x = [each.lon * math.cos(middle) * km for each in spots]
    y = [each.lat * km for each in spots]
    wide, tall = max(max(x) - min(x), 0.5), max(max(y) - min(y), 0.5)
    scale = min((width - 120) / wide, (height - 90) / tall)
    left, top = (width - scale * (max(x) - min(x))) / 2, (height - scale * (max(y) - min(y))) / 2
    most = max(each.contacts for each in spots) or 1
    parts, drawn = [], sorted(zip(spots, x, y, strict=True), key=lambda one: (-one[0].contacts, one[0].name))
    for n, (each, east, north) in enumerate(drawn):
        at_x, at_y = left + scale * (east - min(x)), top + scale * (max(y) - north)
        radius = 5 + 17 * math.sqrt(each.contacts / most)
        parts.append(element("circle", element("title", _escaped(each.name)), cx=at_x, cy=at_y, r=radius, class_="c-2" if each.contacts else "c-3", fill=PAINTS[1 if each.contacts else 2], fill_opacity=0.75))  # fmt: skip
        parts.append(text(at_x, at_y + 4, f"{each.contacts}", anchor="middle", bold=True))
        if n < (MOST_NAMED if width == WIDE else 6):
            parts.append(text(at_x, at_y - radius - 4, cut(each.name, 170), anchor="middle", size=11))
    parts += _ruler(scale, height)
    said = _("%(n)s places") % {"n": len(spots)}
    return drawing(key, width, height, _("Where the case met its contacts"), said, "".join(parts))


def _escaped(said: str) -> str:
    return said.replace("&", "&amp;").replace("<", "&lt;")


def _ruler(scale: float, height: float) -> list[str]:
    """A length to read distances by."""
    length = next((each for each in (10.0, 5.0, 2.0, 1.0, 0.5, 0.2) if each * scale <= 180), 0.1)  # noqa: PLR2004 (pixels)
    y, end = height - 10, 10 + length * scale
    return [
        rule(10, y, end, y, "c-axis"), rule(10, y - 4, 10, y + 4, "c-axis"), rule(end, y - 4, end, y + 4, "c-axis"),
        text(end + 6, y + 4, f"{length:g} km", look="c-muted", size=11),
    ]  # fmt: skip
