"""Who works in the demonstration: one account for each role to sign in with, and the teams' members."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from ringfence.core.access import ROLES, Who
from ringfence.core.centre import Centre, Item
from ringfence.demo.city import City
from ringfence.facts.ids import AccountId, JurisdictionId, derive
from ringfence.registry.actions import join_team, open_account

PASSWORD = "try-ringfence"  # noqa: S105 (printed at every start: there is nothing to protect)
NO_PASSWORD = "!"  # noqa: S105 (Django's mark of an account that nobody signs in with)


@dataclass(frozen=True, slots=True)
class Account:
    """An account to sign in with."""

    name: str
    shown_name: str
    role: str
    where: str  # city, district or community
    language: str

    @property
    def id(self) -> AccountId:
        """As the log names it."""
        return AccountId(derive("account", self.name))


ACCOUNTS = (
    Account("duty", "Shen Yongkang 沈永康", "duty_officer", "city", "en"),
    Account("investigator", "林雨涵 Lin Yuhan", "investigator", "district", "zh-hans"),
    Account("tracer", "何佳怡 He Jiayi", "tracer", "district", "zh-hans"),
    Account("sampler", "Tang Wenbo 唐文博", "sampler", "district", "en"),
    Account("lab", "曹静怡 Cao Jingyi", "lab", "city", "zh-hans"),
    Account("site", "Xu Lixin 许立新", "site_manager", "district", "en"),
    Account("grid", "罗秀英 Luo Xiuying", "grid_worker", "community", "zh-hans"),
    Account("supervisor", "Zheng Haitao 郑海涛", "supervisor", "city", "en"),
    Account("planner", "韩思远 Han Siyuan", "planner", "city", "zh-hans"),
    Account("admin", "Ulla Eklund", "administrator", "city", "en"),
)
"""One for each role; half of them read Chinese."""

HOME_DISTRICT = 3
"""The district of those who work in one: where the outbreak began."""


def members(districts: int) -> Iterator[tuple[Account, str, int]]:
    """Two investigators for each team: account, team, district."""
    for d in range(districts):
        for team in "AB":
            for k in (1, 2):
                name = f"team-{team.lower()}{k}-d{d + 1}"
                yield (
                    Account(name, f"流调员 Investigator {d + 1}{team}{k}", "investigator", "district", "zh-hans"),
                    team,
                    d,
                )


def appoint(centre: Centre, by: Who, city: City, password_hash: str, at: datetime) -> None:
    """Open every account and fill the teams."""
    places: dict[str, JurisdictionId] = {
        "city": city.city,
        "district": city.districts[HOME_DISTRICT],
        "community": city.communities[6 * HOME_DISTRICT],
    }
    opened = [_opened(each, places[each.where], password_hash, at) for each in ACCOUNTS]
    joined = []
    for each, team, d in members(len(city.districts)):
        opened.append(_opened(each, city.districts[d], NO_PASSWORD, at))
        joined.append(Item({"team": city.teams[f"{team}:{d}"], "account": each.id, "at": at}))
    named = {each.role: each.id for each in ACCOUNTS}
    joined.append(Item({"team": city.teams[f"A:{HOME_DISTRICT}"], "account": named["investigator"], "at": at}))
    joined.append(Item({"team": city.teams["supervision"], "account": named["supervisor"], "at": at}))
    for outcome in (centre.tell_many(by, open_account, opened), centre.tell_many(by, join_team, joined)):
        for _, refusal in outcome.refused:
            raise refusal


def _opened(account: Account, place: JurisdictionId, password_hash: str, at: datetime) -> Item:
    return Item(
        {
            "name": account.name,
            "shown_name": account.shown_name,
            "password_hash": password_hash,
            "role": account.role,
            "jurisdiction": place,
            "language": account.language,
            "at": at,
        }
    )


def role_name(role: str) -> str:
    """A role's name, in English; the sign-in page speaks both languages."""
    return ROLES[role][0]
