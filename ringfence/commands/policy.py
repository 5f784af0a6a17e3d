"""`ringfence policy`: packs checked, and their numbers with where each comes from."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer
from django.utils.translation import gettext

from ringfence.commands.speaking import as_json, show, speak
from ringfence.core.errors import Refused
from ringfence.core.shown import spoken

app = typer.Typer(no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object, nothing else.")]


@app.callback()
def policy() -> None:
    """Check policy packs and show their numbers."""


@app.command()
def check(*, json: Json = False) -> None:
    """Check every pack: a missing, misspelt or unsourced number is named. Ends with 1 where there is one."""
    speak()
    from ringfence.app import book, learn_words  # noqa: PLC0415 (needs Django set up)

    learn_words()
    known = book()
    problems = known.problems()
    if json:
        found = [{"code": each.code, "says": spoken(each, gettext)} for each in problems]
        as_json({"packs": [pack.version for pack in known.packs()], "problems": found})
    else:
        for each in problems:
            typer.echo("\n".join(spoken(each, gettext)) + "\n", err=True)
        typer.echo(", ".join(pack.version for pack in known.packs()))
    if problems:
        raise typer.Exit(1)


@app.command("show")
def show_pack(pack: str, *, json: Json = False) -> None:
    """Show the numbers that a pack itself gives, with source and certainty."""
    speak()
    from ringfence.app import book, learn_words  # noqa: PLC0415 (needs Django set up)
    from ringfence.core.policy import reference_rows  # noqa: PLC0415

    learn_words()
    found = book().load(pack)
    if found.header is None:
        raise Refused("policy_header_missing", file=found.file.name)
    rows = [row for row in reference_rows(book()) if row.pack in {found.version, found.id}]
    if json:
        as_json({"pack": found.version, "rows": [asdict(row) for row in rows]})
    else:
        show([asdict(row) for row in rows])
