"""Where the rows of an uploaded file belong: an outbreak on record, or a new one that is declared when they are taken."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext

from ringfence.console.context import Page
from ringfence.console.shown import pack_said
from ringfence.console.uploads import Upload
from ringfence.core.errors import Refused
from ringfence.core.policy_file import Kind
from ringfence.core.policy_layers import kind_of
from ringfence.desks.cases.feeds.outbreak import Belonging, area_called, area_named, pack_named, planned
from ringfence.facts.ids import JurisdictionId, OutbreakId
from ringfence.registry.queries import areas
from ringfence.registry.queries.areas import Area
from ringfence.registry.queries.outbreaks import OutbreakRow, outbreak_row

NEW = "new"
"""What the choice of outbreak says for one that is not on record."""


class Choices(forms.Form):
    """Where the rows belong."""

    outbreak = forms.ChoiceField()
    new_title = forms.CharField(required=False, max_length=120)
    new_pack = forms.ChoiceField(required=False)
    place = forms.CharField(required=False, max_length=200)
    source = forms.CharField(required=False, max_length=80)
    declare_places = forms.BooleanField(required=False)
    keep_as = forms.CharField(required=False, max_length=40)

    def __init__(self, here: Page, *args: Any, **more: Any) -> None:
        """Offer the outbreaks in scope, and a new one to those who may declare it; places likewise."""
        super().__init__(*args, **{"auto_id": "f_%s", **more})
        self.here = here
        known = [(each.id, each.title) for each in here.outbreaks]
        new = [(NEW, gettext("A new outbreak"))] if here.may("decide") else []
        self.fields["outbreak"].choices = known + new  # type: ignore[attr-defined]
        self.fields["new_pack"].choices = [("", gettext("by its name")), *_packs(here)]  # type: ignore[attr-defined]
        self._say()
        if not here.may("arrange"):
            del self.fields["declare_places"]
        if not new:
            del self.fields["new_title"], self.fields["new_pack"]

    def _say(self) -> None:
        where = gettext("Name, code or path; the outbreak's whole area, or your own top place, where left empty.")
        new = gettext("Of a new outbreak only. It is declared when the rows are taken, not before.")
        told = (
            ("outbreak", gettext("Outbreak"), ""),
            ("new_title", gettext("Name of the new outbreak"), new),
            ("new_pack", gettext("Disease and policy of the new outbreak"), ""),
            ("place", gettext("Place"), where),
            (
                "source",
                gettext("Whose case codes these are"),
                gettext("The same code of another source is another case."),
            ),
            ("declare_places", gettext("Declare the places that are not on record"), ""),
            ("keep_as", gettext("Keep these columns under a name"), gettext("To use them again for the next file.")),
        )
        for name, text, hint in told:
            self.fields[name].label, self.fields[name].help_text = text, hint

    def clean(self) -> dict[str, Any]:
        """A new outbreak needs a name, and one that no other in scope has."""
        told = super().clean() or {}
        if told.get("outbreak") != NEW:
            return told
        title = " ".join(told.get("new_title", "").split())
        if not title:
            self.add_error("new_title", gettext("Give the new outbreak a name."))
        elif any(title.lower() == each.title.lower() for each in self.here.outbreaks):
            self.add_error("new_title", gettext("There is an outbreak of this name: choose it above."))
        return told


def _packs(here: Page) -> list[tuple[str, str]]:
    found = {
        pack.id: pack_said(pack, here.language) for pack in here.centre.book.packs() if kind_of(pack) is Kind.DISEASE
    }
    return list(found.items())


def first_choice(here: Page, job: Upload) -> dict[str, str]:
    """What the form shows before anything was chosen."""
    outbreak = (
        NEW if job.new_title or not here.outbreaks else job.outbreak or (here.outbreak.id if here.outbreak else "")
    )
    pack = job.new_pack or pack_named(here.centre, job.name.replace("_", " "))
    return {"outbreak": outbreak, "source": job.source, "new_title": job.new_title, "new_pack": pack}


def chosen(here: Page, told: dict[str, Any]) -> Belonging:
    """The outbreak and place of the form. Raises Refused (`no_outbreak_here`, `not_known_here`, `not_allowed`, …)."""
    if told["outbreak"] == NEW:
        area = area_called(told["place"]) if told["place"].strip() else _top_place(here)
        found = Belonging(planned(here.centre, told["new_title"], area, told["new_pack"]), area, planned=True)
    else:
        outbreak = outbreak_row(OutbreakId(told["outbreak"]))
        if outbreak is None or outbreak not in here.outbreaks:
            raise Refused("no_outbreak_here")
        found = Belonging(outbreak, area_named(told["place"] or _own_place(here, outbreak), outbreak))
    for may in ("import", "decide") if found.planned else ("import",):
        if not here.who.scope(may).covers(found.area.path):
            raise Refused("not_known_here", what="place", id=told["place"] or found.area.name(here.language))
    return found


def noted(job: Upload, found: Belonging, source: str) -> None:
    """Keep the choice with the upload."""
    job.outbreak, job.area, job.source = found.outbreak.id, found.area.id, source
    new = (found.outbreak.title, found.outbreak.pack, found.outbreak.code) if found.planned else ("", "", "")
    job.new_title, job.new_pack, job.new_code = new
    job.shown_new = False


def belonging_of(here: Page, job: Upload) -> Belonging:
    """Where an upload's rows belong, as it was chosen. Raises Refused (`upload_not_mapped`)."""
    area = areas.area(JurisdictionId(job.area))
    if area is not None and job.new_title:
        return Belonging(planned(here.centre, job.new_title, area, job.new_pack, job.new_code), area, planned=True)
    outbreak = outbreak_row(OutbreakId(job.outbreak))
    if outbreak is None or area is None:
        raise Refused("upload_not_mapped", name=job.name)
    return Belonging(outbreak, area)


def _own_place(here: Page, outbreak: OutbreakRow) -> str:
    """The outbreak's area, or one's only place where that is narrower."""
    scope = here.who.scope("import").within(outbreak.path).paths
    return scope[0] if len(scope) == 1 and scope[0] else ""


def _top_place(here: Page) -> Area:
    """The widest place over which the asker may declare an outbreak."""
    paths = here.who.scope("decide").paths
    tops: list[Area] = here.ask(areas.jurisdictions)
    own = [each for each in tops if any(each.path.startswith(path) for path in paths)]
    found = own[0] if own else next((area for path in paths if (area := areas.area_at(path))), None)
    if found is None:
        raise Refused("place_not_known", place="")
    return found
