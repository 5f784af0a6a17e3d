"""A household's page without sign-in, the day's sheet, and notices between places."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from ringfence.core import db, log
from ringfence.core.access import feed
from ringfence.core.centre import Item, Place
from ringfence.desks.command.actions.notices import send_notice
from ringfence.desks.tracing.actions import follow_up, handing, reports
from ringfence.desks.tracing.queries.report_links import LinkRow, link_of, link_told, links_of
from ringfence.facts.command import NoticeSent, TasksSet
from ringfence.facts.follow_up import FollowUpsBegun
from ringfence.facts.ids import ContactId, NoticeId, PersonId
from ringfence.facts.tracing import Closeness, contact_of
from ringfence.registry import actions as registry
from ringfence.registry import identities
from ringfence.registry.queries import areas
from tests.console.world import World


class Followed:
    """Three contacts of one household in the north, one in the south; each to be reached."""

    def __init__(self, world: World) -> None:
        self.world = world
        now = world.clock.now()
        self.people = [self._person(world.north, n) for n in (100, 101, 102)] + [self._person(world.south, 103)]
        self.contacts = [contact_of(world.outbreak, person) for person in self.people]
        paths = [areas.path_of(world.north)] * 3 + [areas.path_of(world.south)]
        self.hear(
            FollowUpsBegun(
                outbreak=world.outbreak, contacts=tuple(self.contacts), people=tuple(self.people), paths=tuple(paths),
                closeness=(Closeness.CLOSE,) * 4, last_at=(now,) * 4, until_at=(now + timedelta(days=7),) * 4, at=now,
            ),
            TasksSet(
                kind="reach_contact", about=tuple(self.contacts[:3]), unit="investigation", due_at=now - timedelta(hours=1),
                jurisdiction=world.north, outbreak=world.outbreak, at=now,
            ),
        )  # fmt: skip

    def _person(self, area: Any, n: int) -> PersonId:
        told = {"office": area, "sex": "female" if n % 2 else "male", "age_years": 10.0 * (n - 99), "code": f"F{n}"}
        home = "household_north" if area == self.world.north else None
        named = {"name": f"Secret Name {n}", "phone": f"1380013{n:04d}"}
        return PersonId(self.world._tell(registry.register_person, household=home, **told, **named).person)  # type: ignore[attr-defined]

    def hear(self, *facts: Any) -> None:
        """A feed tells facts."""
        path = areas.path_of(self.world.province)
        self.world.centre.hear(feed("test"), facts, Place(self.world.outbreak, path, "cn-covid-2021"))

    def link(self, n: int = 0) -> LinkRow:
        """A link of a contact's household."""
        self.world.centre.tell(
            self.world.god, reports.give_report_link, contact=self.contacts[n], at=self.world.clock.now()
        )
        return links_of(self.contacts[n])[0]

    def days(self) -> list[tuple[Any, ...]]:
        """What was heard of whom: (contact's number, symptoms, temperature, channel)."""
        rows = db.ask("SELECT contact, symptoms, temp_c, channel FROM tracing_day WHERE missed = FALSE")
        return sorted((self.contacts.index(ContactId(id_)), *rest) for id_, *rest in rows)


@pytest.fixture
def followed(world: World) -> Followed:
    """A household under follow-up."""
    cache.clear()
    return Followed(world)


def test_a_household_answers_once_for_all_and_anew_and_no_name_stands_on_its_page(followed: Followed) -> None:
    link, client = followed.link(), Client()
    url = f"/r/{link.address}/"
    page = client.get(url, headers={"Accept-Language": "en"})
    text = page.content.decode()
    assert page.status_code == 200
    assert len(page.content) < 20_000
    assert "<script" not in text
    assert "style=" not in text
    assert "Secret" not in text
    assert "F100" not in text
    assert text.count("<fieldset>") == 3
    assert "Person 2 · woman · 20 to 29 years" in text
    assert page["Cache-Control"] == "private, no-store"
    assert "default-src 'self'" in page["Content-Security-Policy"]
    assert not page.cookies
    assert 'lang="zh-hans"' in client.get(url, headers={"Accept-Language": "zh-CN"}).content.decode()
    assert client.post(url, {"all_well": "1"}).status_code == 200
    assert followed.days() == [(n, "", None, "link") for n in range(3)]
    before = log.last_seq()
    assert client.post(url, {"all_well": "1"}).status_code == 200
    assert log.last_seq() == before
    client.post(url, {"p2-state": "ill", "p2-symptom": ["cough", "made_up"], "p2-temp": "38,4"})
    assert followed.days()[1] == (1, "cough", 38.4, "link")
    kinds = [each.kind for each in log.between(before + 1, log.last_seq())]
    assert kinds[:2] == ["SymptomsReported", "SymptomsFound"]
    assert log.between(before + 1, before + 1)[0].line.by == "feed:report_link"
    assert "Answered today" in client.get(url, headers={"Accept-Language": "en"}).content.decode()


def test_what_cannot_be_is_asked_again_and_nothing_is_recorded(followed: Followed) -> None:
    url, client, before = f"/r/{followed.link().address}/", Client(), log.last_seq()
    assert client.post(url, {"p1-state": "well", "p1-temp": "366"}).status_code == 422
    assert client.post(url, {}).status_code == 422
    assert log.last_seq() == before


def test_a_link_that_is_forged_over_withdrawn_or_anothers_says_what_to_do(followed: Followed) -> None:
    first, other, client = followed.link(), followed.link(3), Client(headers={"Accept-Language": "en"})
    assert first.contacts == tuple(followed.contacts[:3])
    short, _, secret = first.address.partition("-")
    mixed = f"{short}-{other.address.partition('-')[2]}"
    for told in (mixed, short, f"{short}-", f"{short}-{secret[:-1]}", f"{short}-{secret}x", "é-ü", "-"):
        assert link_told(told) is None
        answer = client.post(f"/r/{told}/", {"all_well": "1"})
        assert (answer.status_code, b"copied" in answer.content) == (404, True)
    assert secret not in "".join(str(row) for row in db.ask("SELECT body FROM log"))
    followed.world.centre.tell(followed.world.god, reports.withdraw_report_link, link=first.id)
    gone = client.post(f"/r/{first.address}/", {"all_well": "1"})
    assert (gone.status_code, b"withdrawn" in gone.content) == (410, True)
    client.post(f"/r/{other.address}/", {"p1-state": "well", "p2-state": "ill"})
    assert followed.days() == [(3, "", None, "link")]
    followed.world.clock.pass_by(timedelta(days=9))
    over = client.post(f"/r/{other.address}/", {"p1-state": "well"})
    assert (over.status_code, b"is over" in over.content) == (410, True)
    assert link_of(other.id) is not None


def test_answers_and_guesses_are_bounded(followed: Followed) -> None:
    url, client = f"/r/{followed.link().address}/", Client()
    codes = [client.post(url, {"p1-state": "well", "p1-temp": f"36.{n % 10}"}).status_code for n in range(21)]
    assert codes == [200] * 20 + [429]
    guesses = [client.get(f"/r/guess-{n}/").status_code for n in range(61)]
    assert guesses == [404] * 60 + [429]
    assert client.get(url).status_code == 200, "whoever has a right address is not turned away for others' guesses"


def test_the_days_sheet_names_people_only_with_a_purpose_on_record(
    followed: Followed, signed_in: Callable[..., Client]
) -> None:
    client = signed_in("duty_officer")
    page = client.get("/tracing/sheet/").content.decode()
    assert page.count("▲ Reach") == 3
    assert "Secret" not in page
    before = log.last_seq()
    plain = client.get("/tracing/sheet/contacts.pdf")
    assert plain.content.startswith(b"%PDF")
    assert log.last_seq() == before
    assert client.post("/tracing/sheet/revealed.pdf", {"purpose": ""}).status_code == 409
    named = client.post("/tracing/sheet/revealed.pdf", {"purpose": "to call them today"})
    assert named.content.startswith(b"%PDF")
    told = log.between(before + 1, log.last_seq())
    assert [each.kind for each in told] == ["IdentityRevealed"] * 3
    assert {each.fact.purpose for each in told} == {"to call them today"}  # type: ignore[attr-defined]
    assert signed_in("grid_worker").post("/tracing/sheet/revealed.pdf", {"purpose": "curious"}).status_code == 403
    followed.link()
    links = client.get("/tracing/sheet/links/?form=csv").content.decode()
    assert links.count("/r/") == 1
    assert client.get("/tracing/sheet/links/?form=pdf").content.startswith(b"%PDF")


def test_a_notice_is_sent_taken_and_answered_between_two_counties(
    followed: Followed, signed_in: Callable[..., Client]
) -> None:
    world = followed.world
    world.account("south_officer", "duty_officer", world.south)
    world.centre.tell(
        world.who("duty_officer"), handing.hand_over_contact, contact=followed.contacts[0], to_place="South County"
    )
    notice = db.ask("SELECT id FROM command_notice")[0][0]
    north, south = signed_in("duty_officer"), signed_in("south_officer")
    assert notice in north.get("/notices/?box=sent").content.decode()
    assert notice not in north.get("/notices/?box=received").content.decode()
    assert notice in south.get("/notices/").content.decode()
    page = south.get(f"/notices/{notice}/").content.decode()
    assert "Take in hand" in page
    assert "Take in hand" not in north.get(f"/notices/{notice}/").content.decode()
    told = {"fix.notice": notice, "next": "/notices/"}
    assert south.post("/tell/command.take_notice/", told).status_code == 302
    assert (
        south.post(
            "/tell/command.answer_notice/", told | {"found": "1", "kept_apart": "1", "not_found": "0"}
        ).status_code
        == 302
    )
    assert "1 found, 1 kept apart, 0 not found" in north.get(f"/notices/{notice}/").content.decode()
    assert north.get(f"/notices/{notice}/paper/?form=pdf").content.startswith(b"%PDF")
    table = south.post(f"/notices/{notice}/revealed.csv", {"purpose": "to find them"}).content.decode()
    assert identities.opened(followed.people[0]) is not None
    assert "Person" in table


def test_a_notice_to_a_place_outside_keeps_its_name_sealed(
    followed: Followed, signed_in: Callable[..., Client]
) -> None:
    world, client = followed.world, signed_in("duty_officer")
    told = {
        "outbreak": world.outbreak,
        "jurisdiction": world.north,
        "kind": "contacts",
        "about": (followed.contacts[1],),
    }
    world.centre.tell(world.who("duty_officer"), send_notice, to_place="Port Abroad", at=world.clock.now(), **told)
    fact = next(each.fact for each in reversed(log.between(1, log.last_seq())) if isinstance(each.fact, NoticeSent))
    assert "Abroad" not in str(fact)
    assert "Port Abroad" in client.get("/notices/?box=sent").content.decode()
    assert "F101" in client.get(f"/notices/{NoticeId(fact.notice)}/").content.decode()
    assert client.get(f"/notices/{fact.notice}/paper/?form=csv").content.decode().count("F101") == 1


def test_many_contacts_are_reached_at_once_with_a_preview_of_what_would_be_told(followed: Followed) -> None:
    centre, world = followed.world.centre, followed.world
    seen = centre.preview(world.god, follow_up.reach_contact, [_item(contact) for contact in followed.contacts[:2]])
    assert [type(each[0]).__name__ for each in seen if isinstance(each, list)] == ["ContactsReached"] * 2
    outcome = centre.tell_many(
        world.god,
        follow_up.quarantine_contact,
        [_item(each, basis="Article S4") for each in followed.contacts],
        batch="b1",
    )
    assert not outcome.refused
    assert db.ask("SELECT count(*) FROM tracing_contact WHERE stay IS NOT NULL")[0][0] == 4
    assert not centre.undo(world.god, "b1").refused
    assert db.ask("SELECT count(*) FROM tracing_contact WHERE stay IS NOT NULL")[0][0] == 0


def _item(contact: ContactId, **told: Any) -> Any:
    return Item({"contact": contact, **told})
