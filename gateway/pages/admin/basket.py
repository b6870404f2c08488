"""One basket: what centres of a kind offer, chosen by title, with what changes shown before it is proposed."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from sqlalchemy import Connection

from gateway.changes import flow, listing, network
from gateway.changes.errors import ChangeFaultError
from gateway.changes.kinds import Plan, Values
from gateway.changes.listing import Change
from gateway.changes.tables import ChangeKind, ChangeState
from gateway.pages.admin import choosing, titles, words
from gateway.pages.forms import Form, field
from gateway.pages.rendering import language_of, page
from gateway.parts import Parts
from gateway.people.access import StaffSession, Who, allow
from gateway.people.roles import Role
from gateway.reports.words import KINDS_OF_CENTRE
from gateway.web.redirects import see_other
from ui.i18n import Language, message

AnyRequest = Request[Any, Any, Any]
_WHO: Final = allow(Who.ADMINISTRATOR, Who.NETWORK_OWNER)
_FIELD: Final = "service-"
_MOST_PAST: Final = 20
_TAKES_BACK: Final = message("Takes back a change of this basket")


@dataclass(frozen=True, slots=True)
class _Past:
    """One change that was proposed of a basket."""

    change: Change
    added: tuple[str, ...]
    removed: tuple[str, ...]
    is_undone: bool
    """Nothing of it stands in the basket any more, or it never took effect."""

    @property
    def at(self) -> datetime:
        """When it took effect, or was proposed where it has not."""
        return self.change.applied_at or self.change.proposed_at


@dataclass(frozen=True, slots=True)
class _Basket:
    """A basket and all that could stand in it."""

    kind: str
    groups: Mapping[str, list[tuple[str, str]]]
    """By institution: id and title of each of its services."""
    names: Mapping[str, str]
    present: frozenset[str]
    past: tuple[_Past, ...]

    @property
    def offered(self) -> frozenset[str]:
        """All that can be chosen."""
        return frozenset(service_id for of in self.groups.values() for service_id, _title in of)

    def named(self, services: Iterable[str]) -> list[str]:
        """Titles, as people sort them."""
        return sorted((self.names.get(each, each) for each in services), key=str.casefold)

    def mark(self, chosen: Collection[str]) -> str:
        """Of what is chosen against what is there: whoever proposes has seen just this difference."""
        said = "\n".join((*sorted(self.present), "", *sorted(chosen)))
        return hashlib.sha256(said.encode()).hexdigest()[:32]

    def without(self, change_id: str) -> frozenset[str]:
        """What would stand in it without a change that took effect; as it is where there is no such change."""
        for each in self.past:
            if each.change.id == change_id and each.change.state is ChangeState.APPLIED:
                before, after = _both(each.change)
                return (self.present - (after - before)) | ((before - after) & self.offered)
        return self.present


def path(kind: str) -> str:
    """Where a basket is changed."""
    return f"/baskets/{kind}/change"


@get("/baskets/{kind:str}/change", **_WHO)
async def show(request: AnyRequest, session: StaffSession, parts: Parts, kind: FromPath[str]) -> Response[Any]:
    """All services by institution, those of the basket chosen; and what was changed before."""
    basket = await _read(parts, kind, language_of(request))
    undone = basket.without(request.query_params.get("undo", ""))
    reason = "" if undone == basket.present else _TAKES_BACK.text(language_of(request))
    return _page(request, session, basket, undone, reason, is_seen=undone != basket.present)


@post("/baskets/{kind:str}/change", **_WHO)
async def change(
    request: AnyRequest, session: StaffSession, parts: Parts, kind: FromPath[str], data: Form
) -> Response[Any]:
    """Show what would change; propose it once just that was seen."""
    basket = await _read(parts, kind, language_of(request))
    chosen = frozenset(name.removeprefix(_FIELD) for name in data if name.startswith(_FIELD))
    reason = field(data, "reason", 4 * flow.LONGEST_REASON)
    if field(data, "seen") != basket.mark(chosen):
        return _page(request, session, basket, chosen, reason, is_seen=True)
    plan = Plan(kind=ChangeKind.BASKET_CHANGE, target=kind, values={"services": sorted(chosen)})
    try:
        made = await parts.database.write(lambda conn: flow.propose(conn, parts, plan, by=session, reason=reason))
    except ChangeFaultError as error:
        return _page(request, session, basket, chosen, reason, is_seen=True, fault=error)
    return see_other(f"/admin/changes/{made}")


async def _read(parts: Parts, kind: str, language: Language) -> _Basket:
    def work(conn: Connection) -> _Basket:
        now = network.current_basket(conn, kind)
        if now is None:
            raise NotFoundException
        present = frozenset(now["services"])
        groups: dict[str, list[tuple[str, str]]] = {}
        for holder, title, service_id in choosing.for_a_basket(conn, present, language):
            groups.setdefault(holder, []).append((service_id, title))
        past = listing.of_target(conn, ChangeKind.BASKET_CHANGE, kind, most=_MOST_PAST)
        known = titles.names_in(conn, [each for one in past for each in (one.before or {}, one.after)], language)
        names = known | {service_id: title for of in groups.values() for service_id, title in of}
        basket = _Basket(kind, groups, names, present, ())
        return _Basket(kind, groups, names, present, tuple(_past(basket, each) for each in past))

    return await parts.database.read(work)


def _past(basket: _Basket, change: Change) -> _Past:
    before, after = _both(change)
    added, removed = after - before, before - after
    is_gone = not added & basket.present and not removed - basket.present
    return _Past(
        change,
        tuple(basket.named(added)),
        tuple(basket.named(removed)),
        is_undone=is_gone or change.state is not ChangeState.APPLIED,
    )


def _both(change: Change) -> tuple[frozenset[str], frozenset[str]]:
    def of(values: Values | None) -> frozenset[str]:
        return frozenset((values or {}).get("services") or ())

    return of(change.before), of(change.after)


def _page(
    request: AnyRequest,
    session: StaffSession,
    basket: _Basket,
    chosen: frozenset[str],
    reason: str,
    *,
    is_seen: bool,
    fault: ChangeFaultError | None = None,
) -> Response[Any]:
    known = chosen & basket.offered
    errors = {} if fault is None else {name: words.FAULTS[each] for name, each in fault.all.items()}
    return page(
        request,
        "pages/admin/basket.html",
        status=422 if errors else 200,
        back=path(basket.kind),
        here=path(basket.kind),
        basket=basket,
        kind=KINDS_OF_CENTRE.get(basket.kind, basket.kind),
        field=_FIELD,
        chosen=known,
        added=basket.named(known - basket.present),
        removed=basket.named(basket.present - known),
        is_stricter=known <= basket.present,
        is_seen=is_seen,
        seen=basket.mark(chosen),
        reason=reason,
        errors=errors,
        state=words.state,
        by=words.by,
        is_owner=session.role is Role.NETWORK_OWNER,
    )


HANDLERS = (show, change)
