"""What a resident reads at home of an application that was taken for lost until the portal spoke."""

from dataclasses import replace

import pytest

from connectors.runner.api import Absent
from gateway.visits import sending
from gateway.visits.tables import RunKind
from tests.gateway.pages.mine.conftest import Own
from tests.gateway.visits.counter import Counter
from tests.gateway.visits.played import filed, unknown


@pytest.fixture
def counter(counter: Counter) -> Counter:
    """The final request left; the portal's list did not show it."""
    counter.open().grant()
    counter.fill()
    assert counter.prepare()
    counter.sign_in()
    assert counter.press().allowed
    counter.answer(unknown(counter.clock.now()))
    run = counter.run_of(RunKind.LOOK_UP).id
    counter.write(lambda conn: sending.looked_up(conn, counter.store, run, Absent(conclusive=True)))
    return counter


def read(own: Own) -> str:
    return own.sign_in().see(f"/mine/delegations/{own.facing.counter.delegation().id}")


def comes_late(counter: Counter, run: str, number: str = "SP-2026-000001") -> None:
    answer = replace(filed(counter.clock.now()), reference=number)
    counter.write(lambda conn: sending.outcome(conn, counter.store, run, answer))


def test_that_it_was_received_after_all_and_under_which_number(own: Own, counter: Counter) -> None:
    comes_late(counter, counter.run_of(RunKind.SEND).id)
    page = read(own)
    assert "sākumā to uzskatīja par zudušu" in page
    assert "SP-2026-000001" in page
    assert "nekas nav iesniegts" not in page


def test_both_numbers_where_it_had_been_sent_again(own: Own, counter: Counter) -> None:
    late = counter.run_of(RunKind.SEND).id
    counter.fill()
    counter.send()
    comes_late(counter, late, "SP-2026-000007")
    page = read(own)
    assert "SP-2026-000001" in page
    assert "SP-2026-000007" in page
    assert "saņemts divreiz" in page
