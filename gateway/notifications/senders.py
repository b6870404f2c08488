"""Who carries messages: a mail server, an HTTP SMS gateway, or nobody where none is set up.

A message may be handed over twice when a worker dies in between, so its identifier goes with it: an SMS gateway that
knows the identifier sends once, and a mail program shows one of two e-mails with the same Message-ID.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from http import HTTPStatus
from typing import Protocol

import aiosmtplib
import httpx2

from gateway.config import Settings
from gateway.notifications.errors import (
    AddressError,
    MessageRefusedError,
    NoSenderError,
    NotSentError,
    UnreachableError,
)
from gateway.notifications.tables import Channel
from gateway.trust import system_authorities

_TIMEOUT_SECONDS = 20.0
_E164 = re.compile(r"\+[1-9]\d{7,14}")
_LATVIAN = re.compile(r"[268]\d{7}")
_MAILBOX = re.compile(r"[^\s@<>,;:\"\\]+@[^\s@<>,;:\"\\]+")
STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
"""A code of RFC 3463 within a mail server's answer."""
HARD = re.compile(r"5\.1\.(?:[0-6]|10)|5\.2\.1")
"""The address is wrong, or its mailbox is closed."""
_LATER = frozenset(
    {
        HTTPStatus.UNAUTHORIZED,  # the operator mends the token while messages wait
        HTTPStatus.FORBIDDEN,
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.TOO_EARLY,
        HTTPStatus.TOO_MANY_REQUESTS,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A message, opened, on its way out."""

    id: str
    to: str = field(repr=False)
    subject: str
    text: str = field(repr=False)
    language: str
    at: datetime
    """When it was written, aware."""
    off: str | None = field(default=None, repr=False)
    """The link that ends messages of this kind."""
    bounces_to: str | None = None
    """The envelope's sender, to which a bounce of this message alone comes back."""
    attached: tuple[tuple[str, bytes], ...] = ()
    """Name and bytes of each file that goes along by e-mail, byte for byte."""


class Sender(Protocol):
    """Carries messages of one channel."""

    async def send(self, message: Outgoing) -> None:
        """Hand a message over.

        Raises:
            NotSentError: it was not taken now.
            MessageRefusedError: it will never be taken.
        """
        ...


class NullSender:
    """Stands where no server is set up, so that a message which nobody will get is seen to have failed."""

    async def send(self, message: Outgoing) -> None:
        """Refuse. Raises `NoSenderError`."""
        raise NoSenderError(f"message {message.id} has nobody to carry it: set the mail server or the SMS gateway")


@dataclass(frozen=True, slots=True)
class SmtpSender:
    """Hands e-mails to a mail server, with TLS where the server offers it."""

    host: str
    port: int
    sender: str

    async def send(self, message: Outgoing) -> None:
        """Send one e-mail; errors as of `Sender.send`, and `UnreachableError` where nobody has the address."""
        mail = self._written(message)
        try:
            await aiosmtplib.send(
                mail,
                sender=message.bounces_to or self.sender,
                hostname=self.host,
                port=self.port,
                timeout=_TIMEOUT_SECONDS,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            worst = max(error.recipients, key=lambda one: one.code)
            raise _recipient_error(worst.code, worst.message) from None
        except aiosmtplib.SMTPResponseException as error:
            raise _smtp_error(error.code) from None
        except (aiosmtplib.SMTPException, OSError) as error:
            raise NotSentError(f"the mail server did not take it: {type(error).__name__}") from None

    def _written(self, message: Outgoing) -> EmailMessage:
        """Write an e-mail that no program answers by itself (RFC 3834)."""
        if not _MAILBOX.fullmatch(message.to):
            raise AddressError(f"message {message.id} has no e-mail address")
        mail = EmailMessage(policy=SMTP)
        mail["From"] = Address("Pilnvara", addr_spec=self.sender)
        mail["To"] = message.to
        mail["Subject"] = f"Pilnvara: {message.subject}"
        mail["Date"] = format_datetime(message.at)
        mail["Message-ID"] = f"<{message.id}@{self.sender.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        if message.off is not None:  # RFC 8058: mail programs show a button that ends such messages
            mail["List-Unsubscribe"] = f"<{message.off}>"
            mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        mail.set_content(message.text + "\n")
        for name, content in message.attached:
            mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
        mail["Content-Language"] = message.language.partition("-")[0]  # `set_content` drops an earlier one
        return mail


_PRACTICE = {"lv": "MĀCĪBAS", "en": "PRACTICE"}


@dataclass(frozen=True, slots=True)
class PracticeSender:
    """Writes before every message that it is practice, and hands it on."""

    sender: Sender

    async def send(self, message: Outgoing) -> None:
        """Send it so marked; errors as of `Sender.send`."""
        word = _PRACTICE.get(message.language.partition("-")[0], _PRACTICE["lv"])
        marked = replace(message, subject=f"{word}: {message.subject}", text=f"{word}. {message.text}")
        await self.sender.send(marked)


@dataclass(frozen=True, slots=True)
class HttpSmsSender:
    """Hands text messages to an SMS gateway: `POST {"to", "text", "id"}` with a bearer token."""

    url: str
    token: str | None = field(repr=False)

    async def send(self, message: Outgoing) -> None:
        """Send one text message; errors as of `Sender.send`. The identifier makes a second call harmless."""
        headers = {"Idempotency-Key": message.id}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        body = {"to": telephone(message.to), "text": message.text, "id": message.id}
        try:
            async with httpx2.AsyncClient(
                timeout=_TIMEOUT_SECONDS, trust_env=False, verify=system_authorities()
            ) as client:
                answer = await client.post(self.url, json=body, headers=headers)
        except httpx2.HTTPError as error:
            raise NotSentError(f"the SMS gateway did not answer: {type(error).__name__}") from None
        if answer.is_success:
            return
        said = f"the SMS gateway answered {answer.status_code}"
        if answer.is_client_error and answer.status_code not in _LATER:
            raise MessageRefusedError(said)
        raise NotSentError(said)


def make_senders(settings: Settings) -> Mapping[Channel, Sender]:
    """The senders that `settings` ask for."""
    senders: dict[Channel, Sender] = {
        Channel.EMAIL: SmtpSender(settings.smtp_host, settings.smtp_port, settings.smtp_from)
        if settings.smtp_host
        else NullSender(),
        Channel.SMS: HttpSmsSender(settings.sms_url, settings.sms_token) if settings.sms_url else NullSender(),
    }
    if settings.mode == "practice":
        return {channel: PracticeSender(sender) for channel, sender in senders.items()}
    return senders


def telephone(typed: str) -> str:
    """Write a telephone number as networks do (E.164); one of eight digits is Latvian.

    Raises:
        AddressError: it is no telephone number.
    """
    number = re.sub(r"[\s()./-]", "", typed)
    if number.startswith("00"):
        number = "+" + number[2:]
    if _LATVIAN.fullmatch(number):
        number = "+371" + number
    if not _E164.fullmatch(number):
        raise AddressError("not a telephone number")
    return number


def is_hard(code: int, text: str) -> bool:
    """Whether a mail server's refusal of a recipient means that nobody is reached there (RFC 3463 section 3.2).

    Not: the mailbox is full, or we are not welcome.
    """
    said = STATUS.search(text)
    return HARD.fullmatch(said[1]) is not None if said else code in {550, 551, 553}


def _recipient_error(code: int, text: str) -> NotSentError | MessageRefusedError:
    said = STATUS.search(text)
    if is_hard(code, text):
        return UnreachableError(f"the mail server answered {code}", said[1] if said else str(code))
    return _smtp_error(code)


def _smtp_error(code: int) -> NotSentError | MessageRefusedError:
    """Tell a passing refusal (4yz) from a final one (5yz), RFC 5321 section 4.2.1."""
    said = f"the mail server answered {code}"
    return MessageRefusedError(said) if code >= 500 else NotSentError(said)
