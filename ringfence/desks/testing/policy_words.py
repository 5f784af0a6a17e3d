"""The names of the testing desk's numbers, as pages show them."""

from __future__ import annotations

from ringfence.core.words import N_

REFUSALS: dict[str, tuple[str, str, str]] = {}

LABELS: dict[str, str] = {
    "policy.pool_size": N_("People to a tube"),
    "policy.pool_size_most": N_("People to a tube, at most"),
    "policy.pool_size_by_zone.sealed": N_("People to a tube in a sealed zone (0: a household)"),
    "policy.pool_size_by_zone.controlled": N_("People to a tube in a controlled zone"),
    "policy.pool_size_by_zone.prevention": N_("People to a tube in a prevention zone"),
    "policy.pool_size_by_group.quarantine": N_("People to a tube in quarantine"),
    "policy.pool_size_by_group.key_group": N_("People to a tube in key groups"),
    "policy.pool_size_by_group.high_risk": N_("People to a tube in high-risk groups"),
    "policy.round_within": N_("Round read within"),
    "policy.round_within_large": N_("Round read within, large population"),
    "policy.large_from": N_("A large population: more people than"),
    "policy.rounds_first": N_("Rounds at first, source unknown"),
    "policy.rounds_clean": N_("Clean rounds before a pause"),
    "policy.rounds_pause": N_("Pause before the last round"),
    "policy.repeat_every": N_("Rounds repeated every"),
    "policy.missed_reminded_after": N_("Missing people are called before the end, by"),
    "policy.people_per_site_min": N_("People to a site, from"),
    "policy.people_per_site_max": N_("People to a site, to"),
    "policy.people_per_table": N_("People to a sampling table"),
    "policy.people_per_sampler": N_("People to a sampler"),
    "policy.swabs_per_hour": N_("Swabs an hour of one sampler"),
    "policy.sampling_within": N_("Sampling of a site within"),
    "policy.sampling_within_hard": N_("Sampling of a site within, where it is really difficult"),
    "policy.queue_at_most": N_("Wait in the queue at most"),
    "policy.site_built_within": N_("Site built within"),
    "policy.pack_within": N_("Tube packed within"),
    "policy.transport_within": N_("Box received within"),
    "policy.clock_off_at_most": N_("A station's clock may be off by"),
    "policy.hand_in_within": N_("Tube handed in within"),
    "policy.tubes_per_box": N_("Tubes to a box"),
    "policy.read_within": N_("Tube read within"),
    "policy.read_within_urgent": N_("Tube of a held person read within"),
    "policy.invalid_share_most": N_("Share of invalid tubes at most"),
    "policy.out_of_line_from": N_("Laboratories compared from so many tubes"),
    "policy.out_of_line_z": N_("Out of line from so many standard deviations"),
    "policy.hold_at_most": N_("Members of a positive tube held at most"),
    "policy.retest_within": N_("Members of a positive tube swabbed singly within"),
    "policy.tell_within": N_("Place told of a positive tube within"),
    "policy.missed_by_day": N_("Infected people missed, by day since infection"),
    "policy.pool_loss.5": N_("Sensitivity lost in a tube of 5"),
    "policy.pool_loss.10": N_("Sensitivity lost in a tube of 10"),
    "policy.pool_loss.20": N_("Sensitivity lost in a tube of 20"),
    "policy.specificity": N_("Specificity of a tube"),
}
"""code -> its words."""
