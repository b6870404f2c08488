"""How identity providers are asked, and how long what they publish is kept."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import msgspec

from gateway.clock import Clock
from gateway.oauth.errors import ProviderUnavailableError, SignInFailedError
from gateway.trust import system_authorities

_KEPT_FOR = timedelta(hours=1)
"""How long a provider's metadata and keys are used without asking again."""
_RENEWED_EACH = timedelta(seconds=30)
_NEVER = datetime.min.replace(tzinfo=UTC)
_PATIENCE = httpx2.Timeout(10.0, connect=5.0)
_LONGEST_ANSWER = 262_144


class Fetcher:
    """Asks providers: JSON only, no redirects, no proxies, small answers, documents kept for an hour."""

    def __init__(self, clock: Clock) -> None:
        """Connect to nothing yet."""
        self._clock = clock
        self._client: httpx2.AsyncClient | None = None
        self._kept: dict[str, tuple[datetime, Mapping[str, Any]]] = {}
        self._renewed: dict[str, datetime] = {}
        self._asking: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def get(self, address: str, *, anew: bool = False) -> Mapping[str, Any]:
        """Return a document, the one that is kept or, with `anew`, one that is fetched now.

        What is fetched anew is not fetched anew again for half a minute: tokens that name unknown keys are easily made.

        Raises:
            ProviderUnavailableError: there is no such document, or no answer.
        """
        async with self._asking[address]:  # many phones at once ask a provider for its keys once
            kept = self._kept.get(address)
            now = self._clock.now()
            anew = anew and not now - _RENEWED_EACH < self._renewed.get(address, _NEVER) <= now
            if anew:
                self._renewed[address] = now
            if kept is None or anew or not now - _KEPT_FOR < kept[0] <= now:
                status, found = await self._ask("GET", address)
                if status != 200:
                    raise ProviderUnavailableError(f"answered {status}")
                kept = self._kept[address] = (now, found)
            return kept[1]

    async def post(self, address: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Mapping[str, Any]:
        """Return the answer to a form.

        Raises:
            ProviderUnavailableError: no answer, or none that can be read.
            SignInFailedError: the provider refuses.
        """
        status, answer = await self._ask("POST", address, data=dict(form), headers=dict(headers))
        if status in {200, 201}:
            return answer
        if status >= 500:
            raise ProviderUnavailableError(f"answered {status}")
        raise SignInFailedError("answer.code")

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _ask(self, method: str, address: str, **content: Any) -> tuple[int, Mapping[str, Any]]:
        if self._client is None:
            self._client = httpx2.AsyncClient(
                timeout=_PATIENCE, follow_redirects=False, trust_env=False, verify=system_authorities()
            )
        try:
            async with self._client.stream(method, address, **content) as answer:
                body = b""
                async for piece in answer.aiter_bytes():
                    body += piece
                    if len(body) > _LONGEST_ANSWER:
                        raise ProviderUnavailableError("the answer is too long")
                found = msgspec.json.decode(body)
        except (httpx2.HTTPError, msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ProviderUnavailableError(f"no answer: {type(error).__name__}") from error
        if not isinstance(found, dict):
            raise ProviderUnavailableError("the answer is no object")
        return answer.status_code, found
