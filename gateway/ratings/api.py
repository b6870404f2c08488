"""What programs of institutions call, with their own key: links in batches, taking them back, figures and comments.

What is asked for and answered is described by `gateway.ratings.openapi`, at `/api/ratings/openapi.json`.
"""

import re
from typing import Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy import Connection

from gateway.parts import Parts
from gateway.people.access import ApiCaller, Scope, Who, allow
from gateway.ratings import figures, inviting, openapi, surveys
from gateway.ratings.errors import KeyOfNobodyError, RequestRefusedError
from gateway.ratings.figures import Cell
from gateway.ratings.inviting import MOST, Wanted
from gateway.ratings.surveys import Survey
from gateway.web import api_documents

AnyRequest = Request[Any, Any, Any]
_PROGRAM: Final = allow(Who.API_KEY, scope=Scope.RATINGS)
_MONTH: Final = re.compile(r"20\d\d-(?:0[1-9]|1[0-2])")
_CALL: Final = re.compile(r"[\x21-\x7e]{8,128}")
LANGUAGES: Final = ("lv", "en", "lv-plain", "en-plain")


_TAKEN: Final = frozenset({"service", "count", "language"})
"""What the body of a request for links may have."""


@get("/api/ratings/openapi.json", **allow(Who.ANYONE, cacheable=True))
async def describe(parts: Parts) -> Response[Any]:
    """The description of these addresses (OpenAPI 3.1); it needs no key."""
    headers = {"Cache-Control": "public, max-age=3600"}
    return Response(
        api_documents.document(openapi.API, parts.settings.public_url), media_type="application/json", headers=headers
    )


@get("/api/ratings/services", **_PROGRAM)
async def list_services(program: ApiCaller, parts: Parts) -> Response[Any]:
    """The institution's own e-services that may be asked about."""
    agency = _agency(program)
    found = await parts.database.read(lambda conn: surveys.of_agency(conn, agency))
    return _json({"services": [{"service": each.id, "names": each.names, "open": each.is_open} for each in found]})


@post("/api/ratings/invitations", status_code=201, **_PROGRAM)
async def invite(request: AnyRequest, program: ApiCaller, parts: Parts) -> Response[Any]:
    """Make links; the same `Idempotency-Key` gives the same links again."""
    agency, wanted = _agency(program), _wanted(request.headers.get("idempotency-key", ""), await request.body())
    batch = await parts.database.write(lambda conn: inviting.invite(conn, parts, agency, wanted))
    base = f"{parts.settings.public_url}/r/"
    return _json(
        {"batch": batch.id, "expires": batch.expires_on.isoformat(), "links": [base + code for code in batch.codes]},
        status=201,
    )


@post("/api/ratings/batches/{batch_id:str}/withdrawal", status_code=204, **_PROGRAM)
async def withdraw(program: ApiCaller, parts: Parts, batch_id: FromPath[str]) -> None:
    """Take back what of a batch was not answered."""
    agency = _agency(program)

    def work(conn: Connection) -> None:
        inviting.withdraw(conn, agency, batch_id, parts.clock.database_now(conn))

    await parts.database.write(work)


@get("/api/ratings/figures", **_PROGRAM)
async def show_figures(request: AnyRequest, program: ApiCaller, parts: Parts) -> Response[Any]:
    """The figures of one e-service from a month to another, both included."""
    agency, service = _agency(program), _service(request)
    first, last = _months(request, "from", "to")
    if first > last:
        raise RequestRefusedError({"to": "A month that is not before `from`."})

    def look(conn: Connection) -> tuple[Survey, figures.Figures]:
        survey = surveys.find(conn, agency, service)
        return survey, figures.of_survey(conn, parts, survey.id, first, last)

    survey, found = await parts.database.read(look)
    months = [{"month": month} | _cell(cell) for month, cell in found.months.items()]
    return _json({"service": survey.id, "from": first, "to": last, "months": months, "total": _cell(found.total)})


@get("/api/ratings/comments", **_PROGRAM)
async def show_comments(request: AnyRequest, program: ApiCaller, parts: Parts) -> Response[Any]:
    """The comments of one month, in no order; `null` where too few answered, or it is not over."""
    agency, service, month = _agency(program), _service(request), _months(request, "month")[0]

    def look(conn: Connection) -> Any:
        return figures.comments(conn, parts, surveys.find(conn, agency, service).id, month)

    return _json({"service": service, "month": month, "comments": await parts.database.read(look)})


def _cell(cell: Cell) -> dict[str, Any]:
    if cell.satisfied is None:
        return {"invited": cell.invited, "answers": None}
    low, high = cell.satisfied.interval or (0.0, 1.0)
    satisfied = {
        "count": cell.satisfied.good,
        "share": round(cell.satisfied.value or 0.0, 4),
        "low": round(low, 4),
        "high": round(high, 4),
        "few": cell.satisfied.is_few,
    }
    return {
        "invited": cell.invited,
        "answers": cell.answers,
        "satisfied": satisfied,
        "done": cell.done,
        "clear": cell.clear,
    }


def _wanted(call: str, body: bytes) -> Wanted:
    """What a program asks for. Raises `RequestRefusedError`, which names every wrong field at once."""
    asked = _body(body)
    service, count, language = asked.get("service"), asked.get("count"), asked.get("language", "lv")
    right = {
        "Idempotency-Key": (_CALL.fullmatch(call), "8 to 128 printable signs of ASCII without spaces."),
        "body": (asked.keys() <= _TAKEN, "Nothing but service, count and language."),
        "service": (isinstance(service, str), "A text: the short name that /api/ratings/services lists."),
        "count": (type(count) is int and 1 <= count <= MOST, f"A whole number from 1 to {MOST}."),
        "language": (language in LANGUAGES, f"One of {', '.join(LANGUAGES)}."),
    }
    if faults := {name: rule for name, (is_right, rule) in right.items() if not is_right}:
        raise RequestRefusedError(faults)
    return Wanted(survey_id=str(service), count=int(count or 0), language=str(language), call=call)


def _body(body: bytes) -> dict[str, Any]:
    try:
        asked = msgspec.json.decode(body)
    except msgspec.MsgspecError as error:
        raise RequestRefusedError({"body": "JSON (RFC 8259)."}) from error
    if not isinstance(asked, dict):
        raise RequestRefusedError({"body": "A JSON object."})
    return asked


def _months(request: AnyRequest, *names: str) -> list[str]:
    months = {name: request.query_params.get(name, "") for name in names}
    if wrong := [name for name, month in months.items() if not _MONTH.fullmatch(month)]:
        raise RequestRefusedError(dict.fromkeys(wrong, "A month, such as 2026-10."))
    return list(months.values())


def _service(request: AnyRequest) -> str:
    service: str = request.query_params.get("service", "")
    return service


def _agency(program: ApiCaller) -> str:
    """Whose things they are. Raises `KeyOfNobodyError` for a key of no institution."""
    if program.agency is None:
        raise KeyOfNobodyError("ratings are an institution's own")
    return program.agency


def _json(content: Any, *, status: int = 200) -> Response[Any]:
    return Response(msgspec.json.encode(content), media_type="application/json", status_code=status)


CONTROLLERS: tuple[ControllerRouterHandler, ...] = (
    describe,
    list_services,
    invite,
    withdraw,
    show_figures,
    show_comments,
)
"""What answers below `/api/ratings`."""
