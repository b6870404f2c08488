"""Trips to an identity provider: begun on the phone, come back once, and each either a yes or a look.

The nonce says which. A yes carries the hash of what is approved; a look carries nothing, so it can never be one.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, func, insert, select, union_all, update

from audit.events import EventName
from delegation.assurance import ApprovalKind, Assurance
from delegation.commitment import approval_nonce
from delegation.errors import AssuranceTooLowError
from gateway.database.base import lock
from gateway.ids import digest, new_id
from gateway.oauth.relying_party import SignedIn
from gateway.parts import Parts
from gateway.people import residents
from gateway.people.access import ResidentSession
from gateway.people.residents import Resident
from gateway.people.tables import AccountSignIn
from gateway.services import catalogue
from gateway.visits import actors, approvals
from gateway.visits.errors import SignInStaleError, SubjectMismatchError
from gateway.visits.parties import approver_of
from gateway.visits.rows import AnyRow, find_approval, lock_approval, lock_delegation
from gateway.visits.sealed import VisitVault
from gateway.visits.tables import Approval, DelegationRow, SignInAttempt
from gateway.visits.trail import say

FRESH = timedelta(seconds=60)
"""How long before our asking an identity provider's clock may say that the sign-in happened."""

_COUNTED = union_all(
    select(SignInAttempt.signed_in_at, SignInAttempt.signed_in_as)
    .join(Approval, Approval.id == SignInAttempt.approval_id)
    .join(DelegationRow, DelegationRow.id == Approval.delegation_id)
    .where(
        func.coalesce(Approval.approver_id, DelegationRow.approver_id) == bindparam("approver"),
        SignInAttempt.provider == bindparam("provider"),
        SignInAttempt.signed_in_at >= bindparam("auth_time"),
    ),
    select(AccountSignIn.signed_in_at, AccountSignIn.signed_in_as).where(
        AccountSignIn.resident_id == bindparam("approver"),
        AccountSignIn.provider == bindparam("provider"),
        AccountSignIn.signed_in_at >= bindparam("auth_time"),
    ),
)
"""A person's sign-ins of that moment or later that have counted: as a yes, to be shown values, or on their own page."""

_COUNT = (
    update(SignInAttempt)
    .where(SignInAttempt.id == bindparam("attempt"))
    .values(signed_in_at=bindparam("auth_time"), signed_in_as=bindparam("session"))
)
_ATTEMPT = select(SignInAttempt.__table__).where(SignInAttempt.state_hash == bindparam("state"))


@dataclass(frozen=True)
class SignInRequest:
    """What the browser takes to the identity provider; `verifier` stays here (RFC 7636)."""

    provider: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class SignInReturn:
    """An attempt that came back for the first and only time."""

    attempt_id: str
    approval_id: str
    provider: str
    nonce: str
    verifier: str
    begun_at: datetime
    is_answer: bool
    """Whether its nonce names what is approved; else it only says who holds the phone."""


def begin(
    conn: Connection, parts: Parts, session: ResidentSession, approval_id: str, provider: str, *, to_see: bool = False
) -> SignInRequest:
    """Begin the sign-in that will be the yes: its nonce is the hash of what is approved.

    `to_see` begins one that can never be a yes: a phone that is new to the visit is shown its values only after it.

    Raises:
        NotFoundError: the approval is not this session's, or the number was not matched.
        ApprovalOverError: it was answered or has lapsed.
    """
    now = parts.clock.database_now(conn)
    found = find_approval(conn, approval_id)
    row = lock_delegation(conn, found.delegation_id)
    approval = lock_approval(conn, approval_id)
    approvals.ensure_open(approval, now)
    approvals.ensure_may_answer(approval, session, approver_of(row, approval))
    attempt_id, state, verifier = new_id(), secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    nonce = new_id() if to_see else approval_nonce(approval.kind, attempt_id, approval.subject_hash)
    vault = VisitVault.of(conn, parts.sealer, approval.visit_id)
    conn.execute(
        insert(SignInAttempt).values(
            state_hash=digest(state),
            id=attempt_id,
            approval_id=approval_id,
            session_hash=session.token_hash,
            provider=provider,
            nonce=nonce,
            verifier=parts.sealer.seal(vault.key, f"verifier:{attempt_id}", verifier.encode()),
            begun_at=now,
        )
    )
    say(
        conn,
        approval.visit_id,
        EventName.APPROVAL_SIGN_IN_STARTED,
        actors.stranger(approval_id),
        now,
        approval=approval_id,
        attempt=attempt_id,
        provider=provider,
        nonce=nonce,
    )
    return SignInRequest(provider, state, nonce, verifier)


def take(conn: Connection, parts: Parts, session: ResidentSession, state: str) -> SignInReturn:
    """Use up the attempt that came back with `state`: a second return finds nothing.

    Raises:
        SignInStaleError: no such attempt, already used, or begun in another browser.
    """
    now = parts.clock.database_now(conn)
    attempt = conn.execute(lock(conn, _ATTEMPT), {"state": digest(state)}).one_or_none()
    if attempt is None or attempt.used_at is not None or attempt.session_hash != session.token_hash:
        raise SignInStaleError("no such sign-in is under way")
    conn.execute(update(SignInAttempt).where(SignInAttempt.state_hash == attempt.state_hash).values(used_at=now))
    approval = find_approval(conn, attempt.approval_id)
    vault = VisitVault.of(conn, parts.sealer, approval.visit_id)
    return SignInReturn(
        attempt_id=attempt.id,
        approval_id=attempt.approval_id,
        provider=attempt.provider,
        nonce=attempt.nonce,
        verifier=parts.sealer.open(vault.key, f"verifier:{attempt.id}", attempt.verifier).decode(),
        begun_at=attempt.begun_at,
        is_answer=attempt.nonce == approval_nonce(approval.kind, attempt.id, approval.subject_hash),
    )


def ensure_approver(
    conn: Connection,
    parts: Parts,
    session: ResidentSession,
    row: AnyRow,
    approval: AnyRow,
    returned: SignInReturn,
    signed: SignedIn,
    now: datetime,
) -> Resident:
    """Count a sign-in, unless it was not made just now, at this phone, by the approver; return who that is.

    Raises:
        SignInStaleError: the identity provider reused an older sign-in, or one that has counted before.
        SubjectMismatchError: somebody else than the approver signed in.
        ApprovalOverError, NotFoundError: as `begin`.
    """
    approvals.ensure_open(approval, now)
    approver_id = approver_of(row, approval)
    approvals.ensure_may_answer(approval, session, approver_id)
    if signed.auth_time < returned.begun_at - FRESH:
        raise SignInStaleError("the sign-in is older than the question")
    approver = residents.open_if_same(conn, parts, approver_id, signed.personal_code)
    if approver is None:
        raise SubjectMismatchError("somebody else signed in")
    ensure_uncounted(conn, approver_id, returned.provider, signed)
    session_hash = digest(signed.session) if signed.session else None
    counted = {"attempt": returned.attempt_id, "auth_time": signed.auth_time, "session": session_hash}
    conn.execute(_COUNT, counted)
    return approver


def ensure_uncounted(conn: Connection, person_id: str, provider: str, signed: SignedIn) -> None:
    """Refuse what has counted before: a provider that ignores `prompt=login` answers again with the sign-in of then.

    Providers say whole seconds, so two sign-ins of one second are told apart by their sessions, if they have any.

    Raises:
        SignInStaleError: it has counted, as a yes or to open the person's own page.
    """
    session = digest(signed.session) if signed.session else None
    known = {"approver": person_id, "provider": provider, "auth_time": signed.auth_time}
    for counted in conn.execute(_COUNTED, known):
        is_another = counted.signed_in_as is not None and session is not None and counted.signed_in_as != session
        if counted.signed_in_at > signed.auth_time or not is_another:
            raise SignInStaleError("the sign-in has counted before")


def recognise(
    conn: Connection, parts: Parts, session: ResidentSession, returned: SignInReturn, signed: SignedIn
) -> str:
    """Take a sign-in as proof of who holds the phone, and of nothing else; return the approver's resident id.

    Raises:
        AssuranceTooLowError: at a lower level than the service asks of a permit.
        SignInStaleError, SubjectMismatchError, ApprovalOverError: as `ensure_approver`.
    """
    now = parts.clock.database_now(conn)
    row = lock_delegation(conn, find_approval(conn, returned.approval_id).delegation_id)
    approval = lock_approval(conn, returned.approval_id)
    ensure_approver(conn, parts, session, row, approval, returned, signed, now)
    services = catalogue.find_all(conn, [each["service"] for each in row.services])
    if Assurance.parse(signed.acr) < max(each.rules.least(ApprovalKind.PERMIT) for each in services):
        raise AssuranceTooLowError("the sign-in is too weak to be shown the values")
    say(
        conn,
        approval.visit_id,
        EventName.APPROVAL_SIGNED_IN_TO_SEE,
        actors.resident(approver_of(row, approval)),
        now,
        approval=approval.id,
        attempt=returned.attempt_id,
    )
    return approver_of(row, approval)


def refused(conn: Connection, parts: Parts, approval_id: str, reason: str) -> None:
    """Record that a sign-in was no yes, and why: a code, never a value."""
    now = parts.clock.database_now(conn)
    approval = lock_approval(conn, approval_id)
    say(
        conn,
        approval.visit_id,
        EventName.APPROVAL_SIGN_IN_REFUSED,
        actors.stranger(approval_id),
        now,
        approval=approval_id,
        reason=reason,
    )
