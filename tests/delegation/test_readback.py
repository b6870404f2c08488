"""The canonical form of a read-back."""

import json
from dataclasses import replace

import pytest

from delegation.commitment import KeyedHasher
from delegation.errors import ReadBackError
from delegation.readback import Attachment, Item, ReadBack, payload_bytes, payload_hash

SHA = "0123456789abcdef" * 4
PHONE = Item("details", "phone", "Tālrunis", "tel", "+37100000000", "+371 00000000")
CSRF = Item("details", "csrf", "", "hidden", "token-1", "")
SHEET = Item("details", "sheet", "", "hidden", "B-0001", "")
READBACK = ReadBack((PHONE, CSRF, SHEET), (Attachment("proof", "izziņa.pdf", SHA, 1234),), "0,00", "lv")


class TestPayloadBytes:
    def test_are_rows_in_order_with_hidden_inputs_attachments_and_fee(self) -> None:
        assert json.loads(payload_bytes(READBACK, {"csrf"})) == [
            ["details", "phone", "Tālrunis", "tel", "+37100000000", "+371 00000000"],
            ["details", "sheet", "", "hidden", "B-0001", ""],
            ["", "proof", "izziņa.pdf", "attachment", SHA, "1234"],
            ["", "", "", "fee", "0,00", "0,00"],
        ]

    def test_are_the_same_when_only_a_volatile_field_changes(self) -> None:
        other = replace(READBACK, items=(PHONE, replace(CSRF, value="token-2"), SHEET))
        assert payload_bytes(other, {"csrf"}) == payload_bytes(READBACK, {"csrf"})
        assert payload_bytes(other) != payload_bytes(READBACK)

    @pytest.mark.parametrize("field", ["page", "control", "label", "type", "value", "shown"])
    def test_change_with_every_part_of_a_row(self, field: str) -> None:
        changed = replace(READBACK, items=(replace(PHONE, **{field: "x"}), CSRF, SHEET))
        assert payload_bytes(changed) != payload_bytes(READBACK)

    def test_change_with_order_fee_and_attachment(self) -> None:
        variants = [
            READBACK,
            replace(READBACK, items=(SHEET, CSRF, PHONE)),
            replace(READBACK, fee="4,50"),
            replace(READBACK, attachments=()),
            replace(READBACK, attachments=(Attachment("proof", "izziņa.pdf", SHA[::-1], 1234),)),
        ]
        assert len({payload_bytes(variant) for variant in variants}) == len(variants)

    def test_are_the_same_for_composed_and_decomposed_letters(self) -> None:
        composed = replace(READBACK, items=(replace(PHONE, value="\u0101"),))
        decomposed = replace(READBACK, items=(replace(PHONE, value="a\u0304"),))
        assert payload_bytes(composed) == payload_bytes(decomposed)

    def test_a_visible_field_is_never_volatile(self) -> None:
        with pytest.raises(ReadBackError):
            payload_bytes(READBACK, {"phone"})

    @pytest.mark.parametrize("posing", ["fee", "attachment"])
    def test_a_control_cannot_pose_as_a_fee_or_a_file(self, posing: str) -> None:
        with pytest.raises(ReadBackError):
            payload_bytes(replace(READBACK, items=(replace(PHONE, type=posing),)))

    def test_half_a_character_is_refused(self) -> None:
        with pytest.raises(ReadBackError):
            payload_bytes(replace(READBACK, items=(replace(PHONE, value="\ud800"),)))

    @pytest.mark.parametrize("digest", ["", SHA.upper(), SHA[:-1], SHA + "0", "x" * 64])
    def test_an_attachment_without_its_hash_is_refused(self, digest: str) -> None:
        with pytest.raises(ReadBackError):
            payload_bytes(replace(READBACK, attachments=(Attachment("proof", "a.pdf", digest, 1),)))


class TestPayloadHash:
    def test_depends_on_the_visit(self) -> None:
        hashes = {payload_hash(KeyedHasher(key), READBACK) for key in (bytes(32), bytes(31) + b"\1")}
        assert len(hashes) == 2
