"""Passkeys of staff in software, for tests without a browser: what the pages' scripts fetch, answer and send."""

from dataclasses import dataclass
from typing import Any

import msgspec
import pyotp

from gateway.people.roles import Role
from gateway.people.staff import Created, NewStaff
from tests.gateway.accounts import an_account
from tests.gateway.answers import Answer
from tests.gateway.callers import PASSWORD, Caller, Callers
from tests.gateway.soft_authenticator import SoftAuthenticator

PASSKEYS = "/account/passkeys"


@dataclass(frozen=True)
class Asked:
    """A question as a page's script has it."""

    id: str
    options: dict[str, Any]

    def sent(self, answer: str) -> dict[str, str]:
        """The form that goes back."""
        return {"question": self.id, "answer": answer}


def asked(caller: Caller, path: str) -> Asked:
    answer = caller.post(path)
    assert answer.status == 200, answer.text
    found = msgspec.json.decode(answer.body)
    return Asked(found["question"], found["options"])


def add(caller: Caller, key: SoftAuthenticator, name: str = "") -> Answer:
    question = asked(caller, f"{PASSKEYS}/new/question")
    return caller.post(f"{PASSKEYS}/new", question.sent(key.create(question.options)) | {"name": name})


def a_key(caller: Caller) -> SoftAuthenticator:
    """A passkey that whoever is signed in has added."""
    key = SoftAuthenticator()
    assert add(caller, key).location == f"{PASSKEYS}?done=added"
    return key


def begin(caller: Caller) -> Asked:
    """The question at the sign-in."""
    caller.csrf = caller.get("/sign-in").csrf
    return asked(caller, "/sign-in/passkey/question")


def come_in(caller: Caller, key: SoftAuthenticator, **fields: str) -> Answer:
    """Sign in by a passkey."""
    question = begin(caller)
    return caller.post("/sign-in/passkey", question.sent(key.get(question.options)) | fields)


def unlock(caller: Caller, key: SoftAuthenticator, **fields: str) -> Answer:
    """Unlock by a passkey, the caller's own or a colleague's."""
    caller.csrf = caller.get("/unlock").csrf
    question = asked(caller, "/unlock/passkey/question")
    return caller.post("/unlock/passkey", question.sent(key.get(question.options)) | fields)


def sign_in(callers: Callers, caller: Caller, login: str, secret: str) -> Answer:
    """Sign in with password and code."""
    caller.csrf = caller.get("/sign-in").csrf
    code = pyotp.TOTP(secret).at(callers.clock.now())
    return caller.post("/sign-in", {"login": login, "password": PASSWORD, "code": code})


def an_assistant(callers: Callers, login: str = "berta", name: str = "Berta Otrā") -> Created:
    """Somebody of the same centre with one role."""
    new = NewStaff(
        login=login, name=name, password=PASSWORD, centre_id=callers.centre_id, roles=(Role.ASSISTANT,), language="en"
    )
    parts, now = callers.parts, callers.clock.now()
    return parts.database.write_now(lambda conn: an_account(conn, parts.sealer, new, now=now))


def with_key(callers: Callers, who: Created, login: str) -> SoftAuthenticator:
    """Somebody signs in at the terminal, adds a passkey and leaves."""
    browser = callers.nobody(at_terminal=True)
    assert sign_in(callers, browser, login, who.totp_secret).status == 303
    browser.csrf = browser.get("/account").csrf
    key = a_key(browser)
    browser.post("/sign-out")
    return key
