"""What was typed into the form that asks for a yes, before anybody was asked: kept as typed, and dropped once asked.

It belongs to one moment of the visit: to its services, and to what was asked before. A draft of another moment is none.
"""

from collections.abc import Mapping

import msgspec
from sqlalchemy import Connection

from gateway.parts import Parts
from gateway.people.access import StaffSession
from gateway.visits.asked import is_over
from gateway.visits.marks import Marks, new_mark
from gateway.visits.rows import AnyRow, acts_alone, ensure, lock_delegation_of, lock_open_visit
from gateway.visits.sealed import VisitVault
from gateway.visits.view import VisitView

KIND = "request"
"""What is sealed of it."""


class RequestDraft(msgspec.Struct, frozen=True):
    """Fields of the form, checked by nobody."""

    values: dict[str, str]
    services: list[str]
    """What it asks for, in the form's order."""
    earlier: str
    """The delegation that was there before; empty where it is the first."""
    mark: str
    """New each time it is kept: a page knows by it whether the draft is one that it was made from or has sent."""


def find(vault: VisitVault, view: VisitView) -> RequestDraft | None:
    """The draft of the question that may be asked now, if there is one."""
    return _of(vault, view.id, "" if view.delegation is None else view.delegation["id"])


def keep(
    conn: Connection,
    parts: Parts,
    by: StaffSession,
    visit_id: str,
    values: Mapping[str, str],
    services: list[str],
    *,
    marks: Marks | None = None,
) -> str:
    """Keep what was typed; return its mark. Not an event. With `marks` it replaces only a draft that these know.

    Raises:
        NotFoundError, VisitClosedError: as `lock_open_visit`.
        OutOfOrderError: nobody may be asked now.
        DraftNewerError: a newer draft was kept since, in another tab.
    """
    now = parts.clock.database_now(conn)
    visit = lock_open_visit(conn, by, visit_id)
    earlier = lock_delegation_of(conn, visit_id)
    ensure(visit.service_id is not None and not acts_alone(visit, earlier), "keep a question about nothing")
    ensure(earlier is None or is_over(earlier, now), "keep a question while a delegation is open")
    vault = VisitVault.of(conn, parts.sealer, visit_id, visit.key_id)
    before = _of(vault, visit_id, _id_of(earlier))
    if marks is not None:
        marks.ensure_newest(before.mark if before else "")
    draft = RequestDraft(dict(values), services, _id_of(earlier), new_mark(marks))
    vault.keep(visit_id, KIND, msgspec.json.encode(draft), now)
    return draft.mark


def forget(conn: Connection, parts: Parts, visit_id: str) -> None:
    """Drop what was typed: it has been asked."""
    VisitVault.of(conn, parts.sealer, visit_id).forget(visit_id, KIND)


def _of(vault: VisitVault, visit_id: str, earlier: str) -> RequestDraft | None:
    kept = vault.find(visit_id, KIND)
    draft = None if kept is None else msgspec.json.decode(kept, type=RequestDraft)
    return draft if draft is not None and draft.earlier == earlier else None


def _id_of(delegation: AnyRow | None) -> str:
    return "" if delegation is None else str(delegation.id)
