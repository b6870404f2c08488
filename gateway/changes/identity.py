"""Identity providers: whom we believe about who a resident is, and how much."""

from sqlalchemy import Connection, select

from audit.entry import Actor
from delegation.assurance import Assurance
from delegation.errors import UnknownAssuranceError
from gateway.changes import marks
from gateway.changes.checks import Faults, check_suspend, ensure_new, known
from gateway.changes.errors import ChangeFaultError, Fault
from gateway.changes.kinds import ALWAYS, Kind, Plan, Values
from gateway.changes.tables import ChangeKind
from gateway.oauth import providers
from gateway.oauth.clients import AuthMethod
from gateway.oauth.errors import RegistrationError
from gateway.oauth.tables import IdentityProvider
from gateway.parts import Store
from gateway.people.access import StaffSession
from gateway.reaching import is_out_of_reach

LONGEST_ID = 64


def current(conn: Connection, provider_id: str) -> Values | None:
    """How a provider is registered now."""
    found = select(IdentityProvider.__table__).where(IdentityProvider.id == provider_id)
    row = conn.execute(found).one_or_none()
    if row is None:
        return None
    return {
        "name_lv": row.name.get("lv", ""),
        "name_en": row.name.get("en", ""),
        "issuer": row.issuer,
        "client_id": row.client_id,
        "scope": row.scope,
        "auth_method": row.auth_method,
        "acr_levels": row.acr_levels or {},
        "code_claim": row.code_claim,
        "phone_claim": row.phone_claim,
        "phone_verified": row.phone_verified,
        "suspended": row.suspended_at is not None,
    }


def _check_new(conn: Connection, store: Store, plan: Plan, before: Values | None, by: StaffSession | None) -> None:
    faults = Faults()
    with faults.gather():
        ensure_new(before)
    with faults.gather():
        _check(conn, store, plan, before, by)
    if plan.secret is None and plan.values["auth_method"] != AuthMethod.PRIVATE_KEY_JWT:
        faults.add("secret", Fault.MISSING)
    faults.settle()


def _check_known(conn: Connection, store: Store, plan: Plan, before: Values | None, by: StaffSession | None) -> None:
    _check(conn, store, plan, known(before), by)


def _check(conn: Connection, store: Store, plan: Plan, _before: Values | None, _by: StaffSession | None) -> None:
    values, faults = plan.values, Faults()
    if not 0 < len(plan.target) <= LONGEST_ID:
        faults.add("target", Fault.MISSING)
    for name in ("name_lv", "issuer", "client_id", "scope"):
        if not values[name]:
            faults.add(name, Fault.MISSING)
    if "openid" not in values["scope"].split():
        faults.add("scope", Fault.MISSING)
    with faults.gather():
        _ensure_issuer(values["issuer"])
    if store.settings.mode == "practice" and is_out_of_reach(store.settings, values["issuer"]):
        faults.add("issuer", Fault.REAL)
    same = (IdentityProvider.issuer == values["issuer"], IdentityProvider.id != plan.target)
    if conn.execute(select(IdentityProvider.id).where(*same)).first() is not None:
        faults.add("issuer", Fault.KNOWN)
    for name in ("code_claim", "phone_claim"):
        if values[name] is not None and not providers.is_claim(values[name]):
            faults.add(name, Fault.CLAIM)
    with faults.gather():
        _ensure_levels(values)
    faults.settle()


def _ensure_issuer(issuer: str) -> None:
    try:
        providers.ensure_reachable_safely(issuer)
    except RegistrationError as error:
        raise ChangeFaultError("issuer", Fault.ADDRESS) from error
    if issuer.endswith("/"):
        raise ChangeFaultError("issuer", Fault.ADDRESS)


def _ensure_levels(values: Values) -> None:
    """What the provider says of a sign-in has to mean something here."""
    try:
        for level in values["acr_levels"].values():
            Assurance.parse(level)
    except UnknownAssuranceError as error:
        raise ChangeFaultError("acr_levels", Fault.LEVEL) from error


def _apply(conn: Connection, store: Store, plan: Plan, by: Actor) -> None:
    values = plan.values
    names = {"lv": values["name_lv"]} | ({"en": values["name_en"]} if values["name_en"] else {})
    providers.register(
        conn,
        store,
        provider_id=plan.target,
        names=names,
        issuer=values["issuer"],
        client_id=values["client_id"],
        client_secret=plan.secret,
        scope=values["scope"],
        auth_method=AuthMethod(values["auth_method"]),
        acr_levels=values["acr_levels"],
        code_claim=values["code_claim"],
        phone_claim=values["phone_claim"],
        # A proposal from before there was this question has not answered it.
        phone_verified=bool(values.get("phone_verified")),
        by=by,
    )


def _suspend(conn: Connection, store: Store, plan: Plan, by: Actor) -> None:
    providers.suspend(conn, store, plan.target, by=by)


KINDS = {
    ChangeKind.PROVIDER_ADD: Kind(
        about="provider", current=current, check=_check_new, apply=_apply, mark=marks.of_provider
    ),
    ChangeKind.PROVIDER_ALTER: Kind(
        about="provider", current=current, check=_check_known, apply=_apply, mark=marks.of_provider
    ),
    ChangeKind.PROVIDER_SUSPEND: Kind(
        about="provider", current=current, check=check_suspend, apply=_suspend, is_stricter=ALWAYS
    ),
}
"""The kinds of change that are about identity providers."""
