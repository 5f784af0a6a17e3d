"""The words of the register: refusals in three parts, and what the report of bad rows calls a reason."""

from __future__ import annotations

from ringfence.core.words import N_

REFUSALS: dict[str, tuple[str, str, str]] = {
    "people_file_missing": (
        N_("There is no file {file}."),
        N_("Nothing was loaded."),
        N_("Check the path and the spelling."),
    ),
    "people_file_broken": (
        N_("The file {file} cannot be read as Parquet or CSV."),
        N_("The reader stopped with: {why}. Nothing was loaded."),
        N_("Export the file again, as Parquet or as CSV in UTF-8, and load that."),
    ),
    "people_column_missing": (
        N_("The file {file} has no column {column}."),
        N_("Its columns are: {found}."),
        N_("Name the column to use, as field and column in the mapping."),
    ),
    "people_column_doubled": (
        N_("The file {file} has the column {column} more than once."),
        N_("Nothing was loaded."),
        N_("Rename or remove one of them."),
    ),
    "people_field_unknown": (
        N_("The mapping names a field {field} that a register does not have."),
        N_("The fields are: {known}."),
        N_("Correct the mapping."),
    ),
    "people_rows_bad": (
        N_("{rows} rows cannot be taken."),
        N_("{good} rows are good. Every bad value is listed with its row and reason in {report}. Nothing was loaded."),
        N_("Correct the file and load it again, or ask for the good rows only."),
    ),
    "people_loaded_as_another_source": (
        N_("This file is already loaded as the register {source}, and cannot be loaded again as {asked}."),
        N_("The file has the hash {sha256}."),
        N_("Keep the name {source}, or load the file this register was meant to come from."),
    ),
    "person_not_registered": (
        N_("No person {person} is in a register."),
        N_("Registers hold the people loaded from files."),
        N_("Check the number, or enter the person."),
    ),
}

LABELS: dict[str, str] = {
    "bad_row.missing": N_("nothing is told here, and each row needs it"),
    "bad_row.number_of_values": N_("the line has too few or too many values"),
    "bad_row.place_unknown": N_("no jurisdiction has this code"),
    "bad_row.code_told_twice": N_("an earlier row has the same code"),
    "bad_row.id_checksum": N_("the last sign of the ID number does not fit the others"),
    "bad_row.id_birth_date": N_("the ID number holds a date that does not exist"),
    "bad_row.id_shape": N_("this is no ID number and no document number"),
    "bad_row.birth_contradicts_id": N_("the birth told contradicts the ID number"),
    "bad_row.sex_contradicts_id": N_("the sex told contradicts the ID number"),
    "bad_row.phone_invalid": N_("this is no phone number"),
    "bad_row.sex_unknown_word": N_("this word is not known for a sex"),
    "bad_row.birth_not_a_date": N_("this is no date (write year, month, day)"),
    "bad_row.birth_in_future": N_("the birth lies in the future"),
    "bad_row.birth_too_long_ago": N_("the birth lies more than 125 years back"),
    "bad_row.age_not_a_number": N_("this is no age in years"),
}
