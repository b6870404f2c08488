"""Tokens that were signed for portals: each has its notice in the log (`audit.notice`), and a visit that tells of it.

A holder finds the notice alone. That it is not a notice without a visit, by which somebody would be reassured and
nothing recorded, is seen by whoever has the entries.
"""

from datetime import timedelta
from typing import Final

from audit.glance import Glance
from audit.report import Findings, Verdict

GRACE: Final = timedelta(hours=1)
"""How far the visit's entry may be behind its notice: both are of one transaction, and not always of one checkpoint."""

_GRACE = GRACE // timedelta(microseconds=1)


class Noticed:
    """Takes entries in the log's order, and reports notices of which no visit tells."""

    def __init__(self, findings: Findings, *, goes_on: bool = False) -> None:
        """Report to `findings`; `goes_on` where earlier entries were not read."""
        self._findings = findings
        self._goes_on = goes_on
        self._noted: dict[str, tuple[int, int]] = {}
        """By a token's hash: leaf and time of a notice that no visit has told of so far."""
        self._told: set[str] = set()
        """Tokens that a visit tells of, without a notice so far."""
        self._latest = 0

    def add(self, seen: Glance) -> None:
        """Take one leaf."""
        self._latest = max(self._latest, seen.at)
        if not seen.token:
            return
        if not seen.is_notice:
            if self._noted.pop(seen.token, None) is None:
                self._told.add(seen.token)
        elif seen.token in self._told:
            self._told.remove(seen.token)
        else:
            self._noted[seen.token] = (seen.index, seen.at)

    def conclude(self) -> None:
        """Report what nothing was told of, but for the end of the log, where it may still come."""
        for index, at in self._noted.values():
            if at + _GRACE >= self._latest:
                continue
            detail = "a token was signed for a portal, and no visit tells of it"
            if self._goes_on:
                detail += " in what was read"
            self._findings.add(Verdict.SUPPRESSED, f"leaf {index:,}", detail, index=index, note=self._goes_on)
