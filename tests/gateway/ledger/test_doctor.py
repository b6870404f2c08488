"""The doctor compares the log with what was held, before any process has."""

import asyncio

from sqlalchemy import text

from audit.merkle import CompactRange
from gateway.doctor import services
from gateway.doctor.finding import Health
from gateway.ledger.sequencer import sequence
from gateway.parts import Store


def test_a_database_put_back_in_time_shows_at_once(store: Store) -> None:
    async def publish() -> None:
        await sequence(store.database)
        await store.publisher.publish()

    asyncio.run(publish())
    assert services.log(store.settings).health is Health.OK
    nothing = {"s": 0, "r": CompactRange().to_bytes()}
    store.database.write_now(lambda conn: conn.execute(text("UPDATE audit_head SET size = :s, range = :r"), nothing))
    found = services.log(store.settings)
    assert found.health is Health.BROKEN
    assert "does not continue what was held" in found.detail
