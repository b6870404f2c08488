"""What is heard of a message after it was handed over: bounces of e-mails, and an SMS operator's delivery reports.

An e-mail leaves with a sender of its own, `bounce+<token>@…`: the message's id and a code that only this gateway can
make, so that a forged bounce counts for nothing. A hard one means that nobody is reached there: the contact is not used
again until it is set anew. Each is an event; one that comes twice is heard once.
"""

import base64
import binascii
import hmac
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, select, update

from audit.entry import Actor, ActorKind
from audit.events import EventName
from gateway.config import Settings
from gateway.database.base import lock
from gateway.keys.errors import KeyDestroyedError
from gateway.keys.sealing import Sealer
from gateway.ledger import outbox as ledger
from gateway.notifications import outbox
from gateway.notifications.errors import BounceError
from gateway.notifications.senders import HARD, STATUS
from gateway.notifications.tables import FIELDS, Message, MessageState, Report
from gateway.parts import Store
from gateway.people import residents
from gateway.people.tables import Resident

LARGEST: Final = 1_000_000
"""Bytes of a bounce: it may hold the message, and ours are short."""
_LABEL: Final = "message.bounce"
_ID_BYTES: Final = 16
_MAC_BYTES: Final = 8
_SYSTEM = Actor(ActorKind.SYSTEM, "gateway")
_SENT = select(Message.__table__).where(Message.id == bindparam("message"), Message.state == MessageState.SENT)
_HEARD = (
    update(Message)
    .where(Message.id == bindparam("message"))
    .values(report=bindparam("heard"), report_code=bindparam("said"), reported_at=bindparam("now"))
)
_RESIDENT = select(Resident.id, Resident.erased_at).where(Resident.id == bindparam("person"))


@dataclass(frozen=True, slots=True)
class Heard:
    """One report."""

    report: Report
    code: str | None = None
    """As the server said it, such as `5.1.1`."""


def envelope_sender(settings: Settings, sealer: Sealer, message_id: str) -> str:
    """The sender to which a bounce of one message comes back; the plain sender where no address for bounces is set."""
    local, _, domain = settings.bounce_address.rpartition("@")
    if not local:
        return settings.smtp_from
    token = base64.b32encode(_id_bytes(message_id) + _mac(sealer, message_id)).decode().rstrip("=").lower()
    return f"{local}+{token}@{domain}"


def message_of(sealer: Sealer, address: str) -> str:
    """The id of the message that an address is for.

    Raises:
        BounceError: it is none of ours.
    """
    token = address.strip().strip("<>").partition("@")[0].rpartition("+")[2].upper()
    try:
        known = base64.b32decode(token + "=" * (-len(token) % 8))
    except (binascii.Error, ValueError):
        raise BounceError("the address holds no token") from None
    if len(known) != _ID_BYTES + _MAC_BYTES:
        raise BounceError("the address holds no token")
    message_id = base64.urlsafe_b64encode(known[:_ID_BYTES]).decode().rstrip("=")
    if not hmac.compare_digest(known[_ID_BYTES:], _mac(sealer, message_id)):
        raise BounceError("the token is not this gateway's")
    return message_id


def read_bounce(raw: bytes) -> Heard:
    """What a mail server says of a message (RFC 3464).

    Raises:
        BounceError: it is too large, or no delivery status notification.
    """
    if len(raw) > LARGEST:
        raise BounceError("it is too large")
    mail = message_from_bytes(raw, policy=policy.default)
    status = next((part for part in mail.walk() if part.get_content_type() == "message/delivery-status"), None)
    if mail.get_content_type() != "multipart/report" or status is None:
        raise BounceError("it is no delivery status notification")
    found = [_of_recipient(block) for block in status.iter_parts() if block["action"]]
    if len(found) != 1:
        raise BounceError("it is about no recipient, or about several")
    return found[0]


def recipient_of(raw: bytes) -> str:
    """To whom a bounce came, by its header; a mail server that knows the envelope says it better."""
    mail = message_from_bytes(raw[:LARGEST], policy=policy.default)
    return str(mail["delivered-to"] or mail["x-original-to"] or mail["to"] or "")


def take(conn: Connection, store: Store, message_id: str, heard: Heard) -> bool:
    """Keep what was heard of a message that was sent; say whether it was new.

    A report that is worse than the one before replaces it; the same again, or a better one after a hard one, does not.
    """
    row = conn.execute(lock(conn, _SENT), {"message": message_id}).one_or_none()
    if row is None or row.report in {heard.report, Report.HARD}:
        return False
    now = store.clock.database_now(conn)
    conn.execute(_HEARD, {"message": message_id, "heard": heard.report, "said": heard.code, "now": now})
    if heard.report is Report.DELIVERED:
        return True
    record(conn, row, heard, now)
    if heard.report is Report.HARD:
        stop_using(conn, store, row, heard.code, now)
    return True


def record(conn: Connection, row: Row[Any], heard: Heard, now: datetime) -> None:
    """Put on record that a message came back."""
    data = {
        "message": row.id,
        "channel": row.channel.value,
        "template": row.template,
        "how": heard.report.value,
        "code": heard.code,
    }
    chain = row.visit_id or "system"
    ledger.record(conn, chain=chain, type=EventName.MESSAGE_BOUNCED, actor=_SYSTEM, data=data, at=now)


def stop_using(conn: Connection, store: Store, row: Row[Any], code: str | None, now: datetime) -> None:
    """Use the address of a message no more, if it is still its resident's."""
    if row.resident_id is None or row.address_hash is None:
        return
    person = conn.execute(lock(conn, _RESIDENT), {"person": row.resident_id}).one()
    if person.erased_at is not None:
        return
    try:
        known = residents.open_resident(conn, store, row.resident_id)
    except KeyDestroyedError:
        return
    field = FIELDS[row.channel]
    present = getattr(known.profile, field)
    is_same = present is not None and hmac.compare_digest(outbox.hash_of(store, present), row.address_hash)
    if is_same and field not in known.dead:
        residents.mark_dead(conn, store, known, field, now, message=row.id, code=code or "")


def _of_recipient(block: EmailMessage | Any) -> Heard:
    action = str(block["action"]).strip().lower()
    said = STATUS.search(str(block["status"] or ""))
    code = said[1] if said else None
    if action == "failed":
        return Heard(Report.HARD if code and HARD.fullmatch(code) else Report.SOFT, code)
    if action == "delayed":
        return Heard(Report.SOFT, code)
    if action in {"delivered", "relayed", "expanded"}:
        return Heard(Report.DELIVERED, code)
    raise BounceError("its action is none of RFC 3464")


def _id_bytes(message_id: str) -> bytes:
    return base64.urlsafe_b64decode(message_id + "==")


def _mac(sealer: Sealer, message_id: str) -> bytes:
    return sealer.keyed_hash(_LABEL, message_id)[:_MAC_BYTES]
