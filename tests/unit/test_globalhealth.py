"""What leaves as Global.health holds against Global.health's own JSON schemas, which are never copied here."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from jsonschema import Draft7Validator, FormatChecker

from ringfence.core.access import EVERYWHERE, feed
from ringfence.core.centre import Centre
from ringfence.desks.cases.feeds.outbreak import belonging
from ringfence.desks.cases.feeds.reading import LineList, terms_for
from ringfence.desks.cases.feeds.sheets import read_sheet
from ringfence.reports.line_list import export

ROWS = (
    "case_id,sex,age,occupation,date of onset,date of confirmation,date of report,date of admission,date of death,"
    "classification,infector,exposure setting,outcome\n"
    "A,f,30,nurse,2021-09-20,2021-09-21,2021-09-22,2021-09-23,,confirmed,,,recovered\n"
    "B,m,41,,2021-09-22,2021-09-23,2021-09-23,,2021-09-24,confirmed,A,household,died\n"
    "C,,0.5,,,,2021-09-24,,,suspected,A,bar,\n"
    "D,m,90,farmer,2021-09-24,,2021-09-25,,,probable,B,,\n"
)


def schema(name: str) -> Path:
    """A schema of the shared folder; the test is skipped where there is none."""
    told = os.environ.get("RINGFENCE_SHARED_DATA")
    places = [Path(told)] if told else [above / "shared" / "data" for above in Path(__file__).resolve().parents]
    found = next((at for place in places if (at := place / "schema_globaldothealth" / name).is_file()), None)
    if found is None:
        pytest.skip("no shared/data folder beside or above the repository, and RINGFENCE_SHARED_DATA is not set")
    return found


@pytest.mark.parametrize(
    ("name", "title"), [("outbreak.schema.json", "Flu 2021"), ("GHL2024.D11.1E71.schema.json", "mpox")]
)
def test_every_record_holds_against_the_schema(centre: Centre, tmp_path: Path, name: str, title: str) -> None:
    against = json.loads(schema(name).read_text(encoding="utf-8"))
    file = tmp_path / "list.csv"
    file.write_text(ROWS)
    who = feed("test")
    found = belonging(centre, who, title).declared(centre, who)
    terms = terms_for(found.outbreak, found.area, "", centre.clock.now())
    sheet = read_sheet(file, None, terms.now, terms.zone, None)
    assert LineList(centre, who, sheet, terms).tell(centre.home).new == 4
    out = tmp_path / "out.json"
    assert export(out, "globalhealth", EVERYWHERE, found.outbreak, lambda _: None) == 4
    records = json.loads(out.read_text(encoding="utf-8"))
    check = Draft7Validator(against, format_checker=FormatChecker())
    assert [f"{error.json_path}: {error.message}" for record in records for error in check.iter_errors(record)] == []
    assert not check.is_valid({**records[0], "Case_status": "perhaps"})  # the schema is one that can be broken
