"""One key a kind, wrapped in the database, the same for every process, replaced with an overlap."""

import asyncio
import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from delegation.signing import KeySet
from gateway.clock import HeldClock
from gateway.config import Settings
from gateway.database.engine import Database
from gateway.keys import signing
from gateway.keys.errors import KeyMissingError, SealBrokenError
from gateway.keys.sealing import Sealer
from gateway.keys.signing import TOKEN_KINDS, KeyKind, KeyRing
from gateway.keys.watching import keep_fresh
from gateway.parts import open_keys
from tests.gateway.conftest import NINE


@pytest.fixture
def ring(database: Database, sealer: Sealer) -> KeyRing:
    """All keys, made for the test."""
    return database.write_now(lambda conn: open_keys(conn, sealer, NINE, "log"))


def load(database: Database, sealer: Sealer, now: datetime = NINE) -> KeyRing:
    return database.read_now(lambda conn: KeyRing.load(conn, sealer, now))


def test_every_kind_has_a_key_of_its_own(ring: KeyRing) -> None:
    assert ring.missing() == ()
    kids = {ring.stored(kind).kid for kind in KeyKind}
    assert len(kids) == len(KeyKind)


def test_the_same_keys_are_opened_by_every_process(ring: KeyRing, database: Database, sealer: Sealer) -> None:
    again = load(database, sealer)
    assert again.jwks() == ring.jwks()
    assert [key.verifier.vkey for key in again.note_signers("log")] == [
        key.verifier.vkey for key in ring.note_signers("log")
    ]


def test_processes_that_start_together_make_the_same_keys(database: Database, sealer: Sealer) -> None:
    rings: list[KeyRing] = []
    owners = [Database.open(database.url.render_as_string(hide_password=False)) for _ in range(3)]

    def start(owner: Database) -> None:
        rings.append(owner.write_now(lambda conn: open_keys(conn, sealer, NINE, "log")))

    threads = [threading.Thread(target=start, args=(owner,)) for owner in owners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for owner in owners:
        owner.close()
    assert len(rings) == 3
    assert rings[0].jwks() == rings[1].jwks() == rings[2].jwks() == load(database, sealer).jwks()
    recorded = text("SELECT count(*) FROM audit_event WHERE type = 'system:key:created'")
    made = database.read_now(lambda conn: conn.execute(recorded).scalar_one())
    assert made == len(KeyKind)


def test_what_is_published_is_public_and_only_of_the_kinds_asked_for(ring: KeyRing) -> None:
    published = ring.jwks(KeyKind.DELEGATION, KeyKind.PERMIT)
    assert [key["kid"] for key in published["keys"]] == [
        ring.stored(KeyKind.DELEGATION).kid,
        ring.stored(KeyKind.PERMIT).kid,
    ]
    assert all("d" not in key for key in published["keys"])
    assert len(ring.jwks()["keys"]) == len(TOKEN_KINDS)
    KeySet.parse(published)


def test_private_parts_do_not_open_with_another_key_file(ring: KeyRing, database: Database) -> None:
    stranger = Sealer({1: b"x" * 32}, lookup=b"y" * 32)
    with pytest.raises(SealBrokenError):
        load(database, stranger)
    assert str(ring.stored(KeyKind.PERMIT).private_der) not in repr(ring.stored(KeyKind.PERMIT))


def rotate(database: Database, sealer: Sealer, kind: KeyKind, now: datetime, *, at_once: bool = False) -> str:
    return database.write_now(lambda conn: signing.rotate(conn, sealer, kind, now, at_once=at_once))


def kids(ring: KeyRing) -> list[str]:
    return [key["kid"] for key in ring.jwks(KeyKind.ID_TOKEN)["keys"]]


def test_a_new_key_is_announced_before_it_signs_and_the_old_one_stays_for_two_days(
    ring: KeyRing, database: Database, sealer: Sealer, clock: HeldClock
) -> None:
    old = ring.stored(KeyKind.ID_TOKEN).kid
    new = rotate(database, sealer, KeyKind.ID_TOKEN, clock.now())
    announced = load(database, sealer, clock.now())
    assert kids(announced) == [new, old]
    assert announced.signer(KeyKind.ID_TOKEN).kid == old
    later = load(database, sealer, clock.move(signing.ANNOUNCED))
    assert later.signer(KeyKind.ID_TOKEN).kid == later.stored(KeyKind.ID_TOKEN).kid == new
    database.write_now(lambda conn: signing.retire(conn, clock.move(timedelta(days=1))))
    assert kids(load(database, sealer, clock.now())) == [new, old]
    database.write_now(lambda conn: signing.retire(conn, clock.move(timedelta(days=1))))
    assert kids(load(database, sealer, clock.now())) == [new]


def test_a_process_notices_a_key_that_another_made_and_its_hour_to_sign(
    ring: KeyRing, database: Database, sealer: Sealer, clock: HeldClock
) -> None:
    def refresh() -> bool:
        return database.read_now(lambda conn: ring.refresh(conn, sealer, clock.now()))

    old = ring.stored(KeyKind.ID_TOKEN).kid
    assert not refresh()
    new = rotate(database, sealer, KeyKind.ID_TOKEN, clock.now())
    assert refresh()
    assert kids(ring) == [new, old]
    assert ring.signer(KeyKind.ID_TOKEN).kid == old
    clock.move(signing.ANNOUNCED)
    assert refresh()
    assert ring.signer(KeyKind.ID_TOKEN).kid == new
    assert not refresh()


def test_a_key_that_somebody_else_may_hold_is_out_of_use_at_once(
    ring: KeyRing, database: Database, sealer: Sealer, clock: HeldClock
) -> None:
    new = rotate(database, sealer, KeyKind.ID_TOKEN, clock.now(), at_once=True)
    database.read_now(lambda conn: ring.refresh(conn, sealer, clock.now()))
    assert kids(ring) == [new]
    assert ring.signer(KeyKind.ID_TOKEN).kid == new


def test_a_running_process_keeps_its_keys_fresh(
    ring: KeyRing, database: Database, sealer: Sealer, clock: HeldClock, settings: Settings
) -> None:
    new = rotate(database, sealer, KeyKind.ID_TOKEN, clock.now())

    async def notice() -> None:
        task = asyncio.create_task(keep_fresh(ring, database, sealer, clock, settings.data_dir, every=0.01))
        for _ in range(500):
            await asyncio.sleep(0.01)
            if new in kids(ring):
                break
        task.cancel()

    asyncio.run(notice())
    assert new in kids(ring)


def test_a_missing_key_is_named(database: Database, sealer: Sealer) -> None:
    with pytest.raises(KeyMissingError, match="pilnvara keys init"):
        load(database, sealer).signer(KeyKind.DELEGATION)


def test_a_start_retires_what_is_over_and_records_it(
    ring: KeyRing, database: Database, sealer: Sealer, clock: HeldClock
) -> None:
    for kind in (KeyKind.PERMIT, KeyKind.CHECKPOINT):
        rotate(database, sealer, kind, clock.now())
    after = clock.move(signing.ANNOUNCED + signing.OVERLAP)
    again = database.write_now(lambda conn: open_keys(conn, sealer, after, "log"))
    assert len(again.jwks(KeyKind.PERMIT)["keys"]) == 1
    assert len(again.note_signers("log")) == 2, "old checkpoints are still to be verified"
    recorded = text("SELECT count(*) FROM audit_event WHERE type = 'admin:key:retired'")
    assert database.read_now(lambda conn: conn.execute(recorded).scalar_one()) == 1
    assert ring.stored(KeyKind.CHECKPOINT).kid != again.stored(KeyKind.CHECKPOINT).kid, "the new one signs"
