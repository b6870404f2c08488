"""Fills an empty gateway with a made-up network, through the product's own functions; never in a live one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from sqlalchemy import Connection, select, union_all

from delegation.assurance import NumberSource
from gateway.demo import catalogue, leading, made_up
from gateway.demo.people import CENTRES, HOME, PASSWORD, STAFF
from gateway.oauth import clients, providers
from gateway.oauth.clients import ClientRegistration
from gateway.parts import Store
from gateway.people import fingerprints, residents, staff
from gateway.people.freshness import BARS
from gateway.people.residents import Profile
from gateway.people.tables import Centre
from gateway.terminals import enrolment, pairing
from gateway.terminals.pairing import Code
from gateway.terminals.tables import Pairing, PairingKind, Terminal

PROVIDER = "sandbox"
_COUNTER: Final = "Lete "
CLIENTS: Mapping[str, str] = {
    catalogue.PORTAL_ID: "sandbox-portal",
    **{portal: f"sandbox-{portal}" for portal in catalogue.PORTALS if portal != catalogue.PORTAL_ID},
}
"""What each stand-in portal is called as a client, by its id."""

KNOWN = Profile(name="Elīna Smilškaste", code="329999-00007", phone="+37120000007")
"""A resident whose number a register knows, so that the display can be tried."""

NEIGHBOUR = Profile(name="Gatis Šķietamais", code="329999-00008", phone="+37120000008", address=HOME)
"""A resident who lives where an assistant does, so that the second look can be tried."""


class NotDemoError(Exception):
    """Made-up people with printed passwords were about to be put into a real gateway."""

    code: ClassVar[str] = "demo.not_demo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """Where the stand-in world is, and the secrets that it and the gateway share."""

    portals: Mapping[str, str]
    """Origin of each, by its id."""
    portal_secrets: Mapping[str, str]
    provider: str
    provider_client: str
    provider_secret: str


def seed(conn: Connection, store: Store, outside: Outside) -> None:
    """Write centres, staff, catalogue and registrations; what is there stays, addresses are brought up to date.

    Raises:
        NotDemoError: the gateway is live.
    """
    if store.settings.mode == "live":
        raise NotDemoError("made-up people are for PILNVARA_MODE=demo or practice only")
    now = store.clock.now()
    _register_portals(conn, store, outside)
    providers.register(
        conn,
        store,
        provider_id=PROVIDER,
        names={"lv": "Mācību pierakstīšanās (izdomāti iedzīvotāji)", "en": "Practice sign-in (made-up residents)"},
        issuer=outside.provider,
        client_id=outside.provider_client,
        client_secret=outside.provider_secret,
    )
    if conn.execute(select(Centre.id).where(Centre.id == CENTRES[0].id)).first() is not None:
        _recognise_staff(conn, store)
        return
    for centre in CENTRES:
        staff.add_centre(
            conn,
            name=centre.name,
            kind="vpvkac",
            municipality=centre.municipality,
            region=centre.region,
            centre_id=centre.id,
            now=now,
        )
    for person in STAFF:
        staff.create(
            conn,
            store.sealer,
            staff.NewStaff(
                login=person.login,
                name=person.name,
                password=PASSWORD,
                centre_id=person.centre,
                roles=person.roles,
                holder=person.holder,
                totp_secret=person.totp,
            ),
            # A second pair of eyes is not new; these have been there for a while.
            now=now - BARS,
        )
    _recognise_staff(conn, store)
    if store.settings.mode == "demo":
        made_up.a_year(conn, now)
        leading.write_down(conn, now)
    known = residents.find_or_create(conn, store, KNOWN, now=now)
    residents.remember(conn, store, known.id, KNOWN, source=NumberSource.REGISTER, now=now)
    neighbour = residents.find_or_create(conn, store, NEIGHBOUR, now=now)
    residents.remember(conn, store, neighbour.id, NEIGHBOUR, source=NumberSource.REGISTER, now=now)


def _register_portals(conn: Connection, store: Store, outside: Outside) -> None:
    """Each portal, as the place where something is filed and as a client; and the catalogue."""
    places = {portal: (origin, CLIENTS[portal]) for portal, origin in outside.portals.items()}
    first, client_id = places[catalogue.PORTAL_ID]
    catalogue.seed(conn, portal_origin=first, client_id=client_id, more=places)
    for portal, origin in outside.portals.items():
        clients.register(
            conn,
            store,
            ClientRegistration(
                client_id=CLIENTS[portal],
                portal_id=portal,
                secret=outside.portal_secrets[portal],
                redirect_uris=[f"{origin}/oidc/callback"],
                personal_code_allowed=True,
            ),
        )


def _recognise_staff(conn: Connection, store: Store) -> None:
    """Store what the made-up staff are recognised by; what is known already changes nothing."""
    now = store.clock.now()
    for person in STAFF:
        staff_id = staff.find_by_login(conn, person.login)
        for kind, value in person.own:
            fingerprints.add(conn, store.sealer, staff_id, kind, value, by=staff.OPERATOR, now=now)


def display_code(conn: Connection, store: Store, centre_id: str, name: str) -> Code:
    """Make the code that makes a screen a display of a centre."""
    made = {"centre_id": centre_id, "name": name, "made_by": None}
    return pairing.make_code(conn, store.sealer, PairingKind.DISPLAY, now=store.clock.now(), **made)


def terminal_code(conn: Connection, store: Store, centre_id: str) -> Code:
    """A code that makes the browser in which it is typed a terminal of a centre: `Lete 1`, then `Lete 2`, and so on."""
    now = store.clock.now()
    name = _next_counter(conn, centre_id, now)
    return enrolment.make_code(conn, store.sealer, centre_id=centre_id, name=name, made_by=None, now=now)


def _next_counter(conn: Connection, centre_id: str, now: datetime) -> str:
    """The name of the centre's next computer: after those that are there and those that a code waits for."""
    there = select(Terminal.name).where(Terminal.centre_id == centre_id)
    waiting = select(Pairing.name).where(
        Pairing.centre_id == centre_id,
        Pairing.kind == PairingKind.TERMINAL,
        Pairing.used_at.is_(None),
        Pairing.ends_at > now,
    )
    names = conn.execute(union_all(there, waiting)).scalars()
    numbers = [int(number) for name in names if (number := name.removeprefix(_COUNTER)).isdecimal()]
    return f"{_COUNTER}{max(numbers, default=0) + 1}"
