"""What an authorization request has to be: PKCE, parameters that are offered, prompts that can be answered.

Nobody can be asked anything at this endpoint. The resident's fresh sign-in and consent were the yes to the statement,
so `prompt=login` and `prompt=consent` are satisfied by it, and `auth_time` says when it was.
"""

from datetime import datetime
from typing import Any

from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core.errors import (
    AccountSelectionRequiredError,
    LoginRequiredError,
    RegistrationNotSupportedError,
    RequestNotSupportedError,
    RequestURINotSupportedError,
)

from gateway.oauth import details

KEPT = (
    "response_type", "redirect_uri", "scope", "state", "nonce", "code_challenge", "code_challenge_method", "prompt",
    "max_age", "authorization_details", "response_mode",
)  # fmt: skip
"""The parameters that are understood here. Others, such as `login_hint`, are passed over and never kept."""

_CHALLENGE_LENGTH = 43
"""Of SHA-256 in base64url."""
_LONGEST_TEXT = 512
_PROMPTS = frozenset({"none", "login", "consent", "select_account"})


class Pkce(CodeChallenge):
    """PKCE with S256, always: Authlib's own takes requests without it, and `plain` (RFC 9700 section 2.1.1)."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]

    def validate_code_challenge(self, grant: Any, redirect_uri: Any) -> None:
        """Refuse an authorization request without an S256 challenge."""
        data = grant.request.payload.data
        challenge = data.get("code_challenge", "")
        if data.get("code_challenge_method") != "S256" or len(challenge) != _CHALLENGE_LENGTH:
            raise InvalidRequestError("PKCE with S256 is required")
        super().validate_code_challenge(grant, redirect_uri)


class Parameters:
    """Parameters that would change the meaning of a request, and that are not offered."""

    def __call__(self, grant: Any) -> None:
        """Have every authorization request of `grant` checked."""
        grant.register_hook("after_validate_authorization_request_payload", self.check)

    def check(self, grant: Any, _redirect_uri: Any) -> None:
        """Refuse request objects, other ways to answer, and what cannot be understood or kept."""
        data = grant.request.payload.data
        if any(len(values) > 1 for values in grant.request.payload.datalist.values()):
            raise InvalidRequestError("A parameter stands twice")
        if "request" in data:
            raise RequestNotSupportedError
        if "request_uri" in data:
            raise RequestURINotSupportedError
        if "registration" in data:
            raise RegistrationNotSupportedError
        if data.get("response_mode", "query") != "query":
            raise InvalidRequestError("Only the response mode query is offered")
        if any(len(data.get(name, "")) > _LONGEST_TEXT for name in ("nonce", "state")):
            raise InvalidRequestError("The nonce or the state is too long")
        _check_prompt(data.get("prompt", ""))
        max_age(data)
        details.parse(data.get("authorization_details"))


def max_age(data: dict[str, str]) -> int | None:
    """Return how many seconds ago the resident's yes may be (OpenID Connect Core section 3.1.2.1), if that is asked.

    Raises:
        InvalidRequestError: it is no number of seconds.
    """
    text = data.get("max_age")
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise InvalidRequestError("max_age is a number of seconds")
    return int(text)


def ensure_young_enough(data: dict[str, str], said_at: datetime, now: datetime) -> None:
    """Refuse a request for a younger yes than there is; nobody can be asked for another one here.

    Raises:
        LoginRequiredError: the resident said yes longer than `max_age` ago.
    """
    longest = max_age(data)
    if longest is not None and (now - said_at).total_seconds() >= longest + 1:
        raise LoginRequiredError


def _check_prompt(text: str) -> None:
    prompts = text.split()
    if not set(prompts) <= _PROMPTS:
        raise InvalidRequestError("The prompt is unknown")
    if "select_account" in prompts:
        raise AccountSelectionRequiredError
