"""Who may not act for whom, and what a second person has to look at first."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update

from audit.events import EventName
from connectors.runner.errors import FormChangedError
from connectors.sdk import registry
from connectors.sdk.inputs import Input
from delegation.assurance import Route
from delegation.filing import FilingState
from delegation.model import AuthorityKind, DelegationState
from gateway.ledger.tables import AuditEvent
from gateway.people import fingerprints
from gateway.people.access import StaffSession
from gateway.people.residents import Profile
from gateway.people.roles import Role
from gateway.people.staff import OPERATOR
from gateway.people.tables import ValueKind
from gateway.services import keeping
from gateway.visits import confirming, granting, guarding, requesting, running, second_acts, second_looks, second_person
from gateway.visits.approvals import Answer
from gateway.visits.asked import Asked
from gateway.visits.errors import NotFoundError, OutOfOrderError
from gateway.visits.guarding import NotRecognisedError, OwnMatterError
from gateway.visits.parties import Authority
from gateway.visits.reading import Stage
from gateway.visits.tables import Filing, RunKind, SecondLook, SecondLookKind
from tests.gateway.conftest import NINE
from tests.gateway.visits.colleagues import a_colleague, another_centre
from tests.gateway.visits.counter import BENEFIT, ILZE, Counter

HOME = "Parauga iela 1-2, Paraugciems, LV-1234"
PHONE = "20000009"
ACCOUNT = "LV78PARA0000000000001"


def own(counter: Counter, kind: ValueKind, value: str, of: StaffSession | None = None) -> None:
    """A value of the assistant's own, or of a colleague's."""
    who, now, sealer = of or counter.by, counter.clock.now(), counter.store.sealer
    counter.write(lambda conn: fingerprints.add(conn, sealer, who.staff_id, kind, value, by=who.actor, now=now))


def known(counter: Counter, *, phone: str | None = None, address: str | None = None, iban: str | None = None) -> None:
    """What a register knows of the resident."""
    counter.knows(Profile(name=ILZE.name, code=ILZE.code, phone=phone, address=address, iban=iban))


def ensure_stage(counter: Counter, stage: Stage) -> None:
    """The visit stands at `stage` now."""
    assert counter.stage is stage


def look_of(counter: Counter, colleague: StaffSession) -> second_looks.Waiting:
    """The one thing that waits for a colleague."""
    now = counter.clock.now()
    (found,) = counter.read(lambda conn: second_looks.waiting_for(conn, colleague, now, most=10))
    return found


def decide(counter: Counter, colleague: StaffSession, *, yes: bool) -> tuple[second_person.Shown, ...]:
    """Look and answer; return what was shown."""
    look_id, store = look_of(counter, colleague).id, counter.store
    counter.write(lambda conn: second_person.look(conn, store, colleague, look_id))
    shown = counter.read(lambda conn: second_person.subject_of(conn, store, colleague, look_id))
    step = second_acts.confirm if yes else second_acts.refuse
    counter.write(lambda conn: step(conn, store, colleague, look_id))
    return shown


class TestAnAssistantWhomNobodyWouldRecognise:
    @pytest.mark.parametrize("kind", ValueKind)
    def test_opens_no_visit_and_asks_for_nothing(self, counter: Counter, kind: ValueKind) -> None:
        counter.open()
        counter.write(lambda conn: fingerprints.remove(conn, counter.by.staff_id, kind, by=OPERATOR, now=NINE))
        with pytest.raises(NotRecognisedError):
            counter.ask()
        with pytest.raises(NotRecognisedError):
            counter.open()

    def test_is_not_recognised_by_a_personal_code_of_their_own_word(self, counter: Counter) -> None:
        me = counter.by.staff_id
        counter.write(lambda conn: fingerprints.remove(conn, me, ValueKind.CODE, by=OPERATOR, now=NINE))
        own(counter, ValueKind.CODE, "329999-00077")
        with pytest.raises(NotRecognisedError):
            counter.open()
        manager = a_colleague(counter, role=Role.MANAGER)
        add, code = fingerprints.add, "329999-00077"
        counter.write(
            lambda conn: add(conn, counter.store.sealer, me, ValueKind.CODE, code, by=manager.actor, now=NINE)
        )
        own(counter, ValueKind.CODE, code)
        counter.open()
        counter.ask()

    def test_is_named_by_the_doctor_while_other_staff_are_not(self, counter: Counter) -> None:
        a_colleague(counter, role=Role.AUDITOR)
        assert counter.read(fingerprints.unrecognised) == []
        counter.write(
            lambda conn: fingerprints.remove(conn, counter.by.staff_id, ValueKind.PHONE, by=OPERATOR, now=NINE)
        )
        assert counter.read(fingerprints.unrecognised) == ["anna"]


class TestOwnMatter:
    @pytest.mark.parametrize(("kind", "value"), [(ValueKind.CODE, "32999900001"), (ValueKind.PHONE, "+371 2000 0009")])
    def test_an_assistant_asks_nothing_in_their_own_name_or_for_their_own_number(
        self, counter: Counter, kind: ValueKind, value: str
    ) -> None:
        own(counter, kind, value)
        known(counter, phone=PHONE)
        counter.open()
        with pytest.raises(OwnMatterError):
            counter.ask()
        assert not counter.has_asked()

    def test_nor_as_the_one_who_says_yes_for_somebody_else(self, counter: Counter) -> None:
        own(counter, ValueKind.CODE, "329999-00077")
        counter.open()
        me = Profile(name="Anna Asistente", code="329999-00077")
        authority = Authority(kind=AuthorityKind.PARENT, document="birth_certificate")
        asked = Asked(person=ILZE, approver=me, authority=authority, route=Route.PHONE, document_kind="passport")
        with pytest.raises(OwnMatterError):
            counter.write(
                lambda conn: requesting.request_delegation(conn, counter.store, counter.by, counter.visit_id, asked)
            )
        assert not counter.has_asked()

    def test_a_number_typed_at_the_counter_that_is_the_assistants_is_refused(self, counter: Counter) -> None:
        own(counter, ValueKind.PHONE, PHONE)
        counter.open()
        with pytest.raises(OwnMatterError):
            counter.ask(number="+37120000009")
        assert not counter.has_asked()

    @pytest.mark.parametrize(
        ("kind", "value", "answer"),
        [
            (ValueKind.ACCOUNT, "lv78 para 0000 0000 0000 1", {"account": ACCOUNT}),
            (ValueKind.PHONE, PHONE, {"phone": "+37120000009"}),
        ],
    )
    def test_no_answer_may_be_the_assistants_own(
        self, counter: Counter, kind: ValueKind, value: str, answer: dict[str, Any]
    ) -> None:
        counter.open().grant()
        own(counter, kind, value)
        with pytest.raises(OwnMatterError):
            counter.fill(**answer)
        found = select(Filing.id).where(Filing.visit_id == counter.visit_id)
        assert counter.read(lambda conn: conn.execute(found).first()) is None

    def test_what_belongs_to_staff_of_another_centre_meets_nothing(self, counter: Counter) -> None:
        own(counter, ValueKind.PHONE, PHONE, a_colleague(counter, centre_id=another_centre(counter)))
        counter.open()
        assert counter.ask(number="+37120000009") != ""


class TestSecondPerson:
    def test_at_the_same_address_a_colleague_looks_before_the_resident_is_asked(self, counter: Counter) -> None:
        own(counter, ValueKind.ADDRESS, HOME)
        known(counter, address="Paraugciems, Parauga 1 - 2")
        colleague = a_colleague(counter)
        counter.open()
        assert counter.ask() == ""
        ensure_stage(counter, Stage.SECOND_LOOK)
        shown = decide(counter, colleague, yes=True)
        assert [each.name for each in shown] == ["person", "address"]
        ensure_stage(counter, Stage.APPROVAL)
        counter.enter_code()
        assert counter.match() is Answer.RIGHT
        counter.sign_in()
        assert counter.delegation().state is DelegationState.ACTIVE

    def test_without_the_colleagues_yes_there_is_no_question_to_say_yes_to(self, counter: Counter) -> None:
        own(counter, ValueKind.ADDRESS, HOME)
        known(counter, address=HOME)
        colleague = a_colleague(counter)
        counter.open().ask()
        decide(counter, colleague, yes=False)
        ensure_stage(counter, Stage.LAPSED)
        assert counter.delegation().ended_by == "second_look.refused"

    def test_nobody_looked_in_time(self, counter: Counter) -> None:
        own(counter, ValueKind.ADDRESS, HOME)
        known(counter, address=HOME)
        colleague = a_colleague(counter)
        counter.open().ask()
        look_id = look_of(counter, colleague).id
        counter.clock.move(second_person.LASTS)
        counter.write(lambda conn: second_acts.lapse(conn, counter.store, look_id))
        assert counter.delegation().state is DelegationState.LAPSED
        assert counter.delegation().ended_by == "second_look.lapsed"

    def test_what_a_colleague_confirmed_is_not_asked_again_in_the_visit(self, counter: Counter) -> None:
        own(counter, ValueKind.ADDRESS, HOME)
        known(counter, address=HOME)
        colleague = a_colleague(counter)
        counter.open().ask()
        decide(counter, colleague, yes=True)
        counter.write(lambda conn: granting.withdraw_request(conn, counter.store, counter.by, counter.visit_id))
        assert counter.ask() != ""
        ensure_stage(counter, Stage.APPROVAL)

    def test_what_was_confirmed_for_one_person_is_asked_again_for_the_next(self, counter: Counter) -> None:
        own(counter, ValueKind.ADDRESS, HOME)
        known(counter, address=HOME)
        colleague = a_colleague(counter)
        counter.open().ask()
        decide(counter, colleague, yes=True)
        counter.open()
        assert counter.ask(person=Profile(name="Cita Persona", code="329999-00099", address=HOME)) == ""
        assert decide(counter, colleague, yes=True)[0].value == "Cita Persona"

    def test_a_colleagues_number_is_looked_at_by_another_than_that_colleague(self, counter: Counter) -> None:
        owner, other = a_colleague(counter), a_colleague(counter)
        own(counter, ValueKind.PHONE, PHONE, owner)
        known(counter, phone=PHONE)
        counter.open()
        assert counter.ask() == ""
        now = counter.clock.now()
        assert counter.read(lambda conn: second_looks.waiting_for(conn, owner, now, most=10)) == []
        assert look_of(counter, other).kind is SecondLookKind.COLLEAGUE_VALUE
        decide(counter, other, yes=True)
        ensure_stage(counter, Stage.APPROVAL)

    def test_an_answer_that_is_a_colleagues_holds_the_permit_back(self, counter: Counter) -> None:
        owner, other = a_colleague(counter), a_colleague(counter)
        own(counter, ValueKind.ACCOUNT, ACCOUNT, owner)
        counter.open().grant()
        counter.fill(account=ACCOUNT)
        assert counter.prepare()
        ensure_stage(counter, Stage.SECOND_LOOK)
        decide(counter, other, yes=True)
        ensure_stage(counter, Stage.PERMIT)

    def test_taking_the_question_back_takes_the_look_back(self, counter: Counter) -> None:
        own(counter, ValueKind.ADDRESS, HOME)
        known(counter, address=HOME)
        colleague = a_colleague(counter)
        counter.open().ask()
        counter.write(lambda conn: granting.withdraw_request(conn, counter.store, counter.by, counter.visit_id))
        now = counter.clock.now()
        assert counter.read(lambda conn: second_looks.waiting_for(conn, colleague, now, most=10)) == []


class TestGuardedValue:
    def test_a_new_account_is_looked_at_before_the_permit_is_asked(self, counter: Counter) -> None:
        known(counter, iban="LV97HABA0012345678910")
        colleague = a_colleague(counter)
        counter.open().grant()
        counter.fill(account=ACCOUNT)
        assert counter.prepare()
        ensure_stage(counter, Stage.SECOND_LOOK)
        with pytest.raises(OutOfOrderError):
            counter.write(lambda conn: confirming.ask_again(conn, counter.store, counter.by, counter.visit_id))
        shown = decide(counter, colleague, yes=True)
        assert [each.value for each in shown] == [ILZE.name, "LV97HABA0012345678910", ACCOUNT]
        ensure_stage(counter, Stage.PERMIT)

    def test_confirmed_while_the_form_is_filled_the_permit_is_asked_at_once(self, counter: Counter) -> None:
        known(counter, iban="LV97HABA0012345678910")
        colleague = a_colleague(counter)
        counter.open().grant()
        counter.fill(account=ACCOUNT)
        decide(counter, colleague, yes=True)
        assert counter.prepare()
        ensure_stage(counter, Stage.PERMIT)

    @pytest.mark.parametrize("is_prepared", [False, True])
    def test_refused_the_answers_come_back_and_what_was_filled_is_void(
        self, counter: Counter, is_prepared: bool
    ) -> None:
        known(counter, iban="LV97HABA0012345678910")
        colleague = a_colleague(counter)
        counter.open().grant()
        counter.fill(account=ACCOUNT)
        if is_prepared:
            assert counter.prepare()
        decide(counter, colleague, yes=False)
        if not is_prepared:
            assert not counter.prepare()
        ensure_stage(counter, Stage.QUESTIONS)
        assert (counter.filing().state, counter.filing().reason) == (FilingState.DRAFTED, "second_look.refused")
        counter.fill(account="LV97HABA0012345678910")
        assert counter.prepare()
        ensure_stage(counter, Stage.PERMIT)

    def test_another_value_takes_the_look_at_the_first_back(self, counter: Counter) -> None:
        known(counter, iban="LV97HABA0012345678910")
        colleague = a_colleague(counter)
        counter.open().grant()
        counter.fill(account=ACCOUNT)
        first = look_of(counter, colleague).id
        counter.fill(account="LV10HABA0551000000001")
        assert look_of(counter, colleague).id != first
        counter.fill(account="LV97HABA0012345678910")
        now = counter.clock.now()
        assert counter.read(lambda conn: second_looks.waiting_for(conn, colleague, now, most=10)) == []

    def test_a_look_that_waits_serves_the_filing_that_takes_the_first_ones_place(self, counter: Counter) -> None:
        known(counter, iban="LV97HABA0012345678910")
        colleague = a_colleague(counter)
        counter.open().grant()
        first = counter.fill(account=ACCOUNT)
        counter.begin()
        run = counter.run_of(RunKind.PREPARE)
        counter.write(lambda conn: running.failed(conn, counter.store, run.id, FormChangedError(("changed",))))
        assert counter.fill(account=ACCOUNT) != first
        assert counter.prepare()
        ensure_stage(counter, Stage.SECOND_LOOK)
        decide(counter, colleague, yes=True)
        ensure_stage(counter, Stage.PERMIT)

    def test_a_permit_asked_for_before_the_answers_changed_lets_nothing_past_the_look(self, counter: Counter) -> None:
        """Even a yes that is waiting is none without the second look."""
        counter.open().grant()
        counter.fill()
        assert counter.prepare()
        approval = counter.approval()
        counter.write(lambda conn: conn.execute(update(Filing).values(looks=["no-such-look"])))
        with pytest.raises(OutOfOrderError):
            counter.sign_in(approval_id=approval.id)
        assert counter.filing().state is FilingState.PREPARED

    def test_what_is_known_and_what_nobody_knows_need_no_second_look(self, counter: Counter) -> None:
        counter.open().grant()
        counter.fill()
        counter.prepare()
        assert counter.read(lambda conn: conn.execute(select(SecondLook.id)).all()) == []
        ensure_stage(counter, Stage.PERMIT)

    def test_the_catalogue_guards_inputs_beside_the_connectors_own(self, counter: Counter) -> None:
        known(counter, phone="+37120000044")
        colleague = a_colleague(counter)
        counter.write(lambda conn: keeping.guard(conn, BENEFIT, ["phone"]))
        counter.open().grant()
        counter.fill(phone="+37120000055")
        assert counter.prepare()
        ensure_stage(counter, Stage.SECOND_LOOK)
        shown = decide(counter, colleague, yes=True)
        assert shown[-1].value == "+37120000055"

    def test_only_inputs_that_stand_in_a_profile_are_guarded_by_the_connector(self) -> None:
        def fits(each: Input) -> bool:
            return (each.prefill or "").startswith("resident.")

        assert all(fits(each) for each in registry.find(BENEFIT).inputs if each.guarded)


def test_a_refusal_is_an_event_of_the_visit_and_names_no_value(counter: Counter) -> None:
    counter.open()
    error = OwnMatterError("the assistant's own value")
    counter.write(lambda conn: guarding.note(conn, counter.store, counter.by, counter.visit_id, "ask", error))
    assert counter.events()[-1] is EventName.STEP_BARRED
    leaf = counter.read(
        lambda conn: conn.execute(
            select(AuditEvent.leaf).where(AuditEvent.type == EventName.STEP_BARRED.value)
        ).scalar_one()
    )
    assert b"barred.own_matter" in leaf
    assert b"329999" not in leaf


def test_nobody_else_notes_a_refusal_in_the_visit(counter: Counter) -> None:
    counter.open()
    stranger = replace(counter.by, staff_id="somebody else")
    with pytest.raises(NotFoundError):
        counter.write(
            lambda conn: guarding.note(conn, counter.store, stranger, counter.visit_id, "ask", OwnMatterError("x"))
        )
