"""The list of people: a manager's of the own centre, an administrator's of all; found by name.

Names are looked for by a form that is sent, not by an address: what is typed stays out of every log.
"""

from typing import Any, Final

from litestar import Request, Response, get, post
from sqlalchemy import Connection

from gateway.pages.admin.words import ROLES
from gateway.pages.forms import Form, field
from gateway.pages.people import words
from gateway.pages.rendering import page
from gateway.pages.staff_values import KINDS
from gateway.paging import Numbered
from gateway.parts import Parts
from gateway.people import directory, fingerprints, invitations
from gateway.people.access import StaffSession, Who, allow
from gateway.people.directory import LONGEST_SEARCH, Shown
from gateway.people.roles import Role
from gateway.services import trainings

AnyRequest = Request[Any, Any, Any]
READERS: Final = allow(Who.MANAGER, Who.ADMINISTRATOR)
_PAGE: Final = 25


def centre_of(session: StaffSession) -> str | None:
    """Whose people somebody sees: a manager the own centre's, an administrator everybody."""
    return session.centre_id if session.role is Role.MANAGER else None


@get("/people", **READERS)
async def show(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """Everybody who works here, by name."""
    after = Numbered.parse(request.query_params.get("after", ""), _PAGE)
    return await _list(request, session, parts, after, "", Shown.HERE)


@post("/people", **READERS)
async def search(request: AnyRequest, session: StaffSession, parts: Parts, data: Form) -> Response[Any]:
    """Whom the typed words fit, and who is in a state."""
    shown = next((each for each in Shown if each.value == field(data, "shown")), Shown.HERE)
    after = Numbered.parse(field(data, "after"), _PAGE)
    return await _list(request, session, parts, after, field(data, "words", LONGEST_SEARCH), shown)


async def _list(
    request: AnyRequest, session: StaffSession, parts: Parts, place: Numbered, typed: str, shown: Shown
) -> Response[Any]:
    now = parts.clock.now()

    def work(conn: Connection) -> dict[str, Any]:
        centre, most = centre_of(session), _PAGE + 1
        found = directory.find(conn, centre_id=centre, words=typed, shown=shown, most=most, after=place.after)
        ids = [each.id for each in found[:_PAGE]]
        sought, first = directory.words_of(typed), shown is Shown.HERE and not place.after
        return {
            "invited": invitations.find(conn, centre_id=centre, words=sought, most=_PAGE) if first else [],
            "found": found,
            "trained": trainings.of_people(conn, ids, session.language),
            "present": fingerprints.present(conn, ids) if ids else {},
        }

    lists = await parts.database.read(work)
    found = lists.pop("found")
    return page(
        request,
        "pages/people/list.html",
        people=found[:_PAGE],
        typed=typed,
        shown=shown,
        after=place.after,
        size=_PAGE,
        has_more=len(found) > _PAGE,
        is_searched=bool(typed) or shown is not Shown.HERE,
        is_manager=session.role is Role.MANAGER,
        words=words,
        roles=ROLES,
        kinds=KINDS,
        now=now,
        **lists,
    )


HANDLERS = (show, search)
