"""A counter that is open: one assistant, one terminal, one display and the catalogue, on an empty database."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert

from delegation.assurance import Assurance
from gateway.clock import HeldClock
from gateway.ids import digest
from gateway.oauth.tables import OAuthClient
from gateway.parts import Parts
from gateway.people import staff
from gateway.people.access import DisplaySession, SessionKind, StaffSession
from gateway.people.roles import Role
from gateway.people.tables import Session
from gateway.services import agreements
from gateway.services.tables import Portal, Service
from gateway.terminals.tables import Display, Terminal
from tests.gateway.accounts import an_account
from tests.gateway.terminal_key import TERMINAL_KEY, proven
from tests.gateway.visits.counter import AGREEMENT, BENEFIT, QUEUE, Counter
from tests.gateway.visits.played import PORTAL


def staffed(parts: Parts, clock: HeldClock) -> Counter:
    """Seed the database of `parts` and sign the assistant in; there is no visit yet."""
    now = clock.now()
    centre_id, staff_id, terminal_id, display_id = parts.database.write_now(lambda conn: seed(conn, parts, now))
    by = StaffSession(
        token_hash=b"s",
        staff_id=staff_id,
        name="Anna Asistente",
        role=Role.ASSISTANT,
        role_chosen=True,
        roles=(Role.ASSISTANT,),
        centre_id=centre_id,
        centre_name="Paraugu centrs",
        terminal_id=terminal_id,
        terminal_name="1. lodziņš",
        display_id=display_id,
        visit_id=None,
        language="lv",
        csrf="",
        auth_time=now,
        locked_at=None,
        seen_at=now,
        idle_until=now + timedelta(minutes=15),
        ends_at=now + timedelta(hours=10),
    )
    display = DisplaySession(
        display_id=display_id,
        name="Ekrāns",
        terminal_id=terminal_id,
        terminal_name="1. lodziņš",
        centre_id=centre_id,
        centre_name="Paraugu centrs",
        language="lv",
        csrf="",
    )
    return Counter(parts, clock, by, display)


def seed(conn: Connection, store: Parts, now: datetime) -> tuple[str, str, str, str]:
    """A centre with one assistant, one terminal, one display, and the catalogue's two electronic services."""
    centre_id = staff.add_centre(conn, name="Paraugu centrs", kind="vpvkac", municipality="Paraugu novads", now=now)
    created = an_account(
        conn,
        store.sealer,
        staff.NewStaff(
            centre_id=centre_id, login="anna", name="Anna Asistente", password="x" * 14, roles=(Role.ASSISTANT,)
        ),
        now=now,
    )
    conn.execute(
        insert(Terminal).values(
            id="T1",
            centre_id=centre_id,
            name="1. lodziņš",
            secret_hash=digest("t"),
            public_key=TERMINAL_KEY.spki,
            enrolled_at=now,
        )
    )
    conn.execute(
        insert(Display).values(**a_display_row(store, centre_id, "D1", "d", now), terminal_id="T1", paired_at=now)
    )
    conn.execute(insert(Portal).values(id="latvija", name="Portāls", origin=PORTAL, client_id="portal"))
    register_portal(conn, now)
    card = {"lv": {"title": "Slimības pabalsts", "summary": "Pabalsts slimības laikā"}}
    conn.execute(
        insert(Service).values(
            id=BENEFIT,
            holder="VSAA",
            portal_id="latvija",
            grant_least=Assurance.SUBSTANTIAL,
            permit_least=Assurance.SUBSTANTIAL,
            routes=["phone", "display"],
            feedback_group="benefits",
            cards=card,
        )
    )
    conn.execute(
        insert(Service).values(
            id=QUEUE,
            holder="Ziemeļu novads",
            portal_id="latvija",
            grant_least=Assurance.SUBSTANTIAL,
            permit_least=Assurance.SUBSTANTIAL,
            routes=["phone"],
            feedback_group="family",
            cards={"lv": {"title": "Bērnudārza rinda", "summary": "Vieta bērnudārzā"}},
            follow_days=30,
            collect_days=60,
            max_filings=2,
        )
    )
    for service, holder, agreement in ((BENEFIT, "VSAA", AGREEMENT), (QUEUE, "Ziemeļu novads", "A2")):
        agreements.add_to_basket(conn, "vpvkac", service)
        agreements.conclude(conn, holder=holder, begins_at=now - timedelta(days=30), agreement_id=agreement)
    conn.execute(insert(Session).values(**a_session_row(created.id, centre_id, "T1", b"s", now)))
    return centre_id, created.id, "T1", "D1"


def a_session_row(staff_id: str, centre_id: str, terminal_id: str, token_hash: bytes, now: datetime) -> dict[str, Any]:
    """The columns of an assistant's session that goes on for long: the display shows the visits of whoever works."""
    return {
        "token_hash": token_hash,
        "kind": SessionKind.STAFF,
        "staff_id": staff_id,
        "role": Role.ASSISTANT,
        "centre_id": centre_id,
        "terminal_id": terminal_id,
        "language": "lv",
        "csrf": "",
        "created_at": now,
        "seen_at": now,
        "idle_until": now + timedelta(days=400),
        "ends_at": now + timedelta(days=400),
    }


def a_display_row(store: Parts, centre_id: str, display_id: str, secret: str, now: datetime) -> dict[str, Any]:
    """The columns of an enrolled display that has just proved itself; it is paired with nothing."""
    return {
        "id": display_id,
        "centre_id": centre_id,
        "name": f"Ekrāns {display_id}",
        "secret_hash": digest(secret),
        "public_key": TERMINAL_KEY.spki,
        "csrf": secret,
        "language": "lv",
        "is_large": False,
        "enrolled_at": now,
        **proven(store.sealer, store.clock).columns(),
    }


def register_portal(conn: Connection, now: datetime) -> None:
    """The portal `latvija` as a client, of whose sign-ins a test without HTTP needs no more than the row."""
    conn.execute(
        insert(OAuthClient).values(
            client_id="portal",
            portal_id="latvija",
            secret_hash=digest("p"),
            redirect_uris=[f"{PORTAL}/oidc/callback"],
            scopes=["openid"],
            personal_code_allowed=True,
            created_at=now,
            changed_at=now,
        )
    )
