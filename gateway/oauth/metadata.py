"""What we publish about ourselves: OpenID Connect Discovery 1.0 and RFC 8414 say the same in two places."""

from typing import Any

from delegation.assurance import Assurance
from gateway.config import Settings
from gateway.oauth.clients import AUTHENTICATION_METHOD, SCOPES
from gateway.oauth.evidence import ALGORITHM

_CLAIMS = (
    "iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "at_hash", "act", "authorization_details",
    "delegation", "status", "name", "given_name", "family_name", "personal_code",
)  # fmt: skip


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
        "scopes_supported": list(SCOPES),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "token_endpoint_auth_methods_supported": [AUTHENTICATION_METHOD],
        "revocation_endpoint_auth_methods_supported": [AUTHENTICATION_METHOD],
        "introspection_endpoint_auth_methods_supported": [AUTHENTICATION_METHOD],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "authorization_details_types_supported": ["e_service"],
        "acr_values_supported": [level.uri for level in Assurance],
        "claim_types_supported": ["normal"],
        "claims_supported": list(_CLAIMS),
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
    }
