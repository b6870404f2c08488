"""What was kept of each yes is verified again, years later: does it still prove what the log says?

The log says that an approval was given, with a keyed hash of its evidence, and that a token was signed. Here the
evidence itself is opened: the identity provider's signature with the key that it had then, the passkey's signature,
our own on delegation and permit, and the statement written once more. Needs the database and the key file.

The caller owes: that a provider's key that was kept is one that the provider had published, since whoever holds
database and keys could have kept one of their own.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Connection, bindparam, func, select, tuple_

from audit.entry import Entry, decode
from audit.errors import EntryError
from audit.events import EventName
from audit.report import Findings, Verdict
from delegation.assertion import AssertionRefusedError
from delegation.assurance import ON_PHONE, ApprovalKind, Assurance, Route
from delegation.claims import DELEGATION_TYPE, PERMIT_TYPE, DelegationClaims, PermitClaims
from delegation.commitment import HashKind, approval_nonce, b64url
from delegation.errors import DelegationError, StatementError
from delegation.signing import KeySet, open_signed
from gateway.keys import ever
from gateway.keys.errors import KeyDestroyedError, KeyMissingError, SealBrokenError
from gateway.keys.signing import KeyKind
from gateway.ledger.tables import AuditEvent
from gateway.oauth import evidence
from gateway.oauth.errors import SignInFailedError
from gateway.oauth.evidence import Provenance
from gateway.oauth.relying_party import signed_in
from gateway.parts import Store
from gateway.people import residents
from gateway.people.passkey_evidence import Evidence as PasskeyEvidence
from gateway.visits import statements
from gateway.visits.errors import NotFoundError
from gateway.visits.rows import find_delegation
from gateway.visits.sealed import VisitVault
from gateway.visits.sign_ins import FRESH
from gateway.visits.tables import SignInAttempt, Visit

Claims = TypeVar("Claims", DelegationClaims, PermitClaims)

_BATCH = 500
_KINDS = (EventName.APPROVAL_GIVEN, EventName.PERMIT_GIVEN, EventName.DELEGATION_SIGNED)
_TOLD = AuditEvent.type.in_([kind.value for kind in _KINDS])
_EVENTS = (
    select(AuditEvent.chain, AuditEvent.n, AuditEvent.leaf)
    .where(_TOLD, tuple_(AuditEvent.chain, AuditEvent.n) > tuple_(bindparam("chain"), bindparam("n")))
    .order_by(AuditEvent.chain, AuditEvent.n)
    .limit(_BATCH)
)
_COUNT = select(func.count()).select_from(AuditEvent).where(_TOLD)
_PASSKEY = select(AuditEvent.leaf).where(
    AuditEvent.chain == bindparam("chain"), AuditEvent.type == EventName.PASSKEY_ADDED.value
)
_BEGUN = select(SignInAttempt.begun_at).where(SignInAttempt.id == bindparam("attempt"))
_KEY_OF_VISIT = select(Visit.key_id).where(Visit.id == bindparam("visit"))


class _SignIn(msgspec.Struct, frozen=True):
    """A sign-in as it was sealed."""

    id_token: str
    attempt: str
    provenance: Provenance | None = None


class _FindingError(Exception):
    """One thing that does not fit."""

    def __init__(self, verdict: Verdict, detail: str) -> None:
        super().__init__(detail)
        self.verdict = verdict


@dataclass(frozen=True, slots=True)
class Yes:
    """A yes as the log tells of it."""

    approval_id: str
    kind: ApprovalKind
    subject_hash: str
    approver_id: str
    route: Route
    level: Assurance
    at: datetime


def examine(
    conn: Connection, store: Store, progress: Callable[[int, int], None] | None = None
) -> tuple[Findings, dict[str, int]]:
    """Verify what is kept of every yes and of every token that the log tells of; return findings and counts."""
    findings, examiner = Findings(), _Examiner(conn, store)
    done, total, erased = 0, conn.execute(_COUNT).scalar_one(), 0
    for chain, leaf in _events(conn):
        done += 1
        try:
            examiner.examine(chain, decode(leaf))
        except EntryError:
            continue  # the log's own verification names it
        except KeyDestroyedError:
            erased += 1
        except _FindingError as found:
            findings.add(found.verdict, f"visit {chain}", str(found))
        if progress is not None and done % _BATCH == 0:
            progress(done, total)
    if erased:
        findings.add(Verdict.ERASED, "evidence", f"{erased:,} proofs fell with their keys", times=erased, note=True)
    return findings, {"evidence": done - erased}


def _events(conn: Connection) -> Iterator[tuple[str, bytes]]:
    after: dict[str, Any] = {"chain": "", "n": 0}
    while rows := conn.execute(_EVENTS, after).all():
        for chain, n, leaf in rows:
            after = {"chain": chain, "n": n}
            yield chain, bytes(leaf)


class _Examiner:
    """Opens one visit after another."""

    def __init__(self, conn: Connection, store: Store) -> None:
        self._conn, self._store = conn, store
        self._keys = {kind: KeySet.parse(ever.jwks(conn, kind)) for kind in (KeyKind.DELEGATION, KeyKind.PERMIT)}
        self._visit_id = ""
        self._vault: VisitVault | None = None

    def examine(self, visit_id: str, entry: Entry) -> None:
        """Raise `_FindingError` for the first thing that does not fit."""
        vault, data = self._open(visit_id), entry.data
        match entry.type:
            case EventName.DELEGATION_SIGNED.value:
                self._delegation(vault, data)
            case EventName.PERMIT_GIVEN.value:
                self._permit(vault, data)
                self._yes(vault, _yes_of(entry, ApprovalKind.PERMIT, data["payload"]), data["evidence"])
            case _:
                self._yes(vault, _yes_of(entry, ApprovalKind.GRANT, data["statement"]), data["evidence"])

    def _open(self, visit_id: str) -> VisitVault:
        if self._vault is None or self._visit_id != visit_id:
            key_id = self._conn.execute(_KEY_OF_VISIT, {"visit": visit_id}).scalar_one_or_none()
            if key_id is None:
                raise _FindingError(Verdict.EVIDENCE_MISSING, "there is no such visit any more")
            try:
                self._vault = VisitVault.of(self._conn, self._store.sealer, visit_id, key_id)
            except KeyMissingError as error:
                raise _FindingError(Verdict.EVIDENCE_MISSING, "its key is not here") from error
            self._visit_id = visit_id
        return self._vault

    def _yes(self, vault: VisitVault, yes: Yes, expected: str) -> None:
        kept = _kept(vault, yes.approval_id, "evidence", expected, f"approval {yes.approval_id}")
        passkey = PasskeyEvidence.unpack(kept)
        if passkey is not None:
            self._passkey(yes, passkey)
        elif yes.route in ON_PHONE:
            self._sign_in(yes, kept)

    def _sign_in(self, yes: Yes, kept: bytes) -> None:
        try:
            said = msgspec.json.decode(kept, type=_SignIn)
        except msgspec.DecodeError as error:
            raise _invalid(yes, "no sign-in and no passkey") from error
        if said.provenance is None:
            detail = f"approval {yes.approval_id}: the provider's key was not kept with it"
            raise _FindingError(Verdict.EVIDENCE_UNPROVEN, detail)
        nonce = approval_nonce(yes.kind, said.attempt, yes.subject_hash)
        try:
            claims = evidence.verify_again(said.id_token, said.provenance, nonce=nonce, now=yes.at)
            person = signed_in(said.id_token, claims, code_claim=said.provenance.code_claim)
        except SignInFailedError as error:
            raise _invalid(yes, error.reason) from error
        begun_at = self._conn.execute(_BEGUN, {"attempt": said.attempt}).scalar_one_or_none()
        if begun_at is None or person.auth_time < begun_at - FRESH:
            raise _invalid(yes, "id_token.auth_time")
        if not residents.is_same(self._conn, self._store, yes.approver_id, person.personal_code):
            raise _invalid(yes, "id_token.sub")
        if Assurance.parse(evidence.level_of(person.acr, said.provenance.acr_levels)) < yes.level:
            raise _invalid(yes, "id_token.acr")

    def _passkey(self, yes: Yes, kept: PasskeyEvidence) -> None:
        try:
            kept.verify(approval_nonce(yes.kind, kept.attempt, yes.subject_hash))
        except AssertionRefusedError as error:
            raise _invalid(yes, f"passkey.{error.reason}") from error
        key = b64url(sha256(kept.assertion.public_key).digest())
        if key not in self._added(yes.approver_id, kept.passkey):
            raise _invalid(yes, "passkey.not_the_approvers")

    def _added(self, resident_id: str, passkey_id: str) -> set[str]:
        """The hashes of the keys by which the log says that a resident's passkey was added."""
        leaves = self._conn.execute(_PASSKEY, {"chain": f"resident:{resident_id}"}).scalars()
        told = [decode(bytes(leaf)).data for leaf in leaves]
        return {each["key"] for each in told if each.get("passkey") == passkey_id}

    def _delegation(self, vault: VisitVault, data: Mapping[str, Any]) -> None:
        delegation_id = data["delegation"]
        subject = f"delegation {delegation_id}"
        token = _kept(vault, delegation_id, "token", data["token"], subject).decode()
        claims = self._opened(token, KeyKind.DELEGATION, DELEGATION_TYPE, DelegationClaims, subject)
        try:
            row = find_delegation(self._conn, delegation_id)
            again = statements.again(vault, delegation_id, row.template_id, row.language)
        except (NotFoundError, LookupError) as error:
            raise _FindingError(Verdict.EVIDENCE_MISSING, f"{subject}: its record is gone") from error
        except (SealBrokenError, StatementError) as error:
            raise _FindingError(Verdict.STATEMENT_DIFFERS, f"{subject}: it cannot be written again") from error
        if claims.jti != delegation_id or claims.approval.statement != row.statement_hash:
            raise _FindingError(Verdict.TOKEN_INVALID, f"{subject}: the token is for something else")
        if not vault.hasher.fits(HashKind.STATEMENT, again.data, claims.approval.statement):
            raise _FindingError(Verdict.STATEMENT_DIFFERS, f"{subject}: written again it is another text")

    def _permit(self, vault: VisitVault, data: Mapping[str, Any]) -> None:
        subject = f"permit {data['permit']}"
        token = _kept(vault, data["permit"], "token", data["token"], subject).decode()
        claims = self._opened(token, KeyKind.PERMIT, PERMIT_TYPE, PermitClaims, subject)
        if (claims.jti, claims.payload, claims.filing) != (data["permit"], data["payload"], data["filing"]):
            raise _FindingError(Verdict.TOKEN_INVALID, f"{subject}: the token is for something else")

    def _opened(self, token: str, kind: KeyKind, typ: str, claims: type[Claims], subject: str) -> Claims:
        try:
            return open_signed(token, self._keys[kind], typ=typ, claims=claims)
        except DelegationError as error:
            raise _FindingError(Verdict.TOKEN_INVALID, f"{subject}: {error.code}") from error


def _yes_of(entry: Entry, kind: ApprovalKind, subject_hash: str) -> Yes:
    data = entry.data
    return Yes(
        approval_id=data["approval"],
        kind=kind,
        subject_hash=subject_hash,
        approver_id=entry.actor.id,
        route=Route(data["route"]),
        level=Assurance.parse(data["assurance"]),
        at=entry.time,
    )


def _kept(vault: VisitVault, owner_id: str, kind: str, expected: str, subject: str) -> bytes:
    try:
        kept = vault.find(owner_id, kind)
    except SealBrokenError as error:
        raise _FindingError(Verdict.EVIDENCE_ALTERED, f"{subject}: its seal is broken") from error
    if kept is None:
        raise _FindingError(Verdict.EVIDENCE_MISSING, f"{subject}: nothing is kept")
    if not vault.hasher.fits(HashKind.EVIDENCE, kept, expected):
        raise _FindingError(Verdict.EVIDENCE_ALTERED, f"{subject}: it is not what the log tells of")
    return kept


def _invalid(yes: Yes, reason: str) -> _FindingError:
    return _FindingError(Verdict.EVIDENCE_INVALID, f"approval {yes.approval_id}: {reason}")
