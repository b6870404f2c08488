"""A counter with a visit, a real mail server, and an SMS gateway that writes down what it is sent."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as SmtpSession

from gateway.parts import Parts
from tests.gateway.visits.conftest import counter, renderer
from tests.gateway.visits.counter import Counter
from tests.serving import WebServer, serve

__all__ = ["counter", "renderer"]

TOKEN = "made-up-token"


@dataclass
class SmsCall:
    headers: dict[str, str]
    body: dict[str, Any]


@dataclass
class SmsGateway:
    """Answers with the next of `answers`, else 202."""

    url: str = ""
    calls: list[SmsCall] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)


@dataclass
class MailServer:
    """Takes mail, or answers a recipient with the next of `answers`."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    """Of the envelopes."""

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: SmtpSession, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.answers:
            return self.answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: SmtpSession, envelope: Envelope) -> str:  # noqa: N802 - as above
        content = envelope.content
        assert isinstance(content, bytes)
        self.senders.append(str(envelope.mail_from))
        self.mails.append(message_from_bytes(content, policy=policy.default))
        return "250 OK"


@pytest.fixture
def sms_gateway() -> Iterator[SmsGateway]:
    gateway = SmsGateway()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            gateway.calls.append(SmsCall(headers, json.loads(body)))
            self.send_response(gateway.answers.pop(0) if gateway.answers else 202)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: Any) -> None:
            """Stay quiet."""

    server = WebServer(("127.0.0.1", 0), Handler)
    gateway.url = f"http://127.0.0.1:{server.server_port}/sms"
    thread = serve(server)
    yield gateway
    server.shutdown()
    server.server_close()
    thread.join()


class _Listening(Controller):
    """Listens on a port that the system picks."""

    def _trigger_server(self) -> None:
        """Learn the port before the library calls it to see whether somebody answers."""
        assert isinstance(self.server, asyncio.Server)
        self.port = int(self.server.sockets[0].getsockname()[1])
        super()._trigger_server()  # type: ignore[no-untyped-call]  # aiosmtpd leaves it untyped


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    server = MailServer()
    listening = _Listening(server, hostname="127.0.0.1", port=0)
    listening.start()
    server.port = listening.port
    yield server
    listening.stop()


@pytest.fixture
def parts(counter: Counter, sms_gateway: SmsGateway, mail_server: MailServer) -> Parts:
    """The parts of a worker that has somewhere to send messages."""
    settings = replace(
        counter.store.settings,
        smtp_host="127.0.0.1",
        smtp_port=mail_server.port,
        smtp_from="pilnvara@centrs.example",
        sms_url=sms_gateway.url,
        sms_token=TOKEN,
    )
    counter.store = replace(counter.store, settings=settings)
    return counter.store
