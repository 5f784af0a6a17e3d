"""The packs that come with the product: complete, sourced, and saying what their sources say."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from ringfence.core.policy import SHIPPED, Book, Certainty, Kind, check, reference_rows
from ringfence.desks.cases import policy as cases
from ringfence.desks.command import policy as command
from ringfence.desks.testing import policy as testing
from ringfence.desks.tracing import policy as tracing

SECTIONS = {"cases": cases.Policy, "command": command.Policy, "testing": testing.Policy, "tracing": tracing.Policy}
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def shipped() -> Book:
    return Book([SHIPPED], SECTIONS)


def test_every_shipped_pack_loads_complete_and_without_a_problem(shipped: Book) -> None:
    assert check([SHIPPED], SECTIONS) == []
    assert (
        shipped.numbers("cases", "base").report_within == shipped.numbers("command", "base").public_event_within == DAY
    )
    diseases = [pack.id for pack in shipped.packs() if pack.header and pack.header.kind is Kind.DISEASE]
    assert len(diseases) == 8
    for pack in diseases:
        assert isinstance(shipped.numbers("cases", pack), cases.Policy)
        assert isinstance(shipped.numbers("command", pack), command.Policy)


def test_the_8th_edition_says_what_it_says(shipped: Book) -> None:
    numbers = shipped.numbers("cases", "cn-covid-2021")
    assert (numbers.report_within, numbers.investigate_within) == (2 * HOUR, 24 * HOUR)
    assert (numbers.incubation_max, numbers.lookback) == (14 * DAY, 4 * DAY)
    assert numbers.clearance == cases.Clearance(tests=2, apart=24 * HOUR, watched_for=14 * DAY)
    assert shipped.number("cases", "report_within", "cn-covid-2021").from_pack == "cn-covid@1"
    assert shipped.numbers("cases", "cn-covid-2022").incubation_max is None


def test_a_number_seen_once_is_advice_and_does_not_override(shipped: Book) -> None:
    assert shipped.numbers("command", "cn-covid-2021").quarantine_contact_within == 24 * HOUR
    advice = {number.field: number for number in shipped.advice("command", "cn-covid-2021")}
    assert advice["quarantine_contact_within"].value == 8 * HOUR
    assert advice["quarantine_contact_within"].certainty is Certainty.SEEN_ONCE
    assert shipped.numbers("command", "measles").end_after is None
    unverified = [number for _, number in shipped.unverified("measles") if number.field == "end_after"]
    assert [(number.value, number.off) for number in unverified] == [(42 * DAY, True)]


def test_the_places_overlays_are_laid_over_the_nation(shipped: Book) -> None:
    overlays = ("hlj-2021", "harbin-2021")
    numbers = shipped.numbers("command", "cn-covid-2021", overlays)
    assert (numbers.same_day, numbers.command_groups) == (True, 16)
    assert shipped.version("cn-covid-2021", overlays) == "cn-covid-2021@1+hlj-2021@1+harbin-2021@1"
    assert shipped.number("command", "same_day", "cn-covid-2021", overlays).from_pack == "hlj-2021@1"
    assert shipped.numbers_of("cn-covid-2021@1+hlj-2021@1+harbin-2021@1", "command") == numbers


def test_the_reference_has_a_source_on_every_row(shipped: Book) -> None:
    rows = reference_rows(shipped)
    assert all(row.source and row.certainty for row in rows)
    found = {(row.pack, row.field): (row.value, row.unit) for row in rows}
    assert found["cn-covid@1", "report_within"] == ("2", "h")
    assert found["base@1", "report_within"] == ("24", "h")
    assert found["cn-covid-2021@1", "incubation_max"] == ("14", "d")
    assert found["ebola@1", "incubation_central"] == ("10.3", "d")
    assert found["ebola@1", "clearance.apart"] == ("48", "h")
    assert found["base@1", "epicurve_incomplete_days"] == ("3", "d")


@pytest.mark.parametrize(
    ("pack", "found", "gives"),
    [
        ("cn-covid-2021", {"contact_positive", "fever", "ct_typical"}, "suspect"),
        ("cn-covid-2021", {"fever", "ct_typical"}, None),
        ("cn-covid-2021", {"cough", "ct_typical", "lymphocytes_low"}, "suspect"),
        ("cn-covid-2021", {"contact_positive", "fever", "ct_typical", "pcr_positive"}, "confirmed"),
        ("cn-covid-2021", {"pcr_positive", "no_symptoms"}, "asymptomatic"),
        ("cholera", {"acute_watery_diarrhoea"}, None),
        ("cholera", {"acute_watery_diarrhoea", "outbreak_declared"}, "suspect"),
        ("cholera", {"acute_watery_diarrhoea", "aged_2_or_more", "died"}, "suspect"),
        ("ebola", {"compatible_illness", "epi_link"}, "probable"),
    ],
)
def test_findings_are_classified_by_the_packs_criteria(
    shipped: Book, pack: str, found: set[str], gives: str | None
) -> None:
    met = shipped.numbers("cases", pack).criterion_met(found)
    assert (met.gives.value if met else None) == gives


def test_an_overlay_that_turns_a_range_upside_down_is_found_by_the_check(tmp_path: Path) -> None:
    body = """
        [pack]
        id = "o"
        version = 1
        kind = "overlay"
        disease = "covid-19"
        title = { en = "T", zh = "题" }
        [cases]
        incubation_min = "P20D"
        source = { incubation_min = "A law" }
        certainty = { incubation_min = "F1" }
    """
    (tmp_path / "o.toml").write_text(body, encoding="utf-8")
    problem = check([SHIPPED, tmp_path], SECTIONS)[0]
    assert (problem.code, problem.told["pack"]) == ("policy_out_of_order", "cn-covid-2021@1+o@1")


def test_a_criterion_speaks_only_of_listed_findings(tmp_path: Path) -> None:
    text = (SHIPPED / "cholera.toml").read_text(encoding="utf-8").replace('"culture_positive", ', '"culture_posit", ')
    (tmp_path / "c.toml").write_text(text.replace('"cholera"', '"c"'), encoding="utf-8")
    (tmp_path / "base.toml").write_bytes((SHIPPED / "base.toml").read_bytes())
    problem = check([tmp_path], SECTIONS)[0]
    assert (problem.code, problem.told["nearest"]) == ("policy_name_unknown", "culture_positive")


def test_the_pack_in_the_manual_loads_over_the_shipped_ones(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "docs/how-to/write-a-policy-pack.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", text, flags=re.DOTALL)
    (tmp_path / "example.toml").write_text(example, encoding="utf-8")
    assert check([SHIPPED, tmp_path], SECTIONS) == []
    numbers = Book([SHIPPED, tmp_path], SECTIONS).numbers("command", "cn-covid-2021", ["our-city"])
    assert (numbers.quarantine_contact_within, numbers.escalate_every) == (8 * HOUR, 2 * HOUR)
