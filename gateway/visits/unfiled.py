"""Why one of several services is not filed, as far as rows say it, and what the portal said where it refused."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

import msgspec
from sqlalchemy import Connection

from delegation.filing import IN_DOUBT, UNSENT, FilingState
from gateway.parts import Parts
from gateway.visits.asking import Refusals
from gateway.visits.plans import LeftOut
from gateway.visits.rows import AnyRow
from gateway.visits.sealed import VisitVault
from gateway.visits.states import Late
from gateway.visits.view import VisitView


class Unfiled(StrEnum):
    """Why a service is not filed."""

    REFUSED = "refused"
    """By the portal."""
    OWN_NO = "own_no"
    FAILED = "failed"
    NOT_ARRIVED = "not_arrived"
    STOPPED = "stopped"
    ELSEWHERE = "elsewhere"
    """It was filed before, in another visit."""
    TWICE = "twice"
    """It may have arrived twice."""
    SENDING = "sending"
    """It is on its way to the portal, and its answer is awaited."""
    DOUBT = "doubt"
    SKIPPED = "skipped"
    """It was left out for now."""
    NOT_YET = "not_yet"
    """Something has to be so first, and is not."""
    WAITS = "waits"
    """It needs what another one gives."""
    UNDER_WAY = "under_way"
    NOT_BEGUN = "not_begun"


_LATE = {
    Late.OVERTAKEN_ELSEWHERE: Unfiled.ELSEWHERE,
    Late.BOTH: Unfiled.TWICE,
    Late.BOTH_KNOWN: Unfiled.TWICE,
}
_CAME_TO_NOTHING = {
    FilingState.FAILED: Unfiled.FAILED,
    FilingState.NOT_FILED: Unfiled.NOT_ARRIVED,
    FilingState.STOPPED: Unfiled.STOPPED,
}

_ON_ITS_WAY = frozenset({FilingState.CONFIRMED, FilingState.SENT})


def why(filing: AnyRow | None, left_out: str | None, *, waits: bool) -> Unfiled | None:
    """Why a service is not filed, by its newest filing, and why it is left out if it is; `None` where it is filed."""
    if filing is not None:
        said = _of_filing(filing)
        if said is not None or filing.state is FilingState.FILED:
            return said
    if left_out is not None:
        return Unfiled.NOT_YET if left_out == LeftOut.NOT_YET else Unfiled.SKIPPED
    if waits:
        return Unfiled.WAITS
    return Unfiled.UNDER_WAY if filing is not None and filing.state in UNSENT else Unfiled.NOT_BEGUN


def portal_words(
    conn: Connection, parts: Parts, view: VisitView, filings: Mapping[str, str]
) -> dict[str, Sequence[str]]:
    """What portals said when they refused, by service; `filings` names by service which."""
    if not filings:
        return {}
    vault = VisitVault.of(conn, parts.sealer, view.id, view.visit["key_id"])
    vault.fetch("refusals")
    kept = {service: vault.find(filing_id, "refusals") for service, filing_id in filings.items()}
    refusals = {each: msgspec.json.decode(said, type=Refusals) for each, said in kept.items() if said is not None}
    return {each: (*said.messages.values(), *said.general) for each, said in refusals.items()}


def _of_filing(filing: AnyRow) -> Unfiled | None:
    if filing.reason in _LATE:
        return _LATE[filing.reason]
    if filing.state in _ON_ITS_WAY:
        return Unfiled.SENDING
    if filing.state in IN_DOUBT:
        return Unfiled.DOUBT
    if filing.state is FilingState.DECLINED:
        return Unfiled.OWN_NO if filing.sent_at is None else Unfiled.REFUSED
    return _CAME_TO_NOTHING.get(filing.state)
