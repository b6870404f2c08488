"""What the log publishes is verified by a program, and cosigned by a witness, that none of us wrote.

Both are packages of one author, who read the same specifications; they ask for Python 3.12 and run on 3.11 as well, so
`make setup` lays them apart from our environment.
"""

import importlib
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from litestar.testing import TestClient
from sqlalchemy import select

from audit import checkpoint, tiles
from audit.witness.folder import WitnessFolder
from gateway.ledger.errors import LogUnhealthyError
from gateway.ledger.tables import AuditEvent, AuditLeaf
from gateway.parts import Parts
from tests.gateway.callers import fitted, parts, renderer
from tests.gateway.ledger.events import record_events
from tests.gateway.ledger.test_checkpoints import published, restore_older_state
from tests.gateway.ledger.witnesses import Outsider, policy_of, publish, witness_of
from tests.postgresql import PROJECT

__all__ = ["parts", "renderer"]

OUTSIDE = PROJECT / ".build" / "outside"


@pytest.fixture
def tlog(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The verifier."""
    assert OUTSIDE.is_dir(), "the packages are missing: run `make setup`"
    monkeypatch.setattr(sys, "path", [*sys.path, str(OUTSIDE)])
    return importlib.import_module("aics_tlog")


@contextmanager
def their_witness(parts: Parts, path: Path, tlog: ModuleType) -> Iterator[Outsider]:
    """Their witness, watching our log."""
    theirs = importlib.import_module("aics_witness")
    origin, name, key = parts.settings.log_origin, "theirs.example", Ed25519PrivateKey.generate()
    vkeys = tuple(tlog.parse_vkey(signer.verifier.vkey) for signer in parts.publisher.signers)
    store = theirs.WitnessStore(path, create=not path.exists())
    server = theirs.make_server(theirs.Witness(name, key, store, [theirs.LogConfig(origin, vkeys)]))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        vkey = tlog.format_vkey(tlog.cosignature_vkey(name, key.public_key()))
        url = f"http://127.0.0.1:{server.server_address[1]}"
        yield Outsider(name, vkey, url, WitnessFolder(Path("none")))
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        store.close()


@pytest.fixture
def outsiders(parts: Parts, tmp_path: Path, tlog: ModuleType) -> Iterator[tuple[Outsider, Outsider]]:
    """A witness of ours and one of theirs."""
    with ExitStack() as stack:
        ours = stack.enter_context(witness_of(parts, tmp_path / "ours", "ours.example"))
        yield ours, stack.enter_context(their_witness(parts, tmp_path / "theirs.db", tlog))


def fetch(parts: Parts, folder: Path) -> bytes:
    """Fetch the published log as anybody does: checkpoint and hash tiles."""
    with TestClient(fitted(parts)) as client:
        signed = client.get("/log/checkpoint").content
        for tile in tiles.tiles_of(checkpoint.parse(signed).size):
            if tile.level is not None:
                target = folder / tile.path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(client.get(f"/log/{tile.path}").content)
    return signed


def test_their_verifier_accepts_checkpoint_witnesses_tiles_and_proofs(
    parts: Parts, tlog: ModuleType, outsiders: tuple[Outsider, Outsider], tmp_path: Path
) -> None:
    trust = policy_of(*outsiders, least=2)
    record_events(parts, 200)
    old = publish(parts, trust)
    assert old is not None
    record_events(parts, 110)
    publish(parts, trust)
    signed = fetch(parts, tmp_path / "fetched")

    log_key = tlog.parse_vkey(parts.publisher.signers[0].verifier.vkey)
    witnesses = [tlog.parse_vkey(each.vkey) for each in outsiders]
    origin = parts.settings.log_origin
    result = tlog.verify_checkpoint(tlog.parse_note(signed), log_key, witnesses, 2, expected_origin=origin)
    assert result.ok, result.error
    assert sorted(result.witnesses) == ["ours.example", "theirs.example"]

    reader, size, root = tlog.FileSystemTileReader(tmp_path / "fetched"), result.size, result.root
    bundle(parts, tmp_path / "fetched", size)
    audited = tlog.audit_tiles(reader, size, root)
    assert (audited.tiles, audited.bundles) == (3, 2)
    proof = tlog.consistency_proof_from_tiles(reader, old.size, size)
    assert tlog.verify_consistency(old.size, size, old.root, root, proof)
    for index, leaf in leaves(parts, (0, 7, old.size, size - 1)):
        proof = tlog.inclusion_proof_from_tiles(reader, index, size)
        assert tlog.verify_leaf_inclusion(leaf, index, size, proof, root)
        assert not tlog.verify_leaf_inclusion(leaf + b" ", index, size, proof, root)


def test_their_verifier_misses_a_witness_that_did_not_sign(
    parts: Parts, tlog: ModuleType, outsiders: tuple[Outsider, Outsider]
) -> None:
    record_events(parts, 5)
    publish(parts, policy_of(outsiders[0]))
    with TestClient(fitted(parts)) as client:
        note = tlog.parse_note(client.get("/log/checkpoint").content)
    log_key = tlog.parse_vkey(parts.publisher.signers[0].verifier.vkey)
    keys = [tlog.parse_vkey(each.vkey) for each in outsiders]
    assert not tlog.verify_checkpoint(note, log_key, keys, 2).ok
    assert tlog.verify_checkpoint(note, log_key, keys, 1).ok


def test_a_restored_machine_is_refused_by_their_witness_too(parts: Parts, outsiders: tuple[Outsider, Outsider]) -> None:
    trust = policy_of(outsiders[1])
    for count in (5, 5):
        record_events(parts, count)
        publish(parts, trust)
    (parts.settings.data_dir / "checkpoint").unlink()
    restore_older_state(parts, published(parts)[0])
    record_events(parts, 1, "visit-2")
    with pytest.raises(LogUnhealthyError):
        publish(parts, trust)
    assert len(published(parts)) == 1


def bundle(parts: Parts, folder: Path, size: int) -> None:
    """Write the entries as an auditor gets them."""
    entries = [leaf for _, leaf in leaves(parts, range(size))]
    for tile in tiles.tiles_of(size):
        if tile.level is None:
            target = folder / tile.path
            target.parent.mkdir(parents=True, exist_ok=True)
            first = tile.index * tiles.WIDTH
            target.write_bytes(tiles.encode_bundle(entries[first : first + tile.width]))


def leaves(parts: Parts, places: Sequence[int]) -> list[tuple[int, bytes]]:
    query = (
        select(AuditLeaf.idx, AuditEvent.leaf).join(AuditEvent).where(AuditLeaf.idx.in_(places)).order_by(AuditLeaf.idx)
    )
    rows: Any = parts.database.read_now(lambda conn: conn.execute(query).all())
    return [(row.idx, bytes(row.leaf)) for row in rows]
