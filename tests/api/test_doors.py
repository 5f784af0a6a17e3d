"""The API as a programme meets it: tokens, keys, refusals in one shape, many at once, the log and its reasons."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.api.conftest import PASSWORD, Town

REPORT = "/api/v1/cases/report_case"


def _post(client: Client, url: str, told: Any, **headers: str) -> Any:
    return client.post(url, told, content_type="application/json", headers=headers)


def _report(town: Town, named: str = "P1", **told: Any) -> dict[str, Any]:
    return {"outbreak": town.outbreak, "person": town.person(named), "jurisdiction": town.city, **told}


def _error(response: Any, status: int, code: str) -> dict[str, str]:
    assert response.status_code == status, response.content
    error: dict[str, str] = response.json()["error"]
    assert error["code"] == code
    assert all(error[part] for part in ("wrong", "on_record", "next"))
    return error


def test_an_action_is_told_and_answered_with_its_facts(town: Town) -> None:
    answer = _post(town.client(), REPORT, _report(town, classification="confirmed")).json()
    assert [fact["kind"] for fact in answer["facts"]] == ["CaseReported", "CourseNoted"]
    assert answer["facts"][0]["told"]["classification"] == "confirmed"
    assert answer["first_seq"] == answer["facts"][0]["seq"]
    reported, noted = (fact["seq"] for fact in answer["facts"])
    assert reported + 1 < noted < answer["last_seq"]  # rules answered each of them
    assert answer["again"] is False


def test_the_same_key_gives_the_first_answer_and_another_telling_under_it_is_refused(town: Town) -> None:
    client, told = town.client(), _report(town)
    first = _post(client, REPORT, told, **{"Idempotency-Key": "k1"}).json()
    again = _post(client, REPORT, told, **{"Idempotency-Key": "k1"}).json()
    assert (again["first_seq"], again["again"]) == (first["first_seq"], True)
    assert again["facts"] == first["facts"]
    _error(_post(client, REPORT, _report(town, "P2"), **{"Idempotency-Key": "k1"}), 409, "key_means_other")


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"nothing": 1}, 422, "told_unknown"),
        ({"outbreak": None}, 422, "value_not_text"),
        ({"classification": "maybe"}, 422, "value_not_option"),
        ({"onset_on": "yesterday"}, 422, "value_not_date"),
        ({"imported": "perhaps"}, 422, "value_not_flag"),
        ({"code": "a\x00b"}, 422, "value_text_unfit"),
        ({"person": "person_nobody"}, 404, "not_known_here"),
        ({"onset_on": "2199-01-01"}, 422, "course_in_future"),
    ],
)
def test_what_cannot_be_is_refused_in_three_parts(town: Town, change: dict[str, Any], status: int, code: str) -> None:
    _error(_post(town.client(), REPORT, _report(town, **change)), status, code)


def test_what_is_missing_is_named(town: Town) -> None:
    error = _error(_post(town.client(), REPORT, {"outbreak": town.outbreak}), 422, "told_too_little")
    assert "person" in error["wrong"]
    _error(_post(town.client(), REPORT, ["no object"]), 422, "body_unreadable")
    response = town.client().post(REPORT, "{", content_type="application/json")
    _error(response, 400, "body_unreadable")


def test_a_second_report_of_one_person_is_a_conflict(town: Town) -> None:
    told = _report(town)
    _post(town.client(), REPORT, told)
    _error(_post(town.client(), REPORT, told, **{"Idempotency-Key": "other"}), 409, "case_already_reported")


def test_whoever_is_elsewhere_finds_nothing_here(town: Town) -> None:
    told = _report(town)
    case = _post(town.client(), REPORT, told).json()["facts"][0]["told"]["case"]
    far = town.client("far")
    _error(_post(far, REPORT, told), 404, "not_known_here")
    _error(far.get("/api/v1/cases/case_file", {"case": case}), 404, "not_known_here")
    assert town.client().get("/api/v1/cases/case_file", {"case": case}).json()["row"]["id"] == case
    _error(_post(town.client("admin"), REPORT, told), 403, "not_allowed")


def test_nobody_is_let_in_without_a_token_or_with_a_wrong_one(town: Town) -> None:
    _error(Client().get("/api/v1/registry/outbreaks"), 401, "signed_out")
    _error(Client(headers={"Authorization": "Bearer rf_wrong"}).get("/api/v1/registry/outbreaks"), 401, "signed_out")
    town.open_account("reader", "duty_officer", town.city, mays=("see",))
    assert town.client("reader").get("/api/v1/registry/outbreaks").status_code == 200
    _error(_post(town.client("reader"), REPORT, _report(town)), 403, "not_allowed")


def test_a_session_tells_only_with_its_pages_own_token(town: Town) -> None:
    client = Client(enforce_csrf_checks=True)
    from django.contrib.auth import get_user_model

    user = get_user_model().objects.get(name="duty")
    assert user.check_password(PASSWORD)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/api/v1/registry/outbreaks").json()[0]["code"] == "HB"
    _error(_post(client, REPORT, _report(town)), 403, "forged")


def test_every_address_answers_in_one_shape(town: Town) -> None:
    _error(town.client().get("/api/v1/nowhere"), 404, "address_unknown")
    response = town.client().get(REPORT)
    _error(response, 405, "method_unfit")
    assert response["Allow"] == "POST"
    _error(town.client().get("/api/v1/registry/outbreaks", {"colour": "red"}), 422, "told_unknown")


def test_a_fault_of_ours_is_logged_under_the_number_it_is_answered_with(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    from django.db import connection

    client = town.client()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE registry_outbreak RENAME TO registry_outbreak_gone")
    error = _error(client.get("/api/v1/registry/outbreaks"), 500, "our_fault")
    assert error["id"] in caplog.text
    assert "registry_outbreak" in caplog.text
    assert "registry_outbreak" not in str(error)


def test_errors_come_in_the_readers_language(town: Town) -> None:
    from django.utils.translation import override

    response = town.client(**{"Accept-Language": "zh-hans"}).get("/api/v1/nowhere")
    with override("zh-hans"):
        assert response.json()["error"]["wrong"] == "/api/v1/nowhere 处没有内容。"


def test_many_stand_alone_each_with_its_own_key_and_answer(town: Town) -> None:
    cases = [_post(town.client(), REPORT, _report(town, f"P{n}")).json()["facts"][0]["told"]["case"] for n in range(3)]
    url = "/api/v1/cases/classify_case/many"
    items: list[dict[str, Any]] = [
        {"told": {"case": case, "classification": "confirmed"}, "key": f"i{n}"} for n, case in enumerate(cases)
    ]
    items.insert(1, {"told": {"case": "case_nobody", "classification": "confirmed"}})
    items.insert(2, {"told": {"case": cases[0], "classification": "perhaps"}})
    items.insert(3, {"told": {"classification": "confirmed"}})
    sent = {"items": items, "batch": "b1"}
    answer = _post(town.client(), url, sent).json()
    codes = [each["error"]["code"] if "error" in each else each["facts"][0]["kind"] for each in answer["answers"]]
    assert codes == ["CaseClassified", "not_known_here", "value_not_option", "told_too_little", *["CaseClassified"] * 2]
    assert answer["refused"] == 3
    again = _post(town.client(), url, sent).json()["answers"]
    assert [each.get("again") for each in again] == [True, None, None, None, True, True]
    too_many = {"items": [{"told": {"case": "x"}}] * 1001}
    _error(_post(town.client(), url, too_many), 422, "body_unreadable")


def test_naive_moments_count_in_the_places_own_zone(town: Town) -> None:
    case = _post(town.client(), REPORT, _report(town)).json()["facts"][0]["told"]["case"]
    told = {"case": case, "begins_at": "2021-09-25T08:00", "ends_at": "2021-09-25T09:00+08:00"}
    fact = _post(town.client(), "/api/v1/cases/note_exposure", told).json()["facts"][0]["told"]
    assert fact["begins_at"] == "2021-09-25T00:00:00+00:00"
    assert fact["ends_at"] == "2021-09-25T01:00:00+00:00"


def test_a_list_is_read_page_by_page(town: Town) -> None:
    for n in range(5):
        _post(town.client(), REPORT, _report(town, f"P{n}"))
    seen, after = [], None
    while True:
        asked = {"outbreak": town.outbreak, "limit": 2, **({"after": after} if after else {})}
        page = town.client().get("/api/v1/cases/line_list", asked).json()
        seen += [row["code"] for row in page["rows"]]
        if (after := page["next"]) is None:
            break
    assert sorted(seen) == [f"P{n}" for n in range(5)]
    _error(
        town.client().get("/api/v1/cases/line_list", {"outbreak": town.outbreak, "after": "%%"}), 422, "key_unreadable"
    )


def test_the_log_is_read_by_auditors_of_its_places_and_says_why(town: Town) -> None:
    answer = _post(town.client(), REPORT, _report(town)).json()
    first = answer["first_seq"]
    page = town.client().get("/api/v1/log", {"after": first - 1}).json()
    assert page["rows"][0]["kind"] == "CaseReported"
    assert page["next"] is None
    task = next(row for row in page["rows"] if row["kind"] == "TasksSet")
    chain = town.client().get(f"/api/v1/why/{task['seq']}").json()["chain"]
    assert [each["kind"] for each in chain] == ["TasksSet", "CaseReported"]
    assert chain[0]["by"] == "rule:cases.a_reported_case_is_investigated"
    assert town.client("far").get("/api/v1/log", {"after": first - 1}).json()["rows"] == []
    _error(town.client("far").get(f"/api/v1/why/{task['seq']}"), 404, "line_unknown")
    town.open_account("sampler", "sampler", town.city)
    _error(town.client("sampler").get("/api/v1/log"), 403, "not_allowed")
    short = town.client().get("/api/v1/log", {"limit": 1}).json()
    assert short["next"] is not None


def test_the_description_and_its_page_ask_for_nothing_foreign(town: Town) -> None:
    schema = Client().get("/api/v1/openapi.json").json()
    assert schema["openapi"].startswith("3.1")
    for name, action in town.centre.actions.items():
        desk, _, verb = name.partition(".")
        operation = schema["paths"][f"/api/v1/{desk}/{verb}"]["post"]
        assert operation["summary"] == action.says
    assert all(f"/api/v1/{name.replace('.', '/')}" in schema["paths"] for name in town.centre.queries)
    page = Client().get("/api/v1/docs")
    text = page.content.decode()
    assert "://" not in text
    scripts = text.split("<script")[1:]
    assert scripts
    assert all("src=" in each.partition(">")[0] or "application/json" in each.partition(">")[0] for each in scripts)
    policy = page["Content-Security-Policy"]
    assert "script-src" not in policy
    assert "default-src 'self'" in policy
