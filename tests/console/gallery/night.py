"""What a duty officer of a made-up city sees at three in the morning: the values behind the gallery's pages."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from django import forms
from django.http import HttpRequest
from django.utils.translation import get_language

from ringfence.console import charts
from ringfence.console.pieces import BulkAction, Cell, Chip, Choice, Column, Empty, Listing, NavItem, Row, Shell

NOW = datetime(2026, 3, 14, 19, 5, tzinfo=UTC)


def say(english: str, chinese: str) -> str:
    """The gallery's own texts; the console's come from the catalogue."""
    return chinese if (get_language() or "").startswith("zh") else english


def shell(request: HttpRequest, current: str) -> Shell:
    """A duty officer of a city, late in the night."""
    nav = [
        NavItem(say("Board", "总览"), "/board/", "▦", current == "board"),
        NavItem(say("Tasks", "任务"), "/list/", "☑", current == "list", 37, act=True),
        NavItem(say("Line list", "病例"), "/empty/", "☷", current == "empty", 1284),
        NavItem(say("Testing", "检测"), "/form/", "⚗", current == "form"),
        NavItem(say("Contacts", "密接"), "/case/", "⚭", current == "case", 4120),
        NavItem(say("Isolation", "隔离"), "/board/", "⌂"),
        NavItem(say("Zones", "分区"), "/board/", "⬡"),
        NavItem(say("Jurisdictions", "辖区"), "/board/", "◫"),
        NavItem(say("Log and seals", "日志与封印"), "/board/", "≣"),
    ]
    density = request.GET.get("density", "compact")
    return Shell(
        nav=nav,
        outbreaks=[
            Choice("2026-03 Yunhe", "?o=1", current=True, note=say("open", "进行中")),
            Choice("2025-11 Norovirus", "?o=2"),
        ],
        scopes=[
            Choice(say("Linjiang City", "临江市"), "?s=1", current=True),
            Choice(say("Yunhe District", "云河区"), "?s=2", depth=1),
            Choice(say("Baishi Street", "白石街道"), "?s=3", depth=2),
        ],
        densities=[
            Choice(say("Compact", "紧凑"), "?density=compact", current=density == "compact"),
            Choice(say("Comfortable", "宽松"), "?density=comfortable"),
            Choice(say("Wall", "大屏"), "?density=wall"),
        ],
        account_name=say("Chen Jia", "陈佳"),
        account_role=say("Duty officer", "值班员"),
        account_links=[Choice(say("My account", "我的账号"), "/form/")],
        sign_out_url="/login/",
        home_url="/board/",
        search_url="/list/",
        density=density,
        drill=request.GET.get("drill", ""),
        as_of=NOW,
        line=1_284_332,
    )


STATES = [
    Chip("overdue", "Overdue 3 h 20 min"),
    Chip("escalated", "Escalated to city"),
    Chip("soon", "Due in 25 min"),
    Chip("started", "Started"),
    Chip("open", "Open"),
    Chip("handed_over", "Handed over"),
    Chip("done", "Done"),
    Chip("verified", "Verified"),
]
STATES_ZH = ["逾期3小时20分", "已上报市级", "25分钟后到期", "办理中", "待办", "已移交", "已完成", "已复核"]


class Filters(forms.Form):
    """As a task inbox would have them."""

    q = forms.CharField(label="Text", required=False, widget=forms.TextInput(attrs={"type": "search"}))
    state = forms.ChoiceField(
        label="State", required=False, choices=[("", "Any"), ("overdue", "Overdue"), ("open", "Open")]
    )
    unit = forms.ChoiceField(label="Unit", required=False, choices=[("", "All units"), ("s", "Sampling")])
    due = forms.DateField(label="Due until", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    mine = forms.BooleanField(label="Mine only", required=False)


def listing(request: HttpRequest) -> Listing:
    """A night's tasks, overdue first."""
    columns = [
        Column("task", say("Task", "任务"), "id"),
        Column("state", say("State", "状态")),
        Column("due", say("Due", "期限"), "time", sort_url="?sort=due", sorted="up"),
        Column("about", say("About", "对象")),
        Column("unit", say("Unit", "责任单位")),
        Column("late", say("Minutes late", "超时（分）"), "number"),
        Column("reason", say("Reason", "原因")),
        Column("area", say("Area", "辖区"), shown=False),
    ]
    rows = []
    for index in range(24):
        state = STATES[index * len(STATES) // 24]
        text = say(state.text, STATES_ZH[STATES.index(state)])
        kind = say(
            ["Investigate case", "Report case", "Swab alone", "Quarantine contact"][index % 4],
            ["流调病例", "报告病例", "单采复核", "隔离密接"][index % 4],
        )
        cells = [
            Cell(f"{kind} {1040 + index}", "/case/"),
            Cell(chip=Chip(state.kind, text)),
            Cell(at=NOW + timedelta(minutes=20 * index - 200)),
            Cell(say("Z*** W**", "张**"), "/case/", note=say("close contact", "密接"), reveal_url="/form/"),
            Cell(say("Investigation team 3", "流调三组")),
            Cell(f"{max(200 - 20 * index, 0)}"),
            Cell(say("A positive pool calls everyone back", "混采阳性须全员复核")),
        ]
        rows.append(Row(f"t{index}", cells, "/case/", "/form/", act=state.tone == "act"))
    return Listing(
        caption=say("Tasks", "任务"),
        columns=columns,
        rows=rows,
        empty=Empty(""),
        filters=Filters(request.GET),
        views=[
            Choice(say("Overdue", "逾期"), "?state=overdue", current=True, note="37"),
            Choice(say("Due before 06:00", "6点前到期"), "?v=2", note="112"),
            Choice(say("My team", "本组"), "?v=3"),
        ],
        save_view_url="/form/",
        exports=[Choice("Excel", "?format=xlsx"), Choice("CSV", "?format=csv")],
        actions=[
            BulkAction("hand_over", say("Hand over", "移交")),
            BulkAction("start", say("Start", "开始")),
            BulkAction("done", say("Done", "完成")),
        ],
        bulk_url="/list/",
        count=12345,
        after="t23",
        first_page="after" not in request.GET,
        as_of=NOW,
    )


def epicurve(count: int = 45) -> str:
    """An outbreak's curve with a measure and a ragged right edge."""
    days = [date(2026, 1, 29) + timedelta(days=index) for index in range(count)]
    wave = [max(0, int(34 * 2.718 ** (-(((index % 60) - 27) ** 2) / 120)) - (index % 3)) for index in range(count)]
    series = {
        say("confirmed", "确诊"): wave,
        say("probable", "临床诊断"): [value // 4 for value in wave],
        say("suspect", "疑似"): [value // 3 + index % 2 for index, value in enumerate(wave)],
        say("asymptomatic", "无症状"): [value // 6 for value in wave],
    }
    labels = charts.Labels(
        say("Cases by day of onset", "按发病日病例数"),
        say("Rises from 29 January, highest on 25 February.", "自1月29日上升，2月25日最高。"),
        say("as of 2026-03-15 03:05", "截至 2026-03-15 03:05"),
    )
    return charts.epicurve(days, series, labels, incomplete_from=days[-5], marks={days[20]: say("zone sealed", "封控")})
