"""A witness over HTTP: C2SP tlog-witness's submission and monitoring prefix, and a page for people, at one address.

Plain HTTP on this machine; a web server in front of it brings TLS. Submissions are answered one at a time.
"""

import io
import socket
import sys
import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from audit.errors import WitnessFolderError
from audit.submission import ADD_CHECKPOINT, MAX_SUBMISSION_BYTES, held_path
from audit.witness.rules import PLAIN, Answer, Witness

REQUEST_SECONDS = 15.0
"""From the end of one answer to the end of the next request, so that nobody holds a connection by dripping bytes."""

MAX_CONNECTIONS = 64


class WitnessServer(ThreadingHTTPServer):
    """Answers for one witness."""

    daemon_threads = True
    request_queue_size = MAX_CONNECTIONS

    def __init__(self, address: tuple[str, int], witness: Witness, *, say: Callable[[str], None]) -> None:
        """Listen at `address`; `say` is told a line of each submission."""
        self.witness = witness
        self.say = say
        self.one_at_a_time = threading.Lock()
        self._places = threading.BoundedSemaphore(MAX_CONNECTIONS)
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, _Handler)

    @property
    def address(self) -> str:
        """Where it answers: its submission and monitoring prefix."""
        host, port = self.place
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    @property
    def place(self) -> tuple[str, int]:
        """Host and port that it listens at."""
        host, port = self.server_address[:2]
        return str(host), int(port)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Take a connection while there is a place for it."""
        if self._places.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve a connection and give its place back."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say in one line what broke a connection; it is over, and nothing was signed in it."""
        del request, client_address
        self.say(f"a connection broke: {type(sys.exception()).__name__}")


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: WitnessServer
    protocol_version = "HTTP/1.1"
    server_version = "pilnvara-witness"
    sys_version = ""

    def setup(self) -> None:
        super().setup()
        self._incoming = _WithDeadline(self.connection)
        self.rfile = io.BufferedReader(self._incoming)

    def handle_one_request(self) -> None:
        self._incoming.deadline = time.monotonic() + REQUEST_SECONDS
        super().handle_one_request()

    def do_GET(self) -> None:
        try:
            self._answer(self._asked())
        except WitnessFolderError as error:
            self.server.say(f"500: {error}")
            self._answer(_plain(HTTPStatus.INTERNAL_SERVER_ERROR, "this witness cannot read what it keeps"))

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        refused = _plain(HTTPStatus.NOT_FOUND, "nothing is here") if self.path != f"/{ADD_CHECKPOINT}" else None
        if "Transfer-Encoding" in self.headers or not (length.isascii() and length.isdigit()):
            refused = refused or _plain(HTTPStatus.LENGTH_REQUIRED, "send a body with its length")
        elif int(length) > MAX_SUBMISSION_BYTES:
            refused = refused or _plain(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "no submission is that long")
        if refused is not None:
            self.close_connection = True  # what follows may be the unread body
            self._answer(refused)
            return
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            self.close_connection = True
            return
        self._answer(self._submitted(body))

    def _asked(self) -> Answer:
        witness = self.server.witness
        if self.path == "/":
            return Answer(HTTPStatus.OK, describe(witness).encode())
        for origin, head in witness.heads():
            held = witness.held(origin) if head is not None and self.path == f"/{held_path(origin)}" else None
            if held is not None:
                return Answer(HTTPStatus.OK, held)
        return _plain(HTTPStatus.NOT_FOUND, "nothing is here")

    def _submitted(self, body: bytes) -> Answer:
        try:
            with self.server.one_at_a_time:
                answer = self.server.witness.add_checkpoint(body)
        except WitnessFolderError as error:
            self.server.say(f"500: {error}")
            return _plain(HTTPStatus.INTERNAL_SERVER_ERROR, "this witness cannot remember, so it signs nothing")
        said = "" if answer.status is HTTPStatus.OK else f": {answer.body.decode('utf-8', 'replace').strip()}"
        self.server.say(f"{answer.status.value}{said}")
        return answer

    def _answer(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("X-Content-Type-Options", "nosniff")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the standard library's name
        """Say nothing of plain requests: what is submitted is said by its answer."""


class _WithDeadline(io.RawIOBase):
    """What a connection receives, until a deadline."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self.deadline = 0.0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._connection.settimeout(left)
        return self._connection.recv_into(buffer)


def describe(witness: Witness) -> str:
    """The witness in words: its key, and the last state that it cosigned of each log."""
    lines = [f"Witness {witness.signer.name}", f"Key     {witness.signer.verifier.vkey}", ""]
    for origin, head in witness.heads():
        state = "nothing cosigned yet" if head is None else f"{head.size:,} entries, root {head.root.hex()}"
        lines.append(f"{origin}: {state}")
    return "\n".join((*lines, ""))


def _plain(status: HTTPStatus, text: str) -> Answer:
    return Answer(status, f"{text}\n".encode(), PLAIN)
