"""A time stamp (RFC 3161) on a checkpoint: an authority outside says that it existed by then.

An extra beside witnesses: whoever distrusts every clock of ours has one of somebody else's. Without an answer nothing
waits; the auditor checks the authority's signature, with tools and certificates of their own.
"""

import hashlib

import httpx2
import structlog
from rfc3161_client import HashAlgorithm, PKIStatus, TimestampRequestBuilder, decode_timestamp_response

from gateway.trust import system_authorities

_PATIENCE = httpx2.Timeout(10.0, connect=5.0)
_LONGEST_ANSWER = 65_536
_GOOD = frozenset({PKIStatus.GRANTED, PKIStatus.GRANTED_WITH_MODS})

_log = structlog.get_logger("gateway.notifications")


class StampError(Exception):
    """An authority gave no time stamp, or one on something else."""


async def stamp(url: str, data: bytes) -> bytes | None:
    """Ask for a time stamp on `data`; return the authority's response (DER), none where it gave none."""
    try:
        return await _ask(url, data)
    except StampError as error:
        _log.warning("no time stamp", reason=str(error))
        return None


async def _ask(url: str, data: bytes) -> bytes:
    request = TimestampRequestBuilder(data, HashAlgorithm.SHA256, nonce=True, cert_req=True).build()
    headers = {"Content-Type": "application/timestamp-query", "Accept-Encoding": "identity"}
    content = b""
    try:
        async with (
            httpx2.AsyncClient(
                timeout=_PATIENCE, follow_redirects=False, trust_env=False, verify=system_authorities()
            ) as http,
            http.stream("POST", url, content=request.as_bytes(), headers=headers) as answer,
        ):
            async for piece in answer.aiter_raw():
                content += piece
                if len(content) > _LONGEST_ANSWER:
                    raise StampError("the answer is too long")
    except httpx2.HTTPError as error:
        raise StampError(f"no answer: {type(error).__name__}") from error
    if answer.status_code != 200:
        raise StampError(f"it answers {answer.status_code}")
    _check(content, data, request.nonce)
    return content


def _check(content: bytes, data: bytes, nonce: int | None) -> None:
    """Look whether the response is about `data` and answers this very request."""
    try:
        response = decode_timestamp_response(content)
        if response.status not in _GOOD:
            raise StampError(f"the authority refuses: status {response.status}")
        info = response.tst_info
    except ValueError as error:
        raise StampError("the answer is no time stamp") from error
    if info.message_imprint.message != hashlib.sha256(data).digest() or info.nonce != nonce:
        raise StampError("the time stamp is on something else")
