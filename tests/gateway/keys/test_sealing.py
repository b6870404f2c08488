"""What is sealed opens only with its key, in its place, and not after its key was destroyed."""

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.database.engine import Database
from gateway.keys import store
from gateway.keys.errors import KeyDestroyedError, KeyMissingError, SealBrokenError
from gateway.keys.sealing import DataKey, Sealer, WrappedKey
from tests.gateway.conftest import NINE

SEALER = Sealer({1: bytes(range(32))}, lookup=b"l" * 32)
KEY = SEALER.new_key()


class TestSeal:
    @given(plaintext=st.binary(max_size=300), context=st.text(max_size=20))
    def test_gives_back_what_went_in(self, plaintext: bytes, context: str) -> None:
        assert SEALER.open(KEY, context, SEALER.seal(KEY, context, plaintext)) == plaintext

    def test_shows_nothing_and_never_the_same_twice(self) -> None:
        one, two = (SEALER.seal(KEY, "resident.profile:1", b"made-up name") for _ in range(2))
        assert b"made-up" not in one
        assert one != two

    @given(place=st.integers(min_value=0))
    def test_does_not_open_when_any_byte_was_changed(self, place: int) -> None:
        sealed = bytearray(SEALER.seal(KEY, "context", b"value"))
        sealed[place % len(sealed)] ^= 1
        with pytest.raises(SealBrokenError):
            SEALER.open(KEY, "context", bytes(sealed))

    def test_does_not_open_in_another_place(self) -> None:
        sealed = SEALER.seal(KEY, "filing.answers:1", b"value")
        with pytest.raises(SealBrokenError):
            SEALER.open(KEY, "filing.answers:2", sealed)

    def test_does_not_open_with_another_key(self) -> None:
        sealed = SEALER.seal(KEY, "context", b"value")
        with pytest.raises(SealBrokenError):
            SEALER.open(SEALER.new_key(), "context", sealed)
        with pytest.raises(SealBrokenError):
            SEALER.open(DataKey("another", KEY.secret), "context", sealed)

    @pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x02" + bytes(60)])
    def test_refuses_what_was_never_sealed(self, sealed: bytes) -> None:
        with pytest.raises(SealBrokenError):
            SEALER.open(KEY, "context", sealed)

    def test_keeps_secrets_out_of_what_is_printed(self) -> None:
        assert str(KEY.secret) not in repr(KEY)
        assert "wrapped=" not in repr(SEALER.wrap(KEY))


class TestWrap:
    def test_opens_under_an_earlier_epoch(self) -> None:
        old = SEALER.wrap(KEY)
        later = Sealer({1: bytes(range(32)), 2: b"2" * 32}, lookup=b"l" * 32)
        assert later.unwrap(old) == KEY
        assert later.wrap(KEY).epoch == 2

    def test_is_lost_with_its_epoch(self) -> None:
        with pytest.raises(KeyMissingError):
            Sealer({2: b"2" * 32}, lookup=b"l" * 32).unwrap(SEALER.wrap(KEY))

    def test_does_not_open_under_another_name(self) -> None:
        wrapped = SEALER.wrap(KEY)
        with pytest.raises(SealBrokenError):
            SEALER.unwrap(WrappedKey("another", wrapped.wrapped, wrapped.epoch, None))


class TestKeyedHash:
    def test_is_the_same_for_a_look_up_and_different_by_use_and_key(self) -> None:
        made_up = "329999-00001"
        assert SEALER.keyed_hash("resident.code", made_up) == SEALER.keyed_hash("resident.code", made_up)
        assert SEALER.keyed_hash("resident.code", made_up) != SEALER.keyed_hash("staff.code", made_up)
        other = Sealer({1: bytes(range(32))}, lookup=b"m" * 32)
        assert SEALER.keyed_hash("resident.code", made_up) != other.keyed_hash("resident.code", made_up)


class TestStore:
    def test_follows_the_keys_that_a_key_lies_under(self, database: Database, sealer: Sealer) -> None:
        resident, visit = sealer.new_key(), sealer.new_key()
        database.write_now(lambda conn: store.save(conn, sealer.wrap(resident)))
        database.write_now(lambda conn: store.save(conn, sealer.wrap(visit, under=resident)))
        assert database.read_now(lambda conn: store.load(conn, sealer, visit.id)) == visit

    def test_erases_all_below_a_destroyed_key(self, database: Database, sealer: Sealer) -> None:
        resident, visit = sealer.new_key(), sealer.new_key()
        database.write_now(lambda conn: store.save(conn, sealer.wrap(resident)))
        database.write_now(lambda conn: store.save(conn, sealer.wrap(visit, under=resident)))
        database.write_now(lambda conn: store.destroy(conn, resident.id, NINE))
        for key_id in (resident.id, visit.id):
            with pytest.raises(KeyDestroyedError):
                database.read_now(partial(store.load, sealer=sealer, key_id=key_id))

    def test_moves_a_visit_s_key_under_its_resident_s(self, database: Database, sealer: Sealer) -> None:
        resident, visit = sealer.new_key(), sealer.new_key()
        database.write_now(lambda conn: store.save(conn, sealer.wrap(visit)))
        database.write_now(lambda conn: store.save(conn, sealer.wrap(resident)))
        database.write_now(lambda conn: store.rewrap(conn, sealer.wrap(visit, under=resident)))
        assert database.read_now(lambda conn: store.load(conn, sealer, visit.id)) == visit
        database.write_now(lambda conn: store.destroy(conn, resident.id, NINE))
        with pytest.raises(KeyDestroyedError):
            database.read_now(lambda conn: store.load(conn, sealer, visit.id))

    def test_knows_no_key_that_was_not_saved(self, database: Database, sealer: Sealer) -> None:
        with pytest.raises(KeyMissingError):
            database.read_now(lambda conn: store.load(conn, sealer, "nothing"))
        with pytest.raises(KeyMissingError):
            database.write_now(lambda conn: store.destroy(conn, "nothing", NINE))
