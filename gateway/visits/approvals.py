"""Asking for a yes: codes, links and numbers that bring the approver to the question, and nobody else.

A code or link is for one asking, lives two minutes and works once. The number on the counter's screen shows that the
phone is at the counter. On the display the answer itself is a one-time code, bound to what is approved.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, bindparam, insert, select, update

from audit.entry import Actor
from audit.events import EventName
from delegation.assurance import ON_PHONE, ApprovalKind, NumberSource, Route
from gateway.database.base import lock
from gateway.ids import digest, new_id, short_code
from gateway.jobs.queue import enqueue
from gateway.notifications import outbox
from gateway.parts import Parts
from gateway.people import throttle
from gateway.people.access import ResidentSession, StaffSession
from gateway.people.errors import TriedTooOftenError
from gateway.people.throttle import Door
from gateway.visits import actors, known_phones, second_person
from gateway.visits.errors import ApprovalOverError, CodeUnknownError, NotFoundError
from gateway.visits.rows import AnyRow, ensure, find_approval, find_visit, lock_approval, lock_open_visit
from gateway.visits.sealed import VisitVault
from gateway.visits.tables import Approval, ApprovalState
from gateway.visits.trail import say

PHONE_CODE_DIGITS = 8
DISPLAY_CODE_DIGITS = 6
TRIES = 5
VISIT_CODES = 12
"""One-time codes that are sent in one visit: more than anybody needs, fewer than a pestered phone gets."""

_LATVIAN_DIGITS = 8
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)

BY_CODE = frozenset({Route.DISPLAY, Route.CALL})
"""The routes whose yes is a one-time code, bound to what is approved."""
_TEMPLATES = {Route.DISPLAY: "code", Route.CALL: "spoken_code"}
CODE_TEMPLATES: Final = frozenset(f"{kind.value}_{name}" for kind in ApprovalKind for name in _TEMPLATES.values())
"""Messages with a code for a yes."""

_OPEN = (ApprovalState.WAITING, ApprovalState.OPENED, ApprovalState.MATCHED)
_BY_CODE = select(Approval.__table__).where(Approval.code_hash == bindparam("code"))
_BY_LINK = select(Approval.__table__).where(Approval.link_hash == bindparam("link"))
_INSERT = insert(Approval)
_SET = update(Approval).where(Approval.id == bindparam("which"))
_OPEN_OF_DELEGATION = select(Approval.id, Approval.route).where(
    Approval.delegation_id == bindparam("delegation"), Approval.state.in_(_OPEN)
)


class Answer(StrEnum):
    """What became of a typed number or code. A wrong one is counted, so it is an answer and not an exception."""

    RIGHT = "right"
    WRONG = "wrong"
    OVER = "over"


@dataclass(frozen=True)
class KnownNumber:
    """A telephone number and where it is known from."""

    number: str
    source: NumberSource


@dataclass(frozen=True, kw_only=True)
class Asking:
    """One question to put: what for, by which route, about which exact bytes."""

    visit_id: str
    delegation_id: str
    filing_id: str | None
    attempt: int
    kind: ApprovalKind
    route: Route
    subject_hash: str
    number: str | None
    """Where the one-time code goes, for the display and the call."""
    approver_id: str | None = None
    """Whose yes it is for."""
    text_length: int | None = None
    """Characters of the statement that is put to them."""


@dataclass(frozen=True)
class Invitation:
    """What the counter shows so that the approver's phone finds the question."""

    code: str
    link: str
    match_number: str


def ask(conn: Connection, parts: Parts, vault: VisitVault, asking: Asking, now: datetime) -> str:
    """Put a question and return its id; the caller records why."""
    approval_id, settings = new_id(), parts.settings
    values: dict[str, Any] = {
        "id": approval_id,
        "visit_id": asking.visit_id,
        "delegation_id": asking.delegation_id,
        "filing_id": asking.filing_id,
        "approver_id": asking.approver_id,
        "attempt": asking.attempt,
        "kind": asking.kind,
        "route": asking.route,
        "state": ApprovalState.WAITING,
        "subject_hash": asking.subject_hash,
        "tries_left": TRIES,
        "asked_at": now,
        "lapses_at": now + (settings.paper_lapse if asking.route is Route.PAPER else settings.approval_lapse),
        "text_length": asking.text_length,
        "number_hash": _number_hash(parts, asking),
    }
    conn.execute(_INSERT, values)
    if asking.route in ON_PHONE:
        _invite(conn, parts, vault, approval_id, now)
    elif asking.route in BY_CODE and asking.number is not None:
        _send_first_code(conn, parts, vault, approval_id, asking, now)
    enqueue(conn, "approval.lapse", {"approval": approval_id}, run_at=values["lapses_at"], now=now)
    return approval_id


def invitation(vault: VisitVault, approval_id: str) -> Invitation:
    """What the counter shows for a waiting approval on the phone."""
    return msgspec.json.decode(vault.take(approval_id, "invitation"), type=Invitation)


def renew_invitation(conn: Connection, parts: Parts, by: StaffSession, visit_id: str, approval_id: str) -> None:
    """A new code, link and number, in place of ones whose two minutes have passed."""
    now = parts.clock.database_now(conn)
    lock_open_visit(conn, by, visit_id)
    approval = lock_approval(conn, approval_id)
    ensure(approval.visit_id == visit_id and approval.route in ON_PHONE, "renew another visit's code")
    ensure_open(approval, now)
    vault = VisitVault.of(conn, parts.sealer, visit_id)
    _invite(conn, parts, vault, approval_id, now)
    say(conn, visit_id, EventName.APPROVAL_REQUESTED, by.actor, now, approval=approval_id, again=True)


def open_by_code(conn: Connection, parts: Parts, code: str, phone: ResidentSession | None = None) -> AnyRow:
    """The approval that `code` belongs to; the code is used up. A phone that belongs to it needs no number.

    Raises:
        CodeUnknownError: wrong, used or past its two minutes.
    """
    plain = "".join(character for character in code if character.isdigit())
    found = conn.execute(lock(conn, _BY_CODE), {"code": _code_hash(parts, plain)}).one_or_none()
    return _open(conn, parts, found, phone)


def open_by_link(conn: Connection, parts: Parts, link: str, phone: ResidentSession | None = None) -> AnyRow:
    """The approval that a scanned link belongs to; the link is used up. Raises `CodeUnknownError`."""
    found = conn.execute(lock(conn, _BY_LINK), {"link": digest(link)}).one_or_none()
    return _open(conn, parts, found, phone)


def match_number(conn: Connection, parts: Parts, session: ResidentSession, number: str) -> Answer:
    """Compare the number typed on the phone with the one on the counter's screen."""
    now = parts.clock.database_now(conn)
    approval = lock_approval(conn, session.approval_id or "")
    if not is_open(approval) or now >= approval.lapses_at:
        return Answer.OVER
    if approval.state is ApprovalState.MATCHED:
        return Answer.RIGHT
    if approval.state is not ApprovalState.OPENED:
        return Answer.OVER  # there is a new code: who typed the old one stands no nearer to the counter than before
    typed = number.strip()[:8].encode(errors="replace")
    if approval.match_number is not None and hmac.compare_digest(approval.match_number.encode(), typed):
        set_columns(conn, approval.id, state=ApprovalState.MATCHED, tries_left=TRIES)
        _say_of(conn, EventName.APPROVAL_NUMBER_MATCHED, approval, actors.stranger(approval.id), now)
        return Answer.RIGHT
    return count_wrong(conn, approval, EventName.APPROVAL_NUMBER_MISMATCHED, now)


def check_display_code(conn: Connection, parts: Parts, approval: AnyRow, code: str, now: datetime) -> Answer:
    """Compare a code typed on the display with the one that was sent, for exactly what is being approved."""
    if not is_open(approval) or now >= approval.lapses_at:
        return Answer.OVER
    plain = "".join(character for character in code if character.isdigit())
    expected = display_code_hash(parts, approval.id, approval.subject_hash, plain)
    if approval.code_hash is not None and hmac.compare_digest(approval.code_hash, expected):
        return Answer.RIGHT
    return count_wrong(conn, approval, EventName.APPROVAL_CODE_WRONG, now)


def count_wrong(conn: Connection, approval: AnyRow, event: EventName, now: datetime) -> Answer:
    """Take one try away; after the last the asking is dead and the counter must ask anew."""
    left = approval.tries_left - 1
    columns: dict[str, Any] = {"tries_left": max(left, 0)}
    if left <= 0:
        columns |= {"code_hash": None, "link_hash": None, "match_number": None}
    set_columns(conn, approval.id, **columns)
    _say_of(conn, event, approval, actors.stranger(approval.id), now, tries_left=max(left, 0))
    return Answer.WRONG if left > 0 else Answer.OVER


def ensure_may_answer(approval: AnyRow, session: ResidentSession, approver_id: str) -> None:
    """Refuse a phone that has not shown that it is at the counter, or is not the approver's.

    Raises:
        NotFoundError: the approval is not this session's.
    """
    entered_here = session.approval_id == approval.id and approval.state is ApprovalState.MATCHED
    known = session.visit_id == approval.visit_id and session.resident_id == approver_id
    if not (entered_here or known):
        raise NotFoundError("no such approval")


def ensure_open(approval: AnyRow, now: datetime) -> None:
    """Raise `ApprovalOverError` when the asking was answered or its time is over."""
    if not is_open(approval) or now >= approval.lapses_at:
        raise ApprovalOverError("the asking is over")


def is_open(approval: AnyRow) -> bool:
    """Whether nobody has answered yet."""
    return approval.state in _OPEN and approval.tries_left > 0


def is_waiting(conn: Connection, delegation_id: str, now: datetime) -> bool:
    """Whether a question under a delegation can still be answered."""
    rows = conn.execute(
        _OPEN_OF_DELEGATION.add_columns(Approval.tries_left, Approval.lapses_at), {"delegation": delegation_id}
    )
    return any(row.tries_left > 0 and now < row.lapses_at for row in rows)


def as_answered(conn: Connection, approval: AnyRow, route: Route) -> AnyRow:
    """The locked approval with the route by which it is answered; what the service takes is checked with the yes.

    On the phone the resident chooses: who was asked for a passkey may sign in, and the other way round. A permit that
    is asked on the phone stays one, since a passkey there replaces the second sign-in.

    Raises:
        OutOfOrderError: it is asked elsewhere than on the phone.
    """
    ensure({approval.route, route} <= ON_PHONE, "answer on the phone what is asked elsewhere")
    replaces_sign_in = approval.kind is ApprovalKind.PERMIT and approval.route is Route.PHONE
    if approval.route is route or replaces_sign_in:
        return approval
    set_columns(conn, approval.id, route=route)
    return lock_approval(conn, approval.id)


def decide(conn: Connection, approval: AnyRow, state: ApprovalState, now: datetime) -> None:
    """Keep the answer; its codes die with it."""
    set_columns(conn, approval.id, state=state, decided_at=now, code_hash=None, link_hash=None, match_number=None)


def lapse_all(conn: Connection, delegation_id: str, now: datetime) -> None:
    """End every asking of a delegation that is still open; nobody needs to witness a sheet that is void."""
    for approval_id, route in conn.execute(_OPEN_OF_DELEGATION, {"delegation": delegation_id}).all():
        if route is Route.PAPER:
            second_person.withdraw_of_approval(conn, approval_id, now)
        set_columns(
            conn,
            approval_id,
            state=ApprovalState.LAPSED,
            decided_at=now,
            code_hash=None,
            link_hash=None,
            match_number=None,
        )


def set_columns(conn: Connection, approval_id: str, **columns: Any) -> None:
    """Write columns of an approval that the caller holds locked."""
    conn.execute(_SET, {"which": approval_id, **columns})


find = find_approval


def display_code_hash(parts: Parts, approval_id: str, subject_hash: str, code: str) -> bytes:
    """How a display's one-time code is stored: it fits one approval and one text only."""
    return parts.sealer.keyed_hash("approval.display", f"{approval_id}:{subject_hash}:{code}")


def _invite(conn: Connection, parts: Parts, vault: VisitVault, approval_id: str, now: datetime) -> None:
    made = Invitation(
        code=short_code(PHONE_CODE_DIGITS), link=secrets.token_urlsafe(16), match_number=f"{secrets.randbelow(90) + 10}"
    )
    set_columns(
        conn,
        approval_id,
        state=ApprovalState.WAITING,
        code_hash=_code_hash(parts, made.code),
        link_hash=digest(made.link),
        code_until=now + parts.settings.code_lapse,
        match_number=made.match_number,
    )
    vault.keep(approval_id, "invitation", msgspec.json.encode(made), now)


def _send_first_code(
    conn: Connection, parts: Parts, vault: VisitVault, approval_id: str, asking: Asking, now: datetime
) -> None:
    if may_send_code(conn, parts, asking, now):
        send_code(conn, parts, vault, approval_id, asking, now)
        return
    set_columns(conn, approval_id, tries_left=0)
    say(conn, asking.visit_id, EventName.APPROVAL_CODES_USED_UP, actors.SYSTEM, now, approval=approval_id)


def send_code(
    conn: Connection, parts: Parts, vault: VisitVault, approval_id: str, asking: Asking, now: datetime
) -> None:
    """Send a one-time code for exactly what is asked; a code that was sent before is void."""
    code, values = short_code(DISPLAY_CODE_DIGITS), {}
    set_columns(conn, approval_id, code_hash=display_code_hash(parts, approval_id, asking.subject_hash, code))
    if asking.route is Route.CALL and asking.kind is ApprovalKind.PERMIT:
        values["link"] = f"{parts.settings.public_url}/a/{_invite_to_see(conn, parts, approval_id, now)}"
    outbox.queue(
        conn,
        parts,
        vault.key,
        outbox.Draft(
            channel=outbox.Channel.SMS,
            to=asking.number or "",
            template=f"{asking.kind.value}_{_TEMPLATES[asking.route]}",
            language=find_visit(conn, asking.visit_id).language,
            values={"code": code, **values},
            visit_id=asking.visit_id,
        ),
        now=now,
    )
    say(conn, asking.visit_id, EventName.APPROVAL_CODE_SENT, actors.SYSTEM, now, approval=approval_id)


def _invite_to_see(conn: Connection, parts: Parts, approval_id: str, now: datetime) -> str:
    """The link that comes with a spoken code; its page asks for the number that the caller says."""
    link, until = secrets.token_urlsafe(16), now + parts.settings.approval_lapse
    number = f"{secrets.randbelow(90) + 10}"
    set_columns(conn, approval_id, link_hash=digest(link), code_until=until, match_number=number)
    return link


def may_send_code(conn: Connection, parts: Parts, asking: Asking, now: datetime) -> bool:
    """Count a code against its visit and its number, so that nobody's telephone is pestered through many visits."""
    doors = (
        Door("number_codes", _bare(asking.number or ""), parts.settings.number_codes, _HOUR),
        Door("visit_codes", asking.visit_id, VISIT_CODES, _DAY),
    )
    try:
        throttle.charge(conn, parts.sealer, doors, now)
    except TriedTooOftenError:
        return False
    return True


def _number_hash(parts: Parts, asking: Asking) -> bytes | None:
    """By which it is seen that one telephone says yes for several people."""
    if asking.route not in BY_CODE or not asking.number:
        return None
    return parts.sealer.keyed_hash("approval.number", _bare(asking.number))


def _bare(number: str) -> str:
    """One spelling of a telephone number; eight digits are a Latvian one."""
    digits = "".join(sign for sign in number if sign.isdigit()).removeprefix("00")
    return f"371{digits}" if len(digits) == _LATVIAN_DIGITS else digits


def _open(conn: Connection, parts: Parts, approval: AnyRow | None, phone: ResidentSession | None) -> AnyRow:
    now = parts.clock.database_now(conn)
    if approval is None or not is_open(approval) or now >= min(approval.code_until, approval.lapses_at):
        raise CodeUnknownError("no such code")
    # On a call the spoken code stays good beside the link that came with it.
    code_hash = approval.code_hash if approval.route is Route.CALL else None
    known = phone is not None and approval.route in ON_PHONE and known_phones.is_known(conn, approval, phone)
    state = ApprovalState.MATCHED if known else ApprovalState.OPENED
    set_columns(conn, approval.id, state=state, code_hash=code_hash, link_hash=None)
    _say_of(
        conn,
        EventName.APPROVAL_OPENED,
        approval,
        actors.stranger(approval.id),
        now,
        **({"known": True} if known else {}),
    )
    return approval


def _say_of(conn: Connection, event: EventName, approval: AnyRow, actor: Actor, now: datetime, **data: Any) -> None:
    say(conn, approval.visit_id, event, actor, now, approval=approval.id, **data)


def _code_hash(parts: Parts, code: str) -> bytes:
    return parts.sealer.keyed_hash("approval.code", code)
