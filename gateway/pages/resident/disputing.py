"""Saying that something is wrong: "this was not me", "these data are wrong". One form for every way to it."""

from dataclasses import dataclass
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath
from sqlalchemy import Connection

from gateway.pages.forms import Form, field
from gateway.pages.rendering import page
from gateway.parts import Parts
from gateway.people.access import ResidentSession, Who, allow
from gateway.visits import actors, cases, reading
from gateway.visits.case_tables import DisputeKind
from gateway.visits.cases import LONGEST_WORDS
from gateway.visits.errors import NotFoundError
from gateway.visits.rows import AnyRow
from gateway.web.redirects import see_other
from ui.i18n import Message, message

AnyRequest = Request[Any, Any, Any]
_RESIDENT = allow(Who.RESIDENT)

KINDS: Final = {
    DisputeKind.NOT_ME: message("This was not me"),
    DisputeKind.DATA_WRONG: message("The details are wrong"),
}
HINTS: Final = {
    DisputeKind.NOT_ME: message("Somebody used my name. Everything that is allowed in my name is stopped."),
    DisputeKind.DATA_WRONG: message("What was filled in or sent is not right. What has not left yet is stopped."),
}
STRANGERS_HINTS: Final = HINTS | {
    DisputeKind.NOT_ME: message(
        "Somebody used my name. This one is stopped; to stop everything, sign in or come to a centre with a document."
    ),
}
"""For whoever has only a code: they may be anybody, so what they say reaches no further than the code."""
_NO_KIND: Final = message("Choose what is wrong")
_TOO_LONG: Final = message("Write at most %(num)s characters", num=LONGEST_WORDS)


@dataclass(frozen=True, slots=True)
class Filled:
    """What the form holds, as it was typed."""

    kind: DisputeKind | None = None
    words: str = ""

    @classmethod
    def of(cls, data: dict[str, str]) -> "Filled":
        """Read the fields of a form."""
        kind = next((each for each in DisputeKind if each.value == field(data, "kind", 16)), None)
        return cls(kind, field(data, "words", 4 * LONGEST_WORDS).replace("\r\n", "\n"))

    @property
    def faults(self) -> dict[str, Message]:
        """What is missing or wrong, by field."""
        found = {}
        if self.kind is None:
            found["kind"] = _NO_KIND
        if len(self.words) > LONGEST_WORDS:
            found["words"] = _TOO_LONG
        return found

    def __repr__(self) -> str:
        return "Filled(…)"  # what somebody wrote must not reach a log


def form_page(
    request: AnyRequest, action: str, back: str, filled: Filled | None = None, *, is_known: bool = True
) -> Response[Any]:
    """The form, again with what was typed and what is wrong with it; `is_known` says who it is, not just a code."""
    faults = filled.faults if filled is not None else {}
    return page(
        request,
        "pages/resident/case.html",
        status=422 if faults else 200,
        action=action,
        way_back=back,
        filled=filled or Filled(),
        faults=faults,
        kinds=KINDS,
        hints=HINTS if is_known else STRANGERS_HINTS,
        longest=LONGEST_WORDS,
    )


def opened_page(request: AnyRequest, case: AnyRow | None, back: str) -> Response[Any]:
    """What happens now, and until when. Raises `NotFoundError` without a case."""
    if case is None:
        raise NotFoundError("no such case")
    return page(request, "pages/resident/case_opened.html", case=case, way_back=back)


@get("/approve/case", **_RESIDENT)
async def show_case(request: AnyRequest, session: ResidentSession, parts: Parts) -> Response[Any]:
    """Ask what is wrong with what this phone was asked."""
    view = await parts.database.read(lambda conn: reading.for_resident(conn, parts, session))
    if view.delegation is None:
        return see_other("/approve")
    return form_page(request, "/approve/case", "/approve", is_known=session.resident_id is not None)


@post("/approve/case", **_RESIDENT)
async def open_case(request: AnyRequest, session: ResidentSession, parts: Parts, data: Form) -> Response[Any]:
    """Open a case. Whoever holds the phone may; only who has signed in is named as the resident."""
    filled = Filled.of(data)
    if filled.faults or filled.kind is None:
        return form_page(request, "/approve/case", "/approve", filled, is_known=session.resident_id is not None)
    kind = filled.kind

    def work(conn: Connection) -> str | None:
        view = reading.for_resident(conn, parts, session)
        if view.delegation is None:
            return None
        return cases.open_case(
            conn,
            parts,
            kind=kind,
            delegation_id=view.delegation["id"],
            whose="resident",
            by=session.actor if session.resident_id else actors.stranger(session.approval_id or view.id),
            words=filled.words,
            now=parts.clock.database_now(conn),
        )

    case_id = await parts.database.write(work)
    return see_other("/approve" if case_id is None else f"/approve/case/{case_id}")


@get("/approve/case/{case_id:str}", **_RESIDENT)
async def show_case_opened(
    request: AnyRequest, session: ResidentSession, parts: Parts, case_id: FromPath[str]
) -> Response[Any]:
    """Say what happens now."""

    def work(conn: Connection) -> AnyRow | None:
        found = cases.find_case(conn, case_id)
        return found if found.visit_id == session.visit_id else None

    return opened_page(request, await parts.database.read(work), "/approve")


HANDLERS = (show_case, open_case, show_case_opened)
