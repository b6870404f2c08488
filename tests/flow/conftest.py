"""The whole of Pilnvara as it runs for real, once a test session and kind of database."""

import os
from collections.abc import Iterator

import pytest

from gateway.demo.codes import Codes
from gateway.demo.ports import Ports
from gateway.demo.stack import Stack
from tests.databases import kinds


@pytest.fixture(scope="session", params=kinds(os.environ.get("PILNVARA_TEST_DATABASES", "")))
def stack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Sandbox, gateway and worker as processes of their own, with the made-up network in an empty database.

    Tests share it: each forgets what the outside world has seen with `stack.reset_outside()`, and starts again what it
    has killed. `stack.log("worker")` and the others keep what the processes say.
    """
    folder = tmp_path_factory.mktemp(f"stack-{request.param}")
    url = None if request.param == "sqlite" else request.getfixturevalue("postgresql_databases").empty()
    running = Stack(folder, Ports.free(), database_url=url)
    try:
        running.start()
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="session")
def codes(stack: Stack) -> Codes:
    """One-time codes for everybody who signs in at the stack: it takes each once."""
    return Codes()
