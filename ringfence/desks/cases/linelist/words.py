"""What is said about line lists, their maps and their cells."""

from __future__ import annotations

from ringfence.core.words import N_
from ringfence.desks.cases.linelist.fields import FIELD_LABELS

REFUSALS: dict[str, tuple[str, str, str]] = {
    "map_missing": (
        N_("There is no map {name}."),
        N_("A map is a TOML file that says which column is which field."),
        N_("Check its name, or leave it out: the columns are then guessed and shown."),
    ),
    "map_not_toml": (
        N_("The map {name} cannot be read."),
        N_("TOML says: {why}"),
        N_("Mend that line, or save a new map from the import page."),
    ),
    "map_badly_formed": (
        N_("The map {name} is not formed as a map should be."),
        N_("What is missing or strange: {what}"),
        N_("Compare it with a map saved here: format = 1, kind, [constants], [[columns]] with column and field."),
    ),
    "map_names_missing_column": (
        N_("The map names a column that the file does not have: {column}"),
        N_("The columns of the file are: {header}"),
        N_("Mend the name in the map, or take that part out of it."),
    ),
    "map_names_unknown_field": (
        N_("The map names a field that is not known: {field}"),
        N_("The fields are: {known}"),
        N_("Use one of these; extra keeps a column as it is, skip leaves it out."),
    ),
    "map_unknown_order": (
        N_("The map gives the column {column} the date order {order}, which is not known."),
        N_("The orders are: {known}"),
        N_("Use one of these, or leave the order out: the column then decides."),
    ),
    "map_field_twice": (
        N_("The map gives the field {field} to two columns."),
        N_("They are {one} and {other}."),
        N_("Keep one of them, and make the other extra or skip."),
    ),
    "map_column_twice": (
        N_("The map names the column {column} twice."),
        N_("Each column can be one field only."),
        N_("Take one of the two entries out."),
    ),
    "linelist_codes_of_others": (
        N_("These look like other people's codes: {unlike} of {met} codes on record are of someone else."),
        N_("The codes were looked up among those of the source {source}. Sex, age and day of onset differ."),
        N_("Give this file a source of its own, so that its case 1 is not taken for theirs."),
    ),
    "import_outbreak_over": (
        N_("The outbreak {outbreak} is closed."),
        N_("Its line list is complete; nothing was read in."),
        N_("Choose another outbreak, or declare a new one."),
    ),
    "import_place_elsewhere": (
        N_("The place {place} lies outside the area of {outbreak}."),
        N_("Rows belong to a place within the outbreak's area."),
        N_("Choose the outbreak's area or a place beneath it."),
    ),
    "outbreak_not_named": (
        N_("The outbreak is not named."),
        N_("On record are: {known}"),
        N_("Name one of them, or a new one, which is then declared."),
    ),
    "upload_missing": (
        N_("No file was chosen."),
        N_("Nothing was uploaded."),
        N_("Choose a file, then look at its columns."),
    ),
    "upload_empty": (
        N_("The file {name} is empty."),
        N_("It has no bytes; nothing was kept of it."),
        N_("Export it again, and choose the new file."),
    ),
    "upload_too_large": (
        N_("The file {name} is too large."),
        N_("At most {at_most} MB are taken here; nothing was kept of it."),
        N_("Pack it as ZIP, split it, or use the command: ringfence linelist import"),
    ),
    "upload_not_mapped": (
        N_("It is not settled what the columns of {name} are."),
        N_("Nothing was recorded."),
        N_("Look at the columns first."),
    ),
    "map_name_unfit": (
        N_("The name {name} cannot be used for a map."),
        N_("A name has letters, digits, spaces and hyphens, 40 at most."),
        N_("Choose another name."),
    ),
    "import_broke_off": (
        N_("The import broke off."),
        N_("The rows taken before are on record, each whole; the cause is in the installation's log."),
        N_("Import the file again: rows on record change nothing, the others follow."),
    ),
    "place_not_known": (
        N_("No place is called {place}."),
        N_("Places are known by their path, code or name."),
        N_("Check the spelling, or declare the place first."),
    ),
}

_LEFT_OUT_WITH = N_("Perhaps meant: {suggestion}")

LABELS: dict[str, str] = {
    **FIELD_LABELS,
    "linelist.suggestion": _LEFT_OUT_WITH,
    "linelist.date_unreadable": N_("This cannot be read as a date."),
    "linelist.date_no_such_day": N_("There is no such day."),
    "linelist.date_year_missing": N_("The date has no year."),
    "linelist.date_incomplete": N_("The date has no day or no month."),
    "linelist.date_ambiguous": N_(
        "Day and month could be either way round; the column does not tell which comes first."
    ),
    "linelist.date_not_in_order": N_("The date does not fit the order of day and month of its column."),
    "linelist.date_before_window": N_("The date lies before the first possible day."),
    "linelist.date_after_window": N_("The date lies after the last possible day."),
    "linelist.age_unreadable": N_("This cannot be read as an age."),
    "linelist.age_impossible": N_("Nobody is that old."),
    "linelist.number_unreadable": N_("This is not a number."),
    "linelist.coordinate_impossible": N_("There is no such latitude or longitude."),
    "linelist.word_not_known": N_("This word is not among those known for this field. The map can say what it means."),
    "linelist.neither_yes_nor_no": N_("This is neither yes nor no. The map can say what it means."),
    "linelist.onset_after_death": N_("Onset ({one}) after death ({other})."),
    "linelist.recovered_before_onset": N_("Onset ({one}) after recovery ({other})."),
    "linelist.outcome_before_onset": N_("Onset ({one}) after the outcome ({other})."),
    "linelist.infected_after_onset": N_("Infected ({one}) after onset ({other})."),
    "linelist.exposure_ends_before_it_begins": N_("Exposure begins ({one}) after it ends ({other})."),
    "linelist.admitted_after_discharge": N_("Admitted ({one}) after discharge ({other})."),
    "linelist.admitted_after_death": N_("Admitted ({one}) after death ({other})."),
    "linelist.born_after_onset": N_("Born ({one}) after onset ({other})."),
    "linelist.born_after_confirmation": N_("Born ({one}) after confirmation ({other})."),
    "linelist.born_after_report": N_("Born ({one}) after the report ({other})."),
    "linelist.born_after_death": N_("Born ({one}) after death ({other})."),
    "linelist.outcome_denies_death": N_("The outcome is {one}, yet there is a date of death ({other})."),
    "linelist.row_repeated": N_("The same as row {row}, cell by cell: the two are one."),
    "linelist.code_of_different_rows": N_("The same code stands in other rows that differ: {rows}"),
    "linelist.link_without_an_end": N_("A link needs both codes: who infected and who was infected."),
    "linelist.link_to_itself": N_("The two codes are the same."),
    "linelist.link_unknown": N_("No case on record has this code; it is kept as a column of its case."),
    "linelist.possible_duplicate": N_("Perhaps the same person as on record: {other}. Nothing was merged."),
    "linelist.refused": N_("The row was refused when it was told: {why}"),
    "linelist.id_checksum": N_("The last sign of the identity number does not fit the others."),
    "linelist.id_birth_date": N_("The identity number holds a date that does not exist."),
    "linelist.id_shape": N_("This is no identity number and no document number."),
    "linelist.phone_invalid": N_("This is no telephone number."),
    "linelist.elsewhere": N_(
        "Most dates of this file lie outside the outbreak {title} ({first}–{last}): is it another outbreak?"
    ),
    "linelist.severity.to be looked at": N_("To be looked at"),
    "linelist.severity.row refused": N_("Row refused"),
    "linelist.severity.row repeated": N_("Row repeated"),
    "linelist.severity.value left out": N_("Value left out"),
    "linelist.severity.value mended": N_("Value mended as the map says"),
    "linelist.reason.told": N_("The map says so."),
    "linelist.reason.name_same": N_("The column has the name of the field."),
    "linelist.reason.name_alike": N_("The name of the column is like that of the field."),
    "linelist.reason.values_look_like": N_("The values look like those of the field."),
    "linelist.reason.not_known": N_("No field fits; the column is kept as it is."),
}
