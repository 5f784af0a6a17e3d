"""Fifty stations in one process that costs little: kept connections, letters written beforehand, latencies measured.

`python -m tests.bench.stations PORT PLAN` reads the letters from a file; prints the latencies and when each was answered.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

import orjson

STATIONS = 50


@dataclass
class Told:
    """What the stations saw: seconds until each answer (since it was due), tubes taken, and from when to when."""

    waited: list[float] = field(default_factory=list)
    tubes: int = 0
    begun: float = 0.0
    ended: float = 0.0


class Station:
    """One connection, kept."""

    def __init__(self, port: int, secret: str) -> None:
        self.port = port
        self.head = f"POST /api/v1/testing/hand-in HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {secret}\r\nContent-Type: application/json\r\nContent-Length: "
        self.pipe: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def hand_in(self, letter: bytes) -> bytes:
        """Send one letter; its answer."""
        if self.pipe is None:
            self.pipe = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 20)
        reader, writer = self.pipe
        writer.write(self.head.encode() + str(len(letter)).encode() + b"\r\n\r\n" + letter)
        await writer.drain()
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
        body = await reader.readexactly(length)
        if b" 200 " not in head.partition(b"\r\n")[0]:
            raise RuntimeError(repr(body[:300]))
        return body


async def closed_loop(stations: Sequence[Station], letters: list[bytes], told: Told) -> None:
    """Each station sends its next letter when the last one is answered."""
    waiting = iter(letters)

    async def go(station: Station) -> None:
        for letter in waiting:
            begun = perf_counter()
            answer = await station.hand_in(letter)
            told.tubes += answer.count(b'"ok":true')
            told.waited.append(perf_counter() - begun)

    await asyncio.gather(*(go(station) for station in stations))


async def open_loop(stations: Sequence[Station], letters: list[bytes], every: float, told: Told) -> None:
    """A letter is due every so many seconds, whether the last ones were answered or not; waiting begins when it is due."""
    begun = perf_counter()

    async def go(first: int) -> None:
        for n in range(first, len(letters), len(stations)):
            due = begun + n * every
            await asyncio.sleep(max(0.0, due - perf_counter()))
            answer = await stations[first].hand_in(letters[n])
            told.tubes += answer.count(b'"ok":true')
            told.waited.append(perf_counter() - due)

    await asyncio.gather(*(go(first) for first in range(len(stations))))


async def main(port: int, asked: dict[str, Any]) -> None:
    """Send what was asked, and say what was seen."""
    letters = [letter.encode() for letter in asked["letters"]]
    stations = [Station(port, asked["secret"]) for _ in range(STATIONS)]
    told = Told(begun=perf_counter())
    if asked["every"]:
        await open_loop(stations, letters, asked["every"], told)
    else:
        await closed_loop(stations, letters, told)
    told.ended = perf_counter()
    sys.stdout.buffer.write(
        orjson.dumps({"waited": told.waited, "tubes": told.tubes, "seconds": told.ended - told.begun})
    )


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), orjson.loads(Path(sys.argv[2]).read_bytes())))
