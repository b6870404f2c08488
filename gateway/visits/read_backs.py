"""What the portal held before the last click, as it is kept for a filing: sealed under the visit's key."""

from datetime import datetime
from typing import Final

import msgspec

from delegation.readback import ReadBack
from gateway.visits.sealed import VisitVault

KIND: Final = "readback"


def keep(vault: VisitVault, filing_id: str, readback: ReadBack, now: datetime) -> None:
    """Keep it in place of an earlier one."""
    vault.keep(filing_id, KIND, msgspec.json.encode(readback), now)


def read(vault: VisitVault, filing_id: str) -> ReadBack:
    """It, as it was kept. Raises `LookupError` where the filing has not come so far."""
    return msgspec.json.decode(vault.take(filing_id, KIND), type=ReadBack)
