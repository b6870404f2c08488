"""What the log commits to of sealed values, and how one of them is opened without the key of all.

Each value has a salt of its own, made from the visit's sealed key and given away only with that value; it falls with
the key. A commitment stands in the entry that tells of the value (`delegation.commitment`); those of a read-back's rows
stand there as the root of a tree (RFC 6962), so that an entry stays small however long a form is.
"""

import hashlib
import hmac
from collections.abc import Collection, Iterator

from audit.evidence import row_text
from audit.inclusion import inclusion_proof
from audit.members import OpenedRow
from audit.merkle import CompactRange, leaf_hash
from delegation.commitment import b64url, commit_value
from delegation.readback import ReadBack, payload_rows
from gateway.visits.sealed import VisitVault


def salt(vault: VisitVault, what: str, owner_id: str) -> bytes:
    """The salt of one value of one owner: 32 bytes that say nothing of any other."""
    return hmac.digest(vault.key.secret, f"pilnvara salt\0{what}\0{owner_id}".encode(), hashlib.sha256)


def commit_statement(vault: VisitVault, delegation_id: str, text: str) -> str:
    """The commitment to a statement."""
    return commit_value(salt(vault, "statement", delegation_id), "statement", text)


def commit_receipt(vault: VisitVault, filing_id: str, reference: str, pdf: bytes | None) -> dict[str, str | None]:
    """The commitments to a receipt's `number` and `file`."""
    its = salt(vault, "receipt", filing_id)
    file = None if pdf is None else commit_value(its, "file", hashlib.sha256(pdf).hexdigest())
    return {"number": commit_value(its, "reference", reference), "file": file}


def commit_rows(vault: VisitVault, run_id: str, readback: ReadBack) -> dict[str, int | str]:
    """The commitment to all `rows` of a read-back: how many, and the root over `values`."""
    hashes = _hashed_rows(vault, run_id, readback)
    return {"rows": len(hashes), "values": _tree(hashes)[0].root().hex()}


def open_rows(
    vault: VisitVault, run_id: str, readback: ReadBack, controls: Collection[str] | None
) -> Iterator[OpenedRow]:
    """Those rows of a read-back whose control is one of `controls`, all for `None`, each with what opens it alone."""
    hashes = _hashed_rows(vault, run_id, readback)
    nodes = _tree(hashes)[1]
    for index, (page, control, label, kind, value, shown) in enumerate(payload_rows(readback)):
        if controls is None or control in controls:
            proof = inclusion_proof(index, len(hashes), lambda level, idx: nodes[level, idx])
            yield OpenedRow(
                run=run_id,
                index=index,
                row=(page, control, label, kind, value, shown),
                salt=b64url(salt(vault, "row", f"{run_id}\0{index}")),
                hashes=tuple(each.hex() for each in proof),
            )


def _hashed_rows(vault: VisitVault, run_id: str, readback: ReadBack) -> list[bytes]:
    return [
        leaf_hash(commit_value(salt(vault, "row", f"{run_id}\0{index}"), "row", row_text(row)).encode())
        for index, row in enumerate(payload_rows(readback))
    ]


def _tree(hashes: list[bytes]) -> tuple[CompactRange, dict[tuple[int, int], bytes]]:
    tree, nodes = CompactRange(), {(0, index): hashed for index, hashed in enumerate(hashes)}
    for hashed in hashes:
        nodes |= {(level, index): node for level, index, node in tree.append(hashed)}
    return tree, nodes
