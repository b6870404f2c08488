"""The resident's side of a counter over HTTP: a phone and a display, beside the assistant's own steps.

The identity provider is played: what it would say of a sign-in is written into the code that it hands back.
"""

import asyncio
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

from litestar import Litestar
from sqlalchemy import Connection, insert

from delegation.assurance import Assurance
from gateway.ids import digest, new_id
from gateway.oauth import providers
from gateway.oauth.errors import ProviderUnavailableError, ProviderUnknownError, SignInFailedError
from gateway.oauth.relying_party import SignedIn
from gateway.pages.resident.offers import ResidentSignIn
from gateway.terminals import connecting
from gateway.terminals.tables import Display, Terminal
from tests.gateway.answers import Answer
from tests.gateway.callers import Caller, fitted
from tests.gateway.visits.counter import ILZE, Counter
from tests.gateway.visits.played import signed_in
from tests.gateway.visits.staffed import a_display_row

PROVIDER = "http://127.0.0.3:8402"
SOMEBODY_ELSE = "329999-00002"


@dataclass
class PlayedProvider:
    """An identity provider that answers what the test writes into its codes."""

    now: Callable[[], datetime]
    is_down: bool = False
    is_suspended: bool = False
    """Since somebody began to sign in there."""
    session: str | None = None
    """What it calls every sign-in; by default each is another."""
    signed_in_at: datetime | None = None
    """When every sign-in happened; by default just now."""

    async def form_target(self, provider_id: str) -> str:
        if self.is_down:
            raise ProviderUnavailableError("down")
        return PROVIDER

    async def authorize_url(
        self,
        provider_id: str,
        *,
        state: str,
        nonce: str,
        verifier: str,
        redirect_uri: str,
        least_acr: str,
        language: str,
    ) -> str:
        query = {"state": state, "nonce": nonce, "redirect_uri": redirect_uri, "least": least_acr, "language": language}
        return f"{PROVIDER}/authorize?{urlencode(query)}"

    async def redeem(
        self, provider_id: str, *, code: str, iss: str | None, verifier: str, nonce: str, redirect_uri: str
    ) -> SignedIn:
        if self.is_suspended:
            raise ProviderUnknownError("suspended")
        person, level, age = code.split("|")
        if iss != PROVIDER:
            raise SignInFailedError("answer.iss")
        at = self.signed_in_at or self.now() - timedelta(seconds=int(age))
        signed = signed_in(person, Assurance[level], at)
        return replace(signed, session=self.session or new_id())

    async def close(self) -> None:
        """Nothing is open."""


class Phone(Caller):
    """A resident's phone: it reads the token of the forms from the page that it sees."""

    def call(self, method: str, path: str, *, headers: dict[str, str] | None = None, body: bytes = b"") -> Answer:
        """Call from a thread of its own: beside a browser the main one already runs an event loop.

        Whoever counts statements here counts those of the thread too.
        """
        counting = copy_context()

        def call() -> Answer:
            return asyncio.run(self.acall(method, path, headers=headers, body=body))

        with ThreadPoolExecutor(1) as aside:
            return aside.submit(counting.run, call).result()

    def see(self, path: str = "/approve", *, status: int = 200) -> Answer:
        answer = self.get(path)
        assert answer.status == status, answer.text
        self.remember(answer)
        return answer

    def send(self, path: str, **fields: str) -> Answer:
        answer = self.post(path, fields)
        if answer.headers.get("content-type", "").startswith("text/html"):
            self.remember(answer)
        return answer

    def remember(self, answer: Answer) -> None:
        found = re.search(r'name="_csrf" value="([^"]+)"', answer.text)
        self.csrf = found[1] if found else self.csrf


@dataclass
class Facing:
    """A counter whose resident has a phone and a screen."""

    counter: Counter
    app: Litestar
    provider: PlayedProvider

    @classmethod
    def at(cls, counter: Counter) -> "Facing":
        parts = counter.store
        counter.write(lambda conn: _register(conn, counter))
        app = fitted(parts)
        provider = PlayedProvider(now=counter.clock.now)
        app.state["resident_sign_in"] = ResidentSignIn(parts, provider)
        return cls(counter, app, provider)

    def phone(self) -> Phone:
        """A browser that has been nowhere yet."""
        return Phone(self.app)

    def display(self, secret: str = "d") -> Phone:
        """The screen at the counter."""
        return Phone(self.app, {"pilnvara_display": secret})

    def entered(self, phone: Phone | None = None) -> Phone:
        """A phone that has typed the code."""
        phone = phone or self.phone()
        phone.see("/a")
        answer = phone.send("/a", code=self.counter.invitation().code)
        assert (answer.status, answer.location) == (303, "/approve"), answer.text
        return phone

    def matched(self, phone: Phone | None = None) -> Phone:
        """A phone that has typed code and number."""
        phone = self.entered(phone)
        phone.see()
        answer = phone.send("/approve/number", number=self.counter.invitation().match_number)
        assert answer.status == 303, answer.text
        return phone

    def granted(self) -> Phone:
        """A phone on which a delegation was approved."""
        phone = self.matched()
        assert self.approve(phone).location == "/approve"
        return phone

    def begin(self, phone: Phone, *, purpose: str = "answer", approval: str | None = None) -> Answer:
        """Press the button that leads to the provider."""
        phone.see()
        approval = approval or self.counter.approval().id
        return phone.send("/approve/sign-in", approval=approval, provider="sandbox", purpose=purpose)

    def approve(
        self,
        phone: Phone,
        person: str = ILZE.code,
        *,
        level: Assurance = Assurance.SUBSTANTIAL,
        age: int = 0,
        purpose: str = "answer",
    ) -> Answer:
        """Sign in at the provider and come back."""
        begun = self.begin(phone, purpose=purpose)
        assert begun.status == 303, begun.text
        return self.come_back(phone, state_of(begun), person, level=level, age=age)

    def come_back(
        self,
        phone: Phone,
        state: str,
        person: str = ILZE.code,
        *,
        level: Assurance = Assurance.SUBSTANTIAL,
        age: int = 0,
    ) -> Answer:
        query = urlencode({"state": state, "code": f"{person}|{level.name}|{age}", "iss": PROVIDER})
        return phone.get(f"/approve/return?{query}")

    def later_display(self) -> Phone:
        """A screen that is paired with the counter's terminal just now."""
        counter = self.counter
        now, terminal = counter.clock.now(), counter.by.terminal_id
        row = a_display_row(counter.store, counter.by.centre_id, "D3", "d3", now)
        counter.write(lambda conn: connecting.unpair(conn, terminal, by=counter.by.actor, now=now))
        later = insert(Display).values(**row, terminal_id=terminal, paired_at=now)
        counter.write(lambda conn: conn.execute(later))
        return self.display("d3")

    def another_display(self) -> Phone:
        """A paired screen at another terminal."""
        counter = self.counter

        def add(conn: Connection) -> None:
            now = counter.clock.now()
            conn.execute(
                insert(Terminal).values(
                    id="T2", centre_id=counter.by.centre_id, name="2", secret_hash=digest("t2"), enrolled_at=now
                )
            )
            row = a_display_row(counter.store, counter.by.centre_id, "D2", "d2", now)
            conn.execute(insert(Display).values(**row, terminal_id="T2", paired_at=now))

        counter.write(add)
        return self.display("d2")


def in_english(phone: Phone) -> Phone:
    phone.get("/language/en?of=resident&back=/approve")
    return phone


def ready(facing: Facing) -> Phone:
    """A phone that is asked for the permit."""
    facing.counter.open().ask()
    phone = in_english(facing.granted())
    facing.counter.fill()
    facing.counter.prepare()
    return phone


def shows(answer: Answer, *texts: str) -> bool:
    return all(text in answer.text for text in texts)


def state_of(begun: Answer) -> str:
    return parse_qs(urlsplit(begun.location).query)["state"][0]


def _register(conn: Connection, counter: Counter) -> None:
    providers.register(
        conn,
        counter.store,
        provider_id="sandbox",
        names={"lv": "Mācību pierakstīšanās", "en": "Practice sign-in"},
        issuer=PROVIDER,
        client_id="pilnvara",
        client_secret="secret",
    )
