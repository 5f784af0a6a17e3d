"""Reading a line list in: checked whole first, then told in pieces; a second run of the same file changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from ringfence.core.access import Who
from ringfence.core.centre import Centre, Heard, heard_before
from ringfence.core.errors import Refused
from ringfence.core.fact import Facts, to_micros
from ringfence.desks.cases import queries
from ringfence.desks.cases.feeds import links as linking
from ringfence.desks.cases.feeds import reporting
from ringfence.desks.cases.feeds.alike import Duplicate, duplicates_of
from ringfence.desks.cases.feeds.links import Known, LinksTold
from ringfence.desks.cases.feeds.places import Places
from ringfence.desks.cases.feeds.rows import difference, facts
from ringfence.desks.cases.feeds.sheets import Sheet
from ringfence.desks.cases.feeds.told import CaseTold, Terms, told
from ringfence.desks.cases.linelist.records import BadCell, CaseRecord, Severity
from ringfence.facts.cases import LineListRead
from ringfence.facts.ids import CaseId
from ringfence.registry.queries.areas import Area
from ringfence.registry.queries.outbreaks import OutbreakRow

SOURCE = "line list"
"""Whose codes a file uses where nobody says so."""

Progress = Callable[[int, int], None]
"""(rows told, rows to tell)."""


@dataclass
class Outcome:
    """What became of the rows: rows = new + unchanged + changed + refused + repeated."""

    rows: int = 0
    new: int = 0
    unchanged: int = 0
    changed: int = 0
    refused: int = 0
    repeated: int = 0
    links: int = 0  # links of transmission told anew
    links_unknown: int = 0  # codes named that no case has
    duplicates: int = 0  # rows that may be someone on record
    places: int = 0  # places declared
    outside: int = 0  # dates outside the outbreak's possible days, where most are
    bad: list[BadCell] = field(default_factory=list)
    report: Path | None = None

    def counts(self) -> dict[str, int]:
        """The numbers alone."""
        return {name: value for name, value in vars(self).items() if isinstance(value, int)}


def terms_for(outbreak: OutbreakRow, area: Area, source: str, now: datetime) -> Terms:
    """What holds for every row. Raises Refused (`import_outbreak_over`, `import_place_elsewhere`)."""
    if outbreak.closed:
        raise Refused("import_outbreak_over", outbreak=outbreak.title)
    if not area.path.startswith(outbreak.path):
        raise Refused("import_place_elsewhere", place=area.names, outbreak=outbreak.title)
    source = " ".join(source.split()) or SOURCE
    places = Places(area.path, source)
    return Terms(outbreak.id, source, area.id, area.path, ZoneInfo(area.zone), now, places)


class LineList:
    """A sheet on its way into an outbreak: `survey` says what would come of it, `tell` does it."""

    def __init__(self, centre: Centre, who: Who, sheet: Sheet, terms: Terms, *, declare_places: bool = False) -> None:
        """Check who may. Raises Refused (`not_allowed`, `linelist_codes_of_others`)."""
        if not who.scope("import").covers(terms.path) or (
            declare_places and not who.scope("arrange").covers(terms.path)
        ):
            raise Refused("not_allowed", what="import")
        self.centre, self.who, self.sheet, self.terms = centre, who, sheet, terms
        self.declare_places = declare_places
        self.read_before = queries.was_read(sheet.sha256, terms.outbreak)
        self._first = queries.cases_so_far(terms.outbreak) == 0  # then no row can have been told before
        self.duplicates: list[Duplicate] = []
        self._begun: dict[CaseId, str] = {}
        _codes_must_be_ours(sheet, terms)

    # -- before -------------------------------------------------------------------------------------------------------

    def survey(self) -> Outcome:
        """What would become of each row; nothing is told."""
        made = self._outcome()
        for record in self.sheet.cases:
            case = told(record, self.terms)
            made.bad += case.bad
            found = "unchanged" if self._is_known(case, self._digest(case)) else _kind(case)
            setattr(made, found, getattr(made, found) + 1)
        if self.sheet.kind == "links":
            for each in self._links(made):
                fresh = [] if self._links_known(each) else list(linking.facts(each, self.terms))
                made.links += sum(hasattr(fact, "infector") for fact in fresh)
            self._count_pairs(made, {})
        made.bad.sort(key=lambda cell: cell.row)
        return made

    def _outcome(self) -> Outcome:
        sheet = self.sheet
        refused, repeated = sheet.refused, sheet.repeated - sheet.refused
        return Outcome(
            rows=sheet.table.read,
            refused=len(refused),
            repeated=len(repeated),
            outside=sheet.outside,
            bad=list(sheet.bad),
        )

    # -- telling ------------------------------------------------------------------------------------------------------

    def tell(self, home: Path, progress: Progress = lambda done, of: None) -> Outcome:  # noqa: ARG005
        """Tell every good row, then the links, then that the file was read; write the report of all else."""
        made = self._outcome()
        if self.declare_places:
            missing = list(self.terms.places.missing(self.sheet.cases, self.terms.zone.key, self.terms.now))
            made.places = len(missing)
            if missing:
                self.centre.hear(self.who, missing)
        self._tell_cases(made, progress)
        self._tell_links(made)
        made.duplicates = len({each.row for each in self.duplicates})
        made.bad += [each.as_cell() for each in self.duplicates]
        made.bad.sort(key=lambda cell: cell.row)
        reporting.keep_refused(self.sheet, made.bad, self.terms, self.who.by)
        reporting.settle_taken(self._begun, self.terms.now)
        if not self.read_before or made.new or made.changed or made.links:
            self._tell_reading(made)
        folder = home / "reports" / "imports"
        reporting.forget_old(folder, self.terms.now)
        if made.bad:
            name = f"{self.sheet.sha256[:12]}-{to_micros(self.terms.now)}.csv"
            made.report = reporting.write_report(folder / name, made.bad)
        return made

    def _tell_cases(self, made: Outcome, progress: Progress) -> None:
        place = self.centre.geography.place(self.terms.outbreak, self.terms.path)
        total = len(self.sheet.cases)
        answers = self.centre.hear_each(self.who, self._heard(made), place)
        for done, (record, answer) in enumerate(zip(self.sheet.cases, answers, strict=True), 1):
            if isinstance(answer, Refused):
                made.refused += 1
                cell = BadCell(record.row, "", record.code, "refused", Severity.ROW_REFUSED, {"why": answer.code})
                made.bad.append(cell)
                continue
            case = self.terms.case(record.code)
            kind = "unchanged" if not answer else "new" if self._begun.get(case) == "new" else "changed"
            self._begun[case] = kind
            setattr(made, kind, getattr(made, kind) + 1)
            if done % 100 == 0 or done == total:
                progress(done, total)

    def _heard(self, made: Outcome) -> Iterator[Heard]:
        for record in self.sheet.cases:
            case = told(record, self.terms)
            made.bad += case.bad
            digest = self._digest(case)
            yield Heard(f"linelist:{case.case}", digest, partial(self._row, case, digest))

    def _row(self, case: CaseTold, digest: str) -> Facts:
        if self._is_known(case, digest):
            return
        found = difference(case)
        if found.nothing:
            return
        self._begun[case.case] = "new" if found.new else "changed"
        if found.new:
            self.duplicates += duplicates_of(case, self.terms)
        yield from facts(case, self.terms, found)

    def _is_known(self, case: CaseTold, digest: str) -> bool:
        """Whether this was the newest telling of the row; of a file read before, whether it ever was told.

        So that what people have corrected since is not undone by reading the same file again.
        """
        if self._first:
            return False
        digests = heard_before(f"linelist:{case.case}")
        return digest in (digests if self.read_before else digests[:1])

    def _digest(self, case: CaseTold) -> str:
        residence = case.residence or ""
        return self._hash([replace(case.record, row=0, code_derived=False), residence, case.classification.value])

    def _hash(self, value: Any) -> str:
        body = orjson.dumps(value, default=str, option=orjson.OPT_SORT_KEYS)
        return blake2b(body, key=self.centre.digest_key, digest_size=24).hexdigest()

    # -- links --------------------------------------------------------------------------------------------------------

    def _links(self, made: Outcome) -> list[LinksTold]:
        known = Known(self.terms, self.sheet.cases)
        if self.sheet.kind == "links":
            found, bad = linking.of_pairs(self.sheet.links, known)
        else:
            found, bad = linking.of_cases(self.sheet.cases, known)
        made.bad += bad
        made.links_unknown = sum(cell.code == "link_unknown" for cell in bad)
        return found

    def _links_known(self, each: LinksTold) -> bool:
        digests = heard_before(f"linelist-links:{each.case}")
        return self._digest_of_links(each) in (digests if self.read_before else digests[:1])

    def _digest_of_links(self, each: LinksTold) -> str:
        return self._hash([[asdict(link) for link in each.links.values()], each.unknown])

    def _tell_links(self, made: Outcome) -> None:
        found = self._links(made)
        place = self.centre.geography.place(self.terms.outbreak, self.terms.path)
        heard = (
            Heard(
                f"linelist-links:{each.case}",
                self._digest_of_links(each),
                lambda each=each: iter(()) if self._links_known(each) else linking.facts(each, self.terms),  # type: ignore[misc]
            )
            for each in found
        )
        fresh: dict[CaseId, int] = {}
        for each, answer in zip(found, self.centre.hear_each(self.who, heard, place), strict=True):
            told_now = [] if isinstance(answer, Refused) else answer
            made.links += sum(one.kind == "InfectorNamed" for one in told_now)
            fresh[each.case] = len(told_now)
            if told_now and self._begun.get(each.case) == "unchanged":
                self._begun[each.case] = "changed"
                made.unchanged, made.changed = made.unchanged - 1, made.changed + 1
        if self.sheet.kind == "links":
            self._count_pairs(made, fresh)

    def _count_pairs(self, made: Outcome, fresh: dict[CaseId, int]) -> None:
        """In a file of pairs each row is a link: new where it was told now, refused where a code is unknown."""
        del fresh
        unknown = {cell.row for cell in made.bad if cell.severity is Severity.ROW_REFUSED}
        made.refused = len(unknown)
        taken = made.rows - made.refused - made.repeated
        made.new = min(made.links, taken)
        made.unchanged = taken - made.new

    # -- after --------------------------------------------------------------------------------------------------------

    def _tell_reading(self, made: Outcome) -> None:
        fact = LineListRead(
            sha256=self.sheet.sha256,
            outbreak=self.terms.outbreak,
            rows=made.rows,
            new=made.new,
            unchanged=made.unchanged,
            refused=made.refused,
            changed=made.changed,
            links=made.links,
            source=self.terms.source,
            mapping=self.sheet.mapping.to_toml(),
            at=self.terms.now,
        )
        place = self.centre.geography.place(self.terms.outbreak, self.terms.path)
        self.centre.hear(self.who, [fact], place)


def _kind(case: CaseTold) -> str:
    found = difference(case)
    return "new" if found.new else "unchanged" if found.nothing else "changed"


LOOKED_AT = 2_000
ENOUGH = 5


def _codes_must_be_ours(sheet: Sheet, terms: Terms) -> None:
    """Two lists that both count from 1 are not one list: most people of one code being unlike says so."""
    met = unlike = 0
    for record in sheet.cases[:LOOKED_AT]:
        row = None if record.code_derived else queries.case_row(terms.case(record.code))
        if row is None:
            continue
        pairs = _both(record, row)
        if pairs:
            met += 1
            unlike += sum(one != other for one, other in pairs) * 2 > len(pairs)
    if met >= ENOUGH and unlike * 2 > met:
        raise Refused("linelist_codes_of_others", source=terms.source, met=met, unlike=unlike)


def _both(record: CaseRecord, row: queries.CaseRow) -> list[tuple[str | float | date, str | float | date]]:
    pairs = ((record.sex, row.sex), (record.age, row.age_years), (record.onset_on, row.onset_on))
    return [(one, other) for one, other in pairs if one is not None and other is not None]
