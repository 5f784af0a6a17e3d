"""A process that tells decisions for ever and says on standard output which are on record. Killed by its test."""

from __future__ import annotations

import sys
from pathlib import Path

from ringfence.app import open_centre
from ringfence.core.access import feed
from ringfence.core.seal import seal
from ringfence.desks.command.actions import make_decision


def main(home: Path, name: str, outbreak: str, times: int) -> None:
    centre = open_centre(None, home)
    for n in range(times):
        answer = centre.tell(feed(name), make_decision, outbreak=outbreak, text=f"{name} {n}")
        sys.stdout.write(f"{answer.first_seq} {name} {n}\n")
        sys.stdout.flush()
        if n % 7 == 0 and name == "sealer":
            seal(home, centre.clock.now())


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]))
