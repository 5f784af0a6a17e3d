"""The words of visits and of the search: refusals in three parts, labels of facts, of bad rows and of categories."""

from __future__ import annotations

from ringfence.core.words import N_

REFUSALS: dict[str, tuple[str, str, str]] = {
    "visits_file_missing": (
        N_("There is no file {file}."),
        N_("No visits were loaded."),
        N_("Check the path and the spelling."),
    ),
    "visits_file_broken": (
        N_("The file {file} cannot be read as Parquet or CSV."),
        N_("The reader stopped with: {why}. No visits were loaded."),
        N_("Export the file again, as Parquet or as CSV in UTF-8, and load that."),
    ),
    "visits_file_changed": (
        N_("The file {file} was changed while it was read."),
        N_("What was read of it is set aside: no visits were loaded."),
        N_("Wait until whoever writes it is done, and load it again."),
    ),
    "visits_column_missing": (
        N_("The file {file} has no column {column}."),
        N_("Its columns are: {found}."),
        N_("Visits need the columns person, place, start and end; rename the one that is meant."),
    ),
    "visits_column_doubled": (
        N_("The file {file} has the column {column} more than once."),
        N_("No visits were loaded."),
        N_("Rename or remove one of them."),
    ),
    "visits_source_missing": (
        N_("The file {file} does not say who told its visits."),
        N_("It has no column source, and no source was named for the whole file."),
        N_("Name it: --source check-ins"),
    ),
    "visits_ids_other": (
        N_("The column {column} holds no ids."),
        N_("Its type is {type}; ids are whole numbers or texts."),
        N_("Export that column as text, and load the file again."),
    ),
    "visits_times_other": (
        N_("The column {column} holds no times."),
        N_("Its type is {type}; times are moments with a zone, or texts such as 2021-09-25T12:30:00+08:00."),
        N_("Export that column as times, and load the file again."),
    ),
    "visits_times_naive": (
        N_("The times in {file} have no zone."),
        N_("A clock's time without its zone can be off by many hours. No visits were loaded."),
        N_("Say which clock it was: --zone Asia/Shanghai"),
    ),
    "visits_zone_unknown": (
        N_("There is no time zone {zone}."),
        N_("Zones have names such as Asia/Shanghai or Europe/Paris."),
        N_("Correct the name."),
    ),
    "visits_rows_bad": (
        N_("{rows} rows cannot be taken."),
        N_("{good} rows are good. Every bad value is listed with its row and reason in {report}. Nothing was loaded."),
        N_("Correct the file and load it again, or take the good rows only: --good-rows"),
    ),
    "visits_ids_of_people": (
        N_("The column {column} of {file} holds identity numbers or telephones, not ids."),
        N_(
            "Of {seen} ids of {length} characters, {found} read as such. No visits were loaded: searches put ids on record."
        ),
        N_(
            "Load these people with `ringfence people load` first, and name them here by the ids they have then, or by an"
            " agency's own ids that say nothing."
        ),
    ),
    "visits_country_unknown": (
        N_("There are no rules for the country {country}."),
        N_("Countries are named by two letters, as CN or FR."),
        N_("Name another: --country CN"),
    ),
    "visits_too_many_people": (
        N_("There are more people than the store of visits can number."),
        N_("It numbers up to {most}. No visits were loaded."),
        N_(
            "Forget days that are no longer needed, or keep the visits of another region in an installation of its own."
        ),
    ),
    "visits_too_many_places": (
        N_("There are more places than the store of visits can number."),
        N_("It numbers up to {most}. No visits were loaded."),
        N_("Keep the visits of another region in an installation of its own."),
    ),
    "visits_too_many_kinds": (
        N_("There are too many kinds of place."),
        N_("The store knows up to {most}; the next one would be {kind}."),
        N_("Put the kind of each place into the column kind, not its name."),
    ),
    "visits_too_many_sources": (
        N_("There are too many sources."),
        N_("A file may have up to {most} combinations of source and kind of place."),
        N_("Put into the column source who told the visit, not a text of each visit's own."),
    ),
    "visits_store_broken": (
        N_("The file {file} of the visits is damaged."),
        N_("It was made from the days and can be made again: nothing is lost."),
        N_("Delete it; the next search or load makes it anew."),
    ),
    "visits_store_older": (
        N_("The file {file} of the visits was written by an earlier version."),
        N_("It was made from the days, which are as they were: nothing is lost."),
        N_("Delete it; the next search or load makes it anew."),
    ),
    "visits_day_broken": (
        N_("The visits of {day} cannot be read: {file} is damaged or missing."),
        N_("The reader stopped with: {why}. Nothing was changed; the other days are not concerned."),
        N_(
            "Put the folder of that day back from a backup. Without one, move it and the folder loads away and load the"
            " files that tell of that day again: what is on record is not counted twice."
        ),
    ),
    "visits_disk_full": (
        N_("There is no room on the disk for the visits of {file}."),
        N_(
            "The file has {size} MB, and {free} MB are free. Visits that were on record are on record still, and days"
            " of this file that were ready stay."
        ),
        N_("Make room, or forget days that are no longer needed, and load the file again: nothing is counted twice."),
    ),
    "visits_person_unknown": (
        N_("No visit names {person}."),
        N_("Visits of {days} days are on record here."),
        N_("Check the id, or load the visits of the days in question."),
    ),
    "visits_window_empty": (
        N_("The window ends before it begins."),
        N_("It was told as from {begins} to {ends}."),
        N_("Exchange the two, or correct one."),
    ),
    "visits_moment_unreadable": (
        N_("{told} is neither a day nor a moment."),
        N_("Days are written 2021-09-25, moments 2021-09-25T12:30 or 2021-09-25T12:30:00+08:00."),
        N_("Write it so."),
    ),
    "visits_kind_unknown": (
        N_("No place is of the kind {kind}."),
        N_("Kinds and categories on record: {known}."),
        N_("Name one of these, or leave --kinds out."),
    ),
    "visits_order_unknown": (
        N_("There are no contacts of order {order}."),
        N_("Order 1 is whom the person met, order 2 whom those met afterwards."),
        N_("Ask for 1 or 2."),
    ),
    "visits_minutes_negative": (
        N_("An encounter cannot count from {minutes} minutes."),
        N_("Minutes are 0 or more; at 0 whoever leaves as the other comes counts too."),
        N_("Name another number."),
    ),
    "visits_second_order_open": (
        N_("Second order needs a threshold or a cap."),
        N_("Without one it names most of a city: of encounters of ten minutes over two weeks, four people in five."),
        N_("Follow only close contacts: --close 60 for an hour in all, or --cap 50 for the fifty closest."),
    ),
    "visits_purpose_missing": (
        N_("A search for contacts needs a purpose."),
        N_("Every search goes on record, with who searched for whom and why."),
        N_("Say why: --purpose 'contacts of case HRB-0042'"),
    ),
}

LABELS: dict[str, str] = {
    "visits.compiling": N_("Compiling once; the next call starts at once."),
    "fact.VisitsLoaded": N_("Visits were loaded"),
    "fact.VisitsForgotten": N_("Visits were forgotten"),
    "fact.ContactsSearched": N_("Contacts were searched for"),
    "fact.ContactsFound": N_("Contacts were found"),
    "bad_row.id_unreadable": N_("this is no id: it is empty, not whole, or longer than 200 bytes"),
    "bad_row.time_unreadable": N_("this is no moment"),
    "bad_row.no_zone": N_("the time has no zone"),
    "bad_row.time_twice_or_never": N_("the clock showed this time twice or never, as clocks were put back or forward"),
    "bad_row.time_absurd": N_("the time lies before 1900 or more than a year ahead"),
    "bad_row.end_before_start": N_("the visit ends before it begins"),
    "bad_row.longer_than_a_day": N_("the visit lasts more than 24 hours"),
    "category.home": N_("Lived together"),
    "category.ward": N_("Care"),
    "category.class": N_("Class"),
    "category.work": N_("Work"),
    "category.meal": N_("Meal"),
    "category.ride": N_("Ride"),
    "category.lift": N_("Lift"),
    "category.shop": N_("Shop"),
    "category.worship": N_("Worship"),
    "category.leisure": N_("Leisure"),
    "category.errand": N_("Errand"),
    "category.other": N_("Other"),
}
