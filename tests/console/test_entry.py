"""Who is on record already: at entry, on the person file, and what could not be accepted; for roles and both languages."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile

from ringfence import app
from ringfence.core import db, log, quarantine
from ringfence.core.centre import Centre
from ringfence.core.clock import ToldClock
from ringfence.core.errors import Refused
from ringfence.desks.cases import actions as cases
from ringfence.desks.cases.interview import Kind
from ringfence.desks.cases.queries import case_row
from ringfence.desks.cases.queries.interviews import form_of_case
from ringfence.facts.ids import CaseId
from ringfence.registry import account_keeping, identities
from ringfence.registry import actions as registry
from ringfence.registry.actions.looking import look_for_person
from ringfence.registry.queries import people
from ringfence.registry.vaults import sealed_apart
from tests.console.city import City, build
from tests.console.test_files import post, signed_in, text

LANGUAGES = pytest.mark.parametrize("language", ["en", "zh-hans"])
SAID = {
    "perhaps": {"en": "Perhaps on record already", "zh-hans": "可能已在册"},
    "sure": {"en": "almost certainly the same person", "zh-hans": "几乎可以确定是同一人"},
    "warning": {"en": "there is no way back", "zh-hans": "无法恢复"},
    "classes": {"en": "Classes so far", "zh-hans": "历次分类"},
    "nobody": {"en": "Nobody at your places fits", "zh-hans": "您的辖区内没有符合的人"},
    "reason": {"en": "This cannot be read as a date.", "zh-hans": "无法识别为日期"},
}
"""What the pages must say, in both languages."""


@pytest.fixture
def city(centre: Centre, clock: ToldClock, monkeypatch: pytest.MonkeyPatch) -> City:
    """The city, served by the pages."""
    monkeypatch.setattr(app, "centre", lambda: centre)
    return build(centre, clock)


def kinds() -> list[str]:
    """The kinds of fact in the log."""
    return [row[1] for row in log.rows()]


def person_of(city: City, n: int) -> str:
    """Whose the n-th case is."""
    row = case_row(CaseId(city.ids["cases"][n]))
    assert row is not None
    return row.person


def entered(city: City, **more: str) -> dict[str, str]:
    """A new case as typed: the same name and telephone as the second person on record."""
    return {
        "jurisdiction": city.ids["bayan"], "residence": city.ids["bayan"], "sex": "male", "age_years": "31",
        "classification": "confirmed", "onset_on": "2021-09-25", "name": "Wang Xiaomn", "phone": "13800138001", **more,
    }  # fmt: skip


def hidden(page: str, name: str) -> str:
    """A hidden field's value."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None
    return html.unescape(found[1])


def test_a_refused_report_registers_nobody(city: City) -> None:
    before, said = db.ask("SELECT count(*) FROM registry_person"), kinds()
    with pytest.raises(Refused) as refusal:
        city.tell(
            cases.report_new_case, outbreak=city.ids["outbreak"], jurisdiction=city.ids["bayan"], name="Li Si",
            phone="13900139000", onset_on=city.centre.clock.now().date().replace(year=2031),
        )  # fmt: skip
    assert refusal.value.code == "course_in_future"
    assert db.ask("SELECT count(*) FROM registry_person") == before
    assert kinds() == said
    assert identities.holding("phone", "13900139000") == []


@LANGUAGES
def test_alike_people_are_offered_masked_before_anything_is_recorded(city: City, language: str) -> None:
    client = signed_in("sampler", language)
    before = kinds()
    page = text(client.post("/cases/new/", entered(city)))
    assert SAID["perhaps"][language] in page
    assert SAID["sure"][language] in page
    person = person_of(city, 1)
    assert f'value="{person}"' in page
    assert city.ids["cases"][1] in page  # already a case in this outbreak, with its link
    offered = page[page.index("rf-alike") : page.index("</fieldset>", page.index("rf-alike"))]
    assert "Wang" not in offered
    assert "1380013" not in offered
    assert "/reveal/" not in offered  # sampling staff may not reveal
    assert kinds()[len(before) :] == ["PeopleLookedFor"]
    assert f"/people/{person}/reveal/" in text(signed_in("duty_officer", language).post("/cases/new/", entered(city)))


def test_a_different_person_is_reported_and_told_apart(city: City) -> None:
    client = signed_in("duty_officer")
    page = text(client.post("/cases/new/", entered(city)))
    told = entered(city, seen=hidden(page, "seen"), same_as="nobody")
    answer = client.post("/cases/new/", told)
    assert answer.status_code == 302, text(answer)[:3000]
    new = case_row(CaseId(answer["Location"].strip("/").rpartition("/")[2]))
    assert new is not None
    assert new.person != person_of(city, 1)
    assert person_of(city, 1) in people.told_apart_from(new.person)
    assert identities.opened(new.person) == identities.Identity("Wang Xiaomn", None, "+8613800138001", None)


def test_a_choice_counts_only_for_what_was_shown(city: City) -> None:
    client = signed_in("duty_officer")
    page = text(client.post("/cases/new/", entered(city)))
    for told in (
        entered(city, seen=hidden(page, "seen"), same_as="nobody", phone="13800138002"),
        entered(city, seen=signing.dumps({"asked": "x", "people": []}, salt="other"), same_as="nobody"),
        entered(city, seen=hidden(page, "seen"), same_as=person_of(city, 4)),
    ):
        assert "rf-alike" in text(client.post("/cases/new/", told))


def test_the_case_is_reported_of_the_person_on_record(city: City, clock: ToldClock) -> None:
    known = city.tell(
        registry.register_person, office=city.ids["bayan"], residence=city.ids["bayan"], sex="female", age_years=50.0,
        code="K1", name="Zhao Min", phone="13700137000",
    ).person  # fmt: skip
    client = signed_in("duty_officer")
    told = entered(city, name="Zhao Min", phone="13700137000", sex="female", age_years="50")
    page = text(client.post("/cases/new/", told))
    answer = client.post("/cases/new/", {**told, "seen": hidden(page, "seen"), "same_as": known})
    assert answer.status_code == 302
    new = case_row(CaseId(answer["Location"].strip("/").rpartition("/")[2]))
    assert new is not None
    assert new.person == known
    clock.pass_by(timedelta(minutes=1))
    again = client.post("/cases/new/", {**told, "seen": hidden(page, "seen"), "same_as": known})
    assert again.status_code == 409  # already a case here


def test_people_elsewhere_are_not_offered(city: City) -> None:
    told = entered(city, jurisdiction=city.ids["limin"], residence=city.ids["limin"])
    answer = signed_in("narrow").post("/cases/new/", told)
    assert answer.status_code == 302
    assert "PeopleLookedFor" not in kinds()


def test_registering_someone_asks_too(city: City) -> None:
    client = signed_in("duty_officer")
    told = {"office": city.ids["bayan"], "name": "Wang Xiaomn", "phone": "13800138001", "sex": "male"}
    page = text(client.post("/people/new/", told))
    assert "rf-alike" in page
    same = client.post("/people/new/", {**told, "seen": hidden(page, "seen"), "same_as": person_of(city, 1)})
    assert same["Location"] == f"/people/{person_of(city, 1)}/"
    assert client.post("/people/new/", {**told, "name": "Sun Qi", "phone": ""}).status_code == 302
    assert client.post("/people/new/", {**told, "phone": "12"}).status_code == 409


@LANGUAGES
def test_people_are_found_by_number_only_for_a_purpose_on_record(city: City, language: str) -> None:
    client = signed_in("investigator", language)
    asked = {"how": "phone", "text": "138 0013 8001", "purpose": ""}
    assert client.post("/people/", asked).status_code == 409
    found = client.post("/people/", {**asked, "purpose": "She called back"})
    assert person_of(city, 1) in text(found)
    assert "Wang" not in text(found)
    assert found["Cache-Control"] == "private, no-store"
    body = db.ask("SELECT body FROM log WHERE kind = 'PeopleLookedFor'")[0][0]
    assert "She called back" in body
    assert "13800138001" not in body
    nobody = client.post("/people/", {**asked, "text": "13812345678", "purpose": "She called back"})
    assert SAID["nobody"][language] in text(nobody)
    assert person_of(city, 2) in text(client.post("/people/", {"how": "code", "text": "P2"}))
    assert client.post("/people/", {**asked, "how": "name"}).status_code == 422
    sampler = signed_in("sampler", language)
    assert sampler.post("/people/", {**asked, "purpose": "To know"}).status_code == 422
    with pytest.raises(Refused):
        city.centre.tell(signed(city, "sampler"), look_for_person, how="phone", text="13800138001", purpose="To know")


def signed(city: City, name: str) -> Any:
    """An account as one who tells."""
    return account_keeping.who_is(city.ids[name], city.centre.clock.now())


def test_people_elsewhere_are_not_found(city: City) -> None:
    client = signed_in("narrow")
    for asked in ({"how": "phone", "text": "13800138001", "purpose": "Looking"}, {"how": "code", "text": "P1"}):
        assert "Nobody at your places fits" in text(client.post("/people/", asked))
    person = person_of(city, 1)
    for address in (f"/people/{person}/", f"/people/{person}/reveal/"):
        assert client.get(address).status_code == 404
    assert client.post(f"/people/{person}/alike/").status_code == 404


@LANGUAGES
def test_the_person_file_masks_until_revealed(city: City, language: str) -> None:
    person, case = person_of(city, 1), city.ids["cases"][1]
    client = signed_in("duty_officer", language)
    page = text(client.get(f"/people/{person}/"))
    assert "Wang" not in page
    assert f"/cases/{case}/" in page
    assert f"/people/{person}/" in text(client.get(f"/cases/{case}/"))
    assert client.post(f"/people/{person}/reveal/", {"purpose": ""}).status_code == 409
    shown = client.post(f"/people/{person}/reveal/", {"purpose": "To call"})
    assert "Wang Xiaomn" in text(shown)
    assert shown["Cache-Control"] == "private, no-store"
    assert kinds().count("IdentityRevealed") == 1
    assert signed_in("sampler").get(f"/people/{person}/reveal/").status_code == 403


def test_records_are_merged_parted_and_told_apart_from_the_person_file(city: City, clock: ToldClock) -> None:
    one = person_of(city, 1)
    other = city.tell(
        registry.register_person, office=city.ids["bayan"], residence=city.ids["bayan"], sex="male", age_years=31.0,
        code="TWIN", name="Wang Xiaomn", phone="13800138001",
    ).person  # fmt: skip
    client, address = signed_in("duty_officer"), f"/people/{one}/"
    page = text(client.post(f"{address}alike/"))
    assert "merge TWIN into this one" in page
    assert "Wang" not in page
    post(client, "registry.merge_people", address, fix_kept=one, fix_merged=other)
    assert people.canonical(other) == one
    joined = text(client.get(address))
    assert "Part TWIN again" in joined
    clock.pass_by(timedelta(minutes=1))
    assert "TWIN into" not in text(client.post(f"{address}alike/"))
    post(client, "registry.part_people", address, fix_kept=one, fix_merged=other)
    assert people.canonical(other) == other
    post(client, "registry.tell_apart", address, fix_one=one, fix_other=other)
    clock.pass_by(timedelta(minutes=1))
    again = text(client.post(f"{address}alike/"))
    assert "told apart before" in again
    assert "TWIN is somebody else" not in again
    assert signed_in("sampler").post(f"{address}alike/").status_code == 403


@LANGUAGES
def test_erasing_warns_and_is_for_those_who_may(city: City, language: str) -> None:
    address = f"/people/{person_of(city, 1)}/"
    assert SAID["warning"][language] not in text(signed_in("duty_officer", language).get(address))
    client = signed_in("administrator", language)
    assert SAID["warning"][language] in text(client.get(address))
    done = post(client, "registry.erase_identity", address, fix_person=person_of(city, 1), reason="Asked for it")
    assert done.status_code == 302  # type: ignore[attr-defined]
    assert identities.opened(people.PersonId(person_of(city, 1))) is None
    assert SAID["warning"][language] not in text(client.get(address))


@LANGUAGES
def test_sealed_answers_are_read_on_the_case_file_after_the_purpose(city: City, language: str) -> None:
    client, case = signed_in("investigator", language), city.ids["cases"][2]
    form = form_of_case("covid", 1)
    words = next(each for each in form.fields() if each.personal and each.kind is Kind.TEXT and each.when is None)
    client.post(f"/cases/{case}/forms/covid/", {f"a.{words.name}": "Zhao secret"})
    assert "Zhao secret" not in text(client.get(f"/cases/{case}/"))
    assert client.post(f"/cases/{case}/reveal/", {"purpose": ""}).status_code == 409
    shown = text(client.post(f"/cases/{case}/reveal/", {"purpose": "Finding the bus"}))
    assert "Zhao secret" in shown
    assert SAID["classes"][language] in shown  # the case file itself
    body = db.ask("SELECT body FROM log WHERE kind = 'IdentityRevealed'")[-1][0]
    assert "interview" in body
    assert "Zhao" not in body


@LANGUAGES
def test_the_classes_of_a_case_stand_in_a_table(city: City, language: str) -> None:
    client, case = signed_in("investigator", language), city.ids["cases"][0]
    post(client, "cases.classify_case", f"/cases/{case}/", fix_case=case, classification="probable", basis="Same bus")
    page = text(client.get(f"/cases/{case}/"))
    card = page[page.index('id="classes"') :]
    assert SAID["classes"][language] in page
    assert "Same bus" in card[: card.index("</section>")]


def test_a_file_goes_only_to_who_may_investigate_there(city: City) -> None:
    case = city.ids["cases"][0]
    sent = {"file": SimpleUploadedFile("scan.pdf", b"%PDF-1.4 a scan", "application/pdf")}
    signed_in("investigator").post(f"/cases/{case}/attach/", sent)
    (file,) = db.ask("SELECT id FROM registry_kept_file WHERE about = %s", (case,))[0]
    split = city.tell(
        registry.open_account, name="split", shown_name="Split", password_hash="x", role="investigator",
        jurisdiction=city.ids["limin"],
    ).account  # fmt: skip
    city.tell(registry.grant_role, account=split, role="planner", jurisdiction=city.ids["bayan"])
    client = signed_in("split")
    assert client.get(f"/cases/{case}/").status_code == 200
    assert client.get(f"/cases/{case}/files/{file}/").status_code == 403
    assert signed_in("investigator").get(f"/cases/{case}/files/{file}/").status_code == 200


def keep_rows(city: City, told_by: str) -> int:
    """Two refused rows of a line list; the number of the first."""
    doors = [f"linelist:{told_by}_{n}" for n in range(2)]
    rows = [
        quarantine.KeptRow(door, "date_unreadable", sealed_apart(door, f"姓名\tZhang {n}"))
        for n, door in enumerate(doors)
    ]
    quarantine.keep(rows, told_by, city.centre.clock.now())
    return int(db.ask("SELECT min(id) FROM quarantine WHERE told_by = %s", (told_by,))[0][0])


@LANGUAGES
def test_what_was_not_accepted_is_listed_read_and_settled(city: City, language: str) -> None:
    row = keep_rows(city, f"account:{city.ids['investigator']}")
    client = signed_in("investigator", language)
    page = text(client.get("/quarantine/?door=linelist"))
    assert SAID["reason"][language] in page
    assert "Zhang" not in page
    one = client.get(f"/quarantine/{row}/")
    assert "Zhang 0" in text(one)
    assert one["Cache-Control"] == "private, no-store"
    watching = signed_in("supervisor", language)
    assert "Zhang" not in text(watching.get(f"/quarantine/{row}/"))
    assert f"/quarantine/{row}/" in text(watching.get("/quarantine/"))
    assert post(client, "registry.settle_kept_row", "/quarantine/", fix_row=row, reason=" ").status_code in (409, 422)  # type: ignore[attr-defined]
    settled = post(client, "registry.settle_kept_row", "/quarantine/", fix_row=row, reason="Entered by hand")
    assert settled.status_code == 302  # type: ignore[attr-defined]
    after = text(client.get("/quarantine/"))
    assert after.index(f'id="row-{row + 1}"') < after.index(f'id="row-{row}"')  # the open one first
    assert "Zhang" not in db.ask("SELECT body FROM log WHERE kind = 'KeptRowSettled'")[0][0]
    again = post(client, "registry.settle_kept_row", "/quarantine/", fix_row=row, reason="Twice")
    assert again.status_code == 409  # type: ignore[attr-defined]


def test_what_others_handed_in_is_not_shown_elsewhere(city: City) -> None:
    row = keep_rows(city, f"account:{city.ids['investigator']}")
    feeds = keep_rows(city, "feed:import")
    narrow = signed_in("narrow")
    page = text(narrow.get("/quarantine/"))
    for each in (row, feeds):
        assert f"/quarantine/{each}/" not in page
        assert narrow.get(f"/quarantine/{each}/").status_code == 404
        assert post(narrow, "registry.settle_kept_row", "/me/", fix_row=each, reason="Mine").status_code == 409  # type: ignore[attr-defined]
    assert signed_in("sampler").get("/quarantine/").status_code == 403
    assert f"/quarantine/{feeds}/" in text(signed_in("duty_officer").get("/quarantine/"))


def test_the_list_of_what_was_not_accepted_goes_on_page_by_page(city: City) -> None:
    rows = [quarantine.KeptRow(f"linelist:n{n}", "row_repeated", "") for n in range(130)]
    quarantine.keep(rows, "feed:import", city.centre.clock.now())
    client = signed_in("duty_officer")
    first = text(client.get("/quarantine/"))
    older = re.search(r'href="(\?door=&amp;after=[^"]+)"', first)
    assert older is not None
    second = text(client.get("/quarantine/" + html.unescape(older[1])))
    seen = [set(re.findall(r'id="row-(\d+)"', page)) for page in (first, second)]
    assert [len(each) for each in seen] == [100, 30]
    assert not seen[0] & seen[1]
