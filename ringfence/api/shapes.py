"""Shapes of what is sent and answered, built from declarations: one reading, and its description for OpenAPI."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Annotated, Any

from ninja import Schema
from pydantic import ConfigDict, Field, TypeAdapter, WithJsonSchema, create_model
from pydantic.errors import PydanticSchemaGenerationError, PydanticUserError
from pydantic.functional_validators import PlainValidator

from ringfence.core.declare import Declared, Parameter
from ringfence.core.shown import json_value
from ringfence.core.typed import LARGEST, LONGEST, Kind, kind_of, read_json, read_value
from ringfence.core.words import LABELS

MANY = 1000  # items in one hand-in

_FORMS: dict[str, dict[str, Any]] = {
    "text": {"type": "string", "maxLength": LONGEST},
    "id": {"type": "string", "maxLength": LONGEST},
    "number": {"type": "integer", "minimum": -LARGEST, "maximum": LARGEST},
    "decimal": {"type": "number"},
    "flag": {"type": "boolean"},
    "pairs": {"type": "object", "additionalProperties": {"type": "string", "maxLength": LONGEST}},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
    "time": {"type": "string", "format": "time"},
    "span": {"type": "string", "format": "duration"},
}


class Told(Schema):
    """A line of the log: its number, the kind of fact, when it happened, and what the fact says."""

    seq: int
    kind: str
    at: datetime
    told: dict[str, Any] | None = Field(description="null where it lies outside what you may see")


class Line(Told):
    """A line of the log with what the log knows of it."""

    heard_at: datetime
    by: str
    because: int | None
    outbreak: str | None
    jurisdiction: str | None
    pack: str | None


class Answer(Schema):
    """What came of an action: its key, the lines it made and its own facts."""

    key: str
    first_seq: int
    last_seq: int
    again: bool = Field(description="told before under this key: this is the first answer")
    facts: list[Told]


class Said(Schema):
    """What is wrong, what is on record, and what to do next."""

    code: str
    wrong: str
    on_record: str
    next: str
    id: str | None = Field(None, description="the number of a fault of ours")


class Problem(Schema):
    """The one shape of every error."""

    error: Said


class ManyAnswer(Schema):
    """One answer for each item, in the order sent: an answer, or an error."""

    batch: str | None
    refused: int
    answers: list[Answer | Problem]


class LogPage(Schema):
    """Lines in order, and the number to ask after for the next ones."""

    rows: list[Line]
    next: int | None


class Why(Schema):
    """The chain of causes: the line asked for first, what a person or a feed told last."""

    chain: list[Line]


def form_of(kind: Kind) -> dict[str, Any]:
    """The JSON schema of a kind of value."""
    if kind.item is not None:
        form: dict[str, Any] = {"type": "array", "items": form_of(kind.item)}
    elif kind.name == "choice":
        form = {"type": "string", "enum": list(kind.options)}
    else:
        form = dict(_FORMS[kind.name])
        if kind.of:
            form["description"] = kind.of
    return form


def _field(parameter: Parameter, read: Callable[[Any], Any], *, nullable: bool) -> tuple[Any, Any]:
    kind = kind_of(parameter.hint)
    form = form_of(kind)
    if kind.optional and nullable:
        form = {"anyOf": [form, {"type": "null"}]}
    form["title"] = LABELS.get(f"field.{parameter.name}", parameter.name)
    many = kind.item is not None and not nullable
    reading, shown = PlainValidator(read), WithJsonSchema(form)
    hint: Any = Annotated[list[str], reading, shown] if many else Annotated[Any, reading, shown]
    if parameter.required and parameter.name != "at":
        return hint, ...
    return hint, Field(None, json_schema_extra=_default(parameter))


def _default(parameter: Parameter) -> dict[str, Any]:
    """What stands where nothing is told, for the reader of the description."""
    return {} if parameter.required or parameter.default is None else {"default": json_value(parameter.default)}


def body_of(declared: Declared) -> type[Schema]:
    """The object that an action is told with. Naive moments stay naive until the place is known."""

    def reading(each: Parameter) -> Callable[[Any], Any]:
        return lambda value: read_json(each.hint, value, zone="", parameter=each.name)

    fields = {each.name: _field(each, reading(each), nullable=True) for each in declared.parameters}
    return create_model(
        f"{declared.desk}_{declared.name}", __base__=_Closed, __doc__=f"{declared.says}.", **typing.cast("Any", fields)
    )


def asked_of(declared: Declared) -> type[Schema]:
    """The parameters in the address that a query is asked with."""

    def reading(each: Parameter) -> Callable[[Any], Any]:
        return lambda value: read_value(each.hint, value, zone="", parameter=each.name)

    fields = {each.name: _field(each, reading(each), nullable=False) for each in declared.parameters}
    return create_model(f"{declared.desk}_{declared.name}_asked", __base__=Schema, **typing.cast("Any", fields))


class _Closed(Schema):
    """Nothing that is not declared."""

    model_config = ConfigDict(extra="forbid")


@cache
def rows_of(function: Callable[..., Any]) -> dict[str, Any]:
    """The JSON schema of a query's answer, from its return type; where that says nothing exact, anything."""
    hint = typing.get_type_hints(function).get("return", Any)
    try:
        schema = TypeAdapter(hint).json_schema(mode="serialization", ref_template="#/$defs/{model}")
    except (PydanticSchemaGenerationError, PydanticUserError):
        return {}
    whole: dict[str, Any] = inlined(schema, schema.pop("$defs", {}))
    return whole


def inlined(schema: Any, definitions: dict[str, Any]) -> Any:
    """A schema without references: what a component is called must not depend on who else is called so."""
    if isinstance(schema, list):
        return [inlined(each, definitions) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return inlined(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    if "prefixItems" in schema:  # a row of columns: readers of schemas stumble over it oftener than over a plain list
        schema = {**schema, "items": {"anyOf": schema["prefixItems"]}}
        del schema["prefixItems"]
    return {key: inlined(value, definitions) for key, value in schema.items()}


def fact_told(fact: Any) -> dict[str, Any]:
    """A fact's fields, `at` apart."""
    return {each.name: json_value(getattr(fact, each.name)) for each in dataclasses.fields(fact) if each.name != "at"}
