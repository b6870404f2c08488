"""A message is queued with the change that asks for it, sent once, and forgotten."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from audit.events import EventName
from delegation.assurance import Route
from gateway.demo import catalogue as demo
from gateway.jobs.runner import JobRunner
from gateway.keys import store
from gateway.ledger.tables import AuditEvent
from gateway.notifications import outbox, sending
from gateway.notifications.outbox import Channel, Draft
from gateway.notifications.tables import Message, MessageState
from gateway.parts import Parts
from gateway.people import preferences, residents
from gateway.people.preferences import How, Kind, Preferences
from gateway.people.residents import Profile
from gateway.visits.sealed import VisitVault
from tests.gateway.notifications.conftest import MailServer, SmsGateway
from tests.gateway.visits.counter import Counter

NUMBER = "+371 2000 0001"


class UndoneError(Exception):
    """Takes a transaction back."""


def draft(counter: Counter, channel: Channel = Channel.SMS, to: str = NUMBER, template: str = "grant_code") -> Draft:
    return Draft(
        channel=channel,
        to=to,
        template=template,
        language="lv",
        values={"code": "123456", "link": "https://pilnvara.example/f/1", "until": "02.11.2026 13:00"},
        visit_id=counter.visit_id,
    )


def queue(counter: Counter, what: Draft, *, delay: timedelta = timedelta(0)) -> str:
    def step(conn: Any) -> str:
        key = VisitVault.of(conn, counter.store.sealer, counter.visit_id).key
        return outbox.queue(conn, counter.store, key, what, now=counter.clock.now(), delay=delay)

    return counter.write(step)


def work(parts: Parts) -> int:
    """Do what is due, as a worker does."""
    return asyncio.run(JobRunner(parts.database, parts.clock, sending.make_handlers(parts), "worker").drain())


def row(counter: Counter, message_id: str) -> Any:
    return counter.read(lambda conn: conn.execute(select(Message.__table__).where(Message.id == message_id)).one())


@pytest.fixture
def opened(counter: Counter, parts: Parts) -> Counter:
    """A visit is open."""
    assert counter.store is parts
    return counter.open()


def test_a_queued_message_is_sent_once_and_forgotten(opened: Counter, sms_gateway: SmsGateway) -> None:
    message_id = queue(opened, draft(opened))
    assert work(opened.store) == 1
    assert work(opened.store) == 0
    (call,) = sms_gateway.calls
    assert call.body["id"] == message_id
    assert "123456" in call.body["text"]
    sent = row(opened, message_id)
    assert sent.state is MessageState.SENT
    assert sent.sent_at == opened.clock.now()
    assert sent.attempts == 1
    assert sent.address is None
    assert sent.body is None
    assert EventName.MESSAGE_SENT in opened.events()


def test_an_e_mail_goes_by_smtp(opened: Counter, mail_server: MailServer, sms_gateway: SmsGateway) -> None:
    queue(opened, draft(opened, Channel.EMAIL, "anna@piemers.example", "feedback"))
    work(opened.store)
    assert mail_server.mails[0]["Subject"] == "Pilnvara: Kā jums palīdzēja?"
    assert sms_gateway.calls == []


def test_a_message_of_a_transaction_that_was_taken_back_is_never_sent(opened: Counter, sms_gateway: SmsGateway) -> None:
    def step(conn: Any) -> None:
        key = VisitVault.of(conn, opened.store.sealer, opened.visit_id).key
        outbox.queue(conn, opened.store, key, draft(opened), now=opened.clock.now())
        raise UndoneError

    with pytest.raises(UndoneError):
        opened.write(step)
    assert work(opened.store) == 0
    assert sms_gateway.calls == []


def test_address_and_text_are_unreadable_in_the_database(opened: Counter) -> None:
    message_id = queue(opened, draft(opened))
    stored = row(opened, message_id)
    assert b"2000" not in stored.address
    assert b"123456" not in stored.body
    assert "123456" not in repr(draft(opened))


def test_what_fails_is_tried_again_later_under_the_same_identifier(opened: Counter, sms_gateway: SmsGateway) -> None:
    message_id = queue(opened, draft(opened))
    sms_gateway.answers = [503, 503]
    for _ in range(3):
        work(opened.store)
        opened.clock.move(timedelta(seconds=60))
    assert [call.body["id"] for call in sms_gateway.calls] == [message_id] * 3
    sent = row(opened, message_id)
    assert sent.state is MessageState.SENT
    assert sent.attempts == 3


def test_what_fails_for_too_long_is_given_up_and_recorded(opened: Counter, sms_gateway: SmsGateway) -> None:
    message_id = queue(opened, draft(opened, template="granted"))
    sms_gateway.answers = [503] * 500
    for _ in range(30):
        work(opened.store)
        opened.clock.move(timedelta(hours=1))
    failed = row(opened, message_id)
    assert failed.state is MessageState.FAILED
    assert failed.reason in {"message.not_sent", "message.late"}  # as chance had it with the last wait
    assert failed.address is None
    assert opened.events()[-1] is EventName.MESSAGE_FAILED
    assert failed.created_at + timedelta(hours=22) < opened.clock.now() - timedelta(hours=5)
    assert 12 <= len(sms_gateway.calls) <= 25  # a wait of an hour, a quarter more or less, met by a worker each hour


def test_a_code_is_given_up_before_it_lapses(opened: Counter, sms_gateway: SmsGateway) -> None:
    message_id = queue(opened, draft(opened))
    sms_gateway.answers = [503] * 500
    for _ in range(60):
        work(opened.store)
        opened.clock.move(timedelta(seconds=20))
    assert row(opened, message_id).reason == "message.not_sent"
    assert len(sms_gateway.calls) > 5


def test_a_refused_message_is_not_tried_again(opened: Counter, sms_gateway: SmsGateway) -> None:
    message_id = queue(opened, draft(opened))
    sms_gateway.answers = [422]
    work(opened.store)
    opened.clock.move(timedelta(hours=1))
    work(opened.store)
    assert len(sms_gateway.calls) == 1
    assert row(opened, message_id).reason == "message.refused"


def test_a_code_that_would_come_too_late_is_not_sent(opened: Counter, sms_gateway: SmsGateway) -> None:
    message_id = queue(opened, draft(opened))
    opened.clock.move(opened.store.settings.approval_lapse)
    work(opened.store)
    assert sms_gateway.calls == []
    assert row(opened, message_id).reason == "message.late"


def test_a_message_of_an_erased_visit_is_not_sent(opened: Counter, sms_gateway: SmsGateway) -> None:
    message_id = queue(opened, draft(opened))
    key_id = row(opened, message_id).key_id
    opened.write(lambda conn: store.destroy(conn, key_id, opened.clock.now()))
    work(opened.store)
    assert sms_gateway.calls == []
    assert row(opened, message_id).reason == "message.erased"


def test_a_delayed_message_waits(opened: Counter, sms_gateway: SmsGateway) -> None:
    queue(opened, draft(opened, template="feedback"), delay=timedelta(hours=2))
    assert work(opened.store) == 0
    opened.clock.move(timedelta(hours=2))
    assert work(opened.store) == 1
    assert len(sms_gateway.calls) == 1


def test_events_name_the_message_and_no_value(opened: Counter) -> None:
    message_id = queue(opened, draft(opened))
    work(opened.store)
    leaf: bytes = opened.read(
        lambda conn: conn.execute(
            select(AuditEvent.leaf).where(AuditEvent.type == EventName.MESSAGE_SENT.value)
        ).scalar_one()
    )
    assert message_id.encode() in leaf
    assert b"123456" not in leaf
    assert b"2000 0001" not in leaf


def test_a_message_without_a_visit_is_recorded_in_the_systems_chain(opened: Counter) -> None:
    what = draft(opened)
    queue(
        opened,
        Draft(channel=what.channel, to=what.to, template=what.template, language="lv", values=what.values),
    )
    work(opened.store)
    chain = opened.read(
        lambda conn: conn.execute(
            select(AuditEvent.chain).where(AuditEvent.type == EventName.MESSAGE_SENT.value)
        ).scalar_one()
    )
    assert chain == "system"


@pytest.mark.usefixtures("parts")
def test_the_code_for_the_display_reaches_the_residents_phone(counter: Counter, sms_gateway: SmsGateway) -> None:
    counter.write(lambda conn: demo.seed(conn, portal_origin="http://127.0.0.2:8401", client_id="portal"))
    counter.open("lv.municipality.kindergarten_queue").ask(route=Route.DISPLAY, number=NUMBER)
    code = counter.sent_code()
    work(counter.store)
    assert sms_gateway.calls[0].body["to"] == "+37120000001"
    assert f"Pilnvara: kods {code}" in sms_gateway.calls[0].body["text"]


@pytest.mark.parametrize(
    ("template", "ended"),
    [("feedback", {Kind.FEEDBACK}), ("invited_again", {Kind.INVITATIONS}), ("news", set(Kind))],
    ids=["a question how it went", "an invitation", "news, of somebody who wants nothing at all"],
)
def test_what_was_queued_before_they_said_no_is_not_sent(
    opened: Counter, sms_gateway: SmsGateway, template: str, ended: set[Kind]
) -> None:
    profile = Profile(name="Nezināma Anna", code="329999-00099", phone=NUMBER)
    made = opened.write(lambda conn: residents.find_or_create(conn, opened.store, profile, now=opened.clock.now()))

    def say(wanted: frozenset[Kind]) -> None:
        said, now = Preferences(wanted=wanted), opened.clock.now()
        opened.write(lambda conn: preferences.say(conn, made.id, said, by=opened.by.actor, how=How.COUNTER, now=now))

    say(frozenset(Kind))
    ids = [
        queue(opened, replace(draft(opened, template=name), resident_id=made.id), delay=timedelta(hours=2))
        for name in (template, "granted")
    ]
    say(frozenset(Kind) - ended)
    opened.clock.move(timedelta(hours=2))
    work(opened.store)
    opened.clock.move(timedelta(hours=20))
    work(opened.store)
    assert [call.body["id"] for call in sms_gateway.calls] == ids[1:]
    unwanted = row(opened, ids[0])
    assert (unwanted.state, unwanted.reason, unwanted.address) == (MessageState.FAILED, "message.unwanted", None)
