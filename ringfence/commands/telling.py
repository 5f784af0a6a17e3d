"""`ringfence do` and `ringfence ask`: every action and query, with the words of its declaration."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Annotated, Any

import typer
from django.utils.translation import gettext

from ringfence.commands.speaking import as_json, opened, show, whoever
from ringfence.core.access import Who
from ringfence.core.centre import Centre
from ringfence.core.declare import Declared
from ringfence.core.errors import Refused
from ringfence.core.shown import json_value, show_value
from ringfence.core.typed import in_zone, kind_of, read_told
from ringfence.core.words import label

As = Annotated[str | None, typer.Option("--as", help="The account that does it; otherwise this installation itself.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object, nothing else.")]


def do_(  # noqa: PLR0913 (each is an option)
    told: typer.Context,
    desk: str,
    action: str,
    *,
    account: As = None,
    key: Annotated[str | None, typer.Option(help="Told again under the same key, it gives the first answer.")] = None,
    json: Json = False,
) -> None:
    """Do something: `ringfence do cases report_case --outbreak … --person …`; `ringfence actions` lists what."""
    centre = opened()
    declared = _known(centre.actions, f"{desk}.{action}", "action_unknown")
    who = whoever(account)
    values, _ = _read(centre, who, declared, told.args)
    answer = centre.tell(who, declared.function, key=key, **values)
    if json:
        facts = [{"seq": each.line.seq, "kind": each.kind, "told": json_value(each.fact)} for each in answer.told]
        as_json(
            {"key": answer.key, "first_seq": answer.first_seq, "last_seq": answer.last_seq, "again": answer.again,
             "facts": facts}
        )  # fmt: skip
        return
    for each in answer.told:
        shown = ", ".join(
            f"{name}={show_value(value)}"
            for name, value in vars(each.fact).items()
            if value is not None and value != ""
        )
        typer.echo(f"{each.line.seq}  {label(f'fact.{each.kind}', gettext)}  {shown}")


def ask(told: typer.Context, desk: str, query: str, *, account: As = None, json: Json = False) -> None:
    """Ask something: `ringfence ask cases line_list --outbreak …`; `ringfence queries` lists what."""
    centre = opened()
    declared = _known(centre.queries, f"{desk}.{query}", "query_unknown")
    who = whoever(account)
    values, zone = _read(centre, who, declared, told.args)
    answer = centre.ask(who, declared.function, **values)
    if json:
        as_json({"answer": json_value(answer)})
    else:
        show(answer, zone)


def actions(desk: Annotated[str | None, typer.Argument()] = None, *, json: Json = False) -> None:
    """List what can be done, and what it takes."""
    _list(opened().actions, desk, json=json)


def queries(desk: Annotated[str | None, typer.Argument()] = None, *, json: Json = False) -> None:
    """List what can be asked, and what it takes."""
    _list(opened().queries, desk, json=json)


def _list(known: Mapping[str, Declared], desk: str | None, *, json: bool) -> None:
    chosen = {name: each for name, each in sorted(known.items()) if desk in {None, each.desk}}
    if json:
        rows = [
            {
                "name": name,
                "says": each.says,
                "may": each.may,
                "takes": [
                    {"name": one.name, "kind": str(kind_of(one.hint)), "required": one.required and one.name != "at"}
                    for one in each.parameters
                ],
            }
            for name, each in chosen.items()
        ]
        as_json({"rows": rows})
        return
    for name, each in chosen.items():
        takes = " ".join(
            f"--{one.name} …" if one.required and one.name != "at" else f"[--{one.name} …]" for one in each.parameters
        )
        typer.echo(f"{name.replace('.', ' ')}\n    {each.says}.\n    {takes}")


def _known(known: Mapping[str, Any], name: str, code: str) -> Any:
    if name not in known:
        raise Refused(code, name=name, nearest=", ".join(difflib.get_close_matches(name, known, 3, 0.3)))
    return known[name]


def told_in(words: list[str]) -> dict[str, list[str]]:
    """`--name value`, `--name=value` and a bare `--name` for yes, as name -> texts; a repeated name makes a list."""
    told: dict[str, list[str]] = {}
    waiting = list(words)
    while waiting:
        word = waiting.pop(0)
        if not word.startswith("--") or word == "--":
            raise typer.BadParameter(gettext("{word} is not an option; each value needs its --name").format(word=word))
        name, sign, value = word[2:].partition("=")
        if not sign:
            value = waiting.pop(0) if waiting and not waiting[0].startswith("--") else "yes"
        told.setdefault(name.replace("-", "_"), []).append(value)
    return told


def _read(centre: Centre, who: Who, declared: Declared, words: list[str]) -> tuple[dict[str, Any], str]:
    """What is told, typed, with naive moments in the zone of the place; and that zone."""
    from ringfence.registry.queries.areas import zone_told  # noqa: PLC0415 (needs Django set up)

    values = read_told(declared, told_in(words), zone="", now=centre.clock.now())
    zone = zone_told(declared, values, who.scope(declared.may))
    return in_zone(values, zone), zone
