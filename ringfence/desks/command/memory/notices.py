"""How the command desk remembers notices between places."""

from __future__ import annotations

from ringfence.core import db
from ringfence.core.declare import keeps
from ringfence.core.fact import Line, to_micros
from ringfence.desks.command.queries import notices
from ringfence.facts.command import NoticeAnswered, NoticeSent, NoticeTaken, NoticeWithdrawn, TasksSet
from ringfence.facts.ids import NoticeId
from ringfence.registry.queries import areas

_NOTICE = (
    "INSERT INTO command_notice (id, seq, outbreak, kind, path, from_path, told_place, sent_by, sent_at, due_at, state,"
    " people, taken_at, taken_by, answered_at, answered_by, found, kept_apart, not_found, text, asked)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, NULL, 'sent', %s, NULL, '', NULL, '', 0, 0, 0, '', %s)"
    " ON CONFLICT (id) DO NOTHING"
)
_ABOUT = "INSERT INTO command_notice_about (notice, about) VALUES (%s, %s) ON CONFLICT (notice, about) DO NOTHING"


@keeps(NoticeSent)
def a_notice(fact: NoticeSent, line: Line) -> None:
    """Told again, it is about more people; an answered one is open again for them."""
    known = notices.notice_row(fact.notice)
    there = set(notices.about(fact.notice)) if known else set()
    new = [each for each in dict.fromkeys(fact.about) if each not in there]
    for each in new:
        db.write("command_notice_about", _ABOUT, (fact.notice, each))
    if known is not None:
        again = known.state in {"answered", "withdrawn"} and bool(new)
        sets = ", state = 'sent', asked = %s" if again else ""
        db.write(
            "command_notice",
            f"UPDATE command_notice SET people = %s{sets} WHERE id = %s",
            (len(there) + len(new), *((str(line.seq),) if again else ()), fact.notice),
        )
        return
    asker = (fact.was_jurisdiction and areas.path_of(fact.was_jurisdiction)) or line.jurisdiction or ""
    asked = areas.path_of(fact.jurisdiction) or line.jurisdiction or ""
    by = f"account:{fact.account}" if fact.account else line.by
    row = (fact.notice, line.seq, fact.outbreak, fact.kind, asked, asker, fact.told_place, by, to_micros(fact.at))
    db.write("command_notice", _NOTICE, (*row, len(new), str(line.seq)))


@keeps(TasksSet)
def a_notices_clock(fact: TasksSet, line: Line) -> None:
    """By when it must be answered: as the task for it says."""
    del line
    if fact.kind in {"answer_notice", "ask_for_answer"}:
        for each in fact.about:
            sql = "UPDATE command_notice SET due_at = %s WHERE id = %s"
            db.write("command_notice", sql, (to_micros(fact.due_at), each))


@keeps(NoticeTaken)
def a_taken_notice(fact: NoticeTaken, line: Line) -> None:
    """Somebody there has it in hand."""
    known = notices.notice_row(NoticeId(fact.notice))
    if known is not None and known.state == "sent":
        by = f"account:{fact.account}" if fact.account else line.by
        sql = "UPDATE command_notice SET state = 'taken', taken_at = %s, taken_by = %s WHERE id = %s"
        db.write("command_notice", sql, (to_micros(fact.at), by, fact.notice))


@keeps(NoticeAnswered)
def an_answered_notice(fact: NoticeAnswered, line: Line) -> None:
    """What they found; answered again, the newest answer stands."""
    by = f"account:{fact.account}" if fact.account else line.by
    db.write(
        "command_notice",
        "UPDATE command_notice SET state = 'answered', answered_at = %s, answered_by = %s, found = %s, kept_apart = %s,"
        " not_found = %s, text = %s WHERE id = %s",
        (to_micros(fact.at), by, fact.found, fact.kept_apart, fact.not_found, fact.text, fact.notice),
    )


@keeps(NoticeWithdrawn)
def a_withdrawn_notice(fact: NoticeWithdrawn, line: Line) -> None:
    """Of some of its people, or of all."""
    del line
    known = notices.notice_row(fact.notice)
    if known is None:
        return
    there = notices.about(fact.notice)
    gone = [each for each in there if not fact.about or each in fact.about]
    for each in gone:
        sql = "DELETE FROM command_notice_about WHERE notice = %s AND about = %s"
        db.write("command_notice_about", sql, (fact.notice, each))
    state = "withdrawn" if len(gone) == len(there) and known.open else known.state
    db.write(
        "command_notice",
        "UPDATE command_notice SET people = %s, state = %s WHERE id = %s",
        (len(there) - len(gone), state, fact.notice),
    )
