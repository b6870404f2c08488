"""One delegation on the resident's own page: shown whole, stopped whole or in part, disputed."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.params import FromPath
from sqlalchemy import Connection, Row, select

from delegation.errors import DelegationError
from delegation.model import Action
from gateway.ledger import cosignatures
from gateway.ledger.cosignatures import Standing
from gateway.ledger.settling import settle
from gateway.pages import outcome_words, readback
from gateway.pages.audit_cases import OUTCOMES, STATES
from gateway.pages.desk.words import ROUTES
from gateway.pages.forms import Form, field
from gateway.pages.mine import words
from gateway.pages.mine.signing_in import HOME
from gateway.pages.rendering import language_of, page
from gateway.pages.resident.approving import attachment
from gateway.pages.resident.disputing import KINDS, Filled, form_page, opened_page
from gateway.parts import Parts
from gateway.people.access import AccountSession, Who, allow
from gateway.retention import standing as held
from gateway.visits import cases, inquiries, outcomes, own, own_one, own_papers
from gateway.visits.errors import OutOfOrderError
from gateway.visits.own_one import One
from gateway.web.redirects import see_other

AnyRequest = Request[Any, Any, Any]
_MINE = allow(Who.RESIDENT_ACCOUNT)
_ONE = "/mine/delegations/{delegation_id:str}"
_AROUND = select(held.IS_HELD.label("is_held"), inquiries.IS_DUE.label("is_due"))


@get(_ONE, **_MINE)
async def show(
    request: AnyRequest, session: AccountSession, parts: Parts, delegation_id: FromPath[str]
) -> Response[Any]:
    """Everything about it."""

    def work(conn: Connection) -> tuple[One, Standing, Row[bool, bool]]:
        one = own_one.read(conn, parts, session.resident_id, delegation_id, session.language)
        asked = {"visit": one.row.visit_id, "person": session.resident_id, "now": parts.clock.now()}
        return one, cosignatures.standing(conn, parts.settings.log_witnesses), conn.execute(_AROUND, asked).one()

    one, standing, around = await parts.database.read(work)
    if around.is_due:  # what an inquiry put off is told before anything is shown that would tell of it
        await inquiries.tell_what_is_due(parts)
        one, standing, around = await parts.database.read(work)
    language = language_of(request)
    return page(
        request,
        "pages/mine/one.html",
        home=HOME,
        one=one,
        is_witnessed=standing.is_witnessed,
        is_held=around.is_held,
        here=_path(one),
        shown={
            each.id: readback.shown(each.readback, each.service, language)
            for each in one.filings
            if each.readback is not None
        },
        routes=ROUTES,
        kinds=KINDS,
        states=STATES,
        outcomes=OUTCOMES,
        words=words,
        outcome_words=outcome_words,
        ended=_ended(one, request.query_params),
    )


@get(f"{_ONE}/statement", **_MINE)
async def show_statement(
    request: AnyRequest, session: AccountSession, parts: Parts, delegation_id: FromPath[str]
) -> Response[Any]:
    """The text, byte for byte as it was read."""
    one = await _read(session, parts, delegation_id)
    return page(request, "pages/mine/statement.html", home=HOME, one=one, here=_path(one))


@get(f"{_ONE}/stop", **_MINE)
async def show_stop(
    request: AnyRequest, session: AccountSession, parts: Parts, delegation_id: FromPath[str]
) -> Response[Any]:
    """Ask whether the stop is meant; afterwards say whether it was in time."""
    one = await _read(session, parts, delegation_id)
    return page(request, "pages/mine/stop.html", home=HOME, one=one, here=_path(one))


@post(f"{_ONE}/stop", **_MINE)
async def stop(session: AccountSession, parts: Parts, delegation_id: FromPath[str]) -> Response[Any]:
    """Stop all of it."""
    await parts.database.write(lambda conn: own_one.stop(conn, parts, session, delegation_id))
    return see_other(f"{HOME}/delegations/{delegation_id}/stop")


@get(f"{_ONE}/action", **_MINE)
async def show_action(
    request: AnyRequest, session: AccountSession, parts: Parts, delegation_id: FromPath[str]
) -> Response[Any]:
    """Ask whether one right is to end, while the others stay."""
    one = await _read(session, parts, delegation_id)
    service, action = request.query_params.get("service", ""), _action(request.query_params.get("action", ""))
    found = next(
        (
            (each, right)
            for each in one.allowed
            for right in each.rights
            if (each.service.id, right.action) == (service, action) and right.is_left
        ),
        None,
    )
    if found is None:
        return see_other(_path(one))
    allowed, right = found
    return page(
        request,
        "pages/mine/action.html",
        home=HOME,
        back=_path(one),
        here=_path(one),
        allowed=allowed,
        right=right,
        actions=words.ACTIONS,
    )


@post(f"{_ONE}/action", **_MINE)
async def stop_action(session: AccountSession, parts: Parts, delegation_id: FromPath[str], data: Form) -> Response[Any]:
    """End one right; what has moved on meanwhile is shown as it is now."""
    service, action = field(data, "service", 128), _action(field(data, "action", 16))
    if action is not None:
        chosen: Action = action

        def work(conn: Connection) -> None:
            own_one.stop_action(conn, parts, session, delegation_id, service, chosen)

        try:
            await parts.database.write(work)
        except (DelegationError, OutOfOrderError):
            return see_other(f"{HOME}/delegations/{delegation_id}")
        return see_other(f"{HOME}/delegations/{delegation_id}?{urlencode({'ended': chosen.value, 'service': service})}")
    return see_other(f"{HOME}/delegations/{delegation_id}")


@get(f"{_ONE}/filings/{{filing_id:str}}/picture", **_MINE)
async def show_picture(
    session: AccountSession, parts: Parts, delegation_id: FromPath[str], filing_id: FromPath[str]
) -> Response[bytes]:
    """The portal's page just before the last click."""
    content = await parts.database.read(
        lambda conn: own_papers.picture(conn, parts, session.resident_id, delegation_id, filing_id)
    )
    return Response(content, media_type="image/png")


@get(f"{_ONE}/filings/{{filing_id:str}}/receipt.pdf", **_MINE)
async def download_receipt(
    session: AccountSession, parts: Parts, delegation_id: FromPath[str], filing_id: FromPath[str]
) -> Response[bytes]:
    """The portal's own receipt, as a file to keep; opening it is an event."""
    content, reference = await parts.database.write(
        lambda conn: own_papers.receipt(conn, parts, session, delegation_id, filing_id)
    )
    return Response(content, media_type="application/pdf", headers={"Content-Disposition": attachment(reference)})


@get(f"{_ONE}/filings/{{filing_id:str}}/decision.pdf", **_MINE)
async def download_decision(
    session: AccountSession, parts: Parts, delegation_id: FromPath[str], filing_id: FromPath[str]
) -> Response[bytes]:
    """The decision, as a file to keep; opening it is an event."""
    content = await parts.database.write(
        lambda conn: outcomes.open_decision(conn, parts, session, delegation_id, filing_id)
    )
    headers = {"Content-Disposition": attachment(f"decision-{filing_id[:8]}")}
    return Response(content, media_type="application/pdf", headers=headers)


@get(f"{_ONE}/proof.zip", **_MINE)
async def download_proof(session: AccountSession, parts: Parts, delegation_id: FromPath[str]) -> Response[bytes]:
    """Everything that proves it, to keep and to have verified by anybody; taking it is an event."""
    await inquiries.tell_what_is_due(parts)
    await parts.database.write(lambda conn: own_papers.note_proof(conn, parts, session, delegation_id))
    await settle(parts)
    content = await parts.database.read(lambda conn: own_papers.proof(conn, parts, session, delegation_id))
    headers = {"Content-Disposition": 'attachment; filename="proof.zip"'}
    return Response(content, media_type="application/zip", headers=headers)


@get(f"{_ONE}/case", **_MINE)
async def show_case(
    request: AnyRequest, session: AccountSession, parts: Parts, delegation_id: FromPath[str]
) -> Response[Any]:
    """Ask what is wrong."""
    one = await _read(session, parts, delegation_id)
    if one.is_erased:
        return see_other(_path(one))
    return form_page(request, f"{_path(one)}/case", _path(one))


@post(f"{_ONE}/case", **_MINE)
async def open_case(
    request: AnyRequest, session: AccountSession, parts: Parts, delegation_id: FromPath[str], data: Form
) -> Response[Any]:
    """Open a case about it."""
    filled, here = Filled.of(data), f"{HOME}/delegations/{delegation_id}"
    if filled.faults or filled.kind is None:
        await _read(session, parts, delegation_id)
        return form_page(request, f"{here}/case", here, filled)
    kind = filled.kind

    def work(conn: Connection) -> str:
        row = own.find(conn, session.resident_id, delegation_id)
        return cases.open_case(
            conn,
            parts,
            kind=kind,
            delegation_id=row.id,
            whose="resident",
            by=session.actor,
            words=filled.words,
            now=parts.clock.database_now(conn),
        )

    case_id = await parts.database.write(work)
    return see_other(f"{here}/case/{case_id}")


@get(f"{_ONE}/case/{{case_id:str}}", **_MINE)
async def show_case_opened(
    request: AnyRequest,
    session: AccountSession,
    parts: Parts,
    delegation_id: FromPath[str],
    case_id: FromPath[str],
) -> Response[Any]:
    """Say what happens now."""

    def work(conn: Connection) -> Any:
        row, case = own.find(conn, session.resident_id, delegation_id), cases.find_case(conn, case_id)
        return case if case.delegation_id == row.id else None

    return opened_page(request, await parts.database.read(work), f"{HOME}/delegations/{delegation_id}")


async def _read(session: AccountSession, parts: Parts, delegation_id: str) -> One:
    """For pages that say neither what was disputed nor who looked."""
    return await parts.database.read(
        lambda conn: own_one.read(conn, parts, session.resident_id, delegation_id, session.language, is_whole=False)
    )


def _ended(one: One, query: Mapping[str, str]) -> Action | None:
    """The right that was ended by the last step, as far as it has really ended."""
    service, action = query.get("service"), _action(query.get("ended", ""))
    rights = (right for each in one.allowed if each.service.id == service for right in each.rights)
    return next((right.action for right in rights if right.action == action and not right.is_left), None)


def _path(one: One) -> str:
    return f"{HOME}/delegations/{one.row.id}"


def _action(text: str) -> Action | None:
    return next((each for each in Action if each.value == text), None)


HANDLERS = (
    show,
    show_statement,
    show_stop,
    stop,
    show_action,
    stop_action,
    show_picture,
    download_receipt,
    download_decision,
    download_proof,
    show_case,
    open_case,
    show_case_opened,
)
