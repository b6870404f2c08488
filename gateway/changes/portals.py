"""Portals: where they are, as what clients they are known, and for which services."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, select

from audit.entry import Actor
from gateway.changes import marks
from gateway.changes.checks import Faults, check_suspend, ensure_new, known
from gateway.changes.errors import ChangeFaultError, Fault
from gateway.changes.kinds import ALWAYS, Kind, Plan, Values
from gateway.changes.tables import ChangeKind
from gateway.oauth import clients
from gateway.oauth.clients import AuthMethod, ClientRegistration
from gateway.oauth.errors import RegistrationError
from gateway.oauth.providers import ensure_reachable_safely
from gateway.oauth.tables import OAuthClient
from gateway.parts import Store
from gateway.people.access import StaffSession
from gateway.reaching import is_out_of_reach, leads_outside
from gateway.services import keeping, quality
from gateway.services.keeping import PortalEntry
from gateway.services.tables import Portal, Service

LONGEST_ID = 64
_PROBE = "https://portal.example/callback"


def current(conn: Connection, client_id: str) -> Values | None:
    """How a portal is registered now."""
    row = conn.execute(
        select(OAuthClient.__table__, Portal.name, Portal.origin)
        .join(Portal, Portal.id == OAuthClient.portal_id)
        .where(OAuthClient.client_id == client_id)
    ).one_or_none()
    if row is None:
        return None
    return {
        "portal": row.portal_id,
        "name": row.name,
        "origin": row.origin,
        "redirect_uris": list(row.redirect_uris),
        "services": row.services,
        "auth_method": row.auth_method,
        "jwks": row.jwks,
        "personal_code_allowed": row.personal_code_allowed,
        "par_required": row.par_required,
        "logout_uri": row.backchannel_logout_uri,
        "suspended": row.suspended_at is not None,
    }


def registration(plan: Plan) -> ClientRegistration:
    """The registration that a plan asks for."""
    values = plan.values
    return ClientRegistration(
        client_id=plan.target,
        portal_id=values["portal"],
        redirect_uris=values["redirect_uris"],
        personal_code_allowed=values["personal_code_allowed"],
        auth_method=AuthMethod(values["auth_method"]),
        secret=plan.secret,
        jwks=values["jwks"],
        services=values["services"],
        par_required=values["par_required"],
        backchannel_logout_uri=values["logout_uri"],
    )


def _check_new(conn: Connection, store: Store, plan: Plan, before: Values | None, by: StaffSession | None) -> None:
    faults = Faults()
    with faults.gather():
        ensure_new(before)
    with faults.gather():
        _check(conn, store, plan, before, by)
    faults.settle()


def _check_known(conn: Connection, store: Store, plan: Plan, before: Values | None, by: StaffSession | None) -> None:
    _check(conn, store, plan, known(before), by)


def _check(conn: Connection, store: Store, plan: Plan, before: Values | None, _by: StaffSession | None) -> None:
    values, faults = plan.values, Faults()
    for name in ("portal", "name", "origin", "redirect_uris"):
        if not values[name]:
            faults.add(name, Fault.MISSING)
    if not 0 < len(plan.target) <= LONGEST_ID or len(values["portal"]) > LONGEST_ID:
        faults.add("target", Fault.MISSING)
    if not _is_origin(values["origin"]):
        faults.add("origin", Fault.ADDRESS)
    method = AuthMethod(values["auth_method"])
    for field, fault, changed in (
        ("redirect_uris", Fault.ADDRESS, {"redirect_uris": values["redirect_uris"]}),
        ("logout_uri", Fault.ADDRESS, {"backchannel_logout_uri": values["logout_uri"]}),
        ("jwks", Fault.KEYS, {"auth_method": method, "jwks": values["jwks"]}),
    ):
        with faults.gather():
            _ensure(field, fault, **changed)
    had_keys = before is not None and before["auth_method"] == AuthMethod.PRIVATE_KEY_JWT
    if had_keys and method is not AuthMethod.PRIVATE_KEY_JWT and not plan.secret:
        faults.add("new_secret", Fault.MISSING)
    with faults.gather():
        _ensure_services(conn, values)
    with faults.gather():
        _ensure_portal(conn, plan)
    with faults.gather():
        _ensure_proved(conn, store, values)
    for field in _real(store, values):
        faults.add(field, Fault.REAL)
    faults.settle()


def _real(store: Store, values: Values) -> Iterator[str]:
    """Fields that lead to real people where people are made up."""
    if is_out_of_reach(store.settings, values["origin"]):
        yield "origin"
    for field, addresses in (("redirect_uris", values["redirect_uris"]), ("logout_uri", [values["logout_uri"]])):
        if any(leads_outside(store.settings, values["origin"], each) for each in addresses):
            yield field


def _ensure(field: str, fault: Fault, **changed: Any) -> None:
    """Let the registrar itself judge one part, beside others that are in order."""
    parts: dict[str, Any] = {"redirect_uris": [_PROBE], "personal_code_allowed": False} | changed
    try:
        clients.ensure_sound(ClientRegistration(client_id="-", portal_id="-", **parts))
    except RegistrationError as error:
        raise ChangeFaultError(field, fault) from error


def _ensure_services(conn: Connection, values: Values) -> None:
    wanted = values["services"]
    if wanted is None:
        return
    known = set(conn.execute(select(Service.id).where(Service.id.in_(wanted))).scalars())
    if not wanted or set(wanted) - known:
        raise ChangeFaultError("services", Fault.UNKNOWN)


def _ensure_portal(conn: Connection, plan: Plan) -> None:
    """Refuse to take another client's portal: its connectors would file elsewhere."""
    taken = conn.execute(select(Portal.client_id).where(Portal.id == plan.values["portal"])).scalar_one_or_none()
    if taken is not None and taken != plan.target:
        raise ChangeFaultError("portal", Fault.KNOWN)


def _ensure_proved(conn: Connection, store: Store, values: Values) -> None:
    """Refuse to let a connector that was tried with made-up people alone meet a portal that residents use."""
    if not quality.is_live(store.settings, values["portal"], values["origin"]):
        return
    wanted = values["services"]
    if wanted is None:
        wanted = conn.execute(select(Service.id).where(Service.portal_id == values["portal"])).scalars().all()
    if quality.unproved(wanted):
        raise ChangeFaultError("services", Fault.UNPROVED)


def _is_origin(address: str) -> bool:
    try:
        ensure_reachable_safely(address)
    except RegistrationError:
        return False
    return address.count("/") == len("//")


def _apply(conn: Connection, store: Store, plan: Plan, by: Actor) -> None:
    values = plan.values
    entry = PortalEntry(id=values["portal"], name=values["name"], origin=values["origin"], client_id=plan.target)
    keeping.register_portal(conn, entry)
    clients.register(conn, store, registration(plan), by=by)


def _suspend(conn: Connection, store: Store, plan: Plan, by: Actor) -> None:
    clients.suspend(conn, store, plan.target, by=by)


KINDS = {
    ChangeKind.PORTAL_REGISTER: Kind(
        about="portal", current=current, check=_check_new, apply=_apply, mark=marks.of_portal
    ),
    ChangeKind.PORTAL_ALTER: Kind(
        about="portal", current=current, check=_check_known, apply=_apply, mark=marks.of_portal
    ),
    ChangeKind.PORTAL_SUSPEND: Kind(
        about="portal", current=current, check=check_suspend, apply=_suspend, is_stricter=ALWAYS
    ),
}
"""The kinds of change that are about portals."""
