"""Queues a message in the transaction of the change that asks for it: both happen, or neither."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert

from gateway.ids import new_id
from gateway.jobs.queue import enqueue
from gateway.keys.sealing import DataKey
from gateway.notifications import texts
from gateway.notifications.tables import Channel, Message, MessageState
from gateway.parts import Parts

__all__ = ["JOB", "Channel", "Draft", "queue"]

JOB = "message.send"
"""The kind of job that sends a message; its payload is the message's id."""

_CODES = frozenset({"grant_code", "permit_code", "grant_spoken_code", "permit_spoken_code"})
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

    A code is not sent any more once its approval would have lapsed.

    Raises:
        TemplateUnknownError: no message is called so, or a value is missing.
    """
    message_id = new_id()
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
        "not_after": now + parts.settings.approval_lapse if draft.template in _CODES else None,
    }
    conn.execute(_INSERT, values)
    enqueue(conn, JOB, {"message": message_id}, run_at=now + delay, now=now)
    return message_id


def address_context(message_id: str) -> str:
    """What the sealed address of a message is bound to."""
    return f"message.address:{message_id}"


def body_context(message_id: str) -> str:
    """What the sealed text of a message is bound to."""
    return f"message.body:{message_id}"
