"""The numbers of the command desk: clocks of the response, tasks and their escalation, and what ends a response."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated

from ringfence.core.policy import Between


@dataclass(frozen=True, kw_only=True)
class Targets:
    """The three targets of timeliness by which a response is judged."""

    detect_within: timedelta  # from emergence to detection
    notify_within: timedelta  # from detection to notification
    respond_within: timedelta  # from notification to the last early response action


@dataclass(frozen=True, kw_only=True)
class Policy:
    """The command desk's numbers under one pack."""

    # clocks of the response; None where no value is published: such a task takes `task_limit_otherwise`
    transfer_case_within: timedelta | None = None  # from the positive report to the designated hospital
    trajectory_within: timedelta | None = None  # from the positive result to a complete activity track
    preliminary_report_within: timedelta | None = None  # from the start to the first epidemiological report
    xregion_check_within: timedelta | None = None  # from an assistance notice to the person found and checked
    xregion_isolate_within: timedelta | None = None  # from an assistance notice to the person isolated
    xregion_other_within: timedelta | None = None  # from other pushed data to the person checked
    public_event_within: timedelta  # from finding a first case or cluster to its report as a public-health event
    notify_who_within: timedelta | None = None  # from the assessment of an event to notice under the IHR
    targets: Targets | None = None  # detect, notify, respond

    # tasks
    task_limits: dict[str, timedelta] = field(default_factory=dict)  # kind of task -> time from setting to due
    task_limit_otherwise: timedelta  # the limit of a kind that has none of its own
    same_day: bool  # a task is not carried overnight: due at the latest at the end of its day
    verify_required: tuple[str, ...] = ()  # kinds that another person must verify before they count as done
    escalate_after: timedelta  # past due for this long: it goes one level up
    escalate_every: timedelta  # and one more level up for each of these
    remind_before: timedelta | None = None  # how long before it is due a task is marked as pressing
    first_actions: tuple[str, ...] = ()  # kinds of task that a first positive sets off, in this order

    # supervision
    command_groups: Annotated[int, Between(1, 100)] | None = None  # working groups under the command office
    action_plan_every: timedelta  # length of one operational period

    # the objective
    end_after: timedelta | None = None  # so long without a new infection in the community ends the response
    watch_after_end: timedelta | None = None  # heightened surveillance after that

    # the product itself
    answers_per_strike: Annotated[int, Between(1, 500)]  # facts that one strike of the clock may be answered with

    def limit_of(self, kind: str) -> timedelta:
        """How long a task of this kind may take."""
        return self.task_limits.get(kind, self.task_limit_otherwise)
