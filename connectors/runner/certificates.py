"""TLS on both sides of the gate: toward the portal verified strictly, toward its own browser ended here.

The authority that the browser's side is signed by is made when the gate opens, lives in memory and signs for this gate
alone; what is signed by it is worth nothing anywhere else.
"""

import datetime as dt
import ipaddress
import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

_LIVES = dt.timedelta(days=397)
_EARLIER = dt.timedelta(hours=1)
_REVOCATION_LIST = b"-----BEGIN X509 CRL-----"

_REASONS = {
    9: "the portal's certificate is not valid yet",
    10: "the portal's certificate has expired",
    12: "the list of revoked certificates has expired",
    3: "there is no list of revoked certificates for who signed the portal's certificate",
    18: "the portal signed its certificate itself",
    19: "the portal's certificate comes from an authority that is not trusted",
    20: "the portal's certificate comes from an authority that is not trusted",
    21: "the portal's certificate comes from an authority that is not trusted",
    23: "the portal's certificate, or its authority's, was revoked",
    62: "the portal's certificate is for another name",
    64: "the portal's certificate is for another address",
}
"""By what OpenSSL calls them (x509_vfy.h)."""


def portal_context(authorities: str | None) -> ssl.SSLContext:
    """How portals are verified: by the system's authorities, or only by those in the PEM file `authorities`.

    Where that file holds lists of revoked certificates, each authority needs one, and what is on it is refused.

    Raises:
        OSError: the file cannot be read, or holds no certificate.
    """
    context = ssl.create_default_context(cafile=authorities)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    if authorities is not None and _REVOCATION_LIST in Path(authorities).read_bytes():
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_CHAIN
    return context


def why_untrusted(error: ssl.SSLCertVerificationError) -> str:
    """Why a portal's certificate was refused, in words."""
    return _REASONS.get(error.verify_code, "the portal's certificate cannot be trusted")


class BrowserSide:
    """Certificates for one gate's own browsers."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "gate")])
        self._contexts: dict[str, ssl.SSLContext] = {}

    def context(self, host: str) -> ssl.SSLContext:
        """How the gate answers in the place of `host`."""
        if host not in self._contexts:
            self._contexts[host] = self._make(host)
        return self._contexts[host]

    def _make(self, host: str) -> ssl.SSLContext:
        key = ec.generate_private_key(ec.SECP256R1())
        now = dt.datetime.now(dt.UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([]))
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _EARLIER)
            .not_valid_after(now + _LIVES)
            .add_extension(x509.SubjectAlternativeName([_general_name(host)]), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        with _in_memory(certificate.public_bytes(Encoding.PEM) + secret) as path:
            context.load_cert_chain(path)
        return context


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


@contextmanager
def _in_memory(content: bytes) -> Iterator[str]:
    """A path that holds `content` and is on no disk: OpenSSL takes certificates by path alone."""
    handle = os.memfd_create("certificate", os.MFD_CLOEXEC)
    try:
        os.write(handle, content)
        yield f"/proc/self/fd/{handle}"
    finally:
        os.close(handle)
