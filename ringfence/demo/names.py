"""Invented people: names in Chinese and Latin letters, ages, trades. Nobody real is meant."""

from __future__ import annotations

from dataclasses import dataclass

from ringfence.demo.draws import between, happens, pick, weighted

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
FEMALE = "雨涵 静怡 欣妍 晓岚 玉兰 秀英 桂芳 淑珍 梦瑶 诗琪 丽华 春梅 佳怡 思远 婉清 若汀".split()
MALE = "建国 志强 宇轩 浩然 国栋 永康 文博 子墨 海涛 立新 振华 明哲 家豪 俊杰 德全 少云".split()
LATIN = {
    "female": "Amara Ines Lena Mina Noor Olena Priya Rosa Sofia Tala".split(),
    "male": "Adrian Bilal Daniel Emil Ivan Jonas Kofi Marco Omar Tomas".split(),
}
LATIN_SURNAMES = "Abara Castell Demir Eklund Farago Haddad Ivanek Kowalsk Morandi Okoye".split()
AGES = (((3, 6), 5.0), ((7, 18), 12.0), ((19, 35), 24.0), ((36, 59), 39.0), ((60, 75), 15.0), ((76, 91), 5.0))
WORK = (
    ("retail", 24.0),
    ("health", 5.0),
    ("transport", 9.0),
    ("teacher", 6.0),
    ("delivery", 7.0),
    ("cold_chain", 2.0),
    ("farmer", 6.0),
    ("none", 9.0),
    ("other", 32.0),
)
PUPIL_UNTIL, RETIRED_FROM = 18, 60


@dataclass(frozen=True, slots=True)
class Somebody:
    """An invented person."""

    name: str
    sex: str
    age_years: int
    occupation: str
    phone: str


def somebody(*key: object) -> Somebody:
    """The person of a key: the same each time."""
    sex = "female" if happens(0.52, *key, "sex") else "male"
    if happens(0.04, *key, "from abroad"):
        name = f"{pick(LATIN[sex], *key, 'given')} {pick(LATIN_SURNAMES, *key, 'family')}"
    else:
        name = pick(SURNAMES, *key, "family") + pick(FEMALE if sex == "female" else MALE, *key, "given")
    low, high = weighted(AGES, *key, "ages")
    age = int(between(low, high + 1, *key, "age"))
    return Somebody(name, sex, age, _occupation(age, *key), f"1990000{int(between(0, 10_000, *key, 'phone')):04d}")


def _occupation(age: int, *key: object) -> str:
    if age <= PUPIL_UNTIL:
        return "pupil"
    return "retired" if age >= RETIRED_FROM else weighted(WORK, *key, "work")
