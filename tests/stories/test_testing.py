"""What follows from the facts of the testing desk."""

from __future__ import annotations

from tests.stories.story import Story


def test_lanzhou_18_october_2021_all_ten_are_held_before_anybody_knows_who() -> None:
    """The pool trace of outbreaks.md 2.1: one positive tube of ten, all isolated at once, one of them positive alone."""
    story = Story("""
        18 09:00  seal_tube code=T1 site=Gate people=Ana,Bo,Cy,Di,Ed,Fay,Gus,Hu,Ida,Jo by=sampler
        18 15:58  read_tube laboratory=LabTwo tube=T1 result=positive ct=31.5 by=lab
        18 17:00  seal_tube code=A1 site=Hospital people=Ana alone=yes by=sampler
        18 17:05  seal_tube code=A2 site=Hospital people=Bo alone=yes by=sampler
        18 21:00  read_tube laboratory=LabTwo tube=A1 result=positive ct=24.0 by=lab
        18 21:01  read_tube laboratory=LabTwo tube=A2 result=negative by=lab
    """)
    held = story.newest("PeopleHeld")
    assert [story.name(person) for person in held.people] == "Ana Bo Cy Di Ed Fay Gus Hu Ida Jo".split()
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


def test_a_hold_ends_by_itself_and_is_asked_about() -> None:
    story = Story("""
        09:00  seal_tube code=T1 site=Gate people=Ana,Bo by=sampler
        15:00  read_tube laboratory=LabTwo tube=T1 result=unclear by=lab
        09 15:00  the clock strikes
    """)
    assert story.facts().count("PersonReleased < a_hold_ends_by_itself") == 2
    assert story.newest("PersonReleased").reason == "hold_ended"
    assert story.why("TasksSet", kind="ask_unread_hold")[:2] == [
        "TasksSet < a_hold_that_ended_unread_is_supervised",
        "PersonReleased < a_hold_ends_by_itself",
    ]


def test_a_tube_without_a_result_brings_its_people_back_without_holding_them() -> None:
    story = Story("""
        09:00  seal_tube code=T1 site=Gate people=Ana,Bo by=sampler
        15:00  read_tube laboratory=LabTwo tube=T1 result=invalid by=lab
        15:30  void_tube tube=T1 reason=lost by=sampler ! tube_already_read
    """)
    assert "PeopleHeld" not in "".join(story.facts())
    assert sorted(task.split(" | ")[:2] for task in story.tasks()) == [["swab_again", "Ana"], ["swab_again", "Bo"]]


def test_a_box_is_followed_from_the_table_to_the_hatch() -> None:
    story = Story("""
        09:00  seal_tube code=T1 site=Gate people=Ana by=sampler
        09:05  seal_tube code=T2 site=Gate people=Bo by=sampler
        09:07  seal_tube code=T3 site=Gate people=Cy by=sampler
        09:08  seal_tube code=T4 site=Gate people=Di by=sampler
        09:10  pack_box code=B1 site=Gate tubes=T1,T2,T3 by=sampler
        09:20  begin_trip vehicle=V1 laboratory=LabTwo boxes=B1 by=duty
        16:00  the clock strikes
        16:30  receive_box laboratory=LabTwo box=B1 missing=T2 leaking=T3 extra=T4 unlabelled=1 by=lab
        17:00  receive_box laboratory=LabTwo box=B1 by=lab ! box_already_received
        17:05  pack_box code=B1 site=Gate tubes=T2 by=sampler ! box_already_packed
        17:10  pack_box code=B2 site=Gate tubes=T2 by=sampler
    """)
    assert story.why("TasksSet", kind="find_box") == [
        "TasksSet < a_late_box_is_looked_for",
        "BoxRanLate < a_box_on_its_way_too_long_is_late",
        "TimeStruck",
    ]
    assert "find_box | B1" in "\n".join(story.tasks("done"))
    assert story.why("TubeVoided", tube="T3") == ["TubeVoided < a_leaking_tube_is_void", "BoxReceived"]
    assert story.why("TasksSet", kind="find_tube")[0] == "TasksSet < a_tube_missing_from_its_box_is_looked_for"
    assert story.why("TasksSet", kind="name_unlabelled")[0] == "TasksSet < a_tube_without_a_label_is_asked_about"
    assert story.why("CustodyGapFound", tube="T4")[0] == "CustodyGapFound < a_tube_that_was_not_packed_has_a_gap"
    assert story.why("CustodyGapFound", tube="T2")[0] == "CustodyGapFound < a_tube_in_two_boxes_has_a_gap"
    assert "swab_again | Cy | sampling" in "\n".join(story.tasks())


def test_tubes_left_at_a_site_are_fetched_and_a_long_queue_gets_a_lane() -> None:
    story = Story("""
        09:00  seal_tube code=T1 site=Gate people=Ana by=sampler
        09:30  count_queue site=Gate people=20 lanes=2 by=sampler
        09:40  count_queue site=Gate people=200 lanes=2 by=sampler
        15:00  the clock strikes
        15:05  the clock strikes
    """)
    assert story.facts().count("TubesLeftUnpacked < tubes_are_not_left_at_a_site") == 1
    assert story.why("TasksSet", kind="fetch_tubes")[0] == "TasksSet < tubes_left_at_a_site_are_fetched"
    assert story.why("TasksSet", kind="open_lane") == ["TasksSet < a_long_queue_gets_another_lane", "QueueCounted"]
    assert sum(task.startswith("open_lane") for task in story.tasks()) == 1


def test_a_finding_that_was_a_mistake_is_mended_and_its_case_set_aside() -> None:
    story = Story("""
        09:00  seal_tube code=T1 site=Gate people=Ana by=sampler
        12:00  receive_tubes laboratory=LabTwo tubes=T1 by=lab
        15:00  read_tube laboratory=LabTwo tube=T1 result=positive ct=38 by=lab
        18:00  correct_tube laboratory=LabTwo tube=T1 result=negative reason=mixed_up by=lab
        19:00  correct_tube laboratory=LabTwo tube=T1 result=positive reason=looked_again by=lab
    """)
    assert story.why("CaseSetAside") == [
        "CaseSetAside < a_mended_finding_sets_its_case_aside",
        "FindingMended < a_corrected_positive_frees_its_people",
        "TubeCorrected",
    ]
    assert story.why("PersonFound") == ["PersonFound < a_corrected_positive_alone_names_the_person", "TubeCorrected"]
    assert story.why("CaseRestored") == [
        "CaseRestored < a_person_found_becomes_a_case",
        "PersonFound < a_corrected_positive_alone_names_the_person",
        "TubeCorrected",
    ]


def test_another_ct_of_a_positive_finds_nobody_anew() -> None:
    story = Story("""
        09:00  seal_tube code=T1 site=Gate people=Ana by=sampler
        15:00  read_tube laboratory=LabTwo tube=T1 result=positive ct=38 by=lab
        18:00  correct_tube laboratory=LabTwo tube=T1 result=positive ct=28 reason=mistyped by=lab
    """)
    assert [fact.split(" < ")[0] for fact in story.facts()].count("PersonFound") == 1


def test_a_void_tube_releases_nobody() -> None:
    story = Story("""
        09:00  seal_tube code=T1 site=Gate people=Ana,Bo by=sampler
        15:00  read_tube laboratory=LabTwo tube=T1 result=positive by=lab
        16:00  seal_tube code=A1 site=Gate people=Ana alone=yes by=sampler
        17:00  void_tube tube=A1 reason=mislabelled by=sampler
        20:00  read_tube laboratory=LabTwo tube=A1 result=negative by=lab
    """)
    assert not [fact for fact in story.facts() if fact.startswith("PersonReleased")]


def test_a_tube_that_was_read_is_not_void_for_a_leak_seen_later() -> None:
    story = Story("""
        09:00  seal_tube code=T1 site=Gate people=Ana by=sampler
        09:01  seal_tube code=T2 site=Gate people=Bo by=sampler
        09:02  seal_tube code=T3 site=Gate people=Cy by=sampler
        09:10  pack_box code=B1 site=Gate tubes=T1,T2,T3 by=sampler
        10:00  void_tube tube=T2 reason=mistake by=sampler
        12:00  read_tube laboratory=LabTwo tube=T1 result=negative by=lab
        13:00  receive_box laboratory=LabTwo box=B1 leaking=T1,T2,T3 by=lab
    """)
    assert story.facts().count("TubeVoided < a_leaking_tube_is_void") == 1
    assert [task.split(" | ")[1] for task in story.tasks() if task.startswith("swab_again")] == ["Cy"]


def test_the_same_tube_twice_and_a_person_in_two_tubes() -> None:
    story = Story("""
        09:00  open_round due_at=02T09:00 pool_size=10 by=duty
        09:05  seal_tube code=T1 site=Gate round=R1 people=Ana,Bo by=sampler
        09:06  seal_tube code=T1 site=Gate round=R1 people=Cy by=sampler ! tube_already_sealed
        09:07  seal_tube code=T2 site=Gate round=R1 people=Bo,Cy by=sampler
        09:08  seal_tube code=T3 site=Nowhere people= by=sampler ! tube_people_unfit
    """)
    second = story.newest("TubeSealed")
    assert [story.name(person) for person in second.again] == ["Bo"]
    assert sum(second.cells.values()) == 1


def test_a_result_before_its_tube_waits_for_it() -> None:
    story = Story("""
        12:00  read_tube laboratory=LabTwo tube=T9 result=positive ct=30 by=lab
        15:00  seal_tube code=T9 site=Gate people=Ana,Bo at=01T08:00 by=sampler
    """)
    assert story.why("PeopleHeld") == [
        "PeopleHeld < a_positive_pool_calls_everyone_back",
        "TubeRead < a_tube_takes_the_result_that_waited_for_it",
        "TubeSealed",
    ]
    assert "find_tube | T9" in "\n".join(story.tasks("done"))
    assert story.why("CustodyGapFound")[0] == "CustodyGapFound < a_tube_read_before_its_receipt_has_a_gap"


def test_who_is_missing_is_called_before_the_round_ends() -> None:
    story = Story("""
        09:00  open_round due_at=01T21:00 pool_size=10 by=duty
        09:05  seal_tube code=T1 site=Gate round=R1 people=Ana,Bo by=sampler
        10:00  the clock strikes
        20:30  the clock strikes
        20:35  the clock strikes
    """)
    assert story.newest("MissingCalled").people == (4998,)
    assert story.why("TasksSet", kind="call_missing") == [
        "TasksSet < missing_people_are_called",
        "MissingCalled < the_end_of_a_round_looks_for_who_is_missing",
        "TimeStruck",
    ]
    assert story.facts().count("MissingCalled < the_end_of_a_round_looks_for_who_is_missing") == 1


def test_a_second_swab_answers_its_task_and_counts_once() -> None:
    story = Story("""
        09:00  open_round due_at=02T09:00 pool_size=10 by=duty
        09:05  seal_tube code=T1 site=Gate round=R1 people=Ana,Bo by=sampler
        10:00  void_tube tube=T1 reason=leaking by=sampler
        11:00  seal_tube code=T2 site=Gate round=R1 people=Bo,Cy by=sampler
    """)
    assert sorted(task.split(" | ")[1] for task in story.tasks("done")) == ["Bo"]
    assert sorted(task.split(" | ")[1] for task in story.tasks()) == ["Ana"]
    assert story.why("TaskDone") == ["TaskDone < a_second_swab_answers_its_task", "TubeSealed"]
    second = story.newest("TubeSealed")
    assert (sum(second.cells.values()), second.again) == (2, ())


def test_three_clean_rounds_in_a_row_propose_a_stop_and_people_decide() -> None:
    story = Story(
        """
        10 08:00  open_round jurisdiction=City due_at=10T20:00 by=boss
        10 09:00  seal_tube code=T10 site=Gate people=Ana,Bo,Cy round=R1 by=sampler
        10 12:00  receive_tubes laboratory=LabTwo tubes=T10 by=lab
        10 15:00  read_tube laboratory=LabTwo tube=T10 result=negative by=lab
        10 21:00  close_round round=R1 by=boss
        11 08:00  open_round jurisdiction=City due_at=11T20:00 by=boss
        11 09:00  seal_tube code=T11 site=Gate people=Ana,Bo,Cy round=R2 by=sampler
        11 12:00  receive_tubes laboratory=LabTwo tubes=T11 by=lab
        11 15:00  read_tube laboratory=LabTwo tube=T11 result=negative by=lab
        11 21:00  close_round round=R2 by=boss
        12 08:00  open_round jurisdiction=City due_at=12T20:00 by=boss
        12 09:00  seal_tube code=T12 site=Gate people=Ana,Bo,Cy round=R3 by=sampler
        12 12:00  receive_tubes laboratory=LabTwo tubes=T12 by=lab
        12 15:00  read_tube laboratory=LabTwo tube=T12 result=negative by=lab
        12 21:00  close_round round=R3 by=boss
        """,
        pack="cn-covid-2022",
    )
    proposed = story.newest("StopProposed")
    assert proposed.clean == 3
    assert proposed.expected is not None and 0 <= proposed.expected < 1
    assert story.why("StopProposed") == ["StopProposed < clean_rounds_in_a_row_propose_a_stop", "RoundClosed"]
    assert "sort_out_rounds | City | office | 13 21:00" in story.tasks()


def test_a_round_that_found_somebody_breaks_the_row() -> None:
    story = Story(
        """
        10 08:00  open_round jurisdiction=City due_at=10T20:00 by=boss
        10 09:00  seal_tube code=T10 site=Gate people=Ana,Bo,Cy round=R1 by=sampler
        10 12:00  receive_tubes laboratory=LabTwo tubes=T10 by=lab
        10 15:00  read_tube laboratory=LabTwo tube=T10 result=negative by=lab
        10 21:00  close_round round=R1 by=boss
        11 08:00  open_round jurisdiction=City due_at=11T20:00 by=boss
        11 09:00  seal_tube code=T11 site=Gate people=Ana,Bo,Cy round=R2 by=sampler
        11 12:00  receive_tubes laboratory=LabTwo tubes=T11 by=lab
        11 15:00  read_tube laboratory=LabTwo tube=T11 result=negative by=lab
        11 21:00  close_round round=R2 by=boss
        12 08:00  open_round jurisdiction=City due_at=12T20:00 by=boss
        12 09:00  seal_tube code=T12 site=Gate people=Ana,Bo,Cy round=R3 by=sampler
        12 12:00  receive_tubes laboratory=LabTwo tubes=T12 by=lab
        12 15:00  read_tube laboratory=LabTwo tube=T12 result=positive by=lab
        12 21:00  close_round round=R3 by=boss
        """,
        pack="cn-covid-2022",
    )
    assert not [each for each in story.facts() if "StopProposed" in each]


def test_a_round_with_an_unread_tube_is_not_clean() -> None:
    story = Story(
        """
        10 08:00  open_round jurisdiction=City due_at=10T20:00 by=boss
        10 09:00  seal_tube code=T10 site=Gate people=Ana,Bo,Cy round=R1 by=sampler
        10 12:00  receive_tubes laboratory=LabTwo tubes=T10 by=lab
        10 15:00  read_tube laboratory=LabTwo tube=T10 result=negative by=lab
        10 21:00  close_round round=R1 by=boss
        11 08:00  open_round jurisdiction=City due_at=11T20:00 by=boss
        11 09:00  seal_tube code=T11 site=Gate people=Ana,Bo,Cy round=R2 by=sampler
        11 12:00  receive_tubes laboratory=LabTwo tubes=T11 by=lab
        11 15:00  read_tube laboratory=LabTwo tube=T11 result=negative by=lab
        11 21:00  close_round round=R2 by=boss
        12 08:00  open_round jurisdiction=City due_at=12T20:00 by=boss
        12 09:00  seal_tube code=T12 site=Gate people=Ana,Bo,Cy round=R3 by=sampler
        12 12:00  receive_tubes laboratory=LabTwo tubes=T12 by=lab
        12 13:00  seal_tube code=X1 site=Gate people=Di round=R3 by=sampler
        12 15:00  read_tube laboratory=LabTwo tube=T12 result=negative by=lab
        12 21:00  close_round round=R3 by=boss
        """,
        pack="cn-covid-2022",
    )
    assert not [each for each in story.facts() if "StopProposed" in each]


def test_a_station_with_a_wrong_clock_a_late_hand_in_and_something_unreadable_is_helped() -> None:
    story = Story("""
        09:00  StationClockFound station=phone-7 site=Gate fast_by=PT26H
        09:01  HandInRanLate station=phone-7 site=Gate tubes=12 oldest_at=-3d
        09:02  HandInKept station=phone-7 site=Gate row=5 code=barcode_unfit
        12:00  KeptRowSettled row=5 door=station code=barcode_unfit reason=entered_by_hand
    """)
    assert [task.split(" | ")[:2] for task in story.tasks()] == [["set_clock", "phone-7"], ["ask_station", "phone-7"]]
    assert [task.split(" | ")[:2] for task in story.tasks("done")] == [["mend_hand_in", "5"]]
    assert story.why("TasksSet", kind="set_clock") == ["TasksSet < a_wrong_clock_is_set_right", "StationClockFound"]
    assert story.why("TasksSet", kind="ask_station") == ["TasksSet < a_late_hand_in_is_asked_about", "HandInRanLate"]
    assert story.why("TaskDone") == ["TaskDone < a_settled_row_answers_its_task", "KeptRowSettled"]
    assert story.why("TasksSet", kind="mend_hand_in")[0] == "TasksSet < what_could_not_be_accepted_is_dealt_with"
