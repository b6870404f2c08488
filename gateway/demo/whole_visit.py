"""One whole visit, from the resident's yes to the feedback, as two or three people would make it.

It looks at everything as an outsider: what the pages say, what the portal has counted, what arrived in the inbox, what
`pilnvara audit verify` concludes.
"""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TypeVar

from playwright.sync_api import Browser, Page
from sqlalchemy import Connection, select

from connectors.sandbox.residents import RESIDENTS, Resident
from connectors.sdk import registry
from gateway.demo import seed
from gateway.demo.codes import Codes
from gateway.demo.driving import PRINCIPAL, Auditor, Desk, Display, Hands, Phone
from gateway.demo.people import ASSISTANT, AUDITOR, NORTH, PASSWORD
from gateway.demo.pictures import Pictures
from gateway.demo.stack import Stack
from gateway.demo.steps import Steps, UnexpectedError, expect
from gateway.demo.windows import DESK_SIZE, DISPLAY_SIZE, PHONE_SIZE, window
from gateway.parts import Store
from gateway.terminals.pairing import Code
from gateway.visits.tables import DelegationRow

Found = TypeVar("Found")

SICKNESS_BENEFIT = "lv.vsaa.sickness_benefit"
KINDERGARTEN_QUEUE = "lv.municipality.kindergarten_queue"
_MESSAGE_SECONDS = 15.0
_POLL_SECONDS = 0.1
_TYPED_NUMBER = "+37120000001"
"""Of the resident, as it is said at the counter."""
_SHOW_WITH_HEADING = "list => scrollTo(0, list.getBoundingClientRect().top + scrollY - 100)"
_BY_CODE = frozenset({"display", "paper"})
"""Routes after which no message can be sent: the feedback's address is printed."""
_SHORT = 8
"""Signs of a long identifier that are enough to recognise it."""


@dataclass(frozen=True)
class Errand:
    """What a resident came for."""

    service: str
    route: str
    words: Mapping[str, str]
    """How somebody who does not know the service's name asks for it, by language."""
    resident: Resident = PRINCIPAL
    channel: str = "counter"


BY_PHONE = Errand(SICKNESS_BENEFIT, "phone", {"lv": "slimības lapa", "en": "sick leave"})
BY_DISPLAY = Errand(KINDERGARTEN_QUEUE, "display", {"lv": "vieta bērnudārzā", "en": "place in a kindergarten"})
ON_PAPER = Errand(SICKNESS_BENEFIT, "paper", {"lv": "slimības lapa", "en": "sick leave"})
BY_CALL = Errand(
    KINDERGARTEN_QUEUE,
    "call",
    {"lv": "vieta bērnudārzā", "en": "place in a kindergarten"},
    resident=next(each for each in RESIDENTS if each.personal_code == seed.KNOWN.code),
    channel="phone",
)


class WholeVisit:
    """The windows of everybody in one visit, and the steps in their order."""

    def __init__(
        self,
        stack: Stack,
        opened: Browser,
        steps: Steps,
        errand: Errand,
        *,
        language: str = "lv",
        codes: Codes | None = None,
        pictures: Pictures | None = None,
    ) -> None:
        """Open the windows. `codes` are shared by whoever signs in at one gateway, which takes each code once."""
        self.stack = stack
        self.opened = opened
        self.errand = errand
        self.language = language
        self.steps = steps
        self.codes = codes or Codes()
        self.pictures = pictures
        self._known_codes: frozenset[str] = frozenset()
        self._earlier_messages = len(stack.messages())
        self._earlier = stack.portal_state()
        self.desk = Desk(window(opened, DESK_SIZE).new_page(), stack.url)
        self.phone = Phone(window(opened, PHONE_SIZE, is_phone=True).new_page(), stack.url)
        self.display = Display(window(opened, DISPLAY_SIZE).new_page(), stack.url)
        self.auditor = Auditor(window(opened, DESK_SIZE).new_page(), stack.url)

    @property
    def windows(self) -> dict[str, Page]:
        """Every window by what it is."""
        hands = {"desk": self.desk, "phone": self.phone, "display": self.display, "auditor": self.auditor}
        return {name: each.page for name, each in hands.items()}

    def leave(self) -> None:
        """Close the windows."""
        for page in self.windows.values():
            page.context.close()

    def make(self) -> str:
        """Make the whole visit; return the feedback link.

        Raises:
            UnexpectedError: a step is not what it should be.
            playwright.sync_api.Error: a page did not come to what was waited for.
        """
        self.sign_in()
        if self.errand.route == "display":
            self.pair()
        self.find_service()
        self.grant()
        self.answer()
        self.confirm()
        reference = self.receive()
        link = self.close()
        self.give_feedback(link)
        self.check_portal(reference)
        self.check_trail()
        self.audit()
        return link

    def sign_in(self) -> None:
        """Enrol the counter's computer and sign the assistant in."""
        with self.steps.step("Terminal enrolled") as step:
            self.desk.enrol(self._code(seed.terminal_code))
            step.seen = NORTH.name
        with self.steps.step("Assistant signed in by password and one-time code") as step:
            self.desk.sign_in(ASSISTANT.login, PASSWORD, self.codes.take(ASSISTANT))
            expect(self.desk.page.url.endswith("/desk"), f"after signing in: {self.desk.page.url}")
            step.seen = ASSISTANT.name
            self.desk.read_in(self.language)

    def _code(self, make: Callable[[Connection, Store, str], Code]) -> str:
        """The digits that enrol a computer or screen of this centre."""
        store = self.stack.open_store()
        try:
            return store.database.write_now(lambda conn: make(conn, store, NORTH.id)).digits
        finally:
            store.close()

    def pair(self) -> None:
        """Pair the screen that faces the resident."""
        with self.steps.step("Display enrolled"):
            self.display.enrol(self._code(partial(seed.display_code, name="Ekrāns 1")))
        with self.steps.step("Display paired by the number that both screens show") as step:
            step.seen = self.desk.ask_for_display()
            shown = self.display.number()
            expect(shown == step.seen, f"the desk shows {step.seen}, the display {shown}")
            self.desk.pair_display()
            self.display.wait_until_paired()
            expect(self.display.is_blank, f"before a visit the display says: {self.display.heading}")

    def find_service(self) -> None:
        """Open the visit and find the service by plain words."""
        with self.steps.step("Visit opened") as step:
            step.seen = self.desk.open_visit(channel=self.errand.channel, language=self.language)[:_SHORT]
        words = self.errand.words[self.language]
        with self.steps.step(f"Service found by the words “{words}”") as step:
            found = self.desk.search(words)
            self.take("search", self.desk)
            step.seen = f"{found[0]}, first of {len(found)}"
            self.desk.choose(self.errand.service)

    def grant(self) -> None:
        """Ask for the delegation and get the yes."""
        number = _TYPED_NUMBER if self.errand.route == "display" else None
        with self.steps.step("Delegation asked for") as step:
            self.desk.ask(self.errand.resident, route=self.errand.route, number=number)
            step.seen = f"{self.errand.resident.name}, by {self.errand.route}"
        self.allow()
        with self.steps.step("Delegation signed") as step:
            step.seen = f"jti {self._delegation()[:_SHORT]}…"

    def allow(self) -> None:
        """Say yes to the statement."""
        if self.errand.route == "display":
            self._allow_on_display()
        else:
            self._allow_on_phone()

    def answer(self) -> None:
        """Answer the questions; the connector fills the portal's form."""
        sample = registry.find(self.errand.service).samples[0]
        answers = sample.answers(date.today())  # noqa: DTZ011 - the portal of this machine counts in its days
        with self.steps.step("Questions answered") as step:
            self.desk.meet_preconditions()
            self.take("questions", self.desk)
            self.desk.answer(sample, answers)
            step.seen = f"{len(answers)} answers"
        with self.steps.step("Form filled in at the portal, stopped before the last click, read back") as step:
            self.desk.wait_for_readback()
            self.take("desk", self.desk)
            seen = self._since_the_beginning("final_posts")
            expect(seen == 0, f"the portal has seen {seen} final requests already")
            step.seen = "nothing sent yet"

    def confirm(self) -> None:
        """See what would be sent, and say yes to exactly that."""
        with self.steps.step("Resident sees what would be sent") as step:
            if self.errand.route == "display":
                shown = self.display.wait_for_question()
                self.take("display", self.display)
                expect("Paraugkalns" in shown, f"the display does not show the child's name: {shown[:200]}")
                step.seen = f"{len(shown.splitlines())} lines on the display"
            else:
                values = self.phone.wait_for_readback()
                self.take("read-back", self.phone)
                expect(len(values) > 1, f"the phone shows {values}")
                step.seen = f"{len(values)} values on the phone"
        with self.steps.step("Confirmed") as step:
            if self.errand.route == "display":
                self.display.approve(self.texted_code())
                step.seen = "by a new code, for exactly these values"
            else:
                self.phone.approve()
                step.seen = "by a second fresh sign-in"

    def receive(self) -> str:
        """Wait for the receipt; return the reference number."""
        with self.steps.step("Sent once, received by the portal: reference number") as step:
            reference = step.seen = self.desk.wait_for_receipt()
            self.take("receipt", self.desk)
        with self.steps.step("Portal's receipt") as step:
            pdf = self.desk.receipt_pdf()
            expect(pdf.startswith(b"%PDF"), f"the receipt begins with {pdf[:8]!r}")
            step.seen = f"PDF, {len(pdf)} bytes"
        return reference

    def close(self) -> str:
        """Close the visit; return the feedback link."""
        with self.steps.step("Visit closed") as step:
            self.desk.close()
            step.seen = self.desk.heading
            self.take("closed", self.desk)
        with self.steps.step("Feedback asked") as step:
            if self.errand.route in _BY_CODE:  # a number that was typed at the counter is not used for anything else
                link = self.phone.look_up_feedback(self.desk.feedback_code)
                self.take("farewell", self.display)
                step.seen = f"by a code on paper: {link}"
            else:
                pattern = re.compile(re.escape(self.stack.url) + r"/f/\S+")
                link = self.message(pattern.search).group()
                step.seen = f"by SMS: {link}"
        return link

    def give_feedback(self, link: str) -> None:
        """Answer the three questions on the phone."""
        with self.steps.step("Feedback answered") as step:
            self.phone.give_feedback(link)
            step.seen = self.phone.heading

    def check_portal(self, reference: str) -> None:
        """See what the portal itself has counted."""
        with self.steps.step("Portal's own count") as step:
            state = self.stack.portal_state()
            applications = state["applications"][len(self._earlier["applications"]) :]
            accepted = [(each["reference"], each["person"]) for each in applications]
            counts = [self._since_the_beginning(what) for what in ("final_posts", "accepted")]
            expect(counts == [1, 1], f"accepted and final requests: {state}")
            expect(
                accepted == [(reference, self.errand.resident.personal_code)],
                f"the portal holds {accepted}, not {reference}",
            )
            step.seen = f"1 final request, 1 accepted: {reference}"

    def check_trail(self) -> None:
        """Verify the audit log as an operator would."""
        with self.steps.step("pilnvara audit verify") as step:
            verdict = self.stack.command("audit", "verify")
            expect(verdict.returncode == 0, f"exit {verdict.returncode}: {verdict.stdout}{verdict.stderr}")
            step.seen = verdict.stdout.splitlines()[0]

    def audit(self) -> None:
        """Look at the trail on the auditor's pages."""
        with self.steps.step("Auditor verifies the log and opens the visit's trail") as step:
            self.auditor.sign_in(AUDITOR.login, PASSWORD, self.codes.take(AUDITOR))
            self.auditor.read_in(self.language)
            expect(self.auditor.verify(), f"the auditor's page says: {self.auditor.page.inner_text('main')[:400]}")
            self.take("audit", self.auditor)
            count = self.auditor.open_visit(self.desk.visit_id)
            self.auditor.page.locator(".app-timeline").evaluate(_SHOW_WITH_HEADING)
            self.take("timeline", self.auditor)
            step.seen = f"{count} steps"

    def _allow_on_phone(self) -> None:
        with self.steps.step("Code typed on the phone"):
            self.take("ask", self.desk)
            self.phone.enter(self.desk.phone_code)
        with self.steps.step("Number on the counter's screen typed on the phone") as step:
            number = step.seen = self.desk.match_number
            self.phone.match(number)
        with self.steps.step("Statement read") as step:
            step.seen = f"{len(self.phone.statement.split())} words"
            self.take("statement", self.phone)
        with self.steps.step("Approved by a fresh sign-in"):
            self.phone.approve()

    def _allow_on_display(self) -> None:
        with self.steps.step("Statement read on the display") as step:
            step.seen = f"{len(self.display.wait_for_question().split())} words"
            self.take("display-statement", self.display)
        with self.steps.step("Approved by the code that was sent"):
            self.display.approve(self.texted_code())

    def texted_code(self) -> str:
        """The newest code in the resident's messages; each is used once, so a new one is waited for."""
        found = self.message(lambda text: _new_code(text, self._known_codes))
        self._known_codes |= {found}
        return found

    def message(self, look: Callable[[str], Found | None]) -> Found:
        """What `look` finds in the newest message in which it finds anything."""
        deadline = time.monotonic() + _MESSAGE_SECONDS
        while time.monotonic() < deadline:
            newest_first = self.stack.messages()
            for message in newest_first[: len(newest_first) - self._earlier_messages]:
                if found := look(message["text"]):
                    return found
            time.sleep(_POLL_SECONDS)
        raise UnexpectedError(f"in {_MESSAGE_SECONDS:.0f} s no such message arrived: {self.stack.messages()}")

    def _since_the_beginning(self, what: str) -> int:
        """How often the portal has counted something since the visit began."""
        return int(self.stack.portal_state()[what]) - int(self._earlier[what])

    def _delegation(self) -> str:
        """The id of the visit's delegation, which is its `jti`."""
        visit_id = self.desk.visit_id
        store = self.stack.open_store()
        try:
            statement = select(DelegationRow.id).where(
                DelegationRow.visit_id == visit_id, DelegationRow.granted_at.is_not(None)
            )
            found = store.database.read_now(lambda conn: conn.execute(statement).scalars().all())
        finally:
            store.close()
        expect(len(found) == 1, f"delegations in force: {len(found)}")
        return str(found[0])

    def take(self, name: str, hands: Hands) -> None:
        """Take a picture: of the display in a visit by it, of everything else in one by phone."""
        if self.pictures is not None and (hands is self.display) == (self.errand.route == "display"):
            self.pictures.take(name, hands.page)


def _new_code(text: str, known: frozenset[str]) -> str | None:
    found = re.search(r"\b\d{6}\b", text)
    return found.group() if found and found.group() not in known else None
