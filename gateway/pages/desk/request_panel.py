"""The form that asks for a yes: what was typed or asked before stands in it; it names nobody before a recorded look."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection

from gateway.pages.desk import asked_before, parties_form, questions, routes, scope_form, words
from gateway.parts import Parts
from gateway.people.access import StaffSession
from gateway.visits import reading, turns
from gateway.visits.asked import takes_typed_number
from gateway.visits.reading import OpenedVisit, VisitView
from gateway.visits.request_drafts import RequestDraft

PERSONAL: Final = ("name", "code", "number", *(name for name in parties_form.FIELDS if name != "for"))
"""What says who somebody is: it is masked on every page but the one on which it was typed."""
ANEW: Final = frozenset({"document", "present", "checked_code"})
"""What the assistant says to have looked at: no draft says it for them."""
MET: Final = "met-"
"""Before what has to be so first, in the names of the form: the service's id and the place on its card follow."""
_KINDS: Final = {"name": "name", "code": "personal_code", "number": "phone"}


@dataclass(frozen=True)
class Before:
    """What stood in the form before it was sent."""

    services: list[str]
    draft: str = ""
    """The mark of the newest draft; empty where there is none."""
    personal: Mapping[str, str] = field(default_factory=dict)
    """What an empty field stands for, where the page said so."""


def before(conn: Connection, parts: Parts, session: StaffSession, visit_id: str) -> Before:
    """Read what stood in the form. Raises `NotFoundError` for anybody else's visit."""
    view = reading.for_desk(conn, parts, session, visit_id)
    draft = OpenedVisit(conn, parts, view).request_draft() if view.is_open else None
    services = [each.id for each in turns.to_ask(conn, view)]
    return Before(services, draft.mark, personal_of(draft)) if draft else Before(services)


def personal_of(draft: RequestDraft | None) -> dict[str, str]:
    """What a draft says of people."""
    return {name: value for name, value in (draft.values if draft else {}).items() if name in PERSONAL and value}


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A form that came back and could not be taken; empty where the page was opened."""

    typed: Mapping[str, Any]
    kept: frozenset[str]
    """Personal fields that were left empty, so that what is known stands."""


def gather(
    conn: Connection, parts: Parts, session: StaffSession, view: VisitView, sent: Sent, *, shown: bool
) -> dict[str, Any]:
    """What the panel shows; names, codes and papers only when `shown`, or when they were typed just now."""
    services = turns.to_ask(conn, view)
    if not services:
        return {"routes": (), "number_wanted": False, "may_show": False, "known": {}}
    ways = routes.offered(conn, parts, session, services, view.visit["channel"])
    opened = OpenedVisit(conn, parts, view)
    draft = opened.request_draft()
    personal = personal_of(draft)
    typed = _plain(draft, [each.id for each in services]) or asked_before.plain(view, services, ways)
    if shown:
        typed |= asked_before.personal(conn, parts, view, opened) | personal
    is_hidden = bool(personal) or asked_before.may_show(view)
    stands = sent.kept if sent.typed else set() if shown else personal.keys()
    return {
        "before": typed,
        "known": {name: questions.masked(_kind(name), personal[name]) for name in personal.keys() & stands},
        "draft": draft.mark if draft else "",
        "may_show": is_hidden and not shown and not sent.typed,
        "routes": ways,
        "number_wanted": takes_typed_number(services),
        "documents": words.DOCUMENTS,
        "parties": parties_form.KINDS,
        "papers": parties_form.PAPERS,
        "any_assistant": all(each.any_assistant for each in services),
        "another_day": parts.settings.another_day.days if len(services) > 1 else None,
        "scope": scope_form.offered(services, session.language),
        "to_be_met": [
            (each.id, each.card(session.language).title, each.card(session.language).before)
            for each in services
            if each.card(session.language).before
        ],
        "chosen": [(each.id, each.card(session.language).title) for each in services],
    }


def is_anew(name: str) -> bool:
    """Whether a field says what the assistant looked at, so that nothing that was kept says it for them."""
    return name in ANEW or name.startswith(MET)


def _plain(draft: RequestDraft | None, services: list[str]) -> dict[str, str]:
    """What a draft says that names nobody; what may be done only as long as it is for the same services."""
    values = draft.values.items() if draft else ()
    is_same = draft is not None and draft.services == services
    return {
        name: value
        for name, value in values
        if name not in PERSONAL and (is_same or name not in scope_form.fields({name: value}))
    }


def _kind(name: str) -> str:
    return _KINDS.get(name.rpartition("_")[2], "text") if name != "signatory_code" else "text"
