"""A bundle of a small log, made right, and taken apart and put together again as somebody with a text editor would."""

import contextlib
import io
import zipfile
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from audit import archive, page
from audit.archive import MANIFEST, Manifest
from audit.bundle import verify_bundle
from audit.entry import Entry, decode
from audit.errors import EntryError
from audit.events import EventName
from audit.heads import HeadsTree
from audit.inclusion import inclusion_proof
from audit.members import Members, entry_name, proof_name
from audit.note import NoteSigner
from audit.proof import LogProof
from audit.report import Report
from audit.signatures import Policy
from tests.audit.builders import KEY, NOON, ORIGIN, MemoryLog, nodes_over

VISIT = "visit-1"
LATER = NOON + timedelta(hours=1)
Files = dict[str, bytes]


def a_visit(entries: int = 6, **changed: Any) -> MemoryLog:
    """A log with two visits that take turns; the last entry of the one in question may be `changed`."""
    log = MemoryLog()
    for index in range(entries):
        log.append("visit-0")
        log.append(VISIT, **(changed if index == entries - 1 else {}))
    return log


def state_ends(log: MemoryLog, *, at: datetime = NOON + timedelta(minutes=10), **lied: Any) -> HeadsTree:
    """Record where all chains end."""
    tree = HeadsTree()
    for _, leaf, hashed in log.rows:
        entry = decode(leaf)
        tree.put(entry.visit, entry.n, hashed)
    said = {"size": len(log.rows), "chains": tree.size, "root": tree.root().hex()} | lied
    log.append("system", type=EventName.LOG_HEADS_RECORDED, data=said, time=at)
    return tree


def bundle_of(log: MemoryLog, *signers: NoteSigner, **said: Any) -> bytes:
    """The bundle of `VISIT`, with the newest statement of its end if the log has one."""
    files: Files = {Members.CHECKPOINT: log.checkpoint(*signers), "jwks.json": b'{"keys":[]}'}
    last = 0
    for index, leaf, _ in log.rows:
        entry = decode(leaf)
        if entry.visit == VISIT:
            last = entry.n
            name = entry_name(entry.n)
            files |= {name: leaf, proof_name(name): proof_in(log, index)}
        elif entry.type == EventName.LOG_HEADS_RECORDED:
            files |= {Members.HEADS_ENTRY: leaf, proof_name(Members.HEADS_ENTRY): proof_in(log, index)}
            files[Members.HEADS_PROOF] = msgspec.json.encode(ends_before(log, index).proof(VISIT))
    fields: dict[str, Any] = {
        "page": page.VERSION,
        "origin": ORIGIN,
        "issuer": "https://issuer.example",
        "visit": VISIT,
        "last": last,
        "waiting": 0,
        "delegations": (),
        "disclosed": (),
        "erased": False,
        "files": {},
    }
    return pack(Manifest(**(fields | said)), files)


def proof_in(log: MemoryLog, index: int) -> bytes:
    """The proof of a leaf under the checkpoint that is published."""
    node = nodes_over([hashed for _, _, hashed in log.rows])
    return LogProof(index, tuple(inclusion_proof(index, len(log.rows), node)), log.published or b"").encode()


def ends_before(log: MemoryLog, index: int) -> HeadsTree:
    tree = HeadsTree()
    for _, leaf, hashed in log.rows[:index]:
        entry = decode(leaf)
        tree.put(entry.visit, entry.n, hashed)
    return tree


def pack(manifest: Manifest, files: Mapping[str, bytes]) -> bytes:
    """The file, with a page that says what is in it."""
    entries = []
    for name in Members(manifest, files).entry_names():
        with contextlib.suppress(EntryError):  # what cannot be read is not on the page
            entries.append(decode(files[name]))
    shown = tuple(sorted((each for each in entries if each.visit == manifest.visit), key=lambda each: each.n))
    told = Members(manifest, files).to_tell(shown)
    return archive.write(manifest, {**files, page.NAME: page.render(told)})


def unpack(content: bytes) -> tuple[Manifest, Files]:
    files, _ = archive.read(content)
    manifest = archive.read_manifest(files)
    return manifest, {name: data for name, data in files.items() if name != MANIFEST}


def rewritten(content: bytes, change: Callable[[Files], object], **said: Any) -> bytes:
    """The bundle after a change by somebody who also writes manifest and page anew."""
    manifest, files = unpack(content)
    change(files)
    files.pop(page.NAME, None)
    return pack(msgspec.structs.replace(manifest, **said), files)


def tampered(content: bytes, change: Callable[[Files], object]) -> bytes:
    """The bundle after a change by somebody who leaves the manifest as it is."""
    files, _ = archive.read(content)
    change(files)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as written:
        for name, data in files.items():
            written.writestr(name, data)
    return made.getvalue()


def verify(content: bytes, *, now: datetime = LATER, max_age: timedelta | None = None, **policy: Any) -> Report:
    demanded = Policy(**({"origin": ORIGIN} | policy))
    return verify_bundle(content, vkeys=[KEY.verifier.vkey], now=now, policy=demanded, max_age=max_age)


def entry_in(files: Mapping[str, bytes], n: int) -> Entry:
    return decode(files[entry_name(n)])
