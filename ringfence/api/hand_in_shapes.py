"""The station's letter and its answer, as OpenAPI describes them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from ninja import Schema
from pydantic import Field

from ringfence.api.shapes import Said

_TEXT = {"type": "string", "minLength": 1, "maxLength": 200}
_MOMENT = {"type": "string", "format": "date-time"}
_TEXTS = {"type": "array", "items": _TEXT}


def _listed(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    told = {"key": _TEXT} | required
    one = {"type": "object", "required": list(told), "properties": told | (optional or {})}
    return {"type": "array", "maxItems": 200, "items": one}


_PERSON = {
    "type": "object",
    "required": ["code"],
    "properties": {
        "code": _TEXT | {"description": "as scanned or typed; a walk-in's is that of the slip"},
        "walk_in": {"type": "boolean"},
        **{name: {"type": "string", "maxLength": 200} for name in ("name", "id_number", "phone")},
        "note": {"type": "string", "maxLength": 2000},
    },
}
LETTER: dict[str, Any] = {
    "type": "object",
    "required": ["station", "sent_at"],
    "properties": {
        "station": {"type": "string", "minLength": 1, "maxLength": 64, "description": "the device"},
        "sent_at": _MOMENT | {"description": "by the device's clock"},
        "tubes": _listed(
            {"tube": _TEXT, "site": _TEXT, "sealed_at": _MOMENT, "people": {"type": "array", "items": _PERSON}},
            {
                "round": {"type": ["string", "null"], "maxLength": 200},
                "alone": {"type": "boolean"},
                "lane": {"type": "string", "enum": ["general", "separate"]},
            },
        ),
        "voids": _listed({"tube": _TEXT, "reason": _TEXT, "at": _MOMENT}),
        "boxes": _listed({"box": _TEXT, "site": _TEXT, "tubes": _TEXTS, "packed_at": _MOMENT}),
        "queues": _listed(
            {"site": _TEXT, "people": {"type": "integer", "minimum": 0}, "at": _MOMENT},
            {"lanes": {"type": ["integer", "null"], "minimum": 0}},
        ),
    },
}
"""What a station sends. A thing in it that is not as described stops no other: it is kept."""


class Warned(Schema):
    """Something to look at in a tube that was taken."""

    code: str = Field(description="of the person, as scanned")
    what: Literal["tested_already", "unknown_person", "under_measures"]
    tube: str = Field(description="the barcode of the tube in which the person was before, else of this one")


class Answered(Schema):
    """What became of one thing: on record, or kept with the reason."""

    key: str | None
    ok: bool
    again: bool = Field(default=False, description="on record before: this is the first answer")
    warnings: list[Warned] | None = None
    kept: bool = False
    problem: Said | None = None


class HandedIn(Schema):
    """The answer to a hand-in: an answer to each thing, in the order tubes, voids, boxes, queues."""

    server_now: datetime
    clock_off_s: float = Field(description="how far the station's clock is ahead of the server's")
    answers: list[Answered]
