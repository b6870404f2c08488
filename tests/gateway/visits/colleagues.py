"""Other members of staff beside the counter's assistant, each with a session at a terminal of their own."""

from dataclasses import replace

import pyotp
from sqlalchemy import insert

from gateway.ids import digest, new_id
from gateway.people import invitations, staff
from gateway.people.access import StaffSession
from gateway.people.invitations import Invited, Wanted
from gateway.people.roles import Role
from gateway.people.staff import NewStaff
from gateway.terminals.tables import Terminal
from gateway.visits import actors
from tests.gateway.accounts import OLD, an_account
from tests.gateway.visits.counter import Counter


def another_centre(counter: Counter) -> str:
    """A centre elsewhere."""
    return counter.write(
        lambda conn: staff.add_centre(
            conn, name="Cits centrs", kind="vpvkac", municipality="Cits novads", now=counter.clock.now()
        )
    )


def a_colleague(
    counter: Counter,
    name: str = "Berta Otrā",
    *,
    role: Role = Role.ASSISTANT,
    terminal_id: str | None = None,
    centre_id: str | None = None,
    is_new: bool = False,
) -> StaffSession:
    """Somebody who is signed in as `role`, by default at another terminal of the counter's centre.

    Their account was made two days ago, or just now.
    """
    centre, now, parts = centre_id or counter.by.centre_id, counter.clock.now(), counter.store
    holder = "VSAA" if role is Role.OFFICER else None
    new = NewStaff(login=new_id(), name=name, password="x" * 14, centre_id=centre, roles=(role,), holder=holder)
    created = counter.write(lambda conn: an_account(conn, parts.sealer, new, now=now + OLD if is_new else now))
    at = terminal_id or a_terminal(counter, centre)
    return replace(
        counter.by,
        token_hash=digest(created.id),
        staff_id=created.id,
        name=name,
        role=role,
        roles=(role,),
        centre_id=centre,
        terminal_id=at,
        display_id=None,
    )


def a_terminal(counter: Counter, centre_id: str) -> str:
    """Another enrolled computer of a centre."""
    terminal_id, now = new_id(), counter.clock.now()
    values = {"id": terminal_id, "centre_id": centre_id, "name": "Cits lodziņš", "enrolled_at": now}
    counter.write(lambda conn: conn.execute(insert(Terminal).values(secret_hash=digest(terminal_id), **values)))
    return terminal_id


def invited(counter: Counter, by: str | None, *, change_id: str | None = None) -> str:
    """The id of an account that was opened by an invitation."""
    wanted = Wanted(login=new_id(), name="Izdoma Neviena", centre_id=counter.by.centre_id, roles=(Role.ASSISTANT,))
    parts = counter.store
    made = counter.write(
        lambda conn: invitations.invite(conn, parts, wanted, by=actors.SYSTEM, invited_by=by, change_id=change_id)
    )
    link = counter.write(
        lambda conn: invitations.make_link(conn, parts, made, by=actors.SYSTEM, made_by=by, is_mailed=False)
    )
    code = counter.write(lambda conn: invitations.make_code(conn, parts, made, by=actors.SYSTEM)) if change_id else ""
    found = counter.write(lambda conn: invitations.check(conn, parts, link, code))
    assert isinstance(found, Invited)
    app_code = pyotp.TOTP(found.totp_secret).at(counter.clock.now())
    opened = counter.write(
        lambda conn: invitations.accept(conn, parts, link, code, password_hash="none", app_code=app_code)
    )
    assert isinstance(opened, str)
    return opened
