"""The station's shell, worker and manifest, and the labels: what they are told, and what they keep."""

from __future__ import annotations

import gzip
import io
import re
from pathlib import Path

import orjson
import pytest
from django.contrib.staticfiles import finders
from pypdf import PdfReader

from ringfence.console.station import CAMERA, FILES, version
from ringfence.console.station_words import SAID, SHOWN
from ringfence.science.check_digits import label_code
from tests.console.world import World

MODULES = Path(str(finders.find("ringfence/station/page.js"))).parent
SHELL = "/testing/station/"


def test_the_page_with_all_it_needs_is_light_enough_for_a_field_phone(world: World) -> None:
    page = world.browser("sampler", "zh-hans").get(SHELL)
    assert page.status_code == 200
    files = [Path(str(finders.find(name))).read_bytes() for name in FILES if name != CAMERA]
    assert sum(len(gzip.compress(each)) for each in [page.content, *files]) <= 120 * 1024


def test_nothing_inline_and_nothing_from_elsewhere(world: World) -> None:
    page = world.browser("sampler").get(SHELL).content.decode()
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|(src|href|action)=\"(https?:)?//", page)
    scripts = re.findall(r"<script[^>]*>", page)
    assert [each for each in scripts if "src=" not in each] == ['<script id="st-texts" type="application/json">']
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert sorted(ids) == sorted(set(ids))


def test_whoever_may_not_sample_is_refused_and_a_stranger_signs_in(world: World) -> None:
    assert world.browser("planner").get(SHELL).status_code == 403
    assert world.browser("planner").get("/testing/labels/").status_code == 403
    assert world.browser("planner").logout() is None
    stranger = world.browser("planner")
    stranger.logout()
    assert stranger.get(SHELL)["Location"].startswith("/sign-in/?next=/testing/station/")


def test_the_worker_names_every_module_and_its_version(world: World) -> None:
    stranger = world.browser("planner")
    stranger.logout()  # a phone whose session is over still gets its new version
    answer = stranger.get(SHELL + "sw.js")
    told = answer.content.decode()
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("text/javascript", "no-cache")
    assert answer["Service-Worker-Allowed"] == SHELL
    assert f'const VERSION = "{version()}";' in told
    kept = orjson.loads(re.search(r"^const FILES = (.*);$", told, re.MULTILINE)[1])  # type: ignore[index]
    there = {f"/static/ringfence/station/{path.name}" for path in MODULES.iterdir()} - {
        "/static/ringfence/station/sw.js"
    }
    assert there < set(kept)
    assert world.browser("sampler").get(SHELL)["X-Station-Version"] == version()
    manifest = orjson.loads(stranger.get(SHELL + "manifest.webmanifest").content)
    assert manifest["start_url"] == manifest["scope"] == SHELL


def test_every_sentence_is_said_somewhere_and_every_code_has_one() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in MODULES.glob("*.js"))
    for code in {**SAID, **SHOWN}:
        family = code.split(".")[0]
        used = f'"{code}"' in source or f"`{family}." in source or (code.endswith(".next") and family in SAID)
        assert used, code
    said = set(re.findall(r'say\((?:[\w.{} ]+, )?"(?:good|full|sealed|warn|bad|quiet)", "(\w+)"', source))
    said |= set(re.findall(r'what: "(\w+)"', source)) | set(re.findall(r'told\("(?:good|warn|bad)", "(\w+)"', source))
    assert len(said) > 35
    assert said - {"expects"} <= set(SAID)
    assert set(re.findall(r'\bt\("([\w.]+)"', source)) <= {*SAID, *SHOWN}


def post(world: World, **told: object) -> tuple[int, bytes]:
    given = {
        "kind": "T",
        "series": "ng",
        "first": 1,
        "count": 30,
        "sheet": "a4-24",
        "symbol": "bars",
        "line": "东门小学",
    }
    answer = world.browser("sampler").post("/testing/labels/", {**given, **told})
    return answer.status_code, answer.content


def read(content: bytes) -> tuple[int, str]:
    pages = PdfReader(io.BytesIO(content)).pages
    return len(pages), "".join("".join(page.extract_text() for page in pages).split())


def test_a_run_of_tube_labels_is_printed_with_its_check_digits(world: World) -> None:
    status, content = post(world)
    pages, text = read(content)
    assert (status, pages) == (200, 2)
    for number in (1, 24, 25, 30):
        assert label_code("TNG", number) in text
    assert label_code("TNG", 31) not in text
    assert text.count("东门小学") == 30


def test_people_are_printed_masked(world: World) -> None:
    told = "230102199003070013\nH-7\n230102199003070013\n\n住户-0001-3-202"
    status, content = post(world, kind="P", codes=told, symbol="qr", first="", count="")
    _pages, text = read(content)
    assert status == 200
    assert "23••••••••••••••13" in text
    assert text.count("东门小学") == 3
    assert "230102" not in text


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"series": "n-g"}, "Only letters A to Z and digits."),
        ({"count": 5001}, "less than or equal to 5000"),
        ({"first": 999_999_999_999}, "more than 12 digits"),
        ({"kind": "P", "codes": " \n"}, "Tell at least one code."),
        ({"kind": "P", "codes": "住户"}, "cannot be a bar code"),
        ({"kind": "P", "codes": "x" * 201}, "Too long for a label"),
        ({"count": ""}, "Tell a number."),
    ],
)
def test_a_wrong_form_says_what_to_mend(world: World, told: dict[str, object], said: str) -> None:
    status, content = post(world, **told)
    assert status == 409
    assert said in content.decode()
