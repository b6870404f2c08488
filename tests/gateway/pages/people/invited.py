"""Inviting somebody, and what the invited does."""

import re

import pyotp
from sqlalchemy import select

from gateway.people.tables import Staff
from tests.gateway.answers import Answer
from tests.gateway.callers import PASSWORD, Caller
from tests.gateway.pages.people.conftest import People

NEW = {"name": "Dace Jaunā", "login": "dace", "language": "lv"}


def invite(by: Caller, **typed: str) -> str:
    """Where the page of the new invitation is."""
    answer = by.post("/people/invite", NEW | typed)
    assert answer.status == 303, answer.text
    return answer.location


def link_of(by: Caller, invitation: str, **typed: str) -> str:
    """The path of a link that is made for it."""
    answer = by.post(f"{invitation}/link", typed)
    assert answer.status == 200, answer.text
    found = re.search(r"/join/[A-Za-z0-9_-]{22}", answer.text)
    assert found
    return found[0]


def open_account(people: People, path: str, *, second: str = "", **typed: str) -> Answer:
    """What the invited does, to the end."""
    browser = people.office.callers.nobody(at_terminal=True)
    browser.csrf = browser.get("/recover").csrf  # the page of the link was opened while it was good
    page = browser.post(path, {"second": second})
    found = re.search(r"(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}", page.text)
    if found is None:
        return page
    code = pyotp.TOTP(found[0].replace(" ", "")).at(people.clock.now())
    fields = {"second": second, "password": PASSWORD, "again": PASSWORD, "code": code}
    return browser.post(f"{path}/finish", fields | typed)


def account(people: People, login: str = "dace") -> str | None:
    found = select(Staff.id).where(Staff.login == login)
    return people.office.read(lambda conn: conn.execute(found).scalar_one_or_none())
