"""Words of calibration, replays and clusters."""

from __future__ import annotations

from ringfence.core.words import N_

REFUSALS: dict[str, tuple[str, str, str]] = {
    "series_cell_unreadable": (
        N_("Row {row} of {file} cannot be used: {column} is “{value}”."),
        N_("A file of two columns gives a day and how many cases were found on it, each day once."),
        N_("Correct that row; a day of which nothing is known is left out, a day without a case has 0."),
    ),
    "series_too_thin": (
        N_("{file} is too thin to calibrate on."),
        N_("It has {cases} cases found on {days} days."),
        N_(
            "Needed are at least {least} cases on at least {least_days} days; wait for more, or join outbreaks of one kind."
        ),
    ),
    "series_too_long": (
        N_("{file} covers {days} days, more than calibration takes."),
        N_("At most {most} days from the first case to the last are followed."),
        N_("Cut out one wave."),
    ),
    "series_no_days": (
        N_("{file} does not say when its cases were found."),
        N_("Of {cases} local cases {known} have a day of confirmation or report."),
        N_(
            "Give a line list with such a column (`ringfence linelist map` shows what is read as one), or a file of days and counts."
        ),
    ),
    "priors_none": (
        N_("{file} holds no prior."),
        N_('Each number to be learnt has a section of its own, as in [prior."scenario.r0"].'),
        N_("Add at least one, with shape, least, most and source."),
    ),
    "prior_of_nothing": (
        N_("{file} has a prior of {key}, which cannot be learnt."),
        N_("What can be learnt: {known}."),
        N_("Correct the name (nearest: {nearest}) or take it out."),
    ),
    "prior_impossible": (
        N_("The prior of {key} in {file}, from {from_} to {to}, is impossible: {fault}."),
        N_("The number itself can be from {least} to {most}."),
        N_("Correct least, most or shape."),
    ),
    "calibration_too_short": (
        N_("A run of {days} days is too short for this outbreak."),
        N_("What was seen covers {seen} days from the first case found, and the run begins before it."),
        N_("Set scenario.days to what was seen and the weeks before the first case."),
    ),
    "calibration_nothing_near": (
        N_("Nothing within the priors looks like this outbreak."),
        N_("Of {tries} tries {found} had a first case found in time, and were not out of hand before."),
        N_("Widen the priors (scenario.r0 and scenario.seeds first), or lengthen scenario.days."),
    ),
    "replay_not_calibrated": (
        N_("There is no posterior for {name}."),
        N_("A replay needs what calibration to its figures has left."),
        N_("Calibrate it: ringfence twin replay {name} --calibrate"),
    ),
    "replay_calibrated_otherwise": (
        N_("The posterior of {name} follows from other figures."),
        N_("Its published counts, its scenario or its priors have changed since."),
        N_("Calibrate it again: ringfence twin replay {name} --calibrate"),
    ),
    "replay_carries": (
        N_("{name} is not calibrated: it is told with the posterior of {carries}."),
        N_("It shows what the twin says of an outbreak that it was not tuned on."),
        N_("Leave out --calibrate, or calibrate {carries}."),
    ),
    "replay_nothing_alike": (
        N_("No replicate of {name} began as the outbreak did."),
        N_("{tried} were tried; kept are those with a half to twice the cases of the first {days} days."),
        N_("Widen the priors of its start, or ask for more replicates."),
    ),
    "cluster_library_missing": (
        N_("The cluster at {address} cannot be used: the library for it is not installed."),
        N_("Clusters are reached with Dask's distributed, which one machine does not need."),
        N_("Install it (uv pip install --group cluster), or leave out --cluster and RINGFENCE_CLUSTER."),
    ),
    "cluster_unreachable": (
        N_("There is no cluster at {address}."),
        N_("The connection failed: {fault}"),
        N_("Check the address of the scheduler, as in tcp://10.0.0.5:8786, and that it runs."),
    ),
    "cluster_without_workers": (
        N_("The cluster at {address} has no workers."),
        N_("Its scheduler answers, but nobody would do the work."),
        N_("Start a worker on each machine: dask worker {address}"),
    ),
    "cluster_of_another_version": (
        N_("Workers of the cluster at {address} run another version."),
        N_("Different from here: {workers}."),
        N_("Install the same version on all machines; otherwise the numbers would differ."),
    ),
}

LABELS: dict[str, str] = {
    "twin.replay.found": N_("cases found"),
    "twin.replay.in_quarantine": N_("in quarantine, share"),
    "twin.replay.first_area": N_("live where it began, share"),
    "twin.replay.contacts": N_("close contacts, in all"),
    "twin.replay.second_contacts": N_("second contacts, in all"),
    "twin.replay.rooms": N_("in quarantine rooms"),
    "twin.replay.in_rounds": N_("found by mass testing"),
    "twin.replay.last_day_at_large": N_("last day with a case at large"),
    "twin.replay.under_control": N_("in quarantine or sealed off, share"),
}
