"""A household tells of its day: one page behind a link, without sign-in, without scripts, and without a name on it.

Whoever holds the link may have found it, so it shows nobody: people are told apart by their number, sex and age band,
which those who live together recognise and a stranger does not. What was answered is never shown again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt

from ringfence import app
from ringfence.console.shown import names_language
from ringfence.core.access import feed
from ringfence.core.centre import Centre
from ringfence.core.fact import from_micros
from ringfence.desks.tracing.actions.reports import COLDEST_C, HOTTEST_C, report_days
from ringfence.desks.tracing.queries import keys, report_links
from ringfence.desks.tracing.queries.days import local_day
from ringfence.desks.tracing.queries.follow_up import days_among
from ringfence.desks.tracing.queries.keys import ContactKey
from ringfence.desks.tracing.queries.report_links import LinkRow
from ringfence.facts.follow_up import Channel
from ringfence.facts.ids import ContactId
from ringfence.registry.queries import areas, people

ANSWERS_AN_HOUR = 20  # of one link
STRANGERS_AN_HOUR = 60  # addresses that are no link's, from one sender
OTHER = "other"
CLINICAL = frozenset({"compatible_illness", "respiratory_symptoms", "no_symptoms"})
"""Findings that a person at home cannot tell of themselves."""


@dataclass
class Person:
    """Somebody of the household as the page shows them, with what was entered."""

    n: int
    row: ContactKey
    said: str
    answered: bool
    state: str = ""
    symptoms: list[str] = field(default_factory=list)
    temp: str = ""
    temp_c: float | None = None
    fault: str = ""

    def read(self, post: Mapping[str, Any], symptoms: list[str], known: set[str]) -> None:
        """Take in what was entered for them, and what is wrong with it."""
        self.state = str(post.get(f"p{self.n}-state", ""))
        self.symptoms = [each for each in symptoms if each in known]
        self.temp = str(post.get(f"p{self.n}-temp", "")).strip()[:10]
        if self.temp:
            try:
                self.temp_c = round(float(self.temp.replace(",", ".").replace("。", ".")), 1)
            except ValueError:
                self.temp_c = None
            if self.temp_c is None or not COLDEST_C <= self.temp_c <= HOTTEST_C:
                self.fault = _("Please write the temperature in °C, such as 36.6.")
        if self.symptoms and self.state != "ill":
            self.state = "ill"

    @property
    def tells(self) -> bool:
        """Whether something is told of them."""
        return self.state in {"well", "ill"}

    @property
    def told(self) -> str:
        """Codes of symptoms, blank between."""
        return " ".join(self.symptoms or [OTHER]) if self.state == "ill" else ""


@csrf_exempt  # there is no session to borrow: the address itself is the secret
def household(request: HttpRequest, told: str) -> HttpResponse:
    """Ask a household how each of them is today; or say what to do where the link is no longer good."""
    with override(_language(request)):
        return _answered(request, told)


def _language(request: HttpRequest) -> str:
    """The one picked on the page, else what the browser asks for."""
    asked = request.GET.get("lang", "")
    known = [code for code, _name in settings.LANGUAGES]
    return asked if asked in known else translation.get_language_from_request(request)


def _answered(request: HttpRequest, told: str) -> HttpResponse:
    link = report_links.link_told(told)
    if link is None:  # a right address is never turned away: many households may share one sender, as behind a proxy
        too_many = _too_many(f"stranger:{request.META.get('REMOTE_ADDR', '')}", STRANGERS_AN_HOUR)
        return _shown(request, "busy", 429) if too_many else _shown(request, "unknown", 404)
    centre = app.centre()
    now = centre.clock.now()
    if not link.good(now):
        return _shown(request, "withdrawn" if link.withdrawn else "over", 410)
    zone = ZoneInfo(areas.zone_at(link.path))
    with timezone.override(zone):
        return _asked(request, centre, link, now)


def _asked(request: HttpRequest, centre: Centre, link: LinkRow, now: datetime) -> HttpResponse:
    today = local_day(now, link.path)
    listed = _people(link, today)
    if not listed:
        return _shown(request, "over", 410)
    choices = _symptoms(centre, link)
    context: dict[str, Any] = {"people": listed, "choices": choices, "today": today, "until": _last_day(listed)}
    if request.method != "POST":
        return _shown(request, "ask", 200, **context)
    if _too_many(f"link:{link.id}", ANSWERS_AN_HOUR):
        return _shown(request, "busy", 429)
    known = {code for code, _said in choices}
    for each in listed:
        each.read(request.POST, request.POST.getlist(f"p{each.n}-symptom"), known)
        if "all_well" in request.POST:
            each.state, each.symptoms, each.fault, each.temp_c = "well", [], "", None
    if any(each.fault for each in listed):
        return _shown(request, "ask", 422, **context)
    telling = [each for each in listed if each.tells]
    if not telling:
        return _shown(request, "ask", 422, empty=True, **context)
    _tell(centre, link, [each for each in telling if not _told_before(each, today)], today, now)
    left = [each for each in listed if not each.tells and not each.answered]
    return _shown(request, "thanks", 200, now=now, left=left, ill=any(each.state == "ill" for each in telling))


def _tell(centre: Centre, link: LinkRow, telling: list[Person], today: date, now: datetime) -> None:
    """One answer for all of them, by the feed of the links; what is on record word for word is not told again."""
    if not telling:
        return
    centre.tell(
        feed("report_link"),
        report_days,
        contacts=tuple(each.row.id for each in telling),
        symptoms=tuple(each.told for each in telling),
        temps_c=tuple(each.temp_c for each in telling),
        on=today,
        channel=Channel.LINK,
        link=link.id,
        at=now,
    )


def _told_before(person: Person, today: date) -> bool:
    for day in days_among([person.row.id]).get(person.row.id, []):
        if day.on == today and day.channel:
            return (" ".join(day.symptoms), day.temp_c) == (person.told, person.temp_c)
    return False


def _people(link: LinkRow, today: date) -> list[Person]:
    """Those of the household who are followed up, told apart without a name."""
    rows = keys.contacts(link.contacts)
    numbered = [(n, rows[each]) for n, each in enumerate(link.contacts, 1) if each in rows and rows[each].alive]
    answered = _answered_today([row.id for _, row in numbered], today)
    return [Person(n, row, described(row, today), row.id in answered) for n, row in numbered]


def _answered_today(ids: list[ContactId], today: date) -> set[ContactId]:
    found = days_among(ids)
    return {each for each in ids if any(day.on == today and day.channel for day in found.get(each, []))}


def described(row: ContactKey, today: date) -> str:
    """Sex and age band: enough at home, and nothing outside."""
    known = people.known_person(row.person)
    if known is None:
        return ""
    age = known.age_years
    if known.birth_on is not None:
        age = (today - known.birth_on).days / 365.25
    return " · ".join(part for part in (_sex(known.sex, age), _band(age)) if part)


def _sex(sex: str | None, age: float | None) -> str:
    young = age is not None and age < 18  # noqa: PLR2004 (of age)
    if sex == "female":
        return _("girl") if young else _("woman")
    if sex == "male":
        return _("boy") if young else _("man")
    return ""


def _band(age: float | None) -> str:
    if age is None:
        return ""
    if age >= 80:  # noqa: PLR2004 (few are older: one band)
        return _("80 or older")
    low = int(age) // 10 * 10
    return _("%(low)s to %(high)s years") % {"low": low, "high": low + 9}


def _last_day(listed: list[Person]) -> date | None:
    ends = [each.row.until_at for each in listed if each.row.until_at is not None]
    return timezone.localtime(from_micros(max(ends))).date() if ends else None


def _symptoms(centre: Centre, link: LinkRow) -> list[tuple[str, str]]:
    """What the pack takes for a sign and a person can tell of themselves, in the language shown; and anything else."""
    place = centre.geography.place(link.outbreak, link.path)
    findings, language = centre.policy("cases", place).findings, names_language()
    listed = [
        (code, getattr(findings[code], language))
        for code in centre.policy("tracing", place).alarming
        if code in findings and code not in CLINICAL
    ]
    return [*listed, (OTHER, _("Something else"))]


def _too_many(what: str, most: int) -> bool:
    """Whether this came too often within the hour, on this machine's own count."""
    key = f"household:{what}"
    cache.add(key, 0, 3600)
    try:
        return int(cache.incr(key)) > most
    except ValueError:  # it ended between the two
        return False


def _shown(request: HttpRequest, state: str, status: int, **context: Any) -> HttpResponse:
    """A page that nobody keeps, no other site frames, and no search engine lists."""
    language = translation.get_language() or "en"
    others = [(code, name) for code, name in settings.LANGUAGES if code != language]
    told = {"state": state, "language": language, "others": others, **context}
    answer = render(request, "console/household.html", told, status=status)
    answer["Cache-Control"] = "private, no-store"
    answer["X-Robots-Tag"] = "noindex"
    answer["Referrer-Policy"] = "no-referrer"
    answer["Content-Language"] = language
    return answer


urlpatterns = [path("r/<str:told>/", household, name="household")]
