"""What whoever has to find out is shown of a filing that may have arrived: all that is known, and where to look."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from delegation.filing import FilingState
from gateway.pages.desk import words
from gateway.parts import Parts
from gateway.services import catalogue
from gateway.visits import doubts, holders, sending
from gateway.visits.reading import VisitView
from gateway.visits.rows import AnyRow
from gateway.visits.sealed import VisitVault


def gather(
    conn: Connection, parts: Parts, view: VisitView, filings: Sequence[AnyRow], language: str
) -> list[dict[str, Any]]:
    """Each of a visit's filings that nobody but a person can settle, in their order."""
    waiting = [each for each in filings if each.state is FilingState.NEEDS_HUMAN]
    if not waiting:
        return []
    vault = VisitVault.of(conn, parts.sealer, view.id, view.visit["key_id"])
    newest = None if view.filing is None else view.filing["id"]
    return [
        known(conn, parts, vault, each, language) | {"has_picture": each.id == newest and view.is_open}
        for each in waiting
    ]


def known(conn: Connection, parts: Parts, vault: VisitVault, filing: AnyRow, language: str) -> dict[str, Any]:
    """All that is known of one filing that may have arrived; no value of the resident's."""
    doubt = doubts.of(vault, filing.id)
    service = catalogue.find(conn, filing.service_id)
    again = sending.will_be_asked_at(conn, filing)
    return {
        "filing": filing.id,
        "title": service.card(language).title,
        "holder": holders.of_filing(vault, filing.id, service, language),
        "sent_at": filing.sent_at,
        "reason": words.reason(filing.reason),
        "status": doubt.status,
        "asked": [(each.at, words.LOOK_UPS.get(each.result, words.LOOK_UP_FAILED)) for each in doubt.asked],
        "candidates": doubt.candidates,
        "asked_again_at": again if again is not None and parts.clock.now() < again else None,
        "would_prove": sending.may_prove_absence(filing),
        "body": filing.body_sha256,
        "portal": service.portal_origin,
        "has_picture": False,
    }
