"""`ringfence docs`: the reference, written from the code. A test fails where it is not current."""

from __future__ import annotations

import ast
import dataclasses
import enum
import textwrap
import typing
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from ringfence.app import FACTS, book, desks, start
from ringfence.core.access import MAYS, ROLES
from ringfence.core.declare import Declared, declared
from ringfence.core.fact import Fact
from ringfence.core.policy import reference_rows
from ringfence.core.shown import show_value
from ringfence.core.typed import bare, item_of, kind_of

ROOT = Path(__file__).resolve().parents[2]
HEAD = "<!-- Written by `ringfence docs` from the code; changes are made there. -->\n"


def docs(
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; end with 1 where a page is not current.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object, nothing else.")] = False,
) -> None:
    """Write docs/reference from the code."""
    start()
    folder = ROOT / "docs" / "reference"
    folder.mkdir(parents=True, exist_ok=True)
    stale = []
    for name, text in pages().items():
        path = folder / f"{name}.md"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(f"docs/reference/{name}.md")
            if not check:
                path.write_text(text, encoding="utf-8")
    if json:
        typer.echo(orjson.dumps({"stale" if check else "written": stale}).decode())
    else:
        typer.echo("\n".join(stale) or "Every page is current.")
    if check and stale:
        raise typer.Exit(1)


def pages() -> dict[str, str]:
    """Each page's name and text."""
    makers: dict[str, Callable[[], Iterable[str]]] = {
        "facts": facts,
        "rules": rules,
        "actions": actions,
        "queries": queries,
        "policy": policy,
        "cli": cli,
        "api": api,
        "stories": stories,
    }
    return {name: HEAD + "\n" + "\n".join(make()).rstrip() + "\n" for name, make in makers.items()}


def _doc(thing: Any) -> str:
    return " ".join(textwrap.dedent(thing.__doc__ or "").split())


def _table(head: tuple[str, ...], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |"
    yield ""


# -- facts ------------------------------------------------------------------------------------------------------------


def _said(hint: Any) -> str:
    """A type as a reader names it."""
    inner, optional = bare(hint)
    if (item := item_of(inner)) is not None:
        text = f"list of {_said(item)}"
    elif typing.get_origin(inner) is dict:
        text = "text by name"
    elif isinstance(inner, type) and issubclass(inner, enum.Enum):
        text = ", ".join(f"`{each.value}`" for each in inner)
    else:
        text = getattr(inner, "__name__", str(inner))
    return f"{text}, or nothing" if optional else text


def facts() -> Iterator[str]:
    """Every kind of fact and its fields."""
    yield "# Facts\n\nWhat can have happened. Every fact also has `at`: when it happened in the world.\n"
    for desk in FACTS:
        __import__(f"ringfence.facts.{desk}")
        yield f"## {desk}\n"
        for name, kind in Fact.kinds.items():
            if kind.__module__ == f"ringfence.facts.{desk}":
                yield f"### {name}\n\n{_doc(kind)}\n"
                hints = typing.get_type_hints(kind)
                rows = [
                    (f"`{each.name}`", _said(hints[each.name]), _default(each.default))
                    for each in dataclasses.fields(kind)
                    if each.name != "at"
                ]
                if rows:
                    yield from _table(("field", "is", "where nothing is told"), rows)


def _default(value: Any) -> str:
    if value is dataclasses.MISSING:
        return "must be told"
    return f"`{show_value(value)}`" if show_value(value) else "nothing"


# -- rules, actions, queries ------------------------------------------------------------------------------------------


def rules() -> Iterator[str]:
    """Every rule, as the sentence that it is."""
    yield "# Rules\n\nWhat follows from facts. Each rule is told in a story: see [stories](stories.md).\n"
    for desk in desks():
        found = declared(desk.modules, "rule")
        if found:
            yield f"## {desk.name}\n"
        for rule in found:
            heard = ", ".join(f"`{kind.__name__}`" for kind in rule.kinds)
            yield f"### {rule.function.__name__.replace('_', ' ')}\n\n{_doc(rule.function)}\n\nHears {heard}.\n"


def actions() -> Iterator[str]:
    """Every action and what it takes."""
    yield "# Actions\n\nWhat people do: a form in the console, a POST in the API, a command, a line of a story.\n"
    yield from _declared("action", "do", "POST")


def queries() -> Iterator[str]:
    """Every query and what it takes."""
    yield "# Queries\n\nWhat can be asked: a table in the console, a GET in the API, a command.\n"
    yield from _declared("query", "ask", "GET")


def _declared(kind: str, verb: str, method: str) -> Iterator[str]:
    for desk in desks():
        found = declared(desk.modules, kind)
        if found:
            yield f"## {desk.name}\n"
        for each in found:
            yield from _door(desk.name, each, verb, method)


def _door(desk: str, each: Declared, verb: str, method: str) -> Iterator[str]:
    yield f"### {each.name}\n\n{_doc(each.function)}\n"
    yield f"`{method} /api/v1/{desk}/{each.name}` · `ringfence {verb} {desk} {each.name}` · needs `{each.may}`"
    undo = getattr(each, "undo", None)
    yield (f"\nTaken back by `{undo.__name__}`.\n" if undo else "")
    rows = []
    for one in each.parameters:
        told = one.required and one.name != "at"
        default = "must be told" if told else "now" if one.name == "at" else _default(one.default)
        rows.append((f"`{one.name}`", f"{kind_of(one.hint)}", default))
    if rows:
        yield from _table(("parameter", "is", "where nothing is told"), rows)


# -- policy -----------------------------------------------------------------------------------------------------------


def policy() -> Iterator[str]:
    """Every number of every pack that came with the product, with its source."""
    yield "# Policy\n\nThe numbers of each pack, where each comes from, and how sure that is.\n"
    pack = ""
    rows: list[tuple[str, ...]] = []
    head = ("desk", "number", "value", "unit", "source", "certainty")
    for row in reference_rows(book()):
        if row.pack != pack:
            if rows:
                yield from _table(head, rows)
            pack, rows = row.pack, []
            yield f"## {pack}\n"
        rows.append((row.desk, f"`{row.field}`", row.value, row.unit, row.source, row.certainty))
    yield from _table(head, rows)


# -- doors ------------------------------------------------------------------------------------------------------------


def cli() -> Iterator[str]:
    """Every command."""
    yield "# Command line\n\n`ringfence COMMAND --help` tells more. Every command that prints a result takes `--json`: one object on"
    yield "standard output, nothing else. It ends with 0 when done, 1 when refused (three sentences on standard error), 2 on wrong usage.\n"
    source = (ROOT / "ringfence" / "cli.py").read_text(encoding="utf-8")
    table = next(
        node.value
        for node in ast.parse(source).body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == "COMMANDS"
    )
    known: dict[str, tuple[str, str]] = ast.literal_eval(typing.cast("ast.expr", table))
    there = {name: says for name, (module, says) in known.items() if (ROOT / "ringfence/commands").joinpath(f"{module}.py").exists()
             or (ROOT / "ringfence/commands").joinpath(module).is_dir()}  # fmt: skip
    yield from _table(("command", "does"), ((f"`{name}`", says) for name, says in there.items()))


def api() -> Iterator[str]:
    """Every address, and the rules that hold for all."""
    yield (
        "# API\n\nUnder `/api/v1/`. `openapi.json` describes every address, `docs` shows them.\n\n"
        "- Who: `Authorization: Bearer rf_…`, a token issued by `ringfence token issue`; or a session of the console with its CSRF token.\n"
        "- `Idempotency-Key`: told again under the same key, an action gives its first answer again.\n"
        "- An answer: `{key, first_seq, last_seq, again, facts: [{seq, kind, at, told}]}`.\n"
        "- An error: `{error: {code, wrong, on_record, next, id?}}`; 401 nobody signed in, 403 not yours, 404 not there, 405 wrong method,"
        " 409 what is on record forbids it, 422 cannot be read, 500 our fault, under `id`.\n"
        "- Many at once: `POST …/many` with `{items: [{told, key?}], batch?}`, up to 1,000; each item has its own answer.\n"
        "- Lists go by key: `next` is the `after` of the next page.\n"
        "- A moment without a zone counts in the zone of the place it is told of.\n"
        "- Language: `Accept-Language`.\n"
    )
    rows = [("GET", "`/api/v1/log?after=`", "audit", "Lines of the log at your places, in order")]
    rows.append(("GET", "`/api/v1/why/{seq}`", "see", "Why a line is there: the chain of what it follows from"))
    for desk in desks():
        for kind, method in (("action", "POST"), ("query", "GET")):
            rows += [
                (method, f"`/api/v1/{desk.name}/{each.name}`", each.may, each.says)
                for each in declared(desk.modules, kind)
            ]
    yield from _table(("method", "address", "needs", "does"), rows)
    yield "## What may be needed\n"
    held = {may: ", ".join(role for role, (_, mays) in ROLES.items() if may in mays) for may in MAYS}
    yield from _table(("word", "allows", "roles"), ((f"`{may}`", says, held[may]) for may, says in MAYS.items()))


def stories() -> Iterator[str]:
    """Every story, as it is told."""
    yield "# Stories\n\nWhat happened, line by line, and what is held to come of it. Each is a test over a real log.\n"
    for path in sorted((ROOT / "tests" / "stories").glob("test_*.py")):
        source = path.read_text(encoding="utf-8")
        tree = ast.parse(source)
        yield f"## {ast.get_docstring(tree)}\n"
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield from _story(source, node)


def _story(source: str, node: ast.FunctionDef) -> Iterator[str]:
    texts = [
        each.args[0].value
        for each in ast.walk(node)
        if isinstance(each, ast.Call)
        and getattr(each.func, "id", "") == "Story"
        and isinstance(each.args[0], ast.Constant)
    ]
    held = [ast.get_source_segment(source, each) or "" for each in node.body if isinstance(each, ast.Assert)]
    yield f"### {node.name.removeprefix('test_').replace('_', ' ')}\n"
    for text in texts:
        yield f"```text\n{textwrap.dedent(str(text)).strip()}\n```\n"
    if held:
        yield "```python\n" + "\n".join(textwrap.dedent(each) for each in held) + "\n```\n"
