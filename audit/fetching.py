"""Fetches a log's files from an address. Standard library only: a verifier has nothing else."""

import http.client
import ssl
import weakref
from urllib.parse import quote, urlsplit

from audit.errors import SourceError

_SECONDS = 30
_MAX_BYTES = 256 * (65_535 + 2)
"""An entry bundle of the longest entries; nothing else is longer."""

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Address:
    """Where a log is served; one connection is kept open for all files."""

    def __init__(self, address: str) -> None:
        """Take the address under which `checkpoint` and `tile/` are.

        Raises:
            SourceError: it is neither https nor of this machine.
        """
        parts = urlsplit(address)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            raise SourceError(f"{address} does not begin with https://: its answers could be anybody's")
        self._address, self._host, self._port = address, parts.hostname or "", parts.port
        self._is_https = parts.scheme == "https"
        self._path = parts.path.rstrip("/")
        self._open: list[http.client.HTTPConnection] = []
        """The one connection, once there is one."""
        weakref.finalize(self, _close, self._open)

    def read(self, path: str) -> bytes | None:
        """The content of a file; nothing where the server says that there is none. Redirects are not followed.

        Raises:
            SourceError: no answer, or another one.
        """
        for attempt in (1, 2):
            try:
                return self._fetch(f"{self._path}/{quote(path)}")
            except (OSError, http.client.HTTPException) as error:
                _close(self._open)  # the server may close a connection that was idle: once more
                if attempt == 2:
                    raise SourceError(f"{self._address} does not answer for {path}: {error}") from error
        return None

    def _fetch(self, path: str) -> bytes | None:
        if not self._open:
            self._open.append(self._connect())
        connection = self._open[0]
        connection.request("GET", path, headers={"Accept-Encoding": "identity"})
        answer = connection.getresponse()
        content = answer.read(_MAX_BYTES + 1)
        if answer.status in (http.client.NOT_FOUND, http.client.GONE):
            return None
        if answer.status != http.client.OK or len(content) > _MAX_BYTES:
            raise SourceError(f"{self._address} answers {answer.status} for {path}")
        return content

    def _connect(self) -> http.client.HTTPConnection:
        if self._is_https:
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(self._host, self._port, timeout=_SECONDS, context=context)
        return http.client.HTTPConnection(self._host, self._port, timeout=_SECONDS)


def _close(connections: list[http.client.HTTPConnection]) -> None:
    while connections:
        connections.pop().close()
