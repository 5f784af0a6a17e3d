"""What a station's hand-in says of the station itself, and what could not be accepted."""

from __future__ import annotations

from tests.stories.story import Story


def test_a_station_whose_clock_is_wrong_or_that_comes_late_is_asked_about() -> None:
    story = Story("""
        09:00  StationClockFound station=phone-1 site=Gate fast_by=P1D
        10:00  HandInRanLate station=phone-2 site=Gate tubes=12 oldest_at=-3d
    """)
    assert sorted(task.split(" | ")[:3] for task in story.tasks()) == [
        ["ask_station", "phone-2", "sampling"],
        ["set_clock", "phone-1", "sampling"],
    ]


def test_what_could_not_be_accepted_is_a_task_until_somebody_has_settled_it() -> None:
    story = Story("""
        09:00  HandInKept station=phone-1 site=Gate row=7 code=tube_already_sealed
        11:00  KeptRowSettled row=7 door=station:x code=tube_already_sealed reason=mistyped
    """)
    assert story.why("TasksSet", kind="mend_hand_in")[0] == "TasksSet < what_could_not_be_accepted_is_dealt_with"
    assert [task.split(" | ")[:2] for task in story.tasks("done")] == [["mend_hand_in", "7"]]
