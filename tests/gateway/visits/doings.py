"""What everybody can do around one counter, in any order: each act tells an onlooker what was really said and done.

An act answers whether it was taken. A refusal is no failure: whatever the gateway must not take is tried here too.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.exc import NoResultFound

from connectors.runner.api import Absent, Found
from connectors.runner.errors import ReadBackChangedError, ValuesRefusedError
from connectors.sdk import registry
from connectors.sdk.inputs import Upload
from delegation.assurance import Assurance, Route
from gateway.keys import signing
from gateway.keys.signing import KeyKind
from gateway.services import agreements
from gateway.visits import (
    approvals,
    calling,
    confirming,
    documents,
    granting,
    paper,
    running,
    second_acts,
    second_person,
    sending,
    sign_ins,
    stopping,
)
from gateway.visits.approvals import Answer
from gateway.visits.stopping import StopReason
from gateway.visits.tables import (
    Approval,
    DelegationRow,
    Permit,
    RunKind,
    SecondLook,
    SecondLookKind,
)
from tests.gateway.visits.counter import AGREEMENT, BENEFIT, QUEUE, WORKER
from tests.gateway.visits.gathered import ACCOUNT, ANOTHER_ACCOUNT, APPROVERS, WHO, Gathered
from tests.gateway.visits.holding import Holding
from tests.gateway.visits.played import FINAL_FIELDS, READ_BACK, declined, filed, final_request, unknown

_AGREEMENTS = {BENEFIT: (AGREEMENT, "VSAA"), QUEUE: ("A2", "Ziemeļu novads")}
_SHEET = Upload("lapa.jpg", "image/jpeg", b"\xff\xd8\xff ink")
_PAPER = frozenset({SecondLookKind.PAPER_GRANT, SecondLookKind.PAPER_PERMIT})


class Doings(Gathered):
    """The acts."""

    # The assistant.

    def open(self, *services: str) -> bool:
        self.counter.phone, self.holder = self.counter.phone, None
        return self.do(lambda: self.counter.open_several(*services))

    def ask(self, route: Route, *, typed: bool = False) -> bool:
        self.onlooker.asked = APPROVERS[self.who]
        number = "+37129999999" if typed else None
        return self.do(lambda: self.counter.ask(route, number=number, **WHO[self.who]))

    def withdraw(self) -> bool:
        counter = self.counter
        taken = self.do(
            lambda: counter.write(
                lambda conn: granting.withdraw_request(conn, counter.store, counter.by, counter.visit_id)
            )
        )
        if taken:
            self.onlooker.end(self.right())
        return taken

    def look_at_document(self) -> bool:
        """Of whoever is asked after somebody else at the counter; of anybody else it is refused."""
        counter, asked = self.counter, self.newest_question() or ""
        return self.do(
            lambda: counter.write(
                lambda conn: documents.record(conn, counter.store, counter.by, counter.visit_id, asked, "passport")
            )
        )

    def renew(self) -> bool:
        counter = self.counter
        asked = self.newest_question()
        taken = asked is not None and self.do(
            lambda: counter.write(
                lambda conn: approvals.renew_invitation(conn, counter.store, counter.by, counter.visit_id, asked)
            )
        )
        if taken:
            self.matched.discard(asked or "")
        return taken

    def fill(self, *, new_account: bool, sample: int, days_ago: int) -> bool:
        counter, account = self.counter, ANOTHER_ACCOUNT if new_account else ACCOUNT

        def work() -> str:
            asks_account = any(each.name == "account" for each in registry.find(self.service()).inputs)
            self.onlooker.filled = account if asks_account else ""
            changed = {"account": account} if asks_account else {}
            return counter.fill(days_ago, sample=sample, **changed)

        taken = self.do(work)
        if taken:
            self.onlooker.filled_again(counter.filing_id, self.onlooker.filled or "")
        return taken

    def ask_again(self) -> bool:
        counter = self.counter
        return self.do(
            lambda: counter.write(lambda conn: confirming.ask_again(conn, counter.store, counter.by, counter.visit_id))
        )

    def go_on_to(self, service: str) -> bool:
        return self.do(lambda: self.counter.go_on(service))

    def close(self) -> bool:
        taken = self.do(self.counter.close)
        if taken:
            self.onlooker.end(*self.onlooker.of_visit(self.counter.visit_id))
        return taken

    # The phone.

    def enter_code(self) -> bool:
        taken = self.do(self.counter.enter_code)
        if taken:
            self.holder, self.matched = None, set()
        return taken

    def match(self, *, right: bool) -> bool:
        def work() -> None:
            number = self.counter.invitation().match_number
            typed = number if right else f"{(int(number) - 9) % 90 + 10}"
            if self.counter.match(typed) is Answer.RIGHT:
                assert right or self.counter.the_phone().approval_id in self.matched
                self.matched.add(self.counter.the_phone().approval_id or "")

        return self.do(work)

    def leave_to_sign_in(self, back: int = 0) -> bool:
        counter, asked = self.counter, self.newest_question(back)

        def work() -> None:
            phone = counter.the_phone()
            begun = counter.write(lambda conn: sign_ins.begin(conn, counter.store, phone, asked or "", "sandbox"))
            self.trips.append((asked or "", begun.state))

        return self.do(work)

    def come_back(self, code: str, acr: Assurance = Assurance.SUBSTANTIAL, *, stale: bool = False) -> bool:
        if not self.trips:
            return False
        asked, state = self.trips.pop()
        if self._is_theirs(asked, code) and acr >= Assurance.SUBSTANTIAL and not stale:
            self.onlooker.said_yes = (asked, code)
        since = timedelta(minutes=5 if stale else 0)
        taken = self.do(lambda: self.counter.come_back(state, code, acr, since=since))
        if taken:
            self.holder = code
        return taken

    def use_passkey(self, code: str) -> bool:
        asked = self.newest_question() or ""
        if self._is_theirs(asked, code):
            self.onlooker.said_yes = (asked, code)
        taken = self.do(lambda: Holding(self.counter, self.passkeys[code]).answer())
        if taken:
            self.holder = code
        return taken

    def refuse(self, where: str) -> bool:
        """Say no where the question stands: on the phone, at the display, or to the assistant."""
        counter, asked = self.counter, self.newest_question() or ""
        acts: dict[str, Callable[[Connection], None]] = {
            "phone": lambda conn: confirming.refuse_on_phone(conn, counter.store, counter.the_phone(), asked),
            "display": lambda conn: confirming.refuse_on_display(conn, counter.store, counter.display, asked),
            "desk": lambda conn: confirming.refuse_at_desk(conn, counter.store, counter.by, counter.visit_id, asked),
        }
        taken = self.do(lambda: counter.write(acts[where]))
        if taken:
            self._no_to(asked)
        return taken

    # Codes and ink.

    def say_code(self, where: str, *, back: int = 0) -> bool:
        """Type or say a one-time code; `back` takes one that was sent earlier, for another text."""
        counter, asked = self.counter, self.newest_question() or ""
        question = self.onlooker.questions.get(asked)
        sent = list(self.codes.items())[::-1]
        if not sent:
            return False
        _meant, code = sent[min(back, len(sent) - 1)]
        route = {"display": Route.DISPLAY, "call": Route.CALL}.get(where)
        if question is not None and question.approver and code == self.codes.get(asked) and route is question.route:
            self.onlooker.said_yes = (asked, question.approver)
        display = counter.display if where == "display" else replace(counter.display, terminal_id="T9")

        def work(conn: Connection) -> Answer:
            if where == "call":
                return calling.take_code(conn, counter.store, counter.by, counter.visit_id, asked, code)
            return confirming.approve_on_display(conn, counter.store, display, asked, code)

        return self.do(lambda: counter.write(work))

    def hand_in(self, *, back: int = 0) -> bool:
        """Hand in a signed sheet; `back` takes one that was printed for an earlier text."""
        counter, asked = self.counter, self.newest_question() or ""
        printed = self.newest_question(back) or asked

        def work(conn: Connection) -> str:
            code = paper.sheet_code(approvals.find(conn, printed).subject_hash)
            by, visit = counter.by, counter.visit_id
            return paper.hand_in(conn, counter.store, by, visit, asked, code, _SHEET)

        return self.do(lambda: counter.write(work))

    def look(self, who: str, *, yes: bool) -> bool:
        """Somebody is shown what waits for a second look, and answers it."""
        counter, session, row = self.counter, self.staff[who], self.waiting_look()
        if row is None:
            return False
        is_paper = row.kind in _PAPER
        if yes and (who == "colleague" or (who == "elsewhere" and is_paper)):
            self.onlooker.looked = row.id
            question = self.onlooker.questions.get(row.approval_id or "")
            if is_paper and question is not None and question.approver is not None:
                self.onlooker.said_yes = (row.approval_id, question.approver)
        act = second_acts.confirm if yes else second_acts.refuse

        def work() -> None:
            counter.write(lambda conn: second_person.look(conn, counter.store, session, row.id))
            counter.write(lambda conn: act(conn, counter.store, session, row.id))

        taken = self.do(work)
        if taken and not yes:
            self._refused(row)
        return taken

    # The worker.

    def prepare(self, version: str) -> bool:
        """Fill and read back; `version` is the page's own."""
        counter = self.counter
        form = self.onlooker.forms.get(counter.filing_id)
        if form is None:
            return False
        before, form.version = form.version, version
        items = tuple(replace(each, value=version) if each.control == "versija" else each for each in READ_BACK.items)
        taken = self.do(lambda: _ensure(counter.prepare(replace(READ_BACK, items=items))))
        if not taken:
            form.version = before
        return taken

    def fail(self, *, changed: bool) -> bool:
        counter = self.counter
        error = ReadBackChangedError() if changed else ValuesRefusedError({"account": "Nepieder."})
        return self.do(lambda: counter.write(lambda c: running.failed(c, counter.store, self.run().id, error)))

    def press(self, version: str, *, back: int = 0, begun: bool = True) -> bool:
        """Let a final request ask at the gate; `back` is how many runs ago its worker was started."""
        counter = self.counter
        try:
            run = self.run(back)
        except NoResultFound:
            return False
        if begun:
            self.do(lambda: counter.write(lambda conn: running.begin(conn, counter.store, run.id, WORKER)))
        self.counter.clock.move(timedelta(milliseconds=1))
        if self.onlooker.may_send(run, version):
            self.onlooker.may_leave = run.filing_id
        fields = tuple((name, version if name == "versija" else value) for name, value in FINAL_FIELDS)
        request = final_request(run.id, fields)
        verdict = counter.store.database.write_now(
            lambda conn: sending.decide_final(conn, counter.store, run.id, request)
        )
        assert verdict.allowed <= (self.onlooker.may_leave is not None), "the gate let out what nobody allows"
        return verdict.allowed

    def step(self, back: int) -> bool:
        """Let a request before the final one ask at the gate."""
        counter = self.counter
        try:
            run = self.run(back)
        except NoResultFound:
            return False
        allowed = counter.read(lambda conn: sending.decide_step(conn, counter.store, run.id)).allowed
        right = self.onlooker.forms[run.filing_id].right
        is_asking = run.kind is RunKind.LOOK_UP
        assert not allowed or is_asking or right.is_live(counter.clock.now()), "a step left without a live yes"
        return allowed

    def answer(self, how: str) -> bool:
        counter, now = self.counter, self.counter.clock.now()
        results: dict[str, Any] = {"filed": filed(now), "declined": declined(now), "unknown": unknown(now)}
        return self.do(lambda: counter.answer(results[how]))

    def look_up(self, *, found: bool) -> bool:
        counter = self.counter
        result = Found(reference="SP-2026-000009", pdf=None) if found else Absent(conclusive=True)

        def work() -> None:
            errand = counter.begin(RunKind.LOOK_UP)
            assert errand is not None
            counter.write(lambda conn: sending.looked_up(conn, counter.store, errand.run_id, result))

        return self.do(work)

    # Whoever ends it, and what time and others do.

    def stop(self, who: str, back: int = 0) -> bool:
        """Stop what was asked `back` askings ago."""
        counter, store = self.counter, self.counter.store
        rights = list(self.onlooker.rights.values())[::-1]
        if not rights:
            return False
        right = rights[min(back, len(rights) - 1)]
        acts: dict[str, Callable[[Connection], object]] = {
            "phone": lambda conn: stopping.stop_or_say_sent(
                conn, store, right.id, by=counter.the_phone().actor, whose="resident"
            ),
            "desk": lambda conn: stopping.stop_at_desk(conn, store, counter.by, right.visit, StopReason.RESIDENT_ASKED),
            "manager": partial(
                stopping.stop_in_centre,
                parts=store,
                by=self.staff["colleague"],
                delegation_id=right.id,
                reason=StopReason.MISUSE,
            ),
            "elsewhere": partial(
                stopping.stop_in_centre,
                parts=store,
                by=self.staff["elsewhere"],
                delegation_id=right.id,
                reason=StopReason.MISUSE,
            ),
            "code": lambda conn: stopping.stop_by_code(conn, store, self.stop_code(right)),
        }
        taken = self.do(lambda: counter.write(acts[who]))
        assert not (taken and who == "elsewhere"), "another centre's manager has stopped it"
        if taken:
            self._stopped(right, who)
        return taken

    def jobs(self) -> None:
        """Everything that waits for its time is looked at, as often and as late as it may be."""
        counter, store = self.counter, self.counter.store

        def work(conn: Connection) -> None:
            for each in conn.execute(select(Approval.id)).scalars().all():
                confirming.lapse(conn, store, each)
            for each in conn.execute(select(DelegationRow.id)).scalars().all():
                stopping.expire(conn, store, each)
            for filing_id, permit_id in conn.execute(select(Permit.filing_id, Permit.id)).all():
                confirming.lapse_permit(conn, store, filing_id, permit_id)
            for each in conn.execute(select(SecondLook.id)).scalars().all():
                second_acts.lapse(conn, store, each)

        counter.write(work)

    def rotate(self, kind: KeyKind, *, at_once: bool) -> None:
        counter, store, now = self.counter, self.counter.store, self.counter.clock.now()

        def work(conn: Connection) -> None:
            signing.rotate(conn, store.sealer, kind, now, at_once=at_once)
            store.keys.refresh(conn, store.sealer, now)

        counter.write(work)

    def agreement(self, service: str, *, ends: bool) -> None:
        """The holder's agreement ends at this instant, or there is a new one."""
        counter, (first, holder), now = self.counter, _AGREEMENTS[service], self.counter.clock.now()

        def work(conn: Connection) -> None:
            for each in {first, *agreements.of_holder(conn, holder)}:
                agreements.end(conn, each, now)
            if not ends:
                agreements.conclude(conn, holder=holder, begins_at=now)

        counter.write(work)
        (self.onlooker.closed_services.add if ends else self.onlooker.closed_services.discard)(service)


def _ensure(condition: bool) -> None:
    assert condition
