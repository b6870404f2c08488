"""A resident's overview on paper, at any centre: everything that they would see on their own page.

For whoever has just shown a document there (`presenting.show_document`). Why it is printed is said and recorded first,
in the resident's own trail, and it can be printed for as long as that document counts: nothing can be browsed.
"""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import Connection, bindparam, select

from audit.entry import decode
from audit.events import EventName
from gateway.ledger import outbox
from gateway.ledger.tables import AuditEvent
from gateway.parts import Parts
from gateway.people import throttle
from gateway.people.access import StaffSession
from gateway.people.telling import tell
from gateway.people.throttle import Door
from gateway.services.catalogue import FALLBACK_LANGUAGE
from gateway.visits import own, own_one, presenting
from gateway.visits.errors import NotFoundError
from gateway.visits.own_one import One
from gateway.visits.tables import DelegationRow

IN_AN_HOUR = 10
"""Overviews that one member of staff may print within an hour."""
MOST = 30
"""Delegations on the sheet; older ones are on the resident's own page."""

_SAID = select(AuditEvent.leaf).where(
    AuditEvent.chain == bindparam("chain"),
    AuditEvent.type == EventName.OVERVIEW_PRINTED.value,
    AuditEvent.at > bindparam("since"),
)

_LANGUAGE = (
    select(DelegationRow.language)
    .where(DelegationRow.principal_id == bindparam("principal"))
    .order_by(DelegationRow.requested_at.desc())
    .limit(1)
)


class OverviewReason(StrEnum):
    """Why it is printed."""

    ASKED_ON_PAPER = "asked_on_paper"
    NO_DEVICE = "no_device"
    COMPLAINT = "complaint"


def say_why(conn: Connection, parts: Parts, by: StaffSession, shown_id: str, reason: OverviewReason) -> None:
    """Record why the overview of whoever showed the document is printed now, and tell its subject.

    A document that nobody brought is an assistant's word alone: whoever was not there learns of it at once.

    Raises:
        NotFoundError: no such document was shown to `by` here, or nothing was ever done for its holder.
        TriedTooOftenError: this member of staff has printed too many within an hour.
    """
    person_id = _person(conn, parts, by, shown_id)
    now = parts.clock.database_now(conn)
    door = Door("overview_printed", by.staff_id, IN_AN_HOUR, timedelta(hours=1))
    throttle.charge(conn, parts.sealer, [door], now)
    outbox.record(
        conn,
        chain=f"resident:{person_id}",
        type=EventName.OVERVIEW_PRINTED,
        actor=by.actor,
        data={"resident": person_id, "reason": reason.value, "shown": shown_id},
        at=now,
    )
    language = conn.execute(_LANGUAGE, {"principal": person_id}).scalars().first() or FALLBACK_LANGUAGE
    tell(conn, parts, person_id, "overview_printed", language, now)


def sheet(conn: Connection, parts: Parts, by: StaffSession, shown_id: str, language: str) -> Sequence[One]:
    """What is printed: each delegation with what was sent and who looked, newest first.

    Raises:
        NotFoundError: as `say_why`, or `by` has not said why since the document was shown.
    """
    person_id = _person(conn, parts, by, shown_id)
    known = {"chain": f"resident:{person_id}", "since": parts.clock.now() - presenting.GOOD_FOR}
    said = (decode(bytes(leaf)).data["shown"] for leaf in conn.execute(_SAID, known).scalars())
    if shown_id not in said:  # what a colleague has said is no reason for anybody else to look
        raise NotFoundError("nobody has said why")
    newest = own.newest(conn, person_id, parts.clock.now(), most=MOST)
    found = own_one.read_all(conn, parts, person_id, newest, language)
    return sorted(found, key=lambda one: not one.can_stop)  # what can still be stopped stands first


def _person(conn: Connection, parts: Parts, by: StaffSession, shown_id: str) -> str:
    person_id = presenting.person_of(conn, parts, by, shown_id)
    if person_id is None:
        raise NotFoundError("nothing was ever done for them")
    return person_id
