"""The worker's job that sends a message: looks whether it still waits, sends it, and forgets address and text.

*Sent* and *failed* are events of the visit that the message belongs to.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from random import SystemRandom
from typing import Any, ClassVar

from sqlalchemy import Connection, Row, bindparam, or_, select, update

from audit.entry import Actor, ActorKind
from audit.events import EventName
from gateway.jobs.errors import TryLaterError
from gateway.jobs.leases import Job
from gateway.jobs.runner import Handler, JobKind
from gateway.keys import store
from gateway.keys.errors import KeyDestroyedError
from gateway.ledger import outbox as ledger
from gateway.notifications import bounces, outbox, quiet, texts
from gateway.notifications.errors import MessageRefusedError, NotSentError, UnreachableError
from gateway.notifications.manners import manner_of
from gateway.notifications.senders import Outgoing, Sender, make_senders
from gateway.notifications.tables import Channel, Message, MessageState
from gateway.notifications.text import with_way_out
from gateway.parts import Parts
from gateway.people import preferences

FIRST_WAIT = timedelta(seconds=4)
LONGEST_WAIT = timedelta(hours=1)
SPREAD = timedelta(minutes=10)
"""Over which what has waited for the morning is spread."""
TRIES = 400
"""More than fit into the longest time for which a message is tried: that, and not the number, ends it."""
AT_ONCE = 1
"""Messages of one kind that one worker hands over at a time."""

_CHANCE = SystemRandom()
_SYSTEM = Actor(ActorKind.SYSTEM, "gateway")
_WAITING = select(Message.__table__).where(
    Message.id == bindparam("message"), Message.state == MessageState.QUEUED.value
)
_WAITING_OF = select(Message.id, Message.attempts).where(
    Message.state == MessageState.QUEUED.value,
    or_(
        Message.key_id.in_(bindparam("keys", expanding=True)), Message.visit_id.in_(bindparam("visits", expanding=True))
    ),
)
_FORGET = (
    update(Message)
    .where(
        or_(
            Message.resident_id.in_(bindparam("people", expanding=True)),
            Message.visit_id.in_(bindparam("visits", expanding=True)),
        )
    )
    .values(resident_id=None, address_hash=None)
)
_END = (
    update(Message)
    .where(Message.id == bindparam("message"), Message.state == MessageState.QUEUED.value)
    .values(
        state=bindparam("new_state"),
        reason=bindparam("new_reason"),
        sent_at=bindparam("new_sent_at"),
        attempts=bindparam("new_attempts"),
        address=None,
        body=None,
        off_link=None,
    )
    .returning(Message.visit_id, Message.channel, Message.template)
)


class MessageLateError(MessageRefusedError):
    """A code would reach somebody after it has lapsed."""

    code: ClassVar[str] = "message.late"


class MessageErasedError(MessageRefusedError):
    """The values that the message belongs to were erased while it waited."""

    code: ClassVar[str] = "message.erased"


class MessageUnwantedError(MessageRefusedError):
    """Whom the message is for said no to its kind while it waited."""

    code: ClassVar[str] = "message.unwanted"


class MessageSending:
    """Sends messages for one worker."""

    def __init__(
        self,
        parts: Parts,
        senders: Mapping[Channel, Sender] | None = None,
        chance: Callable[[], float] = _CHANCE.random,
    ) -> None:
        """Take the senders that the settings ask for, unless others are given; `chance` spreads tries out, 0 to 1."""
        self._parts = parts
        self._senders = make_senders(parts.settings) if senders is None else senders
        self._chance = chance

    def wait(self, attempt: int) -> timedelta:
        """How long a message waits that was not taken for the `attempt`-th time: twice as long each time, to an hour.

        A quarter more or less by chance, so that all that waits for one server does not come back at once.
        """
        longest = min(FIRST_WAIT * float(2 ** min(attempt - 1, 16)), LONGEST_WAIT)
        return longest * (0.75 + self._chance() / 2)

    async def send(self, job: Job) -> None:
        """Send the message of a job, if it still waits.

        Raises:
            NotSentError: it was not taken; the job runs again.
            TryLaterError: residents are left in peace now.
        """
        message_id = str(job.payload["message"])
        await self._leave_in_peace(message_id)
        try:
            opened = await self._parts.database.read(lambda conn: self._open(conn, message_id))
            if opened is None:
                return
            channel, message = opened
            await self._senders[channel].send(message)
        except NotSentError as error:
            if not await self._is_last(message_id, job.attempt):
                raise
            await self._end(message_id, MessageState.FAILED, job.attempt, error.code)
        except UnreachableError as error:
            await self._end_for_good(message_id, job.attempt, error)
        except MessageRefusedError as error:
            await self._end(message_id, MessageState.FAILED, job.attempt, error.code)
        else:
            await self._end(message_id, MessageState.SENT, job.attempt)

    async def give_up(self, job: Job, code: str) -> None:
        """Write down that a message could not be sent for as long as it was tried."""
        await self._end(str(job.payload["message"]), MessageState.FAILED, job.attempt, code)

    async def _is_last(self, message_id: str, attempt: int) -> bool:
        """Whether the next try would come too late."""
        row = await self._parts.database.read(
            lambda conn: conn.execute(_WAITING, {"message": message_id}).one_or_none()
        )
        next_try = self._parts.clock.now() + self.wait(attempt)
        return row is not None and row.not_after is not None and next_try >= row.not_after

    async def _leave_in_peace(self, message_id: str) -> None:
        """Put off what can wait, where a try falls into the quiet hours; spread over the first minutes after them."""
        parts = self._parts
        row = await parts.database.read(lambda conn: conn.execute(_WAITING, {"message": message_id}).one_or_none())
        if row is None or not manner_of(row.template).waits:
            return
        now = parts.clock.now()
        due = quiet.earliest(parts.settings, now)
        if due > now:
            raise TryLaterError(due - now + SPREAD * self._chance())

    def _open(self, conn: Connection, message_id: str) -> tuple[Channel, Outgoing] | None:
        row = conn.execute(_WAITING, {"message": message_id}).one_or_none()
        if row is None:
            return None
        if row.not_after is not None and self._parts.clock.database_now(conn) >= row.not_after:
            raise MessageLateError(f"message {message_id} is past its time")
        kind = manner_of(row.template).kind
        whose = None if kind is None or row.resident_id is None else preferences.read(conn, row.resident_id)
        if kind is not None and whose is not None and not whose.takes(kind):
            # What was queued before they said no would else still come.
            raise MessageUnwantedError(f"message {message_id} is not wanted any more")
        return row.channel, self._opened(conn, row)

    def _opened(self, conn: Connection, row: Row[Any]) -> Outgoing:
        sealer = self._parts.sealer
        try:
            key = store.load(conn, sealer, row.key_id)
        except KeyDestroyedError:
            raise MessageErasedError(f"message {row.id} was erased") from None
        off = None if row.off_link is None else sealer.open(key, outbox.off_context(row.id), row.off_link).decode()
        body = sealer.open(key, outbox.body_context(row.id), row.body).decode()
        return Outgoing(
            id=row.id,
            to=sealer.open(key, outbox.address_context(row.id), row.address).decode(),
            subject=texts.subject(row.template, row.language),
            text=with_way_out(body, row.language, off),
            language=row.language,
            at=row.created_at,
            off=off,
            bounces_to=bounces.envelope_sender(self._parts.settings, sealer, row.id),
        )

    async def _end_for_good(self, message_id: str, attempt: int, error: UnreachableError) -> None:
        """Give a message up of which the server says that nobody has its address, and use the address no more."""

        def work(conn: Connection) -> None:
            now = self._parts.clock.database_now(conn)
            row = conn.execute(_WAITING, {"message": message_id}).one_or_none()
            _write_end(conn, message_id, MessageState.FAILED, attempt, error.code, now)
            if row is not None:
                bounces.stop_using(conn, self._parts, row, error.said, now)

        await self._parts.database.write(work)

    async def _end(self, message_id: str, state: MessageState, attempt: int, code: str | None = None) -> None:
        await self._parts.database.write(
            lambda conn: _write_end(conn, message_id, state, attempt, code, self._parts.clock.database_now(conn))
        )


def make_handlers(parts: Parts, senders: Mapping[Channel, Sender] | None = None) -> Mapping[str, Handler | JobKind]:
    """The handlers of this package for one worker, by kind of job; `senders` as of `MessageSending`."""
    sending = MessageSending(parts, senders)
    kinds = {
        name: JobKind(
            sending.send, attempts=TRIES, waits=waits, at_most=AT_ONCE, wait=sending.wait, on_dead=sending.give_up
        )
        for (_, waits), name in outbox.KINDS.items()
    }
    return kinds | {outbox.JOB: kinds[outbox.KINDS[Channel.EMAIL, False]]}


def forget_people(conn: Connection, people: Sequence[str], visits: Sequence[str]) -> None:
    """Forget whose the addresses were of messages to `people`, or of `visits`: they are being erased."""
    conn.execute(_FORGET, {"people": list(people), "visits": list(visits)})


def give_up_waiting(conn: Connection, message_id: str, code: str, now: datetime) -> None:
    """Give up one message that waits, by its id, with the code of why; one that was sent stays sent."""
    _write_end(conn, message_id, MessageState.FAILED, 0, code, now)


def forget_waiting(conn: Connection, keys: Sequence[str], visits: Sequence[str], now: datetime) -> None:
    """Give up what waits to be sent and is sealed under one of `keys`, or belongs to one of `visits`.

    Whose values they are is being erased: a message afterwards would need what is gone.
    """
    waiting = conn.execute(_WAITING_OF, {"keys": list(keys), "visits": list(visits)}).all()
    for message_id, attempts in waiting:
        _write_end(conn, message_id, MessageState.FAILED, attempts, MessageErasedError.code, now)


def _write_end(
    conn: Connection, message_id: str, state: MessageState, attempt: int, code: str | None, now: datetime
) -> None:
    """End a waiting message once: a second worker that was late finds nothing to end."""
    ended = conn.execute(
        _END,
        {
            "message": message_id,
            "new_state": state,
            "new_reason": code if state is MessageState.FAILED else None,
            "new_sent_at": now if state is MessageState.SENT else None,
            "new_attempts": attempt,
        },
    ).one_or_none()
    if ended is None:
        return
    event = EventName.MESSAGE_SENT if state is MessageState.SENT else EventName.MESSAGE_FAILED
    data = {"message": message_id, "channel": ended.channel.value, "template": ended.template}
    if code is not None:
        data["reason"] = code
    ledger.record(conn, chain=ended.visit_id or "system", type=event, actor=_SYSTEM, data=data, at=now)
