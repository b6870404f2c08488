"""Everything that proves one delegation, as one file to take home and to verify without asking anybody.

Text, signed tokens, receipts, public keys, and the log's entries with their proofs of inclusion. Nothing in it can be
used at a portal: a delegation is for the gateway alone, and a permit lives five minutes.
"""

import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC

import msgspec
from sqlalchemy import Connection, bindparam, select

from audit import checkpoint
from audit.entry import decode
from audit.events import EventName
from audit.inclusion import inclusion_proof
from audit.proof import LogProof
from delegation.commitment import b64url
from gateway.keys import ever
from gateway.keys.errors import KeysError
from gateway.keys.signing import KeyKind
from gateway.ledger import checkpoints, tree
from gateway.ledger.tables import AuditEvent, AuditLeaf
from gateway.parts import Store
from gateway.visits import proof_texts, statement_looks, statements
from gateway.visits.rows import AnyRow, find_delegation
from gateway.visits.sealed import VisitVault
from gateway.visits.statement_looks import StatementGoneError
from gateway.visits.tables import DelegationRow, Filing, Permit, Receipt

_EVENTS = (
    select(AuditEvent.n, AuditEvent.leaf, AuditLeaf.idx)
    .outerjoin(AuditLeaf, AuditLeaf.event_id == AuditEvent.id)
    .where(AuditEvent.chain == bindparam("visit"))
    .order_by(AuditEvent.n)
)
_OTHERS = select(DelegationRow.id).where(
    DelegationRow.visit_id == bindparam("visit"), DelegationRow.principal_id != bindparam("principal")
)
_PERMITS = (
    select(Permit.id)
    .join(Filing, Filing.id == Permit.filing_id)
    .where(Filing.delegation_id == bindparam("delegation"))
    .order_by(Permit.issued_at)
)
_RECEIPTS = (
    select(Receipt.__table__)
    .join(Filing, Filing.id == Receipt.filing_id)
    .where(Filing.delegation_id == bindparam("delegation"))
    .order_by(Receipt.stored_at)
)
_TOKENS = (KeyKind.DELEGATION, KeyKind.PERMIT)
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The same record gives the same file."""


@dataclass(frozen=True, slots=True)
class _Checkpoint:
    """The newest signed checkpoint, if the log has one."""

    signed: bytes
    size: int


def proof_of(conn: Connection, store: Store, delegation_id: str) -> bytes:
    """A zip archive with all that proves a delegation. Who may have it, and that they got it, is the caller's to say.

    Raises:
        NotFoundError: there is no such delegation.
        StatementGoneError: its proofs are erased.
    """
    row = find_delegation(conn, delegation_id)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        try:
            for name, data in _files(conn, store, row):
                archive.writestr(zipfile.ZipInfo(name, _LONG_AGO), data, zipfile.ZIP_DEFLATED)
        except KeysError as error:
            raise StatementGoneError("the proofs are erased") from error
    return content.getvalue()


def _files(conn: Connection, store: Store, row: AnyRow) -> Iterator[tuple[str, bytes]]:
    vault = VisitVault.of(conn, store.sealer, row.visit_id)
    seen = statement_looks.again(conn, store, row.id)
    latest = checkpoints.latest(conn)
    covered = None if latest is None else _Checkpoint(latest, checkpoint.parse(latest).size)
    told = proof_texts.Told(
        issuer=store.settings.issuer,
        origin=store.settings.log_origin,
        template=row.template_id,
        language=row.language,
        hash=row.statement_hash,
        key=b64url(vault.hash_key),
        granted_at=None if row.granted_at is None else f"{row.granted_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
    )
    yield "README.txt", proof_texts.readme(told).encode()
    yield "statement.txt", seen.statement.data
    yield "statement.json", statements.pack(statements.facts_of(vault, row.id))
    yield "jwks.json", _pretty({"keys": [key for kind in _TOKENS for key in ever.jwks(conn, kind)["keys"]]})
    yield from _tokens(conn, vault, row)
    yield from _receipts(conn, vault, row)
    yield "log/vkey.txt", "".join(f"{each.verifier.vkey}\n" for each in store.publisher.signers).encode()
    if covered is not None:
        yield "log/checkpoint.txt", covered.signed
    yield from _entries(conn, row, covered)


def _tokens(conn: Connection, vault: VisitVault, row: AnyRow) -> Iterator[tuple[str, bytes]]:
    token = vault.find(row.id, "token")
    if token is not None:
        yield "delegation.jws", token
    for number, permit_id in enumerate(conn.execute(_PERMITS, {"delegation": row.id}).scalars().all(), 1):
        yield f"permits/{number}.jws", vault.take(permit_id, "token")


def _receipts(conn: Connection, vault: VisitVault, row: AnyRow) -> Iterator[tuple[str, bytes]]:
    for number, receipt in enumerate(conn.execute(_RECEIPTS, {"delegation": row.id}).all(), 1):
        said = {
            "reference": receipt.reference,
            "filing": receipt.filing_id,
            "payload": receipt.payload_hash,
            "body_sha256": receipt.body_sha256,
            "stored_at": receipt.stored_at,
        }
        yield f"receipts/{number}.json", _pretty(said)
        pdf = vault.find(receipt.filing_id, "pdf")
        if pdf is not None:
            yield f"receipts/{number}.pdf", pdf


def _entries(conn: Connection, row: AnyRow, covered: _Checkpoint | None) -> Iterator[tuple[str, bytes]]:
    """Each entry of the visit; those under the newest checkpoint with the proof that they are in the log."""
    read = tree.node_reader(conn)
    for n, leaf, index in _of_principal(conn, row):
        yield f"log/{n:03}.json", leaf
        if covered is not None and index is not None and index < covered.size:
            hashes = tuple(inclusion_proof(index, covered.size, read))
            yield f"log/{n:03}.tlog-proof", LogProof(index, hashes, covered.signed).encode()


def _of_principal(conn: Connection, row: AnyRow) -> Iterator[tuple[int, bytes, int | None]]:
    """The visit's entries, without those of somebody else who was served in it: the key fits their hashes too."""
    others = set(conn.execute(_OTHERS, {"visit": row.visit_id, "principal": row.principal_id}).scalars())
    is_theirs = True
    for n, content, index in conn.execute(_EVENTS, {"visit": row.visit_id}).all():
        leaf = bytes(content)
        entry = decode(leaf)
        about = entry.data.get("delegation")
        if entry.type == EventName.DELEGATION_REQUESTED:
            is_theirs = about not in others
        if about == row.id or (is_theirs and about not in others):
            yield n, leaf, index


def _pretty(value: Mapping[str, object]) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=2)
