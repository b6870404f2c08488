"""Staff in front of their pages, beside a counter with its resident."""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeAlias

import pytest

from gateway.people import sessions, staff
from gateway.people.roles import Role
from tests.gateway.accounts import an_account
from tests.gateway.pages.facing import Facing, Phone
from tests.gateway.terminal_key import proven

Staff: TypeAlias = Callable[[Role], Phone]


@pytest.fixture
def signed_in(facing: Facing) -> Staff:
    """A colleague in one role, signed in at the counter's terminal."""
    counter = facing.counter
    parts, now = counter.store, counter.clock.now()

    def begin(role: Role) -> Phone:
        new = staff.NewStaff(
            centre_id=counter.by.centre_id,
            login=f"berta-{role}",
            name="Berta Otrā",
            password="x" * 14,
            roles=(role,),
            holder="VSAA" if role is Role.OFFICER else None,
        )
        made = counter.write(lambda conn: an_account(conn, parts.sealer, new, now=now))
        at_terminal = role not in (Role.AUDITOR, Role.ADMINISTRATOR)
        token = counter.write(
            lambda conn: sessions.begin_staff(
                conn,
                staff_id=made.id,
                role=role,
                centre_id=counter.by.centre_id,
                terminal_id=counter.by.terminal_id if at_terminal else None,
                proven=proven(parts.sealer, counter.clock) if at_terminal else None,
                language="en",
                now=now,
                lifetime=sessions.Lifetime(timedelta(days=90), timedelta(days=90)),
            )
        )
        return Phone(facing.app, {"pilnvara_staff": token} | ({"pilnvara_terminal": "t"} if at_terminal else {}))

    return begin
