"""The command line: one door. A command's module is only loaded when it is the one asked for, so that help is quick."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import click
import typer

COMMANDS: dict[str, tuple[str, str]] = {
    "do": ("doing", "Do something: any action of any desk."),
    "ask": ("doing", "Ask something: any query of any desk."),
    "actions": ("doing", "List what can be done."),
    "queries": ("doing", "List what can be asked."),
    "account": ("accounts", "Open accounts."),
    "token": ("accounts", "Issue tokens for programmes."),
    "serve": ("serving", "Serve the console and the API."),
    "work": ("working", "Tell the time and seal the log, for as long as it runs."),
    "migrate": ("serving", "Bring the database up to date."),
    "rebuild": ("keeping", "Make every desk's tables again from the log."),
    "verify": ("keeping", "Prove the log whole, or name the first bad line."),
    "seal": ("keeping", "Seal the lines of the log that are not sealed yet."),
    "policy": ("packs", "Check and show policy packs."),
    "docs": ("docs", "Write the reference from the code."),
    "test": ("testing", "Run the tests."),
    "demo": ("demo", "Fill an installation of its own with a made-up outbreak, and serve it."),
    "linelist": ("linelist", "Read line lists in and write them out."),
    "people": ("people", "Load registers of people."),
    "bench": ("bench", "Measure, each figure next to its yardstick."),
    "report": ("report", "Print reports."),
}
"""command -> the module of `ringfence.commands` whose Typer app `app` has it, and what it does.

A module may have one command of its own name or several; one that is not installed is not offered.
"""


class Door(click.Group):
    """The commands by name; their modules are loaded when asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command whose module is there."""
        del ctx
        return [name for name, (module, _) in COMMANDS.items() if _there(module)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One command, loaded; for the list of all, only its name and what it does."""
        del ctx
        if cmd_name not in COMMANDS or not _there(COMMANDS[cmd_name][0]):
            return None
        module, says = COMMANDS[cmd_name]
        if _only_listed():
            return click.Command(cmd_name, help=says, short_help=says)
        command: Any = typer.main.get_command(importlib.import_module(f"ringfence.commands.{module}").app)
        found = command.commands.get(cmd_name, command) if isinstance(command, click.Group) else command
        found.name = cmd_name
        return found  # type: ignore[no-any-return]


def _there(module: str) -> bool:
    return importlib.util.find_spec(f"ringfence.commands.{module}") is not None


def _only_listed() -> bool:
    """Whether the words on the command line ask for the list of commands and for none of them."""
    words = [word for word in sys.argv[1:] if not word.startswith("-")]
    return not words


def main() -> None:
    """Run a command. 0: done; 1: refused, with three sentences on standard error; 2: wrong usage."""
    door = Door("ringfence", help="A command platform for outbreaks.", no_args_is_help=True)
    door.context_settings = {"help_option_names": ["-h", "--help"]}
    try:
        door.main(prog_name="ringfence", standalone_mode=True)
    except Exception as error:
        from ringfence.commands.speaking import refused_aloud  # noqa: PLC0415 (only when something is refused)

        if not refused_aloud(error):
            raise
        sys.exit(1)


if __name__ == "__main__":
    main()
