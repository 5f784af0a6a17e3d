"""What the controller and the players do in a drill itself. These actions have no door outside a drill's pages and commands."""

from __future__ import annotations

from datetime import datetime, timedelta

from ringfence.core import drill as drills
from ringfence.core.access import Who
from ringfence.core.clock import Clock
from ringfence.core.declare import action
from ringfence.core.drill import FASTEST
from ringfence.core.errors import Refused
from ringfence.core.fact import Facts
from ringfence.core.home import home
from ringfence.desks.command.actions import make_decision
from ringfence.facts.command import DecisionMade
from ringfence.facts.drill import (
    DrillClockSet,
    DrillEnded,
    InjectAnswered,
    InjectKind,
    InjectThrown,
    QuestionAnswered,
    QuestionAsked,
)
from ringfence.facts.ids import AccountId, OutbreakId
from ringfence.twin.drill.plan import Inject, Question, said, span_or_none

FURTHEST = timedelta(days=2)
"""The clock is put forward by no more than this at once: everything in between is told."""


@action(may="control", many=False)
def set_clock(
    who: Who, *, speed: float | None = None, running: bool | None = None, forward: timedelta = timedelta(), at: datetime
) -> Facts:
    """Set how fast the drill's clock runs, let it stand or run, or put it forward."""
    del who
    if not timedelta() <= forward <= FURTHEST:
        raise Refused("drill_forward_unfit", span=str(forward), most=str(FURTHEST))
    if speed is not None and not 0 < speed <= FASTEST:
        raise Refused("drill_speed_unfit", speed=speed, most=FASTEST)
    pace = drills.pace_of(home())
    if pace is None:
        raise Refused("drill_not_here", home=str(home()))
    yield DrillClockSet(
        speed=speed if speed is not None else pace.speed,
        running=pace.running if running is None else running,
        forward=forward,
        at=at,
    )


def clock_obeys(told: DrillClockSet) -> None:
    """Let the workspace's clock go as was told; done after the telling, so that a refused one changes nothing."""
    drills.set_pace(home(), Clock().now(), speed=told.speed, running=told.running, forward=told.forward)


@action(may="control", many=False)
def throw_inject(who: Who, *, inject: Inject, number: int = 0, outbreak: OutbreakId, at: datetime) -> Facts:
    """Throw a trouble in; `number` tells apart the same one thrown again."""
    del who
    yield InjectThrown(
        inject=f"{inject.name}-{number}" if number else inject.name, kind=InjectKind(inject.kind),
        names=said(inject.title or inject.name, inject.title_zh), which=inject.which, size=inject.size,
        lasts=span_or_none(inject.lasts), answer_within=span_or_none(inject.answer_within), announced=inject.announced,
        outbreak=outbreak, at=at,
    )  # fmt: skip


@action(may="control", many=False)
def ask_question(who: Who, *, question: Question, outbreak: OutbreakId, at: datetime) -> Facts:
    """Put a question to the players."""
    del who
    yield QuestionAsked(question=question.name, names=said(question.asks, question.asks_zh), outbreak=outbreak, at=at)


@action(may="control", many=False)
def see_inject_answered(who: Who, *, inject: str, text: str = "", at: datetime) -> Facts:
    """Put on record that the controller saw a trouble noticed, where no fact shows it."""
    yield InjectAnswered(inject=inject, how="seen", account=AccountId(who.id), text=text.strip(), at=at)


@action(may="work", many=False)
def answer_inject(who: Who, *, inject: str, text: str, outbreak: OutbreakId, at: datetime) -> Facts:
    """Answer a card: what is done about it, as a decision where the player may decide."""
    if not text.strip():
        raise Refused("text_missing", what="make_decision")
    if who.scope("decide").paths:
        yield from make_decision(who, outbreak=outbreak, text=text.strip(), reason=inject, at=at)
    yield InjectAnswered(inject=inject, how="card", account=AccountId(who.id), text=text.strip(), at=at)


@action(may="work", many=False)
def answer_question(who: Who, *, question: str, text: str, outbreak: OutbreakId, at: datetime) -> Facts:
    """Answer a question of the table; the answer is a decision on record."""
    decision = ""
    for fact in make_decision(who, outbreak=outbreak, text=text, reason=question, at=at):
        decision = fact.decision if isinstance(fact, DecisionMade) else ""
        yield fact
    yield QuestionAnswered(question=question, decision=decision, text=text.strip(), at=at)


@action(may="control", many=False)
def end_drill(who: Who, *, reason: str = "", at: datetime) -> Facts:
    """End the drill: the clock stands, and nothing more is told."""
    del who
    yield DrillEnded(reason=reason.strip(), at=at)
