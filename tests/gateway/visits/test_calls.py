"""A yes on a call: back to a number known before, by a code that is said."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from audit.events import EventName
from delegation.assurance import Assurance, NumberSource, Route
from delegation.readback import Item, ReadBack
from gateway.keys import store as key_store
from gateway.ledger.tables import AuditEvent
from gateway.notifications.tables import Message
from gateway.people.residents import Profile
from gateway.visits import approvals, calling, confirming, reading
from gateway.visits.approvals import Answer
from gateway.visits.errors import NoKnownNumberError, NotFoundError, OutOfOrderError, RouteNotAllowedError
from gateway.visits.reading import Stage
from tests.gateway.visits.counter import ILZE, Counter
from tests.gateway.visits.played import filed

NUMBER = "+37120000007"
CHANGED = ReadBack(
    items=(Item("account", "konts", "Konta numurs", "text", "LV00HABA0000000000000", "LV00HABA0000000000000"),),
    attachments=(),
    fee="0,00 EUR",
    language="lv",
)


@pytest.fixture
def desk(counter: Counter) -> Counter:
    """A service that takes calls, and a resident whose number a register knows."""
    counter.takes(Route.PHONE, Route.CALL, least=Assurance.SUBSTANTIAL)
    known(counter, NumberSource.REGISTER)
    return counter.open()


def known(counter: Counter, source: NumberSource, number: str = NUMBER, person: Profile = ILZE) -> None:
    counter.knows(Profile(name=person.name, code=person.code, phone=number), source)


def messages(counter: Counter) -> list[tuple[str, str]]:
    """Number and text of every message, the newest first."""
    rows = counter.read(lambda conn: conn.execute(select(Message.__table__).order_by(Message.created_at.desc())).all())

    def opened(row: Any, kind: str) -> str:
        sealed, sealer = getattr(row, kind), counter.store.sealer
        key = counter.read(lambda conn: key_store.load(conn, sealer, row.key_id))
        return sealer.open(key, f"message.{kind}:{row.id}", sealed).decode()

    return [(opened(row, "address"), opened(row, "body")) for row in rows]


def heard(counter: Counter) -> str:
    """The code that the resident reads out."""
    found = re.search(r"\b[0-9]{6}\b", messages(counter)[0][1])
    assert found
    return found[0]


def say(counter: Counter, code: str, approval_id: str | None = None) -> Answer:
    approval = approval_id or counter.approval().id
    return counter.write(
        lambda conn: calling.take_code(conn, counter.store, counter.by, counter.visit_id, approval, code)
    )


def granted(counter: Counter) -> Counter:
    counter.ask(Route.CALL)
    assert say(counter, heard(counter)) is Answer.RIGHT
    return counter


class TestWholeWay:
    def test_leads_from_the_call_to_the_feedback(self, desk: Counter) -> None:
        desk.ask(Route.CALL)
        assert desk.stage is Stage.APPROVAL
        assert messages(desk)[0][0] == NUMBER
        assert say(desk, heard(desk)) is Answer.RIGHT
        assert desk.view().stage is Stage.QUESTIONS
        given = desk.delegation().approvals[0]
        assert (given["route"], given["assurance"]) == ("call", Assurance.SUBSTANTIAL.value)
        desk.fill()
        desk.prepare()
        assert desk.view().stage is Stage.PERMIT
        assert say(desk, heard(desk)) is Answer.RIGHT
        assert desk.press().allowed
        desk.answer(filed(desk.clock.now()))
        assert desk.close() == "filed"
        assert desk.opened(reading.OpenedVisit.feedback_link)

    def test_leaves_no_code_and_no_number_in_the_trail(self, desk: Counter) -> None:
        desk.ask(Route.CALL)
        code = heard(desk)
        say(desk, code)
        leaves = desk.read(lambda conn: conn.execute(select(AuditEvent.leaf)).scalars().all())
        assert not [leaf for leaf in leaves if code.encode() in leaf or NUMBER.encode() in leaf]


class TestNumber:
    def test_that_nobody_knew_before_is_not_called(self, counter: Counter) -> None:
        counter.takes(Route.PHONE, Route.CALL, least=Assurance.LOW)
        counter.open()
        with pytest.raises(NoKnownNumberError):
            counter.ask(Route.CALL, number="+37120000001")

    def test_that_was_typed_at_a_counter_earlier_is_not_called(self, counter: Counter) -> None:
        counter.takes(Route.PHONE, Route.CALL, least=Assurance.LOW)
        known(counter, NumberSource.TYPED_HERE)
        counter.open()
        with pytest.raises(NoKnownNumberError):
            counter.ask(Route.CALL)

    def test_from_an_earlier_approval_is_worth_low_only(self, counter: Counter) -> None:
        counter.takes(Route.PHONE, Route.CALL, least=Assurance.SUBSTANTIAL)
        known(counter, NumberSource.EARLIER_APPROVAL)
        counter.open()
        with pytest.raises(RouteNotAllowedError):
            counter.ask(Route.CALL)
        counter.takes(Route.PHONE, Route.CALL, least=Assurance.LOW)
        granted(counter)
        assert counter.delegation().approvals[0]["assurance"] == Assurance.LOW.value


class TestCode:
    def test_that_is_wrong_costs_a_try_until_it_is_over(self, desk: Counter) -> None:
        desk.ask(Route.CALL)
        right = heard(desk)
        wrong = "000000" if right != "000000" else "111111"
        assert [say(desk, wrong) for _ in range(5)] == [Answer.WRONG] * 4 + [Answer.OVER]
        assert say(desk, right) is Answer.OVER
        assert desk.stage is Stage.APPROVAL

    def test_for_the_statement_does_not_permit_the_sending(self, desk: Counter) -> None:
        desk.ask(Route.CALL)
        first = heard(desk)
        say(desk, first)
        desk.fill()
        desk.prepare()
        assert heard(desk) != first
        assert say(desk, first) is Answer.WRONG

    def test_for_an_earlier_read_back_is_void(self, desk: Counter) -> None:
        granted(desk).fill()
        desk.prepare()
        earlier, approval = heard(desk), desk.approval().id
        desk.fill()
        desk.prepare(CHANGED)
        assert say(desk, earlier, approval) is Answer.OVER
        assert say(desk, earlier) is Answer.WRONG

    def test_is_used_once(self, desk: Counter) -> None:
        desk.ask(Route.CALL)
        code = heard(desk)
        say(desk, code)
        assert say(desk, code) is Answer.OVER

    def test_is_taken_only_where_it_was_sent_to_be_said(self, desk: Counter) -> None:
        desk.ask(Route.PHONE)
        with pytest.raises(OutOfOrderError):
            say(desk, "123456")


class TestLimits:
    def test_no_more_codes_go_to_one_number_within_an_hour(self, desk: Counter) -> None:
        most = desk.store.settings.number_codes
        for _ in range(most + 2):
            desk.ask(Route.CALL)
            desk.close()
            desk.open()
        assert len([text for to, text in messages(desk) if to == NUMBER and re.search(r"\b\d{6}\b", text)]) == most

    def test_what_asks_for_one_more_says_so_and_can_be_asked_another_way(self, desk: Counter) -> None:
        for _ in range(desk.store.settings.number_codes):
            desk.ask(Route.CALL)
            desk.close()
            desk.open()
        desk.ask(Route.CALL)
        assert EventName.APPROVAL_CODES_USED_UP in desk.events()
        assert not desk.view().is_asked
        desk.clock.move(timedelta(minutes=61))
        desk.close()
        desk.open()
        desk.ask(Route.CALL)
        assert desk.view().is_asked


class TestOnThePhone:
    def test_the_link_and_the_number_that_is_said_lead_to_a_yes(self, desk: Counter) -> None:
        granted(desk).fill()
        desk.prepare()
        self.open_link(desk)
        assert desk.match(desk.approval().match_number) is Answer.RIGHT
        self.approve(desk)
        assert desk.stage is Stage.SENDING

    def test_without_the_number_there_is_no_yes(self, desk: Counter) -> None:
        granted(desk).fill()
        desk.prepare()
        self.open_link(desk)
        with pytest.raises(OutOfOrderError):
            self.approve(desk)

    def test_another_phone_has_no_such_question(self, desk: Counter) -> None:
        granted(desk).fill()
        desk.prepare()
        desk.phone = desk.session(approval_id="another")
        with pytest.raises(NotFoundError):
            self.approve(desk)

    def test_the_code_can_still_be_said_once_the_link_is_open(self, desk: Counter) -> None:
        granted(desk).fill()
        desk.prepare()
        self.open_link(desk)
        assert say(desk, heard(desk)) is Answer.RIGHT

    def open_link(self, desk: Counter) -> None:
        found = re.search(r"/a/(\S+)", messages(desk)[0][1])
        assert found
        approval = desk.write(lambda conn: approvals.open_by_link(conn, desk.store, found[1]))
        desk.phone = desk.session(approval_id=approval.id)

    def approve(self, desk: Counter) -> None:
        phone, approval = desk.the_phone(), desk.approval().id
        desk.write(lambda conn: calling.approve_on_phone(conn, desk.store, phone, approval))


def test_a_no_on_the_call_is_a_no(desk: Counter) -> None:
    desk.ask(Route.CALL)
    approval = desk.approval().id
    desk.write(lambda conn: confirming.refuse_at_desk(conn, desk.store, desk.by, desk.visit_id, approval))
    assert desk.stage is Stage.REFUSED


def test_a_code_that_was_to_be_said_is_no_yes_on_the_display(desk: Counter) -> None:
    desk.ask(Route.CALL)
    approval, code = desk.approval().id, heard(desk)
    with pytest.raises(OutOfOrderError):
        desk.write(lambda conn: confirming.approve_on_display(conn, desk.store, desk.display, approval, code))
    assert say(desk, code) is Answer.RIGHT
