"""A gateway served over HTTP at its own issuer's address, a visit in it, and a portal that is its client."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from litestar import Litestar
from litestar.types import Receive, Scope, Send
from structlog.testing import capture_logs

from gateway.config import Settings
from gateway.oauth import clients
from gateway.oauth.clients import ClientRegistration
from tests.gateway.callers import fitted
from tests.gateway.oauth.portal import CLIENT_ID, REDIRECT_URI, SECRET, Portal
from tests.gateway.visits.conftest import counter, renderer
from tests.gateway.visits.counter import Counter

__all__ = ["counter", "renderer"]


class Front:
    """What is served at the issuer's address: the application of whichever test runs now."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.app: Litestar | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.app is not None, "no test has said what is served"
        await self.app(scope, receive, send)


@pytest.fixture(scope="session")
def front() -> Iterator[Front]:
    """A server that takes connections before anything is signed, so that the issuer is known: one for all tests."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        made = Front(f"http://127.0.0.1:{listening.getsockname()[1]}")
        server = uvicorn.Server(uvicorn.Config(made, lifespan="off", log_config=None, access_log=False, ws="none"))
        thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listening])))
        thread.start()
        yield made
        server.should_exit = True
        thread.join()


@pytest.fixture
def settings(tmp_path: Path, front: Front) -> Settings:
    """Settings whose issuer is the address that is served."""
    return Settings.from_environment({"PILNVARA_DATA_DIR": str(tmp_path / "data"), "PILNVARA_URL": front.address})


@pytest.fixture
def granted(counter: Counter) -> Counter:
    """A visit in which the resident has said yes; what to is for a file of tests to say."""
    return counter.open().grant()


@pytest.fixture
def portal(granted: Counter, front: Front) -> Iterator[Portal]:
    """The client of the catalogue's portal, talking to a running gateway; a run is at work in a visit."""
    counter, parts = granted, granted.store
    counter.write(
        lambda conn: clients.register(
            conn,
            parts,
            ClientRegistration(
                client_id=CLIENT_ID,
                portal_id="latvija",
                secret=SECRET,
                redirect_uris=[REDIRECT_URI, f"{REDIRECT_URI}?from=gateway"],
                personal_code_allowed=True,
            ),
        )
    )
    counter.fill()
    counter.begin()
    front.app = fitted(parts)
    # Lines that a thread writes while pytest puts another stream in place of its own can bring the interpreter down.
    with capture_logs(), Portal.at(counter) as made:
        yield made
    front.app = None
