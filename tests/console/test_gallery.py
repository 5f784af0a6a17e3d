"""Every template is rendered: each tells its state in text, obeys the policy, and is translated."""

from __future__ import annotations

import gzip
import re
import urllib.request

import pytest

PAGES = ["board", "list", "empty", "case", "form", "login", "error", "sheet", "notes"]


def read(address: str, language: str = "en") -> tuple[str, dict[str, str]]:
    """A page as text, and its headers."""
    asked = urllib.request.Request(address, headers={"Accept-Language": language})
    with urllib.request.urlopen(asked) as got:
        return got.read().decode(), dict(got.headers)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_inline_script_or_style(gallery: str, name: str) -> None:
    page, headers = read(f"{gallery}/{name}/")
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|<script(?![^>]*\ssrc=)", page)
    assert not re.search(r"(src|href|action)=\"(https?:)?//", page)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_light_enough_for_a_field_phone(gallery: str, name: str) -> None:
    page, _headers = read(f"{gallery}/{name}/")
    assets = re.findall(r'(?:src|href)="(/static/[^"]+)"', page)
    files = [read(gallery + asset)[0] for asset in sorted(set(assets))]
    assert sum(len(gzip.compress(text.encode())) for text in [page, *files]) < 120 * 1024


@pytest.mark.parametrize("name", PAGES)
def test_ids_are_unique(gallery: str, name: str) -> None:
    page, _headers = read(f"{gallery}/{name}/")
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert sorted(ids) == sorted(set(ids))


def test_both_languages(gallery: str) -> None:
    english, chinese = read(f"{gallery}/list/")[0], read(f"{gallery}/list/", "zh-CN")[0]
    assert "all 12,345 that match" in english
    assert "全部符合条件的 12,345 行" in chinese
    assert '<html lang="zh-hans"' in chinese


def test_the_next_page_keeps_the_filter(gallery: str) -> None:
    page, _headers = read(f"{gallery}/list/?state=overdue")
    assert 'href="/list/?state=overdue&amp;after=t23"' in page
    assert 'name="filter" value="state=overdue"' in page
    page, _headers = read(f"{gallery}/list/?state=overdue&after=t23")
    assert 'href="/list/?state=overdue"' in page


def test_a_wrong_form_says_where(gallery: str) -> None:
    page, _headers = read(f"{gallery}/form/?wrong=1")
    assert '<a href="#id_onset_on">Day of onset: Enter a valid date.</a>' in page
    assert '<a href="#id_classification_0">' in page
    described = set(re.findall(r'aria-describedby="([^"]+)"', page))
    ids = set(re.findall(r'\sid="([^"]+)"', page))
    assert {one for names in described for one in names.split()} <= ids


def test_an_error_carries_its_number(gallery: str) -> None:
    assert "E-7F3A-91C2" in read(f"{gallery}/error/")[0]
    assert "no such page" in read(f"{gallery}/error/?status=404")[0]
