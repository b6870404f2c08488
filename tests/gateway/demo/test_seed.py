"""The made-up network, put into a real database."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from gateway.clock import SystemClock
from gateway.config import Settings
from gateway.demo import seed
from gateway.demo.people import CENTRES, NORTH, SEA, STAFF
from gateway.demo.seed import NotDemoError, Outside
from gateway.demo.whole_visit import KINDERGARTEN_QUEUE, SICKNESS_BENEFIT
from gateway.parts import Store, open_store
from gateway.people.tables import Centre, Staff
from gateway.reports import actions, by_hand, targets
from gateway.reports.periods import Month
from gateway.reports.targets import Held
from gateway.services import catalogue
from gateway.terminals import enrolment
from gateway.terminals.tables import Pairing
from tests.gateway.terminal_key import TERMINAL_KEY

OUTSIDE = Outside(
    portals={"latvija": "http://127.0.0.2:1", "eiestades": "http://127.0.0.2:2", "registri": "http://127.0.0.2:3"},
    portal_secrets=dict.fromkeys(("latvija", "eiestades", "registri"), "a portal's secret"),
    provider="http://127.0.0.3:1",
    provider_client="pilnvara",
    provider_secret="a provider's secret",
)


def opened(folder: Path, mode: str) -> Store:
    return open_store(Settings.from_environment({"PILNVARA_MODE": mode, "PILNVARA_DATA_DIR": str(folder)}))


@pytest.fixture
def store(tmp_path: Path, ready_file: Path) -> Iterator[Store]:
    store = opened(tmp_path, "demo")
    yield store
    store.close()


def fill(store: Store) -> None:
    store.database.write_now(lambda conn: seed.seed(conn, store, OUTSIDE))


class TestSeed:
    def test_is_refused_outside_demo_mode(self, tmp_path: Path, ready_file: Path) -> None:
        store = opened(tmp_path, "live")
        try:
            with pytest.raises(NotDemoError):
                fill(store)
            assert store.database.read_now(lambda conn: conn.execute(select(func.count(Staff.id))).scalar_one()) == 0
        finally:
            store.close()

    def test_done_again_it_adds_nobody_and_nothing(self, store: Store) -> None:
        fill(store)
        fill(store)
        count = store.database.read_now(
            lambda conn: (
                conn.execute(select(func.count(Centre.id))).scalar_one(),
                conn.execute(select(func.count(Staff.id))).scalar_one(),
            )
        )
        assert count == (len(CENTRES), len(STAFF))

    def test_brings_both_services_that_the_portal_takes(self, store: Store) -> None:
        fill(store)

        def electronic(conn: Connection) -> list[bool]:
            return [
                catalogue.find(conn, service_id).is_electronic for service_id in (SICKNESS_BENEFIT, KINDERGARTEN_QUEUE)
            ]

        assert store.database.read_now(electronic) == [True, True]

    def test_brings_counts_by_hand_a_target_and_an_improvement(self, store: Store) -> None:
        fill(store)
        now, last = store.clock.now(), Month.of(store.clock.now()).plus(-1)

        def work(conn: Connection) -> tuple[list[int], list[Held], list[Any]]:
            counted = [len(by_hand.story(conn, centre.id, last)) for centre in (NORTH, SEA)]
            return counted, targets.held(conn, {NORTH.id: NORTH.name}, now), list(actions.find(conn, NORTH.id))

        counted, (target,), (improvement,) = store.database.read_now(work)
        assert counted == [4, 4]
        assert target.row.who == "Valda Pārzine"
        assert improvement.owner == "Vilnis Vadonis"

    def test_each_computer_of_a_centre_has_a_name_of_its_own(self, store: Store) -> None:
        fill(store)
        now = SystemClock().now()
        first = store.database.write_now(lambda conn: seed.terminal_code(conn, store, NORTH.id))
        store.database.write_now(lambda conn: seed.terminal_code(conn, store, NORTH.id))
        store.database.write_now(
            lambda conn: enrolment.enrol(conn, store.sealer, typed=first.spaced, means=TERMINAL_KEY.means, now=now)
        )
        store.database.write_now(lambda conn: seed.terminal_code(conn, store, NORTH.id))
        store.database.write_now(lambda conn: seed.terminal_code(conn, store, SEA.id))
        names = store.database.read_now(
            lambda conn: conn.execute(select(Pairing.centre_id, Pairing.name).order_by(Pairing.made_at)).all()
        )
        assert [tuple(each) for each in names] == [
            (NORTH.id, "Lete 1"),
            (NORTH.id, "Lete 2"),
            (NORTH.id, "Lete 3"),
            (SEA.id, "Lete 1"),
        ]

    def test_a_holders_officer_is_among_its_people(self, store: Store) -> None:
        fill(store)
        holders = store.database.read_now(
            lambda conn: conn.execute(select(Staff.holder).where(Staff.holder.is_not(None))).scalars().all()
        )
        assert holders == ["VSAA"]

    def test_a_terminal_code_enrols_a_browser_at_its_centre(self, store: Store) -> None:
        fill(store)
        code = store.database.write_now(lambda conn: seed.terminal_code(conn, store, NORTH.id))
        now = SystemClock().now()
        secret = store.database.write_now(
            lambda conn: enrolment.enrol(conn, store.sealer, typed=code.spaced, means=TERMINAL_KEY.means, now=now)
        )
        known = store.database.read_now(lambda conn: enrolment.find(conn, secret))
        assert known is not None
        assert known.centre_id == NORTH.id
