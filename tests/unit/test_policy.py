"""Policy packs: what is shipped loads, and what is wrong is refused by name."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ringfence.core import policy_words
from ringfence.core.errors import Refused
from ringfence.core.policy import (
    SHIPPED,
    WORDING,
    Between,
    Book,
    Certainty,
    Kind,
    Number,
    Pack,
    check,
    parse_span,
    reference_rows,
    write_span,
)
from ringfence.core.policy_layers import laid
from ringfence.core.words import learn, told_as
from ringfence.desks.cases import policy as cases
from ringfence.desks.command import policy as command

SECTIONS = {"cases": cases.Policy, "command": command.Policy}
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


# -- the shipped packs --


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


# -- a small desk, to be wrong about --


class Colour(enum.Enum):
    RED = "red"
    GREEN = "green"


@dataclass(frozen=True, kw_only=True)
class Part:
    size: int
    note: str = "none"


@dataclass(frozen=True, kw_only=True)
class Desk:
    within: timedelta
    rate: Annotated[float, Between(0, 1)] = 0.5
    count: Annotated[int, Between(1, 9)] | None = None
    on: bool = True
    colour: Colour = Colour.RED
    since: date | None = None
    days: tuple[int, ...] = ()
    parts: tuple[Part, ...] = ()
    part: Part | None = None
    limits: dict[str, timedelta] = field(default_factory=dict)
    labels: Annotated[dict[str, str], WORDING] = field(default_factory=dict)


HEAD = '[pack]\nid = "{id}"\nversion = {version}\nkind = "{kind}"\ntitle = {{ en = "T", zh = "题" }}\n{more}\n'


@pytest.fixture
def book(tmp_path: Path) -> Callable[..., Book]:
    """Write packs, (id, body) or (id, body, header's own lines), and open them."""

    def opened(*packs: tuple[str, ...], version: int = 1) -> Book:
        for place, (name, body, *more) in enumerate(packs):
            kind = "overlay" if name.startswith("over") else "base" if name.startswith("base") else "disease"
            head = HEAD.format(id=name, version=version, kind=kind, more="".join(more))
            (tmp_path / f"{name}@{version}-{place}.toml").write_text(head + body, encoding="utf-8")
        return Book([tmp_path], {"desk": Desk})

    return opened


def numbers(**values: str) -> str:
    """A section in which every number is sourced."""
    lines = ["[desk]", *(f"{name} = {value}" for name, value in values.items())]
    lines += ["[desk.source]", *(f'{name} = "A law"' for name in values)]
    lines += ["[desk.certainty]", *(f'{name} = "F1"' for name in values)]
    return "\n".join(lines) + "\n"


GOOD = numbers(within='"PT8H"')


def test_every_type_is_read(book: Callable[..., Book]) -> None:
    body = numbers(
        within='"P1DT2H"',
        rate="1",
        count="9",
        on="false",
        colour='"green"',
        since="2021-10-17",
        days="[1, 4, 7]",
        parts='[{ size = 2 }, { size = 3, note = "n" }]',
        part="{ size = 4 }",
        limits='{ a = "PT1H" }',
    )
    body = body.replace("[desk.source]", '[desk.labels]\nx = "X"\n[desk.source]')
    assert book(("p", body)).numbers("desk", "p") == Desk(
        within=26 * HOUR,
        rate=1.0,
        count=9,
        on=False,
        colour=Colour.GREEN,
        since=date(2021, 10, 17),
        days=(1, 4, 7),
        parts=(Part(size=2), Part(size=3, note="n")),
        part=Part(size=4),
        limits={"a": HOUR},
        labels={"x": "X"},
    )


@pytest.mark.parametrize(
    ("body", "code", "told"),
    [
        ("", "policy_field_missing", {"pack": "p@1", "section": "desk", "field": "within"}),
        (GOOD.replace("within =", "witin ="), "policy_field_unknown", {"field": "witin", "nearest": "within"}),
        (GOOD.replace("[desk", "[dekk"), "policy_section_unknown", {"section": "dekk", "nearest": "desk"}),
        (GOOD.replace('within = "A law"', ""), "policy_unsourced", {"field": "within", "line": 8}),
        (GOOD.replace('within = "A law"', 'within = " "'), "policy_unsourced", {"field": "within"}),
        (GOOD.replace('within = "F1"', ""), "policy_certainty_missing", {"field": "within"}),
        (GOOD.replace('"F1"', '"F7"'), "policy_choice_unknown", {"field": "within", "found": "F7"}),
        (GOOD.replace('"F1"', '"D"'), "policy_formula_missing", {"field": "within"}),
        (GOOD + '[desk.formula]\nwithin = "a + b"', "policy_formula_missing", {"field": "within"}),
        (GOOD + '[desk.signed_off]\nwithn = "N"', "policy_source_for_nothing", {"field": "withn", "nearest": "within"}),
        (numbers(within="8"), "policy_wrong_type", {"field": "within", "found": 8, "line": 8}),
        (numbers(within='"P1M"'), "policy_wrong_type", {"found": "P1M"}),
        (numbers(within='"-PT1H"'), "policy_out_of_range", {"field": "within", "found": "-PT1H"}),
        (numbers(within='"PT1H"', rate="1.5"), "policy_out_of_range", {"field": "rate", "least": 0, "most": 1}),
        (numbers(within='"PT1H"', rate="nan"), "policy_wrong_type", {"field": "rate"}),
        (numbers(within='"PT1H"', count="true"), "policy_wrong_type", {"field": "count"}),
        (numbers(within='"PT1H"', count="10"), "policy_out_of_range", {"field": "count"}),
        (numbers(within='"PT1H"', on="1"), "policy_wrong_type", {"field": "on"}),
        (numbers(within='"PT1H"', colour='"gren"'), "policy_choice_unknown", {"nearest": "green"}),
        (numbers(within='"PT1H"', since='"2021-10-17"'), "policy_wrong_type", {"field": "since"}),
        (numbers(within='"PT1H"', since="2021-10-17T10:00:00Z"), "policy_wrong_type", {"field": "since"}),
        (numbers(within='"PT1H"', days='[1, "4"]'), "policy_wrong_type", {"field": "days[1]"}),
        (numbers(within='"PT1H"', parts="[{ sise = 1 }]"), "policy_field_unknown", {"field": "parts[0].sise"}),
        (numbers(within='"PT1H"', parts="[{}]"), "policy_entry_incomplete", {"field": "parts[0].size"}),
        (numbers(within='"PT1H"', part='{ note = "n" }'), "policy_field_missing", {"field": "part.size"}),
        (numbers(within='"PT1H"', limits="3"), "policy_wrong_type", {"field": "limits"}),
        (numbers(within='"PT1H"', limits='{ a = "x" }'), "policy_wrong_type", {"field": "limits.a"}),
        ('[desk]\nwithin = "PT1H"\nsource = "A law"\n', "policy_wrong_type", {"field": "source"}),
    ],
)
def test_what_is_wrong_with_a_number_is_refused_by_its_name(
    book: Callable[..., Book], body: str, code: str, told: dict[str, object]
) -> None:
    opened = book(("p", body))
    with pytest.raises(Refused) as refused:
        opened.numbers("desk", "p")
    assert (refused.value.code, refused.value.told) == (code, refused.value.told | told)
    assert any(problem.code == code for problem in opened.problems())


@pytest.mark.parametrize(
    ("header", "code", "name"),
    [
        ("", "policy_header_missing", ""),
        ('[pack]\nid = "p"', "policy_entry_incomplete", "version"),
        ('[pack]\nid = "p"\nversion = 1\nkid = "base"', "policy_field_unknown", "kid"),
        (HEAD.format(id="P 1", version=1, kind="base", more=""), "policy_wrong_type", "id"),
        (HEAD.format(id="p", version=0, kind="base", more=""), "policy_out_of_range", "version"),
        (HEAD.format(id="p", version=1, kind="diseas", more=""), "policy_choice_unknown", "kind"),
        (HEAD.format(id="p", version=1, kind="base", more='extends = "q"'), "policy_extends_unpinned", "extends"),
        (
            HEAD.format(id="p", version=1, kind="base", more="from = 2022-01-02\nuntil = 2022-01-01"),
            "policy_out_of_order",
            "until",
        ),
    ],
)
def test_what_is_wrong_with_a_header_is_refused_by_its_name(tmp_path: Path, header: str, code: str, name: str) -> None:
    (tmp_path / "p.toml").write_text(header, encoding="utf-8")
    problem = check([tmp_path], {"desk": Desk})[0]
    assert (problem.code, problem.told["field"]) == (code, name)


def test_a_file_that_is_not_toml_is_named_and_the_others_stay_usable(tmp_path: Path, book: Callable[..., Book]) -> None:
    (tmp_path / "bad.toml").write_bytes("[pack]\nid = '病'".encode("gb18030"))
    opened = book(("p", GOOD))
    assert opened.numbers("desk", "p").within == 8 * HOUR
    assert [problem.code for problem in opened.problems()] == ["policy_not_toml"]
    with pytest.raises(Refused, match="policy_not_toml"):
        opened.load("bad")


def test_all_problems_are_told_at_once(book: Callable[..., Book]) -> None:
    opened = book(("p", numbers(within="8", rate="2", colour='"blue"')), ("q", ""))
    assert sorted(problem.code for problem in opened.problems()) == [
        "policy_choice_unknown",
        "policy_field_missing",
        "policy_out_of_range",
        "policy_wrong_type",
    ]


# -- layers and versions --


def test_later_layers_override_single_numbers_and_single_entries(book: Callable[..., Book]) -> None:
    opened = book(
        ("base-a", numbers(within='"PT8H"', count="3", limits='{ a = "PT1H", b = "PT2H" }')),
        ("p", numbers(count="4"), 'extends = "base-a@1"'),
        ("over-province", numbers(limits='{ b = "PT5H" }', rate="0.1")),
        ("over-city", numbers(rate="0.2")),
    )
    assert opened.numbers("desk", "p") == Desk(within=8 * HOUR, count=4, limits={"a": HOUR, "b": 2 * HOUR})
    laid = opened.numbers("desk", "p", ("over-province", "over-city"))
    assert laid == Desk(within=8 * HOUR, count=4, rate=0.2, limits={"a": HOUR, "b": 5 * HOUR})
    assert opened.numbers("desk", "p", ("over-city", "over-province")).rate == 0.1
    assert opened.number("desk", "limits.b", "p", ["over-province"]).from_pack == "over-province@1"
    assert opened.number("desk", "limits", "p", ["over-province"]).from_pack == "base-a@1, over-province@1"
    assert opened.numbers("desk", "p", ["over-city"]) is opened.numbers("desk", "p", ("over-city",))


@given(st.lists(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(Certainty)), max_size=3), max_size=5))
def test_the_last_well_founded_number_is_in_force_and_only_later_weak_ones_are_advice(
    layers: list[list[tuple[str, Certainty]]],
) -> None:
    packs = []
    for place, layer in enumerate(layers):
        told = {(name,): Number(field=name, value=place, source="", certainty=c, from_pack="") for name, c in layer}
        packs.append(Pack(header=None, file=Path("p.toml"), numbers={"desk": told}))
    in_force, advice = laid(packs, "desk")
    for name in "abc":
        given_ = [pack.numbers["desk"][name,] for pack in packs if (name,) in pack.numbers["desk"]]
        founded = [number.value for number in given_ if not number.off]
        weak = [number.value for number in given_ if number.off and number.value > max(founded, default=-1)]
        assert [number.value for steps, number in in_force.items() if steps == (name,)] == founded[-1:]
        assert [number.value for steps, number in advice.items() if steps == (name,)] == weak[-1:]


def test_a_weak_number_comes_into_force_when_a_named_person_signs_it_off(book: Callable[..., Book]) -> None:
    weak = numbers(within='"PT2H"').replace("F1", "F3")
    opened = book(
        ("p", GOOD),
        ("over-weak", weak),
        ("over-signed", weak + '[desk.signed_off]\nwithin = "Li Wei, 2021-09-22"'),
    )
    assert opened.numbers("desk", "p", ["over-weak"]).within == 8 * HOUR
    assert [number.value for number in opened.advice("desk", "p", ["over-weak"])] == [2 * HOUR]
    assert opened.numbers("desk", "p", ["over-signed"]).within == 2 * HOUR
    assert opened.advice("desk", "p", ["over-weak", "over-signed"]) == []
    assert opened.number("desk", "within", "p", ["over-signed"]).signed_off == "Li Wei, 2021-09-22"


def test_the_products_own_setting_is_in_force_and_shown_as_unverified(book: Callable[..., Book]) -> None:
    opened = book(("p", GOOD.replace("A law", "Ringfence default: a shift").replace("F1", "K")))
    assert opened.numbers("desk", "p").within == 8 * HOUR
    assert [number.field for _, number in opened.unverified("p")] == ["within"]


@pytest.mark.parametrize(
    ("packs", "code"),
    [
        ([("p", GOOD, 'extends = "q@1"'), ("q", GOOD, 'extends = "p@1"')], "policy_extends_cycle"),
        ([("p", GOOD, 'extends = "p@1"')], "policy_extends_cycle"),
        ([("p", GOOD, 'extends = "q@1"')], "policy_extends_unknown"),
        ([("p", GOOD, 'extends = "over-q@1"'), ("over-q", GOOD)], "policy_extends_unlike"),
        ([("p", GOOD, 'extends = "q@1"'), ("q", GOOD + "x = 1")], "policy_source_for_nothing"),
        ([("q", GOOD)], "policy_pack_unknown"),
    ],
)
def test_a_chain_that_cannot_be_followed_is_refused(
    book: Callable[..., Book], packs: list[tuple[str, ...]], code: str
) -> None:
    with pytest.raises(Refused) as refused:
        book(*packs).numbers("desk", "p")
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("pack", "overlay", "code"),
    [
        ("p", "q", "policy_not_an_overlay"),
        ("over-a", "over-b", "policy_overlay_alone"),
        ("p", "over-b", "policy_overlay_unfit"),
    ],
)
def test_only_a_fitting_overlay_is_laid_over(book: Callable[..., Book], pack: str, overlay: str, code: str) -> None:
    opened = book(
        ("p", GOOD, 'disease = "measles"'), ("q", GOOD), ("over-a", GOOD), ("over-b", GOOD, 'disease = "ebola"')
    )
    with pytest.raises(Refused) as refused:
        opened.numbers("desk", pack, [overlay])
    assert refused.value.code == code


def test_a_stored_version_finds_its_numbers_until_its_pack_is_gone(book: Callable[..., Book], tmp_path: Path) -> None:
    book(("p", GOOD), ("over-a", numbers(rate="0.1")))
    opened = book(("p", numbers(within='"PT6H"')), version=2)
    assert opened.version("p", ["over-a"]) == "p@2+over-a@1"
    assert opened.numbers_of("p@1+over-a@1", "desk") == Desk(within=8 * HOUR, rate=0.1)
    assert opened.numbers_of("p@2", "desk") == Desk(within=6 * HOUR)
    assert opened.numbers("desk", "p@1").within == 8 * HOUR
    (tmp_path / "p@1-0.toml").unlink()
    with pytest.raises(Refused) as refused:
        Book([tmp_path], {"desk": Desk}).numbers_of("p@1+over-a@1", "desk")
    assert refused.value.code == "policy_version_gone"
    assert refused.value.told == {"version": "p@1+over-a@1", "part": "p@1", "held": "p@2"}


def test_the_same_version_twice_is_refused(book: Callable[..., Book]) -> None:
    assert [problem.code for problem in book(("p", GOOD), ("p", GOOD)).problems()] == ["policy_pack_twice"]


def test_an_overlay_that_turns_a_range_upside_down_is_found_by_the_check(tmp_path: Path) -> None:
    body = numbers(incubation_min='"P20D"').replace("[desk", "[cases")
    (tmp_path / "o.toml").write_text(HEAD.format(id="o", version=1, kind="overlay", more='disease = "covid-19"') + body)
    problem = check([SHIPPED, tmp_path], SECTIONS)[0]
    assert (problem.code, problem.told["pack"]) == ("policy_out_of_order", "cn-covid-2021@1+o@1")


def test_a_criterion_speaks_only_of_listed_findings(tmp_path: Path) -> None:
    text = (SHIPPED / "cholera.toml").read_text(encoding="utf-8").replace('"culture_positive", ', '"culture_posit", ')
    (tmp_path / "c.toml").write_text(text.replace('"cholera"', '"c"'), encoding="utf-8")
    (tmp_path / "base.toml").write_bytes((SHIPPED / "base.toml").read_bytes())
    problem = check([tmp_path], SECTIONS)[0]
    assert (problem.code, problem.told["nearest"]) == ("policy_name_unknown", "culture_positive")


@pytest.mark.parametrize(
    ("ask", "code"),
    [
        (lambda opened: opened.numbers("dek", "p"), "policy_desk_unknown"),
        (lambda opened: opened.number("desk", "witin", "p"), "policy_number_unknown"),
    ],
)
def test_a_question_about_what_is_not_there_is_refused(
    book: Callable[..., Book], ask: Callable[[Book], object], code: str
) -> None:
    opened = book(("p", GOOD))
    with pytest.raises(Refused) as refused:
        ask(opened)
    assert refused.value.code == code
    assert refused.value.told["nearest"] in ("desk", "within")


def test_every_refusal_can_be_put_into_words(book: Callable[..., Book]) -> None:
    learn(policy_words.REFUSALS, policy_words.LABELS)
    body = numbers(witin='"PT1H"', rate="2", count='"x"', colour='"blue"', on="true")
    body = body.replace('on = "A law"\n', "").replace('on = "F1"\n', "") + '[desk.formula]\nrte = "x"\n[dsk]\n'
    problems = book(("p", body), ("q", GOOD, 'extends = "z@1"'), ("r", ""), ("r", "")).problems()
    assert len({problem.code for problem in problems}) == 11
    for problem in problems:
        assert all("{" not in sentence for sentence in told_as(problem))


def test_the_words_are_those_of_the_refusals_there_are() -> None:
    core = Path(policy_words.__file__).parent
    files = [*core.glob("policy*.py"), Path(cases.__file__), Path(command.__file__)]
    raised = {code for file in files for code in re.findall(r'"(policy_[a-z_]+)",? ', file.read_text(encoding="utf-8"))}
    raised |= {
        code for file in files for code in re.findall(r'(?m)^ +"(policy_[a-z_]+)",$', file.read_text(encoding="utf-8"))
    }
    assert raised == set(policy_words.REFUSALS)


@pytest.mark.parametrize("language", ["toml"])
def test_the_pack_in_the_manual_loads_over_the_shipped_ones(tmp_path: Path, language: str) -> None:
    text = (Path(__file__).parents[2] / "docs/how-to/write-a-policy-pack.md").read_text(encoding="utf-8")
    (example,) = re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)
    (tmp_path / "example.toml").write_text(example, encoding="utf-8")
    assert check([SHIPPED, tmp_path], SECTIONS) == []
    numbers = Book([SHIPPED, tmp_path], SECTIONS).numbers("command", "cn-covid-2021", ["our-city"])
    assert (numbers.quarantine_contact_within, numbers.escalate_every) == (8 * HOUR, 2 * HOUR)


def test_a_pack_saved_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    head = HEAD.format(id="p", version=1, kind="disease", more="")
    (tmp_path / "p.toml").write_text(head + GOOD, encoding="utf-8-sig")
    assert Book([tmp_path], {"desk": Desk}).numbers("desk", "p").within == 8 * HOUR


# -- spans --


@given(st.timedeltas(min_value=timedelta.min / 2, max_value=timedelta.max / 2))
def test_a_span_is_written_and_read_again(span: timedelta) -> None:
    assert parse_span(write_span(span)) == span


@given(st.integers(0, 99), st.integers(0, 99), st.integers(0, 99), st.integers(0, 99), st.integers(0, 99))
def test_a_span_is_the_sum_of_its_parts(weeks: int, days: int, hours: int, minutes: int, seconds: int) -> None:
    text = f"P{weeks}W{days}DT{hours}H{minutes}M{seconds}S"
    assert parse_span(text) == timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "P1DT", "1D", "P1M", "P1Y", "PT1.5H", "P1D2H", "PT1S ", "P-1D", f"P{9**12}D"]
)
def test_what_is_no_exact_span_is_not_read_as_one(text: str) -> None:
    with pytest.raises(ValueError, match=r"duration|longer"):
        parse_span(text)


@pytest.mark.parametrize(
    ("span", "text"), [(24 * HOUR, "P1D"), (26 * HOUR, "P1DT2H"), (timedelta(), "PT0S"), (1.5 * HOUR, "PT1H30M")]
)
def test_a_span_is_written_in_its_shortest_form(span: timedelta, text: str) -> None:
    assert write_span(span) == text
