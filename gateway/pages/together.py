"""How services that were done together came out: what was filed, what was not and why, and the way on, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from delegation.model import DelegationState
from delegation.statement import local_time
from gateway.pages.desk import words
from gateway.parts import Parts
from gateway.visits import unfiled
from gateway.visits.turns import Turn, TurnState
from gateway.visits.unfiled import Unfiled
from gateway.visits.view import Stage, VisitView
from ui.i18n import Message, message

_WHY: Final[Mapping[Unfiled, Message]] = {
    Unfiled.REFUSED: message("The institution looked at it and refused it. Nothing was filed."),
    Unfiled.OWN_NO: message("The resident did not agree to send it. Nothing was sent."),
    Unfiled.FAILED: message("It could not be filled in. Nothing was sent."),
    Unfiled.NOT_ARRIVED: message("It was sent and did not arrive. The institution has nothing of it."),
    Unfiled.STOPPED: message("It was stopped before it was sent."),
    Unfiled.ELSEWHERE: message("The same had been filed before, in another visit. It was not sent again."),
    Unfiled.TWICE: message("It may have arrived twice. The assistant has both numbers."),
    Unfiled.SENDING: message("It is being sent now."),
    Unfiled.DOUBT: message("It was sent, and it is not known yet whether it arrived. It is not sent a second time."),
    Unfiled.SKIPPED: message("It was left out for now."),
    Unfiled.NOT_YET: message("Something has to be so first, and is not yet."),
    Unfiled.WAITS: message("It needs what another service gives, and that one is not filed."),
    Unfiled.UNDER_WAY: message("It was being filled in. Nothing was sent."),
    Unfiled.NOT_BEGUN: message("It was not begun."),
}
_WHILE_GOING_ON: Final[Mapping[Unfiled, Message]] = {
    Unfiled.WAITS: message("It needs what another service gives, and follows as soon as that is filed."),
    Unfiled.UNDER_WAY: message("It is being prepared. Nothing of it has been sent yet."),
    Unfiled.NOT_BEGUN: message("It waits for its turn."),
}
"""The same while the visit goes on: nothing is over yet, and nobody has to do anything for it."""
_ITS_TURN: Final = message("It is its turn now.")
_REFERRED: Final = message("It is not filed here. Its card says where, when and with which papers.")
_NOW: Final = message("The assistant can go on with it now.")
_TAKEN_BACK_IN: Final = message("The assistant can take it back in while you are here.")
_ASKED_ANEW: Final = message("The assistant can ask for it again in this visit.")
_MEND: Final = message("Mend with the assistant what the institution names. It is sent again only with a new yes.")
_NOTHING_TO_DO: Final = frozenset({Unfiled.ELSEWHERE, Unfiled.TWICE})
_CAME_TO_NOTHING: Final = frozenset(
    {Unfiled.REFUSED, Unfiled.OWN_NO, Unfiled.FAILED, Unfiled.NOT_ARRIVED, Unfiled.STOPPED, *_NOTHING_TO_DO}
)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One of the services."""

    turn: Turn
    why: tuple[Message, ...] = ()
    """Sentences that say why it is not filed."""
    said: Sequence[str] = ()
    """The portal's own words, where it refused."""
    way_on: Message | None = None


@dataclass(frozen=True, kw_only=True)
class Together:
    """All of them, by how they came out; each in the order in which they are done."""

    filed: tuple[Line, ...]
    not_filed: tuple[Line, ...]
    left: tuple[Line, ...]


def of(conn: Connection, parts: Parts, view: VisitView, turns: Sequence[Turn]) -> Together | None:
    """How they came out; `None` where there is but one service. Opens what portals said, for whoever may see values."""
    if not turns:
        return None
    refused = {turn.service.id: turn.filing_id for turn in turns if turn.filing_id and turn.why is Unfiled.REFUSED}
    said = unfiled.portal_words(conn, parts, view, refused)
    lines = [_line(view, turn, said.get(turn.service.id, ())) for turn in turns]
    return Together(
        filed=tuple(each for each in lines if each.turn.state is TurnState.FILED),
        not_filed=tuple(each for each in lines if _is_over(each.turn)),
        left=tuple(each for each in lines if each.turn.state is not TurnState.FILED and not _is_over(each.turn)),
    )


def _is_over(turn: Turn) -> bool:
    return turn.state is not TurnState.FILED and turn.why in _CAME_TO_NOTHING


def _line(view: VisitView, turn: Turn, said: Sequence[str]) -> Line:
    if turn.state is TurnState.FILED:
        return Line(turn=turn)
    if turn.why is None:
        return Line(turn=turn, why=(_REFERRED,))
    if turn.why is Unfiled.SENDING:
        return Line(turn=turn, why=(_WHY[turn.why],))
    if turn.why in _WHILE_GOING_ON and _goes_on(view):
        is_its_turn = turn.is_current and turn.why is Unfiled.NOT_BEGUN
        return Line(turn=turn, why=(_ITS_TURN if is_its_turn else _WHILE_GOING_ON[turn.why],))
    more = (words.reason(turn.reason),) if turn.why is Unfiled.FAILED else ()
    return Line(turn=turn, why=(_WHY[turn.why], *more), said=said, way_on=_way_on(view, turn, turn.why))


def _goes_on(view: VisitView) -> bool:
    """Whether what is not filed yet may still be filed in this visit."""
    is_allowed = view.delegation is not None and view.delegation["state"] is DelegationState.ACTIVE
    return view.is_open and is_allowed and view.stage is not Stage.EXPIRED


def _way_on(view: VisitView, turn: Turn, why: Unfiled) -> Message | None:
    holder, is_mended = turn.service.holder, why is Unfiled.REFUSED
    if why in _NOTHING_TO_DO:
        return None
    if why is Unfiled.DOUBT:
        return message("A message tells it as soon as it is known. %(holder)s can tell it too.", holder=holder)
    if view.is_put_off:
        until = local_time(view.visit["set_aside_until"], view.language)
        return message("It can be filed until %(until)s: come back to the centre with a document.", until=until)
    if view.is_open:
        return _way_on_here(view, why)
    if is_mended:
        return message(
            "Once what was refused is mended, it can be filed in a new visit. %(holder)s tells what is wanted.",
            holder=holder,
        )
    return message("It can be filed in a new visit at any centre, or by oneself at %(holder)s.", holder=holder)


def _way_on_here(view: VisitView, why: Unfiled) -> Message:
    """What can still be done in the visit that is open."""
    if not _goes_on(view):
        return _ASKED_ANEW
    if why is Unfiled.REFUSED:
        return _MEND
    return _TAKEN_BACK_IN if why is Unfiled.SKIPPED else _NOW
