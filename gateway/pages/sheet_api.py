"""What programs of the network can ask about figures, for `gateway.web.api_documents`."""

from typing import Any, Final

from gateway.people.access import Scope
from gateway.reports.sheets import Kind, NoteKind
from gateway.web.api_documents import Api, Operation, Parameter

_TEXT: Final = {"type": "string"}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties}


_COLUMN: Final = _object(key=_TEXT, name=_TEXT, kind={"enum": [each.value for each in Kind]})
_NOTE: Final = _object(kind={"enum": [each.value for each in NoteKind]}, text=_TEXT)
_ROW: Final = {
    "type": "object",
    "description": "By the keys of the columns; null where there is no value, and why stands in `missing`.",
    "properties": {"missing": {"type": "object", "additionalProperties": _TEXT}},
    "additionalProperties": {"type": ["string", "number", "null"]},
}
_SHEET: Final = _object(
    name=_TEXT,
    title=_TEXT,
    columns={"type": "array", "items": _COLUMN},
    rows={"type": "array", "items": _ROW},
    notes={"type": "array", "items": _NOTE},
)
_REPORT: Final = _object(
    title=_TEXT,
    told={"type": "array", "items": _TEXT},
    made_at={"type": "string", "format": "date-time"},
    sheets={"type": "array", "items": _SHEET},
)
_PLACE: Final = {"type": "string", "default": "network", "examples": ["network", "centre:ludza"]}
_PERIOD: Final = {"type": "string", "description": "A month, quarter or year.", "examples": ["2026-10", "2026"]}

API: Final = Api(
    title="the network's figures",
    description="What pages of figures show, for programs; keys of institutions do not open it.",
    scope=Scope.FIGURES,
    operations=(
        Operation(
            method="get",
            path="/api/figures",
            summary="Everything that is told of one place in one stretch of months",
            description="All of the network and the last twelve months without parameters.",
            parameters=(
                Parameter("place", _PLACE, is_required=False),
                Parameter("period", _PERIOD, is_required=False),
            ),
            answers=_REPORT,
        ),
    ),
)
"""All of them."""
