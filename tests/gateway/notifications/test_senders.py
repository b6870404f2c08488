"""Messages as the servers at the other end see them."""

import asyncio
import socket
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from gateway.config import Settings
from gateway.notifications.errors import (
    AddressError,
    MessageRefusedError,
    NoSenderError,
    NotSentError,
)
from gateway.notifications.senders import (
    HttpSmsSender,
    NullSender,
    Outgoing,
    PracticeSender,
    Sender,
    SmtpSender,
    make_senders,
    telephone,
)
from tests.gateway.notifications.conftest import TOKEN, MailServer, SmsGateway

SENDER = "pilnvara@centrs.example"


def outgoing(to: str = "+371 2000 0001", text: str = "Pilnvara: šķīvītis {link}") -> Outgoing:
    return Outgoing(
        id="message-1",
        to=to,
        subject="Kā jums palīdzēja?",
        text=text,
        language="lv-plain",
        at=datetime(2026, 11, 2, 9, 0, tzinfo=UTC),
    )


def send(sender: Sender, message: Outgoing) -> None:
    asyncio.run(sender.send(message))


def closed_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


class TestSms:
    def test_carries_number_text_and_identifier_under_the_token(self, sms_gateway: SmsGateway) -> None:
        send(HttpSmsSender(sms_gateway.url, TOKEN), outgoing())
        (call,) = sms_gateway.calls
        assert call.body == {"to": "+37120000001", "text": "Pilnvara: šķīvītis {link}", "id": "message-1"}
        assert call.headers["authorization"] == f"Bearer {TOKEN}"
        assert call.headers["idempotency-key"] == "message-1"

    @pytest.mark.parametrize("status", [401, 403, 408, 429, 500, 503])
    def test_tries_again_when_the_gateway_cannot_take_it_now(self, sms_gateway: SmsGateway, status: int) -> None:
        sms_gateway.answers = [status]
        with pytest.raises(NotSentError, match=str(status)):
            send(HttpSmsSender(sms_gateway.url, TOKEN), outgoing())

    @pytest.mark.parametrize("status", [400, 404, 409, 422])
    def test_gives_up_when_the_gateway_will_never_take_it(self, sms_gateway: SmsGateway, status: int) -> None:
        sms_gateway.answers = [status]
        with pytest.raises(MessageRefusedError, match=str(status)):
            send(HttpSmsSender(sms_gateway.url, TOKEN), outgoing())

    def test_does_not_follow_the_gateway_elsewhere(self, sms_gateway: SmsGateway) -> None:
        sms_gateway.answers = [307]
        with pytest.raises(NotSentError):
            send(HttpSmsSender(sms_gateway.url, TOKEN), outgoing())
        assert len(sms_gateway.calls) == 1

    def test_tries_again_when_nobody_answers(self) -> None:
        with pytest.raises(NotSentError) as caught:
            send(HttpSmsSender(f"http://127.0.0.1:{closed_port()}/sms", TOKEN), outgoing())
        assert "2000" not in str(caught.value)

    def test_calls_nobody_for_what_is_no_number(self, sms_gateway: SmsGateway) -> None:
        with pytest.raises(AddressError):
            send(HttpSmsSender(sms_gateway.url, TOKEN), outgoing(to="zvaniet Annai"))
        assert sms_gateway.calls == []


class TestEmail:
    def test_arrives_with_everything_that_a_mail_program_needs(self, mail_server: MailServer) -> None:
        send(SmtpSender("127.0.0.1", mail_server.port, SENDER), outgoing(to="anna@piemers.example"))
        (mail,) = mail_server.mails
        assert mail["To"] == "anna@piemers.example"
        assert mail["From"] == f"Pilnvara <{SENDER}>"
        assert mail["Subject"] == "Pilnvara: Kā jums palīdzēja?"
        assert mail["Message-ID"] == "<message-1@centrs.example>"
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail["Content-Language"] == "lv"
        assert mail["Date"].datetime == datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
        assert mail.get_content_type() == "text/plain"
        assert mail.get_content().strip() == "Pilnvara: šķīvītis {link}"

    def test_keeps_a_long_link_whole(self, mail_server: MailServer) -> None:
        link = "https://pilnvara.example/f/" + "7Q2F9KXM" * 20
        send(SmtpSender("127.0.0.1", mail_server.port, SENDER), outgoing(to="anna@piemers.example", text=link))
        assert mail_server.mails[0].get_content().strip() == link

    def test_gives_up_when_the_recipient_is_refused(self, mail_server: MailServer) -> None:
        mail_server.answers = ["550 anna@piemers.example does not live here"]
        with pytest.raises(MessageRefusedError) as caught:
            send(SmtpSender("127.0.0.1", mail_server.port, SENDER), outgoing(to="anna@piemers.example"))
        assert "anna" not in str(caught.value)

    def test_tries_again_when_the_server_is_busy(self, mail_server: MailServer) -> None:
        mail_server.answers = ["451 come back later"]
        with pytest.raises(NotSentError, match="451"):
            send(SmtpSender("127.0.0.1", mail_server.port, SENDER), outgoing(to="anna@piemers.example"))
        assert mail_server.mails == []

    def test_tries_again_when_nobody_answers(self) -> None:
        with pytest.raises(NotSentError):
            send(SmtpSender("127.0.0.1", closed_port(), SENDER), outgoing(to="anna@piemers.example"))

    @pytest.mark.parametrize(
        "to", ["", "anna", "a@b@c.example", "anna@piemers.example\r\nBcc: all@piemers.example", "a@x, b@x"]
    )
    def test_writes_no_second_recipient_into_the_head(self, mail_server: MailServer, to: str) -> None:
        with pytest.raises(AddressError):
            send(SmtpSender("127.0.0.1", mail_server.port, SENDER), outgoing(to=to))
        assert mail_server.mails == []


def test_without_a_server_a_message_fails_and_is_not_lost_in_silence() -> None:
    with pytest.raises(NoSenderError):
        send(NullSender(), outgoing())


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("+371 2000 0001", "+37120000001"),
        ("20000001", "+37120000001"),
        ("0037120000001", "+37120000001"),
        ("(+371) 20-000-001", "+37120000001"),
        ("+44 20 7946 0000", "+442079460000"),
    ],
)
def test_a_number_is_written_as_networks_do(typed: str, number: str) -> None:
    assert telephone(typed) == number


def test_an_opened_message_does_not_show_its_address_or_text() -> None:
    shown = repr(outgoing())
    assert "2000" not in shown
    assert "šķīvītis" not in shown


def test_every_message_of_practice_says_so_first() -> None:
    taken: list[Outgoing] = []

    class Taking:
        async def send(self, message: Outgoing) -> None:
            taken.append(message)

    for language in ("lv", "lv-plain", "en"):
        send(PracticeSender(Taking()), replace(outgoing(), language=language))
    assert [each.text.partition(". ")[0] for each in taken] == ["MĀCĪBAS", "MĀCĪBAS", "PRACTICE"]
    assert [each.subject.partition(": ")[0] for each in taken] == ["MĀCĪBAS", "MĀCĪBAS", "PRACTICE"]


def test_practice_marks_every_channel_and_nobody_else_does() -> None:
    for mode, marks in (("practice", True), ("live", False)):
        senders = make_senders(Settings.from_environment({"PILNVARA_MODE": mode}))
        assert {isinstance(each, PracticeSender) for each in senders.values()} == {marks}
