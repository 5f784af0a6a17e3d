"""Commands that are more than an action or a query."""

from ringfence.commands import bench_words, words
from ringfence.core.words import learn
from ringfence.desks.testing import plan_words

for each in (words, bench_words, plan_words):
    learn(each.REFUSALS, each.LABELS)
