"""What follows from a confirmed case: whom it met, whom they met, and what becomes of them."""

from __future__ import annotations

from typing import Any

from ringfence.core import db
from ringfence.desks.tracing.actions.searching import list_found, unlist_found
from ringfence.desks.tracing.queries.searching import search_cost, search_result
from ringfence.facts.ids import CaseId, ContactId, PersonId
from tests.stories.story import Story


def contact(story: Story, name: str, *columns: str) -> Any:
    """Columns of a contact, as memory has them."""
    row = db.ask_one(f"SELECT {', '.join(columns)} FROM tracing_contact WHERE id = %s", (story.names[ContactId, name],))
    assert row is not None
    return row[0] if len(columns) == 1 else tuple(row)


def source(story: Story, name: str, *columns: str) -> Any:
    """Columns of a case, as the tracing desk has them."""
    row = db.ask_one(f'SELECT {", ".join(columns)} FROM tracing_source WHERE "case" = %s', (story.names[CaseId, name],))
    assert row is not None
    return row[0] if len(columns) == 1 else tuple(row)


def listed(story: Story, order: int = 1) -> list[str]:
    """`name minutes category closeness` of everybody whom the facts of an order found, in the order told."""
    found = [each.fact for each in story.lines() if each.kind == "ContactsFound" and each.fact.order == order]
    return [
        f"{story.name(person)} {fact.minutes[n]} {fact.categories[n]} {fact.closeness[n]}"
        for fact in found
        for n, person in enumerate(fact.contacts)
    ]


def tasks(story: Story, kind: str, *states: str) -> list[str]:
    """The tasks of a kind, to be done or in these states, in the order of their names."""
    return sorted(task for task in story.tasks(*states) if task.startswith(f"{kind} "))


def test_a_confirmed_case_s_contacts_are_found_reached_and_watched() -> None:
    story = Story("""
        02 08:00  visits people=Ana,Bo,?X17 place=Cafe from=01T09:00 to=01T10:30 kind=restaurant
        02 08:00  visits people=Ana,Cy place=Lift from=01T11:00 to=01T11:02 kind=lift
        02 08:00  visits people=Ana,Di place=Mall from=01T12:00 to=01T12:30 kind=mall
        02 08:00  visits people=Ana,Ed place=Works from=01T13:00 to=01T13:05 kind=office
        02 10:00  report_case person=Ana classification=confirmed onset_on=2021-09-03 by=duty ! course_in_future
        02 10:00  report_case person=Ana classification=confirmed onset_on=2021-09-02 by=duty
    """)
    assert sorted(listed(story)) == ["?X17 90 meal close", "Bo 90 meal close", "Cy 2 lift close", "Di 30 shop general"]
    assert story.why("ContactsFound")[:2] == [
        "ContactsFound < a_confirmed_cases_contacts_are_found",
        "CaseConfirmed < an_infection_is_confirmed_with_its_window",
    ]
    assert story.why("FollowUpsBegun")[0] == "FollowUpsBegun < a_contact_is_followed_up"
    assert tasks(story, "reach_contact") == [
        f"reach_contact | {name} | tracing | 03 10:00" for name in ("?X17", "Bo", "Cy")
    ]
    assert tasks(story, "quarantine_contact")[0] == "quarantine_contact | ?X17 | tracing | 03 10:00"
    assert contact(story, "Bo", "state", "minutes", "category", "test_on") == (
        "listed", 90, "meal", "2021-09-02 2021-09-05 2021-09-08 2021-09-15",
    )  # fmt: skip
    assert contact(story, "Di", "closeness", "until_at") == ("general", None)  # listed, and left alone
    assert source(story, "Ana", "search", "contacts") == ("done", 4)


def test_second_order_begins_at_the_contact_s_first_exposure_and_needs_closeness() -> None:
    """Whom Bo met before meeting Ana he cannot have infected; whom Cy met in the lift is not followed to."""
    story = Story("""
        03 07:00  visits people=Bo,Early place=Works from=01T08:00 to=01T08:50 kind=office
        03 07:00  visits people=Ana,Bo place=Cafe from=01T09:00 to=01T10:30 kind=restaurant
        03 07:00  visits people=Bo,Late place=Works from=01T13:00 to=01T17:00 kind=office
        03 07:00  visits people=Bo,Mall place=Mall from=01T18:00 to=01T19:00 kind=mall
        03 07:00  visits people=Ana,Cy place=Lift from=02T11:00 to=02T11:05 kind=lift
        03 07:00  visits people=Cy,Far place=Yard from=02T12:00 to=02T18:00 kind=office
        03 10:00  report_case person=Ana classification=confirmed onset_on=2021-09-02 by=duty
    """)
    assert sorted(listed(story)) == ["Bo 90 meal close", "Cy 5 lift close"]
    assert listed(story, 2) == ["Late 240 work secondary"]
    assert contact(story, "Late", "closeness") == "secondary"
    assert tasks(story, "reach_contact")[-1] == "reach_contact | Late | tracing | 05 10:00"


def test_a_contact_who_becomes_a_case_was_known_and_who_infected_them_is_asked() -> None:
    story = Story("""
        02 08:00  visits people=Ana,Bo place=Cafe from=01T09:00 to=01T10:30 kind=restaurant
        02 10:00  report_case person=Ana classification=confirmed onset_on=2021-09-02 by=duty
        02 12:00  quarantine_contact contact=Bo basis=close contact by=duty
        05 09:00  make_case_of_contact contact=Bo classification=confirmed positive_at=05T08:00 by=duty
        05 09:05  make_case_of_contact contact=Bo classification=confirmed by=duty ! case_already_reported
    """)
    became = story.newest("ContactBecameCase")
    assert (story.name(became.contact), became.in_quarantine, story.name(became.first_case)) == ("Bo", True, "Ana")
    assert source(story, "Bo", "linked", "was_quarantined", "category") == (1, 1, "meal")
    assert contact(story, "Bo", "alive", "closed_reason") == (0, "became_case")
    assert tasks(story, "name_infector") == ["name_infector | Bo | investigation | 06 09:00"]
    assert story.why("TasksSet", kind="name_infector")[:2] == [
        "TasksSet < who_infected_a_contact_is_said_by_a_person",
        "ContactBecameCase < a_contact_who_is_confirmed_became_a_case",
    ]
    # Bo's own contacts are found, and Ana, who is a case already, is none of them
    assert sum(fact == "ContactsFound < a_confirmed_cases_contacts_are_found" for fact in story.facts()) >= 2
    assert db.ask_one("SELECT count(*) FROM tracing_contact") == (1,)


def test_a_case_taken_back_is_a_contact_again() -> None:
    story = Story("""
        02 08:00  visits people=Ana,Bo place=Cafe from=01T09:00 to=01T10:30 kind=restaurant
        02 10:00  report_case person=Ana classification=confirmed onset_on=2021-09-02 by=duty
        05 09:00  make_case_of_contact contact=Bo classification=confirmed onset_on=2021-09-04 by=duty
        06 09:00  take_back_case_of_contact contact=Bo reason=tubes were swapped by=duty
        06 09:05  take_back_case_of_contact contact=Bo by=duty ! contact_no_case
    """)
    assert story.why("FollowUpsReopened") == [
        "FollowUpsReopened < a_case_that_is_none_is_a_contact_again",
        "CaseUnconfirmed < a_case_that_is_none_is_told_to_whoever_acted_on_it",
        "CaseSetAside",
    ]
    assert contact(story, "Bo", "alive", "closed_reason", "reported") == (1, "", None)
    assert tasks(story, "name_infector") == []
    assert tasks(story, "name_infector", "dropped") == ["name_infector | Bo | investigation | 06 09:00"]


def test_one_found_by_two_cases_is_one_contact_and_is_watched_longer() -> None:
    story = Story("""
        02 08:00  visits people=Ana,Bo place=Cafe from=01T09:00 to=01T10:30 kind=restaurant
        02 08:00  visits people=Cy,Bo place=Works from=01T13:00 to=01T14:00 kind=office
        04 07:00  visits people=Cy,Bo place=Works from=03T13:00 to=03T17:00 kind=office
        02 10:00  report_case person=Ana classification=confirmed onset_on=2021-09-02 by=duty
        04 10:00  report_case person=Cy classification=confirmed onset_on=2021-09-03 by=duty
    """)
    assert contact(story, "Bo", "links", "minutes", "category") == (2, 390, "work")
    assert story.name(contact(story, "Bo", "first_case")) == "Ana"
    first = next(each.fact for each in story.lines() if each.kind == "FollowUpsBegun")
    assert story.when(first.until_at[0]) == "23 00:00"
    assert story.when(story.newest("FollowUpsBegun").until_at[0]) == "25 00:00"
    assert tasks(story, "reach_contact") == ["reach_contact | Bo | tracing | 03 10:00"]


def test_contacts_of_a_discarded_case_are_let_go_but_for_those_who_met_another() -> None:
    story = Story("""
        02 08:00  visits people=Ana,Bo,Cy place=Cafe from=01T09:00 to=01T10:30 kind=restaurant
        02 08:00  visits people=Di,Cy place=Works from=01T13:00 to=01T14:00 kind=office
        02 10:00  report_case person=Ana classification=confirmed onset_on=2021-09-02 by=duty
        02 11:00  report_case person=Di classification=confirmed onset_on=2021-09-02 by=duty
        03 10:00  classify_case case=Ana classification=discarded basis=swab of somebody else by=duty
    """)
    assert story.why("FollowUpsClosed")[:2] == [
        "FollowUpsClosed < contacts_of_a_discarded_case_are_let_go",
        "CaseUnconfirmed < a_case_that_is_none_is_told_to_whoever_acted_on_it",
    ]
    assert contact(story, "Bo", "alive", "closed_reason", "links") == (0, "case_discarded", 0)
    assert contact(story, "Cy", "alive", "links") == (1, 1)
    assert story.name(contact(story, "Cy", "first_case")) == "Di"


def test_a_case_confirmed_after_all_has_its_contacts_again() -> None:
    story = Story("""
        02 08:00  visits people=Ana,Bo place=Cafe from=01T09:00 to=01T10:30 kind=restaurant
        02 10:00  report_case person=Ana classification=confirmed onset_on=2021-09-02 by=duty
        03 10:00  set_case_aside case=Ana reason=twice by=duty
        03 12:00  restore_case case=Ana by=duty
    """)
    assert story.why("FollowUpsReopened")[:2] == [
        "FollowUpsReopened < contacts_of_a_case_confirmed_after_all_are_followed_again",
        "CaseConfirmed < an_infection_is_confirmed_with_its_window",
    ]
    assert contact(story, "Bo", "alive", "links") == (1, 1)


def test_somebody_whom_another_case_met_is_a_contact_once_they_are_no_case() -> None:
    story = Story("""
        02 08:00  visits people=Ana,Bo place=Cafe from=01T09:00 to=01T10:30 kind=restaurant
        06 09:00  report_case person=Bo classification=confirmed onset_on=2021-09-06 by=duty
        06 10:00  report_case person=Ana classification=confirmed onset_on=2021-09-02 by=duty
        07 10:00  classify_case case=Bo classification=discarded basis=swab of somebody else by=duty
    """)
    assert "TasksSet < a_case_found_among_contacts_may_be_linked" in story.facts()
    assert story.why(
        "FollowUpsBegun",
    )[:2] == [
        "FollowUpsBegun < somebody_taken_for_a_case_is_followed_up",
        "CaseUnconfirmed < a_case_that_is_none_is_told_to_whoever_acted_on_it",
    ]
    assert contact(story, "Bo", "alive", "links", "state") == (1, 1, "listed")


def test_a_search_without_visits_is_left_open_and_made_when_they_come() -> None:
    story = Story("""
        02 10:00  report_case person=Ana classification=confirmed onset_on=2021-09-02 by=duty
        03 08:00  visits people=Ana,Bo place=Cafe from=01T09:00 to=01T10:30 kind=restaurant
        03 08:05  the clock strikes
        03 08:10  the clock strikes
    """)
    assert story.newest("SearchLeftOpen").reason == "no_visits"
    assert story.why("ContactsFound") == ["ContactsFound < visits_loaded_later_are_searched_too", "TimeStruck"]
    assert listed(story) == ["Bo 90 meal close"]
    assert tasks(story, "find_contacts") == []
    assert tasks(story, "find_contacts", "done") == ["find_contacts | Ana | tracing | 03 10:00"]
    assert sum(fact.startswith("ContactsFound") for fact in story.facts()) == 1


def test_somebody_whom_visits_do_not_know_is_asked_and_the_list_answers_the_task() -> None:
    story = Story("""
        02 08:00  visits people=Bo,Cy place=Cafe from=01T09:00 to=01T10:30 kind=restaurant
        02 10:00  report_case person=Ana classification=confirmed onset_on=2021-09-02 by=duty
        02 11:00  name_contact person=Bo case=Ana category=meal first_at=02T13:00 by=duty ! exposure_ahead
        02 11:00  name_contact person=Bo case=Ana category=meals by=duty ! category_unknown
        02 11:00  name_contact person=Ana case=Ana category=meal by=duty ! contact_is_the_case
        02 11:00  name_contact person=Bo case=Ana category=meal first_at=01T12:00 last_at=01T13:00 minutes=45 by=duty
        02 11:30  strike_link contact=Bo case=Ana reason=it was another Bo by=duty
        02 11:31  strike_link contact=Bo case=Ana by=duty ! contact_link_unknown
    """)
    assert story.newest("SearchLeftOpen").reason == "person_not_in_visits"
    assert tasks(story, "find_contacts", "done") == ["find_contacts | Ana | tracing | 03 10:00"]
    assert story.why("FollowUpsBegun")[:2] == ["FollowUpsBegun < a_contact_named_is_followed_up", "ContactNamed"]
    assert story.why("FollowUpsClosed")[:2] == [
        "FollowUpsClosed < a_contact_who_met_nobody_is_let_go",
        "ContactLinkStruck",
    ]
    assert contact(story, "Bo", "alive", "links", "closed_reason") == (0, 0, "link_struck")


def test_a_person_says_what_kind_of_contact_somebody_is_and_searches_do_not_change_it() -> None:
    story = Story("""
        02 08:00  visits people=Ana,Di place=Mall from=01T12:00 to=01T12:30 kind=mall
        02 10:00  report_case person=Ana classification=confirmed onset_on=2021-09-02 by=duty
        02 11:00  class_contact contact=Di closeness=close reason=spoke without masks by=duty
        02 11:01  class_contact contact=Di closeness=close reason=again by=duty ! closeness_already
        03 08:00  visits people=Ana,Di place=Mall from=02T12:00 to=02T12:30 kind=mall
        03 08:05  the clock strikes
    """)
    assert story.why("FollowUpsBegun")[-1] in {"TimeStruck", "ContactClassed"}
    assert "FollowUpsBegun < another_kind_of_contact_is_followed_otherwise" in story.facts()
    assert contact(story, "Di", "closeness", "set_by_hand", "minutes") == ("close", 1, 60)


def test_a_window_that_moves_is_searched_again_and_history_is_not() -> None:
    story = Story("""
        05 08:00  visits people=Ana,Bo place=Cafe from=04T09:00 to=04T10:30 kind=restaurant
        05 08:00  visits people=Ana,Cy place=Works from=01T13:00 to=01T14:00 kind=office
        06 10:00  report_case person=Ana classification=confirmed onset_on=2021-09-06 by=duty
        06 11:00  note_course case=Ana event=onset day=2021-09-04 by=duty
        06 12:00  note_course case=Ana event=isolated day=2021-09-06 by=duty
        06 12:30  note_course case=Ana event=recovered day=2021-09-06 by=duty
        07 10:00  CaseReported case=Old person=Old classification=confirmed at=-40d
        07 10:00  CourseNoted case=Old events=onset days=2021-07-20 at=-40d
    """)
    assert listed(story) == ["Bo 90 meal close", "Cy 60 work close"]
    confirmed = [each.fact for each in story.lines() if each.kind == "CaseConfirmed"]
    assert [story.when(each.infectious_from) for each in confirmed] == ["02 00:00", "31 00:00", "31 00:00"]
    assert confirmed[-1].infectious_until is not None
    assert db.ask_one("SELECT count(*) FROM tracing_source") == (1,)


def test_a_case_reported_without_a_course_counts_from_its_report() -> None:
    story = Story("""
        02 08:00  visits people=Ana,Bo place=Cafe from=01T09:00 to=01T10:30 kind=restaurant
        02 10:00  CaseReported case=Ana person=Ana classification=confirmed
        02 10:05  the clock strikes
        02 10:10  the clock strikes
    """)
    assert story.why("CaseConfirmed") == [
        "CaseConfirmed < a_case_without_a_course_counts_from_its_report",
        "TimeStruck",
    ]
    assert listed(story) == ["Bo 90 meal close"]
    assert sum(fact.startswith("CaseConfirmed") for fact in story.facts()) == 1


def test_a_place_told_in_the_interview_is_searched_though_no_record_names_the_case_there() -> None:
    story = Story("""
        02 08:00  visits people=Bo,Cy place=Fair from=01T09:00 to=01T10:30 kind=park
        02 10:00  report_case person=Ana classification=confirmed onset_on=2021-09-02 by=duty
        02 11:00  note_exposure case=Ana place=Fair begins_at=01T10:00 ends_at=01T12:00 kind=leisure infectious=yes by=duty
    """)
    assert sorted(listed(story)) == ["Bo 30 leisure close", "Cy 30 leisure close"]
    assert story.why("ContactsFound")[:2] == [
        "ContactsFound < a_place_told_in_the_interview_is_searched",
        "ExposureNoted",
    ]


def test_a_search_by_hand_leaves_its_purpose_and_a_person_decides_who_is_listed() -> None:
    story = Story("""
        02 08:00  visits people=Ana,Bo,Cy place=Cafe from=01T09:00 to=01T09:08 kind=restaurant
        02 10:00  report_case person=Ana classification=confirmed onset_on=2021-09-02 by=duty
        02 11:00  search_contacts case=Ana begins_at=01T00:00 ends_at=02T00:00 min_minutes=5 purpose= by=duty ! purpose_missing
        02 11:00  search_contacts case=Ana begins_at=01T00:00 ends_at=02T00:00 min_minutes=5 purpose=a short meal by=duty
        02 11:05  list_found case=Ana search=0 by=duty ! search_unknown
    """)
    searched = story.newest("ContactsSearched")
    assert (searched.named, searched.purpose) == (2, "a short meal")
    assert listed(story) == []
    story._id(ContactId, "Bo")
    case, by = story.names[CaseId, "Ana"], story._who("duty")
    search = max(row.line.seq for row in story.lines() if row.kind == "ContactsSearched")
    hits = story.centre.ask(by, search_result, search=search)
    assert [(hit.minutes, hit.closeness, hit.listed) for hit in hits] == [(8, "close", False)] * 2
    cost = story.centre.ask(
        by, search_cost, case=case, begins_at=searched.begins_at, ends_at=searched.ends_at, min_minutes=9
    )
    assert (cost.first, cost.second, cost.days, cost.visits) == (0, 0, 1, 3)
    bo = PersonId(story.names[PersonId, "Bo"])
    story.centre.tell(by, list_found, case=case, search=search, people=(bo,))
    assert listed(story) == ["Bo 8 meal close"]
    story.centre.tell(by, unlist_found, case=case, contacts=(bo,), reason="another table")
    assert contact(story, "Bo", "alive", "links") == (0, 0)


def test_in_a_plane_the_rows_decide_and_a_seat_that_nobody_told_is_left_to_a_person() -> None:
    """Three rows in front and behind are close by the pack, however long they flew; Fe's seat cannot be read."""
    story = Story("""
        02 08:00  visits people=Ana,Bo,Cy,Di,Fe,Gil place=CZ6202 from=01T09:00 to=01T12:00 kind=plane seats=12A,15F,9C,16A,gate,
        02 08:00  visits people=Ana,Di place=Lift from=01T13:00 to=01T13:02 kind=lift
        02 10:00  report_case person=Ana classification=confirmed onset_on=2021-09-02 by=duty
    """)
    found = [each.fact for each in story.lines() if each.kind == "ContactsFound" and each.fact.contacts]
    told = {
        story.name(person): (fact.closeness[n].value, fact.evidence.value, fact.certainty.value)
        for fact in found
        for n, person in enumerate(fact.contacts)
    }
    assert told == {
        "Bo": ("close", "seats", "likely"),
        "Cy": ("close", "seats", "likely"),
        "Di": ("close", "visits", "likely"),  # four rows away, and next to her in the lift
        "Fe": ("close", "visits", "possible"),
        "Gil": ("close", "visits", "possible"),
    }


def test_in_a_sealed_coach_everyone_is_close_and_in_a_train_those_of_the_carriage() -> None:
    story = Story("""
        02 08:00  visits people=Ana,Bo place=Coach from=01T09:00 to=01T10:00 kind=sealed_coach
        02 08:00  visits people=Ana,Cy,Di place=G1201 from=01T11:00 to=01T14:00 kind=train seats=05-12A,05车1F,06-12B
        02 10:00  report_case person=Ana classification=confirmed onset_on=2021-09-02 by=duty
    """)
    assert sorted(listed(story)) == ["Bo 60 ride close", "Cy 180 ride close", "Di 180 ride general"]
    evidence = {
        story.names[ContactId, name]: db.ask(
            "SELECT evidence FROM tracing_link WHERE contact = %s", (story.names[ContactId, name],)
        )
        for name in ("Bo", "Cy", "Di")
    }
    assert set(map(tuple, evidence.values())) == {(("seats",),)}


def test_two_cases_reached_through_the_same_person_are_two_links_and_one_of_them_goes() -> None:
    """Cy lunched with Bo, who sat with Ana and with Di before; that Di is no case leaves Cy a contact through Ana."""
    story = Story("""
        02 08:00  visits people=Ana,Bo place=Cafe from=01T09:00 to=01T10:30 kind=restaurant
        02 08:00  visits people=Di,Bo place=Grill from=01T11:00 to=01T12:30 kind=restaurant
        02 08:00  visits people=Bo,Cy place=Works from=01T13:00 to=01T17:00 kind=office
        02 10:00  report_case person=Ana classification=confirmed onset_on=2021-09-02 by=duty
        02 11:00  report_case person=Di classification=confirmed onset_on=2021-09-02 by=duty
        03 10:00  classify_case case=Di classification=discarded basis=swab of somebody else by=duty
    """)
    cy = story.names[ContactId, "Cy"]
    rows = db.ask('SELECT "case", met, struck FROM tracing_link WHERE contact = %s', (cy,))
    assert sorted((story.name(case), story.name(met)) for case, met, _ in rows) == [("Ana", "Bo"), ("Di", "Bo")]
    assert contact(story, "Cy", "alive", "links", "minutes", "closeness") == (1, 1, 240, "secondary")
    assert story.name(contact(story, "Cy", "first_case")) == "Ana"


def test_a_positive_tube_of_one_finds_contacts_before_anybody_asked_about_symptoms() -> None:
    """Whether they are confirmed or asymptomatic waits for a question; whom they met cannot."""
    story = Story("""
        03 08:00  visits people=Ana,Bo place=Cafe from=02T09:00 to=02T10:30 kind=restaurant
        03 09:00  seal_tube code=T1 site=Gate people=Ana alone=yes by=sampler
        03 15:00  read_tube laboratory=LabTwo tube=T1 result=positive by=lab
        03 18:00  correct_tube laboratory=LabTwo tube=T1 result=negative reason=mistyped by=lab
    """)
    assert listed(story) == ["Bo 90 meal close"]
    assert story.why("ContactsFound")[-2:] == ["PersonFound < a_positive_alone_names_the_person", "TubeRead"]
    closed = story.newest("FollowUpsClosed")
    assert (
        story.facts().count("CaseUnconfirmed < a_case_that_is_none_is_told_to_whoever_acted_on_it"),
        closed.reason,
    ) == (
        1,
        "case_discarded",
    )
