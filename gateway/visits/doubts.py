"""What is known of a filing that may or may not have arrived: what the portal answered, and what it was asked since.

Sealed with the visit, for whoever has to decide.
"""

from datetime import datetime

import msgspec

from connectors.runner.api import Absent, Ambiguous, Evidence, LookedUp
from gateway.visits.sealed import VisitVault

_KIND = "doubt"


class Asked(msgspec.Struct, frozen=True):
    """The portal was asked once what it holds."""

    at: datetime
    result: str
    """`empty`, `part`, `several`, or the code of why it could not be asked."""
    references: tuple[str, ...] = ()
    """Numbers of the applications that it could be."""


class Doubt(msgspec.Struct, frozen=True):
    """All that is known."""

    status: int | None = None
    """Of the portal's answer to the final request; none came where it is `None`."""
    refused_again: int = 0
    """How often the portal's page tried to send it once more, and was held back."""
    asked: tuple[Asked, ...] = ()
    then: tuple[str, ...] = ()
    """SHA-256 in hex of what left after the final request, where a service is filed by several."""

    @property
    def candidates(self) -> tuple[str, ...]:
        """The numbers that the portal named when it was asked last."""
        return self.asked[-1].references if self.asked else ()


def of(vault: VisitVault, filing_id: str) -> Doubt:
    """What is known of a filing."""
    kept = vault.find(filing_id, _KIND)
    return Doubt() if kept is None else msgspec.json.decode(kept, type=Doubt)


def answered(vault: VisitVault, filing_id: str, evidence: Evidence, now: datetime) -> None:
    """Keep what the gate saw of the portal's answer."""
    known = msgspec.structs.replace(of(vault, filing_id), status=evidence.status, refused_again=evidence.refused_again)
    vault.keep(filing_id, _KIND, msgspec.json.encode(known), now)


def went_on(vault: VisitVault, filing_id: str, body_sha256: str, now: datetime) -> int:
    """Keep the hash of a request that follows the final one; says the how manieth of them all it is."""
    before = of(vault, filing_id)
    again = msgspec.structs.replace(before, then=(*before.then, body_sha256))
    vault.keep(filing_id, _KIND, msgspec.json.encode(again), now)
    return len(again.then) + 1


def asked(vault: VisitVault, filing_id: str, result: LookedUp | str, now: datetime) -> None:
    """Keep what came of asking the portal: its answer, or the code of why there was none."""
    before = of(vault, filing_id)
    if isinstance(result, Ambiguous):
        one = Asked(now, "several" if len(result.references) > 1 else "part", result.references)
    else:
        one = Asked(now, "empty" if isinstance(result, Absent) else str(result))
    again = msgspec.structs.replace(before, asked=(*before.asked, one))
    vault.keep(filing_id, _KIND, msgspec.json.encode(again), now)
