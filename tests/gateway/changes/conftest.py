"""Two administrators whose accounts are old enough, and what they change."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, TypeVar

import msgspec
import pytest
from sqlalchemy import Connection, insert, select

from audit.events import EventName
from gateway.changes import flow
from gateway.changes.kinds import Plan
from gateway.changes.tables import ChangeKind, ChangeState, SecurityChange
from gateway.clock import HeldClock
from gateway.ledger.tables import AuditEvent
from gateway.parts import Parts
from gateway.people import staff
from gateway.people.access import StaffSession
from gateway.people.roles import Role
from gateway.people.staff import NewStaff
from gateway.services.tables import Service
from tests.gateway.callers import PASSWORD, Caller, Callers, callers, parts, renderer

__all__ = ["callers", "parts", "renderer"]

T = TypeVar("T")
ANYWHERE = {Role.ADMINISTRATOR, Role.AUDITOR}
SERVICE = "lv.example.benefit"
PORTAL = {
    "portal": "example",
    "name": "Parauga portāls",
    "origin": "https://portal.example",
    "redirect_uris": ["https://portal.example/callback"],
    "services": None,
    "auth_method": "client_secret_basic",
    "jwks": None,
    "personal_code_allowed": True,
    "par_required": True,
    "logout_uri": None,
}
PROVIDER: dict[str, Any] = {
    "name_lv": "Parauga pieteikšanās",
    "name_en": "Example sign-in",
    "issuer": "https://provider.example",
    "client_id": "pilnvara",
    "scope": "openid profile",
    "auth_method": "client_secret_basic",
    "acr_levels": {},
    "code_claim": None,
    "phone_claim": None,
    "phone_verified": False,
}
RULES = {"grant_least": 2, "permit_least": 2, "routes": ["phone"], "guarded": ["account"], "training": None}
WHY = "The portal moves to another address"


@dataclass
class Office:
    """Ada and Bille, administrators, each at a computer of their own."""

    callers: Callers
    second: Callers

    @property
    def parts(self) -> Parts:
        return self.callers.parts

    @property
    def clock(self) -> HeldClock:
        return self.callers.clock

    def session(self, of: Callers | None = None, role: Role = Role.ADMINISTRATOR) -> StaffSession:
        who = of or self.callers
        at_terminal = role not in ANYWHERE
        browser = who.staff(role, at_terminal=at_terminal)
        found = who.session_of(browser.cookies["pilnvara_staff"], at_terminal=at_terminal)
        assert found is not None
        return found

    def page(self, of: Callers | None = None, role: Role = Role.ADMINISTRATOR) -> Caller:
        return (of or self.callers).staff(role, at_terminal=role not in ANYWHERE)

    def write(self, work: Callable[[Connection], T]) -> T:
        return self.parts.database.write_now(work)

    def read(self, work: Callable[[Connection], T]) -> T:
        return self.parts.database.read_now(work)

    def propose(
        self, kind: ChangeKind, target: str, values: dict[str, Any], *, secret: str | None = None, **more: Any
    ) -> str:
        plan = Plan(kind=kind, target=target, values=values, secret=secret)
        by = more.pop("by", self.session())
        return self.write(lambda conn: flow.propose(conn, self.parts, plan, by=by, reason=WHY, **more))

    def step(self, step: Callable[[Connection, Parts, StaffSession, str], T], by: StaffSession, change: str) -> T:
        return self.write(lambda conn: step(conn, self.parts, by, change))

    def confirm(self, change: str, by: StaffSession | None = None) -> None:
        who = by or self.session(self.second)
        self.step(flow.confirm, who, change)

    def apply(self, change: str) -> None:
        self.write(lambda conn: flow.apply_due(conn, self.parts, change))

    def wait(self, how_long: timedelta | None = None) -> None:
        self.clock.move(how_long or self.parts.settings.change_delay)

    def state(self, change: str) -> ChangeState:
        return self.read(
            lambda conn: conn.execute(select(SecurityChange.state).where(SecurityChange.id == change)).scalar_one()
        )

    def events(self) -> list[EventName]:
        said = select(AuditEvent.type).where(AuditEvent.chain == "system").order_by(AuditEvent.n)
        return [EventName(name) for name in self.read(lambda conn: conn.execute(said).scalars().all())]

    def last_event(self) -> dict[str, Any]:
        newest = select(AuditEvent.leaf).where(AuditEvent.chain == "system").order_by(AuditEvent.n.desc()).limit(1)
        found: dict[str, Any] = msgspec.json.decode(self.read(lambda conn: conn.execute(newest).scalar_one()))
        return found


@pytest.fixture
def office(callers: Callers, clock: HeldClock) -> Office:
    """The two, two days after their accounts were made."""
    new = NewStaff(
        login="bille", name="Bille Otrā", password=PASSWORD, centre_id=callers.centre_id, roles=(Role.ADMINISTRATOR,)
    )
    sealer, now = callers.parts.sealer, clock.now()
    second = callers.parts.database.write_now(lambda conn: staff.create(conn, sealer, new, now=now))
    callers.parts.database.write_now(_add_service)
    clock.move(timedelta(days=2))
    return Office(callers, replace(callers, account=second))


def _add_service(conn: Connection) -> None:
    card = {"title": "Parauga pabalsts", "summary": "Pabalsts"}
    conn.execute(
        insert(Service).values(
            id=SERVICE,
            holder="Parauga iestāde",
            portal_id=None,
            feedback_group="example",
            cards={"lv": card},
            grant_least=RULES["grant_least"],
            permit_least=RULES["permit_least"],
            routes=RULES["routes"],
            guarded=RULES["guarded"],
        )
    )
