"""Identities lie beside the log: masked until revealed with a purpose, found by keyed hashes, erased by key."""

from __future__ import annotations

import pytest

from ringfence.core import db, log
from ringfence.core.access import feed
from ringfence.core.centre import Centre
from ringfence.core.errors import Refused
from ringfence.facts.ids import JurisdictionId, PersonId
from ringfence.registry import actions, identities
from ringfence.registry.blocks import Described


@pytest.fixture
def city(centre: Centre) -> JurisdictionId:
    """A city to register people in."""
    told = centre.tell(feed("test"), actions.declare_jurisdiction, code="linhai", level="city", name_en="Linhai")
    return told.facts[0].jurisdiction  # type: ignore[attr-defined, no-any-return]


def registered(centre: Centre, city: JurisdictionId, **told: str) -> PersonId:
    answer = centre.tell(feed("test"), actions.register_person, office=city, **told)
    return answer.facts[0].person  # type: ignore[attr-defined, no-any-return]


def test_no_name_reaches_the_log(centre: Centre, city: JurisdictionId) -> None:
    registered(centre, city, code="P1", name="王小明", phone="13812345678", address="Lane 7")
    stored = "".join(str(row) for row in log.rows()) + str(db.ask("SELECT * FROM hand_in"))
    stored += str(db.ask("SELECT * FROM registry_identity"))
    for text in ("王小明", "13812345678", "Lane 7", "xiaoming"):
        assert text not in stored


def test_an_identity_is_found_by_telephone_and_opened(centre: Centre, city: JurisdictionId) -> None:
    person = registered(centre, city, code="P1", name="王小明", phone="138 1234 5678")
    assert identities.holding("phone", "+86 138-1234-5678") == [person]
    known = identities.opened(person)
    assert known is not None
    assert known.name == "王小明"


def test_revealing_needs_a_purpose_and_is_on_record(centre: Centre, city: JurisdictionId) -> None:
    person = registered(centre, city, code="P1", name="Ana Bo")
    with pytest.raises(Refused, match="purpose_missing"):
        centre.tell(feed("test"), actions.reveal_identity, person=person, purpose=" ")
    centre.tell(feed("test"), actions.reveal_identity, person=person, purpose="to call the household")
    assert [row[2] for row in log.rows() if row[1] == "IdentityRevealed"]


def test_destroying_the_key_is_erasure_and_the_log_stays_whole(centre: Centre, city: JurisdictionId) -> None:
    person = registered(centre, city, code="P1", name="Ana Bo", phone="13812345678")
    sealed: list[identities.Sealed] = []
    with db.buffering():
        sealed.append(identities.seal(person, "met her sister on Tuesday"))
    assert identities.unsealed(person, sealed[0]) == "met her sister on Tuesday"
    lines = log.last_seq()
    centre.tell(feed("test"), actions.erase_identity, person=person, reason="asked for it")
    assert identities.opened(person) is None
    assert identities.unsealed(person, sealed[0]) is None
    assert identities.holding("phone", "13812345678") == []
    assert log.last_seq() == lines + 1
    with pytest.raises(Refused, match="identity_erased"):
        centre.tell(feed("test"), actions.keep_identity, person=person, name="Ana Bo")


def test_an_alike_name_in_another_script_is_a_candidate(centre: Centre, city: JurisdictionId) -> None:
    person = registered(centre, city, code="P1", name="王伟", phone="13812345678")
    registered(centre, city, code="P2", name="李娜")
    found = identities.alike(Described(name="Wang Wei", phone="+8613812345678"))
    assert [each.person for each in found] == [person]


def test_a_preview_keeps_nothing(centre: Centre, city: JurisdictionId) -> None:
    from ringfence.core.centre import Item

    person = registered(centre, city, code="P1")
    with pytest.raises(RuntimeError, match="outside a telling"):
        centre.preview(feed("test"), actions.keep_identity, [Item({"person": person, "name": "Ana"})])
    assert db.ask("SELECT * FROM registry_identity") == []
