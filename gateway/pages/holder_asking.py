"""What an officer asks for, as an address says it: months, service, centre, outcome; nothing of a resident."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from litestar import Request
from sqlalchemy import Connection

from gateway.holders import figures
from gateway.holders.figures import Narrowed
from gateway.holders.months import Month, Span
from gateway.holders.outcomes import Outcome
from gateway.pages import holder_words
from gateway.parts import Parts
from gateway.people.access import StaffSession
from gateway.people.errors import AccessRefusedError

AnyRequest = Request[Any, Any, Any]
_BACK: Final = 36
"""Months that can be chosen."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for, and what it can be narrowed to."""

    narrowed: Narrowed
    services: Mapping[str, str]
    """Titles of the holder's services, by id."""
    centres: Mapping[str, str]
    """Names, by id."""
    months: tuple[str, ...]
    """That can be chosen, the newest first."""

    @property
    def fields(self) -> dict[str, str]:
        """As they stand in an address."""
        span = self.narrowed.span
        return {
            "from": str(span.first),
            "to": str(span.last),
            "service": self.narrowed.service or "",
            "centre": self.narrowed.centre or "",
            "outcome": self.narrowed.outcome or "",
        }

    @property
    def for_page(self) -> dict[str, Any]:
        """What the form of every such page is given."""
        return {
            "asked": self,
            "fields": self.fields,
            "outcomes": holder_words.OUTCOMES,
            "meanings": holder_words.MEANINGS,
        }


def holder_of(session: StaffSession) -> str:
    """Whose officer it is.

    Raises:
        AccessRefusedError: nobody's.
    """
    if session.holder is None:
        raise AccessRefusedError("nobody's officer")
    return session.holder


def read(conn: Connection, request: AnyRequest, parts: Parts, holder: str, language: str) -> Asked:
    """What the address asks for, of this holder; what it cannot mean is left out. One statement."""
    given, now = request.query_params, parts.clock.now()
    services, centres = figures.choices(conn, holder, language)
    service, centre = given.get("service", ""), given.get("centre", "")
    narrowed = Narrowed(
        span=Span.read(given.get("from", ""), given.get("to", ""), now),
        service=service if service in services else None,
        centre=centre if centre in centres else None,
        outcome=next((each for each in Outcome if each.value == given.get("outcome")), None),
    )
    here = Month.of(now)
    return Asked(narrowed, services, centres, tuple(str(here.plus(-each)) for each in range(_BACK)))
