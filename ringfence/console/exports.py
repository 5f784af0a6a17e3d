"""A whole list as a file, with a purpose on record; rows leave as they are read, so that any length needs little memory."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django import forms
from django.http import FileResponse, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.urls import path, reverse
from django.utils import timezone, translation
from django.utils.translation import gettext

from ringfence.console.context import Page, page
from ringfence.console.lists import ListPage, asked, list_named, rows_matching
from ringfence.console.shown import label
from ringfence.core.drill import COLUMN, export_mark
from ringfence.core.errors import Refused
from ringfence.core.tables.writing import guarded, write_rows
from ringfence.registry.actions import own

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Purpose(forms.Form):
    """What a list is taken out for."""

    purpose = forms.CharField(max_length=400)
    form = forms.ChoiceField(choices=[("csv", "CSV"), ("xlsx", "Excel (XLSX)")], widget=forms.RadioSelect)


@page("export")
def export(here: Page, listed: str) -> HttpResponseBase:
    """Ask what for, put it on record, then hand the file out."""
    chosen = list_named(listed)
    if chosen.records is None:
        raise Refused("no_such_thing", name=listed)
    told = here.request.GET.copy()
    told.pop("after", None)
    sent = here.request.method == "POST"
    form = Purpose(here.request.POST if sent else None, initial={"form": "csv"})
    form.fields["purpose"].label = gettext("What is the list for?")
    form.fields["form"].label = gettext("File")
    if not (sent and form.is_valid()):
        back = f"{reverse(chosen.name)}?{told.urlencode()}"
        return here.render(
            "console/form_page.html",
            title=gettext("Export: %(title)s") % {"title": gettext(chosen.title)},
            lead=gettext(
                "All rows that match, with all fields and without identities. The log keeps who took it and why."
            ),
            form=form,
            submit_label=gettext("Download"),
            cancel_url=back,
        )
    kind = form.cleaned_data["form"]
    here.tell(
        own.note_export,
        query=f"{chosen.query.query.desk}.{chosen.query.__name__}",  # type: ignore[attr-defined]
        rows=_rows(here, chosen, told),
        purpose=form.cleaned_data["purpose"],
        form=kind,
        asked=tuple(f"{name}={value}" for name, values in told.lists() for value in values if value),
        at=here.now,
    )
    name = f"{chosen.name}-{timezone.localtime(here.now):%Y%m%d-%H%M}.{kind}"
    return _xlsx(here, chosen, told, name) if kind == "xlsx" else _csv(here, chosen, told, name)


def _rows(here: Page, chosen: ListPage, told: QueryDict) -> int:
    """How many rows will leave."""
    if chosen.count_all is None:
        return sum(len(rows) for rows in rows_matching(here, chosen, told))
    return chosen.count_all(here, asked(here, chosen, told))


def _heads(chosen: ListPage) -> list[str]:
    return [label(f"field.{name}") for name in chosen.fields]


def _batches(here: Page, chosen: ListPage, told: QueryDict) -> Iterator[Sequence[Sequence[Any]]]:
    for rows in rows_matching(here, chosen, told):
        yield chosen.records(here, rows) if chosen.records else []


class _Echo:
    """A file that gives back what is written: `csv.writer` returns it."""

    def write(self, text: str) -> str:
        return text


def _csv(here: Page, chosen: ListPage, told: QueryDict, name: str) -> HttpResponseBase:
    language = translation.get_language()

    def pieces() -> Iterator[str]:
        with translation.override(language), timezone.override(here.zone):
            writer = csv.writer(_Echo())
            drill = [mark] if (mark := export_mark()) else []
            yield "\ufeff" + writer.writerow([*_heads(chosen), *(COLUMN for _ in drill)])
            for batch in _batches(here, chosen, told):
                yield "".join(writer.writerow([*(guarded(cell) for cell in row), *drill]) for row in batch)

    answer = StreamingHttpResponse(pieces(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _xlsx(here: Page, chosen: ListPage, told: QueryDict, name: str) -> HttpResponseBase:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / name
        write_rows(file, _heads(chosen), _batches(here, chosen, told), "xlsx")
        opened = file.open("rb")  # stays readable after its folder is gone; the response closes it
    return FileResponse(opened, as_attachment=True, filename=name, content_type=SHEET)


urlpatterns = [path("export/<slug:listed>/", export, name="export")]
