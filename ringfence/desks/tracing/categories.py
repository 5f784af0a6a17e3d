"""Categories of contact, and from how many minutes a shared stay counts in each: the `settings` of a policy pack.

The list is ours, to be edited; it is not official. Chinese notices speak of "ten sames" (同住 living, 同事 working, 同学
learning, 同餐 eating, 同车 riding and so on) without one published list. Where no pack is at hand, that of `base` holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Protocol

from ringfence.core.policy import SHIPPED, Book
from ringfence.desks.tracing.policy import Policy


class Category(Protocol):
    """A category: from how many minutes an encounter counts, and the kinds of place that belong to it."""

    @property
    def minutes(self) -> int:
        """From how many minutes an encounter counts."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of place that belong to it."""


Categories = Mapping[str, Category]
"""category -> what it is, closest first: of categories with as many minutes, the first one names a contact.

A kind of place that is a category's own name belongs to it; one that no category names belongs to the last of the list.
"""


@lru_cache(maxsize=1)
def base_policy() -> Policy:
    """The numbers of the pack `base`, for a search that belongs to no outbreak."""
    found: Policy = Book([SHIPPED], {"tracing": Policy}, alone=True).numbers("tracing", "base")
    return found


def base_categories() -> Categories:
    """The categories of the pack `base`."""
    return base_policy().settings


def category_of(kind: str, categories: Categories | None = None) -> str:
    """The category that a kind of place belongs to; the last of the list where none names it."""
    categories = base_categories() if categories is None else categories
    told = kind.strip().lower()
    if told in categories:
        return told
    return next((name for name, each in categories.items() if told and told in each.kinds), list(categories)[-1])


def least_by_kind(
    kinds: Iterable[str],
    wanted: Iterable[str] = (),
    minutes: int | None = None,
    categories: Categories | None = None,
) -> list[int]:
    """Minutes from which an encounter counts at a place of each kind; -1 where the kind is not wanted.

    `wanted` names kinds or categories (none: all); `minutes` holds for all in place of the table's.
    """
    categories = base_categories() if categories is None else categories
    asked = {each.strip().lower() for each in wanted}
    found = []
    for kind in kinds:
        category = category_of(kind, categories)
        if asked and category not in asked and kind.strip().lower() not in asked:
            found.append(-1)
        else:
            found.append(categories[category].minutes if minutes is None else minutes)
    return found
