"""What follows from notices between places."""

from __future__ import annotations

from ringfence.core.declare import when
from ringfence.core.fact import Facts, Line
from ringfence.desks.command.policy import Policy
from ringfence.desks.command.queries import notices
from ringfence.facts.command import (
    NoticeAnswered,
    NoticeSent,
    NoticeTaken,
    NoticeWithdrawn,
    TaskDone,
    TaskDropped,
    TasksSet,
    TaskStarted,
    task_of,
)
from ringfence.facts.follow_up import ContactsHandedOver
from ringfence.facts.ids import NoticeId

KINDS = ("answer_notice", "ask_for_answer")


@when(ContactsHandedOver)
def the_place_that_answers_now_is_told(handed: ContactsHandedOver, line: Line) -> Facts:
    """Whoever is not told does nothing: the hand-over is a notice, with its clock."""
    if handed.notice is None:
        return
    account = line.by.removeprefix("account:") if line.by.startswith("account:") else None
    yield NoticeSent(
        notice=handed.notice,
        outbreak=handed.outbreak,
        kind="contacts",
        jurisdiction=handed.jurisdiction,
        was_jurisdiction=handed.was_jurisdiction,
        about=handed.contacts,
        account=account,  # type: ignore[arg-type]
        at=handed.at,
    )


@when(ContactsHandedOver)
def a_place_called_back_from_needs_no_answer(handed: ContactsHandedOver, line: Line) -> Facts:
    """The contacts are with those who asked again: what was asked of the other place is taken back."""
    del line
    if handed.notice is not None:
        return
    for notice in notices.sent_about(handed.contacts, to=handed.was_jurisdiction, by=handed.jurisdiction):
        yield NoticeWithdrawn(notice=notice, reason="called_back", about=handed.contacts, at=handed.at)


@when(NoticeSent)
def a_notice_is_answered_in_time(sent: NoticeSent, line: Line, policy: Policy) -> Facts:
    """Whoever moved on is somebody else's chance to stop the chain, and only while the clock runs."""
    row = notices.notice_row(sent.notice)
    if row is None:
        return
    limit = policy.xregion_check_within if sent.kind in {"contacts", "case"} else None
    yield TasksSet(
        kind="ask_for_answer" if sent.told_place is not None else "answer_notice",
        about=(sent.notice,),
        unit="tracing",
        due_at=line.heard_at + (limit or policy.xregion_other_within or policy.task_limit_otherwise),
        key=row.asked,
        reason="notice_sent",
        outbreak=sent.outbreak,
        jurisdiction=sent.jurisdiction,
        urgent=True,
        at=sent.at,
    )


@when(NoticeTaken)
def whoever_takes_a_notice_has_its_task(taken: NoticeTaken, line: Line) -> Facts:
    """The place that asked sees that somebody is on it."""
    del line
    row = notices.notice_row(NoticeId(taken.notice))
    if row is not None and taken.account is not None:
        yield TaskStarted(task=task_of("answer_notice", taken.notice, row.asked), account=taken.account, at=taken.at)


@when(NoticeAnswered)
def an_answer_ends_the_clock_of_its_notice(answered: NoticeAnswered, line: Line) -> Facts:
    """What they found is known to both places now."""
    del line
    row = notices.notice_row(answered.notice)
    if row is not None:
        kind = KINDS[row.outside]
        yield TaskDone(task=task_of(kind, answered.notice, row.asked), evidence="notice_answered", at=answered.at)


@when(NoticeWithdrawn)
def a_notice_withdrawn_needs_no_answer(withdrawn: NoticeWithdrawn, line: Line) -> Facts:
    """Nobody looks for people who are looked after."""
    del line
    row = notices.notice_row(withdrawn.notice)
    if row is not None and row.state == "withdrawn":
        kind = KINDS[row.outside]
        yield TaskDropped(task=task_of(kind, withdrawn.notice, row.asked), reason="notice_withdrawn", at=withdrawn.at)
