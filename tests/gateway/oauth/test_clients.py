"""Portals are registered by hand, with exact addresses."""

import pytest
from sqlalchemy import insert, select

from audit.entry import decode
from audit.events import EventName
from gateway.ledger.tables import AuditEvent
from gateway.oauth import clients
from gateway.oauth.clients import ClientRegistration
from gateway.oauth.errors import RegistrationError
from gateway.parts import Store
from gateway.services.tables import Portal

SECRET = "a secret of a portal"


def register(store: Store, *, secret: str = SECRET, redirect_uris: tuple[str, ...] = ("https://p.example/cb",)) -> None:
    store.database.write_now(
        lambda conn: clients.register(
            conn,
            store,
            ClientRegistration(
                client_id="portal",
                portal_id="latvija",
                secret=secret,
                redirect_uris=redirect_uris,
                personal_code_allowed=True,
            ),
        )
    )


@pytest.fixture
def catalogued(store: Store) -> Store:
    row = {"id": "latvija", "name": "Portāls", "origin": "https://p.example", "client_id": "portal"}
    store.database.write_now(lambda conn: conn.execute(insert(Portal).values(row)))
    return store


class TestRegister:
    def test_keeps_no_secret(self, catalogued: Store) -> None:
        register(catalogued)
        client = catalogued.database.read_now(lambda conn: clients.find(conn, "portal"))
        assert client is not None
        assert clients.has_secret(catalogued, client, SECRET)
        assert not clients.has_secret(catalogued, client, SECRET + " ")
        assert SECRET.encode() not in client.secret_hash

    def test_a_second_time_replaces_and_is_another_event(self, catalogued: Store) -> None:
        register(catalogued)
        register(catalogued, secret="another secret of it", redirect_uris=("https://p.example/new",))
        client = catalogued.database.read_now(lambda conn: clients.find(conn, "portal"))
        assert client is not None
        assert client.redirect_uris == ("https://p.example/new",)
        assert not clients.has_secret(catalogued, client, SECRET)
        types = (EventName.PORTAL_REGISTERED, EventName.PORTAL_CHANGED)
        wanted = select(AuditEvent.leaf).where(AuditEvent.type.in_(types)).order_by(AuditEvent.n)
        leaves = catalogued.database.read_now(lambda conn: conn.execute(wanted).scalars().all())
        assert [decode(leaf).type for leaf in leaves] == [each.value for each in types]
        assert SECRET not in str([decode(leaf).data for leaf in leaves])

    @pytest.mark.parametrize(
        "uri",
        [
            "http://p.example/cb",
            "https://p.example/cb#part",
            "https://*.p.example/cb",
            "javascript:alert(1)",
            "/cb",
            "",
        ],
    )
    def test_refuses_an_address_that_could_be_anybodys(self, catalogued: Store, uri: str) -> None:
        with pytest.raises(RegistrationError):
            register(catalogued, redirect_uris=(uri,))

    def test_refuses_a_client_without_address_or_with_a_short_secret(self, catalogued: Store) -> None:
        with pytest.raises(RegistrationError):
            register(catalogued, redirect_uris=())
        with pytest.raises(RegistrationError):
            register(catalogued, secret="short")
