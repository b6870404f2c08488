"""What we publish about ourselves: OpenID Connect Discovery 1.0 and RFC 8414 say the same in two places."""

from typing import Any

from delegation.assurance import Assurance
from gateway.config import Settings
from gateway.oauth.authentication import METHODS
from gateway.oauth.clients import GRANT_TYPES, SCOPES
from gateway.oauth.evidence import ALGORITHM

_CLAIMS = (
    "iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "at_hash", "act", "authorization_details",
    "delegation", "status", "sid", "name", "given_name", "family_name", "personal_code",
)  # fmt: skip

_AUTHENTICATED = ("token", "revocation", "introspection")


def document(settings: Settings) -> dict[str, Any]:
    """Return the metadata of this issuer."""
    issuer = settings.issuer
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/oauth/authorize",
        "token_endpoint": f"{issuer}/oauth/token",
        "userinfo_endpoint": f"{issuer}/oauth/userinfo",
        "jwks_uri": f"{issuer}/oauth/jwks",
        "revocation_endpoint": f"{issuer}/oauth/revoke",
        "introspection_endpoint": f"{issuer}/oauth/introspect",
        "pushed_authorization_request_endpoint": f"{issuer}/oauth/par",
        "require_pushed_authorization_requests": False,
        "scopes_supported": list(SCOPES),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": list(GRANT_TYPES),
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "token_endpoint_auth_methods_supported": METHODS,
        "revocation_endpoint_auth_methods_supported": METHODS,
        "introspection_endpoint_auth_methods_supported": METHODS,
        **{f"{name}_endpoint_auth_signing_alg_values_supported": [ALGORITHM] for name in _AUTHENTICATED},
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "authorization_details_types_supported": ["e_service"],
        "acr_values_supported": [level.uri for level in Assurance],
        "claim_types_supported": ["normal"],
        "claims_supported": list(_CLAIMS),
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "prompt_values_supported": ["none", "login", "consent"],
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
    }
