"""Whole visits of residents who cannot sign in: in ink, witnessed from another centre, and on a call."""

import re
from typing import Any

from playwright.sync_api import Page

from gateway.demo import seed
from gateway.demo.carrying import CalledPhone, CarryingDesk
from gateway.demo.driving import Hands
from gateway.demo.people import PASSWORD, SEA, WITNESS
from gateway.demo.steps import expect
from gateway.demo.whole_visit import BY_CALL, BY_DISPLAY, BY_PHONE, ON_PAPER, Errand, WholeVisit
from gateway.demo.windows import DESK_SIZE, window


class CarriedVisit(WholeVisit):
    """A visit whose yes the assistant carries; its pictures have the route's name before theirs."""

    @property
    def counter(self) -> CarryingDesk:
        """The desk's own window, with the hands for this."""
        return CarryingDesk(self.desk.page, self.stack.url)

    def take(self, name: str, hands: Hands) -> None:
        """Take a picture, unless the other routes have the same."""
        if self.pictures is not None and name not in _COMMON:
            self.pictures.take(f"{self.errand.route}-{name}", hands.page)


_COMMON = frozenset({"search", "questions", "receipt", "closed", "farewell", "audit", "timeline", "desk"})


class PaperVisit(CarriedVisit):
    """A resident without phone and electronic identity signs with ink; somebody in another centre sees it."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        """As of `WholeVisit`."""
        super().__init__(*arguments, **named)
        self.witness = CarryingDesk(window(self.opened, DESK_SIZE).new_page(), self.stack.url)

    @property
    def windows(self) -> dict[str, Page]:
        """Every window by what it is."""
        return super().windows | {"witness": self.witness.page}

    def sign_in(self) -> None:
        """Sign in the assistant, and the witness elsewhere."""
        super().sign_in()
        with self.steps.step("Witness signed in, in another centre") as step:
            store = self.stack.open_store()
            try:
                code = store.database.write_now(lambda conn: seed.terminal_code(conn, store, SEA.id))
            finally:
                store.close()
            self.witness.enrol(code.digits)
            self.witness.sign_in(WITNESS.login, PASSWORD, self.codes.take(WITNESS))
            self.witness.read_in(self.language)
            step.seen = f"{WITNESS.name}, {SEA.name}"

    def allow(self) -> None:
        """Sign the statement."""
        self._sign("statement", WITNESS.name)
        self.desk.form("/preconditions").or_(self.desk.form("/answers")).first.wait_for()

    def confirm(self) -> None:
        """Sign what would be sent."""
        self._sign("read-back", "for exactly these values")

    def _sign(self, what: str, seen: str) -> None:
        with self.steps.step(f"Sheet with the {what} printed") as step:
            self.take(f"{what}-asked", self.desk)
            code = step.seen = self.counter.print_sheet()
            self.take(f"{what}-sheet", self.desk)
            scan = self.desk.page.screenshot(type="jpeg", full_page=True)
            self.desk.look_at(self.desk.visit_id)
        with self.steps.step("Signed sheet handed in") as step:
            self.counter.hand_in(code, scan)
            step.seen = f"{len(scan) // 1024} kB"
        with self.steps.step("Witness compared sheet and text, and confirmed") as step:
            self.witness.witness()
            self.take(f"{what}-witness", self.witness)
            self.witness.confirm_sheet()
            step.seen = seen


class CallVisit(CarriedVisit):
    """A resident who telephones is called back on the number that a register knows."""

    def allow(self) -> None:
        """Say the code on the call."""
        with self.steps.step("Statement read aloud on the call"):
            self.take("statement-asked", self.desk)
        with self.steps.step("Approved by the code that was said"):
            self.counter.say_code(self.texted_code())

    def confirm(self) -> None:
        """Open the link that came with the code, on the phone that is called."""
        with self.steps.step("Link opened on the phone, with the number that is said") as step:
            self.take("read-back-asked", self.desk)
            number = self.desk.code("said-number")
            called = CalledPhone(self.phone.page, self.stack.url)
            called.follow(self.message(re.compile(re.escape(self.stack.url) + r"/a/\S+").search).group())
            shown = called.approve_heard(number)
            self.take("read-back-phone", self.phone)
            expect("Paraugkalns" in shown, f"the phone does not show the child's name: {shown[:200]}")
            step.seen = f"{len(shown.splitlines())} lines"
        with self.steps.step("Confirmed") as step:
            self.phone.press("/approve/heard")
            step.seen = "by a button on the phone"


VISITS: dict[str, tuple[type[WholeVisit], Errand]] = {
    "phone": (WholeVisit, BY_PHONE),
    "display": (WholeVisit, BY_DISPLAY),
    "paper": (PaperVisit, ON_PAPER),
    "call": (CallVisit, BY_CALL),
}
"""How each route is driven, and what for."""
