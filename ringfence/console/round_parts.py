"""What a round is expected to find and to miss, what one more would find, and how the rule for stopping stands."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ringfence.console import testing_parts as parts
from ringfence.console.case_parts import sourced
from ringfence.console.context import Page
from ringfence.console.pieces import Cell, Chip, Row
from ringfence.console.sections import Pairs, Part, Section, Text, table
from ringfence.console.shown import how_long
from ringfence.core.fact import from_micros
from ringfence.desks.testing.queries import expected, keys
from ringfence.desks.testing.queries.expected import INFECTED_DAYS, RoundDone
from ringfence.desks.testing.queries.rounds import RoundFile, RoundRow
from ringfence.science.yields import Reckoned, Yield


def expected_card(here: Page, file: RoundFile) -> Section:
    """False positives and negatives of this round for several shares of infected people."""
    found = expected.expected_results(file.row, file.coverage, parts.numbers(here))
    rows = [
        Row(str(per), [
            Cell(_("%(n)s in 100,000") % {"n": per}),
            Cell(f"{each.infected:,.1f}"), Cell(f"{each.found:,.1f}"), Cell(f"{each.missed:,.1f}"),
            Cell(f"{each.tubes_positive:,.1f}", note=_("%(n)s of them false") % {"n": f"{each.tubes_false:,.1f}"}),
            Cell(f"{each.held_needlessly:,.0f}"), Cell(f"{each.called_falsely:,.2f}"),
        ])
        for per, each in found
    ]  # fmt: skip
    heads = [_("If infected are"), _("Infected"), _("Found"), _("Not found"), _("Positive tubes"), _("Held in vain"),
             _("Called falsely")]  # fmt: skip
    none = _(
        "The pack gives no false negatives by day for this disease and size of tube: nothing is reckoned without them."
    )
    made: list[Part] = [table(_("Expected results"), heads, rows, none)]
    if found:
        said = _(
            "Of %(people)s people on the roster and not excused, in tubes of %(size)s. Nobody knows how many are infected, so"
            " three shares are shown; infections are taken as spread evenly over the last %(days)s days. Held in vain and called"
            " falsely are people not infected. Mean numbers, not forecasts: a round with none expected may still find some."
        )
        people = file.coverage.people - file.coverage.excused
        made.append(
            Text(
                said % {"people": f"{people:,}", "size": file.row.pool_size or _("a household"), "days": INFECTED_DAYS}
            )
        )
        made += [
            Text(each)
            for each in (
                _source(here, "missed_by_day", _("Missed by day")),
                _source(here, "specificity", _("Specificity")),
            )
            if each
        ]
    return Section(_("What this round is expected to find and to miss"), made, "expected")  # fmt: skip


def _source(here: Page, name: str, called: str) -> str:
    found = here.number("testing", name)
    return f"{called}: {sourced(found)}" if found is not None and found.source else ""


def stop_card(here: Page, row: RoundRow) -> Section:
    """What one more round would find, by those done; and the pack's rule for stopping. People decide."""
    scope = here.who.scope("see")
    narrowed = scope.within(here.under.path) if here.under else scope
    done = expected.rounds_done(narrowed, row.outbreak, row.path, row.number)
    made: list[Part] = [_rounds_table(done)]
    if done:
        said = _("Found: people who were not under measures when they were swabbed. Unread: tubes without a result.")
        made.append(Text(said))
    made += _one_more(expected.one_more_round(done, parts.numbers(here)), len(done))
    return Section(_("One more round, or stop?"), [*made, *_rule(here, row, done)], "stop")


def _one_more(more: Yield | None, rounds: int) -> list[Part]:
    """What the next round would find, with intervals, and what that rests on."""
    if more is None:
        return [Text(_("The rounds done say nothing yet of one more."))]
    rate = {"n": f"{100 * abs(more.growth):.0f}"}
    trend = _("growing by %(n)s %%") % rate if more.growth > 0 else _("falling by %(n)s %%") % rate
    based = _(
        "By %(rounds)s of this area; people who fall ill and come by themselves are not taken off, so these numbers are"
        " rather too high."
    )
    counted = ngettext("%(n)s round", "%(n)s rounds", rounds) % {"n": rounds}
    pairs = [
        (_("One more round would find"), Cell(_reckoned(more.next_round), note=_none(more.next_round.p_none))),
        (_("Infected and not found by then"), Cell(_reckoned(more.undetected), note=_none(more.undetected.p_none))),
        (_("New infections a day"), Cell(trend)),
    ]
    return [Pairs(pairs), Text(based % {"rounds": counted})]


def _rounds_table(done: list[RoundDone]) -> Part:
    rows = [
        Row(each.row.id, [
            Cell(str(each.row.number)),
            Cell(parts.share(each.swabbed, each.people), note=_("of %(n)s") % {"n": f"{each.people:,}"}),
            Cell(f"{each.found:,}"), Cell(f"{each.unread:,}"),
        ])
        for each in done
    ]  # fmt: skip
    heads = [_("Round"), _("Covered"), _("Found"), _("Unread")]
    return table(_("Rounds of this area"), heads, rows, _("Nobody was swabbed in a round of this area yet."))


def _reckoned(found: Reckoned) -> str:
    return _("%(mean)s people (9 in 10: %(low)s to %(high)s)") % {
        "mean": f"{found.mean:,.1f}", "low": f"{found.ninety[0]:,}", "high": f"{found.ninety[1]:,}",
    }  # fmt: skip


def _none(chance: float) -> str:
    return _("none with a chance of %(n)s %%") % {"n": f"{100 * chance:.0f}"}


def _rule(here: Page, row: RoundRow, done: list[RoundDone]) -> list[Part]:
    """The pack's rule and how far it is met; a proposal that is on record."""
    policy = parts.numbers(here)
    if not policy.rounds_clean:
        return [Text(_("The pack in force has no rule for stopping rounds: people decide by the numbers above."))]
    clean = expected.clean_in_a_row(done)
    told = {"clean": clean, "wanted": policy.rounds_clean}
    made: list[Part] = [
        Text(
            _("%(clean)s of %(wanted)s closed rounds in a row found nobody outside quarantine and holds.") % told,
            [Chip("done", _("met")) if clean >= policy.rounds_clean else Chip("open", _("not met"))],
        ),
        Text(parts.limit_said(here, "rounds_clean")),
    ]
    if policy.rounds_pause:
        said = _("Then a pause of %(span)s, one more round, and the rounds may stop if nobody is found.")
        made.append(Text(said % {"span": how_long(policy.rounds_pause.total_seconds())}))
    area_flag = keys.stop_proposed_at(row.outbreak, row.path)
    if area_flag is not None:
        at = from_micros(area_flag).astimezone(here.zone)
        made.append(
            Text(
                _("Stopping was proposed at %(at)s. It is a proposal: people decide.") % {"at": f"{at:%m-%d %H:%M}"},
                [Chip("unverified", _("Proposed"))],
            )
        )
    return made  # fmt: skip
