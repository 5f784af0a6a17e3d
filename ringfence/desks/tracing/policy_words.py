"""The names of the tracing desk's numbers, as pages show them."""

from __future__ import annotations

from ringfence.core.words import N_

REFUSALS: dict[str, tuple[str, str, str]] = {}

LABELS: dict[str, str] = {
    "policy.infected": N_("Classes that count as infections"),
    "policy.search_by_itself": N_("Contacts are searched for without a person asking"),
    "policy.name_at_most": N_("Contacts of one case that a rule may list"),
    "policy.second_order": N_("Contacts of contacts are searched for"),
    "policy.second_from_minutes": N_("Second order: contacts of so many minutes are followed"),
    "policy.second_settings": N_("Second order: in these settings"),
    "policy.second_at_most": N_("Second order: at most so many contacts are followed"),
    "policy.list_within": N_("Contacts listed within"),
    "policy.reach_within": N_("Close contact reached within"),
    "policy.reach_secondary_within": N_("Contact of a contact reached within"),
    "policy.report_by_hour": N_("A contact is heard of by the hour"),
    "policy.missed_alarm": N_("Days missed before somebody goes there"),
    "policy.alarming": N_("Findings that make a contact a suspect case"),
    "policy.fever_from_c": N_("Fever from"),
    "policy.keep_visits_for": N_("Visits are kept for"),
    "policy.grid_companions": N_("Telephones in one grid cell are searched"),
    "policy.grid_side_m": N_("Side of a grid cell"),
    "policy.grid_minutes": N_("In one grid cell for more than"),
    "policy.grid_stay": N_("One of the two was in the cell for more than"),
    "policy.grid_within": N_("Grid cells are looked at back to"),
    "policy.protocols.close": N_("Follow-up of close contacts"),
    "policy.protocols.secondary": N_("Follow-up of contacts of contacts"),
    "policy.protocols.general": N_("Follow-up of general contacts"),
    "policy.protocols.companion": N_("Follow-up of people of the same grid cell"),
    "policy.seating.plane": N_("Close in a plane"),
    "policy.seating.train": N_("Close in a train"),
    "policy.seating.coach": N_("Close in a coach"),
    "policy.seating.sealed_coach": N_("Close in a sealed coach"),
    "policy.settings.home": N_("Contact at home"),
    "policy.settings.ward": N_("Contact in a ward"),
    "policy.settings.class": N_("Contact in class"),
    "policy.settings.work": N_("Contact at work"),
    "policy.settings.meal": N_("Contact at a meal"),
    "policy.settings.ride": N_("Contact in a vehicle"),
    "policy.settings.lift": N_("Contact in a lift"),
    "policy.settings.shop": N_("Contact in a shop"),
    "policy.settings.worship": N_("Contact at worship"),
    "policy.settings.leisure": N_("Contact at leisure"),
    "policy.settings.errand": N_("Contact on an errand"),
    "policy.settings.other": N_("Other contact"),
}
