"""Talks to one witness over HTTP (C2SP tlog-witness): small answers, no redirects, no proxies, nothing believed."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeAlias

import httpx2

from audit import note
from audit.cosignature import WitnessVerifier
from audit.errors import NoteError
from audit.policy import NamedWitness
from audit.submission import ADD_CHECKPOINT, SIZE_TYPE, Submission, held_path
from gateway.trust import system_authorities

REQUEST_SECONDS = 5.0
"""How long a witness may take for one answer; the log does not wait for it that long."""

_PATIENCE = httpx2.Timeout(REQUEST_SECONDS, connect=2.0)
_LONGEST_ANSWER = 65_536
_MOST_DIGITS = 19


class WitnessUnavailableError(Exception):
    """A witness gave no answer, or none that says anything about the log."""


@dataclass(frozen=True, slots=True)
class Cosigned:
    """It cosigned."""

    line: bytes


@dataclass(frozen=True, slots=True)
class KnowsOther:
    """It cosigned this size last, and not the one that it was told."""

    size: int | None
    """None where it does not say."""


@dataclass(frozen=True, slots=True)
class DoesNotFollow:
    """What was submitted does not continue what it cosigned last."""


Said: TypeAlias = Cosigned | KnowsOther | DoesNotFollow


class WitnessClient:
    """One witness, at its address."""

    def __init__(self, witness: NamedWitness, http: httpx2.AsyncClient) -> None:
        """Talk through `http`; a policy without addresses is refused where settings are read."""
        self._http = http
        self._url = (witness.url or "").rstrip("/")
        self._verifier = witness.verifier

    async def submit(self, submission: Submission) -> Said:
        """Ask for a cosignature; what comes back as one is verified.

        Raises:
            WitnessUnavailableError: see there.
        """
        status, kind, body = await self._ask("POST", ADD_CHECKPOINT, submission.encode())
        match status:
            case HTTPStatus.OK:
                return Cosigned(_line_of(self._verifier, submission.checkpoint, body))
            case HTTPStatus.CONFLICT:
                return KnowsOther(_size_in(body) if kind.partition(";")[0].strip() == SIZE_TYPE else None)
            case HTTPStatus.UNPROCESSABLE_ENTITY:
                return DoesNotFollow()
        raise WitnessUnavailableError(f"it answers {status}")

    async def held(self, origin: str) -> bytes | None:
        """The checkpoint of a log that it cosigned last, unverified; none where it shows none.

        Raises:
            WitnessUnavailableError: see there.
        """
        status, _, body = await self._ask("GET", held_path(origin))
        return body if status == HTTPStatus.OK else None

    async def _ask(self, method: str, path: str, body: bytes | None = None) -> tuple[int, str, bytes]:
        try:
            async with self._http.stream(method, f"{self._url}/{path}", content=body) as answer:
                content = b""
                async for piece in answer.aiter_raw():
                    content += piece
                    if len(content) > _LONGEST_ANSWER:
                        raise WitnessUnavailableError("its answer is too long")
        except httpx2.HTTPError as error:
            raise WitnessUnavailableError(f"no answer: {type(error).__name__}") from error
        return answer.status_code, answer.headers.get("content-type", ""), content


def open_http() -> httpx2.AsyncClient:
    """Connections to witnesses, kept open between checkpoints; whoever opens closes."""
    plain = {"Accept-Encoding": "identity"}  # so that what is counted is what came
    return httpx2.AsyncClient(
        timeout=_PATIENCE, follow_redirects=False, trust_env=False, verify=system_authorities(), headers=plain
    )


def _line_of(verifier: WitnessVerifier, signed: bytes, body: bytes) -> bytes:
    """The line of `body` by this witness; lines of keys that we do not know are left out."""
    try:
        added = note.parse(note.parse(signed).text + b"\n" + body)
        added.verify([verifier])
    except NoteError as error:
        raise WitnessUnavailableError(f"its answer is no cosignature: {error}") from error
    ours = next(each for each in added.signatures if (each.name, each.key_id) == (verifier.name, verifier.key_id))
    return note.format_line(ours)


def _size_in(body: bytes) -> int | None:
    digits = body.removesuffix(b"\n")
    return int(digits) if digits.isdigit() and len(digits) <= _MOST_DIGITS else None
