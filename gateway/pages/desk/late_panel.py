"""What whoever serves a visit is shown of an application that the portal spoke of late."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from gateway.parts import Parts
from gateway.visits import earlier, late
from gateway.visits.reading import VisitView
from gateway.visits.rows import AnyRow
from gateway.visits.sealed import VisitVault
from gateway.visits.states import Late
from gateway.visits.view import AnyColumns


def stands_for(conn: Connection, view: VisitView) -> dict[str, Any]:
    """What was sent before and had arrived, in the place of the visit's own filing."""
    return {"arrived": None if view.filing is None else earlier.of_matter(conn, *_matter(view.filing))}


def pair(conn: Connection, parts: Parts, view: VisitView) -> dict[str, Any]:
    """Both applications of a matter that arrived twice, where what the visit is about is one of them."""
    found = None if view.filing is None else late.pair_of(conn, *_matter(view.filing))
    return {"pair": None if found is None else _shown(conn, parts, view, *found)}


def pair_among(conn: Connection, parts: Parts, view: VisitView, filings: Sequence[AnyRow]) -> dict[str, Any]:
    """As `pair`, where what came late is one of these filings of the visit."""
    late_one = next((each for each in filings if each.reason in (Late.BOTH, Late.BOTH_KNOWN)), None)
    found = (
        None
        if late_one is None
        else late.pair_of(conn, late_one.principal_id, late_one.service_id, late_one.service_key)
    )
    return {"pair": None if found is None else _shown(conn, parts, view, *found)}


def _matter(filing: AnyColumns) -> tuple[str, str, bytes]:
    return filing["principal_id"], filing["service_id"], filing["service_key"]


def _shown(conn: Connection, parts: Parts, view: VisitView, first: AnyRow, again: AnyRow) -> dict[str, Any]:
    kept = late.kept_of(VisitVault.of(conn, parts.sealer, first.visit_id), first.id)
    return {
        "filing": first.id,
        "sent_at": first.sent_at,
        "reference": None if kept is None else kept.reference,
        "again_at": again.sent_at,
        "again_reference": again.reference,
        "is_open": first.reason == Late.BOTH,
        "is_here": first.visit_id == view.id,
    }
