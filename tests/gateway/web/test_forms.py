"""Forms in bad faith, sent by anybody: too many fields, too long, and nothing of an honest one is remembered."""

import gc
import tempfile
from time import perf_counter
from typing import Any
from urllib.parse import unquote, urlencode

import pytest
from litestar._parsers import parse_url_encoded_form_data  # the cache that must stay empty

from gateway.web.forms import LONGEST, MOST_FIELDS, _parts
from tests.gateway.callers import Caller, Callers

FORM = "application/x-www-form-urlencoded"


def stranger(callers: Callers) -> tuple[Caller, bytes, str]:
    """Somebody at the page that takes a code, with the token of its form, as bytes for a body and as it is."""
    caller = callers.nobody()
    token = caller.get("/a").csrf
    return caller, urlencode({"_csrf": token, "code": "00000000"}).encode(), token


@pytest.mark.parametrize("kind", [FORM, "text/plain", "application/json"])
def test_a_form_of_very_many_fields_is_refused_at_once(callers: Callers, kind: str) -> None:
    caller, body, token = stranger(callers)
    body += b"".join(b"&f%d=1" % number for number in range(20_000))
    begun = perf_counter()
    answer = caller.call("POST", "/a", headers={"content-type": kind, "x-csrf-token": token}, body=body)
    assert answer.status == 400
    assert perf_counter() - begun < 2


def test_a_form_longer_than_any_honest_one_is_refused(callers: Callers) -> None:
    caller, body, _ = stranger(callers)
    answer = caller.call("POST", "/a", headers={"content-type": FORM}, body=body + b"0" * LONGEST)
    assert answer.status == 413


def test_a_form_at_the_limit_is_read(callers: Callers) -> None:
    caller, body, _ = stranger(callers)
    body += b"".join(b"&f%d=1" % number for number in range(MOST_FIELDS - 2))
    answer = caller.call("POST", "/a", headers={"content-type": FORM}, body=body)
    assert answer.status == 404
    assert "00000000" not in answer.text


def test_nothing_that_a_form_held_is_remembered_after_its_request(callers: Callers) -> None:
    parse_url_encoded_form_data.cache_clear()
    caller = callers.nobody(at_terminal=True)
    token = caller.get("/sign-in").csrf
    caller.post("/sign-in", {"_csrf": token, "login": "nobody", "password": "not to be kept", "code": "000000"})
    gc.collect()
    assert parse_url_encoded_form_data.cache_info().currsize == 0


@pytest.mark.parametrize("path", ["/a/%00", "/approve?x=%00", "/sign-in?next=/%00"])
def test_an_address_that_holds_a_nul_is_refused(callers: Callers, path: str) -> None:
    assert callers.nobody().get(unquote(path) if "?" not in path else path).status == 400


def test_a_form_that_holds_a_nul_is_refused_before_the_database_would(callers: Callers) -> None:
    caller, _, token = stranger(callers)
    for name, value in (("code", "0000\0"), ("co\0de", "0")):
        body = urlencode({"_csrf": token, name: value}).encode()
        assert caller.call("POST", "/a", headers={"content-type": FORM}, body=body).status == 400


class TestFiles:
    """A form with files, as `multipart/form-data` (RFC 7578)."""

    KIND = "multipart/form-data; boundary=b"

    def body(self, token: str, content: bytes, *, more: bytes = b"") -> bytes:
        head = f'--b\r\ncontent-disposition: form-data; name="_csrf"\r\n\r\n{token}\r\n'.encode()
        file = b'--b\r\ncontent-disposition: form-data; name="page"; filename="p.pdf"\r\ncontent-type: application/pdf'
        return head + more + file + b"\r\n\r\n" + content + b"\r\n--b--\r\n"

    def test_of_any_size_never_reach_a_disk(self, callers: Callers, monkeypatch: pytest.MonkeyPatch) -> None:
        written: list[Any] = []
        rollover = tempfile.SpooledTemporaryFile.rollover

        def watched(file: "tempfile.SpooledTemporaryFile[bytes]") -> None:
            written.append(file)
            rollover(file)

        monkeypatch.setattr(tempfile.SpooledTemporaryFile, "rollover", watched)
        caller, _, token = stranger(callers)
        body = self.body(token, bytes(3_000_000))
        answer = caller.call("POST", "/a", headers={"content-type": self.KIND}, body=body)
        assert answer.status == 400  # the guard found the token in the form; the page itself takes no files
        assert written == []

    def test_come_with_their_bytes_names_and_kinds(self) -> None:
        content = bytes(range(256)) * 8_000
        found = dict(_parts(self.KIND, self.body("t", content)))
        assert found["_csrf"] == "t"
        file = found["page"]
        with file.file:
            assert (file.filename, file.content_type, file.file.read()) == ("p.pdf", "application/pdf", content)

    @pytest.mark.parametrize("body", [b"", b"nonsense", b"--b\r\n\r\n\r\n--b--\r\n"])
    def test_that_cannot_be_read_are_refused(self, callers: Callers, body: bytes) -> None:
        caller, _, token = stranger(callers)
        for kind in (self.KIND, "multipart/form-data"):
            headers = {"content-type": kind, "x-csrf-token": token}
            assert caller.call("POST", "/a", headers=headers, body=body).status == 400

    def test_in_very_many_parts_are_refused(self, callers: Callers) -> None:
        caller, _, token = stranger(callers)
        more = b'--b\r\ncontent-disposition: form-data; name="x"\r\n\r\n1\r\n' * MOST_FIELDS
        body = self.body(token, b"", more=more)
        assert caller.call("POST", "/a", headers={"content-type": self.KIND}, body=body).status == 413
