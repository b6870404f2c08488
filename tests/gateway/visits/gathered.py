"""Everybody around one counter, what they hold in hand, and the onlooker who keeps account of them."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any, Self

from sqlalchemy import Connection, select, update
from sqlalchemy.exc import NoResultFound

from connectors.sdk.rules import AnswerError
from delegation.assurance import NumberSource, Route
from delegation.errors import DelegationError
from delegation.model import AuthorityKind
from gateway.clock import HeldClock
from gateway.parts import Parts
from gateway.people import fingerprints, residents
from gateway.people.access import StaffSession
from gateway.people.errors import PeopleError
from gateway.people.residents import Profile
from gateway.people.tables import ValueKind
from gateway.services.tables import Service
from gateway.visits import (
    approvals,
)
from gateway.visits.errors import VisitError
from gateway.visits.parties import Authority
from gateway.visits.tables import (
    Approval,
    Run,
    SecondLook,
    SecondLookState,
)
from tests.gateway.soft_authenticator import SoftAuthenticator
from tests.gateway.visits.colleagues import a_colleague, another_centre
from tests.gateway.visits.counter import (
    ILZE,
    Counter,
)
from tests.gateway.visits.holding import JANIS, Holding
from tests.gateway.visits.onlooker import Onlooker, Right

REFUSED = (VisitError, DelegationError, PeopleError, AnswerError, AssertionError, NoResultFound)
"""The last two are the counter's own: there is nothing that the act could be done with."""
ROUTES = (Route.PHONE, Route.PASSKEY, Route.DISPLAY, Route.CALL, Route.PAPER)
HOME = "Parauga iela 1-2, Paraugciems, LV-1234"
ACCOUNT, ANOTHER_ACCOUNT = "LV78PARA0000000000001", "LV51PARA0000000000002"
CHILD = Profile(name="Jurģis Paraudziņš", code="329999-10001")
COMPANY = Profile(name="SIA Paraugdarbnīca", code="40009999999", kind="company")
WHO: dict[str, dict[str, Any]] = {
    "for themselves": {},
    "for a child": {
        "person": CHILD,
        "approver": ILZE,
        "authority": Authority(kind=AuthorityKind.PARENT, document="birth_certificate"),
    },
    "two for a company": {
        "person": COMPANY,
        "approver": ILZE,
        "co_approvers": (JANIS,),
        "authority": Authority(kind=AuthorityKind.SIGNATORY, document="register"),
    },
}
"""Who asks, and who has to say yes."""
APPROVERS = {
    "for themselves": (ILZE.code,),
    "for a child": (ILZE.code,),
    "two for a company": (ILZE.code, JANIS.code),
}


@dataclass
class Gathered:
    """One counter, everybody around it, and the onlooker."""

    counter: Counter
    shares_address: bool
    who: str
    onlooker: Onlooker = field(init=False)
    staff: dict[str, StaffSession] = field(default_factory=dict)
    passkeys: dict[str, SoftAuthenticator] = field(default_factory=dict)
    matched: set[str] = field(default_factory=set)
    """Questions whose number was typed on the phone that is here now."""
    holder: str | None = None
    """Who has said yes on that phone in this visit."""
    trips: list[tuple[str, str]] = field(default_factory=list)
    """Sign-ins that have not come back: question and state."""
    codes: dict[str, str] = field(default_factory=dict)
    """One-time codes that were sent, by question."""

    def __post_init__(self) -> None:
        """The onlooker comes in."""
        self.onlooker = Onlooker(self.counter, known_account=ACCOUNT, shares_address=self.shares_address)

    @classmethod
    def set_up(cls, counter: Counter, *, shares_address: bool, who: str) -> Self:
        """Everybody comes in: residents with known number, account and passkey, and colleagues here and there."""
        store, now, by = counter.store, counter.clock.now(), counter.by
        made = cls(counter, shares_address, who)

        def prepare(conn: Connection) -> None:
            conn.execute(update(Service).values(routes=[route.value for route in ROUTES]))
            for each in (ILZE, JANIS, CHILD, COMPANY):
                number = f"+3712000000{each.code[-1]}" if each.kind == "person" else None
                known = replace_profile(each, phone=number, iban=ACCOUNT, address=HOME)
                found = residents.find_or_create(conn, store, each, now=now)
                residents.remember(conn, store, found.id, known, source=NumberSource.REGISTER, now=now)
            if shares_address:
                fingerprints.add(conn, store.sealer, by.staff_id, ValueKind.ADDRESS, HOME, by=by.actor, now=now)

        counter.write(prepare)
        for each in (ILZE, JANIS):
            made.passkeys[each.code] = SoftAuthenticator()
            Holding(counter).add(each, passkey=made.passkeys[each.code])
        counter.visit_id, counter.phone = "", None
        made.staff = {
            "asker": by,
            "colleague": a_colleague(counter),
            "at the same terminal": a_colleague(counter, terminal_id=by.terminal_id),
            "elsewhere": a_colleague(counter, centre_id=another_centre(counter)),
        }
        return made

    def again(self, store: Parts) -> Self:
        """The same people around a counter on a copy of the database."""
        clock = HeldClock(self.counter.clock.now())
        counter = replace(self.counter, store=replace(store, clock=clock), clock=clock)
        made = type(self)(counter, self.shares_address, self.who, staff=self.staff)
        made.passkeys = deepcopy(self.passkeys)
        return made

    def do(self, act: Callable[[], object]) -> bool:
        """Try an act; say whether it was taken."""
        try:
            act()
        except REFUSED:
            return False
        return True

    # What there is.

    def watch(self) -> None:
        """Let the onlooker look, and keep the codes that were sent meanwhile."""
        known = set(self.onlooker.questions)
        self.onlooker.watch()
        for asked in self.onlooker.questions.keys() - known:
            if self.onlooker.questions[asked].route in approvals.BY_CODE and self._tries_left(asked):
                self.codes[asked] = self.counter.sent_code()

    def newest_question(self, back: int = 0) -> str | None:
        """The id of the visit's newest question, or of one before it."""
        of_visit = (Approval.visit_id == self.counter.visit_id,)
        found = select(Approval.id).where(*of_visit).order_by(Approval.asked_at.desc())
        ids = self.counter.read(lambda conn: conn.execute(found).scalars().all())
        return ids[min(back, len(ids) - 1)] if ids else None

    def waiting_look(self) -> Any:
        """The newest thing that waits for a second look."""
        waiting = SecondLook.state == SecondLookState.WAITING
        found = select(SecondLook.__table__).where(waiting).order_by(SecondLook.asked_at.desc()).limit(1)
        return self.counter.read(lambda conn: conn.execute(found).one_or_none())

    def run(self, back: int = 0) -> Any:
        """The newest run of any visit, or one before it. Raises `NoResultFound` where there is none."""
        found = select(Run.__table__).order_by(Run.queued_at.desc()).offset(back).limit(1)
        return self.counter.read(lambda conn: conn.execute(found).one())

    def service(self) -> str:
        """The one that is worked on."""
        service = self.counter.view().visit["service_id"]
        assert service is not None, "no service is chosen"
        return str(service)

    def right(self) -> Right:
        """The newest that was asked in the visit."""
        return self.onlooker.rights[self.counter.delegation().id]

    def stop_code(self, right: Right) -> str:
        """The code on the papers of one delegation."""
        visit, self.counter.visit_id = self.counter.visit_id, right.visit
        try:
            return self.counter.stop_code()
        finally:
            self.counter.visit_id = visit

    def _is_theirs(self, asked: str, code: str) -> bool:
        """Whether this phone is at this question, in the hand of somebody whose yes is asked."""
        question = self.onlooker.questions.get(asked)
        if question is None or code != question.approver:
            return False
        phone = self.counter.phone
        if phone is None:
            return False
        entered = phone.approval_id == asked and asked in self.matched
        return entered or (phone.visit_id == question.right.visit and self.holder == code)

    def _no_to(self, asked: str) -> None:
        question = self.onlooker.questions.get(asked)
        if question is None:
            return
        if question.filing_id is None:
            self.onlooker.end(question.right)
        else:
            self.onlooker.forms[question.filing_id].question = None

    def _refused(self, look: Any) -> None:
        """A colleague has said no: as a no of whoever was asked."""
        if look.approval_id is not None:
            self._no_to(look.approval_id)
        elif look.filing_id is None:
            self.onlooker.end(self.onlooker.rights[look.delegation_id])

    def _stopped(self, right: Right, who: str) -> None:
        if who == "desk":
            newest = [each for each in self.onlooker.rights.values() if each.visit == right.visit][-1]
            self.onlooker.end(newest)
        elif who != "code" or self.counter.clock.now() < right.ends:
            self.onlooker.end(right)

    def _tries_left(self, asked: str) -> int:
        return int(self.counter.read(lambda conn: approvals.find(conn, asked)).tries_left)


def replace_profile(profile: Profile, **known: str | None) -> Profile:
    """What a register knows of somebody."""
    return Profile(name=profile.name, code=profile.code, kind=profile.kind, **known)
