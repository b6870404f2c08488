"""Witnesses of a log: two that answer, and one that does not."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from audit.cosignature import WitnessVerifier
from audit.witness.folder import WitnessFolder
from gateway.parts import Store
from tests.gateway.ledger.witnesses import Outsider, witness_of


@pytest.fixture
def doors() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


@pytest.fixture
def one(store: Store, tmp_path: Path, doors: ExitStack) -> Outsider:
    return doors.enter_context(witness_of(store, tmp_path / "w1", "w1.example"))


@pytest.fixture
def two(store: Store, tmp_path: Path, doors: ExitStack) -> Outsider:
    return doors.enter_context(witness_of(store, tmp_path / "w2", "w2.example"))


@pytest.fixture
def mute(doors: ExitStack) -> Outsider:
    """One that takes a connection and never answers."""
    listening = doors.enter_context(socket.create_server(("127.0.0.1", 0)))
    vkey = WitnessVerifier("mute.example", bytes(32)).vkey
    return Outsider("mute.example", vkey, f"http://127.0.0.1:{listening.getsockname()[1]}", WitnessFolder(Path("none")))
