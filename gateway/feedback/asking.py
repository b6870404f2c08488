"""Asks how it went: once for each visit, whatever its ending.

The visit knows only that somebody was asked; the invitation knows only centre, group of services, month and how it
went to them. The link is kept sealed with the visit's values for a day, so that the last page can show it.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, bindparam, exists, insert, select

from audit.entry import Actor, ActorKind
from audit.events import EventName
from gateway import long_codes
from gateway.callbacks import waiting
from gateway.callbacks.sealed import Content
from gateway.feedback.tables import FeedbackInvitation, Reach
from gateway.ids import digest
from gateway.ledger import outbox as ledger
from gateway.notifications.reaching import Notice, queue_for
from gateway.parts import Parts
from gateway.people import preferences
from gateway.people.preferences import Kind
from gateway.services import catalogue
from gateway.terminals.tables import Display
from gateway.visits.rows import AnyRow
from gateway.visits.sealed import VisitVault
from gateway.visits.states import IN_FRONT

KIND = "feedback"
"""Under which kind the link is sealed in the visit's vault."""
VALID_DAYS = 30
NO_GROUP = "none"
"""The group of a visit in which no service was chosen."""

_RIGA = ZoneInfo("Europe/Riga")
_SYSTEM = Actor(ActorKind.SYSTEM, "gateway")
_INSERT = insert(FeedbackInvitation)
_HAS_DISPLAY = select(exists().where(Display.terminal_id == bindparam("terminal"), Display.revoked_at.is_(None)))


def ask(conn: Connection, parts: Parts, visit: AnyRow, *, ending: str, principal_id: str | None, now: datetime) -> None:
    """Invite the resident of a closing visit to answer; a visit that was asked before is not asked again.

    The invitation goes by SMS or e-mail too where a contact of the principal is known from elsewhere than the counter,
    or by a call in their place, never by two of them.
    Whoever does not want to be asked is not, and is counted as such.
    """
    vault = VisitVault.of(conn, parts.sealer, visit.id, visit.key_id)
    if vault.find(visit.id, KIND) is not None:
        return
    code = long_codes.new_code(long_codes.SHORT)
    if principal_id is not None and Kind.FEEDBACK not in preferences.read(conn, principal_id).wanted:
        _invite(conn, visit, code, Reach.OPTED_OUT, now)  # the code goes to nobody
        _record(conn, EventName.FEEDBACK_NOT_ASKED, visit.id, {"ending": ending}, now)
        return
    link = f"{parts.settings.public_url}/f/{code}"
    vault.add(visit.id, KIND, link.encode(), now)
    reach = _reach_here(conn, visit)
    if principal_id is not None and waiting.is_to_be_called(conn, parts, principal_id):
        reach = Reach.CALL
        content = Content(resident=principal_id, code=code, language=visit.language)
        group = _group_of(conn, visit.service_id)
        waiting.queue(conn, parts, visit, content, group=group, today=local_day(now), now=now)
    elif principal_id is not None:
        notice = Notice(template="feedback", language=visit.language, values={"link": link}, visit_id=visit.id)
        delay = parts.settings.feedback_delay
        channel = queue_for(conn, parts, vault.key, principal_id, notice, now=now, delay=delay)
        if channel is not None:
            reach = Reach.DISPLAY_AND_MESSAGE if reach is Reach.DISPLAY else Reach(channel.value)
    _invite(conn, visit, code, reach, now)
    _record(conn, EventName.FEEDBACK_ASKED, visit.id, {"ending": ending, "by": reach.value}, now)


def printed_code(link: str) -> str:
    """The code of a link as it is printed beside its picture, for whoever types it at `/f`."""
    return long_codes.printed(link.rpartition("/")[2])


def read_code(typed: str) -> str | None:
    """The code that somebody typed or followed, in its one spelling; none if it cannot be one.

    Invitations from before codes were short have long ones.
    """
    return long_codes.read(typed, long_codes.SHORT) or long_codes.read(typed)


def local_day(now: datetime) -> date:
    """The day in Riga: a visit late in the evening belongs to the day on its calendar."""
    return now.astimezone(_RIGA).date()


def _invite(conn: Connection, visit: AnyRow, code: str, reach: Reach, now: datetime) -> None:
    today = local_day(now)
    conn.execute(
        _INSERT,
        {
            "token_hash": digest(code),
            "centre_id": visit.centre_id,
            "service_group": _group_of(conn, visit.service_id),
            "month": f"{today:%Y-%m}",
            "asked_on": today,
            "expires_on": today + timedelta(days=VALID_DAYS),
            "used": reach is Reach.OPTED_OUT,
            "rated": False,
            "reach": reach,
            "declined": reach is Reach.OPTED_OUT,
        },
    )


def _reach_here(conn: Connection, visit: AnyRow) -> Reach:
    """How they are asked where no message goes out."""
    if visit.channel not in IN_FRONT:
        return Reach.PAGE
    return Reach.DISPLAY if conn.execute(_HAS_DISPLAY, {"terminal": visit.terminal_id}).scalar_one() else Reach.PAGE


def _record(conn: Connection, event: EventName, visit_id: str, data: dict[str, str], now: datetime) -> None:
    ledger.record(conn, chain=visit_id, type=event, actor=_SYSTEM, data=data, at=now)


def _group_of(conn: Connection, service_id: str | None) -> str:
    return NO_GROUP if service_id is None else catalogue.find(conn, service_id).feedback_group
