"""A draw that nobody could choose, and anybody can repeat."""

from datetime import date, timedelta
from hashlib import sha256

import pytest
from sqlalchemy import insert, update

from gateway.ledger.tables import AuditCheckpoint
from gateway.visits import sampling
from gateway.visits.sampling import NotSignedSinceError
from gateway.visits.signs import Period
from gateway.visits.tables import Visit
from tests.gateway.visits.counter import Counter
from tests.gateway.visits.test_signs import copies

DAYS = Period(date(2026, 10, 30), date(2026, 11, 1))


def signed(counter: Counter, size: int, *, ago: timedelta = timedelta(0)) -> bytes:
    """A checkpoint, as far as a draw asks for it."""
    root = sha256(str(size).encode()).digest()
    values = {"size": size, "root": root, "note": b"", "signed_at": counter.clock.now() - ago}
    counter.write(lambda conn: conn.execute(insert(AuditCheckpoint).values(**values)))
    return root


@pytest.fixture
def visited(counter: Counter) -> Counter:
    """Twenty visits on those days, and one after them."""
    counter.open()
    days_ago = counter.clock.now() - timedelta(days=2)
    copies(counter, Visit, 20, opened_at=days_ago)
    return counter


def drawn(counter: Counter, number: int = 5, period: Period = DAYS, size: int | None = None) -> sampling.Drawn:
    return counter.read(lambda conn: sampling.draw(conn, number, period, size=size))


def test_is_what_anybody_computes_from_the_log(visited: Counter) -> None:
    root = signed(visited, 7)
    draw = drawn(visited)
    seed = sha256(f"pilnvara sample 1\n{root.hex()}\n5\n2026-10-30\n2026-11-01\n".encode()).hexdigest()
    everybody = [each for _lot, each in drawn(visited, 50).lots]
    by_hand = sorted((sha256(f"{seed}:{each}".encode()).hexdigest(), each) for each in everybody)
    assert (draw.seed, draw.of, len(everybody)) == (seed, 20, 20)
    assert list(draw.lots) == by_hand[:5]
    assert visited.visit_id not in everybody


def test_is_another_by_each_checkpoint_and_stays_repeatable(visited: Counter) -> None:
    signed(visited, 7)
    before = drawn(visited)
    signed(visited, 9)
    assert drawn(visited).lots != before.lots
    assert drawn(visited).size == 9
    assert drawn(visited, size=7) == before


def test_is_another_for_each_number_and_each_period(visited: Counter) -> None:
    signed(visited, 7)
    seeds = {drawn(visited).seed, drawn(visited, 6).seed, drawn(visited, period=Period(DAYS.last, DAYS.last)).seed}
    assert len(seeds) == 3


def test_waits_for_a_signature_that_came_after_those_days(visited: Counter) -> None:
    with pytest.raises(NotSignedSinceError):
        drawn(visited)
    signed(visited, 7, ago=timedelta(days=1))
    with pytest.raises(NotSignedSinceError):
        drawn(visited)
    signed(visited, 9)
    with pytest.raises(NotSignedSinceError):
        drawn(visited, size=8)
    assert drawn(visited).of == 20


def test_of_no_visits_draws_none(visited: Counter) -> None:
    visited.write(lambda conn: conn.execute(update(Visit).values(opened_at=visited.clock.now())))
    signed(visited, 7)
    assert drawn(visited).lots == ()
