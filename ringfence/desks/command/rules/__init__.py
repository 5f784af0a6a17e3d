"""What follows from the facts of the command desk, and from time."""

from __future__ import annotations

from ringfence.core.declare import when
from ringfence.core.fact import Facts, Line, to_micros
from ringfence.desks.command import queries
from ringfence.desks.command.policy import Policy
from ringfence.facts.command import TaskEscalated
from ringfence.facts.ids import TaskId, UnitId
from ringfence.facts.time import TimeStruck
from ringfence.registry.queries import units


@when(TimeStruck)
def a_late_task_goes_up_the_tree(struck: TimeStruck, line: Line, policy: Policy) -> Facts:
    """Whoever could not do it in time needs somebody who can help; the unit above answers for it from now on."""
    until = to_micros(struck.at - policy.escalate_after)
    for task, level, unit, answers in queries.late(line.outbreak, until, policy.answers_per_strike):
        higher = _above(answers or unit)
        yield TaskEscalated(
            task=TaskId(task),
            level=level + 1,
            unit=higher,
            next_at=struck.at + policy.escalate_every if _above(higher) != higher else None,
            at=struck.at,
        )


@when(TimeStruck)
def a_task_is_not_carried_overnight(struck: TimeStruck, line: Line, policy: Policy) -> Facts:
    """Where the place's rule says so, what was set today and is not done at midnight is the next level's business."""
    if not policy.same_day:
        return
    for task, unit in queries.carried_overnight(line.outbreak, to_micros(struck.at), policy.answers_per_strike):
        yield TaskEscalated(
            task=TaskId(task), level=1, unit=_above(unit), next_at=struck.at + policy.escalate_every, at=struck.at
        )


def _above(unit: str | None) -> UnitId | None:
    """The unit above, or the same where there is none."""
    return (units.unit_above(UnitId(unit)) or UnitId(unit)) if unit else None
