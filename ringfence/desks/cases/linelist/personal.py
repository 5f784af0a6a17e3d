"""Columns without a field that seem to tell who people are: they are left out, as the log keeps what it hears for ever."""

from __future__ import annotations

import re
from collections.abc import Iterable

_OF = r"case|patient|person|full|first|last|given|family|middle|mother|father|parent|guardian|spouse|contact|kin"
_NAME = re.compile(rf"(?:(?:{_OF})(?:'?s)? )*(?:name|names|surname|forename|nickname) ?\d*")
_WORDS = re.compile(
    r"\b(?:phone|telephone|tel|mobile|cellphone|e ?mail|passport|ssn|wechat|whatsapp|address"
    r"|id (?:number|no|card)|national id|identity (?:number|card))\d*\b"
)
_CHINESE = re.compile(r"姓名|电话|電話|手机|手機|身份证|身份證|护照|護照|证件号|住址|地址|邮箱|微信|联系人|联系方式")
_VALUE = re.compile(
    r"\d{17}[\dXx]|(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}|\+\d[\d ()-]{7,16}\d|[\w.+-]+@[\w-]+\.[\w.]+"
)
_LOOKED_AT, _MANY = 400, 0.3


def personal(header: str, cells: Iterable[str | None]) -> bool:
    """Whether a column is named like one of names, addresses, telephones or identity numbers, or its values are such."""
    plain = re.sub(r"[\W_]+", " ", header).strip().lower()
    if _NAME.fullmatch(plain) or _WORDS.search(plain) or _CHINESE.search(header):
        return True
    told = [cell.strip() for cell in cells if cell][:_LOOKED_AT]
    return bool(told) and sum(_VALUE.fullmatch(cell) is not None for cell in told) >= _MANY * len(told)
