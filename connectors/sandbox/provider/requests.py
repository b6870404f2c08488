"""Authorization requests: what is asked for, and what is wrong with it (OpenID Connect Core section 3.1.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from connectors.sandbox.settings import Client

ACR_SUBSTANTIAL = "http://eidas.europa.eu/LoA/substantial"
ACR_HIGH = "http://eidas.europa.eu/LoA/high"
SCOPES = frozenset({"openid", "profile", "email", "phone", "address", "offline_access"})


class UntrustedRequestError(Exception):
    """The client or its redirect address is not known: nothing may be sent there, not even an error."""


class RefusedRequestError(Exception):
    """A request that is answered with an error at the client's redirect address."""

    def __init__(self, location: str) -> None:
        super().__init__(location)
        self.location = location


@dataclass(frozen=True)
class AuthorizationRequest:
    """A request that holds."""

    client: Client
    redirect_uri: str
    scope: str
    state: str
    nonce: str
    challenge: str
    prompt: frozenset[str]
    max_age: int | None
    acr_values: tuple[str, ...]
    login_hint: str

    @property
    def wants_fresh(self) -> bool:
        """Whether a session that is alive already does not do."""
        return "login" in self.prompt or "select_account" in self.prompt or self.max_age == 0

    def location(self, issuer: str, **answer: str) -> str:
        """The redirect address with an answer, `state` and `iss` (RFC 9207)."""
        return _location(self.redirect_uri, {**answer, "state": self.state, "iss": issuer})


def read_request(query: Mapping[str, str], clients: Mapping[str, Client], issuer: str) -> AuthorizationRequest:
    """The request in a query.

    Raises:
        UntrustedRequestError: unknown client or redirect address.
        RefusedRequestError: anything else; says where to send the browser.
    """
    client = clients.get(query.get("client_id", ""))
    redirect_uri = query.get("redirect_uri", "")
    if client is None or redirect_uri not in client.redirect_uris:
        raise UntrustedRequestError("unknown client or redirect address")
    error = _first_error(query)
    if error:
        answer = {"error": error[0], "error_description": error[1], "state": query.get("state", ""), "iss": issuer}
        raise RefusedRequestError(_location(redirect_uri, answer))
    max_age = query.get("max_age", "")
    return AuthorizationRequest(
        client=client,
        redirect_uri=redirect_uri,
        scope=query["scope"],
        state=query.get("state", ""),
        nonce=query.get("nonce", ""),
        challenge=query["code_challenge"],
        prompt=frozenset(query.get("prompt", "").split()),
        max_age=int(max_age) if max_age else None,
        acr_values=tuple(query.get("acr_values", "").split()),
        login_hint=query.get("login_hint", ""),
    )


def _first_error(query: Mapping[str, str]) -> tuple[str, str] | None:
    max_age = query.get("max_age", "")
    prompt = query.get("prompt", "").split()
    pkce = query.get("code_challenge") and query.get("code_challenge_method") == "S256"
    demands = (
        (query.get("response_type") == "code", "unsupported_response_type", "only the code flow is offered"),
        ("openid" in query.get("scope", "").split(), "invalid_scope", "openid is missing"),
        (pkce, "invalid_request", "PKCE with S256 is required"),
        (not max_age or max_age.isdecimal(), "invalid_request", "max_age is not a number"),
        ("none" not in prompt or len(prompt) == 1, "invalid_request", "prompt none stands alone"),
        ("request" not in query, "request_not_supported", "request objects are not offered"),
    )
    return next(((error, why) for met, error, why in demands if not met), None)


def _location(redirect_uri: str, answer: Mapping[str, str]) -> str:
    joint = "&" if "?" in redirect_uri else "?"
    return redirect_uri + joint + urlencode({name: value for name, value in answer.items() if value})
