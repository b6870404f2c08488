"""Headers of every answer: what browsers may and may not do with it."""

from litestar.datastructures import MutableScopeHeaders

_EVERY_ANSWER = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    (
        "Permissions-Policy",
        "camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=(), payment=(), browsing-topics=()",
    ),
)
_NOT_A_PAGE = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox"
"""For whatever is not one of our pages: a portal's file opened from here runs nothing and reaches nothing."""
_ONLY_HTTPS = "max-age=63072000"


def protect(headers: MutableScopeHeaders, *, cacheable: bool, secure: bool) -> None:
    """Complete the headers of an answer. Unless it is `cacheable`, nothing on the way and no browser may keep it."""
    for name, value in _EVERY_ANSWER:
        headers[name] = value
    headers.setdefault("Content-Security-Policy", _NOT_A_PAGE)
    if not cacheable:
        headers["Cache-Control"] = "no-store"
    if secure:
        headers["Strict-Transport-Security"] = _ONLY_HTTPS
