"""Anyone can fetch what it takes to check the log, and nothing that was said in it."""

from collections.abc import Iterator

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select

from audit import checkpoint, tiles
from audit.merkle import CompactRange
from audit.note import Verifier
from audit.tiles import Tile
from gateway.ledger.controllers import read_tile
from gateway.ledger.tables import AuditEvent
from gateway.parts import Parts, Store
from tests.gateway.callers import fitted, parts, renderer
from tests.gateway.ledger.events import checkpoint_of, record_events

__all__ = ["parts", "renderer"]


@pytest.fixture
def client(parts: Parts) -> Iterator[TestClient[Litestar]]:
    """The application over a log of more than one tile."""
    record_events(parts, 300)
    checkpoint_of(parts)
    record_events(parts, 5)
    with TestClient(fitted(parts)) as opened:
        yield opened


def fetch_checkpoint(client: TestClient[Litestar]) -> checkpoint.Checkpoint:
    keys = [Verifier.parse(line) for line in client.get("/log/vkey").text.splitlines()]
    return checkpoint.verify(client.get("/log/checkpoint").content, keys)


def test_the_checkpoint_is_signed_by_the_published_key(client: TestClient[Litestar]) -> None:
    made = fetch_checkpoint(client)
    assert made.size >= 300
    assert client.get("/log/checkpoint").headers["cache-control"] == "public, max-age=1"


def test_the_tiles_lead_to_the_root_that_was_signed(client: TestClient[Litestar]) -> None:
    made = fetch_checkpoint(client)
    hashes: list[bytes] = []
    for tile in tiles.tiles_of(made.size):
        if tile.level is None:
            continue
        answer = client.get(f"/log/{tile.path}")
        assert answer.status_code == 200, tile.path
        assert "immutable" in answer.headers["cache-control"]
        read = tiles.read_hash_tile(answer.content, tile.width)
        if tile.level == 0:
            hashes += read
    tree = CompactRange()
    tree.extend(hashes)
    assert tree.root() == made.root


NOT_GIVEN = {
    "entries": "tile/entries/000",
    "past the checkpoint": "tile/0/001.p/200",
    "far away": "tile/0/x001/000",
    "no such level": "tile/7/000.p/1",
    "another form": "tile/0/0",
    "outside": "tile/../secret",
    "nothing": "tile/",
}


def test_nothing_else_is_given(client: TestClient[Litestar]) -> None:
    answers = {why: client.get(f"/log/{path}").status_code for why, path in NOT_GIVEN.items()}
    assert answers == dict.fromkeys(NOT_GIVEN, 404)


def test_what_nobody_has_signed_yet_is_not_given(store: Store) -> None:
    record_events(store, 3)
    assert store.database.read_now(lambda conn: read_tile(conn, Tile(0, 0, 3))) is None


def test_no_leaf_is_in_what_is_given(client: TestClient[Litestar], parts: Parts) -> None:
    (leaf,) = parts.database.read_now(lambda conn: conn.execute(select(AuditEvent.leaf).limit(1)).one())
    assert bytes(leaf) not in client.get("/log/tile/0/000").content
