"""Where a run's requests go: addresses in one form, and what our own issuer says to a run that signs in."""

from urllib.parse import parse_qs, urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}
_ASKED_WRONGLY = frozenset(
    {
        "invalid_request",
        "invalid_request_object",
        "invalid_request_uri",
        "invalid_scope",
        "invalid_authorization_details",
        "unauthorized_client",
        "unsupported_response_type",
        "request_not_supported",
        "request_uri_not_supported",
        "registration_not_supported",
    }
)
"""What the portal's own request is to blame for (RFC 6749 section 4.1.2.1, OpenID Connect Core section 3.1.2.6)."""


def normal_origin(url: str) -> str:
    """`scheme://host:port` of an address, in the one form that origins are compared in.

    Raises:
        ValueError: it has no scheme or host that we speak, or carries a user's name.
    """
    parts = urlsplit(url)
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or parts.username is not None:
        raise ValueError("this is no address of a portal")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}:{parts.port or _DEFAULT_PORTS[parts.scheme]}"


def why_refused(status: int, location: str) -> str:
    """Why our issuer does not sign a run in, as it answers the authorization request; empty where it does.

    A refusal mostly goes back to the portal in the address (RFC 6749 section 4.1.2.1). One that blames the portal's own
    request is left to the portal: that it asks wrongly is its trouble, for every resident.
    """
    if status >= 400:
        return str(status)
    errors = parse_qs(urlsplit(location).query).get("error", [])
    return next((error for error in errors if error not in _ASKED_WRONGLY), "")
