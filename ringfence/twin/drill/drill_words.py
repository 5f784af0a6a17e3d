"""The words of drills: what is refused, forms, troubles, scores."""

from __future__ import annotations

from ringfence.core.words import N_

REFUSALS: dict[str, tuple[str, str, str]] = {
    "drill_section_missing": (
        N_("{file} tells no drill."),
        N_("A drill's file has a section [drill]; shipped with the product: {shipped}."),
        N_("Add the section, or name one of these."),
    ),
    "drill_outlasts_run": (
        N_("The drill of {file} lasts longer than its outbreak is followed."),
        N_("scenario.days is {days}; with the days it smoulders and those it lasts it needs {needed}."),
        N_("Raise scenario.days, or shorten drill.lasts."),
    ),
    "drill_form_unknown": (
        N_("A drill is not held as {form}."),
        N_("Its forms: {known}."),
        N_("Name one of these (nearest: {nearest})."),
    ),
    "drill_not_here": (
        N_("{home} is not a drill's workspace."),
        N_("A workspace is made by `ringfence twin drill` in a folder of its own."),
        N_("Name its folder with --home."),
    ),
    "drill_home_used": (
        N_("{home} holds something else."),
        N_("There are {lines} lines in its log, and they are no drill's."),
        N_("Name an empty folder with --home; a drill never lies beside the real log."),
    ),
    "drill_of_another_scenario": (
        N_("{home} already holds the drill {title}."),
        N_("A workspace holds one drill, in one form ({form})."),
        N_("Name another folder with --home, or remove this one to begin anew."),
    ),
    "drill_forward_unfit": (
        N_("A drill's clock is not put forward by {span} at once."),
        N_("It goes forward only, by at most {most}: everything in between is told."),
        N_("Choose a shorter step."),
    ),
    "drill_over": (
        N_("This drill is over."),
        N_("It ended at {at}."),
        N_("Read its report; begin another one in an empty folder."),
    ),
    "drill_not_over": (
        N_("The report is not open yet."),
        N_("The drill is under way; its timetable ends at {ends_at}."),
        N_("Read it when the controller has ended the drill."),
    ),
    "drill_inject_unknown": (
        N_("There is no trouble {name} in this drill."),
        N_("Its troubles: {known}."),
        N_("Choose one of them."),
    ),
    "drill_password_known": (
        N_("A drill that others can reach needs a password of its own."),
        N_("Without --password its accounts have the one that stands in the product's documentation."),
        N_("Give --password with at least 10 characters, or leave out --host."),
    ),
    "drill_full_scale_speed": (
        N_("A full-scale drill cannot run {speed} times as fast as the wall."),
        N_("People and telephones in the field go by the wall's clock."),
        N_("Leave out --speed, or choose the form functional."),
    ),
}

LABELS: dict[str, str] = {
    "task.answer_call": N_("Answer a call"),
    "task.answer_rumour": N_("Answer a rumour in public"),
    "reason.rumour": N_("A rumour goes round"),
    "form.table-top": N_("Table-top"),
    "form.functional": N_("Functional"),
    "form.full-scale": N_("Full-scale"),
    "inject.laboratory_down": N_("A laboratory is down"),
    "inject.lost_box": N_("A box is lost"),
    "inject.full_site": N_("A site is full"),
    "inject.staff_outage": N_("Staff are missing"),
    "inject.calls": N_("A flood of calls"),
    "inject.wrong_file": N_("A file in a wrong encoding"),
    "inject.delayed_results": N_("Results come late"),
    "inject.power_cut": N_("A power cut"),
    "inject.positive_pool": N_("A pool is positive"),
    "inject.card": N_("A card"),
    "answered.card": N_("by a card"),
    "answered.seen": N_("seen by the controller"),
    "clock.pack": N_("Tube sealed to box packed"),
    "clock.transport": N_("Box packed to laboratory"),
    "clock.read": N_("Received to read"),
    "clock.midnight": N_("Done on the day it was set"),
    "clock.inject": N_("Trouble noticed"),
}
