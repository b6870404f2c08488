"""What the trail tells of codes that opened nothing: that somebody typed one, where, and never which."""

from contextlib import suppress
from enum import StrEnum

from sqlalchemy import Connection

from audit.entry import Actor, ActorKind
from audit.events import EventName
from gateway.ledger import outbox
from gateway.parts import Parts
from gateway.people import throttle
from gateway.people.errors import TriedTooOftenError
from gateway.web.admission import AnyRequest
from gateway.web.exchange import address_of

_MOST_EVENTS = 10
"""From one address, while `throttle` counts."""


class CodeFor(StrEnum):
    """What a code would have opened."""

    TERMINAL = "terminal"
    DISPLAY = "display"
    QUESTION = "question"
    """On a phone: what a resident is asked."""
    GUEST = "guest"
    INVITATION = "invitation"
    """A link by which somebody is to make their account."""


async def note_refused(request: AnyRequest, parts: Parts, what: CodeFor, terminal_id: str | None = None) -> None:
    """Record that a code was wrong, used or past its time; whoever types many does not fill the trail with them."""
    now = parts.clock.now()
    door = throttle.Door("refused code", address_of(request), _MOST_EVENTS)

    def work(conn: Connection) -> None:
        throttle.charge(conn, parts.sealer, [door], now)
        outbox.record(
            conn,
            chain=f"terminal:{terminal_id}" if terminal_id else "system",
            type=EventName.CODE_REFUSED,
            actor=Actor(ActorKind.NOBODY, "unknown", terminal_id),
            data={"for": what.value},
            at=now,
        )

    with suppress(TriedTooOftenError):
        await parts.database.write(work)
