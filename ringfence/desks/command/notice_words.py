"""The words of notices between places."""

from __future__ import annotations

from ringfence.core.words import N_

REFUSALS: dict[str, tuple[str, str, str]] = {
    "notice_unknown": (
        N_("There is no notice {notice}."),
        N_("Notices received and sent are on the page of notices."),
        N_("Choose one of them."),
    ),
    "notice_over": (
        N_("This notice does not wait for that."),
        N_("It stands as: {state}. The notice: {notice}."),
        N_("Look at its file; a new notice asks again."),
    ),
    "notice_kind_unknown": (
        N_("{told} is no kind of notice."),
        N_("The kinds are: {known}."),
        N_("Choose one of them."),
    ),
    "notice_place_missing": (
        N_("A notice names the place that is asked, and at most {most} people."),
        N_("This was told: {what}."),
        N_("Write the place, or send several notices."),
    ),
    "notice_to_oneself": (
        N_("{place} is the place that asks."),
        N_("A notice goes to another place."),
        N_("Choose another place, or set a task for a unit of your own."),
    ),
    "notice_numbers": (
        N_("The numbers do not fit together."),
        N_(
            "The notice is about {people}; told were {found} found, {kept_apart} of them kept apart, {not_found} not found."
        ),
        N_("Check them: nobody is kept apart who was not found, and nobody is counted twice."),
    ),
}

LABELS: dict[str, str] = {
    "fact.NoticeSent": N_("Another place was asked for help"),
    "fact.NoticeTaken": N_("A notice was taken in hand"),
    "fact.NoticeAnswered": N_("A notice was answered"),
    "fact.NoticeWithdrawn": N_("A notice was withdrawn"),
    "action.command.send_notice": N_("Send a notice"),
    "action.command.take_notice": N_("Take in hand"),
    "action.command.answer_notice": N_("Answer the notice"),
    "action.command.withdraw_notice": N_("Withdraw the notice"),
    "query.command.notices": N_("Notices"),
    "query.command.notices_about": N_("Notices that somebody is in"),
    "query.command.notice_file": N_("A notice"),
    "rule.command.a_notice_is_answered_in_time": N_("A notice is answered in time"),
    "rule.command.a_notice_withdrawn_needs_no_answer": N_("A notice withdrawn needs no answer"),
    "rule.command.a_place_called_back_from_needs_no_answer": N_("A place called back from needs no answer"),
    "rule.command.an_answer_ends_the_clock_of_its_notice": N_("An answer ends the clock of its notice"),
    "rule.command.the_place_that_answers_now_is_told": N_("The place that answers now is told"),
    "rule.command.whoever_takes_a_notice_has_its_task": N_("Whoever takes a notice has its task"),
    "task.answer_notice": N_("Answer the notice"),
    "task.ask_for_answer": N_("Ask the other place for its answer"),
    "reason.notice_sent": N_("Another place asks for help"),
    "reason.notice_withdrawn": N_("The notice was withdrawn"),
    "notice.open": N_("waits for an answer"),
    "notice.sent": N_("sent"),
    "notice.taken": N_("in hand"),
    "notice.answered": N_("answered"),
    "notice.withdrawn": N_("withdrawn"),
    "notice.received": N_("received"),
    "notice.contacts": N_("contacts"),
    "notice.case": N_("a case"),
    "notice.exposure": N_("an exposure"),
    "field.notice_sent_at": N_("Sent"),
    "field.notice_from": N_("From"),
    "field.notice_to": N_("To"),
    "field.notice_kind": N_("What it is about"),
    "field.notice_people": N_("People"),
    "field.notice_state": N_("State"),
    "field.notice_due": N_("Answer due"),
    "field.notice_answer": N_("Answer"),
    "field.found": N_("Found"),
    "field.kept_apart": N_("Kept apart"),
    "field.not_found": N_("Not found"),
    "field.notice": N_("Notice"),
}
