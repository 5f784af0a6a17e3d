"""The import wizard: a file comes up, its columns are looked at, the check is read, the good rows are taken."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from ringfence.console import import_wizard
from ringfence.registry import actions as registry
from ringfence.registry.queries.outbreaks import outbreaks
from tests.console.world import World

LIST = (
    "case_id,name,sex,age,date of onset,date of report,phone\n"
    "L1,Ana,f,30,2021-09-20,2021-09-22,13912345678\n"
    "L2,Bo,m,41,2021-09-21,2021-09-22,13812345678\n"
    "L3,Cy,m,200,2021-09-21,2021-09-22,\n"
    "L4,Di,f,22,2021-09-19,2021-09-23,12\n"
)


def sent(browser: Client, text: str | bytes = LIST, name: str = "list.csv") -> str:
    content = text.encode() if isinstance(text, str) else text
    answer = browser.post("/import/", {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 302, answer.content.decode()[-1500:]
    return answer["Location"]


def mapped(browser: Client, world: World, address: str, **more: str) -> str:
    answer = browser.post(address, {"outbreak": world.outbreak, **more})
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    return answer["Location"]


@pytest.mark.parametrize(
    ("language", "good", "refused"), [("en", "Take the 3 good rows", "Nobody is that old."), ("zh-hans", "3", "200")]
)
def test_a_file_goes_in_step_by_step(world: World, language: str, good: str, refused: str) -> None:
    browser = world.browser("duty_officer", language)
    address = sent(browser)
    columns = browser.get(address).content.decode()
    assert 'value="onset_on" selected' in columns
    check = mapped(browser, world, address, keep_as="Our list")
    shown = browser.get(check).content.decode()
    assert good in shown
    assert refused in shown
    assert "13912345678" not in shown
    before = world.centre.ask(world.god, import_wizard.queries.case_numbers, outbreak=world.outbreak)["all"]
    answer = browser.post(check.replace("check", "result"), follow=True)
    assert answer.status_code == 200
    after = world.centre.ask(world.god, import_wizard.queries.case_numbers, outbreak=world.outbreak)["all"]
    assert after - before == 3
    again = sent(browser)
    assert "Our list" in browser.get(again).content.decode()
    assert browser.get(f"{again}?map=Our list").status_code == 200
    shown = browser.get(mapped(browser, world, again)).content.decode()
    numbers = [int(n.replace(",", "")) for n in re.findall(r'rf-number-value">\s*([\d,]+)', shown)]
    assert numbers[:4] == [4, 0, 3, 1]  # rows, new, unchanged, refused
    assert browser.get("/import/").status_code == 200


def test_the_report_is_for_its_uploader_alone(world: World) -> None:
    browser = world.browser("duty_officer")
    check = mapped(browser, world, sent(browser))
    browser.get(check)
    report = browser.get(check.replace("check/", "report.csv"))
    assert "Nobody is that old." in report.content.decode()
    assert world.browser("investigator").get(check).status_code == 404
    assert world.browser("planner").get("/import/").status_code == 403


def test_a_file_that_is_no_table_is_refused_in_three_parts(world: World) -> None:
    browser = world.browser("duty_officer")
    answer = browser.post("/import/", {"file": SimpleUploadedFile("x.pdf", b"%PDF-1.7 ...")})
    assert answer.status_code == 409
    assert "What to do next" in answer.content.decode()
    assert browser.post("/import/", {}).status_code == 409


def test_a_place_outside_ones_scope_is_refused(world: World) -> None:
    browser = world.browser("duty_officer")
    answer = browser.post(sent(browser), {"outbreak": world.outbreak, "place": "s"})
    assert answer.status_code == 409


def test_a_large_file_goes_in_beside_the_page(world: World, monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.setattr(import_wizard, "SYNCHRONOUS", 2)
    begun: list[object] = []
    monkeypatch.setattr(
        import_wizard.uploads,
        "in_background",
        lambda job, work: (begun.append(job), work(lambda d, o: None), job.save()),
    )
    browser = world.browser("duty_officer")
    check = mapped(browser, world, sent(browser))
    browser.get(check)
    answer = browser.post(check.replace("check", "result"), follow=True)
    assert answer.status_code == 200
    assert len(begun) == 2


OLD_LIST = (
    "case_id,sex,age,date of onset,date of report\n"
    "H1,f,30,23/1/20,25/1/20\nH2,m,41,24/1/20,26/1/20\nH3,m,20,28/1/20,30/1/20\nH4,f,22,2/2/20,4/2/20\n"
)


def test_a_new_outbreak_is_declared_when_the_rows_are_taken(world: World) -> None:
    browser = world.browser("duty_officer")
    address = sent(browser, OLD_LIST)
    assert "A new outbreak" in browser.get(address).content.decode()
    before = titles(world)
    new = {"outbreak": "new", "new_title": "Hong Kong 2020", "new_pack": "cn-covid-2021"}
    assert browser.post(address, {"outbreak": "new", "new_title": " "}).status_code == 409
    check = mapped(browser, world, address, **new)
    shown = browser.get(check).content.decode()
    assert "Take the 4 good rows" in shown
    assert "2028" not in shown
    assert titles(world) == before  # the check writes nothing
    answer = browser.post(check.replace("check", "result"), follow=True)
    assert titles(world) == [*before, "Hong Kong 2020"]
    declared = next(each for each in world.centre.ask(world.god, outbreaks) if each.title == "Hong Kong 2020")
    assert (declared.pack, declared.path) == ("cn-covid-2021", "p.n.")
    assert browser.session["outbreak"] == declared.id
    shown = answer.content.decode()
    assert f"/cases/?outbreak={declared.id}" in shown
    assert f"/?outbreak={declared.id}" in shown
    assert "2020-01-23" in browser.get(f"/cases/?outbreak={declared.id}").content.decode()
    browser.post(check.replace("check", "result"), follow=True)  # told again, it is one outbreak
    assert len(titles(world)) == len(before) + 1
    again = sent(browser, OLD_LIST)
    assert browser.post(again, new).status_code == 409  # the name is taken


def test_only_those_who_decide_may_begin_an_outbreak_with_a_file(world: World) -> None:
    browser = world.browser("investigator")
    address = sent(browser, OLD_LIST)
    assert "A new outbreak" not in browser.get(address).content.decode()
    assert browser.post(address, {"outbreak": "new", "new_title": "X"}).status_code == 409
    officer = world.browser("duty_officer")
    elsewhere = {"outbreak": "new", "new_title": "X", "place": "s"}
    assert officer.post(sent(officer, OLD_LIST), elsewhere).status_code == 409


def test_a_file_of_other_years_is_said_plainly_to_be_of_another_outbreak(world: World) -> None:
    world._tell(
        registry.declare_outbreak, jurisdiction=world.province, code="NOW", title="Yunting", disease="covid-19",
        pack="cn-covid-2021", begins_on=date(2025, 9, 1),
    )  # fmt: skip
    now = next(each for each in world.centre.ask(world.god, outbreaks) if each.title == "Yunting")
    browser = world.browser("duty_officer")
    address = sent(browser, OLD_LIST)
    shown = browser.get(mapped(browser, world, address, outbreak=now.id)).content.decode()
    assert "Most dates of this file lie outside the outbreak Yunting (2023-01-01–" in shown
    assert "2028" not in shown
    assert shown.count("23/1/20") == 0


def titles(world: World) -> list[str]:
    return sorted(
        (each.title for each in world.centre.ask(world.god, outbreaks)), key=lambda title: title == "Hong Kong 2020"
    )
