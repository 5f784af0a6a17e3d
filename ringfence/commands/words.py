"""Sentences of the commands."""

from __future__ import annotations

from ringfence.core.words import N_

REFUSALS = {
    "home_in_use": (
        N_("The demonstration needs a folder of its own."),
        N_("In {home} there is a log of {lines} lines that the demonstration did not write."),
        N_("Name another folder: RINGFENCE_HOME=./demo ./go demo"),
    ),
    "demo_half_told": (
        N_("The demonstration was interrupted while it was told."),
        N_("The database {database} holds a part of it."),
        N_("Make that database anew, or leave DATABASE_URL empty, and start again."),
    ),
    "port_taken": (
        N_("There is no free port to serve on."),
        N_("Tried on this machine: {port}."),
        N_("Name another one: ringfence demo --port 8100"),
    ),
    "server_silent": (
        N_("The server does not answer."),
        N_("It was started on port {port} and given {seconds} seconds."),
        N_("Look at its messages above; a slow machine may need a second try."),
    ),
    "child_ended": (
        N_("A part of the demonstration ended by itself."),
        N_("It was {child}, with exit status {status}."),
        N_("Look at its messages above, and start again."),
    ),
}

LABELS: dict[str, str] = {}
