"""What a command is handed as a file or as an address. Standard library only: a verifier has nothing else."""

import urllib.error
import urllib.request
from http.client import HTTPException, HTTPMessage
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from delegation.signing import MAX_TOKEN_CHARACTERS

_SECONDS = 10
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class SourceUnusableError(Exception):
    """There is no such file, it is too long, or the address is neither https nor of this machine."""


class SourceUnreachableError(Exception):
    """Nothing came from an address, or something else than an answer."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Whoever answers for the address answers itself: a redirect would let it name somebody else as the source."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        """Follow nothing."""


def read(where: str) -> bytes:
    """The bytes of a file, or of what answers at an address.

    Raises:
        SourceUnusableError: see there.
        SourceUnreachableError: see there.
    """
    content = _fetch(where) if "://" in where else _file(Path(where))
    if len(content) > MAX_TOKEN_CHARACTERS:
        raise SourceUnusableError(f"{where} is longer than any key set or status list")
    return content


def _file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_TOKEN_CHARACTERS + 1)
    except OSError as error:
        raise SourceUnusableError(f"{path} cannot be read: {error.strerror}") from error


def _fetch(address: str) -> bytes:
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise SourceUnusableError(f"{address} does not begin with https://: its answer could be anybody's")
    try:
        with urllib.request.build_opener(_NoRedirect).open(address, timeout=_SECONDS) as answer:
            content: bytes = answer.read(MAX_TOKEN_CHARACTERS + 1)
            return content
    except (OSError, HTTPException) as error:
        raise SourceUnreachableError(f"nothing usable came from {address}: {error}") from error
