"""What proves a yes by passkey, for whoever keeps it and verifies it again: the worker, which asks no question, too."""

from dataclasses import dataclass

import msgspec

from delegation.assertion import Assertion, Expected, verify_assertion
from delegation.assurance import Assurance


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What proves a yes by passkey, as it is sealed: `delegation.assertion` verifies it again without us.

    What its verifier owes beside the signature: `verify` is given `delegation.commitment.approval_nonce` of the
    approval's kind, `attempt` and keyed hash; `rp_id` and `origin` are the gateway's own; and the SHA-256 of the public
    key stands in the event by which `passkey` was added, before this yes.
    """

    assertion: Assertion
    rp_id: str
    origin: str
    attempt: str
    passkey: str

    def pack(self) -> bytes:
        """As JSON."""
        return msgspec.json.encode(self)

    @classmethod
    def unpack(cls, packed: bytes) -> "Evidence | None":
        """What `pack` wrote; `None` for the evidence of another route."""
        try:
            return msgspec.json.decode(packed, type=cls)
        except msgspec.ValidationError:
            return None

    def verify(self, challenge: str) -> None:
        """Verify it again. Raises `AssertionRefusedError` with the reason."""
        verify_assertion(self.assertion, Expected(challenge=challenge, rp_id=self.rp_id, origin=self.origin))


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A passkey answered: whose it is, and what that counts for."""

    passkey_id: str
    resident_id: str
    level: Assurance
    evidence: Evidence
