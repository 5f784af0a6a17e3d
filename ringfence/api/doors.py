"""The API: every action a POST, every query a GET, built from their declarations; and the log with its reasons."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any

import orjson
import pydantic
from django.http import HttpRequest, HttpResponse
from ninja import Body, Header, NinjaAPI, Query, Schema
from ninja.openapi.docs import Swagger
from pydantic import Field, WithJsonSchema, create_model

from ringfence.api import shapes
from ringfence.api.entry import Session, Token
from ringfence.api.errors import answer_errors, from_validation, said
from ringfence.api.hand_in import add_hand_in
from ringfence.app import centre, desks
from ringfence.core import log
from ringfence.core.access import Scope, Who
from ringfence.core.centre import Answer, Item
from ringfence.core.declare import Action, Declared, declared
from ringfence.core.declare import Query as Asking
from ringfence.core.errors import Refused
from ringfence.core.log import Told
from ringfence.core.shown import json_value
from ringfence.core.typed import LARGEST, Reading, in_zone, read_text
from ringfence.registry.queries.areas import zone_told

LONGEST_KEY = 200
_Sent: Any = Body
_Asked: Any = Query
_Header: Any = Header
ERRORS = frozenset({400, 401, 403, 404, 409, 422, 500, 503, 507})
KEY: Any = _Header(
    None,
    alias="Idempotency-Key",
    max_length=LONGEST_KEY,
    description="Told again under the same key, an action gives its first answer again.",
)


def build() -> NinjaAPI:
    """The API of every desk that this installation has."""
    api = NinjaAPI(
        title="Ringfence",
        version="1",
        urls_namespace="api",
        description="Every action a POST, every query a GET. Who may do what is declared with the action itself.",
        auth=[Token(), Session()],
        docs=Swagger({"validatorUrl": None}),  # the validator's badge would be a foreign request
    )
    answer_errors(api)
    _add_log(api)
    add_hand_in(api)
    for desk in desks():
        for action in declared(desk.modules, "action"):
            _add_action(api, desk.name, action)
        for query in declared(desk.modules, "query"):
            _add_query(api, desk.name, query)
    return api


def _json(value: Any) -> HttpResponse:
    return HttpResponse(orjson.dumps(value), content_type="application/json")


def _who(request: HttpRequest) -> Who:
    who: Who = request.auth  # type: ignore[attr-defined]
    return who


def _placed(who: Who, declaration: Declared, told: Mapping[str, Any]) -> dict[str, Any]:
    """What was told, with naive moments where they count."""
    return in_zone(told, zone_told(declaration, told, who.scope(declaration.may)))


# -- actions ----------------------------------------------------------------------------------------------------------


def _add_action(api: NinjaAPI, desk: str, action: Action) -> None:
    body = shapes.body_of(action)
    about: dict[str, Any] = {"tags": [desk], "summary": action.says, "description": f"Needs: `{action.may}`."}

    def tell(request: HttpRequest, body: Any, key: str | None = KEY) -> HttpResponse:
        who = _who(request)
        told = _placed(who, action, body.model_dump(exclude_unset=True, warnings=False))
        return _json(answered(centre().tell(who, action.function, key=key, **told)))

    tell.__annotations__.update(request=HttpRequest, body=_Sent[body], key=str | None)
    response = {200: shapes.Answer, ERRORS: shapes.Problem}
    api.post(f"/{desk}/{action.name}", operation_id=f"{desk}_{action.name}", response=response, **about)(tell)
    if action.many:
        _add_many(api, desk, action, body)


def _add_many(api: NinjaAPI, desk: str, action: Action, body: type[Schema]) -> None:
    told_form = shapes.inlined(form := body.model_json_schema(), form.get("$defs", {}))
    one = create_model(
        f"{desk}_{action.name}_item",
        __base__=Schema,
        told=(Annotated[dict[str, Any], WithJsonSchema(told_form)], ...),
        key=(str | None, Field(None, max_length=LONGEST_KEY)),
    )
    many = create_model(
        f"{desk}_{action.name}_many",
        __base__=Schema,
        items=(list[one], Field(min_length=1, max_length=shapes.MANY)),  # type: ignore[valid-type]
        batch=(str | None, Field(None, max_length=LONGEST_KEY, description="a name by which all can be taken back")),
    )

    def tell_many(request: HttpRequest, body: Any) -> HttpResponse:
        return _json(_told_many(_who(request), action, shape, body.items, body.batch))

    shape = body
    tell_many.__annotations__.update(request=HttpRequest, body=_Sent[many])
    api.post(
        f"/{desk}/{action.name}/many",
        operation_id=f"{desk}_{action.name}_many",
        response={200: shapes.ManyAnswer, ERRORS: shapes.Problem},
        tags=[desk],
        summary=f"{action.says}: many at once",
        description="Each item stands alone: a refusal undoes its own item and no other.",
    )(tell_many)


def _told_many(who: Who, action: Action, shape: type[Schema], sent: Iterable[Any], batch: str | None) -> dict[str, Any]:
    """Read, tell and answer each item, in the order sent."""
    answers: list[dict[str, Any] | None] = []
    items: list[Item] = []
    for each in sent:
        try:
            told = shape.model_validate(each.told).model_dump(exclude_unset=True, warnings=False)
            key = read_text(each.key, Reading("key")) if each.key else None
            items.append(Item(_placed(who, action, told), key))
            answers.append(None)
        except Refused as refusal:
            answers.append(said(refusal))
        except pydantic.ValidationError as error:
            answers.append(said(from_validation([dict(one) for one in error.errors()], action.name)))
    name = read_text(batch, Reading("batch")) if batch else None
    told_answers = iter(centre().tell_many(who, action.function, items, batch=name).answers if items else ())
    whole: list[dict[str, Any]] = []
    for given in answers:
        if given is None:
            answer = next(told_answers)
            whole.append(said(answer) if isinstance(answer, Refused) else answered(answer))
        else:
            whole.append(given)
    return {"batch": batch, "refused": sum("error" in each for each in whole), "answers": whole}


def answered(answer: Answer) -> dict[str, Any]:
    """An answer as JSON."""
    return {
        "key": answer.key,
        "first_seq": answer.first_seq,
        "last_seq": answer.last_seq,
        "again": answer.again,
        "facts": [
            {
                "seq": each.line.seq,
                "kind": each.kind,
                "at": json_value(each.fact.at),
                "told": shapes.fact_told(each.fact),
            }
            for each in answer.told
        ],
    }


# -- queries ----------------------------------------------------------------------------------------------------------


def _add_query(api: NinjaAPI, desk: str, query: Asking) -> None:
    names = {parameter.name for parameter in query.parameters}

    def answer(request: HttpRequest, asked: Mapping[str, Any]) -> HttpResponse:
        if strange := sorted(set(request.GET) - names):
            raise Refused("told_unknown", action=query.name, unknown=", ".join(strange))
        who = _who(request)
        return _json(json_value(centre().ask(who, query.function, **_placed(who, query, asked))))

    def ask(request: HttpRequest, asked: Any) -> HttpResponse:
        return answer(request, asked.model_dump(exclude_unset=True, warnings=False))

    def ask_plainly(request: HttpRequest) -> HttpResponse:
        return answer(request, {})

    ask.__annotations__.update(request=HttpRequest, asked=_Asked[shapes.asked_of(query)])
    ask_plainly.__annotations__.update(request=HttpRequest)
    content = {"content": {"application/json": {"schema": shapes.rows_of(query.function)}}}
    api.get(
        f"/{desk}/{query.name}",
        operation_id=f"{desk}_{query.name}",
        response={200: None, ERRORS: shapes.Problem},
        tags=[desk],
        summary=query.says,
        description=f"Needs: `{query.may}`.",
        openapi_extra={"responses": {200: content}},
    )(ask if names else ask_plainly)


# -- the log ----------------------------------------------------------------------------------------------------------


def _add_log(api: NinjaAPI) -> None:
    told: Callable[..., Any] = api.get(
        "/log", operation_id="log", response={200: shapes.LogPage, ERRORS: shapes.Problem}, tags=["log"],
        summary="Lines of the log at your places, in order", description="Needs: `audit`.",
    )  # fmt: skip
    told(read_log)
    why: Callable[..., Any] = api.get(
        "/why/{seq}", operation_id="why", response={200: shapes.Why, ERRORS: shapes.Problem}, tags=["log"],
        summary="Why a line is there: the chain of what it follows from", description="Needs: `see`.",
    )  # fmt: skip
    why(read_why)


def read_log(
    request: HttpRequest,
    after: Annotated[int, Field(ge=0, le=LARGEST)] = 0,
    limit: Annotated[int, Field(ge=1, le=1000)] = 200,
) -> HttpResponse:
    """Lines of the log at the asker's places; `limit` is how many are looked at."""
    scope = _who(request).scope("audit")
    if not scope.paths:
        raise Refused("not_allowed", what="may.audit")
    rows, following = log.seen(scope, after, limit)
    return _json({"rows": [line_told(each, scope) for each in rows], "next": following})


def read_why(request: HttpRequest, seq: Annotated[int, Field(ge=0, le=LARGEST)]) -> HttpResponse:
    """The chain of causes behind a line that lies in scope."""
    scope = _who(request).scope("see")
    chain = log.why(seq)
    if not chain or not scope.covers(chain[0].line.jurisdiction or ""):
        raise Refused("line_unknown", seq=seq)
    return _json({"chain": [line_told(each, scope) for each in chain]})


def line_told(each: Told, scope: Scope) -> dict[str, Any]:
    """A line as JSON; what its fact says only where it lies in scope."""
    line = each.line
    return {
        "seq": line.seq,
        "kind": each.kind,
        "at": json_value(each.fact.at),
        "told": shapes.fact_told(each.fact) if scope.covers(line.jurisdiction or "") else None,
        "heard_at": json_value(line.heard_at),
        "by": line.by,
        "because": line.because,
        "outbreak": line.outbreak,
        "jurisdiction": line.jurisdiction,
        "pack": line.pack,
    }
