"""Commands that are more than an action or a query."""

from __future__ import annotations

from ringfence.commands.words import LABELS, REFUSALS
from ringfence.core.words import learn

learn(REFUSALS, LABELS)
