"""An officer hands in what the own institution received, and sees how it differs from what we say was filed."""

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from sqlalchemy import Connection

from gateway.holders import comparing, figures, reconciling
from gateway.holders.differing import Kind
from gateway.holders.lists import ListFaultError, Wrong
from gateway.holders.reconciling import Result
from gateway.pages import holder_asking
from gateway.pages.rendering import language_of, page
from gateway.pages.reports import files
from gateway.parts import Parts
from gateway.people.access import StaffSession, Who, allow
from gateway.web import csv_lines
from gateway.web.redirects import see_other
from ui.i18n import message

AnyRequest = Request[Any, Any, Any]
_HERE: Final = "/holder/reconciliations"
_HEAD: Final = ("kind", "reference", "service", "ours_at", "theirs_at", "doubt", "centre")
_NO_FILE: Final = message("Choose the file with your list")
KINDS: Final = {
    Kind.ONLY_OURS: message("Only with us"),
    Kind.ONLY_THEIRS: message("Only with you"),
    Kind.OTHER_TIME: message("Another time"),
    Kind.OTHER_SERVICE: message("Another service"),
    Kind.TWICE: message("Twice in your list"),
}
MEANINGS: Final = {
    Kind.ONLY_OURS: message(
        "We say that your portal gave this number, and your list does not have it. Look in your portal."
    ),
    Kind.ONLY_THEIRS: message(
        "Your list has it and we do not: it came from elsewhere, or it left here without being recorded. Look for its"
        " token in the log, as below."
    ),
    Kind.OTHER_TIME: message("Our time of sending and yours of receiving are more than a day apart."),
    Kind.OTHER_SERVICE: message("The number is of another service with you."),
    Kind.TWICE: message("The number stands in your list more than once; the first was compared."),
}
WRONG: Final = {
    Wrong.TOO_LARGE: message("The file is larger than 10 MB: hand in fewer months at a time"),
    Wrong.TOO_MANY: message("There are more than 100,000 lines: hand in fewer months at a time"),
    Wrong.TOO_LONG: message(
        "More than 24 months lie between the first line and the last: hand in fewer months at a time"
    ),
    Wrong.UNREADABLE: message("The file cannot be read: save it as CSV or JSON"),
    Wrong.NO_COLUMNS: message("The first line has to name the columns reference and received_at"),
    Wrong.EMPTY: message("The list is empty"),
    Wrong.NO_REFERENCE: message("There is no number, or it is longer than 64 signs"),
    Wrong.NO_TIME: message("The time cannot be read: write it as 2026-11-02 14:30 or 02.11.2026"),
    Wrong.UNKNOWN_SERVICE: message(
        "The service is none of yours: leave it empty, or write it as the table below has it"
    ),
}


@get(_HERE, **allow(Who.OFFICER))
async def show_all(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """The form, and what was handed in before."""
    return await _all(request, session, parts)


@post(_HERE, **allow(Who.OFFICER))
async def hand_in(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """Take a list, and lead to what came out."""
    holder = holder_asking.holder_of(session)
    sent = (await request.form()).get("list")
    if not isinstance(sent, UploadFile) or not sent.filename:
        return await _all(request, session, parts, error=ListFaultError(()))
    content, by, language = await sent.read(), session.staff_id, session.language
    try:
        list_id = await comparing.take(parts, holder, content, made_by=by, actor=session.actor, language=language)
    except ListFaultError as error:
        return await _all(request, session, parts, error=error)
    return see_other(f"{_HERE}/{list_id}")


@get(_HERE + "/{list_id:str}", **allow(Who.OFFICER))
async def show(request: AnyRequest, session: StaffSession, parts: Parts, list_id: FromPath[str]) -> Response[Any]:
    """What came out, or that it is still being compared."""
    holder, language = holder_asking.holder_of(session), language_of(request)

    def work(conn: Connection) -> dict[str, Any]:
        row, result = _found(reconciling.find(conn, holder, list_id))
        return {"row": row, "result": result, "services": figures.choices(conn, holder, language)[0]}

    found = await parts.database.read(work)
    return page(
        request,
        "pages/holder/reconciliation.html",
        holder=holder,
        here=f"{_HERE}/{list_id}",
        kinds=KINDS,
        meanings=MEANINGS,
        kept_days=reconciling.KEPT.days,
        **found,
    )


@get(_HERE + "/{list_id:str}/csv", **allow(Who.OFFICER))
async def take(session: StaffSession, parts: Parts, list_id: FromPath[str]) -> Response[Any]:
    """The differences as a file."""
    holder = holder_asking.holder_of(session)
    _row, result = _found(await parts.database.read(lambda conn: reconciling.find(conn, holder, list_id)))
    await files.note(parts, session, "differences", "csv", holder=holder, list=list_id)
    content = csv_lines.MARK + csv_lines.line(_HEAD) + "".join(_lines(result))
    attached = {"Content-Disposition": f'attachment; filename="differences-{list_id}.csv"'}
    return Response(content.encode(), media_type=csv_lines.MEDIA_TYPE, headers=attached)


async def _all(
    request: AnyRequest, session: StaffSession, parts: Parts, *, error: ListFaultError | None = None
) -> Response[Any]:
    holder, language = holder_asking.holder_of(session), language_of(request)

    def work(conn: Connection) -> dict[str, Any]:
        services, _centres = figures.choices(conn, holder, language)
        return {"lists": reconciling.lists_of(conn, holder), "services": services}

    found = await parts.database.read(work)
    faults = [] if error is None else [(WRONG[each.wrong], each.line) for each in error.faults] or [(_NO_FILE, None)]
    return page(
        request,
        "pages/holder/reconciliations.html",
        status=422 if faults else 200,
        holder=holder,
        faults=faults,
        kept_days=reconciling.KEPT.days,
        **found,
    )


def _found(found: tuple[Any, Result | None] | None) -> tuple[Any, Result | None]:
    if found is None:
        raise NotFoundException
    return found


def _lines(result: Result | None) -> list[str]:
    every = result.differences if result is not None else []
    return [
        csv_lines.line((each.kind, each.reference, each.service, each.ours_at, each.theirs_at, each.doubt, each.centre))
        for each in every
    ]


HANDLERS = (show_all, hand_in, show, take)
