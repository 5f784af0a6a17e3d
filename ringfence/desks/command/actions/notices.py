"""What people do with notices: ask another place for help, take a notice in hand, answer it."""

from __future__ import annotations

from datetime import datetime

from ringfence.core.access import Who
from ringfence.core.declare import action
from ringfence.core.errors import Refused
from ringfence.core.fact import Facts, Sealed, to_micros
from ringfence.desks.command.queries import notices
from ringfence.desks.command.queries.notices import NoticeRow
from ringfence.facts.command import NoticeAnswered, NoticeSent, NoticeTaken, NoticeWithdrawn, notice_of
from ringfence.facts.ids import AccountId, JurisdictionId, NoticeId, OutbreakId
from ringfence.registry.queries import areas, outbreaks
from ringfence.registry.vaults import sealed_apart

KINDS = ("contacts", "case", "exposure")
MOST_ABOUT = 1000


def _known(notice: str) -> NoticeRow:
    row = notices.notice_row(NoticeId(notice))
    if row is None:
        raise Refused("notice_unknown", notice=notice)
    return row


@action(may="investigate", many=False)
def withdraw_notice(who: Who, *, notice: str, reason: str = "", at: datetime) -> Facts:
    """Take back a notice that was sent by mistake, or is not needed any more."""
    row = _known(notice)
    if not who.scope("investigate").covers(row.from_path):
        raise Refused("not_known_here", what="notice", id=notice)
    if not row.open:
        raise Refused("notice_over", notice=notice, state=f"notice.{row.state}")
    yield NoticeWithdrawn(notice=row.id, reason=reason.strip(), at=at)


@action(may="investigate", undo=withdraw_notice, many=False)
def send_notice(  # noqa: PLR0913 (each is told by name)
    who: Who,
    *,
    outbreak: OutbreakId,
    jurisdiction: JurisdictionId,
    kind: str,
    to_place: str,
    about: tuple[str, ...] = (),
    at: datetime,
) -> Facts:
    """Ask another place for help; one that is not in the tree is told in words, and its answer is waited for here."""
    if outbreaks.outbreak_row(outbreak) is None:
        raise Refused("outbreak_unknown", outbreak=outbreak)
    if kind not in KINDS:
        raise Refused("notice_kind_unknown", told=kind, known=", ".join(KINDS))
    told = to_place.strip()
    if not told or len(about) > MOST_ABOUT:
        raise Refused("notice_place_missing", what="action.command.send_notice", most=MOST_ABOUT)
    there = JurisdictionId(told) if areas.path_of(told) is not None else areas.area_called(told)
    if there == jurisdiction:
        raise Refused("notice_to_oneself", place=to_place)
    notice = notice_of(outbreak, jurisdiction, there or told, str(to_micros(at)))
    yield NoticeSent(
        notice=notice, outbreak=outbreak, kind=kind, jurisdiction=there or jurisdiction, was_jurisdiction=jurisdiction,
        about=about, told_place=None if there else Sealed(sealed_apart(notice, told)), account=AccountId(who.id), at=at,
    )  # fmt: skip


@action(may="work")
def take_notice(who: Who, *, notice: NoticeId, at: datetime) -> Facts:
    """Take a notice in hand, so that the place that asked knows."""
    row = _known(notice)
    if row.state != "sent" or row.outside:
        raise Refused("notice_over", notice=notice, state=f"notice.{row.state}")
    yield NoticeTaken(notice=notice, account=AccountId(who.id), at=at)


@action(may="work", many=False)
def answer_notice(  # noqa: PLR0913 (each is told by name)
    who: Who, *, notice: NoticeId, found: int, kept_apart: int = 0, not_found: int = 0, text: str = "", at: datetime
) -> Facts:
    """Say how many were found, how many of them are kept apart, and how many were not found."""
    row = _known(notice)
    if row.state == "withdrawn":
        raise Refused("notice_over", notice=notice, state=f"notice.{row.state}")
    if min(found, kept_apart, not_found) < 0 or kept_apart > found or (row.people and found + not_found > row.people):
        raise Refused("notice_numbers", people=row.people, found=found, kept_apart=kept_apart, not_found=not_found)
    yield NoticeAnswered(
        notice=notice, found=found, kept_apart=kept_apart, not_found=not_found, text=text.strip(),
        account=AccountId(who.id), at=at,
    )  # fmt: skip
