"""What the screen that faces the resident shows: which of its screens, and with what."""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection

from delegation.assurance import ON_PHONE, Route
from gateway.feedback import answers
from gateway.feedback.asking import printed_code
from gateway.ids import digest
from gateway.pages import readback
from gateway.pages.qr import qr
from gateway.pages.rendering import LANGUAGES
from gateway.pages.resident import endings
from gateway.parts import Parts
from gateway.people.access import DisplaySession
from gateway.visits import facing, holders, line, reading, showing, troubles
from gateway.visits.facing import Phase
from gateway.visits.reading import OpenedVisit, Stage, VisitView
from ui.i18n import Language


class Screen(StrEnum):
    """What the display is about; each has a template of its name."""

    WAITING = "waiting"
    """Paired with no terminal."""
    PAIRING = "pairing"
    """A terminal is about to be paired: the number that both show."""
    BLANK = "blank"
    RESTING = "resting"
    """The desk is locked."""
    FAREWELL = "farewell"
    THANKS = "thanks"
    """The rating was given; what is left is asked on the phone."""
    GREETING = "greeting"
    INVITE = "invite"
    """The question is asked on the phone: how to get there, then that it is there."""
    STATEMENT = "statement"
    READBACK = "readback"
    PROGRESS = "progress"
    FILED = "filed"
    TOLD = "told"


_BEFORE = {Stage.SERVICE, Stage.REFERRAL, Stage.REQUEST}
_UNDER_WAY = {Stage.QUESTIONS, Stage.FILLING, Stage.SENDING}
_ON_DISPLAY = {Stage.APPROVAL: Screen.STATEMENT, Stage.PERMIT: Screen.READBACK}


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What the display shows now."""

    screen: Screen
    view: VisitView | None = None
    values: dict[str, Any] = field(default_factory=dict)


def gather(conn: Connection, parts: Parts, session: DisplaySession) -> Shown:
    """Read what the display shows. Changes nothing."""
    if session.offer is not None:
        return Shown(screen=Screen.PAIRING, values={"offer": session.offer})
    if session.terminal_id is None:
        return Shown(screen=Screen.WAITING)
    phase, view = visit_of(conn, parts, session)
    if view is None:
        return Shown(screen=Screen.BLANK)
    if phase is Phase.FAREWELL:
        return _farewell(conn, parts, view)
    if phase is Phase.RESTING:
        return Shown(screen=Screen.RESTING, view=view, values={"is_permit": reading.is_permit(view)})
    screen = screen_of(view)
    return Shown(screen=screen, view=view, values=_values(conn, parts, view, screen))


def visit_of(conn: Connection, parts: Parts, session: DisplaySession) -> tuple[Phase, VisitView | None]:
    """The visit that the display is about, as its reader reads it: in the language that was chosen here, if one was."""
    current = facing.on_screen(conn, parts, session)
    view, chosen = current.view, session.chosen
    if view is None or chosen is None or chosen.visit_id != view.id or chosen.language is None:
        return current.phase, view
    return current.phase, replace(view, visit={**view.visit, "language": chosen.language})


def is_large(session: DisplaySession, view: VisitView | None) -> bool:
    """Whether the text is larger still: as chosen for this visit, else as it is between visits."""
    chosen = session.chosen
    if view is None or chosen is None or chosen.visit_id != view.id or chosen.is_large is None:
        return session.is_large
    return chosen.is_large


def reader_of(view: VisitView) -> Language:
    """The language in which a visit is read."""
    return next((language for language in LANGUAGES if language == view.language), LANGUAGES[0])


def screen_of(view: VisitView) -> Screen:
    """Which screen an open visit is on."""
    stage = view.stage
    if stage in _BEFORE:
        return Screen.GREETING
    if stage in _ON_DISPLAY:
        route = view.approval["route"] if view.approval else None
        if not view.is_asked or route not in {*ON_PHONE, Route.DISPLAY}:
            return Screen.TOLD
        return Screen.INVITE if route in ON_PHONE else _ON_DISPLAY[stage]
    if stage in _UNDER_WAY:
        return Screen.PROGRESS
    return Screen.FILED if stage is Stage.FILED else Screen.TOLD


def mark_of(link: str) -> str:
    """Names a farewell to the form that stands on it: it tells nothing, and a late touch answers no other."""
    return digest(f"farewell\n{link}").hex()[:32]


def _farewell(conn: Connection, parts: Parts, view: VisitView) -> Shown:
    link = facing.farewell_link(conn, parts, view)
    if link is None:
        return Shown(screen=Screen.BLANK)
    token = link.rpartition("/")[2]
    is_rated = answers.is_rated(conn, token)
    values: dict[str, Any] = {"link": link, "qr": qr(link), "code": printed_code(link), "mark": mark_of(link)}
    values["may_decline"] = facing.asked_of(view) is not None
    values["is_declined"] = is_rated and answers.is_declined(conn, token)
    return Shown(screen=Screen.THANKS if is_rated else Screen.FAREWELL, view=view, values=values)


def _values(conn: Connection, parts: Parts, view: VisitView, screen: Screen) -> dict[str, Any]:
    match screen:
        case Screen.INVITE:
            return _invitation(conn, parts, view)
        case Screen.STATEMENT:
            return {"statement": OpenedVisit(conn, parts, view, "statement").statement()}
        case Screen.READBACK:
            kept = OpenedVisit(conn, parts, view, "readback").readback()
            shown = readback.shown(kept, view.service, view.language)
            return {"readback": shown, "on_record": showing.is_on_record(conn, view)}
        case Screen.FILED:
            paper = OpenedVisit(conn, parts, view).stop_paper()
            return {
                "stop_paper": paper,
                "stop_qr": None if paper is None else qr(paper.link),
                "holder": holders.of_view(conn, parts, view, view.language),
            }
        case Screen.TOLD:
            return {"told": endings.OVER if view.stage in _ON_DISPLAY else endings.told(view)}
        case _:
            return {
                "place": line.place(conn, parts, view),
                "waits_for_portal": troubles.waits_for_portal(conn, view),
            }


def _invitation(conn: Connection, parts: Parts, view: VisitView) -> dict[str, Any]:
    approval = view.approval or {}
    is_permit = reading.is_permit(view)
    made = OpenedVisit(conn, parts, view, "invitation").invitation()
    is_live = made is not None and approval["code_until"] is not None and view.now < approval["code_until"]
    return {
        "is_permit": is_permit,
        "invitation": made if is_live else None,
        "match_number": made.match_number if made else None,
        "qr": qr(f"{parts.settings.public_url}/a/{made.link}") if made and is_live else None,
        "address": f"{parts.settings.public_url}/a",
    }
