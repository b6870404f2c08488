"""What a terminal's browser does with its key, for tests without a browser: all their terminals have this one."""

from base64 import urlsafe_b64encode

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gateway.clock import Clock
from gateway.keys.sealing import Sealer
from gateway.people.proven import Proven, traits_of
from gateway.terminals.enrolment import Means

ADDRESS = "127.0.0.1"
BROWSER = "a browser of tests"
"""What requests and browser windows of tests call themselves: a session is of one connection."""


class TerminalKey:
    """A key pair as a browser makes it."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())

    @property
    def spki(self) -> bytes:
        """The public half."""
        return self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    @property
    def means(self) -> Means:
        """What enrolment keeps of it."""
        return Means(self.spki)

    def sign(self, purpose: str, challenge: str, origin: str) -> str:
        """Answer a question: base64url of r and s."""
        lines = f"pilnvara terminal proof v1\n{purpose}\n{origin}\n{challenge}"
        r, s = decode_dss_signature(self._key.sign(lines.encode(), ec.ECDSA(SHA256())))
        return b64url(r.to_bytes(32) + s.to_bytes(32))


TERMINAL_KEY = TerminalKey()


def b64url(raw: bytes) -> str:
    """As browsers write bytes."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def proven(sealer: Sealer, clock: Clock) -> Proven:
    """That a terminal has just proved itself, from where requests of tests come."""
    return Proven(clock.now(), traits_of(sealer, ADDRESS, BROWSER))
