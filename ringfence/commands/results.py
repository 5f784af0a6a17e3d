"""`ringfence results`: read the result files of laboratories."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from ringfence.commands.linelist import bar, show
from ringfence.commands.opening import centre_here
from ringfence.core.access import EVERYWHERE, feed
from ringfence.core.errors import Refused

if TYPE_CHECKING:
    from ringfence.core.centre import Centre
    from ringfence.desks.testing.results.sheet import Sheet
    from ringfence.facts.ids import OutbreakId, PlaceId
    from ringfence.registry.queries.outbreaks import OutbreakRow

app = typer.Typer(no_args_is_help=True, help="Results: files of instruments and laboratory systems.")

BY = "results"
"""The feed under whose name the log has what this command tells."""


@app.callback()
def _results() -> None:
    """Keep `read` a word of its own, though it is the only one."""


@app.command("read")
def read_(  # noqa: PLR0913 (each is an option of the command)
    file: Annotated[Path, typer.Argument(help="CSV, TSV, XLSX, JSON; also packed as .gz or .zip.")],
    *,
    lab: Annotated[str, typer.Option(help="Name or id of the laboratory.")],
    outbreak: Annotated[str, typer.Option(help="Title or code, for results whose tube nobody has handed in.")] = "",
    correct: Annotated[str, typer.Option(help="Mend readings on record that differ, for this reason.")] = "",
    at_zone: Annotated[str, typer.Option(help="Zone of moments without one; else the laboratory's.")] = "",
    despite_controls: Annotated[
        bool, typer.Option("--despite-controls", help="Take the tubes of plates whose controls failed.")
    ] = False,
    good_rows: Annotated[bool, typer.Option("--good-rows", help="Take the good rows of half a file.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would come of it; record nothing.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Read a result file in: what is on record already changes nothing, refused rows are reported and kept."""
    centre = centre_here()
    from ringfence.desks.testing.results.checking import Terms  # noqa: PLC0415 (Django must be set up first)
    from ringfence.desks.testing.results.reading import ResultFile  # noqa: PLC0415
    from ringfence.desks.testing.results.sheet import Choices, read_sheet  # noqa: PLC0415
    from ringfence.registry.queries import areas  # noqa: PLC0415

    laboratory, path = laboratory_called(lab)
    zone, now = _zone(at_zone, areas.zone_at(path)), centre.clock.now()
    sheet = read_sheet(file, Choices(zone, now, despite_controls=despite_controls, good_rows=good_rows))
    terms = Terms(laboratory, path, zone, now, _outbreak(centre, outbreak, path), correct.strip())
    found = ResultFile(centre, feed(BY), sheet, terms, despite_controls=despite_controls)
    if dry_run:
        made = found.survey()
    else:
        with bar(quiet=json) as shown:
            task = shown.add_task("tubes", total=None)
            made = found.tell(centre.home, lambda done, of: shown.update(task, completed=done, total=of))
    told = {**made.counts(), "report": str(made.report) if made.report else None, "read_before": made.read_before}
    show({**told, **_described(sheet), "dry_run": dry_run}, json=json)


def _described(sheet: Sheet) -> dict[str, Any]:
    """How the file was read."""
    encoding = next((note.values["name"] for note in sheet.table.notes if note.code.startswith("encoding")), None)
    columns = {**sheet.columns.of, **{f"ct {target}": name for name, target in sheet.columns.cts}}
    return {"sha256": sheet.sha256, "encoding": encoding, "columns": columns}


def laboratory_called(name: str) -> tuple[PlaceId, str]:
    """(id, path) of the laboratory with this id or name. Raises Refused (`results_laboratory_unclear`)."""
    from ringfence.desks.testing.queries.laboratories import laboratories_on_record  # noqa: PLC0415
    from ringfence.registry.queries.areas import place_names  # noqa: PLC0415

    known = laboratories_on_record(EVERYWHERE)
    names = place_names([each.id for each in known])
    low = " ".join(name.split()).casefold()
    found = [each for each in known if low in (each.id.casefold(), names.get(each.id, "").casefold())]
    if len(found) != 1:
        raise Refused("results_laboratory_unclear", name=name, known=", ".join(sorted(names.values())[:20]) or "–")
    return found[0].id, found[0].path


def _outbreak(centre: Centre, name: str, path: str) -> OutbreakId | None:
    """The open outbreak with this title or code; unnamed, the only one at the laboratory's place."""
    from ringfence.registry.queries.outbreaks import outbreaks  # noqa: PLC0415

    rows: list[OutbreakRow] = centre.ask(feed(BY), outbreaks)
    known = [each for each in rows if path.startswith(each.path) or each.path.startswith(path)]
    low = name.strip().casefold()
    found = [each for each in known if not low or low in (each.title.casefold(), each.code.casefold(), each.id)]
    if len(found) == 1:
        return found[0].id
    if low:
        raise Refused("results_outbreak_unclear", name=name, known=", ".join(each.title for each in known) or "–")
    return None


def _zone(name: str, own: str) -> ZoneInfo:
    try:
        return ZoneInfo(name or own)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Refused("results_zone_unknown", zone=name, own=own) from None
