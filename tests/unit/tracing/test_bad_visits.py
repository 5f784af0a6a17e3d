"""Visits as they come in bad times: disordered, doubled, from wrong clocks; a power cut, a full disk, two loads at once."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from ringfence.core.errors import Refused
from ringfence.desks.tracing.visit_words import REFUSALS
from ringfence.desks.tracing.visits import days
from ringfence.desks.tracing.visits.load import Loaded, load_visits
from ringfence.desks.tracing.visits.store import Visits, forget
from tests.unit.tracing.test_visits import LOADER, NOW, SOME, asked, loaded, many, same_as_portable, table, told


def refused(code: str, work: object) -> Refused:
    """What the work is refused with; its three sentences can be told."""
    with pytest.raises(Refused, match=code) as found:
        work()  # type: ignore[operator]
    assert found.value.code == code
    assert all(sentence.format(**found.value.told).strip() for sentence in REFUSALS[code])
    return found.value


def reasons(made: Loaded) -> list[tuple[int, str, str]]:
    assert made.report is not None
    with Path(made.report).open(encoding="utf-8-sig") as file:
        return sorted((int(line["row"]), line["column"], line["reason"]) for line in csv.DictReader(file))


# -- what rows tell ---------------------------------------------------------------------------------------------------


def test_disordered_and_doubled_rows_make_the_same_store_and_are_counted(tmp_path: Path) -> None:
    rows = many(3, 400).splitlines(keepends=True)
    once = loaded(tmp_path / "one", "".join(sorted(set(rows))))
    made = loaded(tmp_path / "two", "".join(reversed(rows + rows[:150])))
    assert table(tmp_path / "one") == table(tmp_path / "two")
    assert (made.rows, made.taken, made.refused) == (550, 550, 0)
    assert made.repeated == once.repeated + 550 - len(set(rows))


def test_who_is_told_in_two_places_at_once_is_kept_in_both_and_counted(tmp_path: Path) -> None:
    made = loaded(tmp_path, SOME + "A,cafe,2021-09-21T10:20+08:00,2021-09-21T10:50+08:00,payments,meal\nF,cafe,2021-09-21T10:20+08:00,2021-09-21T10:50+08:00,s,\n")  # fmt: skip
    assert (made.elsewhere, made.refused) == (1, 0)
    found = {each.person: each for each in Visits.open(tmp_path).contacts(asked("A"))}
    assert (found["17"].minutes, found["F"].minutes, found["F"].places) == (30, 30, ("cafe",))


def test_places_that_nobody_knows_are_taken_and_their_contacts_found(tmp_path: Path) -> None:
    made = loaded(tmp_path, SOME + "".join(f"{who},somewhere-9,2021-09-21T12:00+08:00,2021-09-21T14:00+08:00,s,\n" for who in "AX"))  # fmt: skip
    assert (made.taken, made.refused, made.places) == (8, 0, 4)
    (found,) = [each for each in Visits.open(tmp_path).contacts(asked("A")) if each.person == "X"]
    assert (found.minutes, found.category, found.places) == (120, "other", ("somewhere-9",))


def test_one_moment_told_in_several_zones_is_one(tmp_path: Path) -> None:
    spans = (("10:00+08:00", "10:40+08:00"), ("02:00Z", "02:40Z"), ("07:30+05:30", "08:10+0530"))
    text = "".join(f"A,shop,2021-09-21T{start},2021-09-21T{end},s,\n" for start, end in spans)
    made = loaded(tmp_path, text)
    assert (made.taken, made.repeated, len(table(tmp_path))) == (3, 2, 1)
    with pytest.raises(Refused, match="visits_zone_unknown"):
        loaded(tmp_path, SOME, zone="Asia/Atlantis")


def test_days_on_which_clocks_are_put_forward_and_back_are_whole(tmp_path: Path) -> None:
    """26 October to 1 November of Paris has a day of 25 hours, 26 to 29 March one of 23."""
    text, n = "", 0
    for first in (datetime(2021, 10, 30, 20, tzinfo=UTC), datetime(2021, 3, 27, 20, tzinfo=UTC)):
        for hour in range(30):
            start = first + timedelta(hours=hour)
            for person, minutes in (("A", 50), (f"b{hour % 7}", 40)):
                text += (
                    f"{person},p{hour % 3},{start.isoformat()},{(start + timedelta(minutes=minutes)).isoformat()},s,\n"
                )
                n += 1
    home = tmp_path / "home"
    home.mkdir()
    file, now = told(home, text), datetime(2021, 12, 1, tzinfo=UTC)
    assert load_visits(file, home=home, now=now, zone="Europe/Paris").taken == n
    assert days.days_in(home / "visits") == [date(2021, 3, 27), date(2021, 3, 28), date(2021, 3, 29), date(2021, 10, 30), date(2021, 10, 31), date(2021, 11, 1)]  # fmt: skip
    kept = Visits.open(home).status()["days"]
    assert {each["day"]: each["stays"] for each in kept}["2021-10-31"] == 2 * 25
    assert {each["day"]: each["stays"] for each in kept}["2021-03-28"] == 2 * 23
    window = {"begins_at": datetime(2021, 3, 1, tzinfo=UTC), "ends_at": now}
    for person in ("A", "b1", "b6"):
        same_as_portable(home, asked(person, minutes=5, **window))
    assert sum(each.encounters for each in Visits.open(home).contacts(asked("A", minutes=5, **window))) == 60


def test_a_time_that_the_clock_showed_twice_or_never_is_told_as_such(tmp_path: Path) -> None:
    text = "1,1,2021-10-31 02:30,2021-10-31 04:00,s,\n1,1,2021-10-31 01:30,2021-10-31 02:30,s,\n1,1,2021-03-28 02:30,2021-03-28 04:00,s,\n"
    more = "1,1,2021-10-31T02:30+01:00,2021-10-31 04:00,s,\n"  # with its offset it is one moment
    now = datetime(2021, 12, 1, tzinfo=UTC)
    made = load_visits(told(tmp_path, text + more), home=tmp_path, now=now, zone="Europe/Paris", good_rows=True)
    assert reasons(made) == [(1, "start", "time_twice_or_never"), (2, "end", "time_twice_or_never"), (3, "start", "time_twice_or_never")]  # fmt: skip
    assert table(tmp_path)[0][2] == int(datetime(2021, 10, 31, 1, 30, tzinfo=UTC).timestamp() * 1000)


def test_clocks_that_run_ahead_are_counted_and_absurd_ones_refused(tmp_path: Path) -> None:
    soon, late = (NOW + timedelta(hours=3)).isoformat(), (NOW + timedelta(days=367)).isoformat()
    text = f"A,x,{soon},{soon},s,\nA,x,{late},{late},s,\nA,x,1899-12-31T23:59Z,1899-12-31T23:59Z,s,\nA,x,1970-01-01T00:00Z,1970-01-01T00:30Z,s,\n"
    made = loaded(tmp_path, SOME + text, good_rows=True)
    assert (made.ahead, made.taken) == (1, 8)
    assert [(row, reason) for row, _, reason in reasons(made)] == [(8, "time_absurd"), (9, "time_absurd")]
    assert "1970-01-01" in made.days


# -- what happens to the store ----------------------------------------------------------------------------------------


def test_what_a_power_cut_leaves_is_found_and_mended(tmp_path: Path) -> None:
    base, more = many(4, 600), many(5, 600)
    loaded(tmp_path / "whole", base)
    loaded(tmp_path / "whole", more)
    home = tmp_path / "cut"
    loaded(home, base)
    visits, other = home / "visits", tmp_path / "whole" / "visits"
    wanted = table(home)
    (day, *_) = days.days_in(visits)
    half = visits / ".building" / "day=2021-09-20"
    half.mkdir(parents=True)
    (half / days.PARQUET).write_bytes((days.folder_of(visits, day) / days.PARQUET).read_bytes()[:900])
    (visits / ".new-people.ids").write_bytes(b"half of it")
    (visits / f"{days.PREFIX}{day}" / days.INDEX).write_bytes(b"\0" * 4096)
    same_as_portable(home, asked("7", minutes=1))
    assert table(home) == wanted
    assert not half.exists()
    shutil.copy(days.folder_of(other, day) / days.PARQUET, days.folder_of(visits, day))  # the cut came before its index
    same_as_portable(home, asked("7", minutes=1))
    assert loaded(home, more).new
    assert table(home) == table(tmp_path / "whole")
    same_as_portable(home, asked("7", minutes=1))


@pytest.mark.parametrize("content", [b"", b"PAR1 and then nothing", None])
def test_a_day_whose_file_is_damaged_is_named_not_left_out(tmp_path: Path, content: bytes | None) -> None:
    loaded(tmp_path, SOME)
    before, visits = table(tmp_path), tmp_path / "visits"
    path = visits / "day=2021-09-21" / days.PARQUET
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    why = refused("visits_day_broken", lambda: Visits.open(tmp_path))
    assert (why.told["day"], why.told["file"]) == ("2021-09-21", days.PARQUET)
    assert str(tmp_path) not in str(why.told["why"])
    if content is not None:
        more = "A,shop,2021-09-21T12:00+08:00,2021-09-21T13:00+08:00,s,\n"
        refused("visits_day_broken", lambda: load_visits(told(tmp_path, more, "more.csv"), home=tmp_path, now=NOW))
    shutil.move(visits / "day=2021-09-21", tmp_path / "aside")
    shutil.move(visits / "loads", tmp_path / "loads")
    assert loaded(tmp_path, SOME).repeated == 2  # those of the day that was whole
    assert table(tmp_path) == before
    assert [each.person for each in Visits.open(tmp_path).contacts(asked("A"))] == ["C", "17"]


def test_a_damaged_day_can_be_forgotten(tmp_path: Path) -> None:
    loaded(tmp_path, SOME)
    (tmp_path / "visits" / "day=2021-09-21" / days.PARQUET).write_bytes(b"PAR1")
    assert forget(tmp_path, date(2021, 9, 22)).days == (date(2021, 9, 21),)
    assert [each.person for each in Visits.open(tmp_path).contacts(asked("C"))] == ["D"]


def test_two_loads_at_once_come_to_the_same_as_one_after_the_other(tmp_path: Path) -> None:
    texts = [many(6, 3000), many(7, 3000)]
    for text in texts:
        loaded(tmp_path / "whole", text)
    home = tmp_path / "home"
    home.mkdir()
    files = [told(home, text, f"{k}.csv") for k, text in enumerate(texts)]
    children = [
        subprocess.Popen([sys.executable, "-c", LOADER, str(file), str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for file in files
    ]  # fmt: skip
    for child in children:
        assert child.stdout is not None and child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write("\n")
        child.stdin.flush()
    assert [child.communicate(timeout=60)[0] for child in children] == ["done\n"] * 2
    assert table(home) == table(tmp_path / "whole")
    assert len(list((home / "visits" / "loads").iterdir())) == 2
    same_as_portable(home, asked("7", minutes=1))


LITTLE_ROOM = (
    "import resource, sys\nfrom datetime import UTC, datetime\nfrom pathlib import Path\n"
    "from ringfence.core.errors import Refused\nfrom ringfence.desks.tracing.visits.load import load_visits\n"
    "home, files, rooms = Path(sys.argv[1]), map(Path, sys.argv[2:4]), [*map(int, sys.argv[4:])]\n"
    "for file in files:\n"
    "  for room in rooms:\n"
    "    resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))\n"
    "    try: load_visits(file, home=home, now=datetime(2021, 10, 1, tzinfo=UTC))\n"
    "    except Refused as no: print(room, no.code, *sorted(no.told))\n"
    "    else: print(room, 'loaded')\n"
)
"""Files can grow to so many bytes and no further: the system refuses the next one, as where the disk is full."""


def test_on_a_full_disk_nothing_is_lost_and_the_load_says_so(tmp_path: Path) -> None:
    base, more = many(8, 2000), many(9, 12_000)  # of the same people: the days' own files do not fit
    new = more + "Z,elsewhere,2021-09-21T10:10+08:00,2021-09-21T11:00+08:00,s,\n"  # the ids do not fit either
    home, whole = tmp_path / "home", tmp_path / "whole"
    for each in (home, whole):
        loaded(each, base)
    loaded(whole, new)
    before, rooms = {row[:2] for row in table(home)}, ["90", "3000", "9000", "24000"]
    files = [told(home, more, "more.csv"), told(home, new, "new.csv")]
    command = [sys.executable, "-c", LITTLE_ROOM, str(home), *map(str, files), *rooms]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=100)
    assert done.stdout.splitlines() == [f"{room} visits_disk_full file free size" for room in rooms * 2]
    assert all(sentence.format(file="more.csv", free=1, size=2) for sentence in REFUSALS["visits_disk_full"])
    visits = home / "visits"
    assert not [path for name in (".building*", "**/.new-*") for path in visits.glob(name)]
    assert before <= {row[:2] for row in table(home)}
    same_as_portable(home, asked("7", minutes=1))
    assert load_visits(files[1], home=home, now=NOW).new
    assert table(home) == table(whole)


@pytest.mark.parametrize("name", ["people.ids", "places.ids"])
def test_ids_of_an_older_or_a_broken_layout_are_refused_and_made_anew_once_deleted(tmp_path: Path, name: str) -> None:
    loaded(tmp_path, SOME)
    wanted, rows = Visits.open(tmp_path).contacts(asked("A", order=2, close=1)), table(tmp_path)
    path = tmp_path / "visits" / name
    content = path.read_bytes()
    older = np.array([0x52464944], np.int64).tobytes() + content[8:]
    for bad, code in ((older, "visits_store_older"), (content[:-4096], "visits_store_broken"), (b"", "visits_store_broken"), (content[:100], "visits_store_broken")):  # fmt: skip
        path.write_bytes(bad)
        assert refused(code, lambda: Visits.open(tmp_path)).told == {"file": name}
        assert refused(code, lambda: loaded(tmp_path, SOME + "G,y,2021-09-21T10:00Z,2021-09-21T10:30Z,s,\n")).told == {"file": name}  # fmt: skip
    path.unlink()
    assert Visits.open(tmp_path).contacts(asked("A", order=2, close=1)) == wanted
    path.unlink()
    made = load_visits(told(tmp_path, "B,shop,2021-09-21T10:10+08:00,2021-09-21T11:00+08:00,s,\n", "b.csv"), home=tmp_path, now=NOW)  # fmt: skip
    assert (made.people, made.places) == (5, 3)
    assert len(table(tmp_path)) == len(rows) + 1
    assert {each.person for each in Visits.open(tmp_path).contacts(asked("A"))} == {"C", "17", "B"}
    for person in ("A", "B", "C", "D", "17"):
        same_as_portable(tmp_path, asked(person, order=2, close=1))
