"""Headers of every answer: what browsers may and may not do with it."""

from litestar.datastructures import MutableScopeHeaders

_NEVER = "camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=(), payment=(), browsing-topics=()"
_EVERY_ANSWER = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)
_NO_PASSKEYS = f"{_NEVER}, publickey-credentials-get=(), publickey-credentials-create=()"
PASSKEYS_HERE = {
    "Permissions-Policy": f"{_NEVER}, publickey-credentials-get=(self), publickey-credentials-create=(self)"
}
"""For a page that asks for a passkey; every other page, and whatever stands inside another, may not."""
_NOT_A_PAGE = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox"
"""For whatever is not one of our pages: a portal's file opened from here runs nothing and reaches nothing."""
_ONLY_HTTPS = "max-age=63072000"


def protect(headers: MutableScopeHeaders, *, cacheable: bool, secure: bool) -> None:
    """Complete the headers of an answer. Unless it is `cacheable`, nothing on the way and no browser may keep it."""
    for name, value in _EVERY_ANSWER:
        headers[name] = value
    headers.setdefault("Permissions-Policy", _NO_PASSKEYS)
    headers.setdefault("Content-Security-Policy", _NOT_A_PAGE)
    if not cacheable:
        headers["Cache-Control"] = "no-store"
    if secure:
        headers["Strict-Transport-Security"] = _ONLY_HTTPS
