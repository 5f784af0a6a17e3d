"""Commands that are more than an action or a query."""

from ringfence.commands import bench_words, words
from ringfence.core.words import learn
from ringfence.desks.testing import plan_words
from ringfence.desks.tracing import visit_words  # until the desk is opened with the others, which learns them too

for each in (words, bench_words, plan_words, visit_words):
    learn(each.REFUSALS, each.LABELS)
