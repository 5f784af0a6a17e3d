"""Whatever a programme sends: no fault of ours, and every answer as the description says."""

from __future__ import annotations

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.conftest import Town

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 3


def test_every_door_answers_as_described(town: Town) -> None:
    from ringfence.wsgi import application

    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    headers = {"Authorization": f"Bearer {town.tokens['duty']}"}
    known = {
        "outbreak": town.outbreak,
        "jurisdiction": town.city,
        "under": town.city,
        "office": town.city,
        "person": town.person("P1"),
    }
    tried = 0
    for result in schema.get_all_operations():
        operation = result.ok()

        @settings(
            max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=operation.as_strategy())
        def send(case: schemathesis.Case) -> None:
            for told in (case.query, case.body):
                if isinstance(told, dict):
                    told.update({name: value for name, value in known.items() if name in told})
            response = case.call(headers=headers)
            case.validate_response(response, checks=CHECKS, headers=headers)

        send()
        tried += 1
    assert tried > 60
