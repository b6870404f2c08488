"""The screens that face residents: enrolled by a manager, known again by their key, taken out of use.

With which terminal one is paired is `gateway.terminals.connecting`'s.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, insert, or_, select, update
from sqlalchemy.orm import aliased

from audit.entry import Actor, ActorKind
from audit.events import EventName
from gateway.ids import digest, new_id, new_token
from gateway.keys.sealing import Sealer
from gateway.ledger import outbox
from gateway.people.access import Chosen, DisplaySession, Offer, StaffSession
from gateway.people.errors import UnknownPersonError
from gateway.people.proven import Proven, Shown, why_not
from gateway.people.tables import Centre
from gateway.terminals import pairing
from gateway.terminals.enrolment import OPERATOR, SEEN_AFTER, Means
from gateway.terminals.proofs import fingerprint
from gateway.terminals.tables import Display, PairingKind, Terminal

_ASKING = aliased(Terminal)
_BY_SECRET = (
    select(
        Display.__table__,
        Terminal.name.label("terminal_name"),
        Centre.name.label("centre_name"),
        _ASKING.name.label("asking_name"),
        Display.certificate_hash.label("terminal_certificate_hash"),
    )
    .join(Centre, Centre.id == Display.centre_id)
    .outerjoin(Terminal, Terminal.id == Display.terminal_id)
    .outerjoin(_ASKING, _ASKING.id == Display.offer_terminal_id)
    .where(Display.secret_hash == bindparam("secret_hash"), Display.revoked_at.is_(None))
)
_OF_CENTRE = (
    select(
        Display.id,
        Display.name,
        Display.enrolled_at,
        Display.last_seen_at,
        Display.revoked_at,
        Display.terminal_id,
        Terminal.name.label("terminal_name"),
    )
    .outerjoin(Terminal, Terminal.id == Display.terminal_id)
    .where(Display.centre_id == bindparam("centre_id"))
    .order_by(Display.revoked_at.is_not(None), Display.name, Display.id)
)


@dataclass(frozen=True, slots=True)
class ListedDisplay:
    """A display as its centre's people see it."""

    id: str
    name: str
    enrolled_at: datetime
    last_seen_at: datetime | None
    revoked_at: datetime | None
    terminal_id: str | None
    terminal_name: str | None


def make_code(conn: Connection, sealer: Sealer, *, name: str, by: StaffSession, now: datetime) -> pairing.Code:
    """Make the code that enrols a screen called `name` at the centre of `by`."""
    return pairing.make_code(
        conn, sealer, PairingKind.DISPLAY, now=now, centre_id=by.centre_id, name=name, made_by=by.staff_id
    )


def enrol(conn: Connection, sealer: Sealer, *, typed: str, means: Means, proven: Proven, language: str) -> str:
    """Enrol the screen on which a code was typed and which has just proved itself; return the secret for its cookie.

    Raises:
        PairingCodeError: wrong, used, or past its time.
    """
    used = pairing.use_code(conn, sealer, PairingKind.DISPLAY, typed, proven.at)
    return add(
        conn,
        centre_id=used.centre_id,
        name=used.name,
        means=means,
        proven=proven,
        language=language,
        enrolled_by=used.made_by,
    )


def add(
    conn: Connection,
    *,
    centre_id: str,
    name: str,
    means: Means,
    proven: Proven,
    language: str,
    enrolled_by: str | None,
) -> str:
    """Add a display and return its secret; seeding calls it without a code."""
    display_id, secret = new_id(), new_token()
    conn.execute(
        insert(Display).values(
            id=display_id,
            centre_id=centre_id,
            name=name,
            secret_hash=digest(secret),
            public_key=means.public_key,
            certificate_hash=means.certificate_hash,
            csrf=new_token(),
            language=language,
            is_large=False,
            enrolled_at=proven.at,
            enrolled_by=enrolled_by,
            last_seen_at=proven.at,
            **proven.columns(),
        )
    )
    outbox.record(
        conn,
        chain=f"display:{display_id}",
        type=EventName.DISPLAY_ENROLLED,
        actor=Actor(ActorKind.MANAGER, enrolled_by, None, centre_id) if enrolled_by else OPERATOR,
        data={"centre": centre_id, "key": fingerprint(means.public_key) if means.public_key else None},
        at=proven.at,
    )
    return secret


def load(conn: Connection, secret: str, *, shown: Shown, every: timedelta, now: datetime) -> DisplaySession | None:
    """Find the display that holds `secret`, presented by a browser that shows `shown` besides; one statement."""
    row = conn.execute(_BY_SECRET, {"secret_hash": digest(secret)}).one_or_none()
    if row is None:
        return None
    return DisplaySession(
        display_id=row.id,
        name=row.name,
        terminal_id=row.terminal_id,
        terminal_name=row.terminal_name,
        centre_id=row.centre_id,
        centre_name=row.centre_name,
        language=row.language,
        csrf=row.csrf,
        paired_at=row.paired_at,
        farewell_until=row.farewell_until,
        is_large=row.is_large,
        chosen=Chosen(row.chosen_for, row.chosen_language, row.chosen_large) if row.chosen_for else None,
        secret_hash=row.secret_hash,
        offer=Offer(row.asking_name, row.offer_number) if row.offer_until and now < row.offer_until else None,
        seen_at=row.last_seen_at,
        key=row.public_key,
        unproven=why_not(row, shown, now, every),
    )


def known_as(conn: Connection, secret: str) -> tuple[str, str] | None:
    """Name and centre of the display that holds `secret`: for the page that enrols it anew."""
    row = conn.execute(_BY_SECRET, {"secret_hash": digest(secret)}).one_or_none()
    return None if row is None else (row.name, row.centre_name)


def list_of(conn: Connection, centre_id: str) -> list[ListedDisplay]:
    """All displays of a centre, those in use first, then by name."""
    rows = conn.execute(_OF_CENTRE, {"centre_id": centre_id})
    return [ListedDisplay(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public way to a row by name


def revoke(conn: Connection, *, display_id: str, centre_id: str, by: Actor, now: datetime) -> None:
    """Take a display of a centre out of use for ever; it shows nothing more.

    Raises:
        UnknownPersonError: the centre has no such display in use.
    """
    changed = conn.execute(
        update(Display)
        .where(Display.id == display_id, Display.centre_id == centre_id, Display.revoked_at.is_(None))
        .values(revoked_at=now, terminal_id=None, offer_terminal_id=None, offer_until=None)
    ).rowcount
    if not changed:
        raise UnknownPersonError("no such display in use")
    outbox.record(conn, chain=f"display:{display_id}", type=EventName.DISPLAY_RETIRED, actor=by, data={}, at=now)


def note_seen(conn: Connection, display_id: str, now: datetime) -> None:
    """Note that a display is there, unless that was noted just now."""
    is_due = or_(Display.last_seen_at.is_(None), Display.last_seen_at <= now - SEEN_AFTER)
    conn.execute(update(Display).where(Display.id == display_id, is_due).values(last_seen_at=now))
