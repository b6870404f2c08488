import hashlib

import pytest

from connectors.sdk.body import MULTIPART, URLENCODED, BodyError, BodyField, compare_body, parse_body
from delegation.readback import Attachment, Item, ReadBack

CONTENT = b"%PDF-1.4\r\n--not the boundary\r\n"
DIGEST = hashlib.sha256(CONTENT).hexdigest()
MULTIPART_TYPE = f"{MULTIPART}; boundary=----x1"


def multipart(*parts: tuple[str, bytes]) -> bytes:
    return b"".join(b"------x1\r\n" + head.encode() + b"\r\n\r\n" + body + b"\r\n" for head, body in parts) + (
        b"------x1--\r\n"
    )


def item(control: str, value: str, kind: str = "text") -> Item:
    return Item("data", control, "Label", kind, value, value)


def held(*items: Item, attachments: tuple[Attachment, ...] = ()) -> ReadBack:
    return ReadBack(items, attachments, "", "lv")


class TestParsing:
    def test_urlencoded_keeps_order_repeats_and_empty_values(self) -> None:
        fields = parse_body(URLENCODED, b"a=1&b=&a=%C4%81+x")
        assert fields == (BodyField("a", "1"), BodyField("b", ""), BodyField("a", "ā x"))

    def test_multipart_gives_files_by_hash(self) -> None:
        body = multipart(
            ('Content-Disposition: form-data; name="a"', b"v\r\nw"),
            ('Content-Disposition: form-data; name="f"; filename="i%22.pdf"\r\nContent-Type: application/pdf', CONTENT),
            ('Content-Disposition: form-data; name="g"; filename=""\r\nContent-Type: application/octet-stream', b""),
        )
        assert parse_body(MULTIPART_TYPE, body) == (
            BodyField("a", "v\r\nw"),
            BodyField("f", DIGEST, 'i".pdf'),
            BodyField("g", "", ""),
        )

    @pytest.mark.parametrize(
        ("kind", "body"),
        [
            ("text/plain", b"a=1"),
            ("application/json", b"{}"),
            ("", b"a=1"),
            (f"{URLENCODED}; charset=utf-16", b"a=1"),
            (URLENCODED, b"a=%FF"),
            (URLENCODED, b"a"),
            (URLENCODED, b"a=1;b=2"),
            (URLENCODED, "a=ā".encode()),
            (MULTIPART, b"a=1"),
            (MULTIPART_TYPE, b"preamble" + multipart()),
            (MULTIPART_TYPE, multipart(('Content-Disposition: form-data; name="a"', b"1"))[:-6]),
            (MULTIPART_TYPE, multipart(('Content-Disposition: form-data; name="a"\r\nX-Other: 1', b"1"))),
            (MULTIPART_TYPE, multipart(("Content-Disposition: form-data; name=a", b"1"))),
            (MULTIPART_TYPE, multipart(('Content-Disposition: form-data; name="a"\r\nContent-Type: text/plain', b"1"))),
        ],
    )
    def test_refuses_what_two_readers_could_read_differently(self, kind: str, body: bytes) -> None:
        with pytest.raises(BodyError):
            parse_body(kind, body)


class TestComparing:
    def test_equal_is_no_difference(self) -> None:
        page = held(
            item("csrf", "t", "hidden"),
            item("name", "Anna"),
            item("choice", "", "radio"),
            item("box", "ja", "checkbox"),
            item("other", "", "checkbox"),
            item("lines", "a\nb", "textarea"),
            item("file", "i.pdf", "file"),
            item("none", "", "file"),
            Item("data", "", "Maksa", "shown", "0", "0"),
            Item("elsewhere", "name", "Label", "text", "Zane", "Zane"),
            attachments=(Attachment("file", "i.pdf", DIGEST, len(CONTENT)),),
        )
        fields = (
            BodyField("csrf", "t"),
            BodyField("name", "Anna"),
            BodyField("box", "ja"),
            BodyField("lines", "a\r\nb"),
            BodyField("file", DIGEST, "i.pdf"),
            BodyField("none", "", ""),
        )
        assert compare_body(fields, page, "data") is None

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ([("name", "Zane")], "changed: name"),
            ([], "missing: name"),
            ([("name", "Anna"), ("more", "1")], "unexpected: more"),
            ([("name", "Anna"), ("name", "Anna")], "changed: name"),
            ([("name", "Anna ")], "changed: name"),
        ],
    )
    def test_names_what_differs_and_never_its_value(self, fields: list[tuple[str, str]], words: str) -> None:
        found = compare_body([BodyField(*field) for field in fields], held(item("name", "Anna")), "data")
        assert str(found) == words

    def test_a_swapped_file_is_seen(self) -> None:
        page = held(item("f", "i.pdf", "file"), attachments=(Attachment("f", "i.pdf", DIGEST, len(CONTENT)),))
        other = hashlib.sha256(b"other").hexdigest()
        assert str(compare_body([BodyField("f", other, "i.pdf")], page, "data")) == "changed: f"

    def test_a_volatile_control_may_change_but_not_vanish(self) -> None:
        page = held(item("csrf", "t", "hidden"))
        assert compare_body([BodyField("csrf", "u")], page, "data", {"csrf"}) is None
        assert str(compare_body([], page, "data", {"csrf"})) == "missing: csrf"
