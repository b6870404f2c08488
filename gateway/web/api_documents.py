"""What programs can ask, described for programs: OpenAPI 3.1, one look for every API of the gateway."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from gateway.people.access import Scope

Schema = Mapping[str, Any]
JSON: Final = "application/json"
MONTH: Final[Schema] = {"type": "string", "pattern": "^20[0-9]{2}-(0[1-9]|1[0-2])$", "examples": ["2026-10"]}
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
class Parameter:
    """One value beside the body."""

    name: str
    schema: Schema
    place: str = "query"
    """`path`, `query` or `header`."""
    is_required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One thing that can be asked."""

    method: str
    path: str
    summary: str
    description: str = ""
    answers: type[msgspec.Struct] | Schema | None
    """What comes back, as its type or its schema; none where nothing does."""
    parameters: Sequence[Parameter] = ()
    takes: Mapping[str, Schema] = field(default_factory=dict)
    """Schemas of the body, by media type."""

    @property
    def status(self) -> str:
        """What an answer has where nothing went wrong."""
        if self.answers is None:
            return "204"
        return "201" if self.method == "post" else "200"


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """What one kind of key opens."""

    title: str
    description: str
    scope: Scope
    operations: Sequence[Operation]


def document(api: Api, url: str) -> bytes:
    """The document, for the gateway at the origin `url`."""
    types = list(dict.fromkeys(each.answers for each in api.operations if isinstance(each.answers, type)))
    schemas, components = msgspec.json.schema_components(types, ref_template=_REFERENCES)
    named = dict(zip(types, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for each in api.operations:
        schema = named[each.answers] if isinstance(each.answers, type) else each.answers
        paths.setdefault(each.path, {})[each.method] = _described(each, schema)
    known = f"A key that is good for {api.scope.value}"
    return msgspec.json.encode(
        {
            "openapi": "3.1.0",
            "info": {"title": f"Pilnvara: {api.title}", "version": "1.0.0", "description": api.description},
            "servers": [{"url": url}],
            "security": [{"key": []}],
            "paths": paths,
            "components": {
                "schemas": components,
                "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": known}},
            },
        }
    )


def _described(each: Operation, schema: Schema | None) -> dict[str, Any]:
    done: dict[str, Any] = {"description": each.summary}
    if schema is not None:
        done["content"] = {JSON: {"schema": schema}}
    described: dict[str, Any] = {"summary": each.summary, "responses": {each.status: done, "4XX": _PROBLEM}}
    if each.description:
        described["description"] = each.description
    if each.parameters:
        described["parameters"] = [
            {"name": one.name, "in": one.place, "required": one.is_required, "schema": one.schema}
            for one in each.parameters
        ]
    if each.takes:
        content = {kind: {"schema": of} for kind, of in each.takes.items()}
        described["requestBody"] = {"required": True, "content": content}
    return described
