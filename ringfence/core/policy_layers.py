"""Packs laid over each other, later ones on top, and the typed `Policy` that comes out."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ringfence.core.errors import Refused
from ringfence.core.policy_file import Kind, Pack, Steps
from ringfence.core.policy_values import Number, Slot, is_table, slots


def kind_of(pack: Pack) -> Kind:
    """What a readable pack is for."""
    return pack.header.kind if pack.header else Kind.DISEASE


def _diseases(pack: Pack, overlay: Pack) -> tuple[str, str]:
    ours, theirs = (p.header.disease if p.header else "any" for p in (pack, overlay))
    return ours, theirs


def fits(pack: Pack, overlay: Pack) -> bool:
    """Whether an overlay is for any disease or for this pack's."""
    ours, theirs = _diseases(pack, overlay)
    return theirs in ("any", ours)


def check_fit(pack: Pack, overlay: Pack) -> None:
    """Refuse to lay over a pack what is no overlay, or is for another disease."""
    if kind_of(overlay) is not Kind.OVERLAY:
        raise Refused("policy_not_an_overlay", pack=pack.version, overlay=overlay.version)
    if not fits(pack, overlay):
        ours, theirs = _diseases(pack, overlay)
        raise Refused("policy_overlay_unfit", pack=pack.version, overlay=overlay.version, ours=ours, theirs=theirs)


def laid(layers: Sequence[Pack], desk: str) -> tuple[dict[Steps, Number], dict[Steps, Number]]:
    """(numbers in force, advice) when the layers are laid over each other, later ones on top."""
    numbers: dict[Steps, Number] = {}
    advice: dict[Steps, Number] = {}
    for layer in layers:
        for steps, number in layer.numbers.get(desk, {}).items():
            if number.off:
                advice[steps] = number
            else:
                numbers[steps] = number
                advice.pop(steps, None)
    return numbers, advice


def missing(version: str, desk: str, steps: Steps) -> Refused:
    """The refusal of a policy that lacks a number."""
    return Refused("policy_field_missing", pack=version, file="", section=desk, field=".".join(steps), line=0)


def gaps(kind: type, numbers: Mapping[Steps, Number], above: Steps = ()) -> Iterator[Steps]:
    """The paths that a complete policy needs and that no layer gives."""
    for key, slot in slots(kind).items():
        path = (*above, key)
        given = any(steps[: len(path)] == path for steps in numbers)
        if dataclasses.is_dataclass(slot.hint) and (given or not slot.optional):
            yield from gaps(typing.cast("type", slot.hint), numbers, path)
        elif not given and not slot.optional:
            yield path


def policy_of(kind: type, numbers: Mapping[Steps, Number], version: str, desk: str) -> Any:
    """The dataclass filled; what its own `__post_init__` refuses is told with pack and section."""
    for gap in gaps(kind, numbers):
        raise missing(version, desk, gap)
    try:
        return _filled(kind, numbers, (), {})
    except Refused as refusal:
        raise Refused(refusal.code, **{"pack": version, "section": desk, "line": 0, **refusal.told}) from refusal


def _filled(kind: type, numbers: Mapping[Steps, Number], above: Steps, values: dict[str, Any]) -> Any:
    for key, slot in slots(kind).items():
        path = (*above, key)
        if path in numbers:
            values[slot.name] = numbers[path].value
        elif is_table(slot.hint) and any(steps[: len(path)] == path for steps in numbers):
            values[slot.name] = _table(slot, numbers, path)
    return kind(**values)


def _table(slot: Slot, numbers: Mapping[Steps, Number], path: Steps) -> Any:
    if dataclasses.is_dataclass(slot.hint):
        return _filled(typing.cast("type", slot.hint), numbers, path, {})
    return {steps[-1]: number.value for steps, number in numbers.items() if steps[:-1] == path}
