"""The engine's own words: what every door refuses, and what roles, rights and languages are called."""

from __future__ import annotations

from ringfence.core.words import N_

REFUSALS: dict[str, tuple[str, str, str]] = {
    "not_allowed": (
        N_("You may not do this: {what}."),
        N_("Your account has no role here that allows it."),
        N_("Ask whoever opens accounts at your place for the role."),
    ),
    "not_known_here": (
        N_("No {what} is known here as {id}."),
        N_("Your account reaches only its own places and what lies beneath them."),
        N_("Check the id, or ask the place that is responsible."),
    ),
    "told_unknown": (
        N_("{action} does not take: {unknown}."),
        N_("Every action and query lists what it takes."),
        N_("Leave it out, or correct its name."),
    ),
    "told_too_little": (
        N_("{action} needs more than was told: {missing}."),
        N_("Nothing was recorded."),
        N_("Tell what is missing."),
    ),
    "key_means_other": (
        N_("The key {key} was used for something else."),
        N_("A key stands for one telling, and gives the first answer again."),
        N_("Use a new key for what is new."),
    ),
    "key_unreadable": (
        N_("{key} is not the key of a page."),
        N_("A list gives the key of its next page as `next`."),
        N_("Start from the first page, or use a key as it was given."),
    ),
    "batch_unknown": (
        N_("There is no batch {batch}."),
        N_("Only what was told as a batch can be taken back as one."),
        N_("Check the batch's name."),
    ),
    "no_undo": (
        N_("This cannot be taken back: {action}."),
        N_("What it recorded stays on record."),
        N_("Record what holds now instead."),
    ),
    "line_unknown": (
        N_("There is no line {seq} in the log that you may see."),
        N_("The log shows an auditor the lines of their own places."),
        N_("Check the number."),
    ),
    "action_unknown": (
        N_("No action is called {name}."),
        N_("The nearest names are: {nearest}."),
        N_("`ringfence actions` lists them all."),
    ),
    "query_unknown": (
        N_("No query is called {name}."),
        N_("The nearest names are: {nearest}."),
        N_("`ringfence queries` lists them all."),
    ),
    "account_unknown": (
        N_("No open account is called {name}."),
        N_("Nothing was done."),
        N_("Check the name; `ringfence account open` opens one."),
    ),
    "place_unknown": (
        N_("No place is called {place}."),
        N_("A place is named by its id, its path (`a.b.`), its code or its name."),
        N_("Check the spelling, or declare the place first."),
    ),
    "password_weak": (
        N_("This password cannot be used."),
        N_("The check says: {why}"),
        N_("Choose a longer one that is not a common word, or leave it out: one is then made for you."),
    ),
    "log_not_whole": (
        N_("The log is not whole: {fault}."),
        N_("The first bad line is {seq}; {lines} lines before it are proven."),
        N_("Keep this installation as it is, and compare it with a copy of the seals."),
    ),
    "signed_out": (
        N_("Nobody is signed in."),
        N_("This asks for a token (`Authorization: Bearer rf_…`) or a session."),
        N_("Issue a token, or sign in."),
    ),
    "forged": (
        N_("This did not come from a page of this installation."),
        N_("A session tells actions only with the token of its own pages."),
        N_("Load the page again, or use a bearer token."),
    ),
    "address_unknown": (
        N_("There is nothing at {path}."),
        N_("`/api/v1/openapi.json` lists every address."),
        N_("Check the address."),
    ),
    "method_unfit": (
        N_("{method} cannot be used here."),
        N_("What can be used: {allowed}."),
        N_("Use one of these: actions are told with POST, queries are asked with GET."),
    ),
    "body_unreadable": (
        N_("What was sent cannot be read."),
        N_("An object in JSON is expected. {why}"),
        N_("Send an object, with `Content-Type: application/json`."),
    ),
    "our_fault": (
        N_("This went wrong on our side."),
        N_("Nothing was recorded; the fault is logged as {id}."),
        N_("Try again; if it stays, tell the administrator this number."),
    ),
    "no_outbreak_here": (
        N_("There is no outbreak at your places."),
        N_("Pages about cases and their curve belong to an outbreak."),
        N_("Declare one, or ask whoever commands here."),
    ),
    "no_such_thing": (
        N_("There is nothing called {name} here."),
        N_("What can be done and asked stands in the menus."),
        N_("Go back and choose from there."),
    ),
    "nothing_picked": (
        N_("Nothing was picked for: {what}."),
        N_("It is done for each row that is picked."),
        N_("Pick at least one row."),
    ),
}

LABELS: dict[str, str] = {
    "role.duty_officer": N_("Duty officer"),
    "role.investigator": N_("Investigator"),
    "role.tracer": N_("Contact tracer"),
    "role.sampler": N_("Sampling staff"),
    "role.lab": N_("Laboratory staff"),
    "role.site_manager": N_("Quarantine site manager"),
    "role.grid_worker": N_("Grid worker"),
    "role.supervisor": N_("Supervisor"),
    "role.planner": N_("Planner"),
    "role.administrator": N_("Administrator"),
    "role.drill_controller": N_("Drill controller"),
    "may.see": N_("See lists, boards and files, with identities masked"),
    "may.report": N_("Report cases and register people"),
    "may.investigate": N_("Investigate, classify and describe cases"),
    "may.work": N_("Start, hand over and finish tasks"),
    "may.assign": N_("Assign tasks to units, teams and people"),
    "may.verify": N_("Verify finished tasks and reopen them"),
    "may.decide": N_("Declare outbreaks, measures and objectives"),
    "may.reveal": N_("Reveal identities, with a purpose on record"),
    "may.export": N_("Export lists, with a purpose on record"),
    "may.import": N_("Import files"),
    "may.merge": N_("Merge people and part them again"),
    "may.arrange": N_("Arrange jurisdictions, units, teams and places"),
    "may.sample": N_("Take samples, pack boxes and hand them in"),
    "may.lab": N_("Report laboratory results"),
    "may.audit": N_("Read the log and its seals"),
    "may.admit": N_("Open accounts and grant roles"),
    "may.erase": N_("Erase identities"),
    "may.control": N_("Control a drill: its clock, its troubles, what comes next"),
    "fault.line_missing": N_("a line is missing"),
    "fault.line_changed": N_("a line was changed"),
    "fault.seal_not_linked": N_("the seal does not follow the one before it"),
    "fault.seal_not_signed": N_("the seal is not signed by this installation"),
    "fact.TimeStruck": N_("The clock struck"),
}
