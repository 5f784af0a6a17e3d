"""The gallery's pages: made-up names of places and states, the shapes of real ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ringfence.console import charts
from ringfence.console.pieces import Because, Chip, Choice, Column, Empty, Entry, Listing, Number
from tests.console.gallery.night import NOW, STATES, STATES_ZH, Filters, epicurve, listing, say, shell


def list_page(request: HttpRequest) -> HttpResponse:
    """The task inbox."""
    return render(
        request,
        "console/list.html",
        {
            "shell": shell(request, "list"),
            "title": say("Tasks", "任务"),
            "lead": say("Overdue first. 37 need somebody now.", "逾期优先。37项须立即处理。"),
            "listing": listing(request),
        },
    )


def empty_page(request: HttpRequest) -> HttpResponse:
    """A line list before its first case."""
    empty = Empty(
        say("No case yet", "尚无病例"),
        say("Report the first case, or bring in a line list from a file.", "请报告首例病例，或从文件导入病例个案表。"),
        say("Import a line list", "导入病例个案表"),
        "/form/",
    )
    columns = [Column("case", "Case")]
    shown = Listing(
        caption=say("Line list", "病例"), columns=columns, rows=[], empty=empty, filters=Filters(request.GET)
    )
    return render(
        request,
        "console/list.html",
        {"shell": shell(request, "empty"), "title": say("Line list", "病例个案"), "listing": shown},
    )


def board(request: HttpRequest) -> HttpResponse:
    """The board: numbers, curve, bars, countdown."""
    labels = charts.Labels(say("Tests reported in time", "按时报告的检测"), as_of=say("as of 03:05", "截至 03:05"))
    rows = [
        charts.Bar(say("Linjiang CDC laboratory", "临江市疾控实验室"), 4820, 5000),
        charts.Bar(say("Second Hospital", "市第二医院"), 1210, 2400, act=True),
        charts.Bar(say("Third party A", "第三方检测A"), 900, 960),
    ]
    goal = charts.Labels(say("Days without a case outside quarantine", "社会面清零天数"))
    numbers = [
        Number(say("Overdue tasks", "逾期任务"), 37, 1284, say("open", "待办"), NOW, "/list/", act=True),
        Number(
            say("New cases today", "今日新增病例"),
            18,
            None,
            "",
            NOW,
            "/list/",
            say("12 in quarantine", "其中隔离管控12例"),
        ),
        Number(say("Contacts in quarantine in time", "密接按时隔离"), 3902, 4120, "", NOW, "/list/"),
        Number(say("Reported within 2 h", "2小时内报告"), "92 %", None, "", NOW, "/list/", "1,181 / 1,284"),
        Number(say("Beds free", "可用床位"), 412, 2600, "", NOW, "/list/"),
    ]
    done = SimpleNamespace(
        text=say("12 tasks handed over to team 3.", "已将12项任务移交三组。"),
        undo_url="/list/",
        fields=[("batch", "b1")],
    )
    context = {
        "shell": shell(request, "board"),
        "numbers": numbers,
        "curve": epicurve(),
        "bars": charts.bars(rows, labels),
        "goal": charts.countdown(9, 14, goal, said=say("day 9 of 14", "第9天 / 共14天"), broken=[4]),
        "done": done,
        "long": epicurve(240),
    }
    return render(request, "gallery/board.html", context)


def case(request: HttpRequest) -> HttpResponse:
    """A case file: timeline, course, why, states."""
    day = datetime(2026, 3, 10, 8, tzinfo=UTC)
    entries = [
        Entry(
            day, say("Onset: fever, cough", "发病：发热、咳嗽"), by=say("told by the patient", "患者自述"), line=12001
        ),
        Entry(
            day + timedelta(days=1, hours=3),
            say("Sampled at the Gate site", "大门采样点采样"),
            by=say("Sampling team 2", "采样二组"),
            line=12044,
            href="/case/",
        ),
        Entry(
            day + timedelta(days=1, hours=14),
            say("Pool T2 positive", "混管T2阳性"),
            say("Ten people, Ct 28.4", "十人，Ct值28.4"),
            by=say("CDC laboratory", "疾控实验室"),
            heard_at=day + timedelta(days=2),
            chip=Chip("positive", say("Positive", "阳性")),
            line=12102,
        ),
        Entry(
            day + timedelta(days=2, hours=5),
            say("Confirmed", "确诊"),
            by=say("Expert group", "专家组"),
            chip=Chip("confirmed", say("Confirmed", "确诊病例")),
            line=12340,
        ),
    ]
    chain = [
        Because(
            say("Quarantine contact Z*** W** within 4 h", "4小时内隔离密接张**"),
            "fact",
            say("task for Transfer team 1", "转运一组任务"),
            at=NOW,
            line=12402,
        ),
        Because(
            say("a_close_contact_goes_into_quarantine", "密接须集中隔离"),
            "rule",
            "tracing",
            say(
                "Those who shared air may fall ill tomorrow: they wait where they cannot infect.",
                "共处者可能明日发病，须在不会传染他人处观察。",
            ),
            line=12401,
        ),
        Because(
            say("Z*** W** sat beside case 1041 on bus 12 for 35 minutes", "张**与病例1041同乘12路公交35分钟"),
            "person",
            say("Investigator Li", "流调员李"),
            at=day,
            line=12398,
            href="/case/",
        ),
    ]
    course = [
        charts.Moment(date(2026, 3, 10), say("Onset", "发病")),
        charts.Moment(datetime(2026, 3, 11, 11, tzinfo=UTC), say("Sampled", "采样")),
        charts.Moment(datetime(2026, 3, 12, 13, tzinfo=UTC), say("Reported 26 h late", "迟报26小时"), act=True),
        charts.Moment(date(2026, 3, 12), say("In hospital", "住院"), until=date(2026, 3, 24)),
    ]
    labels = charts.Labels(say("Course", "病程"))
    refused = (
        say("Tube T2 was read already.", "T2管已有结果。"),
        say(
            "Positive, Ct 28.4, by the CDC laboratory on 2026-03-12 06:10.",
            "阳性，Ct 28.4,疾控实验室 2026-03-12 06:10 录入。",
        ),
        say("If that reading is wrong, correct it; nothing is overwritten.", "如结果有误，请更正；原记录不会被覆盖。"),
    )
    context = {
        "shell": shell(request, "case"),
        "entries": entries,
        "chain": chain,
        "course": charts.timeline(course, labels, today=date(2026, 3, 15)),
        "states": [Chip(chip.kind, say(chip.text, text)) for chip, text in zip(STATES, STATES_ZH, strict=True)],
        "refused": refused,
    }
    return render(request, "gallery/case.html", context)


class Report(forms.Form):
    """A case report with every kind of widget."""

    name = forms.CharField(label="Name", help_text="As on the identity card.")
    id_number = forms.CharField(
        label="ID number", widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    )
    onset_on = forms.DateField(label="Day of onset", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    classification = forms.ChoiceField(
        label="Classification",
        choices=[("c", "Confirmed"), ("p", "Probable"), ("s", "Suspect")],
        widget=forms.RadioSelect,
    )
    symptoms = forms.MultipleChoiceField(
        label="Symptoms", required=False, choices=[("f", "Fever"), ("c", "Cough")], widget=forms.CheckboxSelectMultiple
    )
    unit = forms.ChoiceField(label="Unit", choices=[("1", "Investigation team 1"), ("2", "Investigation team 2")])
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    sure = forms.BooleanField(label="I have asked the person", help_text="The answer goes into the log.")


def form(request: HttpRequest) -> HttpResponse:
    """A form, sent back with its errors."""
    sent = Report({"name": "", "onset_on": "2026-02-31", "unit": "1"}) if "wrong" in request.GET else Report()
    return render(
        request,
        "console/form_page.html",
        {
            "shell": shell(request, "form"),
            "title": say("Report a case", "报告病例"),
            "form": sent,
            "submit_label": say("Report", "报告"),
            "cancel_url": "/board/",
        },
    )


class SignIn(forms.Form):
    """Name and password."""

    username = forms.CharField(label="Account", widget=forms.TextInput(attrs={"autocomplete": "username"}))
    password = forms.CharField(label="Password", widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}))


def login(request: HttpRequest) -> HttpResponse:
    """Sign-in of a demonstration."""
    return render(
        request,
        "console/login.html",
        {
            "form": SignIn(),
            "next": "/",
            "providers": [Choice("Provincial sign-in", "/login/")],
            "site_name": say("Linjiang City command", "临江市指挥部"),
            "accounts": [("duty", say("Duty officer of the city", "市级值班员")), ("lab", say("Laboratory", "实验室"))],
        },
    )


def error(request: HttpRequest) -> HttpResponse:
    """An error of ours."""
    status = int(request.GET.get("status", "500"))
    return render(request, "console/error.html", {"error_id": "E-7F3A-91C2", "status": status})


def sheet(request: HttpRequest) -> HttpResponse:
    """A daily follow-up sheet for paper."""
    return render(
        request,
        "gallery/sheet.html",
        {
            "title": say("Follow-up of contacts, 15 March", "密接随访表 3月15日"),
            "as_of": NOW,
            "line": 1_284_332,
            "printed_by": say("Chen Jia", "陈佳"),
            "area": say("Baishi Street", "白石街道"),
            "people": range(1, 13),
        },
    )


@dataclass
class Note:
    """A message as Django's messages framework gives it."""

    level_tag: str
    text: str

    def __str__(self) -> str:
        return self.text


def notes(request: HttpRequest) -> HttpResponse:
    """Every level of message above an otherwise quiet page."""
    told = [
        Note("success", "Saved."),
        Note("warning", "Two rows were left out."),
        Note("error", "The file could not be read."),
        Note("info", "The import goes on in the background."),
    ]
    return render(
        request,
        "console/list.html",
        {"shell": shell(request, "x"), "title": "Notes", "messages": told, "listing": listing(request)},
    )


PAGES: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "board": board,
    "list": list_page,
    "empty": empty_page,
    "case": case,
    "form": form,
    "login": login,
    "error": error,
    "sheet": sheet,
    "notes": notes,
}
