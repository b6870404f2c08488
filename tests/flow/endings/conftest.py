"""A stack on each kind of database, with a counter in front of it; started once, mended after each test."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.demo.stack import Ports, Stack
from tests.databases import kinds
from tests.flow.endings.counter import Counter

ON_SQLITE = pytest.mark.parametrize("stack", ["sqlite"], indirect=True, scope="session")
"""For endings in which the database plays no part of its own."""


@pytest.fixture(scope="session", params=kinds(os.environ.get("PILNVARA_TEST_DATABASES", "")))
def stack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Sandbox, gateway and worker as processes of their own."""
    folder: Path = tmp_path_factory.mktemp(f"stack-{request.param}")
    url = None if request.param == "sqlite" else request.getfixturevalue("postgresql_databases").empty()
    running = Stack(folder, Ports.free(), database_url=url)
    if url is not None:
        for arguments in (("migrate",), ("keys", "init")):
            done = running.command(*arguments)
            assert done.returncode == 0, done.stdout + done.stderr
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def open_counter(stack: Stack) -> Iterator[Counter]:
    """The counter of a stack; afterwards the whole log is verified."""
    counter = Counter.open(stack)
    yield counter
    assert counter.is_verified()
    counter.close()


@pytest.fixture
def counter(open_counter: Counter) -> Iterator[Counter]:
    """A counter in front of an outside world that has forgotten everything; everything runs."""
    open_counter.stack.reset_outside()
    yield open_counter
    open_counter.send_home()
    open_counter.mend()
