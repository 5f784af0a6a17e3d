"""What a case answered to each form, in words: personal answers only where they are revealed."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from ringfence.console.context import Page
from ringfence.console.pieces import Cell, Row
from ringfence.console.sections import Pairs, Part, Section, Text, table
from ringfence.core.errors import Refused
from ringfence.desks.cases.actions.papers import check_answers
from ringfence.desks.cases.interview import Form, form_of, summary
from ringfence.desks.cases.interview_show import Block, Shown
from ringfence.desks.cases.queries import CaseFile
from ringfence.desks.cases.queries.interviews import known_forms, plain_answers, told_before
from ringfence.registry.queries import areas


def blocks_of(here: Page, file: CaseFile, *, revealed: bool) -> list[tuple[Form, list[Block]]]:
    """Each form with its answers, section by section; whoever reveals has recorded the reading."""
    row, found = file.row, []
    for kept in file.interviews:
        form = form_of(known_forms(), kept.form, kept.version)
        told = _told(file, form, revealed=revealed)
        answers = check_answers(form, told, row, here.now).answers
        zone = ZoneInfo(areas.zone_at(row.path))
        found.append((form, summary(form, answers, here.language, revealed=revealed, zone=zone)))
    return found


def _told(file: CaseFile, form: Form, *, revealed: bool) -> dict[str, object]:
    """The answers on record; where the key was destroyed, the sealed ones are gone."""
    row = file.row
    if revealed:
        try:
            return told_before(row.id, row.person, form)
        except Refused as refusal:
            if refusal.code != "identity_erased":
                raise
    return plain_answers(row.id, form.id)


def answers_cards(here: Page, file: CaseFile, *, revealed: bool) -> list[Section]:
    """The answers to each form as a card."""
    cards = []
    for form, blocks in blocks_of(here, file, revealed=revealed):
        parts: list[Part] = []
        for block in blocks:
            answered = [each for each in block.shown if each.answered]
            if answered:
                parts += [Text(block.title), *_block(answered)]
        kept = next(each for each in file.interviews if each.form == form.id)
        if kept.sealed and not revealed:
            parts.append(Text(_("Personal answers are sealed. Revealing who this is shows them here.")))
        title = _("Answers: %(form)s") % {"form": form.title.of(here.language)}
        cards.append(Section(title, parts or [Text(_("Nothing answered yet."))], f"answers-{form.id}"))
    return cards


def _block(shown: list[Shown]) -> list[Part]:
    pairs = [(each.label, Cell(each.text)) for each in shown if not each.heads]
    parts: list[Part] = [Pairs(pairs)] if pairs else []
    for each in shown:
        if each.heads:
            rows = [Row(f"{each.field}-{n}", [Cell(text or "–") for text in row]) for n, row in enumerate(each.rows)]
            parts += [Text(each.label), table(each.label, each.heads, rows, "–")]
    return parts
