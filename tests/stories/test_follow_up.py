"""What follows from contacts being followed up: reached, kept apart, asked, swabbed, handed over, let go."""

from __future__ import annotations

from datetime import date
from typing import Any

from ringfence.core import db
from ringfence.core.access import EVERYWHERE
from ringfence.desks.tracing.queries.follow_up import contacts_to_quarantine
from ringfence.facts.command import task_of
from ringfence.facts.ids import ContactId, OutbreakId
from tests.stories.story import Story


def contact(story: Story, name: str, *columns: str) -> Any:
    """Columns of a contact, as memory has them: days as text."""
    row = db.ask_one(f"SELECT {', '.join(columns)} FROM tracing_contact WHERE id = %s", (story.names[ContactId, name],))
    assert row is not None
    return row[0] if len(columns) == 1 else tuple(row)


def test_harbin_2021_a_contact_still_at_home_next_morning_is_overdue_and_somebody_above_answers_for_it() -> None:
    """outbreaks.md: contacts named in the evening were still at home the next day. Here that is on a list and goes up."""
    story = Story("""
        20 15:00  report_case person=Zoe onset_on=2021-09-18 by=duty
        21 07:00  ContactNamed contact=Ana person=Ana case=Zoe first_at=20T10:00 last_at=20T11:00
        21 16:00  try_contact contact=Ana reason=no_answer by=duty
        21 16:30  reach_contact contact=Ana by=duty
        21 17:00  reach_contact contact=Ana by=duty ! contact_reached_already
        22 08:00  the clock strikes
    """)
    assert [task for task in story.tasks() if task.startswith(("quarantine", "reach"))] == [
        "quarantine_contact | Ana | tracing | 22 07:00"
    ]
    assert story.tasks("done") == ["reach_contact | Ana | tracing | 22 07:00"]
    raised = story.newest("TaskEscalated")
    assert raised.task == task_of("quarantine_contact", story.names[ContactId, "Ana"])
    assert (raised.level, story.name(raised.unit)) == (1, "office")
    assert contact(story, "Ana", "state", "stay", "tries") == ("reached", None, 1)
    late = contacts_to_quarantine(
        EVERYWHERE, outbreak=OutbreakId(story.names[OutbreakId, "HB"]), due_before=story.clock.now()
    )
    assert [story.name(row.contact) for row in late.rows] == ["Ana"]


def test_an_order_to_keep_apart_answers_its_task_and_ends_by_itself() -> None:
    story = Story("""
        21 15:00  FollowUpsBegun contacts=Ana,Bo people=Ana,Bo paths= closeness=close,close last_at=20T11:00,20T11:00 until_at=29T11:00,29T11:00
        21 15:00  TasksSet kind=quarantine_contact about=contact:Ana,contact:Bo unit=tracing due_at=21T23:00
        21 15:30  quarantine_contact contact=Ana basis=close contact by=sampler ! not_allowed
        21 16:00  quarantine_contact contact=Ana basis=Article S4, close contact until_at=24T12:00 by=duty
        21 16:30  quarantine_contact contact=Bo basis=Article S4, close contact by=duty
        21 17:00  set_contact_free contact=Bo reason=by_hand by=duty
        21 17:05  set_contact_free contact=Bo reason=by_hand by=duty ! contact_not_apart
        24 12:05  the clock strikes
    """)
    assert {task.split(" | ")[0] for task in story.tasks()} == {"visit_contact"}
    assert [task.split(" | ")[0] for task in story.tasks("done")] == ["quarantine_contact"] * 2
    assert story.why("ContactsSetFree", reason="ended") == [
        "ContactsSetFree < an_order_to_keep_apart_ends_by_itself",
        "TimeStruck",
    ]
    assert contact(story, "Ana", "stay", "quarantined_until", "alive") == (None, None, 1)


def test_a_contact_unheard_of_by_the_hour_has_missed_the_day_and_is_visited() -> None:
    story = Story("""
        21 15:00  FollowUpsBegun contacts=Ana,Bo people=Ana,Bo paths= closeness=close,close last_at=20T11:00,20T11:00 until_at=29T11:00,29T11:00
        22 09:00  report_day contact=Bo temp_c=36.6 by=duty
        22 17:55  the clock strikes
        22 18:05  the clock strikes
    """)
    missed = story.newest("DaysMissed")
    assert [story.name(each) for each in missed.contacts] == ["Ana"]
    assert story.facts().count("DaysMissed < a_contact_unheard_of_has_missed_the_day") == 1
    assert story.why("TasksSet", kind="visit_contact") == [
        "TasksSet < a_contact_silent_for_days_is_visited",
        "DaysMissed < a_contact_unheard_of_has_missed_the_day",
        "TimeStruck",
    ]
    assert story.tasks() == ["visit_contact | Ana | tracing | 23 00:00"]
    assert contact(story, "Ana", "missed", "missed_in_row") == (1, 1)
    assert contact(story, "Bo", "missed", "reached_at IS NULL") == (0, 0)


def test_a_day_told_late_is_no_missed_day_and_calls_the_visit_off() -> None:
    story = Story("""
        21 15:00  FollowUpsBegun contacts=Ana people=Ana paths= closeness=close last_at=20T11:00 until_at=29T11:00
        22 18:05  the clock strikes
        23 18:05  the clock strikes
        23 19:00  report_day contact=Ana on=22 channel=visit by=duty
        23 19:05  report_day contact=Ana on=23 channel=visit by=duty
        23 19:06  report_day contact=Ana on=24 by=duty ! day_out_of_reach
        24 09:00  the clock strikes
    """)
    assert story.tasks() == []
    assert story.facts().count("TaskDone < a_day_heard_of_needs_no_visit") == 1
    assert story.why("ContactsReached")[0] == "ContactsReached < an_answer_means_they_were_reached"
    assert contact(story, "Ana", "missed", "missed_in_row", "due_on") == (0, 0, date(2021, 9, 24))


def test_a_contact_who_falls_ill_is_looked_into_and_swabbed_at_once() -> None:
    story = Story("""
        21 15:00  FollowUpsBegun contacts=Ana,Bo people=Ana,Bo paths= closeness=close,close last_at=20T11:00,20T11:00 until_at=29T11:00,29T11:00
        22 09:00  report_day contact=Ana symptoms=cough temp_c=38.2 by=duty
        22 09:05  report_day contact=Bo symptoms=tired by=duty
        22 09:06  report_day contact=Bo temp_c=55 by=duty ! temperature_absurd
        22 10:00  report_day contact=Ana symptoms=cough temp_c=38.4 by=duty
    """)
    assert story.newest("SymptomsFound").symptoms == ("cough", "fever")
    assert story.facts().count("SymptomsFound < alarming_symptoms_are_looked_into") == 1
    assert story.why("CaseReported", person="Ana") == [
        "CaseReported < a_contact_with_symptoms_is_a_suspect_case",
        "SymptomsFound < alarming_symptoms_are_looked_into",
        "SymptomsReported",
    ]
    assert story.why("TasksSet", kind="swab_contact")[0] == "TasksSet < a_contact_with_symptoms_is_swabbed"
    assert any(task.startswith("investigate_case") for task in story.tasks())


def test_the_days_of_the_protocol_send_for_swabs_which_any_tube_answers() -> None:
    story = Story("""
        21 15:00  FollowUpsBegun contacts=Ana people=Ana paths= closeness=close last_at=20T11:00 until_at=29T11:00 test_on=2021-09-23+2021-09-25
        22 09:00  the clock strikes
        23 00:05  the clock strikes
        23 10:00  seal_tube code=T1 site=Gate people=Ana,Cy by=sampler
        23 16:00  read_tube laboratory=LabTwo tube=T1 result=negative by=lab
        25 00:05  the clock strikes
        26 10:00  seal_tube code=T2 site=Gate people=Ana alone=yes by=sampler
        26 11:00  void_tube tube=T2 reason=lost by=sampler
    """)
    sent = [each for each in story.facts() if each == "TasksSet < a_day_of_the_protocol_sends_for_a_swab"]
    assert len(sent) == 2
    assert story.why("ContactTested", result="negative") == [
        "ContactTested < a_result_says_how_the_contact_stands",
        "TubeRead",
    ]
    assert story.facts().count("ContactTested < a_swab_answers_its_day_of_the_protocol") == 2
    assert story.facts().count("ContactTested < a_lost_swab_answers_no_day") == 1
    assert contact(story, "Ana", "next_test_on", "tested") == (None, "invalid")


def test_a_later_exposure_counts_the_days_anew_and_calls_off_the_swabs_of_the_old_ones() -> None:
    story = Story("""
        21 15:00  FollowUpsBegun contacts=Ana,Bo people=Ana,Bo paths= closeness=close,close last_at=20T11:00,20T11:00 until_at=29T11:00,29T11:00 test_on=2021-09-22+2021-09-25,2021-09-22+2021-09-25
        22 00:05  the clock strikes
        22 09:00  FollowUpsBegun contacts=Ana people=Ana paths= closeness=close last_at=22T08:00 until_at=30T11:00 test_on=2021-09-23+2021-09-26
        22 10:00  FollowUpsBegun contacts=Bo people=Bo paths= closeness=close last_at=21T08:00 until_at=30T11:00 test_on=2021-09-22+2021-09-26
        23 00:05  the clock strikes
    """)
    swabs = [task for task in story.tasks() if task.startswith("swab")]
    assert sorted(swabs) == ["swab_contact | Ana | sampling | 24 00:00", "swab_contact | Bo | sampling | 23 00:00"]
    dropped = [task for task in story.tasks("dropped") if task.startswith("swab")]
    assert dropped == ["swab_contact | Ana | sampling | 23 00:00"]
    assert story.why("TaskDropped", reason="days_counted_anew") == [
        "TaskDropped < a_day_no_longer_in_the_protocol_sends_nobody",
        "FollowUpsBegun",
    ]


def test_a_swab_that_another_place_tells_answers_the_task_of_its_day_and_of_those_before() -> None:
    story = Story("""
        21 15:00  FollowUpsBegun contacts=Ana people=Ana paths= closeness=close last_at=20T11:00 until_at=29T11:00 test_on=2021-09-22+2021-09-25
        22 00:05  the clock strikes
        22 16:00  ContactTested contact=Ana on=2021-09-21 result=negative
        22 17:00  ContactTested contact=Ana on=2021-09-22 result=negative
        23 00:05  the clock strikes
    """)
    assert story.tasks("done") == ["swab_contact | Ana | sampling | 23 00:00"]
    assert [task for task in story.tasks() if task.startswith("swab")] == []
    assert story.why("TaskDone", evidence="swab_told") == [
        "TaskDone < a_swab_told_without_its_tube_answers_the_task",
        "ContactTested",
    ]
    assert contact(story, "Ana", "next_test_on", "tested") == (date(2021, 9, 25), "negative")


def test_a_follow_up_ends_by_itself_but_not_before_its_last_swab_is_read() -> None:
    story = Story("""
        21 15:00  FollowUpsBegun contacts=Ana,Bo people=Ana,Bo paths= closeness=close,close last_at=20T11:00,20T11:00 until_at=24T11:00,24T11:00 test_on=2021-09-23,2021-09-24
        21 16:00  quarantine_contact contact=Ana basis=Article S4 until_at=28T12:00 by=duty
        23 10:00  seal_tube code=T1 site=Gate people=Ana alone=yes by=sampler
        23 16:00  read_tube laboratory=LabTwo tube=T1 result=negative by=lab
        24 11:05  the clock strikes
    """)
    assert story.why("FollowUpsClosed", reason="completed") == [
        "FollowUpsClosed < a_follow_up_ends_by_itself",
        "TimeStruck",
    ]
    assert [story.name(each) for each in story.newest("FollowUpsClosed").contacts] == ["Ana"]
    assert story.why("ContactsSetFree", reason="ended")[0] == "ContactsSetFree < nobody_is_kept_apart_without_a_cause"
    assert contact(story, "Bo", "alive", "state") == (1, "listed")


def test_a_contact_who_became_a_case_is_followed_as_one_and_their_errands_are_dropped() -> None:
    story = Story("""
        21 15:00  FollowUpsBegun contacts=Ana,Bo people=Ana,Bo paths= closeness=close,close last_at=20T11:00,20T11:00 until_at=29T11:00,29T11:00
        21 15:00  TasksSet kind=reach_contact about=contact:Ana,contact:Bo unit=tracing due_at=21T19:00
        21 18:00  ContactBecameCase contact=Ana case=AnaCase in_quarantine=no
        21 19:00  close_follow_up contact=Bo reason=whatever by=duty ! follow_up_code_unknown
        21 19:00  close_follow_up contact=Bo reason=by_hand by=duty
        21 19:10  reach_contact contact=Bo by=duty ! follow_up_over
        21 19:20  reopen_follow_up contact=Bo by=duty
        21 19:21  reopen_follow_up contact=Bo by=duty ! follow_up_open
        22 18:05  the clock strikes
    """)
    assert contact(story, "Ana", "alive", "closed_reason") == (0, "became_case")
    assert sorted(story.tasks("dropped")) == [f"reach_contact | {name} | tracing | 21 19:00" for name in ("Ana", "Bo")]
    assert [story.name(each) for each in story.newest("DaysMissed").contacts] == ["Bo"]


def test_a_contact_who_lives_in_another_city_is_handed_over_with_a_notice_and_its_clock() -> None:
    story = Story("""
        21 14:00  declare_jurisdiction code=far level=city name_en=Fartown zone=Asia/Shanghai parent=Land by=admin
        21 15:00  FollowUpsBegun contacts=Ana,Bo people=Ana,Bo paths= closeness=close,close last_at=20T11:00,20T11:00 until_at=29T11:00,29T11:00
        21 15:00  TasksSet kind=reach_contact about=contact:Ana,contact:Bo unit=tracing due_at=21T19:00
        21 16:00  hand_over_contact contact=Ana to_place=Nowhere by=duty ! place_not_in_tree
        21 16:00  hand_over_contact contact=Ana to_place=Fartown by=duty
        21 16:01  hand_over_contact contact=Bo to_place=Fartown by=duty
        21 16:02  hand_over_contact contact=Bo to_place=Fartown by=duty ! contact_there_already
    """)
    assert story.facts().count("NoticeSent < the_place_that_answers_now_is_told") == 2
    notices = db.ask("SELECT state, people FROM command_notice")
    assert [tuple(row) for row in notices] == [("sent", 2)]
    due = [task.split(" | ") for task in story.tasks()]
    assert [(kind, when) for kind, _, _, when in due if kind == "answer_notice"] == [("answer_notice", "22 16:00")]
    assert [(kind, who, when) for kind, who, _, when in due if kind == "reach_contact"] == [
        ("reach_contact", "Ana", "21 19:00"),
        ("reach_contact", "Bo", "21 19:00"),
    ]
    assert story.facts().count("TaskDropped < whoever_answers_for_them_does_the_work") == 2
    notice = db.ask_one("SELECT id FROM command_notice")
    assert notice is not None


def test_a_notice_is_taken_answered_and_taken_back() -> None:
    story = Story("""
        21 14:00  NoticeSent notice=N1 kind=contacts about=X1,X2
        21 14:10  take_notice notice=N1 by=duty
        21 14:11  take_notice notice=N1 by=duty ! notice_over
        21 15:00  answer_notice notice=N1 found=3 by=duty ! notice_numbers
        21 15:00  answer_notice notice=N1 found=1 kept_apart=1 not_found=1 by=duty
        21 16:00  NoticeSent notice=N2 kind=contacts about=X3
        21 16:10  NoticeWithdrawn notice=N2 reason=mistake
        21 17:00  send_notice kind=exposure to_place=Abroad, by the coast by=duty
    """)
    assert story.why("TaskStarted")[0] == "TaskStarted < whoever_takes_a_notice_has_its_task"
    assert story.tasks("done") == ["answer_notice | N1 | tracing | 22 14:00"]
    assert story.tasks("dropped") == ["answer_notice | N2 | tracing | 22 16:00"]
    assert [task.split(" | ")[0] for task in story.tasks()] == ["ask_for_answer"]
    states = db.ask("SELECT state FROM command_notice ORDER BY seq")
    assert [state for (state,) in states] == ["answered", "withdrawn", "sent"]


def test_contacts_called_back_take_their_notice_with_them() -> None:
    story = Story("""
        21 14:00  declare_jurisdiction code=far level=city name_en=Fartown zone=Asia/Shanghai parent=Land by=admin
        21 15:00  FollowUpsBegun contacts=Ana people=Ana paths= closeness=close last_at=20T11:00 until_at=29T11:00
        21 16:00  hand_over_contact contact=Ana to_place=Fartown by=duty
        21 16:30  call_back_contacts contacts=contact:Ana jurisdiction=Land by=duty ! contact_not_handed_over
        21 16:40  call_back_contacts contacts=contact:Ana by=duty
    """)
    assert contact(story, "Ana", "away", "from_path") == (0, "")
    assert story.why("NoticeWithdrawn")[0] == "NoticeWithdrawn < a_place_called_back_from_needs_no_answer"
    assert story.why("TaskDropped")[0] == "TaskDropped < a_notice_withdrawn_needs_no_answer"
    assert story.tasks() == []


def test_a_tube_finds_a_contact_under_the_record_that_was_merged_into_theirs() -> None:
    """Anna was registered at the site; somebody saw that she is Ana, who is followed up."""
    story = Story("""
        21 15:00  FollowUpsBegun contacts=Ana people=Ana paths= closeness=close last_at=20T11:00 until_at=29T11:00 test_on=2021-09-23+2021-09-25
        22 10:00  PeopleMerged kept=Ana merged=Anna reason=same
        23 10:00  seal_tube code=T1 site=Gate people=Anna by=sampler
        25 10:00  report_case person=Anna classification=suspect by=duty
    """)
    tested = story.newest("ContactTested")
    assert (story.name(tested.contact), tested.on.isoformat()) == ("Ana", "2021-09-23")
    assert contact(story, "Ana", "reported") is not None
