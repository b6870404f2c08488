"""Everything that proves a visit, in one file that anybody verifies without asking: for auditors, and to take home.

The log's entries with their proofs, the checkpoint, where the log states that the visit ends, tokens, receipts, and of
what is sealed no more than is asked for. Nothing in it can be used at a portal: a delegation is for the gateway alone,
and a permit lives five minutes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from functools import lru_cache

import msgspec
from sqlalchemy import Connection, bindparam, select

from audit import archive, checkpoint, page
from audit.archive import Manifest
from audit.entry import Entry, decode
from audit.events import EventName
from audit.inclusion import inclusion_proof
from audit.members import Members, OpenedRow, Openings, entry_name, folder, proof_name
from audit.merkle import NodeReader
from audit.proof import LogProof
from delegation.commitment import b64url
from delegation.signing import issuer_of
from gateway.keys import ever
from gateway.keys.errors import KeyDestroyedError
from gateway.keys.signing import KeyKind
from gateway.ledger import checkpoints, heads, origins, tree
from gateway.ledger.tables import AuditEvent, AuditLeaf
from gateway.parts import Store
from gateway.visits import bundle_texts, disclosure, doubts, read_backs, statements
from gateway.visits.rows import AnyRow, find_visit
from gateway.visits.sealed import VisitVault
from gateway.visits.tables import DelegationRow, Filing, Permit, Receipt

_EVENTS = (
    select(AuditEvent.n, AuditEvent.leaf, AuditLeaf.idx)
    .outerjoin(AuditLeaf, AuditLeaf.event_id == AuditEvent.id)
    .where(AuditEvent.chain == bindparam("chain"))
    .order_by(AuditEvent.n)
)
_ERASURE = _EVENTS.where(AuditEvent.type == EventName.RESIDENT_ERASED.value)
_DELEGATIONS = (
    select(DelegationRow.__table__)
    .where(DelegationRow.visit_id == bindparam("visit"))
    .order_by(DelegationRow.requested_at, DelegationRow.id)
)
_PERMITS = (
    select(Permit.id)
    .join(Filing, Filing.id == Permit.filing_id)
    .where(Filing.delegation_id == bindparam("delegation"))
    .order_by(Permit.issued_at, Permit.id)
)
_RECEIPTS = (
    select(Receipt.__table__)
    .join(Filing, Filing.id == Receipt.filing_id)
    .where(Filing.delegation_id.in_(bindparam("delegations", expanding=True)))
    .order_by(Receipt.stored_at, Receipt.id)
)
_TOKENS = (KeyKind.DELEGATION, KeyKind.PERMIT)


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What of the sealed values a bundle opens."""

    statements: bool = True
    """The texts that were approved: they name who acts and for whom."""
    files: bool = False
    """The institutions' own receipts."""
    controls: tuple[str, ...] | None = ()
    """Names of the values that were sent; `None` for all of them."""

    @property
    def names(self) -> tuple[str, ...]:
        """As it is recorded."""
        values = ("values",) if self.controls is None else tuple(f"value:{each}" for each in sorted(self.controls))
        chosen = (("statement", self.statements), ("receipt", self.files))
        return (*(name for name, is_chosen in chosen if is_chosen), *values)

    @classmethod
    def of(cls, names: Sequence[str]) -> "Disclosure":
        """Read `names` back."""
        controls = tuple(each.removeprefix("value:") for each in names if each.startswith("value:"))
        return cls("statement" in names, "receipt" in names, None if "values" in names else controls)


EVERYTHING = Disclosure(files=True, controls=None)
"""What the person may have whose matter it is."""


@dataclass(frozen=True, slots=True)
class _Log:
    """The log as far as the newest checkpoint covers it."""

    signed: bytes | None
    size: int
    node: NodeReader

    @classmethod
    def of(cls, conn: Connection) -> "_Log":
        signed = checkpoints.latest(conn)
        # The entries of a visit lie close to each other, so their proofs share most nodes.
        node = lru_cache(maxsize=None)(tree.node_reader(conn))
        return cls(signed, 0 if signed is None else checkpoint.parse(signed).size, node)

    def covers(self, index: int | None) -> bool:
        return index is not None and index < self.size

    def files(self, name: str, leaf: bytes, index: int | None) -> Iterator[tuple[str, bytes]]:
        """An entry and its proof; nothing while no checkpoint covers it."""
        if index is not None and self.signed is not None and index < self.size:
            hashes = tuple(inclusion_proof(index, self.size, self.node))
            yield name, leaf
            yield proof_name(name), LogProof(index, hashes, self.signed).encode()


@dataclass(frozen=True, slots=True)
class _Event:
    """One entry of the visit and its place in the log."""

    leaf: bytes
    entry: Entry
    index: int | None


def make(
    conn: Connection, store: Store, visit_id: str, chosen: Disclosure, *, principal_id: str | None = None
) -> bytes:
    """The bundle of a visit. Who may have it, and that they got it, is the caller's to say.

    With `principal_id` only what is about that person, and the key of the visit's hashes: they are that person's.
    The same state gives the same bytes.

    Raises:
        NotFoundError: there is no such visit.
    """
    find_visit(conn, visit_id)
    return _Bundle(conn, store, visit_id, chosen, principal_id).archive()


def names_of_values(conn: Connection, store: Store, visit_id: str) -> dict[str, str]:
    """The names of the values that were read back in a visit, each with its label; none of them where they are erased.

    Raises:
        NotFoundError: there is no such visit.
    """
    find_visit(conn, visit_id)
    made = _Bundle(conn, store, visit_id, EVERYTHING, None)
    return made.names_of_values()


class _Bundle:
    """One bundle in the making."""

    def __init__(
        self, conn: Connection, store: Store, visit_id: str, chosen: Disclosure, principal_id: str | None
    ) -> None:
        self._conn, self._store, self._visit_id, self._chosen = conn, store, visit_id, chosen
        self._is_own = principal_id is not None
        rows = conn.execute(_DELEGATIONS, {"visit": visit_id}).all()
        self._delegations = [row for row in rows if principal_id in (None, row.principal_id)]
        self._log = _Log.of(conn)
        self._events = _events(conn, visit_id, {row.id for row in rows} - {row.id for row in self._delegations})
        self._vault = self._open_vault()

    def archive(self) -> bytes:
        """The whole file."""
        files = dict(self._logged()) | dict(self._stated_end()) | dict(self._erasure())
        for number, row in enumerate(self._delegations, 1):
            files |= {f"{folder(number)}/{name}": data for name, data in self._delegation(row)}
        receipts = self._conn.execute(_RECEIPTS, {"delegations": [row.id for row in self._delegations]}).all()
        files |= dict(self._receipts(receipts))
        keys = [key for kind in _TOKENS for key in ever.jwks(self._conn, kind)["keys"]]
        files[Members.JWKS] = _pretty({"keys": keys})
        files[Members.OPENINGS] = _pretty(self._openings(receipts))
        manifest = self._manifest()
        files["README.txt"] = bundle_texts.readme(self._told()).encode()
        entries = tuple(each.entry for each in self._events if self._log.covers(each.index))
        files[page.NAME] = page.render(Members(manifest, files).to_tell(entries))
        return archive.write(manifest, files)

    def names_of_values(self) -> dict[str, str]:
        """Of every row that could be opened."""
        rows = () if self._vault is None else self._values(self._vault)
        return {each.row[1]: each.row[2] for each in rows if each.row[1]}

    def _open_vault(self) -> VisitVault | None:
        try:
            vault = VisitVault.of(self._conn, self._store.sealer, self._visit_id)
        except KeyDestroyedError:
            return None
        vault.fetch("statement", "token", "pdf", "readback")
        return vault

    def _manifest(self) -> Manifest:
        covered = [each.entry.n for each in self._events if self._log.covers(each.index)]
        return Manifest(
            page=page.VERSION,
            origin=self._store.log_origin,
            issuer=self._issuer(),
            visit=self._visit_id,
            last=max(covered, default=0),
            waiting=len(self._events) - len(covered),
            delegations=tuple(row.id for row in self._delegations),
            disclosed=() if self._vault is None else self._chosen.names,
            erased=self._vault is None,
            files={},
        )

    def _issuer(self) -> str:
        """Whom the visit's tokens name; settings may say something else by now."""
        tokens = (self._vault.find(row.id, "token") for row in self._delegations) if self._vault is not None else ()
        token = next((each for each in tokens if each is not None), None)
        return self._store.settings.issuer if token is None else issuer_of(token.decode())

    def _logged(self) -> Iterator[tuple[str, bytes]]:
        """The checkpoint, and each entry that it covers, with its proof."""
        yield Members.VKEY, "".join(f"{vkey}\n" for vkey in origins.vkeys(self._store.publisher)).encode()
        if self._log.signed is not None:
            yield Members.CHECKPOINT, self._log.signed
        for each in self._events:
            yield from self._log.files(entry_name(each.entry.n), each.leaf, each.index)

    def _stated_end(self) -> Iterator[tuple[str, bytes]]:
        found = heads.stated(self._conn, self._visit_id)
        if found is not None and self._log.covers(found.index):
            yield from self._log.files(Members.HEADS_ENTRY, found.leaf, found.index)
            yield Members.HEADS_PROOF, _pretty(found.proof)

    def _erasure(self) -> Iterator[tuple[str, bytes]]:
        for person in {row.principal_id for row in self._delegations} if self._vault is None else ():
            row = self._conn.execute(_ERASURE, {"chain": f"resident:{person}"}).first()
            if row is not None:
                yield from self._log.files(Members.ERASURE, bytes(row.leaf), row.idx)

    def _delegation(self, row: AnyRow) -> Iterator[tuple[str, bytes]]:
        """Its text and what it was written from, its token, and the permits under it."""
        vault = self._vault
        if vault is None:
            return
        if self._chosen.statements:
            yield "statement.txt", statements.again(vault, row.id, row.template_id, row.language).data
            yield "statement.json", statements.pack(statements.facts_of(vault, row.id))
        token = vault.find(row.id, "token")
        if token is not None:
            yield "delegation.jws", token
        for number, permit_id in enumerate(self._conn.execute(_PERMITS, {"delegation": row.id}).scalars().all(), 1):
            yield f"permits/{number}.jws", vault.take(permit_id, "token")

    def _receipts(self, receipts: Sequence[AnyRow]) -> Iterator[tuple[str, bytes]]:
        # Of an erased one not even the number is left: the bundle says that it fell with the rest.
        for number, row in enumerate((each for each in receipts if each.reference), 1):
            said = {
                "reference": row.reference,
                "filing": row.filing_id,
                "payload": row.payload_hash,
                "body_sha256": row.body_sha256,
                "stored_at": row.stored_at,
            }
            if self._vault is not None and (then := doubts.of(self._vault, row.filing_id).then):
                said["then_sha256"] = then
            yield f"receipts/{number}.json", _pretty(said)
            pdf = None if self._vault is None or not self._chosen.files else self._vault.find(row.filing_id, "pdf")
            if pdf is not None:
                yield f"receipts/{number}.pdf", pdf

    def _openings(self, receipts: Sequence[AnyRow]) -> Openings:
        vault = self._vault
        if vault is None:
            return Openings()
        chosen = self._delegations if self._chosen.statements else []
        return Openings(
            statements={row.id: b64url(disclosure.salt(vault, "statement", row.id)) for row in chosen},
            receipts={row.filing_id: b64url(disclosure.salt(vault, "receipt", row.filing_id)) for row in receipts},
            values=tuple(self._values(vault)),
        )

    def _values(self, vault: VisitVault) -> Iterator[OpenedRow]:
        """The chosen rows of the newest read-back of each filing: older ones are not kept."""
        taken = {
            each.entry.data["filing"]: each.entry.data["run"]
            for each in self._events
            if each.entry.type == EventName.READBACK_TAKEN and "values" in each.entry.data
        }
        if self._chosen.controls == ():
            return
        for filing_id, run_id in sorted(taken.items()):
            yield from disclosure.open_rows(vault, run_id, read_backs.read(vault, filing_id), self._chosen.controls)

    def _told(self) -> bundle_texts.Told:
        key = b64url(self._vault.hash_key) if self._is_own and self._vault is not None else None
        has_text = self._vault is not None and self._chosen.statements
        return bundle_texts.Told(
            issuer=self._issuer(),
            origin=self._store.log_origin,
            key=key,
            delegations=tuple(
                bundle_texts.ToldDelegation(
                    folder=folder(number),
                    template=row.template_id,
                    language=row.language,
                    hash=row.statement_hash,
                    has_text=has_text,
                    granted_at=None
                    if row.granted_at is None
                    else f"{row.granted_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
                )
                for number, row in enumerate(self._delegations, 1)
            ),
            first=next((each.entry.n for each in self._events if self._log.covers(each.index)), None),
        )


def _events(conn: Connection, chain: str, others: set[str]) -> list[_Event]:
    """The visit's entries, without what is about the delegations of somebody else who was served in it."""
    found, is_theirs = [], True
    for row in conn.execute(_EVENTS, {"chain": chain}):
        event = _Event(bytes(row.leaf), decode(bytes(row.leaf)), row.idx)
        about = event.entry.data.get("delegation")
        if event.entry.type == EventName.DELEGATION_REQUESTED:
            is_theirs = about not in others
        if is_theirs and about not in others:
            found.append(event)
    return found


def _pretty(value: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=2)
