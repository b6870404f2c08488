"""A portal is told that a sign-in has ended: after a stop, at the end, again when it did not listen."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs

import pytest
from sqlalchemy import update

from audit.events import EventName
from gateway.jobs.runner import JobRunner
from gateway.oauth import backchannel, clients, logout
from gateway.oauth.clients import ClientRegistration
from gateway.oauth.tables import OAuthClient
from tests.gateway.oauth.portal import CLIENT_ID, REDIRECT_URI, SECRET, Portal, header_of
from tests.serving import WebServer, serve


@dataclass
class Ear:
    """The portal's address for the news."""

    address: str = ""
    status: int = 200
    heard: list[str] = field(default_factory=list)


@pytest.fixture
def ear(portal: Portal) -> Iterator[Ear]:
    """The portal listens, and has said where."""
    made = Ear()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            made.heard += parse_qs(body)["logout_token"]
            self.send_response(made.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: Any) -> None:
            """Be quiet."""

    with WebServer(("127.0.0.2", 0), Handler) as server:
        thread = serve(server)
        made.address = f"http://127.0.0.2:{server.server_address[1]}/logout"
        registration = ClientRegistration(
            client_id=CLIENT_ID,
            portal_id="latvija",
            secret=SECRET,
            redirect_uris=[REDIRECT_URI],
            personal_code_allowed=True,
            backchannel_logout_uri=made.address,
        )
        portal.counter.write(lambda conn: clients.register(conn, portal.counter.store, registration))
        yield made
        server.shutdown()
        thread.join()


def work(portal: Portal) -> None:
    """Let a worker do what is due."""
    parts = portal.counter.store
    runner = JobRunner(parts.database, parts.clock, logout.make_handlers(parts), "worker-1")
    asyncio.run(runner.drain())


class TestBackChannelLogout:
    def test_names_the_sign_in_that_has_ended_to_this_portal_alone(self, portal: Portal, ear: Ear) -> None:
        signed_in = portal.claims(portal.tokens()["id_token"])
        portal.counter.stop()
        work(portal)
        (token,) = ear.heard
        claims, header = portal.claims(token), header_of(token)
        assert (header["typ"], header["alg"]) == ("logout+jwt", "ES256")
        assert (claims["iss"], claims["aud"]) == (portal.issuer, CLIENT_ID)
        assert (claims["sub"], claims["sid"]) == (signed_in["sub"], signed_in["sid"])
        assert claims["events"] == {"http://schemas.openid.net/event/backchannel-logout": {}}
        assert claims["exp"] - claims["iat"] <= 120
        assert "nonce" not in claims
        (event,) = portal.events(EventName.OAUTH_LOGOUT_DELIVERED)
        assert event.data["client"] == CLIENT_ID

    def test_comes_when_the_delegation_ends_by_itself_and_once(self, portal: Portal, ear: Ear) -> None:
        portal.tokens()
        portal.tokens()
        clock = portal.counter.clock
        clock.move(portal.counter.delegation().valid_until - clock.now() - timedelta(seconds=1))
        work(portal)
        assert ear.heard == []
        clock.move(timedelta(seconds=1))
        work(portal)
        work(portal)
        assert len(ear.heard) == 1

    def test_is_not_repeated_at_the_end_of_what_was_stopped(self, portal: Portal, ear: Ear) -> None:
        portal.tokens()
        portal.counter.stop()
        work(portal)
        clock = portal.counter.clock
        clock.move(portal.counter.delegation().valid_until - clock.now())
        work(portal)
        assert len(ear.heard) == 1

    def test_is_tried_again_and_given_up_by_name(self, portal: Portal, ear: Ear) -> None:
        portal.tokens()
        portal.counter.stop()
        ear.status = 503
        for _ in range(10):
            work(portal)
            portal.counter.clock.move(timedelta(hours=1))
        assert len(ear.heard) == 7
        (event,) = portal.events(EventName.OAUTH_LOGOUT_FAILED)
        assert event.data["reason"] == backchannel.LogoutNotTakenError.code
        assert len({portal.claims(token)["jti"] for token in ear.heard}) == 7

    def test_follows_no_redirect(self, portal: Portal, ear: Ear) -> None:
        portal.tokens()
        portal.counter.stop()
        ear.status = 307
        work(portal)
        assert len(ear.heard) == 1
        assert not portal.events(EventName.OAUTH_LOGOUT_DELIVERED)

    def test_tells_nobody_real_where_people_are_made_up(self, portal: Portal, ear: Ear) -> None:
        portal.tokens()
        portal.counter.stop()
        store = portal.counter.store
        practice = replace(store.settings, mode="practice", url="https://practice.pilnvara.example")
        portal.counter.store = replace(store, settings=practice)
        real = update(OAuthClient).where(OAuthClient.client_id == CLIENT_ID)
        address = ear.address.replace("127.0.0.2", "real.localhost")
        portal.counter.write(lambda conn: conn.execute(real.values(backchannel_logout_uri=address)))
        work(portal)
        assert ear.heard == []
        (event,) = portal.events(EventName.OAUTH_LOGOUT_FAILED)
        assert event.data["reason"] == "oauth.logout_outside"

    def test_reaches_nobody_who_was_never_signed_in(self, portal: Portal, ear: Ear) -> None:
        portal.counter.stop()
        work(portal)
        assert ear.heard == []
