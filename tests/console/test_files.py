"""Every page of the case file, tasks, places, people and log: for every role, in both languages."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from ringfence import app
from ringfence.console.more_words import REASONS
from ringfence.core import db, seal
from ringfence.core.access import ROLES
from ringfence.core.centre import Centre
from ringfence.core.clock import ToldClock
from ringfence.desks.cases.interview import Kind
from ringfence.desks.cases.queries import case_row
from ringfence.desks.cases.queries.interviews import form_of_case, sealed_answers
from ringfence.facts.ids import CaseId, PersonId
from ringfence.registry import account_keeping
from ringfence.registry.models import Account
from tests.console.city import City, build


@pytest.fixture
def city(centre: Centre, clock: ToldClock, monkeypatch: pytest.MonkeyPatch) -> City:
    """The city, served by the pages."""
    monkeypatch.setattr(app, "centre", lambda: centre)
    return build(centre, clock)


def signed_in(name: str, language: str = "en") -> Client:
    """Somebody at their screen."""
    client = Client(headers={"accept-language": language})
    client.cookies["ringfence_language"] = language
    client.force_login(Account.objects.get(name=name), backend="django.contrib.auth.backends.ModelBackend")
    return client


def pages(city: City) -> dict[str, str | None]:
    """Address -> what one must be allowed to see it (None: everyone)."""
    case, task = city.ids["cases"][1], city.ids["tasks"][0]
    return {
        f"/cases/{case}/": None,
        f"/cases/{case}/forms/covid/": "investigate",
        f"/cases/{case}/forms/covid/form.pdf?blank=1": None,
        f"/cases/{case}/dossier.pdf": None,
        f"/cases/{case}/label.svg": None,
        f"/cases/{case}/reveal/": "reveal",
        "/cases/new/": "report",
        "/people/": None,
        "/people/new/": "report",
        f"/people/{people_of(case)}/": None,
        f"/people/{people_of(case)}/reveal/": "reveal",
        f"/tasks/{task}/": None,
        "/tasks/": None,
        "/workload/": None,
        "/decisions/": None,
        "/places/": None,
        f"/places/{city.ids['province']}/": None,
        "/units/": None,
        "/outbreaks/": None,
        "/accounts/": "admit",
        "/me/": None,
        "/log/": "audit",
        "/log/seals/": "audit",
        "/why/30/": None,
        "/policy/": None,
        "/reporting/": None,
    }


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_opens_for_every_role_that_may(city: City, language: str) -> None:
    for role, (_name, mays) in ROLES.items():
        client = signed_in(role, language)
        for address, may in pages(city).items():
            answer = client.get(address)
            wanted = 200 if may is None or may in mays else 403
            if address.startswith("/why/") and wanted == 200:
                assert answer.status_code in (200, 404), (role, address)
                continue
            assert answer.status_code == wanted, (role, address, answer.content[:2000].decode(errors="replace"))


def text(answer: object) -> str:
    """A page's words."""
    return answer.content.decode()  # type: ignore[attr-defined, no-any-return]


def post(client: Client, name: str, following: str = "/me/", **told: object) -> object:
    """An action's form, sent as the page would send it."""
    return client.post(f"/tell/{name}/", {"next": following, **{k.replace("fix_", "fix."): v for k, v in told.items()}})


def test_a_task_is_started_finished_and_verified_by_another(city: City) -> None:
    task = next(
        each for each in city.ids["tasks"] if "Investigate" in text(signed_in("investigator").get(f"/tasks/{each}/"))
    )
    address = f"/tasks/{task}/"
    worker, boss = signed_in("investigator"), signed_in("supervisor")
    assert post(worker, "command.start_task", address, fix_task=task).status_code == 302
    refused = post(worker, "command.finish_task", address, fix_task=task)
    assert refused.status_code == 422
    assert 'name="evidence"' in text(refused)
    assert post(worker, "command.finish_task", address, fix_task=task, evidence="Call note 4").status_code == 302
    assert "Call note 4" in text(worker.get(address))
    assert post(boss, "command.verify_task", address, fix_task=task).status_code == 302
    assert "Verified" in text(boss.get(address))


def test_a_task_says_why_in_plain_words(city: City) -> None:
    told = text(signed_in("duty_officer").get(f"/tasks/{city.ids['tasks'][0]}/"))
    assert "Why do I have this?" in told
    assert "because" in told
    assert "The report came after its limit" in told


def test_a_case_outside_ones_places_is_unknown(city: City) -> None:
    client, case, task = signed_in("narrow"), city.ids["cases"][0], city.ids["tasks"][0]
    for address in (
        f"/cases/{case}/", f"/cases/{case}/reveal/", f"/cases/{case}/dossier.pdf", f"/cases/{case}/label.svg",
        f"/cases/{case}/forms/covid/", f"/tasks/{task}/", f"/places/{city.ids['bayan']}/",
    ):  # fmt: skip
        assert client.get(address).status_code == 404, address
    for seq in range(1, 60):
        assert "Wang" not in text(client.get(f"/why/{seq}/"))


def test_an_identity_is_shown_only_after_its_purpose(city: City) -> None:
    client, case = signed_in("duty_officer"), city.ids["cases"][1]
    assert "Wang" not in text(client.get(f"/cases/{case}/"))
    assert "Wang" not in text(client.get(f"/cases/{case}/reveal/"))
    assert client.post(f"/cases/{case}/reveal/", {"purpose": ""}).status_code == 409
    shown = client.post(f"/cases/{case}/reveal/", {"purpose": "Call about the bus"})
    assert "Wang" in text(shown)
    assert shown["Cache-Control"] == "private, no-store"
    assert "Call about the bus" in text(client.get("/log/"))


def test_an_interview_is_kept_in_parts_and_personal_answers_are_sealed(city: City) -> None:
    client, case = signed_in("investigator"), city.ids["cases"][2]
    address = f"/cases/{case}/forms/covid/"
    form = form_of_case("covid", 1)
    choice = next(
        each for each in form.fields() if each.kind is Kind.CHOICE and each.when is None and not each.personal
    )
    words = next(each for each in form.fields() if each.personal and each.kind is Kind.TEXT and each.when is None)
    told = {f"a.{choice.name}": choice.choices[0].code, f"a.{words.name}": "Zhao secret"}
    assert client.post(address, told).status_code == 302
    page = text(client.get(address))
    assert f'value="{choice.choices[0].code}" checked' in page
    assert "Zhao secret" not in page
    assert "On record, sealed" in page
    stored = db.ask("SELECT body FROM log WHERE kind = 'InterviewKept'")[0][0]
    assert "Zhao" not in stored
    assert sealed_answers(case, "covid", people_of(case))[words.name] == "Zhao secret"
    wrong = client.post(address, {f"a.{choice.name}": "no such code"})
    assert wrong.status_code == 422


def people_of(case: str) -> PersonId:
    """Whose case it is."""
    row = case_row(CaseId(case))
    assert row is not None
    return row.person


def test_a_file_is_attached_and_comes_back_as_a_download(city: City) -> None:
    client, case = signed_in("investigator"), city.ids["cases"][0]
    content = b"%PDF-1.4 a scan"
    sent = client.post(f"/cases/{case}/attach/", {"file": SimpleUploadedFile("scan.pdf", content, "application/pdf")})
    assert sent.status_code == 302
    page = text(client.get(f"/cases/{case}/"))
    assert "scan.pdf" in page
    (file,) = db.ask("SELECT id FROM registry_kept_file WHERE about = %s", (case,))[0]
    got = client.get(f"/cases/{case}/files/{file}/")
    assert got.content == content
    assert got["Content-Disposition"].startswith("attachment;")
    assert got["X-Content-Type-Options"] == "nosniff"
    program = client.post(f"/cases/{case}/attach/", {"file": SimpleUploadedFile("a.pdf", b"MZ", "application/pdf")})
    assert program.status_code == 409


def test_the_dossier_wants_a_purpose_and_leaves_a_line(city: City) -> None:
    client, case = signed_in("duty_officer"), city.ids["cases"][1]
    assert client.post(f"/cases/{case}/dossier.pdf", {"purpose": ""}).status_code == 200
    paper = client.post(f"/cases/{case}/dossier.pdf", {"purpose": "Handover", "revealed": "on"})
    assert paper.content.startswith(b"%PDF")
    assert "Handover" in text(client.get(f"/cases/{case}/"))


def test_a_new_case_is_registered_and_reported_in_one_form(city: City) -> None:
    client = signed_in("duty_officer")
    told = {
        "jurisdiction": city.ids["bayan"],
        "sex": "female",
        "age_years": "44",
        "classification": "confirmed",
        "onset_on": "2021-09-25",
    }
    answer = client.post("/cases/new/", told)
    assert answer.status_code == 302, text(answer)[:3000]
    assert "BY21-0007" in text(client.get(answer["Location"]))
    late = client.post("/cases/new/", {**told, "onset_on": "2031-01-01"})
    assert late.status_code == 409


def test_a_token_is_shown_once(city: City) -> None:
    client = signed_in("duty_officer")
    shown = text(client.post("/me/tokens/", {"days": "30", "mays": ["see"]}))
    secret = re.search(r"rf_[\w-]{20,}", shown)
    assert secret is not None
    assert account_keeping.who_holds(secret[0], city.centre.clock.now()) is not None
    assert secret[0] not in text(client.get("/me/"))


def test_the_seals_are_verified_and_a_changed_line_is_named(city: City) -> None:
    client = signed_in("supervisor")
    seal.seal(city.centre.home, city.centre.clock.now())
    assert "The log is whole" in text(client.post("/log/seals/"))
    with connection.cursor() as cursor:
        triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'log'"
        for (name,) in cursor.execute(triggers).fetchall():
            cursor.execute(f'DROP TRIGGER "{name}"')
        cursor.execute("UPDATE log SET body = '{}' WHERE seq = 12")
    assert "The first bad line is 12" in text(client.post("/log/seals/"))


def test_many_tasks_are_handed_over_and_taken_back(city: City) -> None:
    client = signed_in("duty_officer")
    picked = city.ids["tasks"][:3]
    sent = {
        "action": "command.change_due",
        "picked": picked,
        "preview": "1",
        "told-due_at": "2021-10-01T12:00",
        "told-reason": "Rain",
    }
    assert "2021-10-01" in text(client.post("/many/tasks/", sent))
    told = client.post("/many/tasks/tell/", {**sent, "batch": "batch:a1"})
    b"".join(told.streaming_content)
    assert "2021-10-01 12:00" in text(client.get(f"/tasks/{picked[0]}/"))
    assert client.post("/many/tasks/undo/", {"batch": "batch:a1"}).status_code == 200
    assert "2021-10-01 12:00" not in text(client.get(f"/tasks/{picked[0]}/")).partition("Why do I have this?")[0]


def test_every_rules_reason_can_be_said_in_both_languages(centre: Centre) -> None:
    told = {(rule.function.__doc__ or "").partition("\n")[0] for rules in centre.rules.values() for rule in rules}
    assert told <= set(REASONS)
