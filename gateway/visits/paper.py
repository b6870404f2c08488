"""A yes in ink: the text is printed, signed and handed in as a picture, and a second member of staff saw it signed.

A sheet is for one text: it carries a short code of the text's keyed hash, which has to be typed when it is handed in,
so a sheet signed for an earlier read-back is void. The picture is sealed, and its hash is in the evidence.
"""

import hashlib
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, select

from audit.events import EventName
from connectors.sdk.inputs import File, Upload
from connectors.sdk.rules import kept_file
from connectors.sdk.words import Words
from delegation.assurance import ApprovalKind, Route, RouteFacts
from delegation.commitment import HashKind
from delegation.filing import FilingState
from delegation.readback import ReadBack
from delegation.statement import Statement
from gateway import long_codes
from gateway.database.base import written_out
from gateway.parts import Parts
from gateway.people import residents
from gateway.people.access import StaffSession
from gateway.visits import (
    approvals,
    confirming,
    documents,
    looking,
    parties,
    read_backs,
    second_person,
    statements,
    stop_codes,
)
from gateway.visits.delegations import store, to_model
from gateway.visits.errors import NotFoundError, NotLookedAtError, PaperVoidError
from gateway.visits.rows import (
    AnyRow,
    ensure,
    find_approval,
    find_delegation,
    find_filing,
    find_second_look,
    lock_approval,
    lock_delegation_asked,
    lock_filing,
    lock_open_visit,
)
from gateway.visits.sealed import VisitVault
from gateway.visits.second_person import Act, Subject
from gateway.visits.tables import SecondLook, SecondLookKind, SecondLookState
from gateway.visits.trail import say

FILE = File(name="sheet", label=Words("Parakstītā lapa", "Signed sheet"), max_bytes=20_000_000)
"""What is taken as the picture of a signed sheet: PDF, JPEG or PNG, by its first bytes."""
LOOKS = {ApprovalKind.GRANT: SecondLookKind.PAPER_GRANT, ApprovalKind.PERMIT: SecondLookKind.PAPER_PERMIT}

_WAITING = select(SecondLook.id).where(
    SecondLook.approval_id == bindparam("approval"), SecondLook.state == written_out(SecondLookState.WAITING)
)
_SCAN, _REFUSAL = "scan", "refusal"
_CODE_BYTES, _GROUP = 5, 4


class WitnessReason(StrEnum):
    """Why a witness refuses."""

    NOT_SEEN = "not_seen"
    """They did not see it being signed."""
    OTHER_PERSON = "other_person"
    OTHER_TEXT = "other_text"
    UNWILLING = "unwilling"
    """The person did not understand it, or did not want it."""


class Scan(msgspec.Struct, frozen=True):
    """A signed sheet as it was handed in, and as it is sealed."""

    media_type: str
    content: bytes
    sha256: str
    """Hexadecimal, of the content."""


@dataclass(frozen=True, kw_only=True)
class Witnessed:
    """What a witness compares: who signs, what the text is, and the sheet that was handed in."""

    name: str
    personal_code: str
    """Of the person whose yes it counts as: a name alone could be anybody's."""
    document: str
    """The kind of the document that was checked."""
    code: str
    language: str
    statement: Statement | None
    readback: ReadBack | None
    service_id: str | None
    is_picture: bool
    """Whether the sheet can be shown beside the text; a PDF is opened apart."""


def sheet_code(subject_hash: str) -> str:
    """The short code of what is signed, as it stands on the sheet: `7Q2F-9KXM`, 40 bits of the keyed hash."""
    number = int.from_bytes(urlsafe_b64decode(f"{subject_hash}=")[:_CODE_BYTES])
    signs = "".join(long_codes.ALPHABET[number >> (5 * place) & 31] for place in reversed(range(2 * _GROUP)))
    return f"{signs[:_GROUP]}-{signs[_GROUP:]}"


def print_sheet(conn: Connection, parts: Parts, by: StaffSession, visit_id: str, approval_id: str) -> None:
    """Record that the sheet is printed. A sheet with the read-back shows values, so it is a look at them too.

    Its signer takes it home, so the code that stops and leads to the text stands on it from the first print.

    Raises:
        OutOfOrderError, ApprovalOverError, PaperVoidError: it is not asked any more, or not on paper.
    """
    now = parts.clock.database_now(conn)
    row, approval = _lock_asked(conn, by, visit_id, approval_id, now)
    if row.stop_code_hash is None:
        made = stop_codes.make(parts, row.id)
        VisitVault.of(conn, parts.sealer, visit_id).add_all([made.to_seal], now)
        store(conn, to_model(row), stop_code_hash=made.hash)
    if approval.kind is ApprovalKind.PERMIT:
        looking.note(conn, parts, by, visit_id)
    data = {"approval": approval_id, "subject": approval.subject_hash}
    say(conn, visit_id, EventName.APPROVAL_SHEET_PRINTED, by.actor, now, **data)


def hand_in(
    conn: Connection, parts: Parts, by: StaffSession, visit_id: str, approval_id: str, code: str, upload: Upload
) -> str:
    """Keep a signed sheet and ask for a witness; return the id of the second look. A later sheet replaces an earlier.

    `code` is the one on the sheet.

    Raises:
        connectors.sdk.rules.AnswerError: the file is too large or no PDF, JPEG or PNG.
        PaperVoidError: the sheet is of another text, such as an earlier read-back.
        DocumentNotCheckedError: nobody has recorded which document its signer showed.
        OutOfOrderError, ApprovalOverError: it is not asked any more, or not on paper.
    """
    now = parts.clock.database_now(conn)
    row, approval = _lock_asked(conn, by, visit_id, approval_id, now)
    if _bare(code) != _bare(sheet_code(approval.subject_hash)):
        raise PaperVoidError("the code on the sheet is of another text")
    vault = VisitVault.of(conn, parts.sealer, visit_id)
    documents.ensure_checked(vault, row.id, approval_id)
    kept = kept_file(FILE, upload)
    scan = Scan(kept.media_type, kept.content, hashlib.sha256(kept.content).hexdigest())
    own_key = parties.own_key(conn, parts, row, approval)
    vault.keep(approval_id, _SCAN, msgspec.msgpack.encode(scan), now, own_key=own_key)
    subject = Subject(
        hash=_subject(vault, approval, scan),
        delegation_id=row.id,
        filing_id=approval.filing_id,
        approval_id=approval_id,
        lasts=approval.lapses_at - now,
    )
    second_person.withdraw_of_approval(conn, approval_id, now, but=subject.hash)
    look_id = second_person.ask(conn, parts, by, visit_id, LOOKS[approval.kind], subject, now)
    data = {"approval": approval_id, "look": look_id, "scan": vault.hasher.hash(HashKind.PICTURE, scan.content)}
    say(conn, visit_id, EventName.APPROVAL_PAPER_HANDED_IN, by.actor, now, **data)
    return look_id


def accept_unwitnessed(conn: Connection, parts: Parts, by: StaffSession, visit_id: str, approval_id: str) -> None:
    """Count a signed sheet that nobody witnesses as the yes: low assurance, where the service takes that.

    Raises:
        delegation.errors.AssuranceTooLowError: the service asks for a witness.
        OutOfOrderError: no sheet was handed in.
    """
    now = parts.clock.database_now(conn)
    row, approval = _lock_asked(conn, by, visit_id, approval_id, now)
    vault = VisitVault.of(conn, parts.sealer, visit_id)
    ensure(vault.find(approval_id, _SCAN) is not None, "accept a sheet that was not handed in")
    second_person.withdraw_of_approval(conn, approval_id, now)
    facts, evidence = _facts(vault, row, approval, {"handed_in_by": by.staff_id}, witnessed=False)
    confirming.answer_yes(conn, parts, row, approval, facts, evidence, now)


def refuse_as_witness(
    conn: Connection, parts: Parts, session: StaffSession, look_id: str, reason: WitnessReason
) -> None:
    """The witness does not confirm: that is a no, and the desk is told why. Errors as of `second_person.refuse`."""
    row = find_second_look(conn, look_id)
    ensure(row.kind in LOOKS.values(), "refuse as a witness what is no sheet")
    second_person.refuse(conn, parts, session, look_id, reason=reason.value)
    vault = VisitVault.of(conn, parts.sealer, row.visit_id)
    vault.keep(row.approval_id, _REFUSAL, reason.value.encode(), parts.clock.database_now(conn))


def refusal_of(vault: VisitVault, approval_id: str) -> WitnessReason | None:
    """Why the witness of an asking refused, if one did."""
    kept = vault.find(approval_id, _REFUSAL)
    return None if kept is None else WitnessReason(kept.decode())


def for_witness(conn: Connection, parts: Parts, session: StaffSession, look_id: str) -> Witnessed:
    """What a witness compares, for whoever was last recorded as being shown it.

    Raises:
        NotFoundError: there is no such sheet, or it was answered.
        NotLookedAtError: the showing was not recorded.
    """
    vault, approval = _looked_at(conn, parts, session, look_id)
    row, scan = find_delegation(conn, approval.delegation_id), _scan_of(vault, approval.id)
    is_permit, approver_id = approval.kind is ApprovalKind.PERMIT, parties.approver_of(row, approval)
    return Witnessed(
        name=signer_name(conn, parts, vault, row.id, row.approver_id, approver_id),
        personal_code=residents.open_profile(conn, parts, approver_id).code,
        document=documents.checked(vault, row.id, approval.id)["document"],
        code=sheet_code(approval.subject_hash),
        language=row.language,
        statement=None if is_permit else statements.again(vault, row.id, row.template_id, row.language),
        readback=read_backs.read(vault, approval.filing_id) if is_permit else None,
        service_id=find_filing(conn, approval.filing_id).service_id if is_permit else None,
        is_picture=scan.media_type.startswith("image/"),
    )


def signer_name(
    conn: Connection, parts: Parts, vault: VisitVault, delegation_id: str, first_id: str, approver_id: str
) -> str:
    """The name of whoever signs; of the first approver `first_id` as it was typed from their document."""
    if approver_id == first_id:
        return statements.facts_of(vault, delegation_id).approver
    return residents.open_profile(conn, parts, approver_id).name


def waiting_look(conn: Connection, approval_id: str) -> str | None:
    """The second look that waits about an asking, if any."""
    found: str | None = conn.execute(_WAITING, {"approval": approval_id}).scalar()
    return found


def scan_for_witness(conn: Connection, parts: Parts, session: StaffSession, look_id: str) -> Scan:
    """The sheet as it was handed in; as `for_witness`."""
    vault, approval = _looked_at(conn, parts, session, look_id)
    return _scan_of(vault, approval.id)


def _seen(conn: Connection, parts: Parts, session: StaffSession, look: AnyRow) -> None:
    """The witness saw this person sign this text: that is the yes."""
    row, approval = find_delegation(conn, look.delegation_id), find_approval(conn, look.approval_id)
    now = parts.clock.database_now(conn)
    approvals.ensure_open(approval, now)
    _ensure_current(conn, approval)
    vault = VisitVault.of(conn, parts.sealer, look.visit_id)
    ensure(look.subject_hash == _subject(vault, approval, _scan_of(vault, approval.id)), "witness another sheet")
    witness = {
        "look": look.id,
        "handed_in_by": look.asked_by,
        "witness": session.staff_id,
        "witness_terminal": session.terminal_id,
        "witness_centre": session.centre_id,
    }
    facts, evidence = _facts(vault, row, approval, witness, witnessed=True)
    confirming.answer_yes(conn, parts, row, approval, facts, evidence, now)
    data = {"approval": approval.id, "look": look.id, "centre": session.centre_id}
    say(conn, look.visit_id, EventName.APPROVAL_PAPER_SEEN, session.actor, now, **data)


def _not_seen(conn: Connection, parts: Parts, _session: StaffSession, look: AnyRow) -> None:
    confirming.answer_no(conn, parts, find_approval(conn, look.approval_id))


def _nobody(conn: Connection, parts: Parts, look: AnyRow) -> None:
    confirming.lapse(conn, parts, look.approval_id)


ACT = Act(confirmed=_seen, refused=_not_seen, lapsed=_nobody)
"""What a witness's answer sets going."""


def _lock_asked(
    conn: Connection, by: StaffSession, visit_id: str, approval_id: str, now: datetime
) -> tuple[AnyRow, AnyRow]:
    """Delegation and approval, locked, while the approval is asked on paper in a visit of `by`."""
    lock_open_visit(conn, by, visit_id)
    row, approval = lock_delegation_asked(conn, approval_id), lock_approval(conn, approval_id)
    ensure(approval.visit_id == visit_id and approval.route is Route.PAPER, "sign what is not asked on paper")
    approvals.ensure_open(approval, now)
    if approval.filing_id is not None:
        lock_filing(conn, approval.filing_id)
    _ensure_current(conn, approval)
    return row, approval


def _ensure_current(conn: Connection, approval: AnyRow) -> None:
    """Refuse a sheet whose read-back the portal does not hold any more."""
    if approval.filing_id is None:
        return
    filing = find_filing(conn, approval.filing_id)
    current = (filing.state, filing.attempt, filing.readback_hash)
    if current != (FilingState.PREPARED, approval.attempt, approval.subject_hash):
        raise PaperVoidError("the read-back has changed")


def _looked_at(conn: Connection, parts: Parts, session: StaffSession, look_id: str) -> tuple[VisitVault, AnyRow]:
    look = find_second_look(conn, look_id)
    # Whoever has answered, or came too late, has no reason to see somebody's values any more.
    is_over = look.state is not SecondLookState.WAITING or parts.clock.now() >= look.lapses_at
    if look.kind not in LOOKS.values() or is_over:
        raise NotFoundError("no such sheet")
    if look.looked_by != session.staff_id:
        raise NotLookedAtError("opened without being recorded")
    return VisitVault.of(conn, parts.sealer, look.visit_id), find_approval(conn, look.approval_id)


def _scan_of(vault: VisitVault, approval_id: str) -> Scan:
    return msgspec.msgpack.decode(vault.take(approval_id, _SCAN), type=Scan)


def _subject(vault: VisitVault, approval: AnyRow, scan: Scan) -> str:
    """Keyed hash of one sheet for one text."""
    what = f"sheet\n{approval.id}\n{approval.subject_hash}\n{scan.sha256}"
    return vault.hasher.hash(HashKind.EVIDENCE, what.encode())


def _facts(
    vault: VisitVault, row: AnyRow, approval: AnyRow, who: dict[str, Any], *, witnessed: bool
) -> tuple[RouteFacts, bytes]:
    """The facts that decide the assurance, and the evidence that is sealed."""
    document, scan = documents.checked(vault, row.id, approval.id)["document"], _scan_of(vault, approval.id)
    evidence = {
        "document": document,
        "sheet": sheet_code(approval.subject_hash),
        "scan_sha256": scan.sha256,
        "scan_type": scan.media_type,
        **who,
    }
    facts = RouteFacts(document_checked=document in documents.CHECKED, witnessed=witnessed)
    return facts, msgspec.json.encode(evidence)


def _bare(code: str) -> str:
    return long_codes.plain(code)
