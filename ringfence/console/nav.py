"""The bars around a page: the navigation, the pickers of outbreak and place, the account's menu."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext

from ringfence.console.asker import Asker
from ringfence.console.pieces import Choice, NavItem, Shell
from ringfence.core import drill
from ringfence.core.access import ROLES
from ringfence.core.words import N_
from ringfence.registry.queries import areas
from ringfence.registry.queries.areas import Area

PLACES: tuple[tuple[str, str, str, str], ...] = (
    ("board", N_("Board"), "▦", "see"),
    ("tasks", N_("Tasks"), "☑", "see"),
    ("cases", N_("Line list"), "☷", "see"),
    ("report_case", N_("Report a case"), "✚", "report"),
    ("tracing", N_("Tracing"), "⇄", "see"),
    ("tracing_day", N_("Tracer's day"), "☎", "investigate"),
    ("drill_cards", N_("Drill"), "◈", "see"),
    ("drill_control", N_("Drill control"), "◆", "control"),
    ("testing", N_("Testing"), "⚗", "see"),
    ("laboratories", N_("Laboratories"), "⚖", "see"),
    ("station", N_("Sampling station"), "✛", "sample"),
    ("notices", N_("Notices"), "✉", "see"),
    ("people", N_("People on record"), "☻", "see"),
    ("import", N_("Import"), "⇥", "import"),
    ("twin", N_("Forecast"), "∿", "see"),
    ("reporting", N_("Reporting"), "◔", "see"),
    ("decisions", N_("Decisions"), "✎", "see"),
    ("outbreaks", N_("Outbreaks"), "◎", "see"),
    ("units", N_("Units and teams"), "⚑", "see"),
    ("jurisdictions", N_("Jurisdictions"), "◫", "see"),
    ("policy", N_("Policy"), "§", "see"),
    ("quarantine", N_("Not accepted"), "⊘", "import"),
    ("log", N_("Log and seals"), "≣", "audit"),
    ("accounts", N_("Accounts"), "☺", "admit"),
    ("doors", N_("Everything else"), "⋯", "see"),
)
"""Name of the address, label, sign, what one must be allowed; an address that does not exist is left out."""

DENSITIES = (("compact", N_("Compact")), ("comfortable", N_("Comfortable")), ("wall", N_("Wall")))


def shell_of(here: Asker) -> Shell:
    """The bars around this page."""
    request = here.request
    density = request.GET.get("density") or request.session.get("density", "compact")
    if density not in dict(DENSITIES):
        density = "compact"
    if request.session.get("density", "compact") != density:
        request.session["density"] = density
    roles = [gettext(ROLES[role][0]) for role in here.who.roles]
    return Shell(
        nav=_nav(here),
        outbreaks=[
            Choice(each.title, _with(here, outbreak=each.id), current=each == here.outbreak, note=each.code)
            for each in here.outbreaks
        ],
        scopes=_scopes(here),
        densities=[
            Choice(gettext(name), _with(here, density=code), current=code == density) for code, name in DENSITIES
        ],
        account_name=here.who.name,
        account_role=" · ".join(roles),
        account_links=[Choice(gettext(label), url) for label, url in _account_links() if url],
        sign_out_url=reverse("sign_out"),
        language_url=reverse("language"),
        home_url=reverse("board"),
        search_url=address("search") or address("cases"),
        density=density,
        drill=mark.title(here.language) if (mark := drill.here()) is not None else "",
        as_of=here.now,
        line=here.line,
    )


def _nav(here: Asker) -> list[NavItem]:
    places = [each for each in PLACES if drill.here() is not None or not each[0].startswith("drill_")]
    offered = [(url, label, shape) for name, label, shape, may in places if (url := address(name)) and here.may(may)]
    asked = here.request.path
    around = [url for url, _, _ in offered if asked == url or (url != "/" and asked.startswith(url))]
    nearest = max(around, key=len, default="")  # a place beneath another's address is not that other
    return [NavItem(gettext(label), url, shape, url == nearest) for url, label, shape in offered]


def _account_links() -> Sequence[tuple[str, str]]:
    return (
        (N_("My page"), address("me")),
        (N_("Password"), address("account_change_password")),
        (N_("Second factor"), address("mfa_index")),
    )


def address(name: str, **captured: str) -> str:
    """The address of that name, or nothing where that slice is not there."""
    try:
        return reverse(name, kwargs=captured or None)
    except NoReverseMatch:
        return ""


def _with(here: Asker, **changed: str) -> str:
    """This page's address with some of its parameters changed, from its first row."""
    told = {name: values for name, values in here.request.GET.lists() if name not in ("after", *changed)}
    return f"?{urlencode({**told, **{name: [value] for name, value in changed.items()}}, doseq=True)}"


def _scopes(here: Asker) -> list[Choice]:
    """All of one's places, the way down to the one looked at, and what lies one step beneath it."""
    tops: list[Area] = here.ask(areas.jurisdictions)
    chosen = here.under
    choices = [Choice(gettext("All my areas"), _with(here, under=""), current=chosen is None)]
    way = _way_to(chosen) if chosen else []
    for top in tops:
        choices.append(_scope(here, top, 0))
        if chosen is not None and chosen.path.startswith(top.path):
            down = [each for each in way if len(each.path) > len(top.path)]
            choices += [_scope(here, each, depth) for depth, each in enumerate(down, 1)]
    below = here.ask(areas.jurisdictions, under=chosen.id) if chosen else []
    deep = len([each for each in way if any(each.path.startswith(top.path) for top in tops)])
    where = next((n for n, each in enumerate(choices, 1) if each.current), len(choices))
    choices[where:where] = [_scope(here, each, min(deep, 4)) for each in below[:200] if not each.closed]
    return choices


def _scope(here: Asker, area: Area, depth: int) -> Choice:
    current = here.under is not None and here.under.id == area.id
    return Choice(area.name(here.language), _with(here, under=area.id), current=current, depth=min(depth, 4))


def _way_to(area: Area) -> list[Area]:
    """The places above an area, outermost first, and itself."""
    steps = area.path.split(".")[:-1]
    above = (areas.area_at(".".join(steps[:n]) + ".") for n in range(1, len(steps) + 1))
    return [each for each in above if each is not None]
