"""Ids: opaque text, made here and nowhere else. An id is derived from what it names, so that telling twice makes one."""

from __future__ import annotations

import base64
from hashlib import blake2b
from typing import NewType

AccountId = NewType("AccountId", str)
AttachmentId = NewType("AttachmentId", str)
CaseId = NewType("CaseId", str)
ClusterId = NewType("ClusterId", str)
ContactId = NewType("ContactId", str)
ExposureId = NewType("ExposureId", str)
HouseholdId = NewType("HouseholdId", str)
JurisdictionId = NewType("JurisdictionId", str)
OutbreakId = NewType("OutbreakId", str)
PersonId = NewType("PersonId", str)
PlaceId = NewType("PlaceId", str)
TaskId = NewType("TaskId", str)
TeamId = NewType("TeamId", str)
TubeId = NewType("TubeId", str)
UnitId = NewType("UnitId", str)


def derive(prefix: str, *parts: object) -> str:
    """An opaque id such as `case_7kq2…` (80 bits), the same for the same parts on every machine."""
    told = "\x1f".join(str(part) for part in parts)
    digest = blake2b(f"{prefix}\x1e{told}".encode(), digest_size=10).digest()
    return f"{prefix}_{base64.b32encode(digest).decode().lower()}"
