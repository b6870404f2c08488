"""What is emptied in the rows of a visit when its values are destroyed: whatever could still lead to a person.

The values fall with their key. Beside them rows hold hashes under the gateway's own key (numbers, codes, what was filed
already), the reference that the portal gave, and hashes of what left as it was: whoever has key file and rows could try
values against those. Identifiers, times, states, routes and hashes under the destroyed key stay. They say what was done
and by whom, and nothing says to whom.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, Select, Update, and_, bindparam, or_, select, update

from gateway.people.tables import Resident
from gateway.visits.outcome_tables import Following, FollowingEnd
from gateway.visits.tables import Approval, DelegationRow, Filing, Receipt, SealedRecord, SignInAttempt, Visit

_HASH_BYTES = 32
_VISITS: BindParameter[str] = bindparam("visits", expanding=True)
_PERSON: BindParameter[str] = bindparam("person")
_ASKED = or_(
    Approval.approver_id == _PERSON,
    and_(
        Approval.approver_id.is_(None),
        Approval.delegation_id.in_(select(DelegationRow.id).where(DelegationRow.approver_id == _PERSON)),
    ),
)
"""Askings that were put to the person; older ones do not name whom."""


def _attempts(approvals: Select[Any]) -> Update:
    """The trips to a provider stay, since a later one has to be newer; whose session it was there goes."""
    return (
        update(SignInAttempt)
        .where(SignInAttempt.approval_id.in_(approvals))
        .values(signed_in_as=None, verifier=b"", session_hash=b"")
    )


_NO_LINKS = {"number_hash": None, "code_hash": None, "link_hash": None, "match_number": None}
_OF_VISITS: tuple[Update, ...] = (
    update(Visit).where(Visit.id.in_(_VISITS), Visit.erased_at.is_(None)).values(erased_at=bindparam("at")),
    update(DelegationRow).where(DelegationRow.visit_id.in_(_VISITS)).values(stop_code_hash=None),
    update(Approval).where(Approval.visit_id.in_(_VISITS)).values(_NO_LINKS),
    _attempts(select(Approval.id).where(Approval.visit_id.in_(_VISITS))),
    update(Filing).where(Filing.visit_id.in_(_VISITS)).values(reference=None, body_sha256=None),
    update(Receipt)
    .where(Receipt.filing_id.in_(select(Filing.id).where(Filing.visit_id.in_(_VISITS))))
    .values(reference="", body_sha256=None),
    update(Following)
    .where(Following.visit_id.in_(_VISITS), Following.ended.is_(None))
    .values(next_at=None, ended=FollowingEnd.STOPPED, ended_at=bindparam("at")),
)
_OF_OTHERS = select(DelegationRow.id).where(DelegationRow.principal_id != _PERSON)
_GIVEN = or_(
    SealedRecord.owner_id.in_(select(Approval.id).where(_ASKED, Approval.delegation_id.in_(_OF_OTHERS))),
    SealedRecord.owner_id.in_(_OF_OTHERS.where(DelegationRow.approver_id == _PERSON)),
)
"""What the person gave in somebody else's matter."""
_GIVEN_KINDS = ("evidence", "asked", "scan", "authority", "held_asking")
_OF_PERSON: tuple[Update, ...] = (
    _attempts(select(Approval.id).where(_ASKED)),
    update(Approval).where(_ASKED).values(_NO_LINKS),
    # It fell with their key; what was kept before it was sealed under theirs too goes with it, and says so.
    update(SealedRecord)
    .where(_GIVEN, SealedRecord.kind.in_(_GIVEN_KINDS), SealedRecord.inner_key_id.is_(None))
    .values(inner_key_id=select(Resident.key_id).where(Resident.id == _PERSON).scalar_subquery(), content=b""),
)
_FILINGS = select(Filing.id).where(Filing.visit_id.in_(_VISITS))
_NEW_KEY = update(Filing).where(Filing.id == bindparam("which")).values(service_key=bindparam("random"))


def empty_visits(conn: Connection, visit_ids: Sequence[str], at: datetime) -> None:
    """Empty the rows of visits whose values are destroyed at `at`; the caller has locked the visits."""
    if not visit_ids:
        return
    known = {"visits": list(visit_ids), "at": at}
    for statement in _OF_VISITS:
        conn.execute(statement, known)
    filings = conn.execute(_FILINGS, known).scalars().all()
    if filings:
        # Something else in each: two of one person and service must not meet in it.
        conn.execute(_NEW_KEY, [{"which": each, "random": secrets.token_bytes(_HASH_BYTES)} for each in filings])


def empty_askings(conn: Connection, person_id: str) -> None:
    """Empty what rows of other people's visits hold of somebody who was asked for a yes in them."""
    for statement in _OF_PERSON:
        conn.execute(statement, {"person": person_id})
