"""What a visit's page shows: gathered in one reading transaction, by the stage the visit stands at.

A page may ask for another panel than the stage's own (correct the answers, ask once more, choose another service); it
gets it only where the flow would allow that step.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import Connection

from connectors.sdk import groups, registry
from delegation.assurance import ON_PHONE, Route
from delegation.filing import FilingState
from delegation.model import DelegationState
from gateway.feedback.asking import printed_code
from gateway.pages import together
from gateway.pages.desk import (
    doubt_panel,
    filling_panel,
    guiding_panel,
    late_panel,
    plan_panel,
    readback_panel,
    request_panel,
    service_panel,
    signing_panel,
    trouble_panel,
    words,
)
from gateway.pages.desk.plan_panel import Planned
from gateway.pages.qr import qr
from gateway.pages.together import Together
from gateway.parts import Parts
from gateway.people.access import StaffSession
from gateway.services import translations
from gateway.services.translations import Shown
from gateway.visits import closing, holders, known_phones, looking, plans, reading, receipts, rows, second_looks, turns
from gateway.visits.came_back import CameBack, came_back
from gateway.visits.delegations import files_until
from gateway.visits.reading import OpenedVisit, Stage, VisitView
from gateway.visits.tables import ApprovalState
from gateway.visits.troubles import Trouble
from gateway.visits.turns import Turn

_OPEN_DELEGATION = (DelegationState.REQUESTED, DelegationState.ACTIVE)
_LEFT = (FilingState.SENT, FilingState.UNKNOWN, FilingState.FILED, FilingState.NEEDS_HUMAN)
"""Filings whose final request left and may have arrived: nothing is filled anew."""
_ENDS_HERE = ("guiding", "service", "referral", "request")
_CAME_TO_NOTHING = (Stage.DECLINED, Stage.FAILED, Stage.NOT_FILED, Stage.PERMIT_REFUSED)
_TOLD_TOGETHER = (Stage.FILED, Stage.CLOSED)
LIVE = frozenset(
    {
        Stage.SECOND_LOOK,
        Stage.APPROVAL,
        Stage.FILLING,
        Stage.PERMIT,
        Stage.PERMIT_LAPSED,
        Stage.PERMIT_REFUSED,
        Stage.SENDING,
        Stage.LOOKING_UP,
        Stage.ARRIVED,
        Stage.STOPPED,
        Stage.EXPIRED,
        Stage.REFUSED,
        Stage.LAPSED,
    }
)
"""Stages in which nobody types anything, so the page may be exchanged while somebody looks at it."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What the page was asked to show, beside the visit itself."""

    panel: str | None = None
    """`edit`, `again` or `choose`; `sheet` to hand in another sheet."""
    shown: bool = False
    """The values too, if the look at them has been recorded."""
    typed: Mapping[str, Any] = field(default_factory=dict)
    """What was typed into a form that could not be taken; the form keeps it."""
    errors: Mapping[str, Any] = field(default_factory=dict)
    """What is wrong with it, by field."""
    kept: frozenset[str] = frozenset()
    """Fields that were left empty so that what is known stands."""


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Everything that one page of a visit is made of."""

    view: VisitView
    panel: str
    values: dict[str, Any]
    turns: Sequence[Turn] = ()
    """How far each of several services is."""
    together: Together | None = None
    """How they came out, on the pages that say it."""
    came_back: CameBack = field(default_factory=CameBack)
    trouble: Trouble | None = None
    """Why the service cannot be filed just now."""
    holder: str = ""
    """Who answers for what is filed, by name."""
    ending: closing.Asked | None = None
    """That it is asked how the visit ends, on pages from which it may end with nothing filed."""
    card: Shown | None = None
    """The service's card for the reader, and whether a machine translated it."""


def gather(conn: Connection, parts: Parts, session: StaffSession, visit_id: str, wish: Wish) -> Desk:
    """Read what the page of a visit shows. Raises `NotFoundError` for anybody else's visit."""
    view = reading.for_desk(conn, parts, session, visit_id)
    panel = _panel(view, wish)
    look = _Look(conn, parts, session, view, wish)
    if panel == "questions" and look.planned is not None:
        panel = plan_panel.which(look.planned, edits=wish.panel == "edit")
    elif panel in _CAME_TO_NOTHING and look.planned is not None and look.planned.is_left_out:
        panel = "plan_left_out"
    elif panel == "questions" and look.preconditions_open():
        panel = "preconditions"
    each = turns.turns_of(conn, view)
    return Desk(
        view=view,
        panel=panel,
        values=_GATHER[panel](look) if panel in _GATHER else {},
        turns=each,
        together=together.of(conn, parts, view, each) if panel in _TOLD_TOGETHER else None,
        came_back=came_back(conn, parts, view),
        trouble=trouble_panel.of(conn, view, panel),
        holder=holders.of_view(conn, parts, view, session.language),
        card=card_of(conn, parts, view, session.language),
        ending=closing.asked(conn, view) if panel in _ENDS_HERE and view.delegation is None else None,
    )


def card_of(conn: Connection, parts: Parts, view: VisitView, language: str) -> Shown | None:
    """The card of the visit's service in a reader's language; one statement more where nobody wrote that."""
    if view.service is None:
        return None
    is_on = parts.settings.translation_url is not None
    return translations.shown(conn, [view.service], language, is_on=is_on)[view.service.id]


def can_choose(view: VisitView) -> bool:
    """Whether the visit may still become about something else."""
    delegation, filing = view.delegation, view.filing
    settled = not view.acts_alone and (delegation is None or delegation["state"] not in _OPEN_DELEGATION)
    return view.is_open and settled and (filing is None or filing["state"] not in _LEFT)


def can_ask(view: VisitView) -> bool:
    """Whether the resident may be asked for a delegation now."""
    delegation, filing = view.delegation, view.filing
    is_over = delegation is None or delegation["state"] not in _OPEN_DELEGATION or not view.may_still_file
    is_electronic = view.service is not None and view.service.is_electronic
    return view.is_open and is_electronic and is_over and (filing is None or filing["state"] not in _LEFT)


def can_fill(view: VisitView) -> bool:
    """Whether the questions may be answered, or answered anew."""
    is_unsent = view.filing is None or view.filing["state"] not in _LEFT
    return view.is_open and view.may_file and (is_unsent or view.may_file_another)


def can_answer_all(view: VisitView) -> bool:
    """Whether the questions of several services may be answered, whatever became of the one that is worked on."""
    delegation = view.delegation
    if not plans.is_plan(view.visit) or delegation is None or delegation["state"] is not DelegationState.ACTIVE:
        return False
    ends = files_until(delegation["services"])
    return view.is_open and ends is not None and view.now < ends


class _Look:
    """What the panels of one page share; sealed values are opened only when a panel asks."""

    def __init__(self, conn: Connection, parts: Parts, session: StaffSession, view: VisitView, wish: Wish) -> None:
        self.conn = conn
        self.parts = parts
        self.session = session
        self.view = view
        self.wish = wish
        self.shown = wish.shown and looking.is_noted(view.looked_at, view.now)
        self._opened: OpenedVisit | None = None

    @cached_property
    def planned(self) -> Planned | None:
        """The plan, where the visit is about several services."""
        return plan_panel.read(self.conn, self.parts, self.view)

    def opened(self, *kinds: str) -> OpenedVisit:
        if self._opened is None:
            self._opened = OpenedVisit(self.conn, self.parts, self.view, *kinds)
        return self._opened

    def typed(self, panel: str) -> Mapping[str, Any]:
        """What was typed into the form of `panel`; a form that is no longer asked is not poured into another."""
        return self.wish.typed if self.wish.panel == panel else {}

    def preconditions_open(self) -> bool:
        """Whether something has to be asked before the questions."""
        if self.view.service is None or self.view.filing is not None or self.typed("edit"):
            return False
        connector = registry.find(self.view.service.id)
        if not connector.preconditions:
            return False
        draft = self.opened(*filling_panel.KINDS).draft()
        return draft is None or not filling_panel.are_met(connector, draft.values)


def _panel(view: VisitView, wish: Wish) -> str:
    if wish.panel == "choose" and can_choose(view):
        return "service"
    if wish.panel == "again" and can_ask(view):
        return "request"
    if wish.panel == "edit" and (can_fill(view) or can_answer_all(view)):
        return "questions"
    if wish.panel == "before" and can_answer_all(view):
        return "plan_preconditions"
    return view.stage.value


def _service(look: _Look) -> dict[str, Any]:
    return service_panel.gather(
        look.conn, look.parts, look.session, look.view, str(look.typed("choose").get("query", ""))
    )


def _request(look: _Look) -> dict[str, Any]:
    sent = request_panel.Sent(typed=look.wish.typed, kept=look.wish.kept)
    return request_panel.gather(look.conn, look.parts, look.session, look.view, sent, shown=look.shown)


def _asked(look: _Look) -> dict[str, Any]:
    """A question that waits for its answer: how the resident gets to it, and how far they are."""
    view = look.view
    opened = look.opened("invitation", "statement")
    invitation = opened.invitation()
    approval = view.approval or {}
    until = approval.get("code_until")
    waits = approval.get("route") in ON_PHONE and approval.get("state") is ApprovalState.WAITING
    return {
        "route": approval.get("route"),
        "on_phone": approval.get("route") in ON_PHONE,
        "is_asked": view.is_asked,
        "state": approval.get("state"),
        "states": ApprovalState,
        "tries_left": approval.get("tries_left"),
        "lapses_at": approval.get("lapses_at"),
        "has_phone": waits and known_phones.were_here(look.conn, view.id, approval.get("approver_id")),
        "code_until": until,
        "code_is_over": until is not None and view.now >= until,
        "invitation": invitation,
        "qr": qr(f"{look.parts.settings.public_url}/a/{invitation.link}") if invitation else None,
        "address": f"{look.parts.settings.public_url.partition('://')[2]}/a",
        "name": opened.asked_name(),
        **signing_panel.gather(look.conn, look.parts, view, shown=look.shown, again=look.wish.panel == "sheet"),
    }


def _second_look(look: _Look) -> dict[str, Any]:
    """What a colleague has to look at before the resident is asked."""
    waiting = second_looks.of_visit(look.conn, look.view.id)
    return {"looks": [(words.SECOND_LOOKS[kind], until) for kind, until in waiting]}


def _approval(look: _Look) -> dict[str, Any]:
    return _asked(look) | {"statement": look.opened().statement()}


def _permit(look: _Look) -> dict[str, Any]:
    opened, asked = look.opened("invitation", "statement", "readback", "answers"), _asked(look)
    # On a call it is read aloud: in the words of whoever hears it.
    language = look.view.language if asked["route"] is Route.CALL else look.session.language
    return asked | readback_panel.gather(look.view, opened, language=language, shown=look.shown)


def _unsent(look: _Look) -> dict[str, Any]:
    """A read-back that nobody said yes to."""
    return readback_panel.gather(
        look.view, look.opened("readback", "answers"), language=look.session.language, shown=look.shown
    ) | _refused(look)


def _refused(look: _Look) -> dict[str, Any]:
    """Why a witness said no, if one did; of several who sign, who did."""
    return {
        "witness": signing_panel.why_refused(look.conn, look.parts, look.view),
        "who": look.opened().name_of_refuser(),
    }


def _questions(look: _Look) -> dict[str, Any]:
    return filling_panel.gather(
        look.conn,
        look.parts,
        look.view,
        look.opened(*filling_panel.KINDS),
        filling_panel.Sent(look.typed("edit") or None, look.wish.errors, look.wish.kept),
        language=look.session.language,
        shown=look.shown,
    )


def _preconditions(look: _Look) -> dict[str, Any]:
    service = look.view.service
    connector = registry.find(service.id if service else "")
    draft = look.opened(*filling_panel.KINDS).draft()
    return filling_panel.preconditions(
        connector, {} if draft is None else draft.values, look.wish.errors, look.session.language
    )


def _plan_preconditions(look: _Look) -> dict[str, Any]:
    if look.planned is None:
        return {"asked": []}
    return plan_panel.gather_preconditions(look.conn, look.planned, look.wish.errors, look.session.language)


def _plan_questions(look: _Look) -> dict[str, Any]:
    if look.planned is None:
        return {"sections": []}
    sent = filling_panel.Sent(look.typed("edit") or None, look.wish.errors, look.wish.kept)
    language = look.session.language
    return plan_panel.gather(look.conn, look.parts, look.planned, sent, language=language, shown=look.shown)


def _plan_waiting(look: _Look) -> dict[str, Any]:
    return {} if look.planned is None else plan_panel.gather_waiting(look.conn, look.planned, look.session.language)


def _refused_by_portal(look: _Look) -> dict[str, Any]:
    """The portal's own words."""
    refusals = look.opened("refusals").refusals()
    service = look.view.service
    labels = {}
    if refusals is not None and service is not None:
        asked = groups.every(registry.find(service.id).inputs)
        labels = {each.name: each.label.to(look.session.language) for each in asked}
    changes = [each.to(look.session.language) for each in refusals.changes] if refusals else []
    return {
        "messages": [(labels.get(name, name), text) for name, text in refusals.messages.items()] if refusals else [],
        "general": [*refusals.general, *changes] if refusals else [],
    }


def _doubts(look: _Look) -> dict[str, Any]:
    filings = rows.filings_of_visit(look.conn, look.view.id)
    doubts = doubt_panel.gather(look.conn, look.parts, look.view, filings, look.session.language)
    return {
        "doubts": doubts,
        "shown": look.shown,
        **late_panel.pair_among(look.conn, look.parts, look.view, filings),
    }


def _both(look: _Look) -> dict[str, Any]:
    return late_panel.pair(look.conn, look.parts, look.view)


def _closed(look: _Look) -> dict[str, Any]:
    link = look.opened("feedback").feedback_link()
    return {
        **_doubts(look),
        "received": receipts.received_in(look.conn, look.view.id),
        "feedback": link,
        "feedback_code": printed_code(link) if link else None,
        "feedback_address": f"{look.parts.settings.public_url.partition('://')[2]}/f",
        "qr": qr(link) if link else None,
    }


_GATHER: dict[str, Callable[[_Look], dict[str, Any]]] = {
    Stage.GUIDING: lambda look: guiding_panel.gather(look.conn, look.parts, look.view),
    "service": _service,
    "request": _request,
    Stage.REFUSED: _refused,
    Stage.SECOND_LOOK: _second_look,
    Stage.APPROVAL: _approval,
    "preconditions": _preconditions,
    "plan_preconditions": _plan_preconditions,
    "plan_questions": _plan_questions,
    "plan_waiting": _plan_waiting,
    "plan_left_out": _plan_waiting,
    Stage.QUESTIONS: _questions,
    Stage.FILLING: lambda look: filling_panel.while_waiting(look.conn, look.parts, look.view),
    Stage.PERMIT: _permit,
    Stage.PERMIT_LAPSED: _unsent,
    Stage.PERMIT_REFUSED: _unsent,
    Stage.DECLINED: _refused_by_portal,
    Stage.FAILED: _refused_by_portal,
    Stage.NEEDS_HUMAN: _doubts,
    Stage.FILED: lambda look: _both(look) | {"received": receipts.received_in(look.conn, look.view.id)},
    Stage.ARRIVED: lambda look: late_panel.stands_for(look.conn, look.view),
    Stage.BOTH: _both,
    Stage.CLOSED: _closed,
}
