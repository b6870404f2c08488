"""A witness over HTTP, and killed at every point."""

import http.client
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from audit import note
from audit.submission import held_path
from audit.witness import server as served
from audit.witness.folder import WitnessFolder
from audit.witness.server import WitnessServer
from tests.audit.builders import KEY, ORIGIN
from tests.audit.witness.logs import NAME, GrowingLog, a_folder, a_witness

LOG = GrowingLog()
FORK = GrowingLog(word="other")


@contextmanager
def answering(folder: WitnessFolder) -> Iterator[WitnessServer]:
    said: list[str] = []
    with WitnessServer(("127.0.0.1", 0), a_witness(folder), say=said.append) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[WitnessServer]:
    with answering(a_folder(tmp_path)) as opened:
        yield opened


def ask(server: WitnessServer, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, str, bytes]:
    connection = http.client.HTTPConnection(*server.place, timeout=5)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.headers["Content-Type"], answer.read()
    finally:
        connection.close()


def raw(server: WitnessServer, sent: bytes) -> bytes:
    with socket.create_connection(server.place, timeout=5) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


class TestAnswers:
    def test_a_cosignature(self, server: WitnessServer) -> None:
        status, kind, body = ask(server, "POST", "/add-checkpoint", LOG.submission(0, 7))
        assert (status, kind) == (200, "text/plain; charset=utf-8")
        assert note.parse(LOG.signed(7) + body).verify([server.witness.signer.verifier])

    def test_the_size_that_it_knows(self, server: WitnessServer) -> None:
        ask(server, "POST", "/add-checkpoint", LOG.submission(0, 7))
        assert ask(server, "POST", "/add-checkpoint", LOG.submission(0, 9)) == (409, "text/x.tlog.size", b"7\n")

    def test_what_it_holds_of_a_log(self, server: WitnessServer) -> None:
        path = f"/{held_path(ORIGIN)}"
        assert ask(server, "GET", path)[0] == 404
        ask(server, "POST", "/add-checkpoint", LOG.submission(0, 7))
        status, _, body = ask(server, "GET", path)
        assert status == 200
        assert len(note.parse(body).verify([KEY.verifier, server.witness.signer.verifier])) == 2

    def test_a_page_for_people(self, server: WitnessServer) -> None:
        ask(server, "POST", "/add-checkpoint", LOG.submission(0, 7))
        status, kind, body = ask(server, "GET", "/")
        assert (status, kind) == (200, "text/plain; charset=utf-8")
        assert f"{ORIGIN}: 7 entries" in body.decode()
        assert server.witness.signer.verifier.vkey in body.decode()

    def test_several_requests_on_one_connection(self, server: WitnessServer) -> None:
        connection = http.client.HTTPConnection(*server.place, timeout=5)
        for old, size in [(0, 3), (3, 7)]:
            connection.request("POST", "/add-checkpoint", LOG.submission(old, size))
            assert connection.getresponse().read().startswith("\N{EM DASH}".encode())
        connection.close()

    @pytest.mark.parametrize(("method", "path", "status"), [("POST", "/", 404), ("GET", "/add-checkpoint", 404)])
    def test_nothing_elsewhere(self, server: WitnessServer, method: str, path: str, status: int) -> None:
        assert ask(server, method, path, b"old 0\n\n" if method == "POST" else b"")[0] == status

    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            (b"", b"411"),
            (b"Content-Length: x\r\n", b"411"),
            (b"Content-Length: -5\r\n", b"411"),
            (b"Transfer-Encoding: chunked\r\n", b"411"),
            (b"Content-Length: 70000\r\n", b"413"),
            (b"Content-Length: 7\r\n", b""),
        ],
    )
    def test_no_body_without_an_honest_length(self, server: WitnessServer, headers: bytes, status: bytes) -> None:
        answer = raw(server, b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\n" + headers + b"\r\n")
        assert answer.partition(b"\r\n")[0].split(b" ", 2)[1:2] == ([status] if status else [])

    def test_that_it_cannot_remember(self, server: WitnessServer, tmp_path: Path) -> None:
        (tmp_path / "witness" / "state.json").unlink()
        assert ask(server, "POST", "/add-checkpoint", LOG.submission(0, 7))[0] == 500
        assert ask(server, "GET", "/")[0] == 500


class TestTogether:
    def test_two_histories_at_once_get_one_cosignature(self, server: WitnessServer) -> None:
        bodies = [log.submission(0, 7) for log in (LOG, FORK) * 8]
        with ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(lambda body: ask(server, "POST", "/add-checkpoint", body)[0], bodies))
        assert sorted(answers) == [200] + [409] * 15

    def test_a_connection_that_drips_is_closed(self, server: WitnessServer, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(served, "REQUEST_SECONDS", 0.05)
        with socket.create_connection(server.place, timeout=5) as connection:
            connection.sendall(b"POST /add-ch")
            assert connection.recv(1) == b""

    def test_more_connections_than_there_are_places_are_turned_away(self, server: WitnessServer) -> None:
        places = [socket.create_connection(server.place, timeout=5) for _ in range(64)]
        try:
            with socket.create_connection(server.place, timeout=5) as late:
                assert late.recv(1) == b""
        finally:
            for each in places:
                each.close()


KILLED = """
import os, signal, sys
from audit.witness import folder, rules
from datetime import UTC, datetime
from pathlib import Path

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

kept = folder.WitnessFolder(Path(sys.argv[1]))
witness = rules.Witness(kept, lambda: datetime.now(UTC))
if sys.argv[2] == "before it is kept":
    Path.replace = die
elif sys.argv[2] == "after it is kept":
    folder._sync = die
else:
    rules.note.signature_line = die
with kept.alone():
    witness.add_checkpoint(sys.stdin.buffer.read())
"""


@pytest.mark.parametrize(
    ("point", "known"),
    [("before it is kept", 7), ("after it is kept", 9), ("before it is answered", 9)],
)
def test_killed_it_never_signs_another_history(tmp_path: Path, point: str, known: int) -> None:
    folder = a_folder(tmp_path)
    before = a_witness(folder).add_checkpoint(LOG.submission(0, 7))
    assert before.status == 200
    command = [sys.executable, "-c", KILLED, str(tmp_path / "witness"), point]
    died = subprocess.run(command, input=LOG.submission(7, 9), capture_output=True, check=False)
    assert died.returncode == -9, died.stderr
    again = a_witness(folder)
    with folder.alone():  # the dead process keeps nobody out
        conflict = again.add_checkpoint(FORK.submission(known, 9))
        assert conflict.status == 422
        # The log, which heard nothing, learns the size and goes on.
        assert again.add_checkpoint(LOG.submission(0, 9)).body == b"%d\n" % known
        assert again.add_checkpoint(LOG.submission(known, 12)).status == 200


def test_runs_as_a_program_of_its_own(tmp_path: Path) -> None:
    folder = tmp_path / "w"
    run = [sys.executable, "-m", "audit", "witness"]
    made = subprocess.run([*run, "init", folder, "--name", NAME], capture_output=True, text=True, check=True)
    assert made.stdout.startswith(f"{NAME}+")
    WitnessFolder(folder).add_log(KEY.verifier.vkey)
    with subprocess.Popen([*run, "run", folder, "--port", "0"], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith(f"{NAME} answers at http://127.0.0.1:")
            connection = http.client.HTTPConnection(line.strip().rpartition("/")[2], timeout=5)
            connection.request("POST", "/add-checkpoint", LOG.submission(0, 7))
            assert connection.getresponse().status == 200
            connection.close()
        finally:
            process.terminate()
        assert process.wait(5) == 0
