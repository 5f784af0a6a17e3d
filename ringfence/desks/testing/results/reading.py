"""Reading a result file in: checked whole first, then told in pieces; a second run of the same file changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ringfence.core.access import Who
from ringfence.core.answers import Item
from ringfence.core.centre import Centre
from ringfence.core.errors import Refused
from ringfence.core.fact import from_micros, to_micros
from ringfence.desks.testing.actions.laboratories import known_laboratory, load_plate, run_plate
from ringfence.desks.testing.queries import files
from ringfence.desks.testing.results import report
from ringfence.desks.testing.results.checking import ACTIONS, Check, Checked, Terms
from ringfence.desks.testing.results.folding import Plate, Reading
from ringfence.desks.testing.results.sheet import BadCell, Severity, Sheet
from ringfence.facts.testing import ResultsRead

Progress = Callable[[int, int], None]
"""(readings told, readings to tell)."""

AT_A_TIME = 5000


@dataclass
class Outcome:
    """What became of a file: tubes = new + unchanged + corrected + stray, beside what was refused."""

    rows: int = 0
    tubes: int = 0  # with one reading
    folded: int = 0  # rows made one with another: targets of a well, wells of a tube
    controls: int = 0
    plates: int = 0
    plates_failed: int = 0
    new: int = 0
    unchanged: int = 0
    corrected: int = 0
    stray: int = 0
    refused: int = 0  # rows, or tubes with all their rows
    positive: int = 0  # among the new ones, with the unclear
    invalid: int = 0  # among the new ones
    bad: list[BadCell] = field(default_factory=list)
    report: Path | None = None
    read_before: bool = False

    def counts(self) -> dict[str, int]:
        """The numbers alone."""
        return {name: value for name, value in vars(self).items() if type(value) is int}


class ResultFile:
    """A file on its way onto the record: `survey` says what would come of it, `tell` does it."""

    def __init__(self, centre: Centre, who: Who, sheet: Sheet, terms: Terms, *, despite_controls: bool = False) -> None:
        """Check who may. Raises Refused (`not_allowed`, `laboratory_unknown`)."""
        if not who.scope("lab").covers(terms.path):
            raise Refused("not_allowed", what="action.testing.read_tube")
        known_laboratory(terms.laboratory)
        self.centre, self.who, self.terms = centre, who, terms
        self.despite_controls = despite_controls
        names, self._plates = self._named(sheet)
        self.sheet = replace(sheet, readings=[_on(reading, names) for reading in sheet.readings])
        self.check = Check(centre, self.sheet, terms)

    # -- before -------------------------------------------------------------------------------------------------------

    def survey(self) -> Outcome:
        """What would become of each reading; nothing is told."""
        made, _ = self._checked()
        return self._finished(made)

    def _checked(self) -> tuple[Outcome, list[Checked]]:
        sheet = self.sheet
        made = Outcome(
            rows=sheet.rows,
            tubes=len(sheet.readings),
            folded=sheet.folded,
            controls=sheet.controls,
            plates=len(sheet.plates),
            plates_failed=sum(plate.held is False for plate in sheet.plates),
            read_before=self.check.read_before is not None,
        )
        todo = []
        for each in self.check.all():
            name = {"known": "unchanged", "read": "new", "correct": "corrected"}.get(each.what, each.what)
            setattr(made, name, getattr(made, name) + 1)
            if each.what == "read":
                made.positive += each.reading.result.value in ("positive", "unclear")
                made.invalid += each.reading.result.value == "invalid"
            if each.what != "known":
                todo.append(each)
        return made, todo

    def _finished(self, made: Outcome) -> Outcome:
        """The report in the order of the file, and how many were refused."""
        made.bad = sorted([*self.sheet.bad, *self.check.bad], key=lambda cell: cell.row)
        refused = {cell.value or cell.row for cell in made.bad if cell.severity is Severity.REFUSED}
        made.refused = len(refused)
        return made

    # -- telling ------------------------------------------------------------------------------------------------------

    def tell(self, home: Path, progress: Progress = lambda done, of: None) -> Outcome:  # noqa: ARG005
        """Tell the plates, then every good reading, then that the file was read; write the report of all else."""
        made, todo = self._checked()
        if todo:
            self._tell_plates()
        told = self._tell_readings(made, todo, progress)
        self._finished(made)
        report.keep_refused(made.bad, self.terms.laboratory, self.sheet.sha256, self.who.by, self.terms.now)
        report.settle_taken(self.terms.laboratory, told, self.terms.now)
        if not made.read_before or told:
            self._tell_file(made)
        if made.bad:
            name = f"{self.sheet.sha256[:12]}-{to_micros(self.terms.now)}.csv"
            made.report = report.write_report(home / "reports" / "results" / name, made.bad)
        return made

    def _tell_readings(self, made: Outcome, todo: Sequence[Checked], progress: Progress) -> list[str]:
        """The codes of the tubes that were told."""
        taken: list[str] = []
        done = 0
        for what, some in _pieces(todo):
            outcome = self.centre.tell_many(
                self.who, ACTIONS[what], (each.item() for each in some), batch=f"results:{self.sheet.sha256[:16]}"
            )
            for each, answer in zip(some, outcome.answers, strict=True):
                if isinstance(answer, Refused):
                    self._not_taken(made, each, answer)
                else:
                    taken.append(each.reading.tube)
            done += len(some)
            progress(done, len(todo))
        return taken

    def _not_taken(self, made: Outcome, each: Checked, refusal: Refused) -> None:
        """Somebody told otherwise while the file was read."""
        name = {"read": "new", "correct": "corrected"}.get(each.what, each.what)
        setattr(made, name, getattr(made, name) - 1)
        column = self.sheet.columns.of["tube"]
        self.check.bad.append(BadCell(each.reading.row, column, each.reading.tube, refusal.code, told=refusal.told))

    def _tell_file(self, made: Outcome) -> None:
        fact = ResultsRead(
            sha256=self.sheet.sha256, laboratory=self.terms.laboratory, rows=made.rows, new=made.new,
            unchanged=made.unchanged, corrected=made.corrected, stray=made.stray, refused=made.refused, at=self.terms.now,
        )  # fmt: skip
        self.centre.hear(self.who, [fact], self.centre.geography.place(self.terms.outbreak, self.terms.path))

    # -- plates -------------------------------------------------------------------------------------------------------

    def _named(self, sheet: Sheet) -> tuple[dict[str, str], list[Plate]]:
        """(name in the file -> name on record or "" for none, the plates as they are told).

        Plates are often numbered anew each day: one whose name another run bears is told with its own time beside it. A
        plate whose controls failed and whose tubes are taken all the same is left out, as no run counted.
        """
        known = files.plates_called([plate.name for plate in sheet.plates])
        names: dict[str, str] = {}
        told: list[Plate] = []
        for plate in sheet.plates:
            if not plate.tubes or (self.despite_controls and plate.held is False):
                names[plate.name] = ""
                continue
            at = to_micros(self.terms.now) if plate.at is None else plate.at
            there, name = known.get(plate.name), plate.name
            other = there is not None and (there.laboratory != self.terms.laboratory or there.run_at not in (None, at))
            if other:
                name = f"{plate.name[:50]}@{from_micros(at):%y%m%d%H%M}"
            names[plate.name] = name
            told.append(replace(plate, name=name, at=at))
        return names, told

    def _tell_plates(self) -> None:
        known = files.plates_called([plate.name for plate in self._plates])
        load = [_load(plate, self.terms) for plate in self._plates if plate.name not in known]
        unrun = [
            p for p in self._plates if p.held is not None and (p.name not in known or known[p.name].run_at is None)
        ]
        self.centre.tell_many(self.who, load_plate, load)
        self.centre.tell_many(self.who, run_plate, [_run(plate, self.terms) for plate in unrun])


def _on(reading: Reading, names: dict[str, str]) -> Reading:
    name = names.get(reading.plate, reading.plate)
    return reading if name == reading.plate else replace(reading, plate=name)


def _load(plate: Plate, terms: Terms) -> Item:
    told = {"laboratory": terms.laboratory, "plate": plate.name, "tubes": plate.tubes, "wells": plate.wells}
    return Item({**told, "at": from_micros(plate.at or 0)}, f"plate:{terms.laboratory}:{plate.name}:load")


def _run(plate: Plate, terms: Terms) -> Item:
    told = {
        "laboratory": terms.laboratory,
        "plate": plate.name,
        "valid": bool(plate.held),
        "instrument": plate.instrument,
    }
    controls = {"negative_control_ct": plate.negative_ct, "positive_control_ct": plate.positive_ct}
    return Item({**told, **controls, "at": from_micros(plate.at or 0)}, f"plate:{terms.laboratory}:{plate.name}:run")


def _pieces(todo: Sequence[Checked]) -> Iterator[tuple[str, list[Checked]]]:
    """Those of one kind, at most so many at a time; strays and readings are told alike and stay in the file's order."""
    for kinds in (("read", "stray"), ("correct",)):
        alike = [each for each in todo if each.what in kinds]
        for begin in range(0, len(alike), AT_A_TIME):
            yield kinds[0], alike[begin : begin + AT_A_TIME]
