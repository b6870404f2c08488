"""Whose matter it is and who says yes to it: the same person, or a parent, guardian, signatory or attorney.

What gives the right to act for somebody else was seen at the counter. It is sealed with the delegation; the trail and
the token hold its kind alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import Connection

from delegation.errors import InvalidRequestError
from delegation.model import AuthorityKind
from gateway.keys.sealing import DataKey
from gateway.parts import Parts
from gateway.people import residents
from gateway.people.residents import Profile, Resident
from gateway.visits.rows import AnyRow
from gateway.visits.sealed import VisitVault

_KIND = "authority"
_FOR_COMPANIES = frozenset({AuthorityKind.SIGNATORY, AuthorityKind.ATTORNEY})
_FOR_PEOPLE = frozenset(AuthorityKind) - {AuthorityKind.SIGNATORY}


class Authority(msgspec.Struct, frozen=True, kw_only=True):
    """By what right somebody acts for another, and which paper showed it."""

    kind: AuthorityKind
    document: str
    """`birth_certificate`, `court_ruling`, `power_of_attorney`, `register` or `other`."""
    reference: str = ""
    """The paper's number and date, as it has them."""


@dataclass(frozen=True)
class Parties:
    """Whose matter it is, and everybody who has to say yes, in the order in which they are asked."""

    principal: Resident
    approvers: tuple[Resident, ...]

    @property
    def approver(self) -> Resident:
        """Who is asked first, and later about each read-back."""
        return self.approvers[0]

    @property
    def own_key(self) -> DataKey | None:
        """Under which what the first approver gives is sealed too; none in their own matter."""
        return None if self.approver.id == self.principal.id else self.approver.key

    @property
    def everybody(self) -> tuple[Resident, ...]:
        """Whose matter it is and everybody who says yes."""
        return (self.principal, *self.approvers)


def find(
    conn: Connection,
    parts: Parts,
    person: Profile,
    approvers: Iterable[Profile],
    authority: Authority | None,
    *,
    now: datetime,
) -> Parties:
    """The records of everybody who takes part; without `approvers` the person speaks for themselves.

    Raises:
        InvalidRequestError: a company speaks for itself, or in somebody's name, or a right does not fit whose matter
            it is.
    """
    speaking = tuple(approvers)
    if any(each.kind != "person" for each in speaking) or (person.kind == "company" and not speaking):
        raise InvalidRequestError("a company says nothing itself")
    fitting = _FOR_COMPANIES if person.kind == "company" else _FOR_PEOPLE
    if authority is not None and authority.kind not in fitting:
        raise InvalidRequestError("this right is not one to act for such a person")
    if len(speaking) > 1 and person.kind != "company":
        raise InvalidRequestError("only a company is signed for by several")
    principal = residents.find_or_create(conn, parts, person, now=now)
    found = tuple(residents.find_or_create(conn, parts, each, now=now) for each in speaking)
    return Parties(principal, found or (principal,))


def keep(
    vault: VisitVault, delegation_id: str, authority: Authority | None, now: datetime, own_key: DataKey | None
) -> None:
    """Seal what showed the right to act for somebody else; it falls with whoever acts, too."""
    if authority is not None:
        vault.add(delegation_id, _KIND, msgspec.json.encode(authority), now, own_key=own_key)


def authority_of(vault: VisitVault, delegation_id: str) -> Authority | None:
    """What was seen, if somebody acts for somebody else.

    Raises:
        KeyDestroyedError: whoever acted was erased.
    """
    kept = vault.find(delegation_id, _KIND)
    return None if kept is None else msgspec.json.decode(kept, type=Authority)


def approver_of(row: AnyRow, approval: AnyRow) -> str:
    """Whose yes an asking is for; `row` is its delegation's."""
    return str(approval.approver_id or row.approver_id)


def own_key(conn: Connection, parts: Parts, row: AnyRow, approval: AnyRow) -> DataKey | None:
    """Under which what an approver gives is sealed too; none in their own matter. `row` is the delegation's."""
    approver_id = approver_of(row, approval)
    return None if approver_id == row.principal_id else residents.open_key(conn, parts, approver_id)
