"""Where scenes play: a gateway of their own with its people, and what is done with every page that they show."""

import dataclasses
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Final

from litestar.routes import HTTPRoute
from playwright.sync_api import Page

from gateway.clock import HeldClock
from gateway.database.counting import count_statements
from gateway.people.access import SessionKind
from gateway.people.residents import Profile
from gateway.people.roles import Role
from gateway.people.staff import NewStaff
from gateway.terminals import enrolment
from gateway.web.cookies import COOKIE_OF
from tests.benchmarks import limits
from tests.benchmarks.gateways import BusyDesk, Gateway, a_gateway
from tests.databases import Databases
from tests.gateway.accounts import an_account
from tests.gateway.answers import Answer
from tests.gateway.callers import PASSWORD, Caller, Callers, compiled
from tests.gateway.conftest import NINE
from tests.gateway.pages.facing import Facing, Phone
from tests.gateway.terminal_key import TERMINAL_KEY
from tests.gateway.visits.counter import ILZE
from tests.states.shown import File, Kind, Shown
from ui.i18n import Language

LANGUAGES: Final[tuple[Language, ...]] = ("en", "lv-plain", "lv")
"""In this order, so that whoever looked goes on in Latvian."""
ANYWHERE: Final = frozenset({Role.ADMINISTRATOR, Role.AUDITOR, Role.OFFICER, Role.NETWORK_OWNER})
_PICTURE: Final = re.compile(r'<img[^>]+src="(/(?!assets/)[^"]+)"')
Watch = Callable[[Shown], None]


@dataclass
class Stand:
    """One gateway, whoever comes to it, and who watches."""

    gateway: Gateway
    watch: Watch
    languages: Sequence[Language] = LANGUAGES

    # Who comes.

    @property
    def callers(self) -> Callers:
        return self.gateway.callers

    @property
    def clock(self) -> HeldClock:
        return self.gateway.clock

    def desk(self, person: Profile = ILZE) -> BusyDesk:
        """An assistant at a new terminal with a display, and somebody in front of it."""
        made = self.gateway.desk("lv")
        return dataclasses.replace(made, person=person, signs_in=person.code)

    def facing(self, desk: BusyDesk) -> Facing:
        """The resident's phones, in front of a desk."""
        return Facing(desk, self.callers.app, self.callers.app.state["resident_sign_in"].service)

    def stranger(self, **cookies: str) -> Phone:
        """A browser of somebody who is not signed in."""
        return Phone(self.callers.app, cookies)

    def at_an_enrolled_one(self) -> Phone:
        """An enrolled computer at which nobody has signed in."""
        return self.stranger(pilnvara_terminal=self.here.terminal_secret)

    def staff(self, role: Role) -> Caller:
        """Anna, in a role."""
        return self.here.staff(role, at_terminal=role not in ANYWHERE, language="lv")

    def colleague(self, name: str, *roles: Role) -> Caller:
        """Somebody else of the same centre, at a computer of their own; the account is two days old."""
        return self.place_of(name, *roles).staff(roles[0], at_terminal=roles[0] not in ANYWHERE, language="lv")

    def place_of(self, name: str, *roles: Role, login: str | None = None, holder: str | None = None) -> Callers:
        """Where somebody else of the same centre sits."""
        parts, now, centre = self.gateway.parts, self.clock.now(), self.callers.centre_id
        login = login or name.split(maxsplit=1)[0].lower()
        new = NewStaff(login=login, name=name, password=PASSWORD, centre_id=centre, roles=roles, holder=holder)
        account = parts.database.write_now(lambda conn: an_account(conn, parts.sealer, new, now=now))
        return dataclasses.replace(self._new_terminal(f"Lete {login}"), account=account)

    @cached_property
    def here(self) -> Callers:
        """Anna's own computer, without a display."""
        return self._new_terminal("Lete 0")

    def _new_terminal(self, name: str) -> Callers:
        parts, now, centre = self.gateway.parts, self.clock.now(), self.callers.centre_id
        secret = parts.database.write_now(
            lambda conn: enrolment.add(
                conn, centre_id=centre, name=name, means=TERMINAL_KEY.means, enrolled_by=None, now=now
            )
        )
        found = parts.database.read_now(lambda conn: enrolment.find(conn, secret))
        assert found
        return dataclasses.replace(self.callers, terminal_id=found.id, terminal_secret=secret)

    # What they see.

    def see(
        self,
        name: str,
        caller: Caller,
        path: str,
        kind: Kind = Kind.CLEAN,
        *,
        status: int = 200,
        then: Callable[[Page], None] | None = None,
    ) -> None:
        """Look at a page in every language and hand it to whoever watches; `then` is what happens in a browser."""
        self._take(name, caller, path, kind, status, None, then)

    def send(
        self,
        name: str,
        caller: Caller,
        path: str,
        kind: Kind = Kind.ERROR,
        *,
        form: Mapping[str, str] | None = None,
        status: int = 422,
    ) -> None:
        """Send a form that is answered by a page, in every language; it must be one that changes nothing."""
        self._take(name, caller, path, kind, status, dict(form or {}))

    def _take(
        self,
        name: str,
        caller: Caller,
        path: str,
        kind: Kind,
        status: int,
        sent: dict[str, str] | None,
        then: Callable[[Page], None] | None = None,
    ) -> None:
        html: dict[Language, str] = {}
        policies: dict[Language, str] = {}
        taken = 0
        with templates_used() as used:
            for language in self.languages:
                speak(caller, language)
                with count_statements() as counted:
                    answer = self._ask(caller, path, sent)
                assert answer.status == status, f"{name}: {answer.status} {answer.location}\n{answer.text[-3000:]}"
                taken = counted.total
                html[language], policies[language] = answer.text, answer.headers["content-security-policy"]
        if sent is None and taken > limits.of(name).statements:  # the first look may have been put on record
            with count_statements() as counted:
                self._ask(caller, path, None)
            taken = min(taken, counted.total)
        files = {each: _fetched(caller, each) for each in _PICTURE.findall(next(iter(html.values())))}
        method = "GET" if sent is None else "POST"
        self.watch(
            Shown(
                name=name,
                kind=kind,
                method=method,
                path=path,
                route=self._route_of(path),
                status=status,
                templates=frozenset(used),
                html=html,
                policies=policies,
                caller=caller,
                statements=taken,
                files=files,
                then=then,
            )
        )

    def _ask(self, caller: Caller, path: str, sent: dict[str, str] | None) -> Answer:
        if sent is None:
            answer = caller.get(path)
            if isinstance(caller, Phone):
                caller.remember(answer)
            return answer
        return caller.send(path, **sent) if isinstance(caller, Phone) else caller.post(path, sent)

    def _route_of(self, path: str) -> str:
        plain = path.partition("?")[0]
        fitting = (route for route, pattern in self._patterns if pattern.fullmatch(plain))
        return next(fitting, "")

    @cached_property
    def _patterns(self) -> list[tuple[str, re.Pattern[str]]]:
        paths = [route.path for route in self.callers.app.routes if isinstance(route, HTTPRoute)]
        return [(path, re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path))) for path in sorted(paths, key=_vagueness)]


def speak(caller: Caller, language: Language) -> None:
    """Let a caller read on in another language."""
    kinds = [kind.value for kind in SessionKind if COOKIE_OF[kind].value in caller.cookies]
    for of in kinds or ["nobody"]:
        caller.get(f"/language/{language}?of={of}&back=/")


@contextmanager
def templates_used() -> Iterator[set[str]]:
    """Collect which templates of pages take part in what is rendered meanwhile."""
    jinja, used = compiled()._jinja, set[str]()
    real = jinja.get_template

    def get(name: Any, *rest: Any, **more: Any) -> Any:
        if str(name).startswith("pages/"):
            used.add(str(name))
        return real(name, *rest, **more)

    jinja.get_template = get  # type: ignore[method-assign]  # only while a page is taken
    try:
        yield used
    finally:
        del jinja.get_template  # the class's own shows again


@contextmanager
def a_stand(databases: Databases, watch: Watch, languages: Sequence[Language] = LANGUAGES) -> Iterator[Stand]:
    """A gateway on a new database, whose clock stands at nine."""
    with a_gateway(databases, HeldClock(NINE)) as gateway:
        yield Stand(gateway, watch, languages)


def _fetched(caller: Caller, path: str) -> File:
    answer = caller.get(path)
    return File(answer.headers.get("content-type", ""), answer.body)


@cache
def _vagueness(path: str) -> tuple[int, str]:
    return path.count("{"), path
