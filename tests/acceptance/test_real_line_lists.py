"""Every real line list of the shared folder goes in through the command, unedited; a second run changes nothing.

The folder is found through RINGFENCE_SHARED_DATA, or as `shared/data` beside the repository or one of the folders
above it. The files are never copied.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from ringfence.app import open_centre
from ringfence.commands.linelist import app
from ringfence.core import db
from tests.acceptance.shared import shared

SHARED = shared()
pytestmark = pytest.mark.skipif(
    SHARED is None, reason="no shared/data folder beside or above the repository, and RINGFENCE_SHARED_DATA is not set"
)


@dataclass(frozen=True)
class Known:
    """One file, and what becomes of its rows; files of one set go into one outbreak, in this order."""

    path: str
    rows: int
    new: int
    refused: int = 0
    links: int = 0
    unchanged: int = 0
    options: tuple[str, ...] = ()


SETS = {
    "Hong Kong 2020": (
        Known("linelist_hongkong2020/case_data.csv", 1038, 1038),
        # 11 pairs name cases that the list of cases does not have, by either code
        Known("linelist_hongkong2020/transmission_pairs.csv", 169, 158, refused=11, links=158),
        Known("linelist_hongkong2020/bar_cluster.csv", 106, 33, refused=73, links=33),
        Known("linelist_hongkong2020/wedding_cluster.csv", 25, 14, refused=11, links=14),
        Known("linelist_hongkong2020/temple_cluster.csv", 19, 7, refused=12, links=7),
        # rows without a code of their own: one is made from each row
        Known("linelist_hongkong2020/settings_pairs.csv", 267, 267, options=("--source", "pairs")),
    ),
    "MERS Korea 2015": (
        Known("linelist_mers_korea2015/mers_korea_2015_linelist.csv", 162, 162),
        Known("linelist_mers_korea2015/mers_korea_2015_contacts.csv", 98, 98, links=98),
    ),
    "Ebola Sierra Leone": (
        Known("linelist_ebola_sierraleone2014/ebola_sierraleone_2014.csv", 11903, 11903, options=("--declare-places",)),
    ),
    "Ebola simulated": (
        Known("linelist_ebola_sim/ebola_sim_linelist.csv", 5888, 5688, refused=200),
        Known("linelist_ebola_sim/ebola_sim_contacts.csv", 3800, 2003, refused=1797, links=2003),
    ),
    "Ebola simulated, cleaned": (
        Known("linelist_ebola_sim/ebola_sim_clean_linelist.csv", 5829, 5632, refused=197),
        Known("linelist_ebola_sim/ebola_sim_clean_contacts.csv", 3800, 1966, refused=1834, links=1966),
    ),
    "Singapore 2020": (
        Known("linelist_singapore2020/COVID-19_Singapore_data_revised.csv", 93, 93, links=92),
    ),
    "Singapore 2020, other edges": (
        Known("linelist_singapore2020/COVID-19_Singapore_eg_update_edges.csv", 93, 93, links=92),
    ),
    "H7N9 China 2013": (Known("linelist_fluH7N9_china2013/fluH7N9_china_2013.csv", 136, 136),),
    "Hagelloch 1861": (Known("linelist_measles_hagelloch1861/measles_hagelloch_1861.csv", 188, 188, links=184),),
}  # fmt: skip


def imported(known: Known, outbreak: str) -> dict[str, Any]:
    assert SHARED is not None
    told = ["import", str(SHARED / known.path), "--outbreak", outbreak, "--json", *known.options]
    answer = CliRunner().invoke(app, told, catch_exceptions=False)
    assert answer.exit_code == 0, answer.output
    return dict(orjson.loads(answer.stdout))


def tables() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table that a rebuild makes anew."""
    centre = open_centre()
    return {name: sorted(db.ask(f'SELECT * FROM "{name}"'), key=repr) for desk in centre.desks for name in desk.tables}


@pytest.mark.parametrize("outbreak", SETS)
def test_a_set_goes_in_whole_and_a_second_run_changes_nothing(outbreak: str, home: Path) -> None:
    for known in SETS[outbreak]:
        made = imported(known, outbreak)
        expected = {"rows": known.rows, "new": known.new, "refused": known.refused, "links": known.links}
        assert {name: made[name] for name in expected} == expected, known.path
        assert made["changed"] == 0
        assert made["rows"] == sum(made[name] for name in ("new", "unchanged", "changed", "refused", "repeated"))
    lines = db.ask("SELECT count(*) FROM log")
    for known in SETS[outbreak]:
        again = imported(known, outbreak)
        assert (again["new"], again["changed"], again["links"]) == (0, 0, 0), known.path
        assert again["unchanged"] == known.rows - again["refused"] - again["repeated"]
    assert db.ask("SELECT count(*) FROM log") == lines
    before = tables()
    open_centre().rebuild()
    after = tables()
    assert {name: len(rows) for name, rows in before.items()} == {name: len(rows) for name, rows in after.items()}
    assert before == after


def test_every_file_of_the_folders_is_among_them() -> None:
    assert SHARED is not None
    there = {str(path.relative_to(SHARED)) for path in SHARED.glob("linelist_*/*")}
    assert there == {known.path for each in SETS.values() for known in each}
