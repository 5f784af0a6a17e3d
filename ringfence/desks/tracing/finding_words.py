"""The words of finding contacts: refusals, facts, actions, queries, rules, tasks and reasons."""

from __future__ import annotations

from ringfence.core.words import N_

REFUSALS: dict[str, tuple[str, str, str]] = {
    "contacts_of_whom": (
        N_("It is not said whose contacts are wanted, or from when to when."),
        N_("A search needs a person with --from and --to, or a case with --case."),
        N_("Name the person as visits do, or the case."),
    ),
    "category_unknown": (
        N_("There is no category of contact {category}."),
        N_("The policy pack lists: {known}."),
        N_("Choose one of these."),
    ),
    "evidence_not_by_hand": (
        N_("This is not known by somebody's word: {evidence}."),
        N_("Records of stays and telephones are searched, not told."),
        N_("Choose how the contact is known: interview, seat list, household, or a list from elsewhere."),
    ),
    "case_of_other_outbreak": (
        N_("The case {case} belongs to another outbreak."),
        N_("A contact is one in the outbreak of the case."),
        N_("Choose the outbreak of the case, or another case."),
    ),
    "contact_is_the_case": (
        N_("Nobody is a contact of themselves."),
        N_("This person is the case {case}."),
        N_("Choose another person."),
    ),
    "exposure_ends_first": (
        N_("The exposure ends before it begins."),
        N_("From {first} to {last}."),
        N_("Correct one of the two."),
    ),
    "exposure_ahead": (
        N_("An exposure cannot lie in the future."),
        N_("Told was {told}."),
        N_("Correct the moment."),
    ),
    "closeness_already": (
        N_("The contact is of this kind already, by a person's word."),
        N_("On record: {closeness}. The contact: {contact}."),
        N_("Nothing more is to be done."),
    ),
    "contact_no_case": (
        N_("This contact was not reported as a case."),
        N_("Contact: {contact}."),
        N_("Choose another contact."),
    ),
    "contact_link_unknown": (
        N_("It is not on record that this contact met this case."),
        N_("Contact: {contact}. Case: {case}."),
        N_("Look at whom the contact met, and choose one of these."),
    ),
    "search_too_wide": (
        N_("The search would name {named} people."),
        N_("At most {most} are named by one search."),
        N_("Make the window shorter, ask for more minutes, or name kinds of place."),
    ),
    "search_unknown": (
        N_("There is no search {search} of this case on record."),
        N_("A search is put on record before it names anybody."),
        N_("Search for the contacts of the case first."),
    ),
    "search_found_others": (
        N_("The search {search} did not find everybody who is to be listed."),
        N_("Not among those found: {person}."),
        N_("Choose among those found, or name the person as a contact."),
    ),
    "case_not_confirmed": (
        N_("The case {case} does not count as an infection."),
        N_("Contacts are searched for once a case is confirmed, by the classes that the policy pack names."),
        N_("Classify the case first, or name its contacts by hand."),
    ),
    "visits_none": (
        N_("No visits are on record here."),
        N_("Contacts are found in visits that agencies hand in."),
        N_("Load visits first: ringfence visits load FILE"),
    ),
}

LABELS: dict[str, str] = {
    "fact.CaseConfirmed": N_("A case was confirmed, with its window"),
    "fact.CaseUnconfirmed": N_("A case is none after all"),
    "fact.ContactBecameCase": N_("A contact became a case"),
    "fact.ContactClassed": N_("The kind of contact was set"),
    "fact.ContactLinkStruck": N_("A meeting was struck"),
    "fact.ContactNamed": N_("A contact was named"),
    "fact.ContactReturned": N_("Somebody is a contact again"),
    "fact.SearchLeftOpen": N_("A search was left open"),
    "action.tracing.class_contact": N_("Set the kind of contact"),
    "action.tracing.list_found": N_("List those found as contacts"),
    "action.tracing.make_case_of_contact": N_("Report a contact as a case"),
    "action.tracing.name_contact": N_("Name a contact"),
    "action.tracing.name_new_contact": N_("Register and name a contact"),
    "action.tracing.search_contacts": N_("Search for contacts"),
    "action.tracing.strike_link": N_("Strike a meeting"),
    "action.tracing.take_back_case_of_contact": N_("Take back a case made of a contact"),
    "action.tracing.unlist_found": N_("Strike people from a case's list"),
    "query.tracing.search_cost": N_("What a search would come to"),
    "query.tracing.search_result": N_("Whom a search found"),
    "query.tracing.searches": N_("Searches for contacts"),
    "field.cap": N_("Follow at most so many contacts"),
    "field.close": N_("Follow contacts of so many minutes"),
    "field.days": N_("Days"),
    "field.first_at": N_("First exposure"),
    "field.last_at": N_("Last exposure"),
    "field.min_minutes": N_("An encounter counts from so many minutes"),
    "field.note": N_("Note"),
    "field.through": N_("Met through"),
    "task.find_contacts": N_("Find the contacts of a case"),
    "task.name_infector": N_("Say who infected the case"),
    "reason.search_no_visits": N_("No visits are on record for the case's window"),
    "reason.search_person_not_in_visits": N_("No record of visits knows the case"),
    "reason.search_too_many": N_("More contacts than a rule may list"),
    "reason.search_not_by_itself": N_("The policy pack leaves searches to people"),
    "reason.contact_found": N_("Found or named as a contact of a case"),
    "reason.met_a_case": N_("The case met another case"),
    "reason.was_contact": N_("The case was a contact of another case"),
    "reason.case_unconfirmed": N_("The case is none after all"),
    "left_open.not_by_itself": N_("the policy pack leaves searches to people"),
    "evidence.search": N_("the search was made"),
    "evidence.contacts": N_("contacts were listed"),
    "rule.cases.an_infection_is_confirmed_with_its_window": N_("An infection is confirmed with its window"),
    "rule.cases.a_case_without_a_course_counts_from_its_report": N_("A case without a course counts from its report"),
    "rule.cases.a_case_that_is_none_is_told_to_whoever_acted_on_it": N_(
        "A case that is none is told to whoever acted on it"
    ),
    "rule.tracing.a_confirmed_cases_contacts_are_found": N_("A confirmed case's contacts are found"),
    "rule.tracing.visits_loaded_later_are_searched_too": N_("Visits loaded later are searched too"),
    "rule.tracing.a_place_told_in_the_interview_is_searched": N_("A place told in the interview is searched"),
    "rule.tracing.a_search_left_open_is_made_by_a_person": N_("A search left open is made by a person"),
    "rule.tracing.contacts_told_by_a_person_answer_the_task": N_("Contacts told by a person answer the task"),
    "rule.tracing.a_case_that_is_none_needs_no_search": N_("A case that is none needs no search"),
    "rule.tracing.a_contact_is_followed_up": N_("A contact is followed up"),
    "rule.tracing.a_contact_named_is_followed_up": N_("A contact named is followed up"),
    "rule.tracing.somebody_taken_for_a_case_is_followed_up": N_("Somebody taken for a case is followed up"),
    "rule.tracing.another_kind_of_contact_is_followed_otherwise": N_("Another kind of contact is followed otherwise"),
    "rule.tracing.a_case_found_among_contacts_may_be_linked": N_("A case found among contacts may be linked"),
    "rule.tracing.a_contact_who_is_confirmed_became_a_case": N_("A contact who is confirmed became a case"),
    "rule.tracing.who_infected_a_contact_is_said_by_a_person": N_("Who infected a contact is said by a person"),
    "rule.tracing.a_case_that_is_none_is_a_contact_again": N_("A case that is none is a contact again"),
    "rule.tracing.contacts_of_a_discarded_case_are_let_go": N_("Contacts of a discarded case are let go"),
    "rule.tracing.a_contact_who_met_nobody_is_let_go": N_("A contact who met nobody is let go"),
    "rule.tracing.contacts_of_a_case_confirmed_after_all_are_followed_again": N_(
        "Contacts of a case confirmed after all are followed again"
    ),
}
