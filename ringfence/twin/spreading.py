"""Work on many numbers side by side: on this machine's threads, or on a Dask cluster; the answers are the same."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from ringfence.core.errors import Refused

T = TypeVar("T")
PATIENCE = "15s"
"""How long a cluster may take to answer."""
LARGEST = 64
"""Numbers in one task of a cluster, at most; a task's own cost is about a millisecond."""
TURNS = 4
"""Tasks for each thread of a cluster, at least, so that a slow one is not waited for."""


def spread_over(
    numbers: Sequence[int],
    work: Callable[[int], T],
    *,
    workers: int = 1,
    cluster: str = "",
    heard: Callable[[int], None] = lambda _: None,
) -> Iterator[T]:
    """`work` of each number, in their order: on threads of this process, or on the Dask scheduler at an address.

    `work` depends on its number alone, so that it does not matter where it is done; for a cluster it must be picklable,
    and is sent to each of its machines once. `heard` is told how many are done. Refused (`cluster_…`) where the cluster
    is not there or runs another version.
    """
    found = _on_cluster(numbers, work, cluster) if cluster else _on_threads(numbers, work, workers)
    for done, each in enumerate(found, 1):
        yield each
        heard(done)


def _on_threads(numbers: Sequence[int], work: Callable[[int], T], workers: int) -> Iterator[T]:
    if workers <= 1:
        yield from map(work, numbers)
        return
    with ThreadPoolExecutor(workers) as pool:
        yield from pool.map(work, numbers)


def _on_cluster(numbers: Sequence[int], work: Callable[[int], T], address: str) -> Iterator[T]:
    with _client(address) as client:
        threads = max(1, sum(client.nthreads().values()))
        each = min(LARGEST, max(1, len(numbers) // (TURNS * threads)))
        pieces = [list(numbers[at : at + each]) for at in range(0, len(numbers), each)]
        there = client.scatter(work, broadcast=True, hash=False)
        for future in client.map(_piece, pieces, work=there, pure=False):
            yield from future.result()


def _piece(numbers: list[int], work: Callable[[int], T]) -> list[T]:
    return [work(number) for number in numbers]


@contextmanager
def _client(address: str) -> Iterator[Any]:
    """A connection to the scheduler, whose workers run this very version."""
    try:
        import distributed  # noqa: PLC0415 (an optional library)
    except ImportError:
        raise Refused("cluster_library_missing", address=address) from None
    connect: Any = distributed.Client
    try:
        client = connect(address, timeout=PATIENCE)
    except (OSError, ValueError) as fault:
        raise Refused("cluster_unreachable", address=address, fault=str(fault)[:200]) from None
    with client:
        if not client.nthreads():
            raise Refused("cluster_without_workers", address=address)
        others = sorted(name for name, theirs in client.run(digest, on_error="return").items() if theirs != digest())
        if others:
            raise Refused("cluster_of_another_version", address=address, workers=", ".join(others[:5]))
        yield client


@cache
def digest() -> str:
    """What the twin's code is, as one word: two machines with the same one give the same numbers."""
    here = Path(__file__).parent
    found = hashlib.sha256()
    for path in sorted(here.rglob("*.py")):
        found.update(path.relative_to(here).as_posix().encode() + path.read_bytes())
    return found.hexdigest()
