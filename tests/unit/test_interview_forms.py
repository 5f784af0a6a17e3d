"""Form files: those we ship load and speak both languages; bad ones are refused by name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ringfence.core.errors import Refused
from ringfence.core.words import learn, told_as
from ringfence.desks.cases import interview_words
from ringfence.desks.cases.interview import Form, columns, form_of, forms, latest, load_form
from ringfence.desks.cases.interview_form import Kind, Words

FOLDER = Path(__file__).resolve().parents[2] / "ringfence" / "policies" / "forms"
SHIPPED = forms([FOLDER])
HANZI = re.compile(r"[\u4e00-\u9fff]")

GOOD = """
id = "try"
version = 1
about = "case"
diseases = ["*"]
title = {en = "Try", zh = "试用"}
[codes]
yn = [{code = "a", label = {en = "A", zh = "甲"}}, {code = "b", label = {en = "B", zh = "乙"}}]
[[sections]]
id = "one"
title = {en = "One", zh = "一"}
fields = [
  {name = "ill", kind = "yes_no_unknown", label = {en = "Ill", zh = "患病"}},
  {name = "pick", kind = "choices", codes = "yn", label = {en = "Pick", zh = "选择"}},
  {name = "age", kind = "integer", least = 0, most = 9, label = {en = "Age", zh = "年龄"},\
   when = {field = "ill", is = "yes"}},
  {name = "tel", kind = "phone", label = {en = "Phone", zh = "电话"}},
]
"""

BAD = [
    ('name = "pick"', 'name = "ill"', "form_field_twice"),
    ('kind = "integer"', 'kind = "whole"', "form_kind_unknown"),
    ('field = "ill", is', 'field = "tired", is', "form_condition_missing_field"),
    ('field = "ill", is', 'field = "tel", is', "form_condition_missing_field"),
    ('is = "yes"', 'is = "maybe"', "form_condition_wrong"),
    ('is = "yes"', 'includes = "yes"', "form_condition_wrong"),
    ('field = "ill", is = "yes"', 'field = "ill"', "form_value_wrong"),
    ('{en = "Age", zh = "年龄"}', '{en = "Age"}', "form_label_missing"),
    ('{en = "B", zh = "乙"}', '{en = "B", zh = " "}', "form_label_missing"),
    ('{en = "Try", zh = "试用"}', '"Try"', "form_value_wrong"),
    ('code = "b"', 'code = "a"', "form_code_twice"),
    ('codes = "yn"', 'codes = "no"', "form_codes_unknown"),
    ('codes = "yn", ', "", "form_choices_missing"),
    ("least = 0", "least = 10", "form_value_wrong"),
    ("least = 0", 'least = "today"', "form_value_wrong"),
    ("least = 0", "lowest = 0", "form_key_unknown"),
    ('kind = "phone"', 'kind = "phone", personal = false', "form_personal_always"),
    ('kind = "phone"', 'kind = "phone", required = "yes"', "form_value_wrong"),
    ("version = 1", "version = true", "form_value_wrong"),
    ("version = 1", "", "form_key_missing"),
    ('about = "case"', 'about = "dog"', "form_value_wrong"),
    ('diseases = ["*"]', "diseases = []", "form_value_wrong"),
    ('name = "age"', 'name = "Âge"', "form_value_wrong"),
    ("title = {", "title = ", "form_unreadable"),
]


@pytest.fixture(scope="module", autouse=True)
def _words() -> None:
    learn(interview_words.REFUSALS, interview_words.LABELS)


def written(folder: Path, text: str, name: str = "try.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def texts(form: Form) -> list[Words]:
    found = [form.title]
    for section in form.sections:
        found += [section.title, *([section.help] if section.help else [])]
    for field in form.fields():
        found += [field.label, *([field.help] if field.help else []), *(choice.label for choice in field.choices)]
    return found


def test_the_forms_we_ship_are_these() -> None:
    assert {name for name, _ in SHIPPED} == {"general", "covid", "measles", "cholera", "ebola", "contact"}


@pytest.mark.parametrize("form", SHIPPED.values(), ids=lambda form: form.id)
def test_every_text_we_ship_is_in_both_languages(form: Form) -> None:
    for text in texts(form):
        assert not HANZI.search(text.of("en")), text
        assert HANZI.search(text.of("zh-hans")), text


@pytest.mark.parametrize("form", SHIPPED.values(), ids=lambda form: form.id)
def test_columns_have_names_of_their_own(form: Form) -> None:
    names = [column.name for column in columns(form)]
    assert len(set(names)) == len(names)
    assert {column.field for column in columns(form)} == {field.name for field in form.fields()}


def test_names_phones_and_numbers_are_personal_unless_the_form_says_otherwise() -> None:
    form = SHIPPED["covid", 1]
    assert {"full_name", "phone", "id_number", "places", "contacts_home", "remarks"} <= form.personal()
    assert not {"symptoms_other", "vaccine", "onset_on", "doses"} & form.personal()


def test_a_diseases_own_form_comes_before_the_general_one() -> None:
    assert [form.id for form in latest(SHIPPED, "measles")] == ["measles", "general"]
    assert [form.id for form in latest(SHIPPED, "measles", "contact")] == ["contact"]
    assert [form.id for form in latest(SHIPPED, "plague")] == ["general"]


@pytest.mark.parametrize(("old", "new", "code"), BAD, ids=lambda value: value[:30] or "nothing")
def test_a_bad_form_is_refused_by_name_and_in_words(old: str, new: str, code: str, tmp_path: Path) -> None:
    assert old in GOOD
    with pytest.raises(Refused) as caught:
        load_form(written(tmp_path, GOOD.replace(old, new, 1)))
    assert caught.value.code == code
    assert "try.toml" in " ".join(told_as(caught.value))


def test_the_good_form_is_good(tmp_path: Path) -> None:
    form = load_form(written(tmp_path, GOOD))
    assert [field.kind for field in form.fields()] == [Kind.YES_NO_UNKNOWN, Kind.CHOICES, Kind.INTEGER, Kind.PHONE]


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Refused, match="form_unreadable"):
        load_form(tmp_path / "x.toml")
    with pytest.raises(Refused, match="form_unreadable"):
        load_form(tmp_path / "absent.toml")


def test_a_changed_form_needs_a_new_version_and_old_versions_stay(tmp_path: Path) -> None:
    written(tmp_path, GOOD)
    written(tmp_path, GOOD.replace("most = 9", "most = 8"), "try-again.toml")
    with pytest.raises(Refused, match="form_twice") as caught:
        forms([tmp_path])
    assert "try-again.toml" in told_as(caught.value)[1]
    written(tmp_path, GOOD.replace("most = 9", "most = 8").replace("version = 1", "version = 2"), "try-again.toml")
    known = forms([tmp_path])
    assert [form.version for form in latest(known, "any")] == [2]
    assert form_of(known, "try", 1).field("age").most == 9  # type: ignore[union-attr]
    with pytest.raises(Refused, match="form_unknown"):
        form_of(known, "try", 3)


def test_every_refusal_can_be_said() -> None:
    for code, parts in interview_words.REFUSALS.items():
        assert len(parts) == 3, code
        assert all(part.strip() for part in parts), code
