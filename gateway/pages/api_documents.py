"""What programs can ask, described for programs: OpenAPI 3.1, made of the types that are answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from gateway.people.access import Scope

_REFERENCES: Final = "#/components/schemas/{name}"
_PROBLEM: Final = {
    "description": "What went wrong (RFC 9457), with a stable code",
    "content": {
        "application/problem+json": {
            "schema": {
                "type": "object",
                "required": ["type", "title", "status", "code"],
                "properties": {
                    "type": {"type": "string"},
                    "title": {"type": "string"},
                    "status": {"type": "integer"},
                    "detail": {"type": "string"},
                    "code": {"type": "string"},
                    "reference": {"type": "string"},
                    "faults": {"type": "array", "items": {"type": "object"}},
                },
            }
        }
    },
}


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that can be asked."""

    method: str
    path: str
    summary: str
    answers: type[msgspec.Struct]
    parameters: Sequence[tuple[str, str, Mapping[str, Any]]] = ()
    """Each with its name, where it stands (`path` or `query`) and its schema."""
    takes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Schemas of the body, by media type."""


def document(
    title: str, url: str, scope: Scope, operations: Sequence[Operation], types: Sequence[type[msgspec.Struct]]
) -> dict[str, Any]:
    """The document for the holders of keys that are good for `scope`."""
    schemas, components = msgspec.json.schema_components(types, ref_template=_REFERENCES)
    named = dict(zip(types, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for each in operations:
        paths.setdefault(each.path, {})[each.method] = _operation(each, named[each.answers])
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1"},
        "servers": [{"url": url}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": f"A key that is good for {scope.value}"}
            },
        },
    }


def _operation(each: Operation, schema: Mapping[str, Any]) -> dict[str, Any]:
    status = "201" if each.method == "post" else "200"
    described: dict[str, Any] = {
        "summary": each.summary,
        "responses": {
            status: {"description": each.summary, "content": {"application/json": {"schema": schema}}},
            "4XX": _PROBLEM,
        },
    }
    if each.parameters:
        described["parameters"] = [
            {"name": name, "in": place, "required": place == "path", "schema": dict(of)}
            for name, place, of in each.parameters
        ]
    if each.takes:
        content = {kind: {"schema": dict(of)} for kind, of in each.takes.items()}
        described["requestBody"] = {"required": True, "content": content}
    return described
