"""Every real line list of the shared folder goes in unedited, and no row is lost.

The folder is found through RINGFENCE_SHARED_DATA, or as `shared/data` beside the repository or one of the folders
above it.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from ringfence.core.tables import Table, read
from ringfence.desks.cases.linelist.guessing import guess, kind_of
from ringfence.desks.cases.linelist.mapping import Mapping
from ringfence.desks.cases.linelist.records import BadCell, CaseRecord, Severity
from ringfence.desks.cases.linelist.rows import links, records


def _shared() -> Path | None:
    told = os.environ.get("RINGFENCE_SHARED_DATA")
    places = [Path(told)] if told else [above / "shared" / "data" for above in Path(__file__).resolve().parents]
    return next((place for place in places if place.is_dir()), None)


SHARED = _shared()
pytestmark = pytest.mark.skipif(
    SHARED is None, reason="no shared/data folder beside or above the repository, and RINGFENCE_SHARED_DATA is not set"
)


@dataclass(frozen=True)
class Known:
    """What a file is known to hold, counted by other means than the code under test."""

    path: str
    rows: int
    years: tuple[int, int]
    fields: dict[str, str]  # column -> field
    kind: str = "cases"
    records: int | None = None  # rows, unless some are refused
    bad: dict[str, int] = field(default_factory=dict)
    orders: dict[str, str] = field(default_factory=dict)


EBOLA_SIM = {
    "case_id": "code", "date_of_infection": "infected_on", "date_of_onset": "onset_on",
    "date_of_hospitalisation": "admitted_on", "date_of_outcome": "outcome_on", "outcome": "outcome", "gender": "sex",
    "hospital": "hospital", "lon": "lon", "lat": "lat",
}  # fmt: skip
SINGAPORE = {
    "CaseID": "code", "Related cases": "related", "Cluster links": "related", "age": "age", "sex": "sex",
    "country": "country",
    "hospital": "hospital", "presumed_infected_date": "infected_on", "presumed_reason": "exposure_setting",
    "date_onset_symptoms": "onset_on", "date_quarantine": "quarantined_on", "date_hospital": "admitted_on",
    "date_confirmation": "confirmed_on", "outcome": "outcome", "date_discharge": "discharged_on",
    "travel_history": "travel_history", "additional_information": "notes",
    "cluster": "cluster", "citizenship": "nationality",
}  # fmt: skip
SINGAPORE_DATES = ("presumed_infected_date", "last_poss_exposure", "date_onset_symptoms", "date_quarantine",
                   "date_hospital",
                   "date_confirmation", "date_discharge")  # fmt: skip
PAIR = {"from": "infector", "to": "infectee", "cluster.risk": "setting"}

FILES = [
    Known(
        "linelist_hongkong2020/case_data.csv", 1038, (2019, 2020),
        {"case.no": "code", "onset.date": "onset_on", "confirm.date": "confirmed_on", "quarantine": "quarantined",
         "symptomatic": "symptomatic", "cluster.id": "cluster", "cluster.setting.1": "exposure_setting",
         "source": "source"},
        orders={"onset.date": "dmy", "confirm.date": "dmy"},
    ),
    Known("linelist_hongkong2020/bar_cluster.csv", 106, (2020, 2020), PAIR, "links"),
    Known("linelist_hongkong2020/temple_cluster.csv", 19, (2020, 2020), PAIR, "links"),
    Known("linelist_hongkong2020/wedding_cluster.csv", 25, (2020, 2020), PAIR, "links"),
    Known("linelist_hongkong2020/transmission_pairs.csv", 169, (2020, 2020),
          {"infector.case": "infector", "infectee.case": "infectee", "cluster.risk": "setting"}, "links"),
    Known("linelist_hongkong2020/settings_pairs.csv", 267, (2020, 2020),
          {"cluster.risk": "exposure_setting", "age": "age", "male": "sex"}),
    Known(
        "linelist_mers_korea2015/mers_korea_2015_linelist.csv", 162, (2015, 2015),
        {"id": "code", "age": "age", "age_class": "age_band", "sex": "sex", "place_infect": "infected_place",
         "reporting_ctry": "country", "loc_hosp": "hospital", "dt_onset": "onset_on", "dt_report": "reported_on",
         "dt_start_exp": "exposed_from", "dt_end_exp": "exposed_to", "dt_diag": "confirmed_on", "outcome": "outcome",
         "dt_death": "died_on"},
    ),
    Known("linelist_mers_korea2015/mers_korea_2015_contacts.csv", 98, (2015, 2015),
          {"from": "infector", "to": "infectee", "exposure": "setting"}, "links"),
    Known(
        "linelist_ebola_sierraleone2014/ebola_sierraleone_2014.csv", 11903, (2014, 2015),
        {"id": "code", "age": "age", "sex": "sex", "status": "classification", "date_of_onset": "onset_on",
         "date_of_sample": "sampled_on", "district": "admin2", "chiefdom": "admin3"},
    ),
    # 200 and 197 simulated cases die or recover before they fall ill (see the test of these below)
    Known("linelist_ebola_sim/ebola_sim_linelist.csv", 5888, (2014, 2015), EBOLA_SIM, records=5688,
          bad={"outcome_before_onset": 200}),
    Known("linelist_ebola_sim/ebola_sim_clean_linelist.csv", 5829, (2014, 2015), EBOLA_SIM, records=5632,
          bad={"outcome_before_onset": 197}),
    *[Known(f"linelist_ebola_sim/{name}.csv", 3800, (2014, 2015),
            {"infector": "infector", "case_id": "infectee", "source": "setting"}, "links")
      for name in ("ebola_sim_contacts", "ebola_sim_clean_contacts")],
    Known("linelist_singapore2020/COVID-19_Singapore_data_revised.csv", 93, (2019, 2020),
          SINGAPORE | {"start_source": "exposed_from", "end_source": "exposed_to"}),
    Known("linelist_singapore2020/COVID-19_Singapore_eg_update_edges.csv", 93, (2019, 2020),
          SINGAPORE | {"last_poss_exposure": "exposed_to"}, bad={"date_before_window": 152},
          orders=dict.fromkeys(SINGAPORE_DATES, "dmy")),
    Known(
        "linelist_fluH7N9_china2013/fluH7N9_china_2013.csv", 136, (2013, 2013),
        {"case_id": "code", "date_of_onset": "onset_on", "date_of_hospitalisation": "admitted_on",
         "date_of_outcome": "outcome_on", "outcome": "outcome", "gender": "sex", "age": "age", "province": "admin1"},
    ),
    Known(
        "linelist_measles_hagelloch1861/measles_hagelloch_1861.csv", 188, (1861, 1862),
        {"case_ID": "code", "infector": "infector", "date_of_prodrome": "onset_on", "date_of_rash": "rash_on",
         "date_of_death": "died_on", "age": "age", "gender": "sex", "family_ID": "household"},
    ),
    Known(
        "pairs_china2020/transmission_pairs_covid_v2.csv", 1407, (2019, 2020),
        {"infector_id": "infector", "infectee_id": "infectee", "infectee_relation_to_infector": "relation",
         "is_household": "household"}, "links",
    ),
]  # fmt: skip


def opened(known: Known) -> tuple[Table, Mapping, tuple[date, date]]:
    assert SHARED is not None
    window = date(known.years[0], 1, 1), date(known.years[1], 12, 31)
    table = read(SHARED / known.path)
    return table, guess(table, not_before=window[0], not_after=window[1]), window


def cases(path: str) -> tuple[list[CaseRecord], list[BadCell]]:
    known = next(known for known in FILES if known.path.endswith(path))
    table, mapping, window = opened(known)
    return records(table, mapping, not_before=window[0], not_after=window[1])


def plain(path: str) -> pl.DataFrame:
    """The file as polars reads it: a second opinion."""
    assert SHARED is not None
    known = next(known for known in FILES if known.path.endswith(path))
    return pl.read_csv(SHARED / known.path, infer_schema=False, null_values=["NA"])


@pytest.mark.parametrize("known", FILES, ids=[known.path for known in FILES])
def test_a_real_file_goes_in_whole(known: Known) -> None:
    table, mapping, window = opened(known)
    assert table.frame.height == known.rows
    assert table.bad_rows == ()
    assert {column.column: column.field for column in mapping.columns if column.field != "extra"} == known.fields
    assert {column.column: column.order for column in mapping.columns if column.order} == known.orders
    assert kind_of(table, mapping) == known.kind
    if known.kind == "links":
        made, bad = links(table, mapping)
        rows = [link.row for link in made]
    else:
        made_cases, bad = records(table, mapping, not_before=window[0], not_after=window[1])
        rows = [record.row for record in made_cases]
        assert len({record.code for record in made_cases}) == len(made_cases)
    assert dict(Counter(cell.code for cell in bad)) == known.bad
    assert len(rows) == (known.records or known.rows)
    refused = {cell.row for cell in bad if cell.severity is Severity.ROW_REFUSED}
    assert sorted([*rows, *refused]) == list(range(2, known.rows + 2))


def test_every_file_of_the_folders_is_among_them() -> None:
    assert SHARED is not None
    there = {
        str(path.relative_to(SHARED)) for path in [*SHARED.glob("linelist_*/*"), *SHARED.glob("pairs_china2020/*")]
    }
    assert there == {known.path for known in FILES}


def test_hong_kong() -> None:
    made, _ = cases("case_data.csv")
    assert made[0].onset_on == date(2020, 1, 21)
    assert made[0].confirmed_on == date(2020, 1, 23)
    assert sum(record.onset_on is not None for record in made) == 843
    assert sum(record.confirmed_on is None for record in made) == 0
    assert Counter(record.symptomatic for record in made) == {True: 843, False: 195}
    assert Counter(record.quarantined for record in made) == {None: 903, True: 94, False: 41}
    assert sum(record.cluster is None for record in made) == 505  # written 0
    assert sum(record.cluster == "77" for record in made) == 106
    assert all(record.confirmed_on >= record.onset_on for record in made if record.onset_on and record.confirmed_on)


def test_mers() -> None:
    made, _ = cases("mers_korea_2015_linelist.csv")
    assert Counter(record.outcome for record in made) == {"alive": 143, "died": 19}
    assert sum(record.died_on is not None for record in made) == 10
    assert made[0].age_band == (60, 69)
    assert made[0].age == 68
    assert made[0].exposed_from == date(2015, 4, 18)


def test_sierra_leone() -> None:
    made, _ = cases("ebola_sierraleone_2014.csv")
    assert Counter(record.classification for record in made) == {"confirmed": 8358, "suspect": 3545}
    assert Counter(record.sex for record in made) == {"male": 5109, "female": 4719, None: 2075}
    assert sum(record.age is None for record in made) == 956
    assert all(record.onset_on and record.sampled_on for record in made)


@pytest.mark.parametrize("path", ["ebola_sim_linelist.csv", "ebola_sim_clean_linelist.csv"])
def test_simulated_ebola_refuses_exactly_the_outcomes_before_onset(path: str) -> None:
    _, bad = cases(path)
    seen = plain(path).with_row_index("row", offset=2)
    backwards = seen.filter(pl.col("date_of_outcome") < pl.col("date_of_onset"))
    assert [cell.row for cell in bad] == backwards["row"].to_list()


def test_singapore_mangled_dates_are_left_out_with_the_day_that_the_revised_file_gives() -> None:
    """The revised file holds the right days: the suggestions are held against it, cell by cell."""
    revised = {row["CaseID"]: row for row in plain("data_revised.csv").to_dicts()}
    made, bad = cases("eg_update_edges.csv")
    by_row = {record.row: record for record in made}
    assert {cell.severity for cell in bad} == {Severity.VALUE_LEFT_OUT}
    agree = Counter(revised[by_row[cell.row].code][cell.column] == cell.told["suggestion"] for cell in bad)
    assert all(cell.told["suggestion"].startswith("2020-") for cell in bad)
    assert agree == {True: 152}
    assert len(made[0].related) == 22


def test_h7n9() -> None:
    made, _ = cases("fluH7N9_china_2013.csv")
    assert Counter(record.outcome for record in made) == {None: 57, "recovered": 47, "died": 32}
    assert sum(record.age is None for record in made) == 2  # written ?
    assert Counter(record.sex for record in made) == {"male": 95, "female": 39, None: 2}


def test_hagelloch() -> None:
    made, _ = cases("measles_hagelloch_1861.csv")
    assert made[0].infector == ("45",)
    assert sum(record.died_on is not None for record in made) == 12
    assert {record.outcome for record in made if record.died_on} == {"died"}
    assert made[0].extra == {"class": "1", "complications": "yes", "x_loc": "142.5", "y_loc": "100"}


def test_pairs_of_china_keep_their_curly_quotes() -> None:
    known = FILES[-1]
    table, mapping, _ = opened(known)
    made, _ = links(table, mapping)
    assert made[0].extra["data_source"] == "The People’s Government of Suzhou Municipality"
    assert Counter(link.household for link in made) == {False: 745, True: 662}
    assert made[0].relation == "wife"
