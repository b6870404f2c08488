"""A gateway at the address that it calls its own, and a browser that becomes one of its terminals."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pyotp
from playwright.sync_api import BrowserContext, Page
from sqlalchemy import Connection, select

from audit.entry import decode
from audit.events import EventName
from gateway.ledger.tables import AuditEvent
from gateway.people.staff import Created
from gateway.terminals import enrolment, pairing
from gateway.terminals.tables import PairingKind
from tests.browser import attend
from tests.gateway.callers import PASSWORD, Callers, fitted
from tests.gateway.windows import address_of, serving


@dataclass
class Served:
    """A gateway at the address that it calls its own: proofs name it."""

    callers: Callers
    address: str

    def enrol(self, context: BrowserContext) -> Page:
        """Make a browser a terminal by a manager's code; it then stands at the sign-in."""

        def work(conn: Connection) -> str:
            parts, now = self.callers.parts, self.callers.clock.now()
            code = enrolment.make_code(
                conn, parts.sealer, centre_id=self.callers.centre_id, name="Lete 7", made_by=None, now=now
            )
            return code.digits

        code = self.callers.parts.database.write_now(work)
        page = attend(context.new_page())
        page.goto(f"{self.address}/terminal/enrol")
        page.locator("#code").fill(code)
        page.get_by_role("button", name="Enrol").click()
        page.wait_for_url("**/sign-in")
        return page

    def come_in(self, page: Page, account: Created, login: str) -> None:
        """By password and code, to whatever comes next."""
        page.goto(f"{self.address}/sign-in")
        page.locator("#login").fill(login)
        page.locator("#password").fill(PASSWORD)
        page.locator("#code").fill(pyotp.TOTP(account.totp_secret).at(self.callers.clock.now()))
        page.get_by_role("button", name="Sign in", exact=True).click()

    def sign_in(self, page: Page, account: Created | None = None) -> None:
        """By password and code, in the role of an assistant."""
        self.come_in(page, account or self.callers.account, "anna")
        page.wait_for_url("**/role*")
        page.locator("input[value=assistant]").check()
        page.locator("form[action='/role'] button").click()
        page.wait_for_url("**/desk")

    def display_code(self) -> str:
        """A manager's code for a screen."""
        parts, now = self.callers.parts, self.callers.clock.now()
        kept = {"centre_id": self.callers.centre_id, "name": "Screen 7", "made_by": None}
        return parts.database.write_now(
            lambda conn: pairing.make_code(conn, parts.sealer, PairingKind.DISPLAY, now=now, **kept)
        ).digits

    def reasons(self, event: EventName) -> list[object]:
        rows = self.callers.parts.database.read_now(
            lambda conn: conn.execute(select(AuditEvent.leaf).where(AuditEvent.type == event.value)).scalars().all()
        )
        return [decode(leaf).data["reason"] for leaf in rows]


@contextmanager
def at_its_own_address(callers: Callers) -> Iterator[Served]:
    """The gateway of these callers over HTTP, under the address at which it listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        parts = replace(callers.parts, settings=replace(callers.parts.settings, url=address_of(listening)))
        own = replace(callers, parts=parts, app=fitted(parts))
        with serving(own.app, listening) as address:
            yield Served(own, address)
