"""The identity providers that a phone can choose from just now, known without asking them for each page."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from litestar.connection import ASGIConnection
from sqlalchemy import Connection

from gateway.oauth import providers
from gateway.oauth.errors import OAuthError, ProviderUnknownError
from gateway.oauth.providers import Provider
from gateway.oauth.relying_party import RelyingParty, SignedIn
from gateway.parts import Parts
from gateway.problem_texts import PROBLEMS, Problem
from gateway.visits.sign_ins import SignInRequest
from ui.i18n import message

_KEPT_FOR = timedelta(seconds=60)
_ASKED_AGAIN_AFTER = timedelta(seconds=5)
"""When none answered: soon, since somebody is waiting for it."""
CANCELLED: Final = "sign_in.cancelled"
REFUSED: Final = "sign_in.provider_refused"
_PASSING: Final = frozenset({"server_error", "temporarily_unavailable", "login_required", "interaction_required"})
"""What a provider says that may be over at the next try (RFC 6749 section 4.1.2.1, OpenID Connect section 3.1.2.6)."""
_UNUSABLE: Final = Problem(
    403,
    message("This way of signing in does not work here"),
    message(
        "Nothing was approved, and another try will not help. Choose another way of signing in, or ask at the centre "
        "for a way without one."
    ),
)
_PATIENCE_SECONDS = 6.0


@dataclass(frozen=True, slots=True)
class Offer:
    """A provider that answers, and the origin that a form leads to."""

    provider: Provider
    target: str

    @property
    def id(self) -> str:
        """The provider's id."""
        return self.provider.id


class SignInService(Protocol):
    """The part of `RelyingParty` that the phone's pages use."""

    async def form_target(self, provider_id: str) -> str:
        """The origin that a sign-in leads to."""
        ...

    async def authorize_url(
        self,
        provider_id: str,
        *,
        state: str,
        nonce: str,
        verifier: str,
        redirect_uri: str,
        least_acr: str,
        language: str,
    ) -> str:
        """Where the browser goes to sign in."""
        ...

    async def redeem(
        self, provider_id: str, *, code: str, iss: str | None, verifier: str, nonce: str, redirect_uri: str
    ) -> SignedIn:
        """Who signed in."""
        ...

    async def close(self) -> None:
        """Close connections."""
        ...


class CameBack(Protocol):
    """A trip to a provider that has ended, as it was begun."""

    @property
    def provider(self) -> str:
        """Where it led."""
        ...

    @property
    def nonce(self) -> str:
        """What the ID token has to name."""
        ...

    @property
    def verifier(self) -> str:
        """PKCE's secret."""
        ...


class ResidentSignIn:
    """Signs residents in for one process, and remembers for a minute which providers answer."""

    def __init__(self, parts: Parts, service: SignInService | None = None) -> None:
        """Ask nobody yet. `service` is a test's stand-in."""
        self.service: SignInService = RelyingParty(parts) if service is None else service
        self._parts = parts
        self._offers: tuple[Offer, ...] = ()
        self._until: datetime | None = None

    async def offers(self) -> Sequence[Offer]:
        """The providers that answer, the one registered first first; none when none does."""
        now = self._parts.clock.now()
        if self._until is None or now >= self._until:
            known: Sequence[Provider] = await self._parts.database.read(_all)
            found = await asyncio.gather(*(self._offer(provider) for provider in known))
            self._offers = tuple(offer for offer in found if offer is not None)
            self._until = now + (_KEPT_FOR if len(self._offers) == len(known) else _ASKED_AGAIN_AFTER)
        return self._offers

    async def offer_of(self, provider_id: str) -> Offer:
        """The offer that a page's form names. Raises `ProviderUnknownError` where it is none now."""
        for offer in await self.offers():
            if offer.id == provider_id:
                return offer
        raise ProviderUnknownError("the page's provider is not offered now")

    async def address(
        self, offer: Offer, begun: SignInRequest, *, redirect_uri: str, least_acr: str, language: str
    ) -> str:
        """Where the browser goes to sign in anew, in the language of the page that it comes from."""
        with self._forgetting():
            return await self.service.authorize_url(
                offer.id,
                state=begun.state,
                nonce=begun.nonce,
                verifier=begun.verifier,
                redirect_uri=redirect_uri,
                least_acr=least_acr,
                language=language,
            )

    async def redeem(self, returned: CameBack, query: Mapping[str, str], *, redirect_uri: str) -> SignedIn:
        """Who signed in, by the answer that the browser brought back."""
        with self._forgetting():
            return await self.service.redeem(
                returned.provider,
                code=query.get("code", ""),
                iss=query.get("iss"),
                verifier=returned.verifier,
                nonce=returned.nonce,
                redirect_uri=redirect_uri,
            )

    @contextmanager
    def _forgetting(self) -> Iterator[None]:
        """Whoever is sent back to choose another provider is not offered again one that was just suspended."""
        try:
            yield
        except ProviderUnknownError:
            self._until = None
            raise

    async def close(self) -> None:
        """Close the connections to providers."""
        await self.service.close()

    async def _offer(self, provider: Provider) -> Offer | None:
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                return Offer(provider, await self.service.form_target(provider.id))
        except (OAuthError, TimeoutError):
            return None  # it cannot be chosen just now; the page says so when none can


def refusal_of(query: Mapping[str, str]) -> str | None:
    """Why a provider answered that nobody signed in; `None` where it did not."""
    match query.get("error"):
        case None:
            return None
        case "access_denied":
            return CANCELLED
        case error:
            return "sign_in.provider_error" if error in _PASSING else REFUSED


def unproved(*, is_lasting: bool) -> Problem:
    """What is said of a sign-in that proves nothing: to try once more only where that can help."""
    return _UNUSABLE if is_lasting else PROBLEMS["oauth.sign_in_failed"]


def sign_in_of(connection: "ASGIConnection[Any, Any, Any, Any]") -> ResidentSignIn:
    """The one of this process."""
    found: ResidentSignIn = connection.app.state.resident_sign_in
    return found


def _all(conn: Connection) -> Sequence[Provider]:
    return providers.all(conn)
