"""Verifying a whole log of tiles by the command, on all cores and from a kept checkpoint on; and making a bundle."""

import asyncio
import hashlib
import itertools
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

from audit.bundle import verify_bundle
from audit.checkpoint import Checkpoint, sign
from audit.entry import encode
from audit.evidence import check_evidence
from audit.merkle import CompactRange, leaf_hash
from audit.tiles import WIDTH, Tile, encode_bundle
from delegation.signing import KeySet
from gateway.ledger.settling import settle
from gateway.visits import bundles
from gateway.visits.reading import Stage
from tests.audit.builders import KEY, NOON, ORIGIN, an_entry
from tests.benchmarks.effort import Effort
from tests.benchmarks.figures import Aim, Figure
from tests.benchmarks.gateways import a_gateway
from tests.databases import Databases

AIM_MB = 300.0
AIM_BUNDLE_MS = 100.0
_A_VISIT = 20
_COMMAND = """
import resource, sys
from pathlib import Path
from audit.__main__ import main
try:
    main(sys.argv[1:])
finally:
    own = Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]
    print(max(int(own), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss), file=sys.stderr)
"""
"""The command, and after it the most memory that it or a process of its own took, in kilobytes."""


def measure(effort: Effort, databases: Mapping[str, Databases]) -> Iterator[Figure]:
    """A log in a folder, then a visit on both databases."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        count = effort.leaves
        half = _publish(folder, count)
        raw = _hash_files(folder)
        yield _verified("whole log verified by the command", folder, count, raw)
        since = folder / "since"
        since.write_bytes(half)
        yield _verified("its second half, since a checkpoint", folder, count, raw, "--since", str(since))
    for kind, each in itertools.islice(databases.items(), effort.pages_on):
        yield _bundle(kind, each, effort)


def _publish(folder: Path, count: int) -> bytes:
    """Write a log of visits of twenty entries each as tiles; return the checkpoint of its first half."""
    tree, ends, half = CompactRange(), ("", ""), b""
    bundle: list[bytes] = []
    for index in range(count):
        visit, n = f"visit-{index // _A_VISIT}", index % _A_VISIT + 1
        at = NOON + timedelta(seconds=index)
        prev = ends[1] if ends[0] == visit else ""
        leaf = encode(an_entry(id=f"event-{index}", time=at, visit=visit, n=n, prev=prev, data={"index": index}))
        hashed = leaf_hash(leaf)
        tree.append(hashed)
        ends = (visit, hashed.hex())
        bundle.append(leaf)
        if len(bundle) == WIDTH or index == count - 1:
            _write(folder / Tile(None, index // WIDTH, len(bundle)).path, encode_bundle(bundle))
            _write(folder / Tile(0, index // WIDTH, len(bundle)).path, b"".join(map(leaf_hash, bundle)))
            bundle = []
        if tree.size == max(1, count // (2 * WIDTH) * WIDTH):
            half = sign(Checkpoint(ORIGIN, tree.size, tree.root()), KEY)
    _write(folder / "checkpoint", sign(Checkpoint(ORIGIN, count, tree.root()), KEY))
    _inner_tiles(folder, count)
    return half


def _inner_tiles(folder: Path, count: int) -> None:
    """The tiles above the leaves, which a start within the log needs."""
    level, row = 0, [content for index in range(-(-count // WIDTH)) for content in _hashes(folder, 0, index, count)]
    while row:
        level += 1
        trees = [row[at : at + WIDTH] for at in range(0, len(row) - WIDTH + 1, WIDTH)]
        row = [_root(each) for each in trees]
        for index in range(-(-len(row) // WIDTH)):
            tile = row[index * WIDTH : (index + 1) * WIDTH]
            _write(folder / Tile(level, index, len(tile)).path, b"".join(tile))


def _hashes(folder: Path, level: int, index: int, count: int) -> list[bytes]:
    width = min(WIDTH, count - index * WIDTH)
    content = (folder / Tile(level, index, width).path).read_bytes()
    return [content[at : at + 32] for at in range(0, len(content), 32)]


def _root(hashes: list[bytes]) -> bytes:
    tree = CompactRange()
    tree.extend(hashes)
    return tree.root()


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _hash_files(folder: Path) -> float:
    """Seconds to read and hash the same entries, by the clock."""
    started = time.perf_counter()
    for path in sorted((folder / "tile" / "entries").rglob("*")):
        if path.is_file():
            content, at = path.read_bytes(), 0
            while at < len(content):
                length = int.from_bytes(content[at : at + 2], "big")
                hashlib.sha256(content[at + 2 : at + 2 + length]).digest()
                at += 2 + length
    return time.perf_counter() - started


def _verified(name: str, folder: Path, count: int, raw: float, *options: str) -> Figure:
    words = ["verify-tiles", str(folder), "--vkey", KEY.verifier.vkey, *options]
    started = time.perf_counter()
    run = subprocess.run([sys.executable, "-c", _COMMAND, *words], capture_output=True, text=True, check=True)
    taken = time.perf_counter() - started
    megabytes = int(run.stderr.split()[-1]) / 1024
    return Figure(
        name=f"{name}, {count:,} entries",
        value=taken,
        unit="s by the clock",
        beside=f"reading and hashing them {raw:.2g} s; {megabytes:.0f} MB",
        ratio=taken / raw,
        aims=(Aim("MB", megabytes, AIM_MB),),
    )


def _bundle(kind: str, databases: Databases, effort: Effort) -> Figure:
    """Made from a visit in which something was filed; recording and signing before it apart."""
    with a_gateway(databases) as gateway:
        desk = gateway.desk().at(Stage.FILED)
        store, visit_id = gateway.parts, desk.visit_id
        started = time.perf_counter()
        asyncio.run(settle(store))
        settled = time.perf_counter() - started
        samples, content = [], b""
        for _ in range(effort.rounds):
            started = time.perf_counter()
            content = store.database.read_now(lambda conn: bundles.make(conn, store, visit_id, bundles.EVERYTHING))
            samples.append(time.perf_counter() - started)
        started = time.perf_counter()
        vkey = store.publisher.signers[0].verifier.vkey
        verify_bundle(
            content,
            vkeys=[vkey],
            now=store.clock.now(),
            more=lambda opened, findings: check_evidence(opened, findings, KeySet({})),
        )
        checked = time.perf_counter() - started
    milliseconds = sorted(samples)[len(samples) // 2] * 1000
    return Figure(
        name=f"bundle of a visit on {kind}",
        value=milliseconds,
        unit="ms by the clock",
        beside=f"brought under a checkpoint before in {settled * 1000:.0f} ms; verified in {checked * 1000:.0f} ms",
        aims=(Aim("ms", milliseconds, AIM_BUNDLE_MS),),
    )
