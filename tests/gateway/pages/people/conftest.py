"""Ada and Bille, administrators, Maija, a manager, and Cilda, an assistant of her centre."""

from dataclasses import dataclass, replace

import pytest
from sqlalchemy import select

from audit.entry import Entry, decode
from gateway.clock import HeldClock
from gateway.ledger.tables import AuditEvent
from gateway.people import staff
from gateway.people.roles import Role
from gateway.people.staff import NewStaff
from gateway.people.tables import Staff, StaffState
from tests.gateway.accounts import an_account
from tests.gateway.callers import PASSWORD, Caller, Callers, callers, parts, renderer
from tests.gateway.changes.conftest import Office, office

__all__ = ["callers", "office", "parts", "people", "renderer"]


@dataclass
class People:
    """Who answers for whom."""

    office: Office
    cilda: Callers
    maija: Callers

    @property
    def clock(self) -> HeldClock:
        return self.office.clock

    def manager(self) -> Caller:
        return self.maija.staff(Role.MANAGER)

    def administrator(self) -> Caller:
        return self.office.page()

    def assistant(self) -> Caller:
        return self.cilda.staff(Role.ASSISTANT)

    def account(self, login: str, *roles: Role, centre_id: str | None = None, holder: str | None = None) -> Callers:
        """Somebody else, at the same computer."""
        here = self.office.callers
        new = NewStaff(
            login=login,
            name=f"{login.capitalize()} Piemēra",
            password=PASSWORD,
            centre_id=centre_id or here.centre_id,
            roles=roles,
            holder=holder,
        )
        made = self.office.write(lambda conn: an_account(conn, here.parts.sealer, new, now=self.clock.now()))
        return replace(here, account=made, centre_id=new.centre_id)

    def elsewhere(self) -> str:
        """Another centre."""
        return self.office.write(
            lambda conn: staff.add_centre(
                conn, name="Cits centrs", kind="vpvkac", municipality="Cits novads", now=self.clock.now()
            )
        )

    def state(self, of: Callers) -> StaffState:
        found = select(Staff.state).where(Staff.id == of.account.id)
        return self.office.read(lambda conn: conn.execute(found).scalar_one())

    def said(self, of: Callers | str) -> list[Entry]:
        """What the trail says of an account, the oldest first."""
        chain = f"staff:{of if isinstance(of, str) else of.account.id}"
        rows = select(AuditEvent.leaf).where(AuditEvent.chain == chain).order_by(AuditEvent.n)
        return [decode(leaf) for leaf in self.office.read(lambda conn: conn.execute(rows).scalars().all())]


@pytest.fixture
def people(office: Office) -> People:
    """All of them, in one centre."""
    made = People(office, office.callers, office.callers)
    made.cilda, made.maija = made.account("cilda", Role.ASSISTANT), made.account("maija", Role.MANAGER)
    return made
