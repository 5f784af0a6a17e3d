"""What follows from the facts of the cases desk."""

from __future__ import annotations

from tests.stories.story import Story


def test_a_reported_case_is_investigated_and_the_work_ends_with_it() -> None:
    story = Story("""
        10:00  report_case person=Ana classification=confirmed by=duty
        18:00  complete_investigation case=Ana source_found=yes by=duty
    """)
    assert story.tasks() == ["find_contacts | Ana | tracing | 02 10:00"]
    assert story.tasks("done") == ["investigate_case | Ana | investigation | 02 10:00"]
    assert story.why("TaskDone") == ["TaskDone < a_finished_investigation_closes_its_task", "InvestigationCompleted"]


def test_a_positive_starts_the_clock_and_the_report_stops_it() -> None:
    story = Story("""
        10:00  PositiveHeard person=Ana laboratory=L1
        11:00  report_case person=Ana by=duty
    """)
    assert story.tasks("done") == ["report_positive | Ana | reporting | 01 12:00"]
    assert story.tasks() == ["investigate_case | Ana | investigation | 02 11:00"]
    assert story.why("TaskDone") == ["TaskDone < a_report_answers_the_laboratory", "CaseReported"]


def test_a_positive_that_nobody_reports_is_missed_and_looked_into() -> None:
    story = Story("""
        10:00  hear_positive person=Ana laboratory=L1 by=lab
        11:55  the clock strikes
        12:05  the clock strikes
        12:10  the clock strikes
    """)
    assert story.facts().count("ReportMissed < a_positive_without_a_report_is_missed") == 1
    assert "find_missing_report | Ana | supervision" in "\n".join(story.tasks())
    assert story.why("TasksSet", kind="find_missing_report") == [
        "TasksSet < a_missed_report_is_looked_into",
        "ReportMissed < a_positive_without_a_report_is_missed",
        "TimeStruck",
    ]


def test_a_late_report_is_put_on_record_and_explained() -> None:
    story = Story("""
        08:00  CaseReported case=C1 person=Ana classification=confirmed
        09:00  CourseNoted case=C1 events=positive days=2021-09-01 moments=01T08:30
        13:00  CourseNoted case=C1 events=reported days=2021-09-01 moments=01T13:00
    """)
    assert story.tasks("done") == ["report_case | C1 | reporting | 01 10:30"]
    assert "explain_late_report | C1 | supervision" in "\n".join(story.tasks())
    assert story.why("TasksSet", kind="explain_late_report") == [
        "TasksSet < a_late_report_is_explained",
        "ReportFoundLate < a_report_answers_its_clock",
        "CourseNoted",
    ]


def test_a_finding_must_be_reported_in_time() -> None:
    story = Story("""
        08:00  CaseReported case=C1 person=Ana classification=suspect
        09:00  CourseNoted case=C1 events=positive days=2021-09-01 moments=01T09:00
    """)
    assert story.tasks()[0] == "report_case | C1 | reporting | 01 11:00"
    assert story.why("TasksSet", kind="report_case")[0] == "TasksSet < a_finding_must_be_reported_in_time"


def test_criteria_make_the_class_whoever_writes_the_findings_down() -> None:
    story = Story("""
        10:00  report_case person=Ana by=duty
        11:00  note_findings case=Ana findings=contact_positive,fever,ct_typical,pcr_positive by=duty
    """)
    assert story.newest("CaseClassified").classification == "confirmed"
    assert story.why("CaseClassified") == ["CaseClassified < criteria_make_the_class", "FindingsNoted"]


def test_a_discarded_case_needs_no_work() -> None:
    story = Story("""
        10:00  report_case person=Ana by=duty
        12:00  classify_case case=Ana classification=discarded basis=two negative swabs by=duty
    """)
    assert story.tasks() == []
    assert "TaskDropped < a_discarded_case_needs_no_work" in story.facts()


def test_a_case_set_aside_needs_no_work() -> None:
    story = Story("""
        10:00  report_case person=Ana by=duty
        12:00  set_case_aside case=Ana reason=entered twice by=duty
        13:00  set_case_aside case=Ana reason=again by=duty ! case_unknown
    """)
    assert story.tasks() == []
    assert "TaskDropped < a_case_set_aside_needs_no_work" in story.facts()


def test_a_unit_that_falls_silent_is_asked_why() -> None:
    story = Story("""
        08:00     enrol_facility facility=H1 name_en=Hospital by=duty
        09:00     make_daily_report facility=H1 on=2021-09-01 count=0 by=duty
        03 09:30  the clock strikes
        03 09:35  the clock strikes
    """)
    assert story.facts().count("FacilityFellSilent < a_unit_unheard_of_fell_silent") == 1
    assert "ask_silent_unit | H1 | supervision" in "\n".join(story.tasks())
    assert story.why("TasksSet", kind="ask_silent_unit")[0] == "TasksSet < a_silent_unit_is_asked_why"


def test_what_is_told_long_after_is_listed_and_sends_nobody_out() -> None:
    story = Story("""
        10:00  CaseReported case=C1 person=Ana at=-40d
        10:05  PositiveHeard person=Bo laboratory=L1 at=-40d
        10:10  CaseReported case=C2 person=Cy at=-2d
    """)
    assert story.tasks() == ["investigate_case | C2 | investigation | 31 10:10"]
    assert story.facts()[:2] == ["CaseReported", "PositiveHeard"]


def test_a_report_told_before_the_positive_it_answers_sets_no_clock() -> None:
    story = Story("""
        10:00  report_case person=Ana by=duty
        11:00  PositiveHeard person=Ana laboratory=L1 at=-2h
    """)
    assert story.tasks() == ["investigate_case | Ana | investigation | 02 10:00"]


def test_a_person_is_reported_once() -> None:
    Story("""
        10:00  report_case person=Ana by=duty
        11:00  report_case person=Ana by=duty ! case_already_reported
    """)
