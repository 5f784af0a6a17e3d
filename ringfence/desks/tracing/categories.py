"""Categories of contact, and from how many minutes a shared stay counts in each.

The list is ours, to be edited; it is not official. Chinese notices speak of "ten sames" (同住 living, 同事 working, 同学
learning, 同餐 eating, 同车 riding and so on) without one published list; ten minutes is our choice where a
pack tells nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

MINUTES = 10


@dataclass(frozen=True, slots=True)
class Category:
    """A category: from how many minutes an encounter counts, and the kinds of place that belong to it."""

    minutes: int = MINUTES
    kinds: tuple[str, ...] = ()


CATEGORIES: dict[str, Category] = {
    "home": Category(kinds=("household", "dormitory", "residence", "家", "家庭", "宿舍")),
    "ward": Category(kinds=("hospital", "clinic", "bed", "病房", "医院")),
    "class": Category(kinds=("school", "classroom", "lesson", "教室", "学校")),
    "work": Category(kinds=("office", "workshop", "factory", "meeting", "工作", "办公室", "车间")),
    "meal": Category(kinds=("restaurant", "canteen", "bar", "餐厅", "食堂", "餐饮")),
    "ride": Category(kinds=("bus", "train", "coach", "plane", "taxi", "metro", "vehicle", "交通", "车")),
    "lift": Category(minutes=1, kinds=("elevator", "电梯")),
    "shop": Category(kinds=("store", "market", "mall", "supermarket", "商店", "超市", "市场")),
    "worship": Category(kinds=("church", "temple", "mosque", "教堂", "寺庙")),
    "leisure": Category(kinds=("gym", "cinema", "karaoke", "park", "sport", "娱乐", "休闲", "健身")),
    "errand": Category(kinds=("bank", "government_office", "post", "beauty", "银行", "政务")),
    "other": Category(),
}
"""category -> what it is, closest first: of categories with as many minutes, the first one names a contact.

A kind of place that is a category's own name belongs to it; one that no category names is `other`.
"""


def category_of(kind: str, categories: Mapping[str, Category] = CATEGORIES) -> str:
    """The category that a kind of place belongs to; the last of the list where none names it."""
    told = kind.strip().lower()
    if told in categories:
        return told
    return next((name for name, each in categories.items() if told and told in each.kinds), list(categories)[-1])


def least_by_kind(
    kinds: Iterable[str],
    wanted: Iterable[str] = (),
    minutes: int | None = None,
    categories: Mapping[str, Category] = CATEGORIES,
) -> list[int]:
    """Minutes from which an encounter counts at a place of each kind; -1 where the kind is not wanted.

    `wanted` names kinds or categories (none: all); `minutes` holds for all in place of the table's.
    """
    asked = {each.strip().lower() for each in wanted}
    found = []
    for kind in kinds:
        category = category_of(kind, categories)
        if asked and category not in asked and kind.strip().lower() not in asked:
            found.append(-1)
        else:
            found.append(categories[category].minutes if minutes is None else minutes)
    return found
