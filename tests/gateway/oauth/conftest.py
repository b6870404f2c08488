"""A gateway served over HTTP at its own issuer's address, a visit in it, and a portal that is its client."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from structlog.testing import capture_logs

from gateway.config import Settings
from gateway.oauth import clients
from gateway.oauth.clients import ClientRegistration
from tests.gateway.callers import fitted
from tests.gateway.oauth.portal import CLIENT_ID, REDIRECT_URI, SECRET, Portal
from tests.gateway.visits.conftest import counter, renderer
from tests.gateway.visits.counter import Counter

__all__ = ["counter", "renderer"]


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    """A free port that already takes connections, so that the issuer is known before anything is signed."""
    with socket.create_server(("127.0.0.1", 0)) as made:
        yield made


@pytest.fixture
def settings(tmp_path: Path, listening: socket.socket) -> Settings:
    """Settings whose issuer is the address that is served."""
    return Settings.from_environment(
        {
            "PILNVARA_DATA_DIR": str(tmp_path / "data"),
            "PILNVARA_URL": f"http://127.0.0.1:{listening.getsockname()[1]}",
        }
    )


@pytest.fixture
def granted(counter: Counter) -> Counter:
    """A visit in which the resident has said yes; what to is for a file of tests to say."""
    return counter.open().grant()


@pytest.fixture
def portal(granted: Counter, listening: socket.socket) -> Iterator[Portal]:
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
    server = uvicorn.Server(uvicorn.Config(fitted(parts), lifespan="off", log_config=None, access_log=False, ws="none"))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listening])))
    thread.start()
    # Lines that a thread writes while pytest puts another stream in place of its own can bring the interpreter down.
    with capture_logs(), Portal.at(counter) as made:
        yield made
    server.should_exit = True
    thread.join()
