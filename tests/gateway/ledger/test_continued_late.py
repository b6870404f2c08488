"""A log that went on signing after a backup was brought back, before anybody noticed: what it lacks is told in full."""

from datetime import timedelta

import pytest

from audit import checkpoint
from audit.report import Verdict
from gateway.clock import HeldClock
from gateway.ledger import checkpoints, continuing
from gateway.ledger.continuing import Known
from gateway.parts import GATEWAY, Store
from tests.gateway.ledger.continued import NEW, held_by, verdict
from tests.gateway.ledger.events import checkpoint_of, record_events
from tests.gateway.ledger.restoring import bring_back, refresh, take


@pytest.mark.parametrize("is_said", [True, False])
def test_counts_nothing_as_kept_that_was_signed_since(store: Store, clock: HeldClock, is_said: bool) -> None:
    record_events(store, 5)
    checkpoint_of(store)
    early, backup, taken = held_by(store), take(store), clock.now()
    clock.move(timedelta(hours=1))
    record_events(store, 2, "visit-2")
    checkpoint_of(store)
    between = held_by(store)
    record_events(store, 4, "visit-2")
    checkpoint_of(store)
    late = held_by(store)
    bring_back(store, backup)
    checkpoints.hold(store.settings.data_dir, early)
    clock.move(timedelta(hours=1))
    record_events(store, 3, "visit-3")
    assert checkpoint_of(store) is not None, "the machine has forgotten"
    since = held_by(store)
    known = Known((since, late), (), taken if is_said else None)
    signed = store.database.write_now(
        lambda conn: continuing.go_on(conn, store, continuing.assess(conn, store, known), NEW, GATEWAY)
    )
    checkpoints.hold(store.settings.data_dir, signed)
    refresh(store)
    kept, lost, again = (checkpoint.parse(each).size for each in (early, late, since))
    assert verdict(store).missing == (lost - kept if is_said else lost - again)
    # Whoever kept a checkpoint from between refutes the one that calls too much kept.
    assert verdict(store, between).exit_code == (0 if is_said else 1)
    assert verdict(store, between).verdict is (Verdict.VERIFIED if is_said else Verdict.INCONSISTENT)
    assert verdict(store, late).exit_code == 0
