"""Names of people across scripts: normal forms, phonetic keys, likeness. Chinese by pinyin, all else by Latin letters.

A Chinese name and its pinyin meet (王伟, Wang Wei, WEI WANG); Cantonese and Wade-Giles spellings (Wong Tai Man) do not.
"""

from __future__ import annotations

import os
import re
import unicodedata
from functools import cache, lru_cache

import jellyfish
from anyascii import anyascii

os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")  # characters alone are asked for: half a second less at each start
from pypinyin.constants import PINYIN_DICT
from rapidfuzz.distance import Indel, JaroWinkler

SURNAME_READINGS = {
    "万俟": "mo qi", "尉迟": "yu chi", "单于": "chan yu", "长孙": "zhang sun", "令狐": "ling hu", "澹台": "tan tai",
    "单": "shan", "單": "shan", "仇": "qiu", "区": "ou", "區": "ou", "解": "xie", "查": "zha", "曾": "zeng",
    "朴": "piao", "盖": "ge", "蓋": "ge", "缪": "miao", "繆": "miao", "任": "ren", "华": "hua", "華": "hua",
    "宁": "ning", "翟": "zhai", "折": "she", "乐": "yue", "樂": "yue", "员": "yun", "員": "yun", "洗": "xian",
    "冼": "xian", "隗": "wei", "种": "chong", "秘": "bi", "召": "shao", "祭": "zhai", "黑": "he", "那": "na",
    "覃": "qin", "贲": "ben", "逄": "pang", "应": "ying", "應": "ying", "阚": "kan", "哈": "ha", "燕": "yan",
    "么": "yao", "句": "gou", "郗": "chi", "葛": "ge", "都": "du", "卜": "bu", "相": "xiang", "车": "che",
    "車": "che", "重": "chong", "佴": "nai", "尉": "wei", "晟": "cheng", "幺": "yao", "谌": "chen", "諶": "chen",
    "乜": "nie", "过": "guo", "過": "guo", "纪": "ji", "紀": "ji", "费": "fei", "費": "fei",
}  # fmt: skip
"""Readings of characters as surnames where they differ from, or are not settled by, the everyday reading.

Source: Xinhua Zidian, 12th ed. (Commercial Press, 2020), entries marked as surnames.
"""

_HAN = re.compile(r"[㐀-䶿一-鿿豈-﫿\U00020000-\U000323af]")
_ALL_HAN = re.compile(r"[㐀-䶿一-鿿豈-﫿\U00020000-\U000323af]+")
_GAPS = re.compile(r"[\s·•・‧,，、.．'’`\-_()（）]+")
_DROPPED_IN_HAN = re.compile(r"[^㐀-䶿一-鿿豈-﫿\U00020000-\U000323afa-z]+")
_LETTERS = re.compile(r"[a-z]+")


def is_han(name: str) -> bool:
    """Whether a name is written in Chinese characters (at least one)."""
    return _HAN.search(name) is not None


@lru_cache(maxsize=1 << 16)
def normal_name(name: str) -> str:
    """The name without what does not tell people apart: case, width, accents, gaps, order of Latin words."""
    if _ALL_HAN.fullmatch(name):
        return name
    name = unicodedata.normalize("NFKC", name).casefold()
    if is_han(name):
        return _DROPPED_IN_HAN.sub("", name)
    return " ".join(sorted(latin_words(name)))


@lru_cache(maxsize=1 << 16)
def latin_words(name: str) -> tuple[str, ...]:
    """The words of a name in plain lower-case Latin letters, in their order; any script is transliterated."""
    if is_han(name):
        return tuple(syllables(name))
    words = [anyascii(unicodedata.normalize("NFKC", word)).lower() for word in _GAPS.split(name)]
    return tuple(letters for word in words if (letters := "".join(_LETTERS.findall(word))))


# -- pinyin -----------------------------------------------------------------------------------------------------------


@cache
def _reading(character: str) -> str:
    """The first reading of a character without its tone (`ü` as `v`), or the character in Latin letters."""
    readings = PINYIN_DICT.get(ord(character))
    if readings is None:
        return "".join(_LETTERS.findall(anyascii(character).lower()))
    return toneless(readings.partition(",")[0])


def toneless(syllable: str) -> str:
    """A syllable of pinyin without its tone mark: `lǜ` is `lv`, `hé` is `he`."""
    bare = unicodedata.normalize("NFD", syllable).replace("u\u0308", "v")
    return "".join(sign for sign in bare if "a" <= sign <= "z").replace("ê", "e")


def syllables(name: str) -> list[str]:
    """The syllables of a Chinese name, surname first and read as a surname: 单田芳 is shan tian fang."""
    characters = "".join(_HAN.findall(name))
    for length in (2, 1):
        surname = SURNAME_READINGS.get(characters[:length])
        if surname is not None and len(characters) > length:
            return [*surname.split(), *filter(None, map(_reading, characters[length:]))]
    return list(filter(None, map(_reading, characters)))


@cache
def _known_syllables() -> frozenset[str]:
    readings = {reading for told in PINYIN_DICT.values() for reading in told.split(",")}
    plain = {toneless(reading) for reading in readings if reading.isalpha()}
    return frozenset(plain - {"m", "n", "ng", "hm", "hng", "o", "ê", "r", ""} | {"lu", "nu"})


@lru_cache(maxsize=1 << 16)
def pinyin_of(word: str) -> tuple[str, ...] | None:
    """A Latin word as the fewest syllables of pinyin (`xiaoming` is xiao ming), or None when it is no pinyin."""
    best: list[tuple[str, ...] | None] = [()] + [None] * len(word)
    known = _known_syllables()
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - 6), end):
            before = best[start]
            shorter = best[end] is None or (before is not None and len(before) + 1 < len(best[end] or ()))
            if before is not None and shorter and word[start:end] in known:
                best[end] = (*before, word[start:end])
    return best[-1]


_BLURS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"), ("v", "u"), ("l", "n"))


@cache
def blurred(syllable: str) -> str:
    """A syllable as southern speakers may write it: zh/z, ch/c, sh/s, -ng/-n, l/n and ü/u are one."""
    for sharp, flat in _BLURS:
        syllable = syllable.replace(sharp, flat)
    return syllable


# -- keys and likeness ------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1 << 16)
def phonetic_key(name: str) -> str:
    """What the name sounds like, the same in either script and in any order of words; empty for a name without letters.

    Pinyin is blurred syllable by syllable; other words go through Metaphone (Philips 1990, Computer Language 7(12):
    39-43).
    """
    if is_han(name):
        sounds = [blurred(syllable) for syllable in syllables(name)]
    else:
        words = latin_words(name)
        split = [pinyin_of(word) for word in words]
        if all(split):
            sounds = [blurred(syllable) for word in split for syllable in word or ()]
        else:
            sounds = [jellyfish.metaphone(word).lower() or word for word in words]
    return " ".join(sorted(sounds))


def likeness(one: str, other: str) -> float:
    """How alike two names are: 1 for the same name, 0.97 for a name and its own pinyin, about 0 for strangers."""
    if normal_name(one) == normal_name(other):
        return 1.0
    if is_han(one) and is_han(other):
        return _likeness_of_han(normal_name(one), normal_name(other))
    words, others = _spoken(one), _spoken(other)
    if not words or not others:
        return 0.0
    across = 0.97 if is_han(one) != is_han(other) else 1.0
    return across * _likeness_of_words(words, others)


def _likeness_of_han(one: str, other: str) -> float:
    """Same sound in other characters 0.93; otherwise the better of shared characters and shared sounds."""
    sounds, others = syllables(one), syllables(other)
    if sounds == others:
        return 0.93
    heard = Indel.normalized_similarity([blurred(sound) for sound in sounds], [blurred(sound) for sound in others])
    return max(Indel.normalized_similarity(one, other), 0.9 * heard)


def _spoken(name: str) -> list[str]:
    """The words of a name, sorted; pinyin as syllables: `xiao ming wang` and `wang xiaoming` are one (lv is lu)."""
    words = latin_words(name)
    split = [pinyin_of(word) for word in words]
    if words and all(split):
        return sorted(syllable.replace("v", "u") for word in split for syllable in word or ())
    return sorted(words)


def _likeness_of_words(words: list[str], others: list[str]) -> float:
    """Each word of the shorter name with its best match in the other, weighed by length."""
    if words == others:
        return 1.0
    if len(words) > len(others):
        words, others = others, words
    left, score, weight = list(others), 0.0, 0
    for word in sorted(words, key=len, reverse=True):
        best = max(left, key=lambda candidate: _likeness_of_word(word, candidate))
        left.remove(best)
        size = max(len(word), len(best))
        score, weight = score + size * _likeness_of_word(word, best), weight + size
    unmatched = sum(map(len, left))
    return score / (weight + 0.5 * unmatched)


def _likeness_of_word(word: str, other: str) -> float:
    if word == other:
        return 1.0
    if 1 in (len(word), len(other)) and word[0] == other[0]:
        return 0.85
    near = JaroWinkler.similarity(word, other)
    return near if near > 0.75 else near * near  # noqa: PLR2004 (below this Jaro-Winkler speaks of chance)
