"""What comes back of a message: heard once, believed only from whom it can come, and a dead address is used no more."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from audit.entry import decode
from audit.events import EventName
from gateway.ledger.tables import AuditEvent
from gateway.notifications import bounces, outbox, overview
from gateway.notifications.bounces import Heard
from gateway.notifications.errors import BounceError
from gateway.notifications.reaching import Notice, queue_for
from gateway.notifications.senders import is_hard
from gateway.notifications.tables import Channel, Message, MessageState, Report
from gateway.parts import GATEWAY, Parts
from gateway.people import residents
from gateway.people.residents import Contact, Profile
from tests.gateway.callers import Caller, fitted
from tests.gateway.notifications.conftest import MailServer, SmsGateway
from tests.gateway.notifications.test_sending import work
from tests.gateway.visits.counter import ILZE, Counter

SECRET = "made-up-secret-of-the-operator"
BOUNCE = """From: <>
To: {to}
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

It did not arrive.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.piemers.example

Final-Recipient: rfc822; ilze@piemers.example
Action: {action}
Status: {status}

--b--
"""


def bounce(action: str = "failed", status: str = "5.1.1", to: str = "x@example") -> bytes:
    return BOUNCE.format(action=action, status=status, to=to).encode()


@pytest.fixture
def sent(counter: Counter, parts: Parts) -> Counter:
    """A message went to Ilze's number, and one to her e-mail."""
    settings = replace(parts.settings, bounce_address="bounce@pilnvara.example", sms_report_secret=SECRET)
    counter.store = replace(parts, settings=settings)
    counter.knows(Profile(name=ILZE.name, code=ILZE.code, phone="+37120000001", email="ilze@piemers.example"))
    counter.open().grant()
    return counter


def person(counter: Counter) -> str:
    return str(counter.delegation().principal_id)


def known(counter: Counter) -> residents.Resident:
    return counter.read(lambda conn: residents.open_resident(conn, counter.store, person(counter)))


def tell(counter: Counter, channel: Channel, template: str = "not_arrived") -> str:
    """Send Ilze something by one way; return the message's id."""
    resident = known(counter)
    to = resident.profile.phone if channel is Channel.SMS else resident.profile.email
    draft = outbox.Draft(
        channel=channel,
        to=str(to),
        template=template,
        language="lv",
        values={"link": "https://x.example"},
        visit_id=counter.visit_id,
        resident_id=resident.id,
    )
    now = counter.clock.now()
    message_id = counter.write(lambda conn: outbox.queue(conn, counter.store, resident.key, draft, now=now))
    work(counter.store)
    return message_id


def take(counter: Counter, message_id: str, report: Report, code: str | None = "5.1.1") -> bool:
    return counter.write(lambda conn: bounces.take(conn, counter.store, message_id, Heard(report, code)))


def events(counter: Counter, event: EventName) -> list[dict[str, Any]]:
    query = select(AuditEvent.leaf).where(AuditEvent.type == event.value)
    return [decode(leaf).data for leaf in counter.read(lambda conn: conn.execute(query).scalars().all())]


class TestTheSenderOfAnEMail:
    def test_is_the_messages_own(self, sent: Counter, mail_server: MailServer) -> None:
        message_id = tell(sent, Channel.EMAIL)
        (envelope,) = mail_server.senders
        assert re.fullmatch(r"bounce\+[a-z2-7]{39}@pilnvara\.example", envelope)
        assert bounces.message_of(sent.store.sealer, envelope) == message_id
        assert mail_server.mails[0]["From"].addresses[0].addr_spec == "pilnvara@centrs.example"

    @pytest.mark.parametrize("case", [str.upper, str.lower])
    def test_is_read_whatever_its_case(self, sent: Counter, case: Any) -> None:
        message_id = tell(sent, Channel.EMAIL)
        address = bounces.envelope_sender(sent.store.settings, sent.store.sealer, message_id)
        assert bounces.message_of(sent.store.sealer, f"<{case(address)}>") == message_id

    @pytest.mark.parametrize(
        "forged", ["bounce@pilnvara.example", "bounce+@x", "bounce+" + "a" * 39 + "@x", "", "ā+ā@x"]
    )
    def test_is_made_by_this_gateway_alone(self, sent: Counter, forged: str) -> None:
        with pytest.raises(BounceError):
            bounces.message_of(sent.store.sealer, forged)

    def test_of_another_message_is_not_made_from_its_id(self, sent: Counter) -> None:
        """Whoever reads an identifier in a bundle cannot have an address shut by it."""
        address = bounces.envelope_sender(sent.store.settings, sent.store.sealer, tell(sent, Channel.EMAIL))
        other = bounces.envelope_sender(sent.store.settings, sent.store.sealer, tell(sent, Channel.EMAIL))
        mixed = address[:30] + other[30:]
        with pytest.raises(BounceError):
            bounces.message_of(sent.store.sealer, mixed)


class TestABounce:
    @pytest.mark.parametrize(
        ("action", "status", "heard"),
        [
            ("failed", "5.1.1", Report.HARD),
            ("failed", "5.2.1", Report.HARD),
            ("failed", "5.2.2", Report.SOFT),
            ("failed", "5.7.1", Report.SOFT),
            ("failed", "4.4.7", Report.SOFT),
            ("delayed", "4.4.1", Report.SOFT),
            ("relayed", "2.0.0", Report.DELIVERED),
        ],
    )
    def test_is_hard_where_nobody_has_the_address(self, action: str, status: str, heard: Report) -> None:
        assert bounces.read_bounce(bounce(action, status)) == Heard(heard, status)

    @pytest.mark.parametrize(
        "raw",
        [
            b"",
            b"Subject: hello\n\nIt did not arrive, honestly.",
            bounce("exploded"),
            bounce().replace(b"message/delivery-status", b"text/plain"),
            bounce().replace(b"multipart/report", b"multipart/mixed"),
            bounce()
            .replace(b"--b--", b"")
            .replace(b"Action: failed", b"Action: failed\nStatus: 5.1.1\n\nAction: failed"),
            bounce() + b"x" * bounces.LARGEST,
            b"\xff\x00" * 500,
        ],
        ids=["empty", "a letter", "no action", "no status", "mixed", "two recipients", "too large", "no text"],
    )
    def test_that_is_none_is_refused(self, raw: bytes) -> None:
        with pytest.raises(BounceError):
            bounces.read_bounce(raw)

    def test_that_is_hard_shuts_the_address_until_it_is_set_anew(self, sent: Counter) -> None:
        message_id = tell(sent, Channel.EMAIL)
        assert take(sent, message_id, Report.HARD)
        assert known(sent).dead == {"email"}
        assert known(sent).known_email is None
        (event,) = events(sent, EventName.CONTACT_FAILED)
        assert (event["field"], event["code"]) == ("email", "5.1.1")
        assert "piemers" not in json.dumps(event)
        contact = Contact(phone="+37120000001", email="ilze@piemers.example", language="lv")
        now = sent.clock.now()
        sent.write(lambda conn: residents.correct(conn, sent.store, known(sent), contact, now, sent.by.actor))
        assert known(sent).known_email == "ilze@piemers.example"

    def test_that_is_soft_shuts_nothing(self, sent: Counter) -> None:
        assert take(sent, tell(sent, Channel.EMAIL), Report.SOFT, "5.2.2")
        assert known(sent).dead == frozenset()
        assert [event["how"] for event in events(sent, EventName.MESSAGE_BOUNCED)] == ["soft"]

    def test_that_comes_twice_is_heard_once(self, sent: Counter) -> None:
        message_id = tell(sent, Channel.EMAIL)
        assert [take(sent, message_id, Report.HARD) for _ in range(3)] == [True, False, False]
        assert not take(sent, message_id, Report.DELIVERED)
        assert len(events(sent, EventName.MESSAGE_BOUNCED)) == 1

    def test_of_an_address_that_is_another_by_now_shuts_nothing(self, sent: Counter) -> None:
        message_id = tell(sent, Channel.EMAIL)
        contact = Contact(phone=None, email="jauna@piemers.example", language="lv")
        now = sent.clock.now()
        sent.write(lambda conn: residents.correct(conn, sent.store, known(sent), contact, now, sent.by.actor))
        take(sent, message_id, Report.HARD)
        assert known(sent).dead == frozenset()

    def test_of_what_was_not_sent_is_not_heard(self, sent: Counter) -> None:
        assert not take(sent, "A" * 22, Report.HARD)
        assert events(sent, EventName.MESSAGE_BOUNCED) == []


class TestARefusalAtOnce:
    @pytest.mark.parametrize(
        ("code", "text", "hard"),
        [
            (550, "5.1.1 no such user", True),
            (550, "no such user", True),
            (550, "5.7.1 we take nothing from you", False),
            (552, "5.2.2 mailbox full", False),
            (554, "go away", False),
        ],
    )
    def test_is_told_apart(self, code: int, text: str, hard: bool) -> None:
        assert is_hard(code, text) is hard

    def test_that_is_hard_shuts_the_address(self, sent: Counter, mail_server: MailServer) -> None:
        mail_server.answers = ["550 5.1.1 no such user"]
        message_id = tell(sent, Channel.EMAIL)
        row = sent.read(lambda conn: conn.execute(select(Message.__table__).where(Message.id == message_id)).one())
        assert (row.state, row.reason) == (MessageState.FAILED, "message.unreachable")
        assert known(sent).dead == {"email"}

    def test_that_is_not_about_the_address_shuts_nothing(self, sent: Counter, mail_server: MailServer) -> None:
        mail_server.answers = ["554 5.7.1 we take nothing from you"]
        tell(sent, Channel.EMAIL)
        assert known(sent).dead == frozenset()


def test_what_does_not_work_is_not_tried_and_the_other_way_is(sent: Counter) -> None:
    take(sent, tell(sent, Channel.SMS), Report.HARD, "1")
    notice = Notice(template="not_arrived", language="lv", values={"link": "https://x"}, visit_id=sent.visit_id)
    key = known(sent).key
    now = sent.clock.now()
    channel = sent.write(lambda conn: queue_for(conn, sent.store, key, person(sent), notice, now=now))
    assert channel is Channel.EMAIL


class TestAnOperatorsReport:
    def post(self, counter: Counter, body: bytes, secret: str | None = SECRET) -> int:
        caller = Caller(fitted(counter.store), {})
        headers = {"content-type": "application/json"}
        if secret is not None:
            headers["authorization"] = f"Bearer {secret}"
        return caller.call("POST", "/api/sms/reports", headers=headers, body=body).status

    def test_that_there_is_no_such_number_shuts_it(self, sent: Counter) -> None:
        said = {"id": tell(sent, Channel.SMS), "state": "unreachable", "code": "1"}
        assert [self.post(sent, json.dumps(said).encode()) for _ in range(2)] == [204, 204]
        assert known(sent).dead == {"phone"}
        assert known(sent).known_number is None
        assert len(events(sent, EventName.MESSAGE_BOUNCED)) == 1

    @pytest.mark.parametrize("secret", [None, "", "another", SECRET[:-1]])
    def test_from_anybody_else_counts_for_nothing(self, sent: Counter, secret: str | None) -> None:
        said = {"id": tell(sent, Channel.SMS), "state": "unreachable"}
        assert self.post(sent, json.dumps(said).encode(), secret) == 401
        assert known(sent).dead == frozenset()

    def test_is_not_taken_where_no_secret_is_set(self, sent: Counter) -> None:
        sent.store = replace(sent.store, settings=replace(sent.store.settings, sms_report_secret=None))
        assert self.post(sent, b"{}", "") == 401

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"[]",
            b"{}",
            b'{"id": "x", "state": "delivered"}',
            b'{"id": "%s", "state": "gone"}' % (b"A" * 22),
            b'{"id": "%s", "state": "failed", "code": "%s"}' % (b"A" * 22, b"1" * 17),
            b'{"id": "%s", "state": "failed"}' % (b"A" * 5000),
        ],
    )
    def test_that_cannot_be_read_is_refused(self, sent: Counter, body: bytes) -> None:
        assert self.post(sent, body) == 400

    def test_of_an_unknown_message_is_answered_as_any_other(self, sent: Counter) -> None:
        assert self.post(sent, b'{"id": "%s", "state": "unreachable"}' % (b"A" * 22)) == 204


class TestTheOverview:
    def test_counts_and_names_nobody(self, sent: Counter) -> None:
        take(sent, tell(sent, Channel.EMAIL), Report.HARD)
        found = sent.read(overview.read)
        assert found.total(MessageState.SENT) == 1
        assert found.came_back() == 1
        assert "piemers" not in repr(found)

    def test_has_what_was_tried_in_vain_tried_now(self, sent: Counter, sms_gateway: SmsGateway) -> None:
        sms_gateway.answers = [503, 503, 503, 503]
        tell(sent, Channel.SMS)
        for _ in range(3):
            sent.clock.move(timedelta(seconds=40))
            work(sent.store)
        assert sent.read(overview.read).tried == 1
        assert sent.write(lambda conn: overview.try_now(conn, sent.store, GATEWAY)) == 1
        work(sent.store)
        assert sent.read(overview.read).total(MessageState.SENT) == 1
