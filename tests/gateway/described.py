"""Answers of programs' addresses, held against what the gateway says of them."""

import json
from typing import Any

from openapi_schema_validator import OAS31Validator

from tests.gateway.answers import Answer
from tests.gateway.callers import Caller

APIS = ("/api/figures", "/api/holder", "/api/ratings")


def document(caller: Caller, api: str) -> dict[str, Any]:
    """The description of one API, as anybody reads it."""
    answer = caller.get(f"{api}/openapi.json")
    assert answer.status == 200, answer.text
    described: dict[str, Any] = json.loads(answer.body)
    return described


def ensure_described(described: dict[str, Any], path: str, answer: Answer, method: str = "get") -> None:
    """Hold an answer against the schema that its document gives for `path`."""
    schema = described["paths"][path][method]["responses"][str(answer.status)]["content"]["application/json"]["schema"]
    OAS31Validator(schema | {"components": described["components"]}).validate(json.loads(answer.body))
