"""What is said about result files and their rows."""

from __future__ import annotations

from ringfence.core.words import N_

REFUSALS: dict[str, tuple[str, str, str]] = {
    "results_no_tubes": (
        N_("No column of this file names the tubes."),
        N_("Its columns are: {header}"),
        N_("Name one of them Tube, Barcode, 管号 or 条码, and bring the file again."),
    ),
    "results_no_results": (
        N_("No column of this file holds results."),
        N_("Its columns are: {header}"),
        N_("A file of results has a column Result or 检测结果, or the cycle thresholds (Ct) of its targets."),
    ),
    "results_half_file": (
        N_("The file {name} ends in the middle of a row: it is only a part."),
        N_("The last row, {row}, cannot be read, and no line end follows it. Nothing was taken."),
        N_("Copy the file again, or have its good rows taken as they are."),
    ),
    "results_laboratory_unclear": (
        N_("No one laboratory is called {name}."),
        N_("The laboratories on record are: {known}"),
        N_("Give its name in full, or its id."),
    ),
    "results_outbreak_unclear": (
        N_("No one open outbreak is called {name}."),
        N_("The open outbreaks are: {known}"),
        N_("Give the title or the code of one of them."),
    ),
    "results_zone_unknown": (
        N_("No time zone is called {zone}."),
        N_("The laboratory's own zone is {own}."),
        N_("Give a name such as Asia/Shanghai, or leave it out."),
    ),
}

LABELS: dict[str, str] = {
    "results.severity.refused": N_("not taken"),
    "results.severity.repeated": N_("taken once"),
    "results.severity.noted": N_("taken, with a note"),
    "results.tube_missing": N_("The row has a result but no tube."),
    "results.tube_unfit": N_("This cannot be the code of a tube: it has blanks, or more than 64 signs."),
    "results.result_missing": N_("The row has neither a result nor a cycle threshold."),
    "results.result_unreadable": N_("This result is not known: positive, negative, unclear and invalid are."),
    "results.ct_unreadable": N_("A cycle threshold is a number, or says that there is none."),
    "results.ct_unfit": N_("No cycle threshold is above 60."),
    "results.time_unreadable": N_("This moment cannot be read."),
    "results.day_ambiguous": N_("Day and month cannot be told apart here; write the year first."),
    "results.zone_unknown": N_("This time zone is not known; write the moment as 2021-10-18 15:58+08:00, or without a zone for {zone}."),
    "results.in_future": N_("This moment has not come yet, by the clock of {zone}."),
    "results.before_sealed": N_("The tube was sealed later: {sealed_at}."),
    "results.two_results": N_("The file has two results for this tube: {results}. None was taken."),
    "results.controls_failed": N_("The controls of plate {plate} failed: its {tubes} tubes are invalid."),
    "results.tube_unknown_here": N_("Nobody has handed this tube in, and it is not known for which outbreak it waits; name the outbreak."),
    "results.stray": N_("Nobody has handed this tube in yet: the result waits for it."),
    "results.before_receipt": N_("The tube was read before its receipt was told; the chain of custody has a gap."),
    "results.received_elsewhere": N_("The tube was taken in by another laboratory."),
    "results.contradicts": N_("On record is {was}, the file says {result}. Have the reading corrected with a reason, if the file is right."),
    "results.corrected": N_("On record was {was}; now it is {result}."),
}  # fmt: skip
