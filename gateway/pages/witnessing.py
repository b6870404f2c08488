"""What a witness sees of a signed sheet: the text, the sheet beside it, who signs; and a no that says why."""

from typing import Any, Final

from litestar import Response, get, post
from litestar.params import FromPath
from sqlalchemy import Connection

from gateway.pages import readback, within
from gateway.pages.desk.answering import path_of
from gateway.pages.desk.words import DOCUMENTS, WITNESS_REASONS
from gateway.pages.forms import Form, field
from gateway.parts import Parts
from gateway.people.access import StaffSession, Who, allow
from gateway.services import catalogue
from gateway.visits import paper, second_looks
from gateway.visits.errors import NotFoundError
from gateway.visits.rows import find_approval, find_visit
from gateway.visits.tables import SecondLookKind
from gateway.web.redirects import see_other

_WHO: Final = allow(Who.ASSISTANT, Who.MANAGER)
_SANDBOX: Final = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox"
"""A file that was handed in runs nothing and reaches nothing."""


def is_sheet(kind: SecondLookKind) -> bool:
    """Whether a second look is about a signed sheet."""
    return kind in paper.LOOKS.values()


def gather(conn: Connection, parts: Parts, session: StaffSession, look_id: str) -> dict[str, Any]:
    """What the page of a sheet is made of. Errors as of `paper.for_witness`."""
    seen = paper.for_witness(conn, parts, session, look_id)
    service = None if seen.service_id is None else catalogue.find(conn, seen.service_id)
    return {
        "sheet": seen,
        "document": DOCUMENTS.get(seen.document),
        "sent": None if seen.readback is None else readback.shown(seen.readback, service, session.language),
        "reasons": WITNESS_REASONS,
    }


@get("/second-look/{look_id:str}/sheet", **_WHO)
async def show_sheet(session: StaffSession, parts: Parts, look_id: FromPath[str]) -> Response[bytes]:
    """The sheet as it was handed in, for whoever was recorded as being shown it."""
    scan = await parts.database.read(lambda conn: _scan(conn, parts, session, look_id))
    if not scan.media_type.startswith("image/"):
        return within.pdf(scan.content, "sheet")
    return Response(scan.content, media_type=scan.media_type, headers={"Content-Security-Policy": _SANDBOX})


@post("/second-look/{look_id:str}/refuse-sheet", **_WHO)
async def refuse_sheet(session: StaffSession, parts: Parts, look_id: FromPath[str], data: Form) -> Response[Any]:
    """The witness does not confirm, and says why; without a reason the page asks for one."""
    reason = next((each for each in paper.WitnessReason if each.value == field(data, "reason", 32)), None)
    if reason is None:
        return see_other(f"/second-look/{look_id}?why=missing#reason")
    why: paper.WitnessReason = reason
    await parts.database.write(lambda conn: paper.refuse_as_witness(conn, parts, session, look_id, why))
    return see_other(f"/second-look/{look_id}")


@get("/sheets/{approval_id:str}", **_WHO)
async def follow_sheet(session: StaffSession, parts: Parts, approval_id: FromPath[str]) -> Response[Any]:
    """Where the picture on a sheet leads: the assistant to the visit, a witness to the question."""

    def work(conn: Connection) -> str:
        visit = find_visit(conn, find_approval(conn, approval_id).visit_id)
        if (visit.assistant_id, visit.terminal_id) == (session.staff_id, session.terminal_id):
            return path_of(visit.id)
        look_id = paper.waiting_look(conn, approval_id)
        if look_id is None:
            raise NotFoundError("no sheet waits")
        return f"/second-look/{second_looks.one_for(conn, session, look_id).id}"

    return see_other(await parts.database.read(work))


def _scan(conn: Connection, parts: Parts, session: StaffSession, look_id: str) -> paper.Scan:
    second_looks.one_for(conn, session, look_id)
    return paper.scan_for_witness(conn, parts, session, look_id)


HANDLERS = (show_sheet, refuse_sheet, follow_sheet)
