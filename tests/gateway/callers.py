"""Everybody who can call the gateway, signed in without the pages for it, over plain ASGI: no server, no threads.

`callers` is the fixture to ask for: `callers.staff(Role.ASSISTANT).get("/desk")`.
"""

import asyncio
import contextlib
import re
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from urllib.parse import urlencode

import msgspec
import pytest
from litestar import Litestar
from litestar.types import ControllerRouterHandler
from sqlalchemy import Connection

from audit.entry import Actor, ActorKind
from delegation.assurance import Assurance
from gateway.app import create_app, fit
from gateway.clock import HeldClock
from gateway.ids import digest, new_id
from gateway.parts import LANGUAGES, Parts, Store
from gateway.people import guest_sessions, residents, sessions, staff
from gateway.people.access import DisplaySession, StaffSession
from gateway.people.errors import UnknownPersonError
from gateway.people.proven import Shown
from gateway.people.roles import Role
from gateway.people.staff import Created, NewStaff
from gateway.terminals import connecting, displays, enrolment
from gateway.web.cookies import CookieName, full_name
from tests.gateway.accounts import an_account
from tests.gateway.answers import Answer, request
from tests.gateway.terminal_key import BROWSER, TERMINAL_KEY, TerminalKey, b64url, proven
from ui.environment import Renderer, environment

PASSWORD = "a password for tests"
HOLDER = "Parauga iestāde"
"""Whose officer Anna is."""
_PROVED = {
    "/sign-in": "sign_in",
    "/sign-in/passkey": "sign_in",
    "/unlock": "unlock",
    "/unlock/passkey": "unlock",
    "/terminal/enrol": "enrol",
    "/display/enrol": "enrol",
}
"""Forms in which a terminal proves itself, and for what."""
_PURPOSE = {"/terminal": "go_on", "/display": "show"}
_PROVING = re.compile(r'data-terminal-prove="[^"]+" data-at="([^"]+)" data-csrf="([^"]+)" data-reload')
"""On a page that proves the terminal and then loads itself again."""
_FORM = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
BUT_AUDITOR = tuple(role for role in Role if role is not Role.AUDITOR)
"""As many roles as one person can have."""


@dataclass
class Caller:
    """One browser: it keeps cookies and reads the token for its forms from its session."""

    app: Litestar
    cookies: dict[str, str] = field(default_factory=dict)
    csrf: str | None = None
    page: bool = True
    """Asks for pages; else for JSON."""
    proves: bool = True
    """At a terminal its page proves that by itself, as browsers do; a copied cookie cannot."""
    key: str | None = None
    """What a program shows with each request."""

    def __post_init__(self) -> None:
        self._proven_at = self._now

    def get(self, path: str, **headers: str) -> Answer:
        return self.call("GET", path, headers=headers)

    def post(self, path: str, data: dict[str, str] | None = None, **headers: str) -> Answer:
        """Send a form with the session's token, unless `data` brings another under `_csrf`."""
        fields = {"_csrf": self.csrf or ""} | self._of_script(path) | (data or {})
        given = {"content-type": "application/x-www-form-urlencoded"} | headers
        return self.call("POST", path, headers=given, body=urlencode(fields).encode())

    def call(self, method: str, path: str, *, headers: dict[str, str] | None = None, body: bytes = b"") -> Answer:
        return asyncio.run(self.acall(method, path, headers=headers, body=body))

    async def acall(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, body: bytes = b""
    ) -> Answer:
        """Call from a test that runs several at once."""
        await self._go_on()
        answer = await self._call(method, path, headers=headers, body=body)
        asked = _PROVING.search(answer.text) if answer.status == 401 and self.proves and method == "GET" else None
        if asked is None:
            return answer
        self._proven_at, self.csrf = self._now, self.csrf or asked[2]
        await self._prove_now(asked[1])
        return await self._call(method, path, headers=headers, body=body)

    def proof(self, purpose: str, *, key: TerminalKey = TERMINAL_KEY) -> dict[str, str]:
        """The fields of a form by which a terminal proves itself."""
        answer = self.call("POST", "/terminal/challenge", headers=_FORM, body=self._asking(purpose))
        return self._signed(purpose, answer, key) if answer.status == 200 else {}

    def _of_script(self, path: str) -> dict[str, str]:
        """What the page's script adds to a form before it is sent."""
        purpose = _PROVED.get(path)
        if purpose is None or not self.proves:
            return {}
        if purpose == "enrol":
            return self.proof(purpose) | {"public_key": b64url(TERMINAL_KEY.spki)}
        return self.proof(purpose) if "pilnvara_terminal" in self.cookies else {}

    async def _go_on(self) -> None:
        """What the page's script does each minute."""
        at_work = {"pilnvara_staff", "pilnvara_terminal"} <= self.cookies.keys()
        at = "/terminal" if at_work else "/display" if "pilnvara_display" in self.cookies else None
        every = self.app.state.parts.settings.terminal_proof
        if not self.proves or not self.csrf or at is None or self._now < self._proven_at + every:
            return
        self._proven_at = self._now
        await self._prove_now(at)

    async def _prove_now(self, at: str) -> None:
        purpose = _PURPOSE[at]
        asked = await self._call("POST", f"{at}/challenge", headers=_FORM, body=self._asking(purpose))
        if asked.status == 200:  # else the session is over
            fields = {"_csrf": self.csrf or ""} | self._signed(purpose, asked, TERMINAL_KEY)
            await self._call("POST", f"{at}/prove", headers=_FORM, body=urlencode(fields).encode())

    def _asking(self, purpose: str) -> bytes:
        return urlencode({"_csrf": self.csrf or "", "purpose": purpose}).encode()

    def _signed(self, purpose: str, asked: Answer, key: TerminalKey) -> dict[str, str]:
        challenge = msgspec.json.decode(asked.body)["challenge"]
        return {"challenge": challenge, "proof": key.sign(purpose, challenge, self.app.state.parts.settings.url)}

    @property
    def _now(self) -> datetime:
        now: datetime = self.app.state.parts.clock.now()
        return now

    async def _call(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, body: bytes = b""
    ) -> Answer:
        sent = {"accept": "text/html" if self.page else "application/json", "host": "localhost:8000"}
        sent["user-agent"] = BROWSER
        sent |= {"authorization": f"Bearer {self.key}"} if self.key else {}
        sent |= {name.replace("_", "-"): value for name, value in (headers or {}).items()}
        called_here = self._names()
        if self.cookies:
            sent["cookie"] = "; ".join(f"{called_here.get(name, name)}={value}" for name, value in self.cookies.items())
        answer = await request(self.app, method, path, sent, body)
        plain = {called: name for name, called in called_here.items()}
        for called, value in answer.cookies.items():
            if value:
                self.cookies[plain.get(called, called)] = value
            else:
                self.cookies.pop(plain.get(called, called), None)
        return answer

    def _names(self) -> dict[str, str]:
        """Cookies by their names over plain http, as tests know them: what this gateway calls them now."""
        settings = self.app.state.parts.settings
        return {name.value: full_name(settings, name) for name in CookieName}


@dataclass
class Callers:
    """A centre with one terminal and one account that has every role but the auditor's, which another has."""

    parts: Parts
    clock: HeldClock
    app: Litestar
    centre_id: str
    terminal_id: str
    terminal_secret: str
    account: Created

    def nobody(self, *, at_terminal: bool = False) -> Caller:
        """Somebody who is not signed in; `at_terminal` on the enrolled computer."""
        return Caller(self.app, {"pilnvara_terminal": self.terminal_secret} if at_terminal else {})

    def staff(
        self, role: Role | None, *, at_terminal: bool = True, language: str = "en", browser: str | None = None
    ) -> Caller:
        """The member of staff in `role`; with `None` nobody has chosen one yet. `browser` is one they share."""
        token = self.parts.database.write_now(
            lambda conn: sessions.begin_staff(
                conn,
                staff_id=self._account_for(conn, role),
                role=role,
                centre_id=self.centre_id,
                terminal_id=self.terminal_id if at_terminal else None,
                language=language,
                now=self.clock.now(),
                lifetime=self._lifetime,
                browser_hash=digest(browser or f"{self.account.id}'s own"),
                proven=proven(self.parts.sealer, self.clock) if at_terminal else None,
            )
        )
        cookies = {"pilnvara_staff": token} | ({"pilnvara_terminal": self.terminal_secret} if at_terminal else {})
        loaded = self.session_of(token, at_terminal=at_terminal)
        return Caller(self.app, cookies, loaded.csrf if loaded else None)

    def _account_for(self, conn: Connection, role: Role | None) -> str:
        """Whose account has the role: an auditor's has no other."""
        if role is not Role.AUDITOR:
            return self.account.id
        with contextlib.suppress(UnknownPersonError):
            return staff.find_by_login(conn, "revita")
        person = {"login": "revita", "name": "Revita Paraudziņa", "password": PASSWORD}
        new = NewStaff(**person, centre_id=self.centre_id, roles=(role,))
        return an_account(conn, self.parts.sealer, new, now=self.clock.now()).id

    def resident(
        self, *, approval_id: str | None = "no-such-approval", visit_id: str | None = None, language: str = "en"
    ) -> Caller:
        """A resident's phone, bound to one approval or visit."""
        token = self.parts.database.write_now(
            lambda conn: sessions.begin_resident(
                conn,
                visit_id=visit_id,
                approval_id=approval_id,
                language=language,
                now=self.clock.now(),
                lifetime=self._lifetime,
            )
        )
        loaded = self.parts.database.read_now(lambda conn: sessions.load_resident(conn, token, self.clock.now()))
        assert loaded
        return Caller(self.app, {"pilnvara_resident": token}, loaded.csrf)

    def at_home(self, *, language: str = "en") -> Caller:
        """Somebody on their own page; nothing was ever done in their name."""
        now = self.clock.now()
        profile = residents.Profile(name="Nekas Nenotiek", code="329999-09999")

        def work(conn: Connection) -> str:
            resident = residents.find_or_create(conn, self.parts, profile, now=now)
            return sessions.begin_account(
                conn,
                resident_id=resident.id,
                auth_time=now,
                acr=Assurance.SUBSTANTIAL.uri,
                language=language,
                now=now,
                lifetime=self._lifetime,
            )

        token = self.parts.database.write_now(work)
        loaded = self.parts.database.read_now(lambda conn: sessions.load_account(conn, token, self.clock.now()))
        assert loaded
        return Caller(self.app, {"pilnvara_mine": token}, loaded.csrf)

    def display(self, *, language: str = "en") -> Caller:
        """The screen that faces the resident, enrolled just now and paired with the terminal."""
        at_desk = self.session_of(self.staff(Role.ASSISTANT).cookies["pilnvara_staff"])
        assert at_desk
        screen = self.unpaired_display(language=language)
        self.parts.database.write_now(lambda conn: self._pair(conn, screen, at_desk))
        self.parts.database.write_now(lambda conn: sessions.end(conn, at_desk.token_hash, self.clock.now()))
        return screen

    def unpaired_display(self, *, language: str = "en") -> Caller:
        """A screen of the centre that waits for a terminal."""
        shown = proven(self.parts.sealer, self.clock)
        secret = self.parts.database.write_now(
            lambda conn: displays.add(
                conn,
                centre_id=self.centre_id,
                name="Ekrāns",
                means=TERMINAL_KEY.means,
                proven=shown,
                language=language,
                enrolled_by=None,
            )
        )
        return Caller(self.app, {"pilnvara_display": secret}, self.display_of(secret).csrf)

    def display_of(self, secret: str) -> DisplaySession:
        """The session of the display that holds a secret, as the guard loads it."""
        now, every = self.clock.now(), self.parts.settings.terminal_proof
        loaded = self.parts.database.read_now(
            lambda conn: displays.load(conn, secret, shown=Shown(), every=every, now=now)
        )
        assert loaded
        return loaded

    def _pair(self, conn: Connection, screen: Caller, by: StaffSession) -> None:
        now, which = self.clock.now(), self.display_of(screen.cookies["pilnvara_display"]).display_id
        connecting.ask(conn, display_id=which, by=by, is_serving=lambda _at: False, now=now)
        connecting.pair(conn, display_id=which, by=by, is_serving=lambda _at: False, now=now)

    def guest(self, *, language: str = "en", token: str | None = None) -> Caller:
        """A resident who acts alone at this centre's computer, in a visit that nobody sees again."""
        traits = proven(self.parts.sealer, self.clock).traits
        shown = Shown(terminal_secret=self.terminal_secret, traits=traits)
        token = token or self.parts.database.write_now(
            lambda conn: guest_sessions.begin(
                conn,
                visit_id=new_id(),
                terminal_id=self.terminal_id,
                centre_id=self.centre_id,
                language=language,
                traits=traits,
                by=Actor(ActorKind.SYSTEM, "gateway"),
                now=self.clock.now(),
            )
        )
        given = token
        loaded = self.parts.database.read_now(
            lambda conn: guest_sessions.load(conn, given, shown=shown, now=self.clock.now())
        )
        cookies = {"pilnvara_guest": token, "pilnvara_terminal": self.terminal_secret}
        return Caller(self.app, cookies, loaded.csrf if loaded else None)

    def session_of(self, token: str, *, at_terminal: bool = True) -> StaffSession | None:
        """The staff session of a token, as the guard loads it."""
        return self.parts.database.read_now(
            lambda conn: sessions.load_staff(
                conn,
                token,
                shown=Shown(terminal_secret=self.terminal_secret if at_terminal else None),
                anywhere=self.parts.settings.staff_anywhere,
                every=self.parts.settings.terminal_proof,
                now=self.clock.now(),
            )
        )

    @property
    def _lifetime(self) -> sessions.Lifetime:
        return sessions.Lifetime(self.parts.settings.session_idle, self.parts.settings.session_absolute)


_shared: dict[tuple[int, tuple[ControllerRouterHandler, ...]], Litestar] = {}
"""By the one setting that is fixed when an application is made, and the handlers that tests add."""


def fitted(parts: Parts, *extra: ControllerRouterHandler) -> Litestar:
    """The application with these parts: one is made and refitted from test to test, for making it takes long."""
    fixed = (parts.settings.body_limit, extra)
    if fixed not in _shared:
        _shared[fixed] = create_app(parts, extra=extra)
    fit(_shared[fixed], parts)
    return _shared[fixed]


@cache
def compiled() -> Renderer:
    """The templates, compiled once a process."""
    return environment(languages=LANGUAGES)


@pytest.fixture(scope="session")
def renderer() -> Renderer:
    """The templates."""
    return compiled()


@pytest.fixture
def parts(store: Store, renderer: Renderer) -> Parts:
    """The parts of a gateway whose clock is held."""
    return Parts(store.settings, store.database, store.clock, store.sealer, store.keys, renderer)


@pytest.fixture
def callers(parts: Parts, clock: HeldClock) -> Callers:
    """Everybody who can call."""
    now, database = clock.now(), parts.database
    centre_id = database.write_now(
        lambda conn: staff.add_centre(
            conn, name="Parauga centrs", kind="vpvkac", municipality="Paraugu novads", now=now
        )
    )
    secret = database.write_now(
        lambda conn: enrolment.add(
            conn, centre_id=centre_id, name="Lete 1", means=TERMINAL_KEY.means, enrolled_by=None, now=now
        )
    )
    terminal = database.read_now(lambda conn: enrolment.find(conn, secret))
    assert terminal
    anna = {"login": "anna", "name": "Anna Paraudziņa", "password": PASSWORD, "holder": HOLDER}
    new = NewStaff(**anna, centre_id=centre_id, roles=BUT_AUDITOR)
    account = database.write_now(lambda conn: an_account(conn, parts.sealer, new, now=now))
    return Callers(parts, clock, fitted(parts), centre_id, terminal.id, secret, account)
