"""What programs can ask about ratings, for `gateway.web.api_documents`."""

from typing import Any, Final

from gateway.people.access import Scope
from gateway.ratings.figures import LEAST
from gateway.ratings.inviting import MOST, MOST_IN_AN_HOUR, VALID_DAYS
from gateway.web.api_documents import JSON, MONTH, Api, Operation, Parameter

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
_SERVICES: Final = _object(
    services={
        "type": "array",
        "items": _object(
            service=_SERVICE,
            names={"type": "object", "additionalProperties": {"type": "string"}},
            open={"type": "boolean"},
        ),
    }
)
_MONTHLY: Final = {"allOf": [_CELL, {"type": "object", "required": ["month"], "properties": {"month": MONTH}}]}
_FIGURES: Final = {
    "type": "object",
    "required": ["service", "from", "to", "months", "total"],
    "properties": {
        "service": _SERVICE,
        "from": MONTH,
        "to": MONTH,
        "months": {"type": "array", "items": _MONTHLY},
        "total": _CELL,
    },
}
_COMMENTS: Final = _object(
    service=_SERVICE,
    month=MONTH,
    comments={
        "type": ["array", "null"],
        "items": {"type": "string"},
        "description": f"null: the month is not over, or fewer than {LEAST} answered.",
    },
)
_ONCE: Final = Parameter("Idempotency-Key", {"type": "string", "minLength": 8, "maxLength": 128}, "header")

API: Final = Api(
    title="the rating as a shared service",
    description="Ask the clients of your own e-services how it went, with your own key and figures.",
    scope=Scope.RATINGS,
    operations=(
        Operation(
            method="get",
            path="/api/ratings/services",
            summary="Your e-services that may be asked about",
            answers=_SERVICES,
        ),
        Operation(
            method="post",
            path="/api/ratings/invitations",
            summary="Make single-use links",
            description="The same Idempotency-Key with the same body gives the same links; with another body 409. "
            f"At most {MOST_IN_AN_HOUR} links within an hour. Nothing about your client is asked for, or taken.",
            parameters=(_ONCE,),
            takes={JSON: _ASKED},
            answers=_LINKS,
        ),
        Operation(
            method="post",
            path="/api/ratings/batches/{batch_id}/withdrawal",
            summary="Let no link of a batch be answered any more",
            description="What was answered stays. Nothing tells which links, or how many, those were.",
            parameters=(Parameter("batch_id", {"type": "string"}, "path"),),
            answers=None,
        ),
        Operation(
            method="get",
            path="/api/ratings/figures",
            summary="Figures by month, once it is over",
            description="An answer counts in the month in which it was given, and a month never changes once shown.",
            parameters=(Parameter("service", _SERVICE), Parameter("from", MONTH), Parameter("to", MONTH)),
            answers=_FIGURES,
        ),
        Operation(
            method="get",
            path="/api/ratings/comments",
            summary="Comments of one month, in no order",
            parameters=(Parameter("service", _SERVICE), Parameter("month", MONTH)),
            answers=_COMMENTS,
        ),
    ),
)
"""All of them."""
