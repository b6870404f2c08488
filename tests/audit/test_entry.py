import json
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from enum import IntEnum
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from audit.entry import MAX_ENTRY_BYTES, Actor, ActorKind, decode, encode, new_salt
from audit.errors import AuditError, EntryError, EntryTooLargeError, NotCanonicalError
from audit.events import EventName
from tests.audit.builders import NOON, an_entry
from tests.audit.vectors import FOLDER

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


def in_nfc(value: Any) -> Any:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, list):
        return [in_nfc(item) for item in value]
    if isinstance(value, dict):
        return {in_nfc(key): in_nfc(item) for key, item in value.items()}
    return value


class Size(IntEnum):
    SMALL = 1


class TestEncode:
    def test_writes_these_very_bytes(self) -> None:
        assert encode(an_entry()).decode() == (
            '{"actor":{"centre":"centre-1","id":"staff-1","kind":"assistant","terminal":"terminal-1"},'
            '"data":{"channel":"counter"},"id":"event-1","n":1,"prev":"","salt":"AAAAAAAAAAAAAAAAAAAAAA",'
            '"time":"2024-03-04T12:00:00.000000Z","type":"assistant:visit:opened","v":1,"visit":"visit-1"}'
        )

    @given(st.dictionaries(TEXT, JSON, max_size=5).map(in_nfc))
    def test_is_what_the_rfc_8785_library_writes(self, data: dict[str, Any]) -> None:
        encoded = encode(an_entry(data=data))
        assert encoded == rfc8785.dumps(json.loads(encoded))
        assert json.loads(encoded)["data"] == data

    @pytest.mark.parametrize("name", ["french", "weird"])
    def test_writes_the_public_vectors_of_rfc_8785(self, name: str) -> None:
        given_data = json.loads((FOLDER / "rfc8785" / f"{name}.in.json").read_text())
        expected = (FOLDER / "rfc8785" / f"{name}.out.json").read_bytes()
        assert b'"data":' + expected + b',"id"' in encode(an_entry(data=given_data))

    def test_sorts_keys_by_utf_16_as_rfc_8785_section_3_2_3_demands(self) -> None:
        encoded = encode(an_entry(data={"\uff5e": 1, "\U0001f602": 2}))
        assert '"data":{"\U0001f602":2,"\uff5e":1}'.encode() in encoded

    def test_puts_text_into_nfc(self) -> None:
        assert encode(an_entry(data={"word": "ma\u0304ja"})) == encode(an_entry(data={"word": "m\u0101ja"}))

    def test_writes_any_zone_as_utc_with_microseconds(self) -> None:
        riga = datetime(2024, 3, 4, 14, 0, tzinfo=timezone(timedelta(hours=2)))
        assert encode(an_entry(time=riga)) == encode(an_entry(time=NOON))

    def test_writes_enums_as_the_plain_values_that_they_are(self) -> None:
        encoded = encode(an_entry(data={"state": EventName.FILING_SENT, "size": Size.SMALL}))
        assert b'{"size":1,"state":"system:filing:sent"}' in encoded

    @pytest.mark.parametrize(
        "data",
        [
            {"fraction": 1.5},
            {"whole as fraction": 1.0},
            {"bytes": b"x"},
            {"time": NOON},
            {"set": {1}},
            {1: "number as key"},
            {"huge": 2**53},
            {"surrogate": "\ud800"},
            {"a\u0301": 1, "\u00e1": 2},
        ],
    )
    def test_refuses_what_has_no_single_form(self, data: Any) -> None:
        with pytest.raises(EntryError):
            encode(an_entry(data=data))

    @pytest.mark.parametrize(
        "change",
        [
            {"n": 0},
            {"n": 2},
            {"prev": "00" * 32},
            {"n": 2, "prev": "0" * 63},
            {"n": 2, "prev": "AB" * 32},
            {"salt": "short"},
            {"salt": "=" * 22},
            {"id": ""},
            {"type": ""},
            {"visit": ""},
            {"v": 2},
            {"time": datetime(2024, 3, 4, 12, 0)},  # noqa: DTZ001 - the lack of a zone is what is refused
            {"actor": Actor("robot", "r1")},  # type: ignore[arg-type] # a kind that does not exist is what is refused
        ],
    )
    def test_refuses_fields_that_could_not_be_read_back(self, change: dict[str, Any]) -> None:
        with pytest.raises(EntryError):
            encode(an_entry(**change))

    def test_refuses_more_than_a_bundle_can_carry(self) -> None:
        room = MAX_ENTRY_BYTES - len(encode(an_entry(data={"text": ""})))
        assert len(encode(an_entry(data={"text": "x" * room}))) == MAX_ENTRY_BYTES
        with pytest.raises(EntryTooLargeError):
            encode(an_entry(data={"text": "x" * (room + 1)}))

    def test_refuses_nesting_that_could_exhaust_a_verifier(self) -> None:
        deep: Any = 0
        for _ in range(20):
            deep = [deep]
        with pytest.raises(EntryError):
            encode(an_entry(data={"deep": deep}))


class TestDecode:
    @given(st.dictionaries(TEXT, JSON, max_size=5).map(in_nfc))
    def test_gives_back_what_was_encoded(self, data: dict[str, Any]) -> None:
        entry = an_entry(data=data)
        assert decode(encode(entry)) == entry

    def test_gives_time_as_aware_utc(self) -> None:
        assert decode(encode(an_entry())).time.tzinfo is UTC

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            (b'"n":1', b'"n": 1'),
            (b'"n":1', b'"n":1.0'),
            (b'"n":1', b'"n":1e0'),
            (b'"counter"', b'"c\\u006funter"'),
            (b'"channel":"counter"', b'"channel":"phone","channel":"counter"'),
            (b'{"channel":"counter"}', '{"word":"ma\u0304ja"}'.encode()),
            (b".000000Z", b"Z"),
            (b"12:00:00.000000Z", b"14:00:00.000000+02:00"),
            (b'"terminal":"terminal-1"', b'"terminal":"terminal-1" '),
            (b'"v":1,"visit":"visit-1"', b'"visit":"visit-1","v":1'),
        ],
    )
    def test_refuses_the_same_event_in_other_bytes(self, old: bytes, new: bytes) -> None:
        encoded = encode(an_entry())
        changed = encoded.replace(old, new, 1)
        assert changed != encoded
        with pytest.raises(EntryError):
            decode(changed)

    def test_names_another_order_as_not_canonical(self) -> None:
        shuffled = json.dumps(json.loads(encode(an_entry())), separators=(",", ":"), sort_keys=False)
        backwards = json.dumps(dict(reversed(json.loads(shuffled).items())), separators=(",", ":"))
        with pytest.raises(NotCanonicalError):
            decode(backwards.encode())

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            (b'"v":1', b'"v":1,"w":2'),
            (b'"kind":"assistant"', b'"kind":"robot"'),
            (b'"kind":"assistant"', b'"kind":"assistant","name":"x"'),
            (b'"n":1,', b""),
            (b'"v":1', b'"v":2'),
            (b'"data":{"channel":"counter"}', b'"data":[]'),
            (b'"data":{"channel":"counter"}', b'"data":{"n":0.5}'),
            (b"2024-03-04T12:00:00.000000Z", b"2024-03-04T12:00:00.000000"),
        ],
    )
    def test_refuses_fields_unknown_missing_or_of_the_wrong_kind(self, old: bytes, new: bytes) -> None:
        with pytest.raises(EntryError):
            decode(encode(an_entry()).replace(old, new, 1))

    @given(st.binary(max_size=200))
    def test_raises_nothing_but_its_own_error_for_any_bytes(self, garbage: bytes) -> None:
        with pytest.raises(AuditError):
            decode(garbage)

    @pytest.mark.parametrize("garbage", [b"[" * 60_000, b'{"data":' * 8_000, b'"\\ud800"', b"\xff" * 10, b"x" * 70_000])
    def test_survives_hostile_bytes(self, garbage: bytes) -> None:
        with pytest.raises(AuditError):
            decode(garbage)


class TestNewSalt:
    def test_is_sixteen_random_bytes(self) -> None:
        salts = {new_salt() for _ in range(100)}
        assert len(salts) == 100
        assert all(len(salt) == 22 for salt in salts)


class TestEventName:
    def test_every_name_has_source_subject_and_action(self) -> None:
        for name in EventName:
            parts = name.value.split(":")
            assert len(parts) == 3
            assert all(part.replace("_", "").isalpha() and part.islower() for part in parts)

    def test_sources_are_known_roles(self) -> None:
        sources = {name.value.split(":")[0] for name in EventName}
        assert sources <= {"staff", *ActorKind} - {"nobody"}

    def test_no_name_is_used_twice(self) -> None:
        assert len(EventName.__members__) == len(set(EventName))
