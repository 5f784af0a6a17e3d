"""The command line: one door. A command's module is loaded when it is the one asked for, so that help is quick."""

from __future__ import annotations

import importlib
import sys
from importlib.util import find_spec

import typer

from ringfence.core.errors import Refused

COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("demo", "Open a small invented city with an outbreak under way; Ctrl-C ends it."),
    "serve": ("serve", "Serve the console and the API."),
    "work": ("work", "Tell the time and seal the log, until stopped."),
    "do": ("telling", "Do something: any action of any desk."),
    "ask": ("telling", "Ask something: any query of any desk."),
    "actions": ("telling", "List what can be done."),
    "queries": ("telling", "List what can be asked."),
    "account": ("account", "Open accounts."),
    "token": ("token", "Issue tokens for programmes."),
    "linelist": ("linelist", "Read line lists in and write them out."),
    "people": ("people", "Load registers of people."),
    "city": ("city", "Build synthetic cities and write them out."),
    "twin": ("twin", "Run an outbreak and its response in a synthetic city."),
    "visits": ("visits", "Load visits, and forget them."),
    "contacts": ("contacts", "Search for everyone who shared a place and a time with a person."),
    "results": ("results", "Read the result files of laboratories."),
    "plan": ("plan", "Plan a round of testing: the earliest finish, the bottleneck, who does what."),
    "report": ("report", "Print reports."),
    "policy": ("policy", "Check policy packs and show their numbers."),
    "migrate": ("serve", "Bring the database up to date."),
    "rebuild": ("keeping", "Make every desk's tables again from the log."),
    "verify": ("keeping", "Prove the log whole, or name the first bad line."),
    "seal": ("keeping", "Seal the lines of the log that are not sealed yet."),
    "bench": ("bench", "Measure, each figure next to its yardstick."),
    "docs": ("docs", "Write the reference from the code."),
    "test": ("test", "Check the house: lint, format, types, import walls, then the tests."),
}
"""command -> its module in `ringfence.commands`, and what it does. A module that is not there is not offered.

A module gives a command as a function of its name, or several under one name as a Typer app called `app`. What takes any
words (`do`, `ask`, `test`) says so in `OPEN`.
"""
OPEN = {"allow_extra_args": True, "ignore_unknown_options": True}
TAKES_ANY = frozenset({"do", "ask", "test"})
TELLS = frozenset({"do", "account", "token", "linelist", "people", "results", "report", "visits", "contacts"})


def door(words: list[str]) -> typer.Typer:
    """The commands; only the one that the words name is loaded, of the others what they do."""
    app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    app.callback(help="A command platform for outbreaks.")(_nothing)
    asked = next((word for word in words if not word.startswith("-")), None)
    for name, (module, says) in COMMANDS.items():
        if asked not in {None, name} or find_spec(f"ringfence.commands.{module}") is None:
            continue
        if asked is None:
            app.command(name, help=says)(_nothing)
            continue
        loaded = importlib.import_module(f"ringfence.commands.{module}")
        if hasattr(loaded, "app"):
            app.add_typer(loaded.app, name=name, help=says)
        else:
            settings = OPEN if name in TAKES_ANY else {}
            app.command(name, help=says, context_settings=settings)(
                getattr(loaded, f"{name}_" if name == "do" else name)
            )
    return app


def _nothing() -> None:
    """Stands for a command in the list of all."""


def _sealed_after(app: typer.Typer) -> None:
    """Run a command; what it told in one shot is sealed at its end, as no worker may be running to do it."""
    try:
        app()
    except SystemExit as ended:
        if not ended.code and TELLS & set(sys.argv[1:2]):
            _seal()
        raise


def _seal() -> None:
    from django.apps import apps  # noqa: PLC0415 (only where a command has set Django up)

    if apps.ready:
        from ringfence.core.drill import clock_of  # noqa: PLC0415
        from ringfence.core.home import home  # noqa: PLC0415
        from ringfence.core.seal import seal  # noqa: PLC0415

        seal(home(), clock_of(home()).now())


def main() -> None:
    """Run a command; a refusal is three sentences on standard error and exit code 1."""
    try:
        _sealed_after(door(sys.argv[1:]))
    except Refused as refusal:
        from ringfence.commands.speaking import sentences  # noqa: PLC0415 (loads Django)

        sys.stderr.write(sentences(refusal) + "\n")
        sys.exit(1)


if __name__ == "__main__":
    main()
