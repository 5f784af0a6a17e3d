"""What the plan of a round under way is called, says of itself and refuses."""

from __future__ import annotations

from ringfence.core.words import N_

REFUSALS: dict[str, tuple[str, str, str]] = {
    "plan_no_round": (
        N_("There is no open round to plan."),
        N_("No round of this outbreak is open at your places."),
        N_("Open a round first, or plan from a file: `ringfence plan example` prints one to begin with."),
    ),
    "plan_round_closed": (
        N_("Round {number} is closed: nothing of it is left to plan."),
        N_("It was closed at {closed_at}."),
        N_("Choose an open round, or reopen it on its page."),
    ),
    "plan_no_laboratory": (
        N_("Round {number} cannot be planned: no laboratory takes part."),
        N_("At your places no laboratory is on record that reads tubes from now on."),
        N_("Enrol one with its tubes an hour, or look at a place that has one."),
    ),
    "plan_vehicles_unfit": (
        N_("A round cannot be planned with {told} vehicles."),
        N_("It takes from 1 to {most}."),
        N_("Give the number of vehicles, or leave it out: then those seen within the last day count."),
    ),
    "plan_hours_unfit": (
        N_("A plan cannot be held against {hours} hours from now."),
        N_("It takes more than 0 and at most {most} hours."),
        N_("Give another number of hours, or leave it out: then the round's own deadline counts."),
    ),
    "plan_nothing_left": (
        N_("Nothing is left to swab or to fetch in round {number}."),
        N_("{on_road} tubes are on the road; {waiting} wait in the laboratories."),
        N_("Look at the laboratories' pages, or close the round when all is read."),
    ),
    "plan_too_large_here": (
        N_("This plan is too large to be made while a page waits."),
        N_(
            "It has {tubes} tubes and {sites} sites; a page makes plans of up to {most_tubes} tubes and {most_sites} sites."
        ),
        N_(
            "Make it on the command line: `ringfence plan round ROUND`, or `ringfence plan testing PLAN.toml` for a file."
        ),
    ),
    "plan_file_too_large": (
        N_("{name} is too large for a plan."),
        N_("It has {bytes} bytes; a page reads files of up to {most} bytes."),
        N_("Make it on the command line: `ringfence plan testing PLAN.toml`."),
    ),
}

LABELS: dict[str, str] = {
    "query.testing.plan_of_round": N_("The plan of a round"),
    "field.vehicles": N_("Vehicles"),
    "field.within_hours": N_("Hours from now it is held against"),
    "field.replays": N_("Replays with noise"),
    "field.at_any_size": N_("At any size, however long it takes"),
    "planremark.no_site": N_(
        "No site is open for this round: the plan places sites and samplers for {people} people by the guide's formula."
    ),
    "planremark.hours_differ": N_(
        "The {n} sites keep different hours: the plan lets all of them work from {begin} to {end} each day."
    ),
    "planremark.vehicles_told": N_("{n} vehicles, as told; {busy} of them are on the road now."),
    "planremark.vehicles_seen": N_(
        "{n} vehicles: as many as began a trip within the last day; {busy} of them are on the road now."
    ),
    "planremark.vehicles_none": N_(
        "No trip was begun within the last day: the plan is made with {n} vehicle. Tell how many there are."
    ),
    "planremark.unplaced": N_(
        "{n} of {of} places have no coordinates on record: they are laid out by the jurisdictions they lie in, {minutes} minutes"
        " of driving from one to the next above it. Which laboratory is the nearest is then a guess."
    ),
    "planremark.deadline_passed": N_(
        "The round's deadline has passed: the plan is held against {hours} hours from now."
    ),
    "planremark.sampler_added": N_(
        "{n} sites have fewer lanes than pool sizes: they are planned with one sampler for each size."
    ),
    "planremark.queues": N_("The {n} tubes that wait in the laboratories are of any round; they are read first."),
    "planhour.begins": N_("Hour 0 begins at {begins}; it is hour {now} now ({as_of}); the deadline is {deadline}."),
    "planhour.ends": N_("It ends at {finish}, place's own time."),
    "planhour.stands": N_(
        "{swabbed} of {roster} people on the roster swabbed, {excused} excused, {left} left;"
        " tubes: {tubes_at_sites} at sites, {tubes_on_road} on the road, {tubes_in_laboratories} in laboratories."
    ),
    "planfigure.deadline_hours": N_("Deadline"),
    "planfigure.people_per_site": N_("People to a site"),
    "planfigure.people_per_sampler": N_("People to a sampler"),
    "planfigure.sampling_hours": N_("Sampling time"),
    "planfigure.swabs_per_hour": N_("Swabs an hour of one sampler"),
    "planfigure.queue_minutes": N_("Longest queue at a site"),
    "planfigure.transport_hours": N_("From the site to the laboratory"),
    "planfigure.run_minutes": N_("From the bench to the result"),
    "planfigure.household_size": N_("People to a household"),
    "planfigure.report_minutes": N_("From the result to the report"),
    "planfigure.speed_kmh": N_("Driving speed"),
    "planfigure.detour": N_("Road over straight line"),
    "planfigure.box_tubes": N_("Tubes to a box"),
    "planfigure.vehicle_boxes": N_("Boxes to a vehicle"),
    "planfigure.loading_minutes": N_("Loading"),
    "planfigure.unloading_minutes": N_("Unloading"),
    "planfigure.move_minutes": N_("A team moves to its next site"),
    "planfigure.site_spread_m": N_("How far sites of a cell lie apart"),
    "planfigure.sampler_cost": N_("Cost of one more sampler"),
    "planfigure.vehicle_cost": N_("Cost of one more vehicle"),
    "planfigure.lab_cost": N_("Cost of one more tube an hour"),
    "planfigure.unplaced_minutes": N_("Drive to a place without coordinates"),
    "planunit.h": N_("h"),
    "planunit.min": N_("min"),
    "planunit.m": N_("m"),
    "planunit.km/h": N_("km/h"),
    "planunit.people": N_("people"),
    "planunit.people/h": N_("people an hour"),
    "planunit.tubes": N_("tubes"),
    "planunit.boxes": N_("boxes"),
    "planunit.road/straight": N_("times"),
    "planunit.relative": N_("units of cost"),
}
