"""Replicates on threads and on a cluster: the same numbers."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Iterator
from functools import partial

import pytest

from ringfence.core.errors import Refused
from ringfence.twin import spreading
from ringfence.twin.calibrate import Effort, calibrate
from ringfence.twin.spread import Twin, run
from ringfence.twin.spreading import spread_over
from tests.unit.twin.places import city, scenario
from tests.unit.twin.test_calibration import PRIORS, seen_once, told


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        processes=False, n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
    ) as cluster:
        yield cluster.scheduler_address


def test_a_cluster_gives_the_same_numbers(address: str):
    twin = Twin(city(), scenario("test-trace-isolate"))
    here, there = run(twin, 30, seed=4), run(twin, 30, seed=4, cluster=address)
    assert [each.counts for each in here] == [each.counts for each in there]
    assert all((one.daily == other.daily).all() for one, other in zip(here, there, strict=True))


def test_a_calibration_is_the_same_on_a_cluster(address: str):
    effort = {"particles": 20, "generations": 2, "most_runs": 1200}
    here = calibrate(city(), told(), PRIORS, seen_once(), Effort(**effort))
    there = calibrate(city(), told(), PRIORS, seen_once(), Effort(**effort, cluster=address))
    assert (here.points == there.points).all() and (here.weights == there.weights).all()


def test_a_twin_can_be_sent():
    """What a worker of another machine gets is a copy."""
    twin = Twin(city(), scenario("test-trace-isolate"))
    twin.one(0)
    sent = pickle.loads(pickle.dumps(partial(twin.one, seed=4)))
    assert sent(7).counts == twin.one(7, 4).counts


def test_answers_come_in_order_and_are_counted():
    heard: list[int] = []
    found = list(spread_over(range(20), lambda n: n * n, workers=3, heard=heard.append))
    assert found == [n * n for n in range(20)]
    assert heard == list(range(1, 21))


def test_what_a_worker_finds_wrong_is_told(address: str):
    def fails(number: int) -> int:
        raise Refused("scenario_too_long", days=number, most=1)

    for where in ({"cluster": address}, {"workers": 2}):
        with pytest.raises(Refused) as refusal:
            list(spread_over(range(5), fails, **where))
        assert refusal.value.told["days"] == 0


def test_a_cluster_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr(spreading, "PATIENCE", "300ms")
    for address in ("tcp://127.0.0.1:9", "nowhere://x"):
        with pytest.raises(Refused) as refusal:
            list(spread_over(range(3), abs, cluster=address))
        assert refusal.value.code == "cluster_unreachable"


def test_another_version_is_refused(address: str, monkeypatch: pytest.MonkeyPatch):
    told = iter(["one"])
    monkeypatch.setattr(spreading, "digest", lambda: next(told, "another"))
    with pytest.raises(Refused) as refusal:
        list(spread_over(range(3), abs, cluster=address))
    assert refusal.value.code == "cluster_of_another_version"


def test_without_the_library_a_cluster_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(Refused) as refusal:
        list(spread_over(range(3), abs, cluster="tcp://127.0.0.1:8786"))
    assert refusal.value.code == "cluster_library_missing"
