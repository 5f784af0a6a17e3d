"""A household's link on a contact's file: its address, its QR code, the text to send; given and withdrawn there."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import override

from ringfence.console.asks import ask
from ringfence.console.context import Page
from ringfence.console.pieces import Cell
from ringfence.console.sections import Drawn, Pairs, Part, Section, Text
from ringfence.core.fact import from_micros
from ringfence.desks.tracing.queries.report_links import LinkRow, links_of
from ringfence.desks.tracing.queries.rows import ContactRow
from ringfence.reports.labels import qr


def link_url(request: HttpRequest, link: LinkRow) -> str:
    """The whole address of a link, with its secret: for those who hand it out."""
    return request.build_absolute_uri(reverse("household", args=[link.address]))


def message(url: str, language: str) -> str:
    """What is sent with it, in a language: short enough for one or two text messages, and naming nobody."""
    with override("zh-hans" if language.startswith("zh") else "en"):
        return _("Health follow-up: please tell every day how you all are: %(url)s") % {"url": url}


def link_qr(url: str) -> SafeString:
    """The address as a QR code (SVG)."""
    return mark_safe(qr(url))  # noqa: S308 (drawn by ourselves, from an address of ours)


def link_card(here: Page, row: ContactRow) -> Section:
    """The links that tell for a contact: the one in use whole, for those who may work; how to give or withdraw one."""
    found = links_of(row.id)
    good = next((each for each in found if each.good(here.now)), None)
    parts: list[Part] = []
    if good is None:
        parts.append(Text(_("This household has no link that takes answers.")))
        parts += ask(here, "tracing.give_report_link", _("Give a link"), fixed={"contact": row.id}) if row.alive else []
        return Section(_("Link for daily reports"), parts, "link")
    pairs = [
        (_("For"), Cell(_("%(n)s people of the household") % {"n": len(good.contacts)})),
        (_("Until"), Cell(at=from_micros(good.until_at))),
    ]
    if here.may("work"):
        url = link_url(here.request, good)
        pairs += [(_("Address"), Cell(url)), (_("Text to send"), Cell(message(url, "zh"), note=message(url, "en")))]
        parts.append(Drawn(link_qr(url)))
    parts.insert(0, Pairs(pairs))
    parts += ask(here, "tracing.withdraw_report_link", _("Withdraw the link"), fixed={"link": good.id}, danger=True)
    return Section(_("Link for daily reports"), parts, "link")
