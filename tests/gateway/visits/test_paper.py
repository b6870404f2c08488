"""A yes in ink: printed, signed, handed in, and seen by somebody else."""

import hashlib
from datetime import timedelta
from functools import partial

import msgspec
import pytest
from sqlalchemy import Connection, select

from audit.events import EventName
from connectors.sdk.inputs import Upload
from connectors.sdk.rules import AnswerError
from delegation.assurance import Assurance, Route
from delegation.errors import AssuranceTooLowError
from delegation.model import DelegationState
from delegation.readback import Item, ReadBack
from gateway.people.access import StaffSession
from gateway.people.residents import Profile
from gateway.visits import asking, confirming, paper, reading, second_acts, second_person, stopping
from gateway.visits.errors import (
    ApprovalOverError,
    NotFoundError,
    NotLookedAtError,
    OutOfOrderError,
    PaperVoidError,
    RouteNotAllowedError,
    SecondLookOverError,
    SecondPersonError,
)
from gateway.visits.paper import Witnessed, WitnessReason
from gateway.visits.reading import Stage
from gateway.visits.sealed import VisitVault
from gateway.visits.stopping import Outcome
from gateway.visits.tables import SealedRecord
from tests.gateway.visits.colleagues import a_colleague, another_centre
from tests.gateway.visits.counter import ILZE, Counter
from tests.gateway.visits.played import READ_BACK, filed

SHEET = Upload("lapa.jpg", "image/jpeg", b"\xff\xd8\xff ink")
ANOTHER_SHEET = Upload("lapa.pdf", "application/pdf", b"%PDF-1.7 ink")
CHANGED = ReadBack(
    items=(Item("account", "konts", "Konta numurs", "text", "LV00HABA0000000000000", "LV00HABA0000000000000"),),
    attachments=(),
    fee="0,00 EUR",
    language="lv",
)


@pytest.fixture
def desk(counter: Counter) -> Counter:
    """A service that takes paper."""
    counter.takes(Route.PHONE, Route.PAPER, least=Assurance.SUBSTANTIAL)
    return counter.open()


def code_of(counter: Counter) -> str:
    return paper.sheet_code(counter.approval().subject_hash)


def hand_in(counter: Counter, upload: Upload = SHEET, code: str | None = None) -> str:
    approval, typed = counter.approval().id, code or code_of(counter)
    return counter.write(
        lambda conn: paper.hand_in(conn, counter.store, counter.by, counter.visit_id, approval, typed, upload)
    )


def look(counter: Counter, witness: StaffSession, look_id: str) -> Witnessed:
    counter.write(lambda conn: second_person.look(conn, counter.store, witness, look_id))
    return counter.read(lambda conn: paper.for_witness(conn, counter.store, witness, look_id))


def confirm(counter: Counter, witness: StaffSession, look_id: str) -> None:
    counter.write(lambda conn: second_acts.confirm(conn, counter.store, witness, look_id))


def refuse(counter: Counter, witness: StaffSession, look_id: str, reason: WitnessReason) -> None:
    counter.write(lambda conn: paper.refuse_as_witness(conn, counter.store, witness, look_id, reason))


def witnessed(counter: Counter, witness: StaffSession) -> None:
    look_id = hand_in(counter)
    look(counter, witness, look_id)
    confirm(counter, witness, look_id)


def evidence_of(counter: Counter) -> dict[str, str]:
    approval = counter.approval().id
    kept = counter.read(
        lambda conn: VisitVault.of(conn, counter.store.sealer, counter.visit_id).take(approval, "evidence")
    )
    found: dict[str, str] = msgspec.json.decode(kept)
    return found


class TestWholeWay:
    def test_without_phone_or_electronic_identity_leads_from_document_to_feedback(self, desk: Counter) -> None:
        here, elsewhere = a_colleague(desk), a_colleague(desk, "Citur", centre_id=another_centre(desk))
        desk.ask(Route.PAPER)
        assert desk.stage is Stage.APPROVAL
        witnessed(desk, here)
        assert desk.view().stage is Stage.QUESTIONS
        given = desk.delegation().approvals[0]
        assert (given["route"], given["assurance"]) == ("paper", Assurance.SUBSTANTIAL.value)
        desk.fill()
        desk.prepare()
        assert desk.view().stage is Stage.PERMIT
        witnessed(desk, elsewhere)
        assert desk.view().stage is Stage.SENDING
        assert desk.press().allowed
        desk.answer(filed(desk.clock.now()))
        assert desk.close() == "filed"
        assert desk.opened(reading.OpenedVisit.feedback_link)
        events = desk.events()
        assert events.count(EventName.APPROVAL_PAPER_HANDED_IN) == 2
        assert events.count(EventName.APPROVAL_PAPER_SEEN) == 2

    def test_shows_the_witness_the_very_text_the_signer_and_the_sheet(self, desk: Counter) -> None:
        witness = a_colleague(desk)
        desk.ask(Route.PAPER)
        look_id = hand_in(desk)
        with pytest.raises(NotLookedAtError):
            desk.read(lambda conn: paper.for_witness(conn, desk.store, witness, look_id))
        seen = look(desk, witness, look_id)
        assert seen.statement is not None
        assert seen.statement == desk.opened(reading.OpenedVisit.statement)
        assert (seen.name, seen.document, seen.code) == ("Ilze Paraudziņa", "passport", code_of(desk))
        scan = desk.read(lambda conn: paper.scan_for_witness(conn, desk.store, witness, look_id))
        assert (scan.media_type, scan.content) == ("image/jpeg", SHEET.content)

    def test_shows_the_witness_whose_yes_it_counts_as_whatever_name_was_typed(self, desk: Counter) -> None:
        """The name of whoever stands there, over the personal code of somebody else."""
        witness = a_colleague(desk)
        desk.ask(Route.PAPER, person=Profile(name="Cita Persona", code=ILZE.code))
        seen = look(desk, witness, hand_in(desk))
        assert (seen.name, seen.personal_code) == ("Cita Persona", ILZE.code)

    def test_keeps_hash_of_the_sheet_and_who_saw_it_as_evidence_and_nothing_unsealed(self, desk: Counter) -> None:
        witness = a_colleague(desk)
        desk.ask(Route.PAPER)
        witnessed(desk, witness)
        evidence = evidence_of(desk)
        assert evidence["scan_sha256"] == hashlib.sha256(SHEET.content).hexdigest()
        assert (evidence["witness"], evidence["handed_in_by"]) == (witness.staff_id, desk.by.staff_id)
        stored = desk.read(lambda conn: conn.execute(select(SealedRecord.content)).scalars().all())
        assert not any(SHEET.content in each for each in stored)


class TestWitness:
    def test_is_never_who_asked_nor_somebody_at_their_terminal(self, desk: Counter) -> None:
        desk.ask(Route.PAPER)
        look_id = hand_in(desk)
        for session in (desk.by, a_colleague(desk, terminal_id=desk.by.terminal_id)):
            with pytest.raises(SecondPersonError):
                confirm(desk, session, look_id)
        assert desk.stage is Stage.APPROVAL

    def test_who_has_not_looked_answers_nothing(self, desk: Counter) -> None:
        witness = a_colleague(desk)
        desk.ask(Route.PAPER)
        look_id = hand_in(desk)
        with pytest.raises(NotLookedAtError):
            confirm(desk, witness, look_id)
        assert desk.stage is Stage.APPROVAL

    def test_sees_the_sheet_no_longer_than_there_is_something_to_answer(self, desk: Counter) -> None:
        witness = a_colleague(desk)
        desk.ask(Route.PAPER)
        look_id = hand_in(desk)
        look(desk, witness, look_id)
        confirm(desk, witness, look_id)
        for show in (paper.for_witness, paper.scan_for_witness):
            with pytest.raises(NotFoundError):
                desk.read(partial(show, parts=desk.store, session=witness, look_id=look_id))

    def test_who_refuses_says_no_to_the_statement_and_why(self, desk: Counter) -> None:
        witness = a_colleague(desk)
        desk.ask(Route.PAPER)
        look_id = hand_in(desk)
        look(desk, witness, look_id)
        refuse(desk, witness, look_id, WitnessReason.OTHER_PERSON)
        assert desk.stage is Stage.REFUSED
        approval = desk.approval().id
        kept = desk.read(lambda conn: paper.refusal_of(VisitVault.of(conn, desk.store.sealer, desk.visit_id), approval))
        assert kept is WitnessReason.OTHER_PERSON

    def test_who_refuses_the_read_back_stops_the_sending_and_nothing_else(self, desk: Counter) -> None:
        witness = a_colleague(desk)
        desk.ask(Route.PAPER)
        witnessed(desk, witness)
        desk.fill()
        desk.prepare()
        look_id = hand_in(desk)
        look(desk, witness, look_id)
        refuse(desk, witness, look_id, WitnessReason.NOT_SEEN)
        assert desk.stage is Stage.PERMIT_REFUSED

    def test_that_nobody_is_lets_the_question_lapse_with_a_way_on(self, desk: Counter) -> None:
        desk.ask(Route.PAPER)
        look_id = hand_in(desk)
        desk.clock.move(timedelta(minutes=44))
        assert desk.stage is Stage.APPROVAL
        desk.clock.move(timedelta(minutes=2))
        desk.write(lambda conn: second_acts.lapse(conn, desk.store, look_id))
        assert desk.view().stage is Stage.LAPSED
        desk.ask(Route.PAPER)
        assert desk.view().stage is Stage.APPROVAL


class TestSheet:
    def test_of_an_earlier_read_back_is_void(self, desk: Counter) -> None:
        witness = a_colleague(desk)
        desk.ask(Route.PAPER)
        witnessed(desk, witness)
        desk.fill()
        desk.prepare()
        old_code, old_approval = code_of(desk), desk.approval().id
        look_id = hand_in(desk)
        look(desk, witness, look_id)
        desk.fill()
        desk.prepare(CHANGED)
        assert desk.stage is Stage.PERMIT
        with pytest.raises(SecondLookOverError):
            confirm(desk, witness, look_id)
        with pytest.raises(PaperVoidError):
            hand_in(desk, code=old_code)
        with pytest.raises(ApprovalOverError):
            desk.write(
                lambda conn: paper.hand_in(
                    conn, desk.store, desk.by, desk.visit_id, old_approval, old_code, ANOTHER_SHEET
                )
            )
        witnessed(desk, witness)
        assert desk.view().stage is Stage.SENDING

    def test_that_replaces_another_takes_the_witness_with_it(self, desk: Counter) -> None:
        witness = a_colleague(desk)
        desk.ask(Route.PAPER)
        first = hand_in(desk)
        look(desk, witness, first)
        second = hand_in(desk, ANOTHER_SHEET)
        assert second != first
        with pytest.raises(SecondLookOverError):
            confirm(desk, witness, first)
        look(desk, witness, second)
        confirm(desk, witness, second)
        assert evidence_of(desk)["scan_type"] == "application/pdf"

    def test_handed_in_twice_is_asked_about_once(self, desk: Counter) -> None:
        desk.ask(Route.PAPER)
        assert hand_in(desk) == hand_in(desk)

    @pytest.mark.parametrize("content", [b"", b"<html>", b"GIF89a", b"\xff\xd8\xff" + b"0" * 20_000_001])
    def test_is_a_picture_or_a_pdf_by_its_bytes_and_not_too_large(self, desk: Counter, content: bytes) -> None:
        desk.ask(Route.PAPER)
        with pytest.raises(AnswerError):
            hand_in(desk, Upload("lapa.jpg", "image/jpeg", content))
        assert EventName.APPROVAL_PAPER_HANDED_IN not in desk.events()

    def test_is_not_handed_in_for_a_question_on_the_phone(self, desk: Counter) -> None:
        desk.ask(Route.PHONE)
        with pytest.raises(OutOfOrderError):
            hand_in(desk)

    def test_has_a_code_that_is_read_however_it_is_typed(self, desk: Counter) -> None:
        desk.ask(Route.PAPER)
        assert hand_in(desk, code=f" {code_of(desk).replace('-', ' ').lower()} ")


class TestWithoutWitness:
    def accept(self, counter: Counter) -> None:
        approval = counter.approval().id
        counter.write(
            lambda conn: paper.accept_unwitnessed(conn, counter.store, counter.by, counter.visit_id, approval)
        )

    def test_is_low_and_counts_where_the_service_takes_low(self, counter: Counter) -> None:
        counter.takes(Route.PHONE, Route.PAPER, least=Assurance.LOW)
        counter.open().ask(Route.PAPER)
        hand_in(counter)
        self.accept(counter)
        assert counter.stage is Stage.QUESTIONS
        assert counter.delegation().approvals[0]["assurance"] == Assurance.LOW.value

    def test_is_refused_where_the_service_asks_for_more(self, desk: Counter) -> None:
        desk.ask(Route.PAPER)
        hand_in(desk)
        with pytest.raises(AssuranceTooLowError):
            self.accept(desk)
        assert desk.stage is Stage.APPROVAL

    def test_needs_a_sheet(self, counter: Counter) -> None:
        counter.takes(Route.PHONE, Route.PAPER, least=Assurance.LOW)
        counter.open().ask(Route.PAPER)
        with pytest.raises(OutOfOrderError):
            self.accept(counter)


def test_a_service_that_does_not_take_paper_is_not_asked_on_it(counter: Counter) -> None:
    counter.open()
    with pytest.raises(RouteNotAllowedError):
        counter.ask(Route.PAPER)


def test_a_service_that_asks_for_high_is_not_asked_on_paper(counter: Counter) -> None:
    counter.takes(Route.PHONE, Route.PAPER, least=Assurance.HIGH)
    counter.open()
    with pytest.raises(RouteNotAllowedError):
        counter.ask(Route.PAPER)


def test_a_resident_who_does_not_sign_has_said_no(desk: Counter) -> None:
    desk.ask(Route.PAPER)
    look_id, approval = hand_in(desk), desk.approval().id

    def say_no(conn: Connection) -> None:
        confirming.refuse_at_desk(conn, desk.store, desk.by, desk.visit_id, approval)

    desk.write(say_no)
    assert desk.stage is Stage.REFUSED
    with pytest.raises(SecondLookOverError):
        confirm(desk, a_colleague(desk), look_id)


def test_printing_the_read_back_is_a_look_at_the_values(desk: Counter) -> None:
    witness = a_colleague(desk)
    desk.ask(Route.PAPER)
    witnessed(desk, witness)
    desk.fill()
    desk.prepare(READ_BACK)
    approval = desk.approval().id
    desk.write(lambda conn: paper.print_sheet(conn, desk.store, desk.by, desk.visit_id, approval))
    assert desk.events()[-2:] == [EventName.RESIDENT_LOOKED_AT, EventName.APPROVAL_SHEET_PRINTED]


def test_answers_that_were_corrected_ask_for_a_new_sheet(desk: Counter) -> None:
    desk.ask(Route.PAPER)
    witnessed(desk, a_colleague(desk))
    desk.fill()
    desk.prepare()
    before = code_of(desk)
    assert asking.mark_of(desk.filing()).endswith(":1")
    desk.fill()
    desk.prepare(CHANGED)
    assert code_of(desk) != before


class TestTheCodeThatStops:
    def test_is_made_at_the_first_print_and_stays_when_it_is_signed(self, desk: Counter) -> None:
        desk.ask(Route.PAPER)
        printed(desk)
        code = desk.stop_code()
        printed(desk)
        witnessed(desk, a_colleague(desk))
        assert desk.delegation().state is DelegationState.ACTIVE
        assert desk.stop_code() == code
        assert stopped(desk, code) is Outcome.STOPPED

    def test_on_a_sheet_that_nobody_has_signed_ends_the_question(self, desk: Counter) -> None:
        desk.ask(Route.PAPER)
        printed(desk)
        assert stopped(desk, desk.stop_code()) is Outcome.STOPPED
        assert desk.delegation().state is DelegationState.LAPSED
        with pytest.raises(ApprovalOverError):
            hand_in(desk)


def printed(counter: Counter) -> None:
    approval = counter.approval().id
    counter.write(lambda conn: paper.print_sheet(conn, counter.store, counter.by, counter.visit_id, approval))


def stopped(counter: Counter, code: str) -> Outcome:
    return counter.write(lambda conn: stopping.stop_by_code(conn, counter.store, code)).outcome
