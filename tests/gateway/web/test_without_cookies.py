"""A browser that keeps no cookies is told so, at every door where somebody begins."""

import pytest

from tests.gateway.callers import Caller, Callers


@pytest.fixture(params=["/sign-in", "/display/enrol", "/a", "/terminal/enrol", "/stop"])
def door(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def sent_without(callers: Callers, door: str, cookies: dict[str, str], **headers: str) -> str:
    browser = Caller(callers.app, {"pilnvara_lang": "en"})
    token = browser.get(door).csrf
    browser.cookies = dict(cookies)
    answer = browser.post(door, {"_csrf": token}, accept_language="en", **headers)
    assert answer.status == 403
    return answer.text


def test_it_is_told_what_is_wrong_and_what_to_do(callers: Callers, door: str) -> None:
    page = sent_without(callers, door, {})
    assert "This browser keeps no cookies" in page
    assert "Allow cookies for this address" in page


def test_one_that_keeps_some_but_another_token_is_not(callers: Callers, door: str) -> None:
    assert "keeps no cookies" not in sent_without(callers, door, {"pilnvara_start": "another"})


def test_a_form_of_another_site_is_not(callers: Callers, door: str) -> None:
    assert "keeps no cookies" not in sent_without(callers, door, {}, sec_fetch_site="cross-site")
