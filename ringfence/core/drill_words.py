"""What is said when a drill's workspace and a real home are about to be mixed."""

from __future__ import annotations

from ringfence.core.words import N_

REFUSALS: dict[str, tuple[str, str, str]] = {
    "drill_home_real": (
        N_("{home} holds a real log; it cannot be a drill."),
        N_("A file {mark} lies there, but the log does not begin with a drill."),
        N_("Take {mark} out of the folder, and open the drill in a folder of its own (--home)."),
    ),
    "drill_mark_lost": (
        N_("{home} holds the log of a drill; it cannot be opened as a real one."),
        N_("Its mark, the file {mark}, is missing."),
        N_("Put the file back, or use another folder: nothing in this one is real."),
    ),
    "drill_speed_unfit": (
        N_("A drill's clock cannot run {speed} times as fast as the wall's."),
        N_("It runs faster than 0 and at most {most} times as fast."),
        N_("Choose a speed in between; pause it to make it stand."),
    ),
    "drill_clock_back": (
        N_("A drill's clock cannot be put back (told: {span})."),
        N_("What was told at a moment stays told."),
        N_("Put it forward, or begin the drill again in an empty folder."),
    ),
}

LABELS: dict[str, str] = {
    "fact.DrillBegun": N_("A drill began"),
    "fact.DrillClockSet": N_("The drill's clock was set"),
    "fact.InjectThrown": N_("A trouble was thrown in"),
    "fact.InjectTook": N_("A trouble took hold"),
    "fact.InjectEnded": N_("A trouble ended by itself"),
    "fact.InjectAnswered": N_("A trouble was noticed"),
    "fact.QuestionAsked": N_("A question was put"),
    "fact.QuestionAnswered": N_("A question was answered"),
    "fact.DrillEnded": N_("The drill ended"),
}
