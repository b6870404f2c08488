"""A counter at work: each call is one step of a visit, through the flow's own functions, on a real database.

The portal and the browser are played: what a worker would report is handed in.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection, select, update

from audit.entry import Entry, decode
from audit.events import EventName
from connectors.runner.api import Prepared, Verdict
from connectors.sdk import registry
from delegation.assurance import Assurance, NumberSource, Route
from delegation.readback import ReadBack
from gateway.clock import HeldClock
from gateway.demo import catalogue as demo
from gateway.ids import digest
from gateway.keys import store as key_store
from gateway.ledger.tables import AuditEvent
from gateway.notifications.tables import Message
from gateway.parts import Parts
from gateway.people import residents
from gateway.people.access import DisplaySession, ResidentSession, StaffSession
from gateway.services.tables import Service
from gateway.visits import (
    approvals,
    asking,
    closing,
    confirming,
    opening,
    reading,
    requesting,
    rows,
    running,
    sending,
    sign_ins,
    stop_codes,
    stopping,
    turns,
)
from gateway.visits.approvals import Answer
from gateway.visits.asked import Asked, preconditions
from gateway.visits.closing import Said
from gateway.visits.reading import Stage, VisitView
from gateway.visits.sealed import VisitVault
from gateway.visits.tables import Approval, Channel, DelegationRow, Filing, Run, RunKind
from tests.gateway.visits.played import FINAL_FIELDS, READ_BACK, filed, final_request, signed_in

T = TypeVar("T")

BENEFIT = "lv.vsaa.sickness_benefit"
QUEUE = "lv.municipality.kindergarten_queue"
ILZE = residents.Profile(name="Ilze Paraudziņa", code="329999-00001")
AGREEMENT = "vsaa-network"
WORKER = "worker-1"
EVERYTHING = preconditions(demo.services())
"""All that has to be so before a yes, gone through."""


@dataclass
class Counter:
    """One assistant at one terminal, with one resident in front of them."""

    store: Parts
    clock: HeldClock
    by: StaffSession
    display: DisplaySession
    visit_id: str = ""
    phone: ResidentSession | None = None
    filing_id: str = ""
    attempts: int = field(default=0)
    signs_in: str = "329999-00001"
    """Personal code of whoever holds the phone."""

    def write(self, step: Callable[[Connection], T]) -> T:
        """One transaction; time passes from one to the next, as it does."""
        self.clock.move(timedelta(milliseconds=1))
        return self.store.database.write_now(step)

    def read(self, step: Callable[[Connection], T]) -> T:
        return self.store.database.read_now(step)

    # What holds before anybody comes.

    def takes(self, *routes: Route, least: Assurance | None = None) -> None:
        """The benefit takes these routes, and asks for `least` of the grant and of the permit."""
        values: dict[str, Any] = {"routes": [route.value for route in routes]}
        if least is not None:
            # As of a service that is not sensitive: a sensitive one takes no low yes, whatever its rules say.
            values |= {"grant_least": least, "permit_least": least, "sensitivity": "ordinary"}
        self.write(lambda conn: conn.execute(update(Service).where(Service.id == BENEFIT).values(**values)))

    def knows(self, person: residents.Profile, source: NumberSource = NumberSource.REGISTER) -> None:
        """A register, or another source, has told this of somebody."""
        now, named = self.clock.now(), residents.Profile(name=person.name, code=person.code, kind=person.kind)

        def work(conn: Connection) -> None:
            found = residents.find_or_create(conn, self.store, named, now=now)
            residents.remember(conn, self.store, found.id, person, source=source, now=now)

        self.write(work)

    # The assistant.

    def open(self, service: str = BENEFIT, language: str = "lv", *, channel: Channel = Channel.COUNTER) -> "Counter":
        self.visit_id = self.write(
            lambda conn: opening.open_visit(conn, self.store, self.by, channel=channel, language=language)
        )
        self.write(lambda conn: opening.choose_service(conn, self.store, self.by, self.visit_id, service))
        return self

    def open_several(self, *services: str) -> "Counter":
        """Open a visit about several services at once."""
        self.visit_id = self.write(
            lambda conn: opening.open_visit(conn, self.store, self.by, channel=Channel.COUNTER, language="lv")
        )
        self.write(lambda conn: turns.choose_services(conn, self.store, self.by, self.visit_id, services))
        return self

    def go_on(self, service: str) -> None:
        self.write(lambda conn: turns.next_service(conn, self.store, self.by, self.visit_id, service))

    def ask(
        self,
        route: Route = Route.PHONE,
        person: residents.Profile = ILZE,
        number: str | None = None,
        **more: Any,
    ) -> str:
        """Ask for the yes; `more` is what `Asked` takes besides."""
        more.setdefault("met", EVERYTHING)
        asked = Asked(person=person, route=route, document_kind="passport", number=number, **more)
        return self.write(lambda conn: requesting.request_delegation(conn, self.store, self.by, self.visit_id, asked))

    def fill(self, days_ago: int = 0, *, sample: int = 0, **changed: str) -> str:
        """Answer the questions of the service that is worked on; another `days_ago` is another period.

        `sample` is which of the connector's samples answers, and `changed` what is answered otherwise.
        """
        service = self.view().visit["service_id"]
        sample_of = registry.find(service).samples[sample]
        answers = dict(sample_of.answers(self.clock.now().date() - timedelta(days=days_ago))) | changed
        self.filing_id = self.write(
            lambda conn: asking.fill(conn, self.store, self.by, self.visit_id, answers, sample_of.files)
        )
        return self.filing_id

    def close(self, said: Said | None = None) -> str:
        return self.write(lambda conn: closing.close_visit(conn, self.store, self.by, self.visit_id, said=said)).value

    def close_whatever(self) -> None:
        """Close the visit; one that was sent first gets its answer."""
        if self.filing().sent_at is not None:
            self.answer(filed(self.clock.now()))
        self.close()

    # The resident's phone.

    def enter_code(self) -> ResidentSession:
        invitation = self.invitation()
        approval = self.write(lambda conn: approvals.open_by_code(conn, self.store, invitation.code))
        self.phone = self.session(approval_id=approval.id)
        return self.phone

    def match(self, number: str | None = None) -> Answer:
        phone = self.the_phone()
        typed = number or self.invitation().match_number
        return self.write(lambda conn: approvals.match_number(conn, self.store, phone, typed))

    def sign_in(
        self,
        code: str | None = None,
        acr: Assurance = Assurance.SUBSTANTIAL,
        *,
        since: timedelta = timedelta(0),
        approval_id: str | None = None,
    ) -> None:
        """Sign in at the identity provider for the newest asking, as the person with `code`."""
        phone = self.the_phone()
        approval = approval_id or self.approval().id
        begun = self.write(lambda conn: sign_ins.begin(conn, self.store, phone, approval, "sandbox"))
        self.come_back(begun.state, code or self.signs_in, acr, since=since)

    def come_back(
        self,
        state: str,
        code: str = ILZE.code,
        acr: Assurance = Assurance.SUBSTANTIAL,
        *,
        since: timedelta = timedelta(0),
    ) -> None:
        phone = self.the_phone()
        returned = self.write(lambda conn: sign_ins.take(conn, self.store, phone, state))
        signed = signed_in(code, acr, self.clock.now() - since)
        resident_id = self.write(lambda conn: confirming.approve_by_sign_in(conn, self.store, phone, returned, signed))
        self.phone = self.session(approval_id=phone.approval_id, resident_id=resident_id)

    def grant(self, **more: Any) -> "Counter":
        """By phone, from code to sign-in."""
        self.ask(**more)
        self.enter_code()
        assert self.match() is Answer.RIGHT
        self.sign_in()
        return self

    def send(self) -> None:
        """From the answers to the portal's receipt."""
        assert self.prepare()
        self.sign_in()
        verdict = self.press()
        assert verdict.allowed, verdict.reason
        self.answer(filed(self.clock.now()))

    def refuse(self) -> None:
        """Say no on the phone to the newest asking."""
        phone, approval = self.the_phone(), self.approval().id
        self.write(lambda conn: confirming.refuse_on_phone(conn, self.store, phone, approval))

    def lapse(self) -> None:
        """Nobody answers the newest asking until its time is over."""
        approval = self.approval().id
        self.clock.move(self.store.settings.approval_lapse)
        self.write(lambda conn: confirming.lapse(conn, self.store, approval))

    def stop(self) -> datetime | None:
        delegation = self.delegation().id
        phone = self.the_phone()
        return self.write(
            lambda conn: stopping.stop_or_say_sent(conn, self.store, delegation, by=phone.actor, whose="resident")
        )

    # The worker.

    def run_of(self, kind: RunKind) -> Any:
        return self.read(
            lambda conn: conn.execute(
                select(Run.__table__)
                .where(Run.filing_id == self.filing_id, Run.kind == kind)
                .order_by(Run.queued_at.desc())
                .limit(1)
            ).one()
        )

    def begin(self, kind: RunKind = RunKind.PREPARE) -> running.Errand | None:
        run = self.run_of(kind)
        return self.write(lambda conn: running.begin(conn, self.store, run.id, WORKER))

    def prepare(self, readback: ReadBack | None = None) -> bool:
        """Fill and read back."""
        self.begin()
        run = self.run_of(RunKind.PREPARE)
        result = Prepared(
            readback=readback or READ_BACK, picture_png=b"png", steps=(), timings=(), fingerprints_ok=True
        )
        return self.write(lambda conn: running.prepared(conn, self.store, run.id, result, WORKER))

    def press(self, fields: tuple[tuple[str, str], ...] | None = None) -> Verdict:
        """Let the final request ask at the gate."""
        self.begin_send()
        return self.knock(fields)

    def begin_send(self) -> None:
        """A worker takes up the last click."""
        self.begin(RunKind.SEND)

    def knock(self, fields: tuple[tuple[str, str], ...] | None = None) -> Verdict:
        run = self.run_of(RunKind.SEND)
        request = final_request(run.id, FINAL_FIELDS if fields is None else fields)
        return self.write(lambda conn: sending.decide_final(conn, self.store, run.id, request))

    def answer(self, result: Any) -> None:
        run = self.run_of(RunKind.SEND)
        self.write(lambda conn: sending.outcome(conn, self.store, run.id, result))

    # What there is to see.

    def view(self) -> VisitView:
        return self.read(lambda conn: reading.for_desk(conn, self.store, self.by, self.visit_id))

    @property
    def stage(self) -> Stage:
        return self.view().stage

    def approval(self) -> Any:
        return self._newest(Approval, Approval.visit_id == self.visit_id, Approval.asked_at)

    def delegation(self) -> Any:
        return self._newest(DelegationRow, DelegationRow.visit_id == self.visit_id, DelegationRow.requested_at)

    def has_asked(self) -> bool:
        """Whether a delegation was requested in the visit."""
        found = select(DelegationRow.id).where(DelegationRow.visit_id == self.visit_id)
        return self.read(lambda conn: conn.execute(found).first()) is not None

    def delegation_of(self, delegation_id: str) -> Any:
        return self._newest(DelegationRow, DelegationRow.id == delegation_id, DelegationRow.requested_at)

    def filings(self) -> Any:
        """Every filing of the visit, the oldest first."""
        return self.read(lambda conn: rows.filings_of_visit(conn, self.visit_id))

    def filing(self) -> Any:
        return self._newest(Filing, Filing.visit_id == self.visit_id, Filing.drafted_at)

    def invitation(self) -> approvals.Invitation:
        view = self.view()
        shown = self.read(lambda conn: reading.OpenedVisit(conn, self.store, view).invitation())
        assert shown is not None
        return shown

    def opened(self, look: Callable[[reading.OpenedVisit], T]) -> T:
        view = self.view()
        return self.read(lambda conn: look(reading.OpenedVisit(conn, self.store, view)))

    def events(self) -> list[EventName]:
        rows = self.read(
            lambda conn: (
                conn.execute(select(AuditEvent.type).where(AuditEvent.chain == self.visit_id).order_by(AuditEvent.n))
                .scalars()
                .all()
            )
        )
        return [EventName(row) for row in rows]

    def entry(self, event: EventName) -> Entry:
        """The newest event of this kind."""
        row = self._newest(AuditEvent, (AuditEvent.chain == self.visit_id) & (AuditEvent.type == event), AuditEvent.n)
        return decode(bytes(row.leaf))

    def said(self, event: EventName) -> dict[str, Any]:
        """The data of the newest event of this kind."""
        return dict(self.entry(event).data)

    def sent_code(self) -> str:
        """The one-time code in the newest SMS."""
        found = re.search(r"[0-9]{6}", self.newest_message())
        assert found, "the message has no code"
        return found[0]

    def newest_message(self) -> str:
        """The newest SMS with a code."""
        row = self._newest(Message, Message.template.like("%_code"), Message.created_at)
        body = self.read(
            lambda conn: self.store.sealer.open(
                key_store.load(conn, self.store.sealer, row.key_id), f"message.body:{row.id}", row.body
            )
        )
        return body.decode()

    def stop_code(self) -> str:
        """The code on the resident's papers."""
        delegation_id = self.delegation().id
        code = self.read(
            lambda conn: stop_codes.code_of(VisitVault.of(conn, self.store.sealer, self.visit_id), delegation_id)
        )
        assert code is not None
        return code

    def session(self, *, approval_id: str | None, resident_id: str | None = None) -> ResidentSession:
        now = self.clock.now()
        return ResidentSession(
            token_hash=digest("phone"),
            resident_id=resident_id,
            visit_id=self.visit_id,
            approval_id=approval_id,
            language="lv",
            csrf="",
            auth_time=None,
            acr=None,
            seen_at=now,
            idle_until=now + timedelta(minutes=30),
            ends_at=now + timedelta(minutes=30),
        )

    def the_phone(self) -> ResidentSession:
        assert self.phone is not None
        return self.phone

    def _newest(self, table: Any, where: Any, by: Any) -> Any:
        return self.read(
            lambda conn: conn.execute(select(table.__table__).where(where).order_by(by.desc()).limit(1)).one()
        )
