"""What a holder's own system asks by its key: counts, monthly statements, and its list held against ours.

The same functions as the officer's pages, so the same numbers. A key is one institution's; nothing of another is found.
"""

from typing import Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from sqlalchemy import Connection

from gateway.holders import comparing, figures, reconciling, statements
from gateway.holders.errors import NoInstitutionError
from gateway.holders.lists import ListFaultError
from gateway.holders.reconciling import Result
from gateway.holders.statements import Content, Statement
from gateway.pages import holder_asking
from gateway.pages.holder_statements import month_of
from gateway.parts import Parts
from gateway.people.access import ApiCaller, Scope, Who, allow
from gateway.problem_texts import PROBLEMS
from gateway.problems import problem_document
from gateway.web import api_documents
from gateway.web.api_documents import MONTH, Api, Operation, Parameter

AnyRequest = Request[Any, Any, Any]
_PROGRAM: Final = allow(Who.API_KEY, scope=Scope.HOLDER)
_LANGUAGE: Final = "lv"
_JSON: Final = api_documents.JSON
_FAULTY: Final = "holder.list_faults"


class Count(msgspec.Struct, frozen=True):
    """So many applications of a month, service, centre and outcome."""

    month: str
    service: str
    centre_id: str
    centre: str
    outcome: str
    count: int


class Counts(msgspec.Struct, frozen=True):
    """What is counted in some months, both named ones included."""

    holder: str
    first: str
    last: str
    counts: list[Count]


class StatementAnswer(msgspec.Struct, frozen=True):
    """A monthly statement and how far it is; `sha256` is of the RFC 8785 form of `content`, once it is issued."""

    state: str
    """`draft`, `issued`, `accepted` or `disputed`."""
    sha256: str | None
    disputes: dict[str, str]
    reply: str | None
    """What the network answers to them."""
    content: Content


class Statements(msgspec.Struct, frozen=True):
    """Those that were issued, the newest first."""

    statements: list[StatementAnswer]


class ListAnswer(msgspec.Struct, frozen=True):
    """A list that was handed in, and what came out once it is compared."""

    id: str
    state: str
    """`waiting` or `compared`."""
    rows: int
    result: Result | None


@get("/api/holder/filings", **_PROGRAM)
async def counts(request: AnyRequest, program: ApiCaller, parts: Parts) -> Response[Any]:
    """Counts; `from`, `to` (months), `service`, `centre` and `outcome` narrow them."""
    holder = holder_of(program)

    def work(conn: Connection) -> Counts:
        asked = holder_asking.read(conn, request, parts, holder, _LANGUAGE)
        cells = figures.cells(conn, asked.services, asked.narrowed)
        found = [
            Count(str(each.month), each.service, each.centre_id, each.centre, each.outcome, each.count)
            for each in cells
        ]
        return Counts(holder, asked.fields["from"], asked.fields["to"], found)

    return _answer(await parts.database.read(work))


@get("/api/holder/statements", **_PROGRAM)
async def issued(program: ApiCaller, parts: Parts) -> Response[Any]:
    """All that were issued in the last years."""
    holder = holder_of(program)
    found = await parts.database.read(lambda conn: statements.issued_of(conn, holder))
    return _answer(Statements([_of_statement(each) for each in found]))


@get("/api/holder/statements/{month:str}", **_PROGRAM)
async def statement(program: ApiCaller, parts: Parts, month: FromPath[str]) -> Response[Any]:
    """One of them, or the draft of a month that has begun."""
    holder, wanted, now = holder_of(program), month_of(month, parts), parts.clock.now()
    found = await parts.database.read(lambda conn: statements.of_month(conn, holder, wanted, now=now))
    return _answer(_of_statement(found))


@post("/api/holder/reconciliations", **_PROGRAM)
async def hand_in(request: AnyRequest, program: ApiCaller, parts: Parts) -> Response[Any]:
    """Hold a list (CSV or JSON, the body) against ours: 201 with what came out, or 422 with the wrong lines."""
    holder, content, actor = holder_of(program), await request.body(), program.actor
    try:
        list_id = await comparing.take(parts, holder, content, made_by=actor.id, actor=actor, language=_LANGUAGE)
        found = await parts.database.read(lambda conn: reconciling.find(conn, holder, list_id))
        return _answer(_of_list(found), status=201)
    except ListFaultError as error:
        faults = [{"wrong": each.wrong.value, "line": each.line} for each in error.faults]
        return problem_document(request, _FAULTY, PROBLEMS[_FAULTY], members={"faults": faults})


@get("/api/holder/reconciliations/{list_id:str}", **_PROGRAM)
async def compared(program: ApiCaller, parts: Parts, list_id: FromPath[str]) -> Response[Any]:
    """What came out of a list that was handed in."""
    holder = holder_of(program)
    return _answer(_of_list(await parts.database.read(lambda conn: reconciling.find(conn, holder, list_id))))


@get("/api/holder/openapi.json", **allow(Who.ANYONE))
async def document(parts: Parts) -> Response[Any]:
    """What a program can ask, for programs (OpenAPI 3.1)."""
    return Response(api_documents.document(API, parts.settings.public_url), media_type=_JSON)


def holder_of(program: ApiCaller) -> str:
    """Whose key it is.

    Raises:
        NoInstitutionError: the network's, which is no institution.
    """
    if program.agency is None:
        raise NoInstitutionError("a key of no institution")
    return program.agency


def _answer(found: msgspec.Struct, status: int = 200) -> Response[Any]:
    return Response(msgspec.json.encode(found), status_code=status, media_type=_JSON)


def _of_statement(found: Statement) -> StatementAnswer:
    state = "draft" if found.state is None else found.state.value
    return StatementAnswer(state, found.sha256, dict(found.disputes), found.reply, found.content)


def _of_list(found: tuple[Any, Result | None] | None) -> ListAnswer:
    if found is None:
        raise NotFoundException
    row, result = found
    return ListAnswer(row.id, row.state.value, row.rows, result)


_FILTERS: Final = (
    *(Parameter(name, MONTH, is_required=False) for name in ("from", "to")),
    *(Parameter(name, {"type": "string"}, is_required=False) for name in ("service", "centre", "outcome")),
)
_LIST: Final[dict[str, dict[str, Any]]] = {
    "text/csv": {"type": "string", "description": "Columns reference, received_at and, optional, service"},
    _JSON: {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["reference", "received_at"],
            "properties": {
                "reference": {"type": "string", "maxLength": 64},
                "received_at": {"type": "string"},
                "service": {"type": "string"},
            },
        },
    },
}
API: Final = Api(
    title="for service holders",
    description="What was filed for your services through this gateway, held against what you received.",
    scope=Scope.HOLDER,
    operations=(
        Operation(
            method="get",
            path="/api/holder/filings",
            summary="Counts of applications",
            parameters=_FILTERS,
            answers=Counts,
        ),
        Operation(
            method="get",
            path="/api/holder/statements",
            summary="Monthly statements that were issued",
            answers=Statements,
        ),
        Operation(
            method="get",
            path="/api/holder/statements/{month}",
            summary="One monthly statement, or its draft",
            parameters=(Parameter("month", MONTH, "path"),),
            answers=StatementAnswer,
        ),
        Operation(
            method="post",
            path="/api/holder/reconciliations",
            summary="Hold a list of your own against ours",
            takes=_LIST,
            answers=ListAnswer,
        ),
        Operation(
            method="get",
            path="/api/holder/reconciliations/{list_id}",
            summary="What came out of a list",
            parameters=(Parameter("list_id", {"type": "string"}, "path"),),
            answers=ListAnswer,
        ),
    ),
)
"""All that programs of institutions can ask about applications."""
HANDLERS = (counts, issued, statement, hand_in, compared, document)
