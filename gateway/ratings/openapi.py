"""The description of the API of ratings for programs (OpenAPI 3.1.0)."""

from typing import Any, Final

import msgspec

from gateway.ratings.figures import LEAST
from gateway.ratings.inviting import MOST, MOST_IN_AN_HOUR, VALID_DAYS

_MONTH: Final = {"type": "string", "pattern": "^20[0-9]{2}-(0[1-9]|1[0-2])$", "examples": ["2026-10"]}
_SERVICE: Final = {"type": "string", "maxLength": 64, "description": "As it was let in, and listed at /services."}
_COUNT: Final = {"type": "integer", "minimum": 0}
_DEGREES: Final = {
    "type": "object",
    "properties": {"yes": _COUNT, "partly": _COUNT, "no": _COUNT},
    "required": ["yes", "partly", "no"],
}
_PART: Final = {"type": "number", "minimum": 0, "maximum": 1}
_CELL: Final = {
    "type": "object",
    "required": ["invited", "answers"],
    "properties": {
        "invited": _COUNT | {"description": "Links that were made."},
        "answers": {"type": ["integer", "null"], "description": f"null: fewer than {LEAST}, nothing else is shown."},
        "satisfied": {
            "type": "object",
            "description": "Marks 4 and 5, with the 95 % interval of Wilson; few: fewer than 30 answers.",
            "required": ["count", "share", "low", "high", "few"],
            "properties": {
                "count": _COUNT,
                "share": _PART,
                "low": _PART,
                "high": _PART,
                "few": {"type": "boolean"},
            },
        },
        "done": _DEGREES,
        "clear": _DEGREES,
    },
}
_PROBLEM: Final = {
    "description": "A problem (RFC 9457) with a stable code",
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
                },
            }
        }
    },
}
_PROBLEMS: Final = dict.fromkeys(("400", "401", "403", "404", "409", "422", "429"), _PROBLEM)


def _parameter(name: str, schema: Any, place: str = "query") -> dict[str, Any]:
    return {"name": name, "in": place, "required": True, "schema": schema}


def _answered(schema: Any) -> dict[str, Any]:
    return {"description": "Done", "content": {"application/json": {"schema": schema}}}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": sorted(properties), "properties": properties}


_LINKS: Final = _object(
    batch={"type": "string"},
    expires={"type": "string", "format": "date", "description": f"The last day, {VALID_DAYS} days on."},
    links={"type": "array", "items": {"type": "string", "format": "uri"}},
)
_ASKED: Final = {
    "type": "object",
    "additionalProperties": False,
    "required": ["service", "count"],
    "properties": {
        "service": _SERVICE,
        "count": {"type": "integer", "minimum": 1, "maximum": MOST},
        "language": {"enum": ["lv", "en", "lv-plain", "en-plain"], "default": "lv"},
    },
}
_PATHS: Final[dict[str, Any]] = {
    "/api/ratings/services": {
        "get": {
            "summary": "Your e-services that may be asked about",
            "responses": {
                "200": _answered(
                    _object(
                        services={
                            "type": "array",
                            "items": _object(
                                service=_SERVICE,
                                names={"type": "object", "additionalProperties": {"type": "string"}},
                                open={"type": "boolean"},
                            ),
                        }
                    )
                )
            },
        }
    },
    "/api/ratings/invitations": {
        "post": {
            "summary": "Make single-use links",
            "description": f"The same Idempotency-Key with the same body gives the same links; with another body 409. "
            f"At most {MOST_IN_AN_HOUR} links within an hour. Nothing about your client is asked for, or taken.",
            "parameters": [
                _parameter("Idempotency-Key", {"type": "string", "minLength": 8, "maxLength": 128}, "header")
            ],
            "requestBody": {"required": True, "content": {"application/json": {"schema": _ASKED}}},
            "responses": {"201": _answered(_LINKS)},
        }
    },
    "/api/ratings/batches/{batch}/withdrawal": {
        "post": {
            "summary": "Let no link of a batch be answered any more",
            "description": "What was answered stays. Nothing tells which links, or how many, those were.",
            "parameters": [_parameter("batch", {"type": "string"}, "path")],
            "responses": {"204": {"description": "Done"}},
        }
    },
    "/api/ratings/figures": {
        "get": {
            "summary": "Figures by month, once it is over",
            "description": "An answer counts in the month in which it was given, and a month never changes once shown.",
            "parameters": [_parameter("service", _SERVICE), _parameter("from", _MONTH), _parameter("to", _MONTH)],
            "responses": {
                "200": _answered(
                    {
                        "type": "object",
                        "required": ["service", "from", "to", "months", "total"],
                        "properties": {
                            "service": _SERVICE,
                            "from": _MONTH,
                            "to": _MONTH,
                            "months": {
                                "type": "array",
                                "items": {
                                    "allOf": [
                                        _CELL,
                                        {"type": "object", "required": ["month"], "properties": {"month": _MONTH}},
                                    ]
                                },
                            },
                            "total": _CELL,
                        },
                    }
                )
            },
        }
    },
    "/api/ratings/comments": {
        "get": {
            "summary": "Comments of one month, in no order",
            "parameters": [_parameter("service", _SERVICE), _parameter("month", _MONTH)],
            "responses": {
                "200": _answered(
                    _object(
                        service=_SERVICE,
                        month=_MONTH,
                        comments={
                            "type": ["array", "null"],
                            "items": {"type": "string"},
                            "description": f"null: the month is not over, or fewer than {LEAST} answered.",
                        },
                    )
                )
            },
        }
    },
}


def document(public_url: str) -> bytes:
    """The document, for the gateway at an address."""
    paths = {
        path: {method: one | {"responses": one["responses"] | _PROBLEMS} for method, one in methods.items()}
        for path, methods in _PATHS.items()
    }
    return msgspec.json.encode(
        {
            "openapi": "3.1.0",
            "info": {
                "title": "Pilnvara: the rating as a shared service",
                "version": "1.0.0",
                "description": "Ask the clients of your own e-services how it went, with your own key and figures.",
            },
            "servers": [{"url": public_url}],
            "security": [{"key": []}],
            "components": {"securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
            "paths": paths,
        }
    )
