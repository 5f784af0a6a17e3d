"""What is said of a value that cannot be read as what its parameter expects."""

from __future__ import annotations

from ringfence.core.words import N_

_TOLD = N_("Told for {parameter}: {value}")

REFUSALS: dict[str, tuple[str, str, str]] = {
    "value_not_number": (
        N_("{parameter} is not a whole number."),
        _TOLD,
        N_("Give a whole number in digits, such as 12."),
    ),
    "value_not_decimal": (
        N_("{parameter} is not a number."),
        _TOLD,
        N_("Give a number with a point for decimals, such as 36.5."),
    ),
    "value_not_flag": (
        N_("{parameter} is neither yes nor no."),
        _TOLD,
        N_("Give yes or no."),
    ),
    "value_not_date": (
        N_("{parameter} is not a day of the calendar."),
        _TOLD,
        N_("Give year, month and day as 2021-09-25."),
    ),
    "value_not_moment": (
        N_("{parameter} is not a moment."),
        _TOLD,
        N_("Give day and hour as 2021-09-25 14:30; without a zone it counts in the place's own."),
    ),
    "value_not_time": (
        N_("{parameter} is not an hour of the day."),
        _TOLD,
        N_("Give hour and minute as 14:30."),
    ),
    "value_not_span": (
        N_("{parameter} is not a length of time."),
        _TOLD,
        N_("Give days, hours and minutes as P1DT12H30M (ISO 8601)."),
    ),
    "value_not_option": (
        N_("{parameter} cannot be {value}."),
        N_("It may be: {options}."),
        N_("Give one of these."),
    ),
    "value_text_unfit": (
        N_("{parameter} holds characters that cannot be kept, or is too long."),
        N_("A text has at most {longest} characters, none of them NUL or half a surrogate pair."),
        N_("Take these characters out, or attach the text as a file."),
    ),
    "value_not_list": (
        N_("{parameter} is not a list."),
        _TOLD,
        N_("Give a list, even of one."),
    ),
    "value_not_pair": (
        N_("{parameter} is not made of names and their values."),
        _TOLD,
        N_("Give each as name=value; in JSON, as an object of texts."),
    ),
    "value_not_text": (
        N_("{parameter} is not a text."),
        _TOLD,
        N_("Give it as text."),
    ),
    "value_told_twice": (
        N_("{parameter} was told more than once."),
        _TOLD,
        N_("Give it once."),
    ),
}

LABELS: dict[str, str] = {}
