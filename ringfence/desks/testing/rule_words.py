"""The names of the testing desk's rules, and of what others conclude from its facts."""

from __future__ import annotations

from ringfence.core.words import N_

REFUSALS: dict[str, tuple[str, str, str]] = {}

LABELS: dict[str, str] = {
    "rule.testing.a_positive_pool_calls_everyone_back": N_("A positive pool calls everyone back"),
    "rule.testing.the_area_is_told_of_a_positive_tube": N_("The area is told of a positive tube"),
    "rule.testing.an_own_swab_answers_its_task": N_("A swab of one's own answers its task"),
    "rule.testing.a_positive_alone_names_the_person": N_("A positive tube of one person names the person"),
    "rule.testing.a_negative_alone_releases": N_("A negative tube of one person releases the person"),
    "rule.testing.a_pool_that_nobody_explains_is_asked_about": N_("A pool that nobody explains is asked about"),
    "rule.testing.an_unexplained_pool_is_looked_into": N_("An unexplained pool is looked into"),
    "rule.testing.a_released_person_is_not_sent_for": N_("A released person is not sent for"),
    "rule.testing.a_tube_without_a_result_is_swabbed_again": N_(
        "The people of a tube without a result are swabbed again"
    ),
    "rule.testing.a_corrected_positive_frees_its_people": N_("A corrected positive frees its people"),
    "rule.testing.a_corrected_positive_alone_names_the_person": N_("A tube corrected to positive names the person"),
    "rule.testing.a_hold_ends_by_itself": N_("A hold ends by itself"),
    "rule.testing.a_hold_that_ended_unread_is_supervised": N_("A hold that ended without a result is supervised"),
    "rule.testing.a_stray_result_looks_for_its_tube": N_("A stray result looks for its tube"),
    "rule.testing.a_tube_takes_the_result_that_waited_for_it": N_("A tube takes the result that waited for it"),
    "rule.testing.a_tube_read_before_its_receipt_has_a_gap": N_("A tube read before its receipt has a gap"),
    "rule.testing.tubes_are_not_left_at_a_site": N_("Tubes are not left at a site"),
    "rule.testing.tubes_left_at_a_site_are_fetched": N_("Tubes left at a site are fetched"),
    "rule.testing.a_box_on_its_way_too_long_is_late": N_("A box on its way too long is late"),
    "rule.testing.a_late_box_is_looked_for": N_("A late box is looked for"),
    "rule.testing.a_received_box_is_no_longer_looked_for": N_("A received box is no longer looked for"),
    "rule.testing.a_leaking_tube_is_void": N_("A leaking tube is void"),
    "rule.testing.a_tube_missing_from_its_box_is_looked_for": N_("A tube missing from its box is looked for"),
    "rule.testing.a_tube_without_a_label_is_asked_about": N_("A tube without a label is asked about"),
    "rule.testing.a_tube_that_was_not_packed_has_a_gap": N_("A tube that was not packed has a gap"),
    "rule.testing.a_tube_in_two_boxes_has_a_gap": N_("A tube in two boxes has a gap"),
    "rule.testing.tubes_wait_no_longer_than_the_limit": N_("Tubes wait no longer than the limit"),
    "rule.testing.a_laboratory_that_falls_behind_is_helped": N_("A laboratory that falls behind is helped"),
    "rule.testing.a_tube_run_again_needs_no_new_swab": N_("A tube run again needs no new swab"),
    "rule.testing.a_laboratory_out_of_line_is_named": N_("A laboratory out of line is named"),
    "rule.testing.a_laboratory_out_of_line_is_looked_at": N_("A laboratory out of line is looked at"),
    "rule.testing.a_wrong_clock_is_set_right": N_("A wrong clock is set right"),
    "rule.testing.a_late_hand_in_is_asked_about": N_("A late hand-in is asked about"),
    "rule.testing.what_could_not_be_accepted_is_dealt_with": N_("What could not be accepted is dealt with"),
    "rule.testing.a_settled_row_answers_its_task": N_("A settled row answers its task"),
    "rule.testing.a_long_queue_gets_another_lane": N_("A long queue gets another lane"),
    "rule.cases.a_person_found_becomes_a_case": N_("A person found becomes a case"),
    "rule.cases.a_mended_finding_sets_its_case_aside": N_("A mended finding sets its case aside"),
    "rule.testing.the_end_of_a_round_looks_for_who_is_missing": N_("The end of a round looks for who is missing"),
    "rule.testing.missing_people_are_called": N_("Missing people are called"),
    "rule.testing.a_second_swab_answers_its_task": N_("A second swab answers its task"),
}
