"""The twin's words: what is wrong with a city's or a scenario's file, and what its results are called."""

from __future__ import annotations

from ringfence.core.words import N_

REFUSALS: dict[str, tuple[str, str, str]] = {
    "twin_file_missing": (
        N_("There is no file {file}."),
        N_("A city and a scenario are each told in a TOML file."),
        N_("Check the path; `ringfence city example` and `ringfence twin example` write one to begin with."),
    ),
    "twin_file_unreadable": (
        N_("{file} is not readable as TOML."),
        N_("The reader stopped here: {fault}"),
        N_("Correct that line and try again."),
    ),
    "twin_key_unknown": (
        N_("{file} has {key}, which nothing reads."),
        N_("Known there: {known}."),
        N_("Correct the spelling (nearest: {nearest}) or take it out; it would change nothing."),
    ),
    "twin_key_missing": (
        N_("{file} does not tell {key}."),
        N_("It is needed for: {means}."),
        N_("Add it, with its source."),
    ),
    "twin_value_unfit": (
        N_("{key} in {file} cannot be {value}."),
        N_("Expected there: {expected}."),
        N_("Correct the value and try again."),
    ),
    "twin_source_missing": (
        N_("{key} in {file} has no source."),
        N_("Every number says where it comes from, in [{section}.source]."),
        N_("Add {name} there; where nobody has published it, write why it was chosen, and K under certainty."),
    ),
    "city_marginals_unmet": (
        N_("The households and the ages of {file} do not fit together."),
        N_("There are {households} households for every 1,000 people, and {adults} of 1,000 are 18 or older."),
        N_("Every household needs an adult: correct households.sizes or ages.bands."),
    ),
    "city_too_fine": (
        N_("A city of {people} people cannot have cells of {cell_people}."),
        N_("That would be {cells} cells; a city has at most {most}."),
        N_("Choose larger cells (space.cell_people) or a smaller city."),
    ),
    "city_too_small": (
        N_("A city of {people} people is too small."),
        N_("One area of this file holds {area_people}."),
        N_("Ask for at least as many people, or for smaller areas (space.area_people)."),
    ),
    "city_not_there": (
        N_("There is no synthetic city in {folder}."),
        N_("A city is a folder that `ringfence city build` has written to the end."),
        N_("Build it: ringfence city build {name}"),
    ),
    "city_of_another_kind": (
        N_("The city in {folder} was built by another version."),
        N_("Its form is {found}; this program reads {known}."),
        N_("Build it again: ringfence city build {name}"),
    ),
    "scenario_name_unknown": (
        N_("{what}: there is none called {name}."),
        N_("Shipped with the product: {known}."),
        N_("Name one of these (nearest: {nearest}), or give the path of a file."),
    ),
    "scenario_too_long": (
        N_("{days} days are more than the twin can follow."),
        N_("It counts days up to {most}."),
        N_("Ask for fewer days."),
    ),
    "scenario_area_unknown": (
        N_("{key} names area {area}, which this city has not."),
        N_("Its areas are numbered from 0 to {last}."),
        N_("Correct the number."),
    ),
    "scenario_seeds_too_many": (
        N_("{seeds} infections at the start are more than the city can take."),
        N_("It has {people} people."),
        N_("Ask for fewer, or for a larger city."),
    ),
    "scenario_rate_impossible": (
        N_("No rate of transmission gives a reproduction number of {wanted}."),
        N_("A mean case would have {contacts} contacts a day in this city."),
        N_("Lower disease.r0, or raise the contacts of the city."),
    ),
}

LABELS: dict[str, str] = {
    "twin.setting.imported": N_("imported"),
    "twin.setting.home": N_("household"),
    "twin.setting.class": N_("school"),
    "twin.setting.work": N_("work"),
    "twin.setting.ward": N_("ward"),
    "twin.setting.friend": N_("friends"),
    "twin.setting.near": N_("neighbourhood"),
    "twin.setting.city": N_("transit"),
}
