"""Where a service holder's officer begins: their institution's services, agreements, and what is proposed of them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from litestar import Request, Response, get
from sqlalchemy import Connection, or_, select

from gateway.changes import holders, listing
from gateway.changes.tables import ChangeKind
from gateway.days import last_day
from gateway.holders import figures
from gateway.holders.figures import Narrowed
from gateway.holders.months import Month, Span
from gateway.pages import holder_words
from gateway.pages.admin import titles, words
from gateway.pages.rendering import language_of, page
from gateway.parts import Parts
from gateway.people.access import StaffSession, Who, allow
from gateway.people.errors import AccessRefusedError
from gateway.people.tables import Centre
from gateway.services import agreements, catalogue
from gateway.services.tables import Agreement, Portal, Service
from gateway.visits import terms
from ui.i18n import Message, message

AnyRequest = Request[Any, Any, Any]
_ABOUT: Final = (
    ChangeKind.AGREEMENT_ADD,
    ChangeKind.AGREEMENT_END,
    ChangeKind.AGREEMENT_SUSPEND,
    ChangeKind.AGREEMENT_LIFT,
    ChangeKind.FORM_ACCEPT,
    ChangeKind.ACCOUNT_INVITE,
)
_MOST: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """One agreement, as its holder reads it."""

    id: str
    service: str | None
    """Its title; none: every service of the holder."""
    centre: str | None
    begins_at: datetime
    until: date | None
    """The last day."""
    state: Message

    terms: tuple[Message, ...] = ()
    """What it allows less than everything."""
    near: tuple[int, int] | None = None
    """How many were begun of the most that it allows, where that is almost used up."""

    @property
    def can_end(self) -> bool:
        """Whether it is not over yet."""
        return self.state is not words.OVER

    @property
    def is_suspended(self) -> bool:
        """Whether it allows nothing until two people lift that."""
        return self.state is words.SUSPENDED


@get("/holder", **allow(Who.OFFICER))
async def show(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """What the officer's institution has entrusted to whom, and what waits for its word."""
    holder, now, language = session.holder, parts.clock.now(), language_of(request)
    if holder is None:
        raise AccessRefusedError("nobody's officer")

    def work(conn: Connection) -> dict[str, Any]:
        services = _services(conn, holder, session.language)
        month = Month.of(now)
        counted = figures.cells(conn, [each["id"] for each in services], Narrowed(span=Span(month, month)))
        about = holders.of_holder(conn, holder, listing.of_kinds(conn, _ABOUT, most=_MOST))
        return {
            "services": services,
            "month": str(month),
            "so_far": figures.table_by(counted, lambda each: each.month).get(month),
            "outcomes": holder_words.OUTCOMES,
            "agreements": _agreements(conn, holder, session.language, now),
            "waiting": [each for each in about if each.is_open],
            "decided": [each for each in about if not each.is_open][:20],
            "titles": titles.of_changes(conn, about, language),
        }

    shown = await parts.database.read(work)
    return page(
        request,
        "pages/holder/start.html",
        holder=holder,
        kinds=words.KINDS,
        state=words.state,
        why=words.why,
        by=words.by,
        confirms=holders.CONFIRMS,
        **shown,
    )


def _services(conn: Connection, holder: str, language: str) -> list[dict[str, Any]]:
    rows = conn.execute(
        select(Service.id, Service.cards, Service.grant_least, Service.permit_least, Portal.name)
        .outerjoin(Portal, Portal.id == Service.portal_id)
        .where(Service.holder == holder)
        .order_by(Service.id)
        .limit(_MOST)
    )
    return [
        {
            "id": row.id,
            "title": catalogue.title_of(row.cards, language),
            "portal": row.name,
            "grant": words.LEVELS[row.grant_least],
            "permit": words.LEVELS[row.permit_least],
        }
        for row in rows
    ]


def _agreements(conn: Connection, holder: str, language: str, now: datetime) -> list[Agreed]:
    rows = conn.execute(
        select(Agreement.__table__, Service.cards, Centre.name.label("centre"))
        .outerjoin(Service, Service.id == Agreement.service_id)
        .outerjoin(Centre, Centre.id == Agreement.centre_id)
        .where(Agreement.holder == holder)
        .order_by(or_(Agreement.ends_at.is_(None), Agreement.ends_at > now).desc(), Agreement.begins_at, Agreement.id)
        .limit(_MOST)
    )
    found = rows.all()
    suspended = agreements.suspended(conn, [row.id for row in found])
    near = terms.nearly_full(conn, [row for row in found if _state(row, now) is words.IN_FORCE], now)
    return [
        Agreed(
            id=row.id,
            service=None if row.cards is None else catalogue.title_of(row.cards, language),
            centre=row.centre,
            begins_at=row.begins_at,
            until=last_day(row.ends_at) if row.ends_at else None,
            state=words.SUSPENDED if row.id in suspended and _state(row, now) is not words.OVER else _state(row, now),
            terms=_terms(row),
            near=near.get(row.id),
        )
        for row in found
    ]


def _state(row: Any, now: datetime) -> Message:
    if row.ends_at is not None and row.ends_at <= now:
        return words.OVER
    return words.COMING if row.begins_at > now else words.IN_FORCE


def _terms(row: Any) -> tuple[Message, ...]:
    said = [words.ROUTES[each] for each in row.routes or ()]
    if row.most_a_day is not None:
        said.append(message("%(most)s a day at most", most=row.most_a_day))
    if row.most_a_month is not None:
        said.append(message("%(most)s a month at most", most=row.most_a_month))
    return (*said, *([message("Paid: %(paid)s", paid=row.paid)] if row.paid else []))


HANDLERS = (show,)
