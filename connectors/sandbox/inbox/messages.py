"""Messages that somebody was sent."""

import email
import email.policy
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Any, Literal

from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as SmtpSession

from connectors.sandbox.residents import bare, is_reached


class RepeatedIdError(Exception):
    """An id was used before, for another message."""


@dataclass(frozen=True)
class Message:
    """One text message or e-mail."""

    id: str
    channel: Literal["sms", "email"]
    to: str
    sender: str
    subject: str
    text: str
    received_at: datetime
    arrived: bool = True
    """Whether anybody is reached there."""

    def as_json(self) -> dict[str, Any]:
        """As `/_sandbox/messages` says it."""
        return {**asdict(self), "received_at": self.received_at.isoformat()}


class Mailbox:
    """All messages of everyone, in the order of arrival."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._messages: dict[str, Message] = {}

    def newest_first(self, to: str = "") -> list[Message]:
        """Messages to one address or number, or to everyone."""
        wanted = bare(to)
        return [one for one in reversed(self._messages.values()) if not wanted or bare(one.to) == wanted]

    def take_sms(self, to: str, text: str, message_id: str) -> bool:
        """Keep a text message once, however often it is sent with the same id; False when it was there.

        Raises:
            RepeatedIdError: the id belongs to another message.
        """
        known = self._messages.get(message_id)
        if known:
            if (known.to, known.text) != (to, text):
                raise RepeatedIdError(message_id)
            return False
        self._messages[message_id] = Message(message_id, "sms", to, "", "", text, self._now(), is_reached(to))
        return True

    def take_mail(self, recipients: list[str], content: bytes) -> None:
        """Keep an e-mail for each of its recipients."""
        mail = email.message_from_bytes(content, policy=email.policy.default)
        for to in recipients:
            message_id = f"mail-{len(self._messages) + 1}"
            self._messages[message_id] = Message(
                message_id, "email", to, str(mail["from"] or ""), str(mail["subject"] or ""), _text(mail), self._now()
            )

    def clear(self) -> None:
        """Forget all messages."""
        self._messages.clear()


def _text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain", "html"))
    return str(body.get_content()).strip() if body else ""


class MailHandler:
    """What aiosmtpd hands mail to."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: SmtpSession, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Refuse a recipient whose mailbox is not there (RFC 3463, X.1.1)."""
        if not is_reached(address):
            return "550 5.1.1 No such mailbox"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: SmtpSession, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep one e-mail (RFC 5321 section 4.1.1.4)."""
        content = envelope.content or b""
        self._mailbox.take_mail(
            [str(to) for to in envelope.rcpt_tos], content if isinstance(content, bytes) else content.encode()
        )
        return "250 Message accepted for delivery"
