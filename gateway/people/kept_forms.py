"""Forms that arrived at a locked computer, after a session's end, or with an older session's token: kept, not lost.

Each is sealed under the key of whoever typed it, and offered to that person alone, at the computer where it was typed:
"this was not sent, send it now?". It goes when it is sent or discarded, when its visit ends, and after twelve hours.
Files are never kept.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import ColumnElement, Connection, delete, insert, select
from sqlalchemy.orm import aliased

from gateway.ids import new_id
from gateway.keys import store
from gateway.keys.sealing import Sealer
from gateway.people.access import SessionKind
from gateway.people.tables import KeptForm, Session, Staff

LIFE: Final = timedelta(hours=12)
_JSON = msgspec.json.Encoder()


class Content(msgspec.Struct, frozen=True):
    """What was typed, and where it was to go."""

    path: str
    fields: list[tuple[str, str]]
    had_files: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """One form, for whoever typed it."""

    id: str
    route: str
    """The pattern of its path: which page it was."""
    kept_at: datetime
    content: Content = field(repr=False)


def typist(conn: Connection, *, token_hash: bytes, csrf: str, terminal_id: str) -> str | None:
    """Whose form it is that carries the token `csrf`: of whoever the browser's cookie is, in a session of theirs here.

    The cookie may be of a session that is locked, over, or later than the form's.
    """
    cookie = aliased(Session)
    found: str | None = conn.execute(
        select(Session.staff_id)
        .join(cookie, cookie.staff_id == Session.staff_id)
        .where(
            cookie.token_hash == token_hash,
            Session.csrf == csrf,
            Session.kind == SessionKind.STAFF,
            Session.terminal_id == terminal_id,
            cookie.terminal_id == terminal_id,
        )
    ).scalar()
    return found


def keep(
    conn: Connection,
    sealer: Sealer,
    content: Content,
    *,
    staff_id: str,
    terminal_id: str,
    route: str,
    visit_id: str | None,
    now: datetime,
) -> None:
    """Keep a form in place of an earlier one of the same page."""
    conn.execute(
        delete(KeptForm).where(
            KeptForm.staff_id == staff_id, KeptForm.route == route, KeptForm.visit_id.is_not_distinct_from(visit_id)
        )
    )
    form_id = new_id()
    key = store.load(conn, sealer, conn.execute(select(Staff.key_id).where(Staff.id == staff_id)).scalar_one())
    conn.execute(
        insert(KeptForm).values(
            id=form_id,
            staff_id=staff_id,
            terminal_id=terminal_id,
            route=route,
            visit_id=visit_id,
            content=sealer.seal(key, _context(form_id), _JSON.encode(content)),
            kept_at=now,
        )
    )


def of(conn: Connection, sealer: Sealer, *, staff_id: str, terminal_id: str | None, now: datetime) -> list[Kept]:
    """What waits for this person at this computer, the newest first."""
    rows = conn.execute(
        select(KeptForm.__table__, Staff.key_id)
        .join(Staff, Staff.id == KeptForm.staff_id)
        .where(*_theirs(staff_id, terminal_id), KeptForm.kept_at > now - LIFE)
        .order_by(KeptForm.kept_at.desc(), KeptForm.id)
    ).all()
    if not rows:
        return []
    key = store.load(conn, sealer, rows[0].key_id)
    return [
        Kept(
            row.id,
            row.route,
            row.kept_at,
            msgspec.json.decode(sealer.open(key, _context(row.id), row.content), type=Content),
        )
        for row in rows
    ]


def drop(conn: Connection, form_id: str, *, staff_id: str, terminal_id: str | None) -> None:
    """Forget a form of this person at this computer: it is being sent, or is not wanted any more."""
    conn.execute(delete(KeptForm).where(KeptForm.id == form_id, *_theirs(staff_id, terminal_id)))


def drop_of_visit(conn: Connection, visit_id: str) -> None:
    """Forget what was typed in a visit that is over."""
    conn.execute(delete(KeptForm).where(KeptForm.visit_id == visit_id))


def _theirs(staff_id: str, terminal_id: str | None) -> tuple[ColumnElement[bool], ...]:
    return KeptForm.staff_id == staff_id, KeptForm.terminal_id == terminal_id


def _context(form_id: str) -> str:
    return f"kept_form:{form_id}"
