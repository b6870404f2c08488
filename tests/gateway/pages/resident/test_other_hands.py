"""Phones in other hands: whoever came with an earlier code, and whoever still listens after their session."""

import asyncio

from gateway.ids import digest
from gateway.pages.resident import approving
from gateway.people import sessions
from gateway.visits import approvals
from tests.gateway.pages.facing import Facing
from tests.gateway.visits.counter import Counter


def renew(counter: Counter) -> None:
    """Make a new code in place of the one that was opened."""
    asked = counter.approval().id
    counter.write(lambda conn: approvals.renew_invitation(conn, counter.store, counter.by, counter.visit_id, asked))


def test_a_phone_that_came_with_an_earlier_code_gains_nothing_from_another_phones_number(facing: Facing) -> None:
    facing.counter.open().ask()
    stranger = facing.entered()
    renew(facing.counter)
    facing.matched()
    answer = stranger.get("/approve")
    assert answer.status != 200
    assert "Paraudzi" not in answer.text


def test_a_number_counts_only_on_the_phone_that_typed_the_code_beside_it(facing: Facing) -> None:
    facing.counter.open().ask()
    stranger = facing.entered()
    stranger.see()
    renew(facing.counter)
    stranger.send("/approve/number", number=facing.counter.invitation().match_number)
    assert facing.counter.approval().state == "waiting"


def test_a_stream_ends_with_the_session_that_began_it(facing: Facing) -> None:
    counter = facing.counter
    counter.open().ask()
    token = facing.entered().cookies["pilnvara_resident"]
    session = counter.read(lambda conn: sessions.load_resident(conn, token, counter.clock.now()))
    assert session is not None

    async def listen() -> str:
        stream = await approving.events.fn(session=session, parts=counter.store)
        heard = []
        async with asyncio.timeout(10):
            async for piece in stream.iterator:
                heard.append(piece)
                if len(heard) == 1:
                    await counter.store.database.write(
                        lambda conn: sessions.end(conn, digest(token), counter.clock.now())
                    )
        return "".join(heard)

    assert "changed" in asyncio.run(listen())
