"""`ringfence account`: accounts, opened by whoever runs the installation."""

from __future__ import annotations

import secrets
import sys
from typing import Annotated

import typer

from ringfence.commands.speaking import as_json, opened, whoever
from ringfence.core.errors import Refused
from ringfence.facts.ids import JurisdictionId

app = typer.Typer(no_args_is_help=True)


@app.callback()
def account() -> None:
    """Open accounts."""


@app.command("open")
def open_account(  # noqa: PLR0913 (each is an option)
    name: str,
    *,
    role: Annotated[str, typer.Option(help="A role, such as duty_officer or administrator.")],
    at: Annotated[str, typer.Option(help="Its place: an id, a path, a code or a name.")],
    shown_name: Annotated[str | None, typer.Option(help="The name that others see.")] = None,
    language: Annotated[str, typer.Option()] = "en",
    make: Annotated[bool, typer.Option("--make", help="Make a password instead of asking for one.")] = False,
    account: Annotated[str | None, typer.Option("--as", help="The account that opens it.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object, nothing else.")] = False,
) -> None:
    """Open an account with a role over a place. The password is hashed before it is told."""
    centre = opened()
    from django.contrib.auth.hashers import make_password  # noqa: PLC0415 (needs Django set up)

    from ringfence.registry.actions import open_account as told  # noqa: PLC0415

    place = place_called(at)
    made = make or json or not sys.stdin.isatty()
    password = (
        secrets.token_urlsafe(12) if made else typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    )
    _check(password, name)
    answer = centre.tell(
        whoever(account), told, name=name, shown_name=shown_name or name, password_hash=make_password(password),
        role=role, jurisdiction=place, language=language,
    )  # fmt: skip
    known = answer.facts[0].account  # type: ignore[attr-defined]
    if json:
        as_json({"account": known, "name": name, "role": role, "jurisdiction": place, "password": password})
    else:
        typer.echo(f"{name}  {role}  {known}" + (f"\n{password}" if made else ""))


def _check(password: str, name: str) -> None:
    from django.contrib.auth.password_validation import validate_password  # noqa: PLC0415 (needs Django set up)
    from django.core.exceptions import ValidationError  # noqa: PLC0415

    from ringfence.registry.models import Account  # noqa: PLC0415

    try:
        validate_password(password, Account(name=name))
    except ValidationError as error:
        raise Refused("password_weak", why=" ".join(error.messages)) from error


def place_called(text: str) -> JurisdictionId:
    """A place by its id, its path, its code or a name."""
    from ringfence.registry.queries import areas  # noqa: PLC0415 (needs Django set up)

    found = areas.area(JurisdictionId(text)) or areas.area_at(text if text.endswith(".") else f"{text}.")
    place = found.id if found else areas.area_called(text)
    if place is None:
        raise Refused("place_unknown", place=text)
    return place
