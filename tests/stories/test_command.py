"""What follows from the facts of the command desk, and from time."""

from __future__ import annotations

from tests.stories.story import Story


def test_a_late_task_goes_up_the_tree_until_somebody_does_it() -> None:
    story = Story(
        """
        10:00     report_case person=Ana by=duty
        02 09:00  the clock strikes
        04 10:30  the clock strikes
        04 10:35  the clock strikes
        04 12:00  finish_task task=investigate_case/Ana evidence=F7 by=duty
        06 10:30  the clock strikes
        """,
        pack="measles",
    )
    assert story.facts().count("TaskEscalated < a_late_task_goes_up_the_tree") == 1
    raised = story.newest("TaskEscalated")
    assert (raised.level, story.name(raised.unit)) == (1, "office")
    assert story.why("TaskEscalated") == ["TaskEscalated < a_late_task_goes_up_the_tree", "TimeStruck"]


def test_a_task_is_not_carried_overnight_where_the_place_says_so() -> None:
    story = Story(
        """
        10:00     report_case person=Ana by=duty
        23:55     the clock strikes
        02 00:05  the clock strikes
        02 00:10  the clock strikes
        """,
        pack="cn-covid-2021",
        overlays=("hlj-2021", "harbin-2021"),
    )
    assert story.facts().count("TaskEscalated < a_task_is_not_carried_overnight") == 1


def test_work_is_taken_up_handed_over_finished_and_seen_by_another() -> None:
    story = Story("""
        10:00  report_case person=Ana by=duty
        10:30  start_task task=investigate_case/Ana by=duty
        10:40  hand_over task=investigate_case/Ana unit=tracing by=duty
        11:00  finish_task task=investigate_case/Ana evidence=F7 by=duty
        11:10  verify_task task=investigate_case/Ana by=duty ! own_work
        11:20  verify_task task=investigate_case/Ana by=boss
        11:30  finish_task task=investigate_case/Ana evidence=F8 by=duty ! task_over
        11:40  reopen_task task=investigate_case/Ana reason=not the right file by=boss
    """)
    assert story.tasks() == ["investigate_case | Ana | investigation | 02 10:00"]
    assert story.tasks("verified") == []
