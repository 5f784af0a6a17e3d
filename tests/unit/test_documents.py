"""Paper: what is told is on it, in both languages, and what cannot be drawn is said."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest
from fontTools.ttLib import TTFont
from pypdf import PdfReader

from ringfence.desks.cases.interview import forms, summary, validate
from ringfence.reports.dossier import (
    CaseDossier,
    ContactRow,
    Infector,
    Interview,
    Moment,
    Person,
    Printed,
    Stay,
    TaskRow,
    Why,
    dossier,
)
from ringfence.reports.labels import Label, label_svg, qr
from ringfence.reports.pdf import FONTS, TEMPLATES, Pdf, cannot_draw, words
from ringfence.reports.sheets import SheetColumn, interview_sheet, sheet
from ringfence.reports.tube_labels import SHEETS, TubeLabel, tube_labels

SHIPPED = forms([Path(__file__).resolve().parents[2] / "ringfence" / "policies" / "forms"])
COVID = SHIPPED["covid", 1]
ZONE = ZoneInfo("Asia/Shanghai")
AT = datetime(2022, 3, 12, 2, 5, tzinfo=UTC)
PRINTED = Printed(by="Zhang San", at=AT, purpose="Expert meeting")
ANSWERS = validate(
    COVID,
    {"full_name": "王小明", "sex": "male", "symptoms_any": "yes", "symptoms": ["fever"],
     "places": [{"place": "东门市场", "from": "2022-03-08 06:00"}]},
    zone=ZONE,
).answers  # fmt: skip


def told(language: str) -> CaseDossier:
    return CaseDossier(
        code="C-0147", classification="Confirmed", disease="COVID-19", outbreak="East Gate", as_of=AT, line=20417,
        zone=ZONE, jurisdiction="城东区疾控中心", printed=PRINTED, infectious=(date(2022, 3, 7), date(2022, 3, 11)),
        person=Person(masked=False, name="王小明", phone="+8613800138000"),
        course=[
            Moment(at=datetime(2022, 3, 10, 20, tzinfo=UTC), label="Sampled"),
            Moment(at=date(2022, 3, 9), label="Onset"),
        ],
        infectors=[
            Infector(code="C-0120", chosen=False, certainty="possible"),
            Infector(code="C-0101", chosen=True, certainty="sure"),
        ],
        exposures=[Stay(what="East market", begins=AT)], places=[Stay(what="老王面馆", begins=AT, ends=AT)],
        contacts=[ContactRow(code="K-7", relation="Household", last_met=date(2022, 3, 11))],
        tasks=[TaskRow(what="Investigate", due_at=AT, state="done")],
        interviews=[Interview(title="T", form="covid", version=1, blocks=summary(COVID, ANSWERS, language, zone=ZONE))],
        why=[Why(line=20391, at=AT, by="rule", text="Tube T-99 was positive.")],
    )  # fmt: skip


def text_of(pdf: Pdf) -> str:
    """The text of a PDF without the spaces that lines break at."""
    return "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf.content)).pages).split())


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ["Casedossier", "Placesvisitedwhileinfectious", "Fullname", "Male", "PrintedbyZhangSan", "Page1of"]),
        ("zh-hans", ["病例档案", "传染期到过的场所", "姓名", "男", "打印人ZhangSan", "第1页"]),
    ],
)
def test_a_dossier_holds_what_was_told(language: str, expected: list[str]) -> None:
    pdf = dossier(told(language), language)
    text = text_of(pdf)
    always = [
        "C-0147",
        "王小明",
        "2022-03-1104:00",
        "C-0101",
        "K-7",
        "20417",
        "2022-03-1210:05",
        "Expertmeeting",
        "东门市场",
    ]

    assert [each for each in [*expected, *always] if each not in text] == []
    assert text.index("C-0101") < text.index("C-0120"), "the infector held most likely comes first"
    assert text.index("Onset") < text.index("Sampled"), "the course is in order of time"
    assert pdf.missing_characters == ()


def test_a_dossier_with_nothing_on_record_is_still_a_dossier() -> None:
    empty = replace(
        told("en"), course=(), infectors=(), exposures=(), places=(), contacts=(), tasks=(), interviews=(), why=(),
        infectious=None, person=Person(masked=True, name="•••"),
    )  # fmt: skip
    text = text_of(dossier(empty, "en"))
    assert text.count("Noneonrecord.") == 7
    assert "Identityhidden" in text


def test_a_course_of_years_or_of_one_day_is_drawn() -> None:
    for days in ([date(2020, 1, 1)], [date(2020, 1, 1), date(2023, 6, 1)], [date(2020, 1, 1)] * 6):
        course = [Moment(at=day, label="x") for day in days]
        assert dossier(replace(told("en"), course=course, infectious=None), "en").content.startswith(b"%PDF")


def test_the_same_input_makes_the_same_bytes() -> None:
    assert dossier(told("en"), "en") == dossier(told("en"), "en")


def test_a_character_outside_the_font_is_told_and_listed() -> None:
    strange = replace(told("zh"), person=Person(masked=False, name="王龘"))
    pdf = dossier(strange, "zh")
    assert pdf.missing_characters == ("龘",)
    assert "U+9F98" in text_of(pdf)
    assert "王〓" in text_of(pdf)


def test_text_is_never_read_as_markup() -> None:
    nasty = '#panic("x") $a$ *b* _c_ `d` \\ // <e> @f [g] {h} "'
    pdf = sheet(nasty, [SheetColumn(nasty)], [[nasty]], language="en", audit=PRINTED, subtitle=nasty)
    assert text_of(pdf).count('#panic("x")$a$*b*_c_`d`\\//<e>@f[g]{h}') == 4  # title, subtitle, head, cell


def test_a_list_repeats_its_heads_and_numbers_its_pages() -> None:
    rows = [[f"K-{number}", "☐"] for number in range(120)]
    pdf = sheet("Follow-up", [SheetColumn("Contact", 1), SheetColumn("Fever")], rows, language="en", audit=PRINTED)
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf.content)).pages]
    assert len(pages) > 2
    assert all("Contact" in page for page in pages)
    assert f"Page 2 of {len(pages)}" in pages[1]
    assert all(f"K-{number}" in "".join(pages) for number in range(120))
    assert pdf.missing_characters == ()


@pytest.mark.parametrize("form", SHIPPED.values(), ids=lambda form: form.id)
@pytest.mark.parametrize("language", ["en", "zh-hans", "both"])
def test_every_form_prints_blank_with_every_question(form: object, language: str) -> None:
    pdf = interview_sheet(form, None, language=language, made_at=AT, case_code="C-1")  # type: ignore[arg-type]
    text = text_of(pdf)
    for field in form.fields():  # type: ignore[attr-defined]
        for spoken in ("zh", "en") if language == "both" else (language,):
            assert "".join(field.label.of(spoken).split()) in text
    assert pdf.missing_characters == ()


def test_a_filled_form_holds_the_answers_and_hides_what_must_not_be_seen() -> None:
    shown = text_of(interview_sheet(COVID, ANSWERS, language="zh", made_at=AT, audit=PRINTED, zone=ZONE))
    assert "王小明" in shown
    assert "2022-03-0806:00" in shown
    hidden = text_of(interview_sheet(COVID, ANSWERS, language="zh", made_at=AT, audit=PRINTED, revealed=False))
    assert "王小明" not in hidden
    assert "东门市场" not in hidden


def test_what_we_say_we_can_draw_is_what_the_font_draws() -> None:
    drawn = set(TTFont(FONTS / "NotoSansSC-subset.otf").getBestCmap())
    everything = "".join(map(chr, range(0x20, 0x30000)))
    assert {ord(character) for character in everything} - set(map(ord, cannot_draw(everything))) - drawn == {
        0x2610,
        0x2611,
    }
    gb2312 = "".join(
        bytes((row, cell)).decode("gb2312", "ignore") for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF)
    )
    assert cannot_draw(gb2312) == ()
    assert (FONTS / "OFL.txt").read_text(encoding="utf-8").count("SIL OPEN FONT LICENSE") == 1


def test_the_templates_have_every_word_in_both_languages_and_draw_it() -> None:
    used = {
        part.split()[0].strip("()[],.:;}*")
        for path in TEMPLATES.glob("*.typ")
        for part in path.read_text(encoding="utf-8").replace("#words.", "words.").split("words.")[1:]
    }
    assert {word for word in used if word.isidentifier()} <= set(words("en")) == set(words("zh"))
    assert cannot_draw("".join([*words("en").values(), *words("zh").values()])) == ()


def test_labels_are_drawn_and_their_text_is_text() -> None:
    drawn = label_svg(Label("T-1&2", ("<采样点>",)))
    root = ET.fromstring(drawn)
    assert [each.text for each in root.iter("{http://www.w3.org/2000/svg}text")] == ["T-1&2", "<采样点>"]
    assert qr("T-1") != qr("T-2")
    labels = [TubeLabel(f"T-{n}", f"T-{n}", ("采样点",)) for n in range(25)]
    pdf = tube_labels(labels, sheet=SHEETS["a4-24"], title="x", language="zh", made_at=AT)
    assert len(PdfReader(io.BytesIO(pdf.content)).pages) == 2
    assert all(f"T-{n}" in text_of(pdf) for n in range(25))
