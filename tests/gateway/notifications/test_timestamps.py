"""A time stamp goes along with a checkpoint, and tools that none of us wrote verify it."""

import asyncio
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from gateway.jobs.leases import Job
from gateway.ledger import checkpoints
from gateway.notifications import auditors
from gateway.notifications.auditors import HandingOut
from gateway.notifications.timestamps import stamp
from gateway.parts import Store
from tests.gateway.ledger.events import checkpoint_of, record_events
from tests.serving import WebServer, serve

CONFIGURATION = """
[req]
distinguished_name = name
x509_extensions = stamping
prompt = no
[name]
CN = A made-up authority
[stamping]
extendedKeyUsage = critical, timeStamping
[tsa]
default_tsa = made_up
[made_up]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
"""


@dataclass
class Authority:
    """What `openssl ts` answers, or what a test puts in its place."""

    folder: Path
    url: str = ""
    instead: list[bytes] = field(default_factory=list)

    def openssl(self, *words: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["openssl", *map(str, words)], cwd=self.folder, capture_output=True, text=True, check=False
        )

    def reply(self, query: bytes) -> bytes:
        (self.folder / "query").write_bytes(query)
        made = self.openssl("ts", "-reply", "-config", "conf", "-queryfile", "query", "-out", "reply")
        assert made.returncode == 0, made.stderr
        return (self.folder / "reply").read_bytes()


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[Authority]:
    folder = tmp_path / "tsa"
    folder.mkdir()
    (folder / "conf").write_text(CONFIGURATION.format(folder=folder))
    (folder / "serial").write_text("01\n")
    tsa = Authority(folder)
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    made = tsa.openssl("req", "-x509", *curve, "-keyout", "tsa.key", "-out", "tsa.pem", "-config", "conf")
    assert made.returncode == 0, made.stderr

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["content-length"]))
            answer = tsa.instead.pop(0) if tsa.instead else tsa.reply(query)
            self.send_response(200 if answer else 503)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_arguments: object) -> None:
            """Stay quiet."""

    server = WebServer(("127.0.0.1", 0), Handler)
    tsa.url = f"http://127.0.0.1:{server.server_port}/tsa"
    thread = serve(server)
    yield tsa
    server.shutdown()
    server.server_close()
    thread.join()


def test_is_what_the_authority_says_of_these_bytes(authority: Authority) -> None:
    stamped = asyncio.run(stamp(authority.url, b"a checkpoint\n"))
    assert stamped is not None
    (authority.folder / "data").write_bytes(b"a checkpoint\n")
    (authority.folder / "data.tsr").write_bytes(stamped)
    verify = ("ts", "-verify", "-data", "data", "-in", "data.tsr", "-CAfile", "tsa.pem")
    assert "Verification: OK" in authority.openssl(*verify).stdout
    (authority.folder / "data").write_bytes(b"another checkpoint\n")
    assert authority.openssl(*verify).returncode != 0


def test_of_another_request_is_not_taken(authority: Authority) -> None:
    earlier = asyncio.run(stamp(authority.url, b"a checkpoint\n"))
    assert earlier is not None
    authority.instead = [earlier]  # the same bytes, another nonce
    assert asyncio.run(stamp(authority.url, b"a checkpoint\n")) is None


@pytest.mark.parametrize("answer", [b"", b"no time stamp", bytes(100_000)])
def test_that_is_none_is_not_taken(authority: Authority, answer: bytes) -> None:
    authority.instead = [answer]
    assert asyncio.run(stamp(authority.url, b"a checkpoint\n")) is None


def test_goes_along_with_the_checkpoint_and_nothing_waits_for_it(
    store: Store, authority: Authority, tmp_path: Path
) -> None:
    record_events(store, 3)
    checkpoint_of(store)
    job = Job("j", auditors.JOB, {}, auditors.JOB, 1)
    for name, url in (("with", authority.url), ("without", "http://127.0.0.1:9/")):
        folder = tmp_path / name
        folder.mkdir()
        settings = replace(store.settings, checkpoint_folder=folder, timestamp_url=url)
        settings = replace(settings, checkpoint_every=settings.change_delay * 0)
        asyncio.run(HandingOut(replace(store, settings=settings)).hand_out(job))
    signed = store.database.read_now(checkpoints.latest)
    assert signed is not None
    name = auditors.file_name(store, signed)
    assert sorted(each.name for each in (tmp_path / "with").iterdir()) == [name, f"{name}.tsr"]
    assert [each.name for each in (tmp_path / "without").iterdir()] == [name]
