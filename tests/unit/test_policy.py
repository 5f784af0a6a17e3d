"""Policy packs: layers, versions, and whatever is wrong refused by name."""

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
    WORDING,
    Between,
    Book,
    Certainty,
    Number,
    Pack,
    check,
)
from ringfence.core.policy_layers import laid
from ringfence.core.words import learn, told_as
from ringfence.desks.cases import policy as cases
from ringfence.desks.command import policy as command

HOUR = timedelta(hours=1)


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
        told: dict[tuple[str, ...], Number] = {
            (name,): Number(field=name, value=place, source="", certainty=c, from_pack="") for name, c in layer
        }
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


def test_a_pack_saved_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    head = HEAD.format(id="p", version=1, kind="disease", more="")
    (tmp_path / "p.toml").write_text(head + GOOD, encoding="utf-8-sig")
    assert Book([tmp_path], {"desk": Desk}).numbers("desk", "p").within == 8 * HOUR
