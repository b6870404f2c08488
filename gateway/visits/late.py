"""What the portal says when nobody waits for it any more.

Of what a person or the portal's own list said had not arrived it may still say that it has it: a worker that was taken
for dead comes back with the number, or a look-up finds it. That outweighs what was said before: the filing is *filed*,
and whatever was begun of the same matter since ends before it leaves. Where it has left already nothing is undone, and
both are put before a person. Whatever else comes late is an event and changes nothing.

The order of locks is every step's own: delegations (by id, where there are two), then filings, then the permit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias

import msgspec
from sqlalchemy import Connection, bindparam, select, update

from audit.events import EventName
from connectors.runner.api import Ambiguous, DeclinedByPortal, Filed, Found, Unknown
from delegation.commitment import HashKind
from delegation.filing import BLOCKS_ANOTHER, UNSENT, FilingState
from delegation.model import take_back
from gateway.jobs.queue import enqueue
from gateway.keys.errors import KeyDestroyedError
from gateway.parts import Parts
from gateway.people.access import StaffSession
from gateway.visits import actors, advancing, approvals, arriving, filings, stopping, telling
from gateway.visits.arriving import ReceiptPage
from gateway.visits.delegations import store, to_model
from gateway.visits.rows import AnyRow, ensure, find_filing, find_visit, lock_delegation, lock_filing, lock_visit
from gateway.visits.sealed import VisitVault
from gateway.visits.states import Late
from gateway.visits.tables import DelegationRow, Filing, VisitState
from gateway.visits.telling import Told
from gateway.visits.trail import say

Answer: TypeAlias = Filed | Found | DeclinedByPortal | Unknown | Ambiguous

JOB: Final = "filing.late"
"""The kind of job that looks once more at what arrived late beside another; its payload names the filing."""
_KIND = "late"
"""What is sealed of a receipt that came late and could not be kept as one."""
_SAID = {Filed: "filed", Found: "found", DeclinedByPortal: "declined", Unknown: "unknown", Ambiguous: "ambiguous"}
_OF_MATTER: Any = (
    select(Filing.__table__)
    .join(DelegationRow, DelegationRow.id == Filing.delegation_id)
    .where(
        # By the delegation, which has an index over whose matter it is.
        DelegationRow.principal_id == bindparam("principal"),
        Filing.principal_id == bindparam("principal"),
        Filing.service_id == bindparam("service"),
        Filing.service_key == bindparam("key"),
    )
    .order_by(Filing.drafted_at)
)


class MovedError(Exception):
    """The same matter was begun anew in this very moment: whoever keeps the late answer looks again. Nobody sees it."""


class Kept(msgspec.Struct, frozen=True):
    """What the portal gave, late, for a filing beside which another had left."""

    reference: str
    at: datetime
    pdf: bytes | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Matter:
    """A filing, locked with its delegation and with what was begun of the same matter and blocks another."""

    row: AnyRow
    filing: AnyRow
    others: tuple[AnyRow, ...]


def lock_matter(conn: Connection, filing_id: str) -> Matter:
    """Lock a filing for its answer; of one that is said not to have arrived also what was begun since.

    Raises:
        MovedError: something was begun while the locks were taken.
    """
    seen = find_filing(conn, filing_id)
    near = _live(conn, seen) if seen.state is FilingState.NOT_FILED else ()
    held = {
        each: lock_delegation(conn, each) for each in sorted({seen.delegation_id, *(x.delegation_id for x in near)})
    }
    filing = lock_filing(conn, filing_id)
    if filing.state is not FilingState.NOT_FILED:
        return Matter(held[filing.delegation_id], filing, ())
    others = tuple(lock_filing(conn, each.id) for each in _live(conn, filing))
    if any(each.delegation_id not in held for each in others):
        raise MovedError("begun anew in this moment")
    live = tuple(each for each in others if each.state in BLOCKS_ANOTHER and each.service_key == filing.service_key)
    return Matter(held[filing.delegation_id], filing, live)


def answered(conn: Connection, parts: Parts, matter: Matter, run_id: str, answer: Answer, now: datetime) -> None:
    """Keep what came when nobody waited for it any more: the filing is neither *sent* nor, for a *filed*, in doubt.

    Raises:
        MovedError: the same matter was begun anew in this moment.
    """
    filing = matter.filing
    data: dict[str, Any] = {"filing": filing.id, "run": run_id, "said": _SAID[type(answer)], "was": filing.state.value}
    vault = _vault(conn, parts, filing)
    page = _page_of(answer)
    if page is None or vault is None:
        _say(conn, filing, data, now)
        return
    data["reference"] = vault.hasher.hash(HashKind.RECEIPT, page.reference.encode())
    if filing.state is FilingState.NOT_FILED:
        _arrived(conn, parts, matter, vault, page, data, now)
    else:
        _say(conn, filing, data | {"agrees": page.reference == filing.reference}, now)


def look_again(conn: Connection, parts: Parts, filing_id: str) -> None:
    """What was sent beside this one has an answer now: where nothing of it was filed, this one is. May run twice.

    Raises:
        MovedError: the same matter was begun anew in this moment.
    """
    matter = lock_matter(conn, filing_id)
    filing = matter.filing
    vault = _vault(conn, parts, filing)
    kept = None if vault is None else kept_of(vault, filing.id)
    if filing.reason not in (Late.BOTH, Late.BOTH_KNOWN) or vault is None or kept is None:
        return
    now = parts.clock.database_now(conn)
    page = ReceiptPage(kept.reference, kept.pdf, kept.text)
    if any(each.state is FilingState.FILED and each.reference == kept.reference for each in matter.others):
        # What was found is the one that was sent again: this one never came.
        conn.execute(update(Filing).where(Filing.id == filing.id).values(reason=None))
        _say(conn, filing, {"filing": filing.id, "said": "again", "was": filing.state.value, "agrees": True}, now)
    elif all(each.state in UNSENT for each in matter.others):
        reference = vault.hasher.hash(HashKind.RECEIPT, page.reference.encode())
        data = {"filing": filing.id, "said": "again", "was": filing.state.value, "reference": reference}
        _arrived(conn, parts, matter, vault, page, data, now)


def later(conn: Connection, filing: AnyRow, now: datetime) -> None:
    """A locked filing that had left has its answer: have what arrived late beside it looked at once more."""
    for each in _of_matter(conn, filing):
        if each.reason in (Late.BOTH, Late.BOTH_KNOWN):
            enqueue(conn, JOB, {"filing": each.id}, key=f"{JOB}:{each.id}", now=now)


def acknowledge(conn: Connection, parts: Parts, by: StaffSession, visit_id: str, filing_id: str) -> None:
    """Somebody has seen that both arrived, and told the resident and the holder.

    Raises:
        NotFoundError: there is none, or another assistant's.
        OutOfOrderError: there are not two.
    """
    lock_visit(conn, by, visit_id)
    filing = lock_filing(conn, filing_id)
    ensure(filing.visit_id == visit_id and filing.reason == Late.BOTH, "acknowledge what did not arrive twice")
    conn.execute(update(Filing).where(Filing.id == filing_id).values(reason=Late.BOTH_KNOWN))
    now = parts.clock.database_now(conn)
    say(conn, visit_id, EventName.FILING_DECIDED, by.actor, now, filing=filing_id, both=True)


def pair_of(conn: Connection, principal: str, service: str, key: bytes) -> tuple[AnyRow, AnyRow] | None:
    """What came late and what was sent again of a matter that arrived twice; `None` where that is not so."""
    every = conn.execute(_OF_MATTER, {"principal": principal, "service": service, "key": key}).all()
    late_ones = [each for each in every if each.reason in (Late.BOTH, Late.BOTH_KNOWN)]
    left = [each for each in every if each.state in filings.MAY_HAVE_ARRIVED]
    return (late_ones[-1], left[-1]) if late_ones and left else None


def kept_of(vault: VisitVault, filing_id: str) -> Kept | None:
    """What the portal gave, late, where that is not the filing's receipt."""
    kept = vault.find(filing_id, _KIND)
    return None if kept is None else msgspec.json.decode(kept, type=Kept)


def _arrived(
    conn: Connection,
    parts: Parts,
    matter: Matter,
    vault: VisitVault,
    page: ReceiptPage,
    data: dict[str, Any],
    now: datetime,
) -> None:
    left = next((each for each in matter.others if each.state not in UNSENT), None)
    if left is not None:
        _beside(conn, parts, matter.filing, vault, left, page, data, now)
        return
    filing, row = matter.filing, matter.row
    for newer in matter.others:
        _overtake(conn, filing, newer, now)
        data |= {"ended": newer.id}
    store(conn, take_back(to_model(row), service=filing.service_id))
    _say(conn, filing, data, now)
    vault.forget(filing.id, _KIND)
    # Whoever begins the same in this moment may be first at the unique index: then it is looked at again.
    with filings.single(MovedError("begun anew in this moment")):
        who = actors.connector(filing.service_id)
        arriving.file_receipt(conn, parts, filing, page, who, now, reason=Late.ARRIVED)
    _tell_if_closed(conn, parts, filing, Told.ARRIVED_LATE)


def _overtake(conn: Connection, filing: AnyRow, newer: AnyRow, now: datetime) -> None:
    """End what was begun of the same matter since and has not left; the permit that it may have is void."""
    is_here = newer.delegation_id == filing.delegation_id
    reason = Late.OVERTAKEN if is_here else Late.OVERTAKEN_ELSEWHERE
    stopping.stop_filing(conn, newer, actors.SYSTEM, reason, now, abandoned=True)
    approvals.lapse_all(conn, newer.delegation_id, now)
    if not is_here:
        advancing.later(conn, newer, now)


def _beside(
    conn: Connection,
    parts: Parts,
    filing: AnyRow,
    vault: VisitVault,
    left: AnyRow,
    page: ReceiptPage,
    data: dict[str, Any],
    now: datetime,
) -> None:
    """The same was sent again before this came: nothing can be undone, so a person is told of both."""
    is_same = left.reference == page.reference
    _say(conn, filing, data | {"beside": left.id, "agrees": is_same}, now)
    if is_same:
        return
    vault.keep(filing.id, _KIND, msgspec.json.encode(Kept(page.reference, now, page.pdf, page.text)), now)
    conn.execute(update(Filing).where(Filing.id == filing.id).values(reason=Late.BOTH))
    _tell_if_closed(conn, parts, filing, Told.BOTH_ARRIVED)


def _live(conn: Connection, filing: AnyRow) -> Sequence[AnyRow]:
    """What blocks another filing of the same matter."""
    return [each for each in _of_matter(conn, filing) if each.state in BLOCKS_ANOTHER]


def _of_matter(conn: Connection, filing: AnyRow) -> Sequence[AnyRow]:
    known = {"principal": filing.principal_id, "service": filing.service_id, "key": filing.service_key}
    return [each for each in conn.execute(_OF_MATTER, known).all() if each.id != filing.id]


def _page_of(answer: Answer) -> ReceiptPage | None:
    if isinstance(answer, Filed):
        return ReceiptPage(answer.reference, answer.pdf, answer.page_text)
    return ReceiptPage(answer.reference, answer.pdf) if isinstance(answer, Found) else None


def _vault(conn: Connection, parts: Parts, filing: AnyRow) -> VisitVault | None:
    try:
        return VisitVault.of(conn, parts.sealer, filing.visit_id)
    except KeyDestroyedError:
        return None  # erased since: that an answer came is all that can be kept of it


def _say(conn: Connection, filing: AnyRow, data: dict[str, Any], now: datetime) -> None:
    say(conn, filing.visit_id, EventName.FILING_ANSWERED_LATE, actors.SYSTEM, now, **data)


def _tell_if_closed(conn: Connection, parts: Parts, filing: AnyRow, what: Told) -> None:
    """In an open visit the phone and the display show it."""
    if find_visit(conn, filing.visit_id).state is not VisitState.OPEN:
        telling.tell(conn, parts, filing.delegation_id, what)
