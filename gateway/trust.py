"""Whose certificates are believed when the gateway calls somebody over TLS; portals have a list of their own."""

import ssl
from functools import cache


@cache
def system_authorities() -> ssl.SSLContext:
    """The system's certificate authorities, read once: reading them costs more than a request."""
    return ssl.create_default_context()
