"""What was asked before in the visit, so that asking again begins with it.

What says nothing of anybody stands there at once: the way of the yes, by what right somebody speaks, what may be done.
Who they are is filled in once somebody asks to see it, which is recorded. Which document was checked, and that it is
this person's, is never filled in: it is looked at anew each time.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection

from delegation.model import AuthorityKind
from gateway.pages.desk import parties_form, scope_form
from gateway.parts import Parts
from gateway.people import residents
from gateway.services.catalogue import Service
from gateway.visits.reading import OpenedVisit, VisitView
from gateway.visits.stopping import StopReason

_OTHER_PERSON: Final = StopReason.WRONG_PERSON.value


def plain(view: VisitView, services: Sequence[Service], routes: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """As the form would send it: for whom, what may be done for each of `services`, the way if it is still taken."""
    delegation, approval = view.delegation, view.approval
    if delegation is None:
        return {}
    taken = [each["route"] for each in routes if each["taken"]]
    route = {} if approval is None or approval["route"] not in taken else {"route": approval["route"].value}
    others = {"any_assistant": "any_assistant"} if delegation["any_of_centre"] else {}
    return (
        route | others | parties_form.written(delegation["authority_kind"]) | scope_form.written(services, delegation)
    )


def may_show(view: VisitView) -> bool:
    """Whether there is somebody to be shown; not who turned out to be the wrong person."""
    return view.delegation is not None and view.delegation["ended_reason"] != _OTHER_PERSON


def personal(conn: Connection, parts: Parts, view: VisitView, opened: OpenedVisit) -> dict[str, str]:
    """Names, codes and papers, as the form would send them. Only for whoever has recorded that they look."""
    delegation = view.delegation
    if delegation is None or not may_show(view):
        return {}

    def code(resident_id: str) -> str:
        return residents.open_profile(conn, parts, resident_id).code

    facts, authority = opened.facts(), opened.authority()
    typed = {"name": facts.approver, "code": code(delegation["approver_id"])}
    if authority is None:
        return typed
    kind = authority.kind.value
    typed |= {f"{kind}_name": facts.principal, f"{kind}_code": code(delegation["principal_id"])}
    typed |= {f"{kind}_paper": authority.reference}
    if authority.kind is AuthorityKind.SIGNATORY and facts.co_approvers:
        second = delegation["co_approver_ids"][0]
        typed |= {"second_name": facts.co_approvers[0], "second_code": code(second)}
    return typed
