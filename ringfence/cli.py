"""The command line."""

from __future__ import annotations

import sys

import typer

from ringfence.commands import linelist, people
from ringfence.commands.demo import demo
from ringfence.commands.test import test
from ringfence.commands.work import work
from ringfence.core import words
from ringfence.core.errors import Refused

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.command()(demo)
app.command()(work)
app.add_typer(linelist.app, name="linelist")
app.add_typer(people.app, name="people")
app.command(context_settings={"ignore_unknown_options": True})(test)


def main() -> None:
    """Run a command; a refusal is three sentences on standard error and exit code 1."""
    try:
        app()
    except Refused as refusal:
        from django.utils.translation import gettext  # noqa: PLC0415 (needs Django set up)

        sys.stderr.write("\n".join(words.told_as(refusal, gettext)) + "\n")
        sys.exit(1)


if __name__ == "__main__":
    main()
