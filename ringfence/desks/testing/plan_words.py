"""What the plan of a testing round says, and what it refuses."""

from __future__ import annotations

from ringfence.core.words import N_

REFUSALS: dict[str, tuple[str, str, str]] = {
    "plan_file_unreadable": (
        N_("The plan's file {file} cannot be read."),
        N_("The system says: {why}."),
        N_("Check the name; `ringfence plan example > PLAN.toml` writes one to begin with."),
    ),
    "plan_not_toml": (
        N_("{file} is not a TOML file."),
        N_("It cannot be read on: {why}."),
        N_("Mend that place; `ringfence plan example` shows how a plan is written."),
    ),
    "plan_key_unknown": (
        N_("A plan has no {key}."),
        N_("The nearest name is: {nearest}. Known here: {known}."),
        N_("Correct the name, or leave it out."),
    ),
    "plan_key_missing": (
        N_("The plan needs {key}."),
        N_("Given there: {known}."),
        N_("Add it; `ringfence plan example` shows one."),
    ),
    "plan_wrong_type": (
        N_("{key} cannot be {found}."),
        N_("It is {wanted}."),
        N_("Write it so."),
    ),
    "plan_not_a_choice": (
        N_("{key} cannot be {found}."),
        N_("It is one of: {choices}."),
        N_("Choose one of these."),
    ),
    "plan_out_of_range": (
        N_("{key} cannot be {found}."),
        N_("It lies between {least} and {most}."),
        N_("Check the number and its unit."),
    ),
    "plan_id_twice": (
        N_("Two of the {key} are called {id}."),
        N_("A name stands for one of them in the plan."),
        N_("Give each its own."),
    ),
    "plan_where_unclear": (
        N_("It is not clear where {key} is."),
        N_("A place has x and y in metres, or lat and lon in degrees: both of one kind, none of the other."),
        N_("Give one pair."),
    ),
    "plan_where_mixed": (
        N_("{key} is given in another kind of coordinates than the places before it."),
        N_("Metres and degrees cannot be mixed in one plan."),
        N_("Give every place in metres (x, y), or every place in degrees (lat, lon)."),
    ),
    "plan_vehicles_nowhere": (
        N_("It is not clear where {key} stand."),
        N_("Vehicles stand either at a depot (`depot`) or at a lab (`at_lab`)."),
        N_("Give one of the two."),
    ),
    "plan_name_unknown": (
        N_("{key} names {found}, which the plan does not have."),
        N_("There are: {known}."),
        N_("Correct the name, or add what it names."),
    ),
    "plan_more_than_there_are": (
        N_("{key} is {found}."),
        N_("Only {most} people live there."),
        N_("Correct one of the two numbers."),
    ),
    "plan_lab_without_capacity": (
        N_("It is not clear how much {key} can test."),
        N_("A lab has either tubes_per_hour, or machines and batch_tubes (with run_minutes)."),
        N_("Give one of the two."),
    ),
    "plan_hours_unclear": (
        N_("{key} cannot be {found}."),
        N_("Hours of the day stand as begin and end: 06:00-22:00, past midnight as 20:00-04:00."),
        N_("Write it so; all day is 00:00-24:00."),
    ),
    "plan_deadline_over": (
        N_("The deadline has passed: nothing can be planned for it."),
        N_("It is hour {now} of the round (round.now_hour); the deadline is hour {deadline} (figures.deadline_hours)."),
        N_("Set a later deadline."),
    ),
    "plan_nobody": (
        N_("Nobody is to be tested."),
        N_("The populations of all {cells} cells (cells.population) are 0."),
        N_("Give the people to be tested in each cell."),
    ),
    "plan_site_without_samplers": (
        N_("{key} is {found}: too few."),
        N_("The site serves people of {wanted} pool sizes, and each needs a sampler."),
        N_("Give it {wanted} samplers or more, or leave the number out."),
    ),
    "plan_more_samplers_at_sites": (
        N_("More samplers stand at the sites than the round has."),
        N_("sites.samplers add up to {there}; round.samplers is {whole}."),
        N_("Correct one of the two, or leave round.samplers out."),
    ),
    "plan_no_samplers": (
        N_("{people} people have no sampler."),
        N_("round.samplers leaves nobody for the sites without samplers of their own."),
        N_("Give more samplers, or leave round.samplers out: the guide's formula is then used."),
    ),
    "plan_samplers_too_few": (
        N_("The samplers are too few for the round."),
        N_("They would have to work {hours} hours; the plan looks {days} days ahead."),
        N_("Give more samplers (round.samplers) or longer hours (round.sampling)."),
    ),
    "plan_lab_never_works": (
        N_("{key} never works during the round."),
        N_("It opens {open}, from hour {from_hour} of the round on, and can test no whole tube in any hour."),
        N_("Correct its hours or its capacity, or leave the lab out."),
    ),
    "plan_lab_out_of_reach": (
        N_("{key} cannot be reached."),
        N_("The nearest site is {hours} hours away; the deadline is {most} hours."),
        N_("Check its coordinates, or leave the lab out."),
    ),
    "plan_labs_too_small": (
        N_("The labs are too small for the round."),
        N_("There are {tubes} tubes; all labs together can test {room} in {days} days."),
        N_("Give more capacity (labs.tubes_per_hour), or larger pools (round.pool)."),
    ),
    "plan_tubes_short": (
        N_("There are not enough empty tubes: {missing} are missing."),
        N_("The round needs {need}; the depots hold {stock} (depots.tubes)."),
        N_("Get {missing} more, or plan larger pools (round.pool)."),
    ),
    "plan_no_finish": (
        N_("No end of the round was found."),
        N_("The plan looks {days} days ahead, and some tubes were not tested by then."),
        N_("Give more capacity, longer hours or more vehicles."),
    ),
}

LABELS: dict[str, str] = {
    "stage.sampling": N_("sampling"),
    "stage.delivery": N_("delivery"),
    "stage.testing": N_("testing"),
    "stage.reporting": N_("reporting"),
    "plan.finish": N_("Finish at hour {finish} (no plan can end before hour {bound}; gap {gap} %)."),
    "plan.on_time": N_("The deadline of {deadline} hours is met."),
    "plan.late": N_("The deadline of {deadline} hours is missed by {over} hours."),
    "plan.bottleneck": N_("Bottleneck: {stage}. Without its limit the round would end {saves} hours sooner."),
    "plan.no_bottleneck": N_("No stage holds the round up alone: the times of filling, driving and testing do."),
    "plan.one_of": N_("To be under {deadline} hours you need one of:"),
    "plan.cheapest": N_("Cheapest together: {need}, cost {cost}: finish at hour {finish}."),
    "plan.alone": N_("{need}: finish at hour {finish}, cost {cost}"),
    "plan.nothing_helps": N_("More samplers, vehicles or lab capacity alone do not bring it under {deadline} hours."),
    "plan.samplers": N_("{n} more samplers"),
    "plan.vehicles": N_("{n} more vehicles"),
    "plan.lab_tubes_per_hour": N_("{n} more tubes an hour in the labs"),
    "plan.plain": N_("The plain rule (each box to the nearest lab, first come first served) ends at hour {finish}."),
    "plan.noise": N_(
        "With noise, {n} replays: half end by hour {p50}, 19 of 20 by hour {p95}; {share} of 100 in time."
    ),
    "plan.late_tubes": N_("{n} tubes are more than {hours} hours on their way to a lab; the slowest {slowest} hours."),
    "plan.size": N_(
        "{people} people, {tubes} tubes, {sites} sites, {samplers} samplers, {vehicles} vehicles, {labs} labs, {trips} trips"
    ),
    "plan.unverified": N_("unverified"),
    "plan.more": N_("Sites, trips and boxes: --json gives all of them."),
    "plan.stages": N_("Stages"),
    "plan.hours": N_("Hour by hour"),
    "plan.labs": N_("Laboratories"),
    "plan.figures": N_("Figures used"),
    "plan.stage": N_("stage"),
    "plan.ends": N_("ends at hour"),
    "plan.without_limit": N_("round without its limit"),
    "plan.plain_rule": N_("plain rule"),
    "plan.whole_round": N_("whole round"),
    "plan.hour": N_("hour"),
    "plan.people": N_("people"),
    "plan.sealed": N_("sealed"),
    "plan.received": N_("at labs"),
    "plan.results": N_("results"),
    "plan.reported": N_("reported"),
    "plan.at_sites": N_("wait at sites"),
    "plan.on_road": N_("on the road"),
    "plan.in_labs": N_("in labs"),
    "plan.lab": N_("lab"),
    "plan.tubes": N_("tubes"),
    "plan.site_count": N_("sites"),
    "plan.vehicle_count": N_("vehicles"),
    "plan.first": N_("first"),
    "plan.last": N_("last"),
    "plan.longest_queue": N_("longest queue"),
    "plan.figure": N_("figure"),
    "plan.value": N_("value"),
    "plan.source": N_("source"),
    "plan.certainty": N_("certainty"),
}
