"""Bulk edits: pick rows of any list, pick an action, see the facts it would yield, tell them all, take them back.

The selection is the ids that were picked, or the list's query with its filters, run again when the action is told. Every
telling has the key `BATCH:ROW`, so that sending the page twice, or again after a broken line, tells nothing twice.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict, StreamingHttpResponse
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from ringfence.console.context import Page, page
from ringfence.console.facts_said import said
from ringfence.console.forms import form_for, told_by
from ringfence.console.lists import ListPage, ids_matching, list_named, offered, short
from ringfence.console.shown import rows_said, three_parts
from ringfence.core.centre import Item
from ringfence.core.declare import Action
from ringfence.core.errors import Refused
from ringfence.core.fact import Fact

LOOKED_AT = 2000  # rows of a preview; beyond it the preview says that it looked at the first so many
SHOWN = 50
CHUNK = 250  # rows told between two signs of progress
MARK = "<!-- progress -->"


@dataclass(frozen=True)
class Picked:
    """The selection: ids, or all that match a filter; and the action told for each."""

    listed: ListPage
    action: Action
    ids: tuple[str, ...]
    matching: QueryDict | None

    def each(self, here: Page) -> list[str]:
        """The ids, in order, each once."""
        if self.matching is None:
            return list(dict.fromkeys(self.ids))
        return list(dict.fromkeys(ids_matching(here, self.listed, self.matching)))

    def fields(self) -> list[tuple[str, str]]:
        """The hidden fields that carry the selection to the next page."""
        own = [("action", f"{self.action.desk}.{self.action.name}")]
        if self.matching is None:
            return own + [("picked", each) for each in self.ids]
        return [*own, ("all_matching", "1"), ("filter", self.matching.urlencode())]

    def back(self) -> str:
        """The list as it stood."""
        told = self.matching.urlencode() if self.matching is not None else ""
        return f"{reverse(self.listed.name)}?{told}"


def picked_by(here: Page, listed: str) -> Picked:
    """The selection in a form that was sent."""
    chosen, post = list_named(listed), here.request.POST
    actions = {f"{each.desk}.{each.name}": each for each in offered(here, chosen)}
    action = actions.get(post.get("action", ""))
    if action is None:
        raise Refused("not_allowed", what=post.get("action", ""))
    matching = QueryDict(post.get("filter", "")) if post.get("all_matching") else None
    ids = tuple(post.getlist("picked"))
    if matching is None and not ids:
        raise Refused("nothing_picked", what=gettext(action.says))
    return Picked(chosen, action, ids, matching)


def _form(here: Page, picked: Picked, told: QueryDict | None) -> forms.Form:
    form = form_for(here, picked.action, data=told, without=(*picked.listed.items, "at"), prefix="told")
    for told_of, choices in picked.listed.choices().items():
        action, _, name = told_of.rpartition(".")
        if name in form.fields and action in {"", picked.action.name}:
            offered = [("", gettext("– choose –")), *choices]
            form.fields[name] = forms.ChoiceField(label=form.fields[name].label, choices=offered)
    return form


@page()
def many(here: Page, listed: str) -> HttpResponse:
    """Ask for what the action still needs, then show what it would do; nothing is recorded here."""
    if here.request.method != "POST":
        return HttpResponseRedirect(reverse(list_named(listed).name))
    picked = picked_by(here, listed)
    asks = bool(_form(here, picked, None).fields)
    sent = "preview" in here.request.POST or not asks
    form = _form(here, picked, here.request.POST if sent else None)
    context: dict[str, Any] = {}
    if sent and form.is_valid():
        context["preview"] = _preview(here, picked, told_by(form))
        context["tell_fields"] = [
            *picked.fields(),
            ("batch", f"batch:{secrets.token_hex(10)}"),
            *(
                (name, value)
                for name, values in here.request.POST.lists()
                if name.startswith("told-")
                for value in values
            ),
        ]
    return here.render(
        "console/many.html",
        title=short(picked.action),
        lead_text=gettext(picked.action.says),
        form=form if asks else None,
        fields=picked.fields(),
        tell_url=reverse("many_tell", args=[listed]),
        back=picked.back(),
        picked_rows=len(picked.each(here)) if picked.matching is None else None,
        **context,
    )


@dataclass(frozen=True)
class Preview:
    """What would come of it: how many rows, how many looked at, what they would yield by kind, who would be refused."""

    rows: int
    looked_at: int
    would: list[tuple[str, int]]
    refused: list[tuple[str, int]]
    lines: list[tuple[str, str, bool]]  # row, what would be told or why not, refused

    @property
    def tells(self) -> int:
        """Rows of those looked at that would be told."""
        return self.looked_at - sum(n for _, n in self.refused)


def _preview(here: Page, picked: Picked, told: dict[str, Any]) -> Preview:
    ids = picked.each(here)
    looked = ids[:LOOKED_AT]
    items = [Item({**picked.listed.told(each), **told}) for each in looked]
    seen = here.centre.preview(here.who, picked.action.function, items)
    names = _names(here, picked.listed, looked[:SHOWN])
    would: Counter[str] = Counter()
    lines: list[tuple[str, str, bool]] = []
    for each, outcome in zip(looked, seen, strict=True):
        no = isinstance(outcome, Refused)
        text = (
            three_parts(named(outcome, picked, names, each))[0] if isinstance(outcome, Refused) else _all_said(outcome)
        )
        if not no:
            would[text] += 1
        if len(lines) < SHOWN:
            lines.append((names.get(each, each), text, no))
    refusals = [(each, outcome) for each, outcome in zip(looked, seen, strict=True) if isinstance(outcome, Refused)]
    return Preview(len(ids), len(looked), would.most_common(20), reasons(here, picked, refusals), lines)


def named(refusal: Refused, picked: Picked, names: Mapping[str, str], row: str) -> Refused:
    """A refusal that calls its row by the name on the list instead of by its id."""
    return Refused(refusal.code, **{**refusal.told, picked.listed.items[-1]: names.get(row, row)})


def reasons(here: Page, picked: Picked, refusals: Sequence[tuple[str, Refused]]) -> list[tuple[str, int]]:
    """Why rows were refused, the commonest first, each with the first row as its example."""
    first: dict[str, tuple[str, Refused]] = {}
    for each, refusal in refusals:
        first.setdefault(refusal.code, (each, refusal))
    names = _names(here, picked.listed, [each for each, _ in first.values()])
    texts = {code: three_parts(named(refusal, picked, names, each))[0] for code, (each, refusal) in first.items()}
    counted = Counter(refusal.code for _, refusal in refusals)
    return [(texts[code], n) for code, n in counted.most_common(20)]


def _all_said(facts: Sequence[Fact]) -> str:
    return "; ".join(said(fact) for fact in facts)


def _names(here: Page, listed: ListPage, ids: Sequence[str]) -> dict[str, str]:
    """How rows are called, for a page of them."""
    return listed.names(here, ids) if listed.names else {}


@dataclass
class Result:
    """What came of it, as it comes."""

    rows: int
    told: int = 0
    again: int = 0
    refusals: list[tuple[str, Refused]] = field(default_factory=list)


@require_POST
@page()
def tell(here: Page, listed: str) -> HttpResponseBase:
    """Tell the action for every row of the selection, in pieces, showing how far it is."""
    picked = picked_by(here, listed)
    form = _form(here, picked, here.request.POST)
    batch = here.request.POST.get("batch", "")
    if not form.is_valid() or not batch.startswith("batch:"):
        return many(here.request, listed=listed)
    told = told_by(form)
    ids = picked.each(here)
    head, tail = _frame(here, picked)
    language = translation.get_language()

    def pieces() -> Iterator[str]:
        with translation.override(language), timezone.override(here.zone):
            yield head
            yield from _telling(here, picked, ids, told, batch)
            yield tail

    return StreamingHttpResponse(pieces())


def _frame(here: Page, picked: Picked) -> tuple[str, str]:
    """The page before and after the progress."""
    context = {"here": here, "shell": here.shell(), "title": short(picked.action), "mark": MARK}
    whole = render_to_string("console/many_told.html", context, here.request)
    head, _, tail = whole.partition(MARK)
    return head, tail


def _telling(here: Page, picked: Picked, ids: list[str], told: dict[str, Any], batch: str) -> Iterator[str]:
    result = Result(len(ids))
    waiting = iter(ids)
    done = 0
    while chunk := list(islice(waiting, CHUNK)):
        items = [Item({**picked.listed.told(each), **told}, f"{batch}:{each}") for each in chunk]
        outcome = here.tell_many(picked.action.function, items, batch=batch)
        for each, answer in zip(chunk, outcome.answers, strict=True):
            if isinstance(answer, Refused):
                result.refusals.append((each, answer))
            else:
                result.told += 1
        done += len(chunk)
        yield render_to_string("console/parts/progress.html", {"done": done, "of": len(ids)})
    yield render_to_string("console/parts/many_result.html", _result(here, picked, result, batch), here.request)


def _result(here: Page, picked: Picked, result: Result, batch: str) -> dict[str, Any]:
    names = _names(here, picked.listed, [each for each, _ in result.refusals[:200]])
    return {
        "result": result,
        "said": rows_said(result.told),
        "reasons": reasons(here, picked, result.refusals),
        "refused_rows": [
            (names.get(each, each), three_parts(named(refusal, picked, names, each)))
            for each, refusal in result.refusals[:200]
        ],
        "undo_url": reverse("many_undo", args=[picked.listed.name]) if picked.action.undo and result.told else "",
        "batch": batch,
        "back": picked.back(),
        "as_of": here.now,
    }


@require_POST
@page()
def undo(here: Page, listed: str) -> HttpResponse:
    """Take a batch back: the action that undoes it is told for each, newest first."""
    chosen = list_named(listed)
    outcome = here.centre.undo(here.who, here.request.POST.get("batch", ""))
    refusals = [refusal for _, refusal in outcome.refused]
    return here.render(
        "console/many_undone.html",
        title=gettext("Taken back"),
        said=rows_said(len(outcome.answers) - len(refusals)),
        reasons=Counter(three_parts(refusal)[0] for refusal in refusals).most_common(20),
        back=reverse(chosen.name),
    )


urlpatterns = [
    path("many/<slug:listed>/", many, name="many"),
    path("many/<slug:listed>/tell/", tell, name="many_tell"),
    path("many/<slug:listed>/undo/", undo, name="many_undo"),
]
