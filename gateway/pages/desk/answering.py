"""How every handler of a visit answers: with its page, or by taking one step and leading to the page as it is then."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

from litestar import Request, Response
from litestar.params import FromPath
from sqlalchemy import Connection

from connectors.sdk.registry import UnknownConnectorError
from delegation.errors import DelegationError
from gateway.ledger.errors import LogUnhealthyError
from gateway.pages import outcome_words
from gateway.pages.desk import panels, words
from gateway.pages.desk.panels import LIVE, Desk, Wish
from gateway.pages.rendering import page
from gateway.parts import Parts
from gateway.people.access import StaffSession
from gateway.people.errors import SessionOverError
from gateway.problem_texts import DEFECT, PROBLEMS, Problem
from gateway.services import catalogue
from gateway.services.catalogue import ServiceUnknownError
from gateway.visits import guarding, in_hand, resuming, setting_aside, turns
from gateway.visits.errors import AlreadyFiledError, Earlier, NotFoundError, OutOfOrderError, VisitError
from gateway.visits.guarding import BarredError
from gateway.visits.states import IN_FRONT
from gateway.visits.trouble_tables import TroubleKind
from gateway.visits.turns import TurnState
from gateway.visits.view import Stage, VisitView
from gateway.web.redirects import see_other

AnyRequest = Request[Any, Any, Any]
Step = Callable[[Connection], object]
P = ParamSpec("P")
T = TypeVar("T")

_HELD_UP: Final = (Stage.APPROVAL, Stage.SENDING, Stage.SERVICE, Stage.REQUEST, Stage.SECOND_LOOK)
"""Stages in which nobody goes on to another service: a yes or an answer is awaited, or nothing is allowed yet."""
NO_WISH: Final = Wish()
_REFUSALS = (VisitError, DelegationError, LogUnhealthyError, ServiceUnknownError, UnknownConnectorError)
"""What a step may refuse: told on the visit's own page, which keeps what was typed."""


@dataclass(frozen=True, slots=True)
class AtVisit:
    """A request of an assistant about one visit: what a handler asks for as `at`."""

    request: AnyRequest
    session: StaffSession
    parts: Parts
    visit_id: str

    @property
    def path(self) -> str:
        """The address of the visit's page."""
        return path_of(self.visit_id)

    def doing(
        self, step: Callable[Concatenate[Connection, Parts, StaffSession, str, P], T], *more: P.args, **named: P.kwargs
    ) -> Callable[[Connection], T]:
        """A step of the flow, or a look, as this assistant takes it in this visit."""
        return lambda conn: step(conn, self.parts, self.session, self.visit_id, *more, **named)

    def taking_in_hand(self, step: Callable[[Connection], T]) -> Callable[[Connection], T]:
        """A step that also takes the visit in hand: the display shows it, and after its end its farewell."""

        def work(conn: Connection) -> T:
            in_hand.take(conn, self.parts, self.session, self.visit_id)
            return step(conn)

        return work

    async def show(
        self,
        wish: Wish = NO_WISH,
        *,
        status: int = 200,
        problem: Problem | None = None,
        earlier: Earlier | None = None,
        resumes: bool = False,
    ) -> Response[Any]:
        """The page of the visit as it stands now, with `problem` on top if a step was refused.

        Whoever opens it (`resumes`) in another session than the last goes on with it, and that is said first.
        """
        desk = await self._gathered(wish)
        if resumes and resuming.is_new(desk.view, self.session):
            await self.parts.database.write(self.doing(resuming.resume))
            desk = await self._gathered(wish)
        if resumes and self._is_opened and in_hand.is_to_be_taken(desk.view.visit):
            await self.parts.database.write(self.doing(in_hand.take))
        return page(
            self.request,
            "pages/desk/visit.html",
            status=status,
            **context_of(self.session, desk, wish),
            problem=problem,
            earlier=earlier,
            earlier_title=None if earlier is None else await self._title(earlier.service_id),
            may_open_earlier=earlier is not None and _may_open(self.session, earlier, self.visit_id),
            note=words.NOTES.get(self.request.query_params.get("note", "")),
        )

    @property
    def _is_opened(self) -> bool:
        """Whether somebody opens the page: one left open in another tab also asks for itself when something changes."""
        return self.request.headers.get("sec-fetch-dest", "document") == "document"

    async def _title(self, service_id: str) -> str:
        service = await self.parts.database.read(lambda conn: catalogue.find(conn, service_id))
        return service.card(self.session.language).title

    async def _gathered(self, wish: Wish) -> Desk:
        return await self.parts.database.read(
            lambda conn: panels.gather(conn, self.parts, self.session, self.visit_id, wish)
        )

    async def take(self, step: Step, *, wish: Wish = NO_WISH, then: str = "") -> Response[Any]:
        """Take `step` in one transaction and see the visit's page; a refusal is told there, nothing typed is lost."""
        try:
            await self.parts.database.write(self.taking_in_hand(step))
        except (NotFoundError, SessionOverError):
            raise
        except _REFUSALS as error:
            if isinstance(error, BarredError):
                route = str(self.request.scope.get("path_template") or "")
                await self.parts.database.write(self.doing(guarding.note, route, error))
            problem = problem_of(error)
            earlier = error.earlier if isinstance(error, AlreadyFiledError) else None
            return await self.show(wish, status=problem.status, problem=problem, earlier=earlier)
        return see_other(f"{self.path}{then}")


def at_visit(request: AnyRequest, session: StaffSession, parts: Parts, visit_id: FromPath[str]) -> AtVisit:
    """Litestar dependency `at`, for handlers whose address names a visit."""
    return AtVisit(request, session, parts, visit_id)


def problem_of(error: Exception) -> Problem:
    """How a refusal is told at the desk; a second click is no mistake and is told so."""
    if isinstance(error, OutOfOrderError):
        return Problem(PROBLEMS[error.code].status, words.MOVED_ON, words.MOVED_ON_ADVICE)
    return PROBLEMS.get(getattr(error, "code", ""), DEFECT)


def _may_open(session: StaffSession, earlier: Earlier, here: str) -> bool:
    """As `reading.for_desk` decides: a visit opens for its own assistant, at its terminal; `here` is open."""
    own = (earlier.assistant_id, earlier.terminal_id) == (session.staff_id, session.terminal_id)
    return own and earlier.visit_id != here


def path_of(visit_id: str) -> str:
    """The address of a visit's page."""
    return f"/desk/visits/{visit_id}"


def context_of(session: StaffSession, desk: Desk, wish: Wish) -> dict[str, Any]:
    """The values that every page of a visit is given."""
    view = desk.view
    is_portal_unwell = desk.trouble is not None and desk.trouble.kind is TroubleKind.UNWELL
    heading = words.stage_of(view, is_portal_unwell=is_portal_unwell)
    return {
        "view": view,
        "stage": view.stage.value,
        "panel": desk.panel,
        "p": desk.values,
        "typed": wish.typed or desk.values.get("before", {}),
        "wrong": wish.errors,
        "here": path_of(view.id),
        "card": desk.card.card if desk.card else None,
        "shown": desk.card,
        "heading": heading,
        "title": heading if desk.panel == view.stage.value else words.PANELS.get(desk.panel, heading),
        "colour": words.COLOURS.get(view.stage, "blue"),
        "steps": steps_of(view),
        "reason": words.reason(view.filing["reason"]) if view.filing and view.filing["reason"] else None,
        "is_live": desk.panel == view.stage.value and (view.stage in LIVE or _goes_on(desk)),
        "can_ask": panels.can_ask(view),
        "can_choose": panels.can_choose(view),
        "can_fill": panels.can_fill(view),
        "turns": desk.turns,
        "together": desk.together,
        "turn_words": words,
        "language": session.language,
        "came_back": desk.came_back,
        "trouble": desk.trouble,
        "holder": desk.holder,
        "ending": desk.ending,
        "filed_of": turns.filed_of(desk.turns),
        "can_set_aside": setting_aside.may_set_aside(view),
        "asked_on_display": session.display_id is not None and view.visit["channel"] in IN_FRONT,
        "can_answer_all": panels.can_answer_all(view),
        "titles": {turn.service.id: turn.service.card(session.language).title for turn in desk.turns},
        "can_go_on": view.delegation is not None and view.stage not in _HELD_UP,
        "words": words,
        "outcome_words": outcome_words,
    }


def _goes_on(desk: Desk) -> bool:
    """Whether the page of one service of several is about to become that of the next."""
    is_over = desk.view.stage in (Stage.FILED, Stage.DECLINED, Stage.FAILED, Stage.NEEDS_HUMAN)
    return is_over and panels.can_answer_all(desk.view) and any(turn.state is TurnState.LEFT for turn in desk.turns)


_AT: Final[dict[Stage, tuple[int, str]]] = {
    Stage.SERVICE: (0, "current"),
    Stage.REFERRAL: (0, "current"),
    Stage.REQUEST: (1, "current"),
    Stage.APPROVAL: (1, "current"),
    Stage.SECOND_LOOK: (1, "current"),
    Stage.REFUSED: (1, "stopped"),
    Stage.LAPSED: (1, "stopped"),
    Stage.QUESTIONS: (2, "current"),
    Stage.FILLING: (2, "current"),
    Stage.PERMIT: (3, "current"),
    Stage.PERMIT_LAPSED: (3, "stopped"),
    Stage.PERMIT_REFUSED: (3, "stopped"),
    Stage.SENDING: (4, "current"),
    Stage.LOOKING_UP: (4, "current"),
    Stage.NEEDS_HUMAN: (4, "current"),
    Stage.DECLINED: (4, "stopped"),
    Stage.NOT_FILED: (4, "stopped"),
    Stage.ARRIVED: (3, "stopped"),
    Stage.BOTH: (4, "current"),
    Stage.FILED: (5, "current"),
}


def steps_of(view: VisitView) -> list[dict[str, Any]]:
    """The progress of a visit: six steps, up to the one it stands at."""
    if view.acts_alone:
        is_over = view.stage is Stage.CLOSED
        alone = ("done", "current") if is_over else ("current", "waiting")
        return [{"text": text, "state": each} for text, each in zip(words.STEPS_ALONE, alone, strict=True)]
    at, state = _AT.get(view.stage) or (reached(view), "stopped")
    if view.stage is Stage.SECOND_LOOK and view.filing is not None:
        at = 3
    states = ["done" if position < at else state if position == at else "waiting" for position in range(6)]
    if view.stage is Stage.CLOSED:
        states[-1] = "current"  # asked at every ending; whether somebody answered, no page of a visit may know
    return [{"text": text, "state": states[position]} for position, text in enumerate(words.STEPS)]


def reached(view: VisitView) -> int:
    """How far a visit came that ended somewhere, as a position in the steps."""
    if view.delegation is None or view.is_for_another_service:
        return 1 if view.service is not None and view.service.is_electronic else 0
    if view.receipt is not None:
        return 5
    if view.filing is not None:
        return 4 if view.filing["sent_at"] is not None else 3 if view.filing["readback_hash"] else 2
    return 2 if view.delegation["granted_at"] is not None else 1
