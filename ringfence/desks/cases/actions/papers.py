"""What is kept with a case on paper: interviews, attached files, and dossiers that somebody opened."""

from __future__ import annotations

import io
from base64 import b64decode
from binascii import Error as NotBase64
from datetime import datetime
from zoneinfo import ZoneInfo

import orjson

from ringfence.core.access import Who
from ringfence.core.declare import action
from ringfence.core.errors import Refused
from ringfence.core.fact import Facts, Sealed
from ringfence.core.home import home
from ringfence.desks.cases import queries
from ringfence.desks.cases.interview import Checked, Form, plain, validate
from ringfence.desks.cases.queries.interviews import form_of_case, told_before
from ringfence.facts.cases import InterviewKept
from ringfence.facts.ids import CaseId, PersonId
from ringfence.facts.registry import DossierOpened, FileKept, IdentityRevealed
from ringfence.registry import attachments, identities
from ringfence.registry.queries import areas
from ringfence.registry.vaults import vault_of

LARGEST = 20 * 1024 * 1024  # bytes of one attached file
LONGEST_TEXT = 4000  # characters of a purpose


def _case(case: CaseId) -> queries.CaseRow:
    row = queries.case_row(case)
    if row is None:
        raise Refused("case_unknown", case=case)
    return row


@action(may="investigate", many=False)
def keep_interview(  # noqa: PLR0913 (each is told by name)
    who: Who, *, case: CaseId, form: str, version: int, answers: dict[str, str], at: datetime
) -> Facts:
    """Keep answers to an interview form; personal ones are sealed with the person's own key.

    `answers` maps each field to its answer as JSON; what is left out stays as it was.
    """
    del who
    row = _case(case)
    asked = form_of_case(form, version)
    told = {name: _read(name, value) for name, value in answers.items()}
    checked = check_answers(asked, told_before(case, row.person, asked) | told, row, at)
    if checked.errors:
        raise Refused("answers_wrong", fields=", ".join(sorted(checked.errors)))
    kept = plain(checked.answers)
    personal = {name: value for name, value in kept.items() if name in asked.personal()}
    yield InterviewKept(
        case=case,
        form=form,
        version=version,
        answers={name: orjson.dumps(value).decode() for name, value in kept.items() if name not in personal},
        sealed=_sealed(row.person, personal),
        completeness=checked.completeness,
        at=at,
    )


def check_answers(form: Form, answers: dict[str, object], row: queries.CaseRow, at: datetime) -> Checked:
    """Answers checked as of a moment, in the zone of the case's place."""
    zone = ZoneInfo(areas.zone_at(row.path))
    return validate(form, answers, today=at.astimezone(zone).date(), zone=zone)


def _read(name: str, value: str) -> object:
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise Refused("answers_wrong", fields=name) from error


def _sealed(person: PersonId, personal: dict[str, object]) -> Sealed | None:
    if not personal:
        return None
    return Sealed(identities.own_vault(person).seal_text(orjson.dumps(personal).decode()))


@action(may="investigate", many=False)
def attach_file(who: Who, *, case: CaseId, name: str, media_type: str, content: str, at: datetime) -> Facts:  # noqa: PLR0913 (each is told by name)
    """Attach a file to a case; `content` is base64, and lies sealed beside the log."""
    del who
    row = _case(case)
    try:
        stream = io.BytesIO(b64decode(content, validate=True))
    except (NotBase64, ValueError) as error:
        raise Refused("attachment_empty", name=name) from error
    kept = attachments.keep(home(), identities.own_vault(row.person), stream, name, media_type, LARGEST)
    identities.keep_file(kept, case, at)
    yield FileKept(file=kept.id, about=case, media_type=kept.media_type, bytes=kept.bytes, at=at)


@action(may="reveal", many=False)
def reveal_case(who: Who, *, case: CaseId, purpose: str, at: datetime) -> Facts:
    """Look at who a case is and at all that they answered; the purpose goes on record first."""
    del who
    row = _case(case)
    if len(purpose.strip()) < 3:  # noqa: PLR2004 (a word)
        raise Refused("purpose_missing", what="reveal_case")
    answered = any(each.sealed for each in queries.interviews_of(case))
    known = identities.opened(row.person)
    if known is None and (not answered or vault_of(row.person) is None):
        raise Refused("identity_unknown", person=row.person)
    fields = (*(known.fields() if known else ()), *(("interview",) if answered else ()))
    yield IdentityRevealed(person=row.person, purpose=purpose.strip()[:LONGEST_TEXT], fields=fields, at=at)


@action(may="see", many=False)
def open_dossier(who: Who, *, case: CaseId, purpose: str, revealed: bool = False, at: datetime) -> Facts:
    """Open or print the whole file of a case, for a purpose on record."""
    row = _case(case)
    if not purpose.strip():
        raise Refused("purpose_missing", what="open_dossier")
    if revealed and not who.scope("reveal").covers(row.path):
        raise Refused("not_allowed", what="open_dossier")
    yield DossierOpened(case=case, purpose=purpose.strip()[:LONGEST_TEXT], revealed=revealed, at=at)
