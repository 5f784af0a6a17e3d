"""The log and its seals, what could not be accepted, and why anything is so."""

from __future__ import annotations

from base64 import b64encode
from urllib.parse import urlencode

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django import forms
from django.http import Http404, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from ringfence.console.context import Page, page
from ringfence.console.fields import AreaField
from ringfence.console.pieces import Cell, Chip, Choice, Column, Empty, Listing, Row
from ringfence.console.sections import Line, Pairs, Section, Sections, Text, Why, table
from ringfence.console.sentences import about_url, because, details, entries, may_read, sentence, told_by
from ringfence.console.shown import label
from ringfence.core import log, seal
from ringfence.core.errors import Refused
from ringfence.core.fact import Fact
from ringfence.core.log import Told
from ringfence.registry.queries.history import LogPage, log_lines, seals

MOST_BEHIND = 200


class LogFilter(forms.Form):
    """Which lines."""

    use_required_attribute = False

    def __init__(self, here: Page) -> None:
        """Kinds are picked, places told by name, people by their sign-in name's account or a rule's name."""
        super().__init__(here.request.GET)
        kinds = [("", _("all")), *sorted((kind, f"{sentence_name(kind)} ({kind})") for kind in Fact.kinds)]
        self.fields["kind"] = forms.ChoiceField(label=_("Kind of fact"), choices=kinds, required=False)
        self.fields["by"] = forms.CharField(label=_("Told by"), required=False)
        self.fields["place"] = AreaField(label=_("Place"), required=False)
        self.fields["before"] = forms.IntegerField(label=_("Before line"), required=False)


def sentence_name(kind: str) -> str:
    """A kind of fact in words: `CaseReported` becomes `Case reported`."""
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in kind).strip()
    return label(f"fact.{kind}") if label(f"fact.{kind}") != kind else words.capitalize()


@page("audit")
def log_page(here: Page) -> HttpResponse:
    """The log, newest first."""
    form = LogFilter(here)
    told = form.cleaned_data if form.is_valid() else {}
    found: LogPage = here.ask(
        log_lines,
        kind=told.get("kind") or None,
        by=told.get("by") or None,
        under=told.get("place") or here.under_id,
        before=told.get("before"),
    )
    names = told_by(each.line.by for each in found.lines)
    places = here.area_names(each.line.jurisdiction for each in found.lines)
    listing = Listing(
        caption=_("Lines of the log"),
        columns=[
            Column("line", _("Line"), "id"),
            Column("at", _("Happened"), "time"),
            Column("what", _("What")),
            Column("by", _("Told by")),
            Column("place", _("Place")),
            Column("because", _("Because of"), "id"),
        ],
        rows=[_log_row(each, names, places) for each in found.lines],
        empty=Empty(_("No line fits"), _("Twenty thousand lines were looked through; older ones may still fit.")),
        filters=form,
        as_of=here.now,
    )
    older = {**here.request.GET.dict(), "before": str(found.next)} if found.next else None
    return here.render(
        "console/log.html",
        title=_("Log"),
        lead=_("Every fact in the order in which it was heard. Nothing is ever changed or removed."),
        listing=listing,
        older=f"?{urlencode(older)}" if older else "",
        tools=[
            Choice(_("Seals"), reverse("seals")),
            Choice(_("Not accepted"), reverse("quarantine")),
        ],
    )


def _log_row(each: Told, names: dict[str, str], places: dict[str, str]) -> Row:
    line = each.line
    url = reverse("why", args=[line.seq])
    late = (line.heard_at - each.fact.at).total_seconds() > 3600  # noqa: PLR2004 (an hour)
    return Row(
        id=str(line.seq),
        href=url,
        cells=[
            Cell(str(line.seq), href=url),
            Cell(at=each.fact.at, note=_("heard later") if late else ""),
            Cell(sentence(each.fact), href=about_url(each.fact), note=each.kind),
            Cell(names[line.by]),
            Cell(places.get(line.jurisdiction or "", line.jurisdiction or "–")),
            Cell(str(line.because), href=reverse("why", args=[line.because])) if line.because else Cell("–"),
        ],
    )


@page()
def why_page(here: Page, seq: int) -> HttpResponse:
    """Why a line is there: what it says, what it follows from, what followed."""
    chain = log.why(seq)
    if not chain:
        raise Http404
    told = chain[0]
    if not may_read(here, told):
        raise Refused("not_known_here", what="line", id=seq)
    followed = [each for each in log.followed(seq)[:MOST_BEHIND] if may_read(here, each)]
    names = told_by([told.line.by])
    facts = [
        (_("What"), Cell(sentence(told.fact), href=about_url(told.fact))),
        (_("Happened"), Cell(at=told.fact.at)),
        (_("Heard"), Cell(at=told.line.heard_at)),
        (_("Told by"), Cell(names[told.line.by], note=told.line.by)),
        (_("Policy"), Cell(told.line.pack or "–", href=reverse("policy") if told.line.pack else "")),
    ]
    origin = chain[-1]
    lead = (
        _("A person told this.")
        if len(chain) == 1 and told.line.by.startswith("account:")
        else _("It goes back to: %(origin)s") % {"origin": sentence(origin.fact) if may_read(here, origin) else "–"}
    )
    sections = Sections(
        title=_("Why? Line %(seq)s") % {"seq": seq},
        lead=lead,
        main=[
            Section(_("Because"), [Why(because(here, chain))]),
            Section(_("What followed"), [Line(entries(followed), _("Nothing followed from this."))]),
        ],
        side=[Section(_("The line"), [Pairs(facts)]), Section(_("The fact"), [Pairs(details(told.fact))])],
    )
    return here.render("console/sections.html", sections=sections)


@page("audit")
def seals_page(here: Page) -> HttpResponse:
    """The seals, and the proof that the log is whole."""
    proof = seal.verify(here.centre.home) if here.request.method == "POST" else None
    parts: list[object] = [
        Text(_("Each seal signs a run of lines and the seal before it, so that no line can be changed unseen."))
    ]
    if proof is not None and proof.whole:
        said = _("The log is whole: %(lines)s lines under %(seals)s seals, %(unsealed)s newer lines not yet sealed.")
        said %= {"lines": f"{proof.lines:,}", "seals": f"{proof.seals:,}", "unsealed": f"{proof.unsealed:,}"}
        parts.append(Text(said, [Chip("verified", _("Whole"))]))
    elif proof is not None:
        said = _("The first bad line is %(seq)s: %(fault)s. The lines before it are proven.")
        said %= {"seq": proof.fault_seq, "fault": label(f"fault.{proof.fault}")}
        parts.append(Text(said, [Chip("breach", _("Not whole"))]))
    rows = [
        Row(
            str(each["n"]),
            [
                Cell(str(each["n"])),
                Cell(f"{each['first_seq']:,}–{each['last_seq']:,}"),
                Cell(at=each["sealed_at"]),
                Cell(each["root"][:16] + "…"),
            ],
        )
        for each in here.ask(seals)
    ]
    found = table(_("Seals"), [_("Seal"), _("Lines"), _("Sealed"), _("Root")], rows, _("No seal yet."))
    sections = Sections(
        title=_("Seals"),
        way=[Choice(_("Log"), reverse("log"))],
        main=[Section("", parts), Section(_("The newest seals"), [found])],  # type: ignore[arg-type]
        side=[
            Section(
                _("Public key"),
                [Text(_public_key(here)), Text(_("Whoever holds this key and a seal can check the lines without us."))],
            )
        ],
    )
    return here.render("console/seals.html", sections=sections)


def _public_key(here: Page) -> str:
    key = seal.signing_key(here.centre.home).public_key()
    return "ed25519 " + b64encode(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


urlpatterns = [
    path("log/", log_page, name="log"),
    path("log/seals/", seals_page, name="seals"),
    path("why/<int:seq>/", why_page, name="why"),
]
