"""Whether the browser that sends a session's cookie is the terminal, or display, that proved itself for it.

A proof is good for a while and for one connection. Each gives the browser a new secret in a cookie of its own, and the
one before is worth nothing some seconds later: what was copied dies with the next proof, which a copy cannot give.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, Update, bindparam, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute

from gateway.database.base import lock
from gateway.ids import digest, new_token
from gateway.keys.sealing import Sealer
from gateway.people.access import Unproven
from gateway.people.tables import Session
from gateway.terminals.tables import Display, Terminal

LATE: Final = 3
"""How many intervals old the last proof may be: browsers slow the clocks of pages in the background."""
GRACE: Final = timedelta(seconds=15)
"""How long the secret before the last one counts: for requests that were on their way, and for a second tab."""


@dataclass(frozen=True, slots=True)
class Bearers:
    """The rows that carry what is known of a last proof: the statements on one of them, named by its secret's hash."""

    find: Select[Any]
    give: Update
    mark: Update

    @classmethod
    def of(cls, table: type[Session | Display], which: InstrumentedAttribute[bytes], over: Any) -> "Bearers":
        """Those of a table; `over` is the column that says when a row's time was over."""
        is_this = which == bindparam("which")
        is_new = or_(table.refused_mark.is_(None), table.refused_mark != bindparam("mark"))
        return cls(
            find=select(table.__table__).where(is_this, over.is_(None)),
            give=update(table)
            .where(is_this)
            .values(
                proof_before=table.proof_hash,
                proof_hash=bindparam("fresh"),
                proven_at=bindparam("at"),
                traits=bindparam("of"),
            ),
            mark=update(table).where(is_this, over.is_(None), is_new).values(refused_mark=bindparam("mark")),
        )


SESSIONS: Final = Bearers.of(Session, Session.token_hash, Session.ended_at)
_ANY: Final = (
    select(Session.__table__, Terminal.certificate_hash.label("terminal_certificate_hash"))
    .join(Terminal, Terminal.id == Session.terminal_id)
    .where(Session.token_hash == bindparam("which"))
)
DISPLAYS: Final = Bearers.of(Display, Display.secret_hash, Display.revoked_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a request shows besides the session's own cookie."""

    terminal_secret: str | None = field(default=None, repr=False)
    proof: str | None = field(default=None, repr=False)
    """The secret that the last proof gave."""
    traits: bytes = b""
    certificate: bytes | None = None
    """SHA-256 of the client certificate, as a trusted proxy says."""


@dataclass(frozen=True, slots=True)
class Proven:
    """A terminal has just proved itself."""

    at: datetime
    traits: bytes

    def columns(self) -> dict[str, Any]:
        """The columns of a session that hold it; its secret is given with the next proof."""
        nothing = {"proof_hash": None, "proof_before": None, "refused_mark": None}
        return {"proven_at": self.at, "traits": self.traits} | nothing


def traits_of(sealer: Sealer, address: str, browser: str) -> bytes:
    """What a connection tells of itself, so that two can be compared and neither be read."""
    return sealer.keyed_hash("session.traits", f"{address}\n{browser[:1000]}")


def why_not(row: Row[Any], shown: Shown, now: datetime, every: timedelta) -> Unproven | None:
    """Why the terminal's session or display in `row` is not served to whoever shows this; `None` when it is."""
    if row.terminal_certificate_hash is not None:
        same = secrets.compare_digest(shown.certificate or b"", row.terminal_certificate_hash)
        return None if same else Unproven.OTHER_CERTIFICATE
    if row.proven_at is None or row.traits is None or not secrets.compare_digest(shown.traits, row.traits):
        return Unproven.OTHER_CONNECTION
    presented = digest(shown.proof) if shown.proof else None
    is_before = _same(presented, row.proof_before) and now < row.proven_at + GRACE
    if not _same(presented, row.proof_hash) and not is_before:
        return Unproven.OLD_PROOF
    return Unproven.LATE if now >= row.proven_at + LATE * every else None


def is_elsewhere(conn: Connection, token_hash: bytes, shown: Shown, *, every: timedelta, now: datetime) -> bool:
    """Whether the cookie of a terminal's session, over or not, is shown by a browser that is not the one it proved."""
    row = conn.execute(_ANY, {"which": token_hash}).one_or_none()
    return row is None or why_not(row, shown, now, every) not in {None, Unproven.LATE}


def _same(one: bytes | None, other: bytes | None) -> bool:
    """Whether two are the same, in constant time; nothing is the same as nothing: before the first proof."""
    return (one is None) == (other is None) and secrets.compare_digest(one or b"", other or b"")


def renew(
    conn: Connection, token_hash: bytes, *, presented: str | None, proven: Proven, of: Bearers = SESSIONS
) -> str | None:
    """Give a session or display the secret of a new proof; `None` when another tab was faster: the browser has its.

    Whoever shows neither the last secret nor the one before has proved itself too, and gets one: an answer was lost.
    """
    row = conn.execute(lock(conn, of.find), {"which": token_hash}).one_or_none()
    if row is None:
        return None
    shown = digest(presented) if presented else None
    is_before = not _same(shown, row.proof_hash) and _same(shown, row.proof_before)
    is_second = is_before and _same(row.traits, proven.traits)
    if is_second and row.proven_at is not None and proven.at < row.proven_at + GRACE:
        return None
    fresh = new_token()
    conn.execute(of.give, {"which": token_hash, "fresh": digest(fresh), "at": proven.at, "of": proven.traits})
    return fresh


def mark_refused(conn: Connection, token_hash: bytes, why: Unproven, shown: Shown, of: Bearers = SESSIONS) -> bool:
    """Note what was refused of a session or display; False when the same was noted last, or the session is over."""
    mark = digest(f"{why.value}\n".encode() + shown.traits + (shown.proof or "").encode() + (shown.certificate or b""))
    return conn.execute(of.mark, {"which": token_hash, "mark": mark}).rowcount > 0
