"""What follows from the facts of laboratories."""

from __future__ import annotations

from ringfence.facts.testing import LaboratoryOutOfLine
from tests.stories.story import Story


def test_a_laboratory_with_too_many_invalid_tubes_is_named_once_a_day_and_looked_at() -> None:
    story = Story("""
        09:00  seal_tube code=A{1..200} site=Gate people=P{1..200} by=sampler
        09:10  seal_tube code=B{1..200} site=Gate people=Q{1..200} by=sampler
        10:00  receive_tubes laboratory=LabOne tubes=A1,B1 by=lab
        12:00  read_tube laboratory=LabOne tube=A{1..200} result=negative by=lab
        12:05  read_tube laboratory=LabTwo tube=B{1..188} result=negative by=lab
        12:06  read_tube laboratory=LabTwo tube=B{189..200} result=invalid by=lab
        12:30  the clock strikes
        12:35  the clock strikes
    """)
    flagged = [each.fact for each in story.lines() if isinstance(each.fact, LaboratoryOutOfLine)]
    assert {(story.name(each.laboratory), each.what, each.found, each.of, each.expected) for each in flagged} == {
        ("LabTwo", "invalid", 12, 200, 0.0),  # above the pack's share
        ("LabOne", "invalid", 0, 200, 12.0),  # as unlike the other; of two, numbers cannot say which is right
    }
    assert len(flagged) == 2
    assert story.why("TasksSet", kind="check_laboratory")[:2] == [
        "TasksSet < a_laboratory_out_of_line_is_looked_at",
        "LaboratoryOutOfLine < a_laboratory_out_of_line_is_named",
    ]
    assert [task for task in story.tasks() if task.startswith("check_laboratory | LabTwo")] == [
        "check_laboratory | LabTwo | laboratory | 01 18:30"
    ]


def test_laboratories_that_differ_by_chance_alone_are_left_in_peace() -> None:
    story = Story("""
        09:00  seal_tube code=A{1..200} site=Gate people=P{1..200} by=sampler
        09:10  seal_tube code=B{1..200} site=Gate people=Q{1..200} by=sampler
        12:00  read_tube laboratory=LabOne tube=A{1..199} result=negative by=lab
        12:01  read_tube laboratory=LabOne tube=A200 result=invalid by=lab
        12:05  read_tube laboratory=LabTwo tube=B{1..197} result=negative by=lab
        12:06  read_tube laboratory=LabTwo tube=B{198..200} result=invalid by=lab
        12:30  the clock strikes
    """)
    assert not [fact for fact in story.facts() if fact.startswith("LaboratoryOutOfLine")]


def test_a_laboratory_that_falls_behind_is_helped_once_for_its_oldest_tube() -> None:
    story = Story("""
        08:00  seal_tube code=T{1..3} site=Gate people=Ana{1..3} by=sampler
        09:00  receive_tubes laboratory=LabOne tubes=T1,T2,T3 by=lab
        10:00  the clock strikes
        02 12:00  the clock strikes
        02 12:05  the clock strikes
    """)
    waited = story.newest("TubesWaitedLong")
    assert (story.name(waited.laboratory), waited.tubes, story.when(waited.oldest_at)) == ("LabOne", 3, "01 09:00")
    assert story.facts().count("TubesWaitedLong < tubes_wait_no_longer_than_the_limit") == 1
    assert story.why("TasksSet", kind="relieve_laboratory")[0] == "TasksSet < a_laboratory_that_falls_behind_is_helped"


def test_a_positive_that_was_a_mistake_frees_its_people_at_once() -> None:
    story = Story("""
        09:00  seal_tube code=T1 site=Gate people=Ana,Bo by=sampler
        15:00  read_tube laboratory=LabOne tube=T1 result=positive by=lab
        16:00  correct_tube laboratory=LabOne tube=T1 result=negative reason=swapped by=lab
    """)
    assert story.why("PersonReleased", person="Ana")[0] == "PersonReleased < a_corrected_positive_frees_its_people"
    assert not [task for task in story.tasks() if task.startswith("swab_alone")]


def test_a_negative_that_was_a_mistake_calls_everyone_back_or_names_the_one() -> None:
    story = Story("""
        09:00  seal_tube code=T1 site=Gate people=Ana,Bo by=sampler
        09:05  seal_tube code=A1 site=Gate people=Cy by=sampler
        15:00  read_tube laboratory=LabOne tube=T1 result=negative by=lab
        15:00  read_tube laboratory=LabOne tube=A1 result=negative by=lab
        16:00  correct_tube laboratory=LabOne tube=T1 result=positive reason=swapped ct=30 by=lab
        16:05  correct_tube laboratory=LabOne tube=A1 result=positive reason=swapped ct=28 by=lab
    """)
    assert story.why("PeopleHeld") == ["PeopleHeld < a_positive_pool_calls_everyone_back", "TubeCorrected"]
    assert story.why("PersonFound", person="Cy")[0] == "PersonFound < a_corrected_positive_alone_names_the_person"
    assert sum(task.startswith("swab_alone") for task in story.tasks()) == 2


def test_a_tube_run_again_after_a_failed_plate_needs_no_new_swab() -> None:
    story = Story("""
        09:00  seal_tube code=T1 site=Gate people=Ana,Bo by=sampler
        14:00  load_plate laboratory=LabOne plate=P1 tubes=T1 by=lab
        15:00  run_plate laboratory=LabOne plate=P1 valid=no by=lab
        15:00  read_tube laboratory=LabOne tube=T1 result=negative plate=P1 by=lab ! plate_invalid
        15:01  read_tube laboratory=LabOne tube=T1 result=invalid plate=P1 by=lab
        18:00  correct_tube laboratory=LabOne tube=T1 result=negative reason=run_again by=lab
    """)
    assert story.why("TaskDropped")[:2] == ["TaskDropped < a_tube_run_again_needs_no_new_swab", "TubeCorrected"]
    assert not [task for task in story.tasks() if task.startswith("swab_again")]


def test_a_result_that_comes_before_its_tube_is_looked_for_and_then_taken() -> None:
    story = Story("""
        09:00  receive_tubes laboratory=LabOne tubes=T1 by=lab ! tube_unknown
        15:00  read_tube laboratory=LabOne tube=T1 result=positive ct=30 by=lab
        15:01  read_tube laboratory=LabOne tube=T1 result=positive ct=30 by=lab ! result_waits_already
        20:00  seal_tube code=T1 site=Gate people=Ana,Bo at=-12h by=sampler
    """)
    assert story.why("TasksSet", kind="find_tube")[0] == "TasksSet < a_stray_result_looks_for_its_tube"
    assert story.why("TubeRead")[:2] == ["TubeRead < a_tube_takes_the_result_that_waited_for_it", "TubeSealed"]
    assert "PeopleHeld < a_positive_pool_calls_everyone_back" in story.facts()
    assert "CustodyGapFound < a_tube_read_before_its_receipt_has_a_gap" in story.facts()
    assert not [task for task in story.tasks() if task.startswith("find_tube")]
