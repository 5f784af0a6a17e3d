"""What a forecast and a comparison say: refusals, what was assumed, and the names of what is measured."""

from __future__ import annotations

from ringfence.core.words import N_

REFUSALS: dict[str, tuple[str, str, str]] = {
    "forecast_too_thin": (
        N_("There are too few cases in {place} to foretell anything from."),
        N_(
            "{on_list} on the line list, {cases} of them found within the last {days} days; {undated} lie too far back to count."
        ),
        N_("At least {fewest} are needed. Import the line list, or choose a larger place."),
    ),
    "forecast_place_needed": (
        N_("It is not clear for which place of {outbreak} to foretell."),
        N_("You may see {places} separate parts of its area."),
        N_("Choose one of them in the bar above, or with --under."),
    ),
    "forecast_without_population": (
        N_("How many people live in {place} is not on record."),
        N_("Neither the place nor those beneath it have a population in the registry."),
        N_("Declare it there, or tell it with --people."),
    ),
    "forecast_place_unfit": (
        N_("The twin cannot build a city of {people} people for {place}."),
        N_("It builds cities of {least} to {most}."),
        N_("Choose another place in the bar above, or with --under."),
    ),
    "forecast_without_disease": (
        N_("The twin does not know the natural history of {disease}."),
        N_("Shipped with the product: {shipped}."),
        N_("Tell a file with --disease FILE; `ringfence twin numbers` shows what such a file must say."),
    ),
    "forecast_too_long": (
        N_("{days} days are more than can be foretold."),
        N_("A forecast reaches at most {most} days ahead."),
        N_("Ask for fewer days, or for an earlier objective."),
    ),
    "forecast_no_outbreak": (
        N_("There is no outbreak to foretell."),
        N_("No open outbreak touches your places."),
        N_("Declare one, or name a closed one with --outbreak."),
    ),
    "objective_past": (
        N_("The objective of {outbreak} lies in the past: {by}."),
        N_("Today is {today} there; a forecast begins tomorrow."),
        N_("Set a new objective, or tell a later day with --by."),
    ),
    "options_too_many": (
        N_("{file} has {many} entries of [[{what}]]."),
        N_("At most {most} can be held beside each other."),
        N_("Take out those that matter least."),
    ),
    "options_none": (
        N_("{file} tells nothing to compare."),
        N_("It has neither an [[option]] nor a [[measure]]."),
        N_("Add at least one; `ringfence twin options` writes a file to begin with."),
    ),
    "twin_run_unknown": (
        N_("There is no such run of the twin here."),
        N_("{id} is not kept on this installation, or lies outside your places."),
        N_("Ask anew from the twin's page."),
    ),
    "twin_broke_off": (
        N_("The twin stopped before the end."),
        N_("The programme that ran it has ended, or gave no sign of life for a minute."),
        N_("Ask again; the same seed gives the same futures."),
    ),
}

LABELS: dict[str, str] = {
    "assume.hidden": N_(
        "Infections not found yet are drawn: when each case was infected follows from its onset and the incubation period, who they infected from the renewal equation, and who of those would not have been found by today from the delays seen so far (half are found within {delay} days). {share:.0%} of all infections are taken to be found in the end."
    ),
    "assume.contacts": N_(
        "Contacts are not read from the record: the twin traces those of its own city, {days} days after each result, with {second:.0%} of second contacts."
    ),
    "assume.in_quarantine": N_(
        "{share:.0%} of the hidden whose infector is known are taken to be in quarantine, as among the cases of the last week."
    ),
    "assume.zones": N_(
        "Zones are not read from the record: the cell of each community case is sealed ({cell:.0%} of contacts outside left) and its area controlled ({open:.0%} left) for {days} days."
    ),
    "assume.no_zones": N_("No zones are in force."),
    "assume.beds": N_("Each case is taken to lie in a bed for {days} days, or until its end on record."),
    "assume.rooms": N_("There are {rooms:,} rooms for contacts."),
    "assume.no_limit": N_(
        "Rooms, vehicles and laboratories are without limit; how many rooms and beds are needed is told, not how many there are."
    ),
    "assume.fitted": N_(
        "How much of the disease's transmission is left was tried on the last {days} days ({cases} cases, {community} of the community): {mean:.0%} on average, drawn anew for each future."
    ),
    "assume.not_fitted": N_(
        "How much of the disease's transmission is left could not be tried on the last {days} days: there were too few cases before. A third to four fifths are drawn."
    ),
    "assume.disease": N_("The natural history is that of {disease}; the outbreak's disease on record is {outbreak}."),
    "assume.city": N_(
        "People, homes, schools and work are those of an invented city of {people:,} people in {areas:,} areas; each place on record is a stretch of it by its population."
    ),
    "assume.round": N_(
        "Rounds under way: {rounds}. {swabbed:,} of {people:,} people on their rosters are swabbed, and taken as not found by it; the others are swabbed until the deadline."
    ),
    "assume.no_round": N_("No round of testing is under way, and none is planned."),
    "assume.left_out": N_("{cases:,} suspect or discarded cases are left out."),
    "assume.undated": N_("{cases:,} cases found more than two months ago are left out."),
    "twin.measured.infections": N_("Infections"),
    "twin.measured.cases": N_("Cases found"),
    "twin.measured.community": N_("Community cases found"),
    "twin.measured.beds": N_("Beds taken"),
    "twin.measured.rooms": N_("Quarantine rooms taken"),
    "twin.measured.tests": N_("Swabs"),
    "twin.measured.restricted": N_("Person-days restricted"),
    "twin.progress.city": N_("The city is built"),
    "twin.progress.fit": N_("Tried on the last week"),
    "twin.progress.starts": N_("Who is hidden is drawn"),
    "twin.progress.replicates": N_("Futures"),
    "twin.progress.options": N_("Futures of all options"),
    "twin.progress.search": N_("The smallest set of measures is searched"),
    "twin.option.as-is": N_("As is"),
    "twin.option.one-more-round": N_("One more round"),
    "twin.option.building": N_("Building instead of township"),
    "twin.option.one-round": N_("One round of everybody"),
    "twin.option.three-rounds": N_("Three rounds of everybody"),
    "twin.option.seal-township": N_("Townships with a case sealed"),
    "twin.option.schools": N_("Schools closed for two weeks"),
    "twin.option.gatherings": N_("Gatherings halved for two weeks"),
    "twin.option.transit": N_("Transit cut to a third for two weeks"),
    "twin.option.faster-tracing": N_("Contacts traced on the day of the result"),
}
