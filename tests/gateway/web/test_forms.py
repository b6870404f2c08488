"""Forms in bad faith, sent by anybody: too many fields, too long, and nothing of an honest one is remembered."""

import gc
from time import perf_counter
from urllib.parse import urlencode

import pytest
from litestar._parsers import parse_url_encoded_form_data  # the cache that must stay empty

from gateway.web.forms import LONGEST, MOST_FIELDS
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
