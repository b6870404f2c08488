"""Queues a message in the transaction of the change that asks for it: both happen, or neither."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert

from gateway.ids import new_id
from gateway.jobs.queue import enqueue
from gateway.keys.sealing import DataKey
from gateway.notifications import quiet, texts
from gateway.notifications.manners import manner_of
from gateway.notifications.tables import Channel, Message, MessageState
from gateway.parts import Parts, Store
from gateway.people import preferences

__all__ = ["JOB", "KINDS", "Channel", "Draft", "queue"]

JOB = "message.send"
"""The kind of job that sent any message; what was queued by an earlier version has it still."""

KINDS = {
    (channel, waits): f"message.later.{channel.value}" if waits else f"message.{channel.value}"
    for channel in Channel
    for waits in (False, True)
}
"""The kind of job that sends a message, by its channel and whether it can wait; the payload is the message's id. A
channel that does not answer holds up no other, and what can wait holds up no code."""

_ADDRESS_LABEL = "message.address"
_INSERT = insert(Message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message to be written. `to` and `values` are personal and stay out of logs, so they are not shown."""

    channel: Channel
    to: str
    """A telephone number with its country code, or an e-mail address."""
    template: str
    language: str
    values: Mapping[str, str]
    visit_id: str | None = None
    """In whose chain *sent* and *failed* are recorded; without one, in the system's."""
    resident_id: str | None = None
    """Whose own address it is: they can end messages of its kind, and hear of it when it does not work."""

    def __repr__(self) -> str:
        return f"Draft(channel={self.channel.value!r}, template={self.template!r})"


def queue(
    conn: Connection,
    parts: Parts,
    key: DataKey,
    draft: Draft,
    *,
    now: datetime,
    delay: timedelta = timedelta(0),
) -> str:
    """Write the message of `draft`, seal it under `key`, queue it, and return its id.

    A code is not sent any more once its approval would have lapsed, nothing longer than it is tried for. What can wait
    waits for the end of the quiet hours. What a resident can do without carries a link that
    ends such messages.

    Raises:
        TemplateUnknownError: no message is called so, or a value is missing.
        ValueError: it holds what no SMS may hold.
    """
    message_id, manner = new_id(), manner_of(draft.template)
    if manner.is_mail and draft.channel is not Channel.EMAIL:
        raise ValueError(f"{draft.template} goes by e-mail alone")
    due = quiet.earliest(parts.settings, now + delay) if manner.waits else now + delay
    tried = parts.settings.approval_lapse if manner.is_code else parts.settings.message_tries
    off = None
    if manner.kind is not None and draft.resident_id is not None:
        code = preferences.new_link(conn, draft.resident_id, manner.kind, now)
        off = f"{parts.settings.public_url}/o/{code}".encode()
    body = texts.write(draft.template, draft.language, draft.values).body
    values: dict[str, Any] = {
        "id": message_id,
        "visit_id": draft.visit_id,
        "channel": draft.channel,
        "template": draft.template,
        "language": draft.language,
        "state": MessageState.QUEUED,
        "key_id": key.id,
        "address": parts.sealer.seal(key, address_context(message_id), draft.to.encode()),
        "body": parts.sealer.seal(key, body_context(message_id), body.encode()),
        "attempts": 0,
        "created_at": now,
        "not_after": due + tried,
        "resident_id": draft.resident_id,
        "address_hash": None if draft.resident_id is None else hash_of(parts, draft.to),
        "off_link": None if off is None else parts.sealer.seal(key, off_context(message_id), off),
    }
    conn.execute(_INSERT, values)
    enqueue(conn, KINDS[draft.channel, manner.waits], {"message": message_id}, run_at=due, now=now)
    return message_id


def hash_of(store: Store, address: str) -> bytes:
    """What is kept of an address after the message is sent: nobody without the gateway's key can try one against it."""
    return store.sealer.keyed_hash(_ADDRESS_LABEL, "".join(address.split()).lower())


def off_context(message_id: str) -> str:
    """What the sealed link that ends such messages is bound to."""
    return f"message.off:{message_id}"


def address_context(message_id: str) -> str:
    """What the sealed address of a message is bound to."""
    return f"message.address:{message_id}"


def body_context(message_id: str) -> str:
    """What the sealed text of a message is bound to."""
    return f"message.body:{message_id}"
