"""Looks at which portals and identity providers are registered, and refuses made-up ones where people are real."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import Connection, select

from gateway.config import ConfigurationError, Settings
from gateway.database.errors import DatabaseError
from gateway.doctor.finding import Finding, broken, note, ok
from gateway.doctor.services import is_not_made_yet, read_database
from gateway.oauth.tables import IdentityProvider, OAuthClient
from gateway.reaching import is_out_of_reach, leads_outside
from gateway.services import quality
from gateway.services.tables import Portal
from gateway.setting_texts import is_loopback

_REGISTER = "`pilnvara admin portal register`, `pilnvara admin provider add`"
_PROVE = (
    "Install a version whose owner states `pilot` or `proved` in its manifest, or suspend the portal: "
    "`pilnvara admin portal suspend CLIENT_ID`."
)
_PORTALS = (
    select(Portal.id, Portal.origin)
    .join(OAuthClient, Portal.client_id == OAuthClient.client_id)
    .where(OAuthClient.suspended_at.is_(None))
    .order_by(Portal.id)
)
_CLIENTS = (
    select(Portal.id, Portal.origin, OAuthClient.redirect_uris, OAuthClient.backchannel_logout_uri)
    .join(OAuthClient, OAuthClient.portal_id == Portal.id)
    .where(OAuthClient.suspended_at.is_(None))
    .order_by(Portal.id, OAuthClient.client_id)
)
_PROVIDERS = (
    select(IdentityProvider.id, IdentityProvider.issuer)
    .where(IdentityProvider.suspended_at.is_(None))
    .order_by(IdentityProvider.id)
)


@dataclass(frozen=True, slots=True)
class Registered:
    """Portals and identity providers that may be used now: by name, the address of each."""

    portals: Sequence[tuple[str, str]]
    providers: Sequence[tuple[str, str]]
    around: Sequence[tuple[str, str, str]]
    """Where the portals' clients are led back to and told of an end: a portal's name and address, and that one."""

    @property
    def on_this_machine(self) -> list[str]:
        """Names of those at an address of this machine: a sandbox's, which vouches for anybody."""
        return [name for name, address in (*self.portals, *self.providers) if _is_here(address)]


def registered(conn: Connection) -> Registered:
    """Read what is registered and not suspended."""
    portals = [(row.id, row.origin) for row in conn.execute(_PORTALS)]
    providers = [(row.id, row.issuer) for row in conn.execute(_PROVIDERS)]
    around = [
        (row.id, row.origin, address)
        for row in conn.execute(_CLIENTS)
        for address in (*row.redirect_uris, row.backchannel_logout_uri)
        if address is not None
    ]
    return Registered(portals, providers, around)


def registrations(settings: Settings) -> Finding:
    """Say what is registered, and whether any of it belongs to a sandbox."""
    if is_not_made_yet(settings):
        return note("Registrations", "there are none yet", _REGISTER)
    try:
        found = read_database(settings, registered)
    except DatabaseError:
        return broken("Registrations", "cannot be looked at without the database", "Mend the database first.")
    if (wrong := _misplaced(settings, found)) is not None:
        return wrong
    detail = f"{_counted(found.portals, 'portal')}, {_counted(found.providers, 'identity provider')}"
    if not (found.portals and found.providers):
        return note("Registrations", detail, _REGISTER)
    return ok("Registrations", detail)


def _misplaced(settings: Settings, found: Registered) -> Finding | None:
    """What does not belong beside the gateway's people, where anything does not."""
    if (here := found.on_this_machine) and settings.mode == "live":
        return broken("Registrations", _sandbox(here), "Suspend them, or begin a live gateway with a new database.")
    if real := out_of_reach(found, settings):
        return broken("Registrations", _real(settings, real), "Suspend them, or begin with a new database.")
    if unproved := read_database(settings, lambda conn: quality.unproved_at_live_portals(conn, settings)):
        return broken("Registrations", _unproved(unproved), _PROVE)
    return None


def refuse_sandbox(conn: Connection, settings: Settings) -> None:
    """Refuse to work for real people with a portal or an identity provider that lives on this machine.

    Raises:
        ConfigurationError: names them.
    """
    here = registered(conn).on_this_machine
    if here and settings.mode == "live":
        raise ConfigurationError(f"PILNVARA_MODE is live, but {_sandbox(here)}: suspend them, or use a new database")


def refuse_real(conn: Connection, settings: Settings) -> None:
    """Refuse to work with made-up people where something registered is real.

    Raises:
        ConfigurationError: names it.
    """
    if real := out_of_reach(registered(conn), settings):
        raise ConfigurationError(f"{_real(settings, real)}: suspend them, or use a new database")


def out_of_reach(found: Registered, settings: Settings) -> list[str]:
    """Names of what a gateway for made-up people must not reach; a demonstration may sign in at a real provider."""
    asked = (*found.portals, *(found.providers if settings.mode == "practice" else ()))
    names = [name for name, address in asked if is_out_of_reach(settings, address)]
    names += [name for name, portal, address in found.around if leads_outside(settings, portal, address)]
    return list(dict.fromkeys(names))


def refuse_unproved(conn: Connection, settings: Settings) -> None:
    """Refuse to work where a connector that was tried with made-up people alone would file at a live portal.

    Raises:
        ConfigurationError: names the services, and what to do.
    """
    if unproved := quality.unproved_at_live_portals(conn, settings):
        raise ConfigurationError(f"{_unproved(unproved)}. {_PROVE}")


def _unproved(services: Sequence[str]) -> str:
    return f"connectors of level practice would file at a live portal: {', '.join(services)}"


def _real(settings: Settings, names: Sequence[str]) -> str:
    return f"PILNVARA_MODE is {settings.mode}, but {', '.join(names)} answer outside the made-up world"


def _sandbox(names: Sequence[str]) -> str:
    return f"{', '.join(names)} answer on this machine, as a sandbox does"


def _counted(of: Sequence[tuple[str, str]], what: str) -> str:
    names = f" ({', '.join(name for name, _ in of)})" if of else ""
    return f"{len(of)} {what}{'' if len(of) == 1 else 's'}{names}"


def _is_here(address: str) -> bool:
    return is_loopback(urlsplit(address).hostname or "")
