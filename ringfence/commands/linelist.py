"""`ringfence linelist`: read line lists in, show how their columns are taken, take the list out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer
from django.utils.translation import gettext
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table as Shown

from ringfence.commands.opening import centre_here
from ringfence.core.access import feed
from ringfence.core.errors import Refused
from ringfence.core.tables import read
from ringfence.core.words import label

if TYPE_CHECKING:
    from ringfence.core.centre import Centre
    from ringfence.desks.cases.feeds.sheets import Sheet
    from ringfence.desks.cases.feeds.told import Terms
    from ringfence.registry.queries.outbreaks import OutbreakRow

app = typer.Typer(no_args_is_help=True, help="Line lists: read in from any file, taken out with all columns.")

BY = "linelist"
"""The feed under whose name the log has what this command tells."""

File = Annotated[Path, typer.Argument(help="CSV, XLSX, ODS, Parquet or JSON; also packed as .gz or .zip.")]
Map = Annotated[Path | None, typer.Option("--map", help="What the columns are, as TOML; guessed where left out.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
Outbreak = Annotated[str, typer.Option(help="Title or code of the outbreak; a new one is declared.")]


@app.command("import")
def import_(  # noqa: PLR0913 (each is an option of the command)
    file: File,
    *,
    map_: Map = None,
    outbreak: Outbreak = "",
    at: Annotated[str, typer.Option(help="Path, code or name of the place where the rows belong.")] = "",
    source: Annotated[
        str, typer.Option(help="Whose case codes these are; the same code of another is another case.")
    ] = "",
    zone: Annotated[str, typer.Option(help="Time zone of the first place, on an empty installation.")] = "UTC",
    pack: Annotated[str, typer.Option(help="Policy pack of a new outbreak.")] = "",
    save_map: Annotated[Path | None, typer.Option(help="Write the map that was used to this file.")] = None,
    declare_places: Annotated[
        bool, typer.Option("--declare-places", help="Declare the places that are not on record.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would come of each row; record nothing.")
    ] = False,
    json: Json = False,
) -> None:
    """Read a line list in: rows already on record change nothing, refused rows are reported and kept."""
    centre = centre_here()
    told = _Import(file, map_, source, declare_places=declare_places, dry_run=dry_run)
    show(told.done(centre, {"name": outbreak, "at": at, "zone": zone, "pack": pack}, save_map, json=json), json=json)


@dataclass(frozen=True)
class _Import:
    """One run of the command."""

    file: Path
    map: Path | None
    source: str
    declare_places: bool
    dry_run: bool

    def done(self, centre: Centre, wanted: dict[str, str], save_map: Path | None, *, json: bool) -> dict[str, Any]:
        """Survey or tell the file, and say what came of it."""
        from ringfence.desks.cases import queries  # noqa: PLC0415 (Django must be set up first)
        from ringfence.desks.cases.feeds.outbreak import belonging  # noqa: PLC0415
        from ringfence.desks.cases.feeds.reading import LineList, terms_for  # noqa: PLC0415

        read(self.file, limit_rows=1)  # refuse a file that cannot be read before an outbreak is declared for it
        found = belonging(centre, feed(BY), **wanted)
        new = found.planned
        terms = terms_for(found.outbreak, found.area, self.source, centre.clock.now())
        sheet = self._sheet(found.outbreak, terms)
        if save_map:
            sheet.mapping.save(save_map)
        if not self.dry_run:
            found = found.declared(centre, feed(BY))
        lines = LineList(centre, feed(BY), sheet, terms, declare_places=self.declare_places)
        made = lines.survey() if self.dry_run else _with_bar(lines, centre.home, quiet=json)
        if sheet.outside:
            first, last = sheet.window
            typer.echo(
                label("linelist.elsewhere", gettext, title=found.outbreak.title, first=first, last=last), err=True
            )
        return {
            **made.counts(), "report": str(made.report) if made.report else None,
            "cases": queries.cases_in(found.outbreak.id), "outbreak": found.outbreak.title, "new_outbreak": new,
            "kind": sheet.kind, "source": terms.source, "sha256": sheet.sha256, "dry_run": self.dry_run,
        }  # fmt: skip

    def _sheet(self, outbreak: OutbreakRow, terms: Terms) -> Sheet:
        from ringfence.desks.cases.feeds.sheets import read_sheet  # noqa: PLC0415
        from ringfence.desks.cases.linelist.mapping import load  # noqa: PLC0415

        mapping = load(self.map) if self.map else None
        return read_sheet(self.file, outbreak.begins_on, terms.now, terms.zone, mapping)


def _with_bar(lines: Any, home: Path, *, quiet: bool) -> Any:
    with bar(quiet=quiet) as shown:
        task = shown.add_task("rows", total=None)
        return lines.tell(home, lambda done, of: shown.update(task, completed=done, total=of))


def bar(*, quiet: bool) -> Progress:
    """A progress bar on standard error; none where the output is for a programme."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), disable=quiet)


def show(told: dict[str, Any], *, json: bool) -> None:
    """One JSON object, or a table of names and values."""
    if json:
        typer.echo(orjson.dumps(told, default=str).decode())
        return
    shown = Shown(show_header=False, box=None)
    for name, value in told.items():
        if value not in (None, False, ""):
            shown.add_row(name.replace("_", " "), f"{value:,}" if isinstance(value, int) else str(value))
    Console().print(shown)


@app.command("map")
def map_columns(
    file: File,
    *,
    out: Annotated[Path | None, typer.Option(help="Write the map to this file.")] = None,
    json: Json = False,
) -> None:
    """Show what each column is taken for, how sure that is, and examples."""
    centre = centre_here()
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    from ringfence.desks.cases.feeds.sheets import guessed, window_of  # noqa: PLC0415
    from ringfence.desks.cases.linelist.guessing import kind_of  # noqa: PLC0415

    table = read(file)
    mapping = guessed(table, window_of(table, None, centre.clock.now(), ZoneInfo("UTC")))
    if out:
        mapping.save(out)
    rows: list[dict[str, Any]] = [
        {
            "column": column.column, "field": column.field, "confidence": column.confidence,
            "reason": label(f"linelist.reason.{column.reason}"), "order": column.order,
            "examples": table.frame[column.column].drop_nulls().unique(maintain_order=True).head(3).to_list(),
        }
        for column in mapping.columns
    ]  # fmt: skip
    if json:
        typer.echo(orjson.dumps({"kind": kind_of(table, mapping), "rows": table.read, "columns": rows}).decode())
        return
    shown = Shown("column", "field", "sure", "why", "examples", title=f"{file.name}: {kind_of(table, mapping)}")
    for each in rows:
        examples = ", ".join(text[:30] for text in each["examples"])
        shown.add_row(each["column"], each["field"], f"{each['confidence']:.0%}", each["reason"], examples)
    Console().print(shown)


@app.command("export")
def export_list(
    *,
    outbreak: Outbreak = "",
    form: Annotated[
        str, typer.Option("--format", help="csv, xlsx, parquet, json, globalhealth or globalhealth-csv.")
    ] = "csv",
    out: Annotated[Path | None, typer.Option(help="The file to write.")] = None,
    purpose: Annotated[str, typer.Option(help="What it is taken out for; it goes on record.")],
    json: Json = False,
) -> None:
    """Take the line list out, with all its columns and without identities; the purpose goes on record."""
    centre = centre_here()
    from ringfence.core.access import EVERYWHERE  # noqa: PLC0415
    from ringfence.desks.cases.feeds.outbreak import outbreak_known  # noqa: PLC0415
    from ringfence.registry.actions.own import note_export  # noqa: PLC0415
    from ringfence.reports.line_list import FORMS, SUFFIX, export  # noqa: PLC0415

    chosen = next((each for each in FORMS if each == form), None)
    if chosen is None:
        raise typer.BadParameter(", ".join(FORMS), param_hint="--format")
    if not purpose.strip():
        raise Refused("purpose_missing", what="note_export")
    row = outbreak_known(centre, feed(BY), outbreak)
    path = out or Path(f"{row.code.lower()}-cases.{SUFFIX[chosen]}")
    with bar(quiet=json) as shown:
        task = shown.add_task("cases", total=None)
        rows = export(path, chosen, EVERYWHERE, row, lambda done: shown.update(task, completed=done))
    centre.tell(feed(BY), note_export, query="cases.line_list", rows=rows, purpose=purpose, form=form)
    show({"rows": rows, "file": str(path), "format": form, "outbreak": row.title}, json=json)
