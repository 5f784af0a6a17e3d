"""The twin's pages: a forecast from today's state, options beside each other, the map; each run is kept and can be cited."""

from __future__ import annotations

from functools import partial

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _

from ringfence.console import twin_parts as parts
from ringfence.console.context import Page, page
from ringfence.console.errors import status_of
from ringfence.console.pieces import Choice
from ringfence.console.sections import Ask, Links, Section, Sections, Text
from ringfence.console.shown import label, three_parts
from ringfence.core.errors import Refused
from ringfence.core.fact import to_micros
from ringfence.twin.live import results
from ringfence.twin.live.results import Run

KINDS = {"forecast": "twin", "whatif": "twin_whatif"}
"""Kind of run -> the name of its page."""


class Wanted(forms.Form):
    """How far ahead, held against which day, how many futures, with which seed."""

    def __init__(self, kind: str, *given: object) -> None:
        """The days that fit the kind."""
        super().__init__(*given)  # type: ignore[arg-type]
        days = 14 if kind == "forecast" else 30
        self.fields["days"] = forms.IntegerField(label=_("Days ahead"), min_value=3, max_value=120, initial=days)
        self.fields["by"] = forms.DateField(
            label=_("Objective: no community case by"), required=False,
            widget=forms.DateInput(attrs={"type": "date"}), help_text=_("Left empty: the objective on record."),
        )  # fmt: skip
        self.fields["replicates"] = forms.IntegerField(label=_("Futures"), min_value=50, max_value=1000, initial=250)
        self.fields["seed"] = forms.IntegerField(
            label=_("Seed"),
            min_value=0,
            max_value=2**31,
            initial=1,
            help_text=_("The same seed gives the same futures."),
        )


@page()
def forecast_page(here: Page) -> HttpResponse:
    """The newest forecast of the outbreak; where there is none, what to do first."""
    return _newest(here, "forecast")


@page()
def whatif_page(here: Page) -> HttpResponse:
    """The newest comparison; where there is none, what to do first."""
    return _newest(here, "whatif")


@page()
def ask_page(here: Page, kind: str) -> HttpResponse:
    """Begin a run beside this request, and go to its page; what cannot be asked is refused at once."""
    if kind not in KINDS:
        raise Refused("twin_run_unknown", id=kind)
    if here.request.method != "POST":
        return HttpResponseRedirect(reverse(KINDS[kind]))
    form = Wanted(kind, here.request.POST)
    if not form.is_valid():
        return _empty(here, kind, form, status=422)
    from ringfence.twin.live import answers  # noqa: PLC0415 (compiled code is loaded where it is used)

    told = form.cleaned_data
    asked = answers.Question(
        outbreak=here.outbreak_id, under=here.under_id, days=told["days"], by=told["by"], seed=told["seed"],
        replicates=told["replicates"],
    )  # fmt: skip
    try:
        where = answers.place_of(here.centre, here.who, asked)
    except Refused as refusal:
        return _refused(here, kind, refusal, form)
    made = results.new(kind, here.who.id, here.outbreak_id, where, to_micros(here.now))
    work = answers.forecast if kind == "forecast" else answers.whatif
    results.in_background(made, lambda heard: partial(work, heard=heard)(here.centre, here.who, asked))
    return HttpResponseRedirect(reverse("twin_run", args=[made.id]))


@page()
def run_page(here: Page, run: str) -> HttpResponse:
    """A run by its id: how far it is, or what came of it."""
    made = results.run(run)
    if not here.who.scope("see").covers(made.path):
        raise Refused("twin_run_unknown", id=run)
    if made.state == "running":
        return _busy(here, made)
    if made.state == "failed":
        code, told = made.refusal or ("twin_broke_off", {})
        return _refused(here, made.kind, Refused(code, **told), Wanted(made.kind))
    return _shown(here, made)


# -- the newest -------------------------------------------------------------------------------------------------------


def _newest(here: Page, kind: str) -> HttpResponse:
    if here.outbreak is None:
        return here.render("console/no_outbreak.html")
    known = [each for each in _runs(here, kind) if here.under is None or each.path == here.under.path]
    if known and known[0].busy:
        return _busy(here, known[0])
    done = next((each for each in known if each.state == "done"), None)
    return _shown(here, done) if done is not None else _empty(here, kind, Wanted(kind))


def _runs(here: Page, kind: str) -> list[Run]:
    """Runs about this outbreak at places that the asker may see."""
    scope = here.who.scope("see")
    return [each for each in results.runs_of(here.outbreak_id, kind) if scope.covers(each.path)]


def _busy(here: Page, made: Run) -> HttpResponse:
    said = label(f"twin.progress.{made.what}") if made.what else _("Begun")
    title = _("Forecast") if made.kind == "forecast" else _("What if")
    return here.render("console/twin_busy.html", run=made, said=said, title=title, back=reverse(KINDS[made.kind]))


def _ways(kind: str) -> list[Choice]:
    names = (("forecast", _("Forecast")), ("whatif", _("What if")))
    return [Choice(text, reverse(KINDS[name])) for name, text in names if name != kind]


def _asking(kind: str, form: forms.Form, *, opened: bool) -> Section:
    title = _("Foretell from today's record") if kind == "forecast" else _("Compare from today's record")
    submit = _("Foretell") if kind == "forecast" else _("Compare")
    ask = Ask(
        title=title, form=form, url=reverse("twin_ask", args=[kind]), submit=submit, opened=opened, key="twin-ask"
    )
    return Section(_("Ask the twin"), [ask], "ask")


def _titles(kind: str) -> tuple[str, str]:
    if kind == "forecast":
        return _("Forecast"), _("what may come of today's state if nothing is changed, and how likely the objective is")
    return _("What if"), _("options on the same futures: infections, restriction, and the smallest set that is enough")


def _empty(here: Page, kind: str, form: forms.Form, status: int = 200) -> HttpResponse:
    title, lead = _titles(kind)
    first = _(
        "Nothing has been asked yet. The twin builds a city as large as this place, enters the cases on record and those who must be hidden, and runs it forward. It takes about half a minute."
    )
    main = [Section(_("Not asked yet"), [Text(first)], "empty"), _asking(kind, form, opened=True)]
    return here.render("console/sections.html", status=status, sections=Sections(title=title, lead=lead, tools=_ways(kind), main=main))  # fmt: skip


def _refused(here: Page, kind: str, refusal: Refused, form: forms.Form) -> HttpResponse:
    wrong, record, do = three_parts(refusal)
    title, lead = _titles(kind)
    main = [Section(wrong, [Text(record), Text(do)], "refused"), _asking(kind, form, opened=True)]
    sections = Sections(title=title, lead=lead, tools=_ways(kind), main=main)
    return here.render("console/sections.html", status=status_of(refusal), sections=sections)


def _shown(here: Page, made: Run) -> HttpResponse:
    told = made.answer()
    title, lead = _titles(made.kind)
    if made.kind == "forecast":
        day = here.request.GET.get("day", "")
        last = len(told["days"])
        chosen = int(day) if day.isascii() and day.isdigit() and 1 <= int(day[:4]) <= last else last
        main = [parts.comes_to(told), parts.fans(told), parts.needs(told), parts.map_card(told, made, chosen)]
    else:
        main = [parts.beside(told), parts.frontier(told), parts.smallest(told)]
    main += [_asking(made.kind, Wanted(made.kind), opened=False), parts.rests_on(told), parts.cited(told, made)]
    earlier = [each for each in _runs(here, made.kind) if each.state == "done" and each.id != made.id] if here.outbreak else []  # fmt: skip
    if earlier:
        links = [Choice(parts.run_said(here, each), reverse("twin_run", args=[each.id])) for each in earlier[:10]]
        main.append(Section(_("Earlier runs"), [Links(links)], "earlier"))
    chips = parts.age_chips(told, here.line)
    sections = Sections(
        title=f"{title} · {parts.place(told)}", lead=lead, tools=_ways(made.kind), chips=chips, main=main
    )
    return here.render("console/sections.html", sections=sections)


urlpatterns = [
    path("twin/", forecast_page, name="twin"),
    path("twin/what-if/", whatif_page, name="twin_whatif"),
    path("twin/ask/<str:kind>/", ask_page, name="twin_ask"),
    path("twin/runs/<str:run>/", run_page, name="twin_run"),
]
