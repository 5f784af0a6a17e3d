"""A file of results against the record: what is taken, what waits, what contradicts, and the same file again."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import orjson
import pytest
from django.db import connection

from ringfence.core import log, quarantine
from ringfence.core.access import feed
from ringfence.desks.testing.queries import keys
from ringfence.desks.testing.results.checking import Terms
from ringfence.desks.testing.results.reading import Outcome, ResultFile
from ringfence.desks.testing.results.sheet import Choices, read_sheet
from ringfence.facts.ids import OutbreakId, PlaceId
from ringfence.facts.testing import Result, tube_of
from tests.stories.story import Story

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def story(home: Path) -> Story:
    """Three tubes: two in the laboratory, one still at the site."""
    Story.home = home
    return Story("""
        09:00  seal_tube code=T1 site=Gate people=Ana,Bo by=sampler
        09:01  seal_tube code=T2 site=Gate people=Cy,Di by=sampler
        09:02  seal_tube code=T3 site=Gate people=Ed,Fay by=sampler
        10:00  receive_tubes laboratory=LabTwo tubes=T1,T2 by=lab
        18:00  the clock strikes
    """)


def take(
    story: Story, path: Path, text: str, *, correct: str = "", despite: bool = False, outbreak: bool = True
) -> Outcome:
    """Read a file in for LabTwo, at the story's own time."""
    path.write_text(text, encoding="utf-8")
    now = story.clock.now()
    laboratory = PlaceId(story.names[PlaceId, "LabTwo"])
    sheet = read_sheet(path, Choices(ZONE, now, despite_controls=despite))
    waits_for = OutbreakId(story.names[OutbreakId, "HB"]) if outbreak else None
    terms = Terms(laboratory, story.place.path or "", ZONE, now, waits_for, correct)
    found = ResultFile(story.centre, feed("results"), sheet, terms, despite_controls=despite)
    surveyed = found.survey().counts()
    made = ResultFile(story.centre, feed("results"), sheet, terms, despite_controls=despite).tell(story.centre.home)
    assert made.counts() == surveyed
    return made


def result(code: str) -> tuple[Result | None, float | None]:
    found = keys.tube(tube_of(code))
    assert found is not None
    return found.result, found.ct


FIRST = "Tube,Result,Ct,Time\nt1,Positive,30.5,2021-09-01 15:00\nT2,Negative,,2021-09-01 15:00\nT3,Negative,,2021-09-01 15:00\n"


def test_results_are_taken_with_their_rules_and_the_same_file_again_changes_nothing(
    story: Story, tmp_path: Path
) -> None:
    made = take(story, tmp_path / "a.csv", FIRST)
    assert (made.new, made.positive, made.refused, made.read_before) == (3, 1, 0, False)
    assert [cell.code for cell in made.bad] == ["before_receipt"]
    assert result("T1") == (Result.POSITIVE, 30.5)
    facts = story.facts()
    assert "PeopleHeld < a_positive_pool_calls_everyone_back" in facts
    assert facts.count("CustodyGapFound < a_tube_read_before_its_receipt_has_a_gap") == 1
    assert story.newest("ResultsRead").new == 3
    last = log.last_seq()
    again = take(story, tmp_path / "a.csv", FIRST)
    assert (again.new, again.unchanged, again.read_before, log.last_seq()) == (0, 3, True, last)


def test_a_contradiction_is_reported_until_a_reason_is_told(story: Story, tmp_path: Path) -> None:
    take(story, tmp_path / "a.csv", FIRST)
    other = FIRST.replace("t1,Positive,30.5", "T1,Negative,")
    made = take(story, tmp_path / "b.csv", other)
    assert (made.new, made.unchanged, made.refused) == (0, 2, 1)
    assert [(cell.row, cell.code) for cell in made.bad] == [(2, "contradicts")]
    assert result("T1")[0] is Result.POSITIVE
    assert len(quarantine.open_rows("results:")) == 1
    mended = take(story, tmp_path / "b.csv", other, correct="tubes were swapped")
    assert (mended.corrected, mended.refused) == (1, 0)
    assert result("T1")[0] is Result.NEGATIVE
    assert story.newest("TubeCorrected").reason == "tubes were swapped"
    assert "PersonReleased < a_corrected_positive_frees_its_people" in story.facts()
    assert quarantine.open_rows("results:") == []
    first_again = take(story, tmp_path / "a.csv", FIRST)
    assert (first_again.unchanged, first_again.refused) == (3, 0)
    assert result("T1")[0] is Result.NEGATIVE


def test_a_result_without_its_tube_waits_for_it(story: Story, tmp_path: Path) -> None:
    text = "Tube,Result,Time\nT9,Positive,2021-09-01 15:00\n"
    unnamed = take(story, tmp_path / "a.csv", text, outbreak=False)
    assert (unnamed.stray, unnamed.refused) == (0, 1)
    made = take(story, tmp_path / "a.csv", text)
    assert (made.stray, made.new) == (1, 0)
    assert take(story, tmp_path / "a.csv", text).unchanged == 1
    assert story.newest("StrayResultHeard").code == "T9"


def test_times_that_cannot_be_are_refused(story: Story, tmp_path: Path) -> None:
    text = "Tube,Result,Time\nT1,Negative,2021-09-01 08:00\nT2,Negative,2021-09-01 19:30\n"
    made = take(story, tmp_path / "a.csv", text)
    assert [(cell.row, cell.code) for cell in made.bad] == [(2, "before_sealed"), (3, "in_future")]
    assert result("T1")[0] is None
    assert made.report is not None
    lines = list(csv.reader(made.report.read_text(encoding="utf-8-sig").splitlines()))
    assert lines[1][:4] == ["2", "Tube", "T1", "not taken"]
    assert "2021-09-01 09:00" in lines[1][4]


PLATE = (
    "Plate,Well,Tube,Result,Ct,Time\nP1,A1,T1,Negative,,{at}\nP1,A2,T2,Negative,,{at}\nP1,H1,NTC,{ntc},{ct},{at}\n"
    "P1,H2,PC,Positive,28,{at}\n"
)


def test_a_failed_plate_gives_no_result_and_its_second_run_does(story: Story, tmp_path: Path) -> None:
    failed = PLATE.format(at="2021-09-01 15:00", ntc="Positive", ct="33")
    made = take(story, tmp_path / "a.csv", failed)
    assert (made.new, made.invalid, made.plates_failed) == (2, 2, 1)
    assert story.newest("PlateRun").valid is False
    assert sum(task.startswith("swab_again") for task in story.tasks()) == 4
    again = take(story, tmp_path / "b.csv", PLATE.format(at="2021-09-01 17:00", ntc="Negative", ct=""))
    assert (again.corrected, again.refused) == (2, 0)
    assert story.newest("PlateRun").plate == "P1@2109010900"
    assert result("T1")[0] is Result.NEGATIVE
    assert not [task for task in story.tasks() if task.startswith("swab_again")]


def test_a_failed_plate_is_taken_where_somebody_says_so(story: Story, tmp_path: Path) -> None:
    failed = PLATE.format(at="2021-09-01 15:00", ntc="Positive", ct="33")
    made = take(story, tmp_path / "a.csv", failed, despite=True)
    assert (made.new, made.invalid) == (2, 0)
    assert "PlateRun" not in story.facts()


KILLED = """
import os, signal, sys
from ringfence.core import centre
told = centre._Telling.alone
def alone(self, *more):
    alone.n += 1
    if alone.n == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return told(self, *more)
alone.n = 0
centre._Telling.alone, centre.AHEAD = alone, 1
from ringfence.cli import main
main()
"""


def _command(
    home: Path, *words: str, code: str = "from ringfence.cli import main; main()"
) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "RINGFENCE_HOME": str(home)}
    return subprocess.run(
        [sys.executable, "-c", code, "results", "read", *words, "--lab", "LabTwo", "--json"],
        env=environment, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def test_a_reading_killed_in_the_middle_goes_on_where_it_was(story: Story, home: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(FIRST, encoding="utf-8")
    connection.close()
    killed = _command(home, str(path), code=KILLED)
    assert killed.returncode == -9
    assert [result(code)[0] is None for code in ("T1", "T2", "T3")] == [False, False, True]
    connection.close()
    done = _command(home, str(path))
    assert done.returncode == 0, done.stderr
    made = orjson.loads(done.stdout)
    assert (made["new"], made["unchanged"], made["read_before"]) == (1, 2, False)
    assert story.facts().count("PeopleHeld < a_positive_pool_calls_everyone_back") == 1
    assert story.facts().count("TubeRead") == 3
    assert story.facts().count("ResultsRead") == 1
