"""What is refused around a sign-in, by name. `gateway.problems` makes pages of these; nothing here knows of HTTP."""

from typing import ClassVar


class OAuthError(Exception):
    """The root of this package's refusals. Never names a person."""

    code: ClassVar[str] = "oauth.error"


class RunRequiredError(OAuthError):
    """Somebody opened the sign-in of portals without a run's ticket: it happens only from a visit at a centre."""

    code = "oauth.run_required"


class UntrustedRequestError(OAuthError):
    """A request whose client or redirect address is not registered: nothing is sent there, not even an error."""

    code = "oauth.untrusted_request"


class TicketUnavailableError(OAuthError):
    """No ticket can be had for a run: its service has no portal, or the portal is not registered as a client."""

    code = "oauth.ticket_unavailable"


class RegistrationError(OAuthError):
    """A client or an identity provider cannot be registered like this. The message says what to mend."""

    code = "oauth.registration"


class ClientUnknownError(OAuthError):
    """No portal is registered as a client of this name."""

    code = "oauth.client_unknown"


class ProviderUnknownError(OAuthError):
    """No identity provider of this name is registered."""

    code = "oauth.provider_unknown"


class ProviderUnavailableError(OAuthError):
    """The identity provider does not answer, or answers what no provider would."""

    code = "oauth.provider_unavailable"


class SignInFailedError(OAuthError):
    """A resident's sign-in came back and is no proof. `reason` names the check, for the trail."""

    code = "oauth.sign_in_failed"
    _PASSING: ClassVar = frozenset(
        {"answer.code", "id_token.at_hash", "id_token.auth_time", "id_token.exp", "id_token.iat", "id_token.nonce"}
    )

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    @property
    def is_lasting(self) -> bool:
        """Whether the provider would answer the same again, so that another way helps and another try does not."""
        return self.reason not in self._PASSING
