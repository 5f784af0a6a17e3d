"""What is said when a form file is refused, and what is said of an answer that cannot be taken."""

from __future__ import annotations

from ringfence.core.words import N_

_MEND = N_("Mend the form file {file} and load it again.")
_PLACE = N_("It is in the form file {file}, at {where}.")

REFUSALS: dict[str, tuple[str, str, str]] = {
    "form_unreadable": (N_("{file} is not a form: {reason}."), N_("A form is a TOML file in UTF-8."), _MEND),
    "form_key_missing": (N_("The form lacks {key}."), _PLACE, _MEND),
    "form_key_unknown": (
        N_("The form has {key}, which means nothing here."), _PLACE, N_("Check the spelling, or remove it."),
    ),
    "form_value_wrong": (N_("{key} cannot be {value}."), N_("It must be {wanted}. The place: {file}, {where}."), _MEND),
    "form_label_missing": (
        N_("{key} has no text in the language {language}."), _PLACE,
        N_("Give the text in English (en) and in Chinese (zh)."),
    ),
    "form_kind_unknown": (
        N_("There is no kind of field called {kind}."), N_("Kinds are: {kinds}. The place: {file}, {where}."), _MEND,
    ),
    "form_field_twice": (N_("Two fields are called {field}."), _PLACE, N_("Give one of them another name.")),
    "form_code_twice": (N_("Two choices have the code {choice}."), _PLACE, N_("Give one of them another code.")),
    "form_codes_unknown": (
        N_("There is no list of codes called {codes}."), _PLACE, N_("Add it under [codes], or correct the name."),
    ),
    "form_choices_missing": (
        N_("The field {field} offers nothing to choose from."), _PLACE,
        N_("Give it choices, or the name of a list of codes."),
    ),
    "form_condition_missing_field": (
        N_("A condition looks at {field}, which is not asked before it."), _PLACE,
        N_("Name a field that stands earlier in the form."),
    ),
    "form_condition_wrong": (
        N_("A condition asks whether {field} is {value}, which it can never be."),
        N_("It can be: {wanted}. The place: {file}, {where}."), _MEND,
    ),
    "form_personal_always": (
        N_("The field {field} is marked as not personal."),
        N_("Answers of the kind {kind} always name or locate a person. The place: {file}."),
        N_("Remove personal = false."),
    ),
    "form_twice": (
        N_("Two form files are {form}, version {version}, and they differ."), N_("They are {file} and {other}."),
        N_("Give the newer one the next version: answers are kept under form and version."),
    ),
    "form_unknown": (
        N_("There is no form {form}, version {version}."), N_("Forms on record: {known}."),
        N_("Put the form file back into the folder of forms: answers given under it need it to be read."),
    ),
}  # fmt: skip

LABELS: dict[str, str] = {
    "answer.missing": N_("This must be answered."),
    "answer.no_such_field": N_("The form has no such field."),
    "answer.not_a_text": N_("This must be text."),
    "answer.not_printable": N_("This holds characters that cannot be printed."),
    "answer.too_long": N_("At most {most} characters; this has {length}."),
    "answer.not_an_integer": N_("This must be a whole number."),
    "answer.not_a_number": N_("This must be a number, with a point for decimals."),
    "answer.not_a_date": N_("This must be a day, written as year-month-day."),
    "answer.no_day_known": N_("Today’s date was not given, so this day cannot be checked."),
    "answer.not_a_datetime": N_("This must be a day and a time, written as 2020-01-23 14:05."),
    "answer.too_low": N_("At least {least}."),
    "answer.too_high": N_("At most {most}."),
    "answer.not_a_choice": N_("{value} is not among the choices."),
    "answer.stands_alone": N_("{value} cannot be chosen together with others."),
    "answer.not_a_list": N_("This must be a list."),
    "answer.not_a_row": N_("Each row must name its columns."),
    "answer.too_many_rows": N_("At most {most} rows."),
    "answer.ends_before_it_begins": N_("This ends before it begins."),
    "answer.not_a_phone": N_("This is not a phone number that can exist."),
    "answer.not_an_id_number": N_("This is not an identity document number."),
    "answer.id_number_checksum": N_("The last character does not agree with the others: please read it again."),
    "answer.not_a_reason": N_("A missing answer can be: unknown, refused, not_asked."),
    "no_answer.unknown": N_("Not known"),
    "no_answer.refused": N_("Would not say"),
    "no_answer.not_asked": N_("Not asked"),
}
