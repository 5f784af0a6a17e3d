"""Links of transmission, by the codes of a source, once all its rows are told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from ringfence.core.fact import Facts
from ringfence.desks.cases import queries
from ringfence.desks.cases.feeds.told import Terms
from ringfence.desks.cases.linelist.records import BadCell, CaseRecord, LinkRecord, Severity
from ringfence.facts.cases import CaseDescribed, Certainty, InfectorNamed
from ringfence.facts.ids import CaseId

_STRENGTH = {Certainty.POSSIBLE: 0, Certainty.LIKELY: 1, Certainty.CERTAIN: 2}


@dataclass(frozen=True, slots=True)
class Link:
    """One case named as another's infector."""

    infector: CaseId
    certainty: Certainty
    setting: str = ""
    evidence: str = ""


@dataclass(slots=True)
class LinksTold:
    """What a file tells of who infected one case; codes that no case has are kept as columns."""

    case: CaseId
    row: int
    links: dict[CaseId, Link] = field(default_factory=dict)
    unknown: dict[str, list[str]] = field(default_factory=dict)

    def add(self, link: Link) -> None:
        """One more; the surer of two tellings of one link counts."""
        before = self.links.get(link.infector)
        if before is None or _STRENGTH[link.certainty] > _STRENGTH[before.certainty]:
            self.links[link.infector] = link


class Known:
    """Which cases there are: those of this import, and those on record."""

    def __init__(self, terms: Terms, records: Iterable[CaseRecord]) -> None:
        """Remember the days of this import's cases, by which the earlier of two related cases is told."""
        self.terms = terms
        self.days: dict[CaseId, tuple[date, int] | None] = {
            terms.case(record.code): _day(record, place) for place, record in enumerate(records)
        }

    def case(self, code: str) -> CaseId | None:
        """The case that the source calls so, if there is one."""
        case = self.terms.case(code)
        if case not in self.days:
            row = queries.case_row(case)
            if row is None:
                return None
            self.days[case] = (row.onset_on or row.listed_at.date(), row.number)
        return case

    def earlier(self, one: CaseId, other: CaseId) -> bool:
        """Whether the first fell ill before the second; where days do not tell, the order of the list does."""
        first, second = self.days.get(one), self.days.get(other)
        return (first or (date.max, 0)) < (second or (date.max, 0))


def _day(record: CaseRecord, place: int) -> tuple[date, int]:
    return (record.onset_on or record.confirmed_on or record.reported_on or date.max, place)


def of_cases(records: Sequence[CaseRecord], known: Known) -> tuple[list[LinksTold], list[BadCell]]:
    """The links that rows of a line list name: infectors, and related cases, of which the earlier may be the infector."""
    told: dict[CaseId, LinksTold] = {}
    bad: list[BadCell] = []
    for record in records:
        if not record.infector and not record.related:
            continue
        case = known.terms.case(record.code)
        for name, codes in (("infector", record.infector), ("related", record.related)):
            for code in codes:
                other = known.case(code)
                if other is None or other == case:
                    told.setdefault(case, LinksTold(case, record.row)).unknown.setdefault(name, []).append(code)
                    why = "link_unknown" if other is None else "link_to_itself"
                    bad.append(BadCell(record.row, name, code, why, Severity.VALUE_LEFT_OUT))
                    continue
                first, then = (other, case) if name == "infector" or known.earlier(other, case) else (case, other)
                certainty = Certainty.LIKELY if name == "infector" else Certainty.POSSIBLE
                setting = (record.exposure_setting or "") if name == "infector" else ""
                told.setdefault(then, LinksTold(then, record.row)).add(Link(first, certainty, setting, name))
    return _without_reversed(told), bad


def _without_reversed(told: dict[CaseId, LinksTold]) -> list[LinksTold]:
    """A related pair says nothing where one of the two is named as the other's infector outright."""
    for each in told.values():
        for infector, link in list(each.links.items()):
            back = told.get(infector)
            named = back.links.get(each.case) if back else None
            if named and _STRENGTH[named.certainty] > _STRENGTH[link.certainty]:
                del each.links[infector]
    return [each for each in told.values() if each.links or each.unknown]


def of_pairs(records: Sequence[LinkRecord], known: Known) -> tuple[list[LinksTold], list[BadCell]]:
    """The links of a file of pairs; one that names a code that no case has is refused, and kept with the other case."""
    told: dict[CaseId, LinksTold] = {}
    bad: list[BadCell] = []
    for record in records:
        infector, case = known.case(record.infector), known.case(record.infectee)
        for name, code, found in (("infector", record.infector, infector), ("infectee", record.infectee, case)):
            if found is None:
                bad.append(BadCell(record.row, name, code, "link_unknown", Severity.ROW_REFUSED))
        if case is None:
            continue
        mine = told.setdefault(case, LinksTold(case, record.row))
        if infector is None:
            mine.unknown.setdefault("infector", []).append(record.infector)
            continue
        certainty = Certainty(record.certainty or "likely")
        mine.add(Link(infector, certainty, record.setting or "", _evidence(record)))
    return list(told.values()), bad


def _evidence(record: LinkRecord) -> str:
    """All else that a pair tells, as `column: value`."""
    told = {"relation": record.relation, "household": {True: "yes", False: "no", None: None}[record.household]}
    told |= record.extra
    return "; ".join(f"{name}: {text}" for name, text in told.items() if text)


def facts(told: LinksTold, terms: Terms) -> Facts:
    """What is not on record: a link, a surer one, or more about one; never less."""
    there = {link.infector: link for link in queries.infectors_of(told.case)}
    for link in told.links.values():
        before = there.get(link.infector)
        if before is None or _adds(link, before):
            yield InfectorNamed(
                case=told.case,
                infector=link.infector,
                certainty=link.certainty,
                setting=link.setting or (before.setting if before else ""),
                evidence=link.evidence or (before.evidence if before else ""),
                at=terms.now,
            )
    known = queries.extras_of(told.case)
    unknown = {name: ", ".join(dict.fromkeys(codes)) for name, codes in told.unknown.items()}
    fresh = {name: text for name, text in unknown.items() if known.get(name) != text}
    if fresh:
        yield CaseDescribed(case=told.case, columns=tuple(fresh), values=tuple(fresh.values()), at=terms.now)


def _adds(link: Link, before: queries.LinkRow) -> bool:
    weaker = _STRENGTH[link.certainty] - _STRENGTH[Certainty(before.certainty)]
    more = (link.setting and link.setting != before.setting) or (link.evidence and link.evidence != before.evidence)
    return weaker > 0 or (weaker == 0 and bool(more))
