"""Interview forms and what was answered to them."""

from __future__ import annotations

from functools import cache
from typing import Any

import orjson

from ringfence.core import db
from ringfence.core.home import home
from ringfence.core.policy import SHIPPED
from ringfence.desks.cases.interview import Form, Forms, form_of, forms, latest
from ringfence.facts.ids import PersonId
from ringfence.registry.vaults import vault_of


@cache
def known_forms() -> Forms:
    """The forms that came with the product, and the installation's own in RINGFENCE_HOME/policies/forms."""
    own = home() / "policies" / "forms"
    return forms([SHIPPED / "forms", own] if own.is_dir() else [SHIPPED / "forms"])


def forms_for(disease: str) -> list[Form]:
    """The newest forms for a case of a disease."""
    return latest(known_forms(), disease)


def form_of_case(form: str, version: int) -> Form:
    """A form by id and version; refused if it is unknown."""
    return form_of(known_forms(), form, version)


def plain_answers(case: str, form: str) -> dict[str, Any]:
    """The answers on record that are not personal, as JSON values."""
    row = db.ask_one("SELECT answers FROM cases_interview WHERE case_id = %s AND form = %s", (case, form))
    return {name: answer_of(value) for name, value in orjson.loads(row[0]).items()} if row else {}


def answer_of(value: str) -> Any:
    """An answer as a fact holds it: JSON, or a bare code, which stands for itself."""
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        return value


def sealed_answers(case: str, form: str, person: PersonId) -> dict[str, Any]:
    """The personal answers on record, opened with the person's key."""
    row = db.ask_one("SELECT sealed FROM cases_interview WHERE case_id = %s AND form = %s", (case, form))
    vault = vault_of(person) if row and row[0] else None
    if row is None or vault is None:
        return {}
    opened: dict[str, Any] = orjson.loads(vault.open_text(row[0]))
    return opened


def told_before(case: str, person: PersonId, form: Form) -> dict[str, Any]:
    """Everything answered to a form so far."""
    return plain_answers(case, form.id) | sealed_answers(case, form.id, person)
