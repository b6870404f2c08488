"""What the trail tells of whoever was not let in: that somebody tried, where, and never with which code."""

from contextlib import suppress
from enum import StrEnum

from sqlalchemy import Connection

from audit.entry import Actor, ActorKind
from audit.events import EventName
from gateway.ledger import outbox
from gateway.people import throttle
from gateway.people.errors import TerminalProofRefusedError, TriedTooOftenError
from gateway.terminals.tables import TerminalPurpose
from gateway.web.admission import AnyRequest
from gateway.web.exchange import address_of, parts_of

_MOST_CODES = 10
"""Refused codes from one address that are recorded while `throttle` counts."""
_MOST_PROOFS = 20
"""Refused proofs."""


class CodeFor(StrEnum):
    """What a code would have opened."""

    TERMINAL = "terminal"
    DISPLAY = "display"
    QUESTION = "question"
    """On a phone: what a resident is asked."""
    GUEST = "guest"
    INVITATION = "invitation"
    """A link by which somebody is to make their account."""
    STOP = "stop"
    STATEMENT = "statement"
    """On the paper that a resident took home: to stop what was allowed, to read what was."""
    FEEDBACK = "feedback"
    RATING = "rating"
    """Links by which somebody says how it went, at a centre or in an institution's own e-service."""


async def note_code(request: AnyRequest, what: CodeFor, error: Exception, terminal_id: str | None = None) -> None:
    """Record that a code was wrong, used or past its time; not where `error` says that none was looked at."""
    if isinstance(error, TriedTooOftenError | TerminalProofRefusedError):
        return
    chain, door = _of_terminal(terminal_id), throttle.Door("refused code", address_of(request), _MOST_CODES)
    await _note(request, door, chain, EventName.CODE_REFUSED, {"for": what.value}, terminal_id)


async def note_terminal(request: AnyRequest, terminal_id: str | None, purpose: TerminalPurpose, reason: str) -> None:
    """Record that a computer did not prove what it calls itself."""
    data, chain = {"reason": reason, "for": purpose.value}, _of_terminal(terminal_id)
    await _note(request, _proofs(request), chain, EventName.TERMINAL_PROOF_REFUSED, data, terminal_id)


async def note_display(request: AnyRequest, display_id: str, reason: str) -> None:
    """Record that a browser did not prove that it is a display."""
    await _note(request, _proofs(request), f"display:{display_id}", EventName.DISPLAY_REFUSED, {"reason": reason})


def _proofs(request: AnyRequest) -> throttle.Door:
    return throttle.Door("proof", address_of(request), _MOST_PROOFS)


def _of_terminal(terminal_id: str | None) -> str:
    return f"terminal:{terminal_id}" if terminal_id else "system"


async def _note(
    request: AnyRequest,
    door: throttle.Door,
    chain: str,
    event: EventName,
    data: dict[str, str],
    terminal_id: str | None = None,
) -> None:
    """Record it, unless as many came through this door: whoever brings many does not fill the trail with them."""
    parts = parts_of(request)
    now, nobody = parts.clock.now(), Actor(ActorKind.NOBODY, "unknown", terminal_id)

    def work(conn: Connection) -> None:
        throttle.charge(conn, parts.sealer, [door], now)
        outbox.record(conn, chain=chain, type=event, actor=nobody, data=data, at=now)

    with suppress(TriedTooOftenError):
        await parts.database.write(work)
