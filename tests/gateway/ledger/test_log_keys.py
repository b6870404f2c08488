"""The log's key is replaced while everything runs on; what the old one signs afterwards has a name."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Connection

from audit import note
from audit.note import Signer
from audit.report import Report, Verdict
from gateway.clock import HeldClock
from gateway.keys import signing
from gateway.keys.signing import ANNOUNCED, KeyKind
from gateway.ledger import checkpoints, log_keys
from gateway.ledger.checking import check
from gateway.ledger.log_keys import GRACE
from gateway.ledger.sequencer import sequence_now
from gateway.parts import Store
from tests.gateway.ledger.events import record_events


def rotate(store: Store) -> None:
    now = store.clock.now()
    store.database.write_now(lambda conn: signing.rotate(conn, store.sealer, KeyKind.CHECKPOINT, now))
    refresh(store)


def refresh(store: Store) -> None:
    """What each process does by itself every twenty seconds."""
    store.database.read_now(lambda conn: store.keys.refresh(conn, store.sealer, store.clock.now()))


def sign(store: Store) -> bytes:
    """Another event, and who signed the checkpoint over it."""
    record_events(store, 1)
    sequence_now(store.database)
    asyncio.run(store.publisher.publish())
    signed = store.database.read_now(checkpoints.latest_bare)
    assert signed is not None
    return note.parse(signed).signatures[0].key_id


def verdict(store: Store) -> Report:
    def look(conn: Connection) -> Report:
        vkeys, retired = log_keys.usable(conn, store)
        origin, now = store.settings.log_origin, store.clock.now()
        return check(conn, vkeys=vkeys, retired=retired, origin=origin, now=now)

    return store.database.read_now(look)


def test_a_new_key_signs_once_it_was_announced_and_nothing_is_restarted(store: Store, clock: HeldClock) -> None:
    publisher = store.publisher
    old = publisher.signers[0]
    assert sign(store) == old.key_id
    rotate(store)
    assert sign(store) == old.key_id
    assert publisher.signers[0].key_id == old.key_id
    assert len(publisher.signers) == 2
    clock.move(ANNOUNCED)
    refresh(store)
    new = publisher.signers[0]
    assert sign(store) == new.key_id != old.key_id
    assert verdict(store).exit_code == 0


def test_a_new_key_waits_as_long_as_its_witnesses_are_given(store: Store, clock: HeldClock) -> None:
    old, week, now = store.publisher.signers[0], timedelta(days=7), store.clock.now()
    store.database.write_now(lambda conn: signing.rotate(conn, store.sealer, KeyKind.CHECKPOINT, now, announced=week))
    refresh(store)
    assert len(store.publisher.signers) == 2, "it is published at once"
    clock.move(week - timedelta(seconds=1))
    refresh(store)
    assert sign(store) == old.key_id
    newest, replaced = store.database.read_now(lambda conn: log_keys.standing(conn, store))
    assert (newest.signs_from, replaced.until, replaced.retired) == (now + week, now + week + GRACE, None)
    clock.move(timedelta(seconds=1))
    refresh(store)
    assert sign(store) != old.key_id
    assert verdict(store).exit_code == 0


def test_what_the_old_key_signs_afterwards_is_named(store: Store, clock: HeldClock) -> None:
    old: Signer = store.publisher.signers[0]
    sign(store)
    rotate(store)
    clock.move(ANNOUNCED + GRACE + timedelta(seconds=1))
    refresh(store)
    sign(store)
    newest, replaced = store.database.read_now(lambda conn: log_keys.standing(conn, store))
    assert (newest.retired, replaced.limit) == (None, verdict(store).size - 1)
    assert replaced.retired == f"{old.verifier.vkey}@{replaced.limit}"
    assert verdict(store).exit_code == 0

    record_events(store, 1)
    sequence_now(store.database)
    asyncio.run(replace(store.publisher, signers=(old, *store.publisher.signers)).publish())
    report = verdict(store)
    assert (report.verdict, report.exit_code) == (Verdict.RETIRED_KEY, 1)
