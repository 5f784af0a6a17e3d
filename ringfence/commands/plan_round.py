"""What `ringfence plan round` gathers, and says before the plan itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext

from ringfence.commands.speaking import opened, whoever
from ringfence.core.errors import Refused
from ringfence.core.words import label
from ringfence.desks.testing.planned import AT_ANY_SIZE, RoundPlan
from ringfence.desks.testing.plans import Plan
from ringfence.desks.testing.queries.rounds import round_file, rounds
from ringfence.facts.ids import OutbreakId, RoundId
from ringfence.registry.queries.areas import place_names
from ringfence.registry.queries.outbreaks import outbreaks


def made_of(round_id: str | None, account: str | None, **told: Any) -> RoundPlan:
    """The plan of a round, or of the newest open one, at any size."""
    centre = opened()
    who = whoever(account)

    def outbreak() -> OutbreakId:
        if round_id is not None:
            file = centre.ask(who, round_file, round=RoundId(round_id))
            if file is None:
                raise Refused("not_known_here", what="round", id=round_id)
            found: OutbreakId = file.row.outbreak
            return found
        known = [each.id for each in centre.ask(who, outbreaks)]
        under_way = [each for each in known if centre.ask(who, rounds, outbreak=each, open_only=True)]
        if not under_way:
            raise Refused("plan_no_round")
        newest: OutbreakId = under_way[0]
        return newest

    made: RoundPlan = centre.ask(
        who, AT_ANY_SIZE, outbreak=outbreak(), round=RoundId(round_id) if round_id else None, now=centre.clock.now(),
        **told,
    )  # fmt: skip
    return made


def lines_before(made: RoundPlan) -> list[str]:
    """Where the hours of the plan stand on the clock, how far the round is, and what the plan rests on."""
    plan = made.plan
    clock = {
        "begins": f"{made.begins_at:%Y-%m-%d %H:%M}", "now": f"{plan.now_h:.2f}",
        "as_of": f"{made.as_of.astimezone(made.begins_at.tzinfo):%H:%M}",
        "deadline": f"{made.deadline_at.astimezone(made.begins_at.tzinfo):%m-%d %H:%M}",
        "finish": f"{made.begins_at + timedelta(hours=plan.finish_h):%m-%d %H:%M}",
    }  # fmt: skip
    names = ("swabbed", "roster", "excused", "left", "tubes_at_sites", "tubes_on_road", "tubes_in_laboratories")
    standing = {name: f"{getattr(made.standing, name):,}" for name in names}
    return [
        label("planhour.begins", gettext, **clock),
        label("planhour.stands", gettext, **standing),
        *(label(f"planremark.{each.code}", gettext, **each.told) for each in made.remarks),
        label("planhour.ends", gettext, **clock),
    ]


def with_names(plan: Plan) -> Plan:
    """Laboratories by what they are called, for people to read."""
    names = place_names([each.id for each in plan.labs])
    return replace(plan, labs=tuple(replace(each, id=names.get(each.id, each.id)) for each in plan.labs))
