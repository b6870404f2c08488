"""An approver answers with a passkey: its challenge is the hash of exactly what is approved, new for each attempt.

A question is used up before the answer is looked at, in a transaction of its own, so that no answer is tried twice.
"""

from sqlalchemy import Connection

from audit.events import EventName
from delegation.assertion import AssertionRefusedError
from delegation.assurance import ON_PHONE, Route, RouteFacts
from delegation.commitment import approval_nonce
from gateway.ids import new_id
from gateway.parts import Parts
from gateway.people import passkey_questions as questions
from gateway.people.access import ResidentSession
from gateway.people.passkey_errors import PasskeyCopiedError, PasskeyOverError, PasskeyUnknownError
from gateway.people.passkey_questions import Asked, Question
from gateway.people.tables import PasskeyPurpose
from gateway.visits import actors, approvals, confirming
from gateway.visits.parties import approver_of
from gateway.visits.rows import ensure, find_approval, find_visit, lock_approval, lock_delegation, lock_delegation_asked
from gateway.visits.trail import say


def begin(conn: Connection, parts: Parts, session: ResidentSession, approval_id: str) -> Question:
    """Ask the phone's passkey to approve what waits; the options go to `navigator.credentials.get`.

    Names passkeys only on a phone whose holder has signed in as the approver: before that, nothing tells who has one.

    Raises:
        NotFoundError: the approval is not this session's, or the number was not matched.
        ApprovalOverError: it was answered or has lapsed.
        OutOfOrderError: it is asked elsewhere than on the phone.
        PasskeyImpossibleError: the gateway's address is no name.
    """
    now = parts.clock.database_now(conn)
    row = lock_delegation(conn, find_approval(conn, approval_id).delegation_id)
    approval = lock_approval(conn, approval_id)
    approvals.ensure_open(approval, now)
    approver_id = approver_of(row, approval)
    approvals.ensure_may_answer(approval, session, approver_id)
    ensure(approval.route in ON_PHONE, "answer by passkey what is not asked on the phone")
    attempt = new_id()
    asked = Asked(
        id=attempt,
        purpose=PasskeyPurpose.APPROVE,
        bound_to=session.token_hash,
        subject=approval.id,
        challenge=approval_nonce(approval.kind, attempt, approval.subject_hash),
    )
    known = approver_id if session.resident_id == approver_id else None
    question = questions.ask(conn, parts, asked, of_resident=known)
    say(
        conn,
        approval.visit_id,
        EventName.APPROVAL_PASSKEY_STARTED,
        actors.stranger(approval.id),
        now,
        approval=approval.id,
        attempt=attempt,
        challenge=asked.challenge,
    )
    return question


def take(conn: Connection, parts: Parts, session: ResidentSession, attempt: str) -> Asked:
    """Use up the question that was answered.

    Raises:
        PasskeyOverError: there is none, it is used or past its two minutes, or was put to another phone.
    """
    return questions.take(conn, parts, PasskeyPurpose.APPROVE, session.token_hash, attempt)


def approve(conn: Connection, parts: Parts, session: ResidentSession, asked: Asked, answer: str) -> str:
    """Count a passkey's answer as the yes; return the approver's resident id. What it signed is kept, sealed, as proof.

    Raises:
        ApprovalOverError, OutOfOrderError, ExpiredError: it came too late.
        PasskeyOverError: what is asked now is not what the passkey was asked.
        PasskeyUnknownError: no passkey of the approver's, or one that is removed or suspended.
        AssertionRefusedError: the answer is not one to this question; PasskeyCopiedError: its counter went backwards.
        AssuranceTooLowError: it was added by a weaker sign-in than the service asks for.
        RouteNotAllowedError: the service takes no yes by passkey.
    """
    row = lock_delegation_asked(conn, asked.subject)
    approval = lock_approval(conn, asked.subject)
    now = parts.clock.database_now(conn)
    approvals.ensure_open(approval, now)
    approver_id = approver_of(row, approval)
    approvals.ensure_may_answer(approval, session, approver_id)
    if asked.challenge != approval_nonce(approval.kind, asked.id, approval.subject_hash):
        raise PasskeyOverError("the passkey was asked about something else")
    checked = questions.check(conn, parts, asked, answer)
    if checked.resident_id != approver_id:
        raise PasskeyUnknownError("the passkey is not the approver's")
    approval = approvals.as_answered(conn, approval, Route.PASSKEY)
    facts = RouteFacts(registered=checked.level)
    confirming.answer_yes(conn, parts, row, approval, facts, checked.evidence.pack(), now)
    return approver_id


def refused(conn: Connection, parts: Parts, approval_id: str, error: Exception) -> None:
    """Record that a passkey's answer was no yes, and why: a code, never a value. One that was copied is suspended."""
    now = parts.clock.database_now(conn)
    approval = lock_approval(conn, approval_id)
    if isinstance(error, PasskeyCopiedError):
        questions.suspend(conn, parts, error.passkey_id, find_visit(conn, approval.visit_id).language)
    say(
        conn,
        approval.visit_id,
        EventName.APPROVAL_PASSKEY_REFUSED,
        actors.stranger(approval_id),
        now,
        approval=approval_id,
        reason=_reason(error),
    )


def _reason(error: Exception) -> str:
    code = str(getattr(type(error), "code", "passkey.refused"))
    return f"{code}.{error.reason}" if isinstance(error, AssertionRefusedError) else code
