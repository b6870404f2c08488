"""One person: what their account is, and suspending it, taking it back, ending it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from sqlalchemy import Connection

from gateway.changes import listing as changes
from gateway.pages.admin.words import ROLES
from gateway.pages.forms import Form, field
from gateway.pages.people import words
from gateway.pages.people.listing import READERS, centre_of
from gateway.pages.rendering import page
from gateway.pages.staff_values import KINDS
from gateway.parts import Parts
from gateway.people import directory, fingerprints, inviters, staff_states, stopped_alone
from gateway.people.access import StaffSession
from gateway.people.directory import Person
from gateway.people.roles import BY_TWO, Role
from gateway.people.tables import StaffState, StateWhy
from gateway.services import trainings
from gateway.visits import left_open
from gateway.web.redirects import see_other
from ui.i18n import Message, message

AnyRequest = Request[Any, Any, Any]
_MOST: Final = 20
_NO_WHY: Final = message("Choose why")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something that is done to an account."""

    name: str
    heading: Message
    button: Message
    told: tuple[Message, ...]
    """What it does, before it is done."""
    whys: tuple[StateWhy, ...]
    fits: frozenset[StaffState]
    take: Callable[..., None]
    alone: bool = True
    """Of an administrator or auditor too, by one person: stopping is never wrong."""
    look: str = "warning"


STEPS: Final = {
    each.name: each
    for each in (
        Step(
            name="suspend",
            heading=message("Suspend the account"),
            button=message("Suspend the account now"),
            told=(
                message("All sessions end now, and nobody can sign in with it until it is taken back."),
                message("Nothing more is filled in or sent in this person’s name, also where a resident has said yes."),
                message("Visits that are open can be taken over by colleagues of the centre."),
            ),
            whys=staff_states.SUSPEND_WHY,
            fits=frozenset({StaffState.ACTIVE}),
            take=stopped_alone.suspend,
        ),
        Step(
            name="resume",
            heading=message("Take the account back into use"),
            button=message("Take it back into use"),
            told=(message("The person signs in again as before, with the password and the codes that they had."),),
            whys=staff_states.RESUME_WHY,
            fits=frozenset({StaffState.SUSPENDED}),
            take=staff_states.resume,
            alone=False,
            look="primary",
        ),
        Step(
            name="end",
            heading=message("End the account"),
            button=message("End the account for good"),
            told=(
                message("It is never used again: whoever comes back later is invited anew, under another user name."),
                message("All sessions end now. What the person did stays in the trail under their name."),
            ),
            whys=staff_states.END_WHY,
            fits=frozenset({StaffState.ACTIVE, StaffState.SUSPENDED}),
            take=staff_states.end,
            alone=False,
        ),
    )
}
"""By the last part of the address."""


@get("/people/{staff_id:str}", **READERS)
async def show(request: AnyRequest, session: StaffSession, parts: Parts, staff_id: FromPath[str]) -> Response[Any]:
    """What there is to know of somebody's account, and what may be done with it."""

    def work(conn: Connection) -> dict[str, Any]:
        person = directory.one(conn, staff_id, centre_id=centre_of(session))
        return {
            "person": person,
            "trained": trainings.of_staff(conn, staff_id, session.language),
            "present": fingerprints.present(conn, [staff_id])[staff_id],
            "inviters": _inviters(conn, staff_id),
            "left": left_open.of_person(conn, staff_id, session.language, most=_MOST),
        }

    shown = await parts.database.read(work)
    person: Person = shown["person"]
    needs_two = bool(set(person.roles) & BY_TWO)
    decides = staff_states.is_within(session, staff_id=person.id, centre_id=person.centre_id, roles=person.roles)
    fitting = [each for each in STEPS.values() if person.state in each.fits] if decides else []
    if not staff_states.may_resume(session.role.audit_kind, person.decided_as):
        fitting = [each for each in fitting if each.name != "resume"]
    return page(
        request,
        "pages/people/one.html",
        steps=[each for each in fitting if each.alone or not needs_two],
        proposed=[each.name for each in fitting if not each.alone and needs_two],
        is_own=person.id == session.staff_id,
        is_manager=session.role is Role.MANAGER,
        decides=decides,
        words=words,
        roles=ROLES,
        kinds=KINDS,
        now=parts.clock.now(),
        **shown,
    )


@get("/people/{staff_id:str}/{step_name:str}", **READERS)
async def show_step(
    request: AnyRequest, session: StaffSession, parts: Parts, staff_id: FromPath[str], step_name: FromPath[str]
) -> Response[Any]:
    """Ask why."""
    return await _step_page(request, session, parts, staff_id, _step(step_name))


@post("/people/{staff_id:str}/{step_name:str}", **READERS)
async def take(
    request: AnyRequest,
    session: StaffSession,
    parts: Parts,
    staff_id: FromPath[str],
    step_name: FromPath[str],
    data: Form,
) -> Response[Any]:
    """Do it; what it ends has ended when this answers."""
    step = _step(step_name)
    why = next((each for each in step.whys if each.value == field(data, "why", 32)), None)
    if why is None:
        return await _step_page(request, session, parts, staff_id, step, {"why": _NO_WHY})
    chosen: StateWhy = why

    def work(conn: Connection) -> None:
        account = staff_states.ensure_within(conn, session, staff_id, alone=not step.alone)
        step.take(conn, account, chosen, by=session.actor, now=parts.clock.database_now(conn))

    await parts.database.write(work)
    return see_other(f"/people/{staff_id}")


async def _step_page(
    request: AnyRequest,
    session: StaffSession,
    parts: Parts,
    staff_id: str,
    step: Step,
    errors: dict[str, Message] | None = None,
) -> Response[Any]:
    person = await parts.database.read(lambda conn: directory.one(conn, staff_id, centre_id=centre_of(session)))
    return page(
        request,
        "pages/people/step.html",
        status=422 if errors else 200,
        back=f"/people/{staff_id}/{step.name}",
        person=person,
        step=step,
        why=words.WHY,
        errors=errors or {},
    )


def _inviters(conn: Connection, staff_id: str) -> list[str]:
    """By whose word the account came to be: of one person, of two, or of none, where the command line made it."""
    inviter = inviters.inviter_of(conn, staff_id)
    if inviter is None or inviter.change_id is None:
        return [] if inviter is None else [inviter.name]
    change = changes.one(conn, inviter.change_id)
    return [name for name in (change.proposer, change.confirmer) if name is not None]


def _step(name: str) -> Step:
    if name not in STEPS:
        raise NotFoundException
    return STEPS[name]


HANDLERS = (show, show_step, take)
