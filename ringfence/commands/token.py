"""`ringfence token`: tokens with which a programme acts for an account."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from ringfence.commands.speaking import as_json, opened, whoever
from ringfence.core.access import MAYS

app = typer.Typer(no_args_is_help=True)


@app.callback()
def token() -> None:
    """Issue tokens for programmes."""


@app.command()
def issue(
    *,
    account: Annotated[str, typer.Option("--as", help="The account that the programme acts for.")],
    may: Annotated[list[str] | None, typer.Option(help="What it may do; otherwise all that the account may.")] = None,
    days: Annotated[int, typer.Option(min=1, max=3650, help="How long it holds.")] = 90,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object, nothing else.")] = False,
) -> None:
    """Issue a token. Its secret is shown once, and kept only as a hash."""
    centre = opened()
    from ringfence.registry.account_keeping import new_secret, secret_hash  # noqa: PLC0415 (needs Django set up)
    from ringfence.registry.actions import issue_token  # noqa: PLC0415

    who = whoever(account)
    secret = new_secret()
    mays = tuple(may) if may else tuple(each for each in MAYS if who.scope(each).paths)
    ends_at = centre.clock.now() + timedelta(days=days)
    fact = centre.tell(who, issue_token, secret_hash=secret_hash(secret), mays=mays, ends_at=ends_at).facts[0]
    if json:
        as_json({"token": fact.token, "secret": secret, "mays": mays, "ends_at": ends_at})  # type: ignore[attr-defined]
    else:
        typer.echo(secret)
