"""What follows from the facts of the testing desk."""

from __future__ import annotations

from tests.stories.story import Story

TEN = "Ana,Bo,Cy,Di,Ed,Fay,Gus,Hu,Ida,Jo"


def test_lanzhou_18_october_2021_all_ten_are_held_before_anybody_knows_who() -> None:
    """The pool trace of outbreaks.md 2.1: one positive tube of ten, all isolated at once, one of them positive alone."""
    story = Story(f"""
        18 09:00  seal_tube code=T1 site=Gate people={TEN} by=sampler
        18 15:58  read_tube laboratory=LabTwo tube=T1 result=positive ct=31.5 by=lab
        18 17:00  seal_tube code=A1 site=Hospital people=Ana alone=yes by=sampler
        18 17:05  seal_tube code=A2 site=Hospital people=Bo alone=yes by=sampler
        18 21:00  read_tube laboratory=LabTwo tube=A1 result=positive ct=24.0 by=lab
        18 21:01  read_tube laboratory=LabTwo tube=A2 result=negative by=lab
    """)
    held = story.newest("PeopleHeld")
    assert [story.name(person) for person in held.people] == TEN.split(",")
    assert story.why("PeopleHeld") == ["PeopleHeld < a_positive_pool_calls_everyone_back", "TubeRead"]
    assert story.why("PersonReleased", person="Bo")[0] == "PersonReleased < a_negative_alone_releases"
    assert story.why("CaseReported", person="Ana") == [
        "CaseReported < a_person_found_becomes_a_case",
        "PersonFound < a_positive_alone_names_the_person",
        "TubeRead",
    ]
    assert "report_case | Ana | reporting | 18 23:00" in story.tasks()
    assert sum(task.startswith("swab_alone") for task in story.tasks()) == 8
    assert sum(task.startswith("swab_alone") for task in story.tasks("done")) == 2


def test_a_pool_that_nobody_explains_is_asked_about() -> None:
    story = Story("""
        09:00  seal_tube code=T1 site=Gate people=Ana,Bo by=sampler
        15:00  read_tube laboratory=LabTwo tube=T1 result=positive by=lab
        16:00  seal_tube code=A1 site=Gate people=Ana alone=yes by=sampler
        16:01  seal_tube code=A2 site=Gate people=Bo alone=yes by=sampler
        20:00  read_tube laboratory=LabTwo tube=A1 result=negative by=lab
        20:01  read_tube laboratory=LabTwo tube=A2 result=negative by=lab
    """)
    assert story.why("TasksSet", kind="explain_pool") == [
        "TasksSet < an_unexplained_pool_is_looked_into",
        "PoolUnexplained < a_pool_that_nobody_explains_is_asked_about",
        "PersonReleased < a_negative_alone_releases",
        "TubeRead",
    ]
