"""Walks every route of the application as everybody who can call, also routes that are added later."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from litestar import Litestar, get
from litestar.routes import HTTPRoute
from sqlalchemy import update

from gateway.app import UndeclaredAccessError, create_app
from gateway.parts import Parts
from gateway.people.access import ACCESS_KEY, Access, Scope, SessionKind, Who
from gateway.people.roles import Role
from gateway.people.tables import Staff, StaffState
from tests.gateway.answers import Answer
from tests.gateway.callers import Caller, Callers
from tests.gateway.programs import program

REFUSALS = {"session.required", "access.refused", "request.forged", "session.locked", "session.role_not_chosen"}
BY_ENDPOINT = {Who.ANYONE, Who.PORTAL, Who.RUN}
OWN_KIND = {Who.RESIDENT: "resident", Who.RESIDENT_ACCOUNT: "account", Who.DISPLAY: "display", Who.GUEST: "guest"}
CHANGES = {"POST", "PUT", "PATCH", "DELETE"}


@dataclass(frozen=True)
class Door:
    """One method of one route."""

    method: str
    path: str
    access: Access

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def doors(app: Litestar) -> Iterator[Door]:
    for route in app.routes:
        assert isinstance(route, HTTPRoute)
        for method, (handler, _model) in route.route_handler_map.items():
            if ACCESS_KEY in handler.opt:
                yield Door(method, _filled(route.path), handler.opt[ACCESS_KEY])


def _filled(path: str) -> str:
    """The path with something in each of its places that leads to nothing."""
    path = re.sub(r"\{[^}:]+:(int)\}", "1", path)
    path = re.sub(r"\{[^}:]+:uuid\}", "00000000-0000-4000-8000-000000000000", path)
    return re.sub(r"\{[^}]+\}", "nothing", path)


def somebody(callers: Callers, who: Who) -> Caller:
    if who in BY_ENDPOINT:
        return callers.nobody()
    made: dict[Who, Callable[[], Caller]] = {
        Who.RESIDENT: callers.resident,
        Who.RESIDENT_ACCOUNT: callers.at_home,
        Who.DISPLAY: callers.display,
        Who.GUEST: callers.guest,
        Who.API_KEY: lambda: program(callers, *Scope),
        Who.STAFF: lambda: callers.staff(Role.ASSISTANT),
    }
    return made[who]() if who in made else callers.staff(Role(who.value))


def is_allowed(access: Access, who: Who) -> bool:
    staff = {Who(role.value) for role in Role}
    return who in access.who or bool(access.who & BY_ENDPOINT) or (Who.STAFF in access.who and who in staff)


def knock(caller: Caller, door: Door, *, page: bool, csrf: str | None = "") -> Answer:
    caller.page = page
    if door.method not in CHANGES:
        return caller.call(door.method, door.path)
    if csrf is None:
        return caller.call(door.method, door.path)
    return caller.post(door.path, {"_csrf": csrf} if csrf else None)


def ensure_safe_headers(door: Door, answer: Answer) -> None:
    headers = answer.headers
    assert headers["x-content-type-options"] == "nosniff", door
    assert headers["referrer-policy"] == "no-referrer", door
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy, door
    assert "frame-ancestors 'none'" in policy, door
    assert "unsafe" not in policy, door
    if not door.access.cacheable or answer.status >= 400:
        assert headers["cache-control"] == "no-store", door
    if headers.get("content-type", "").startswith("text/html"):
        assert re.search(r"script-src[^;]* 'nonce-[\w-]{20,}'", policy), door
        nonce = re.search(r"'nonce-([\w-]+)'", policy)
        assert nonce
        assert f'nonce="{nonce[1]}"' in answer.text, door
        assert "<script>" not in answer.text, door
        assert headers["cache-control"] == "no-store", door


class TestEveryRoute:
    @pytest.mark.parametrize("who", [who for who in Who if who not in {*BY_ENDPOINT, Who.STAFF}])
    def test_lets_in_whom_it_names_and_nobody_else(self, callers: Callers, who: Who) -> None:
        broken: list[str] = []
        for door in doors(callers.app):
            if door.method not in {"GET", *CHANGES}:
                continue
            answer = knock(somebody(callers, who), door, page=False)
            ensure_safe_headers(door, answer)
            if answer.status >= 500:
                broken.append(f"{door} as {who}: {answer.code}")
            elif is_allowed(door.access, who):
                assert answer.code not in REFUSALS - _stranger_refusals(door, who), f"{door} as {who}: {answer.text}"
            else:
                said = {(401, "session.required"), (403, "access.refused")}
                said = {(401, "api_key.missing")} if door.access.scope else said
                assert (answer.status, answer.code) in said, f"{door} as {who}: {answer.status} {answer.text[:200]}"
        assert broken == []

    def test_asks_strangers_to_sign_in(self, callers: Callers) -> None:
        for door in doors(callers.app):
            if door.access.who & BY_ENDPOINT:
                continue
            as_program = knock(callers.nobody(), door, page=False)
            if door.access.scope:
                assert (as_program.status, as_program.code) == (401, "api_key.missing"), str(door)
                continue
            assert (as_program.status, as_program.code) == (401, "session.required"), str(door)
            as_person = knock(callers.nobody(), door, page=True)
            ensure_safe_headers(door, as_person)
            if door.access.who == {Who.RESIDENT}:
                assert as_person.status == 401, str(door)
            else:
                assert as_person.status in {303, 401}, str(door)
                assert as_person.location.startswith(("/sign-in", "/display/enrol", "/guest", "")), str(door)

    def test_refuses_a_change_without_the_sessions_token(self, callers: Callers) -> None:
        for door in doors(callers.app):
            if door.method not in CHANGES or not door.access.csrf:
                continue
            for who in door.access.who:
                for csrf in (None, "another-sessions-token"):
                    caller = somebody(callers, who)
                    why = "request.no_cookies" if csrf and not caller.cookies else "request.forged"
                    answer = knock(caller, door, page=False, csrf=csrf)
                    assert (answer.status, answer.code) == (403, why), f"{door} as {who}"

    def test_refuses_a_change_that_another_site_sends(self, callers: Callers) -> None:
        for door in doors(callers.app):
            if door.method not in CHANGES or not door.access.csrf:
                continue
            for who in door.access.who - BY_ENDPOINT:
                for name, value in (("sec_fetch_site", "cross-site"), ("origin", "https://elsewhere.example")):
                    caller = somebody(callers, who)
                    caller.page = False
                    answer = caller.post(door.path, None, **{name: value})
                    assert (answer.status, answer.code) == (403, "request.forged"), f"{door} as {who}"

    def test_that_only_endpoints_guard_answers_no_stranger_with_success(self, callers: Callers) -> None:
        for door in doors(callers.app):
            if door.access.who & {Who.PORTAL, Who.RUN} and Who.ANYONE not in door.access.who:
                answer = knock(callers.nobody(), door, page=False)
                assert 300 <= answer.status < 500, f"{door}: {answer.status}"

    def test_that_anyone_may_open_has_safe_headers(self, callers: Callers) -> None:
        for door in doors(callers.app):
            if Who.ANYONE in door.access.who and door.method == "GET":
                answer = knock(callers.nobody(), door, page=True)
                assert answer.status < 500, f"{door}: {answer.status}"
                ensure_safe_headers(door, answer)

    def test_has_no_locked_session_as_its_caller(self, callers: Callers) -> None:
        for door in doors(callers.app):
            if door.access.while_locked or not door.access.who & {Who.STAFF, *map(Who, Role)}:
                continue
            if Who.ANYONE in door.access.who:  # there a locked browser is a stranger's
                continue
            locked = callers.staff(Role.ASSISTANT)
            locked.post("/lock")
            locked.page = False
            answer = knock(locked, door, page=False, csrf="any")
            assert answer.status in {401, 403}, str(door)
            if Who.ASSISTANT in door.access.who:
                assert answer.code == "session.locked", str(door)

    def test_has_nobody_who_is_suspended_as_its_caller(self, callers: Callers) -> None:
        of_staff = {Who.STAFF, *(Who(role.value) for role in Role)}
        suspended = {role: callers.staff(role) for role in Role}
        _suspend_all(callers)
        for door in doors(callers.app):
            if not door.access.who & of_staff or Who.ANYONE in door.access.who:
                continue
            for role, caller in suspended.items():
                kept = dict(caller.cookies)
                answer = knock(caller, door, page=False, csrf="any")
                ensure_safe_headers(door, answer)
                assert answer.code in {"staff.suspended", "session.required", "access.refused"}, f"{door} as {role}"
                if door.access.kinds == (SessionKind.STAFF,):
                    assert (answer.status, answer.code) == (403, "staff.suspended"), f"{door} as {role}"
                caller.cookies = kept

    def test_has_nobody_who_is_only_invited_as_its_caller(self, callers: Callers) -> None:
        """The link opens its own pages and no other, and is no session."""
        link = _invited(callers)
        for door in doors(callers.app):
            if door.access.who & BY_ENDPOINT:
                continue
            invited = callers.nobody(at_terminal=True)
            invited.csrf = invited.get(link).csrf
            invited.post(link)
            answer = knock(invited, door, page=False, csrf=invited.csrf)
            why = "api_key.missing" if door.access.scope else "session.required"
            assert (answer.status, answer.code) == (401, why), str(door)


def _suspend_all(callers: Callers) -> None:
    """Everybody at once, as no step of the program does."""
    callers.parts.database.write_now(lambda conn: conn.execute(update(Staff).values(state=StaffState.SUSPENDED)))


def _invited(callers: Callers) -> str:
    """Where the link of an invitation leads."""
    manager = callers.staff(Role.MANAGER)
    here = manager.post("/people/invite", {"name": "Dace Jaunā", "login": "dace", "language": "lv"}).location
    found = re.search(r"/join/[A-Za-z0-9_-]{22}", manager.post(f"{here}/link").text)
    assert found
    return found[0]


def _stranger_refusals(door: Door, who: Who) -> set[str]:
    """Where the caller's session is not looked at, the token would have to be a stranger's, which the caller lacks."""
    kinds = {kind.value for kind in door.access.kinds}
    own = "none" if who is Who.API_KEY else OWN_KIND.get(who, "staff")
    return set() if own in kinds else {"request.forged"}


class TestStart:
    def test_is_refused_with_a_handler_that_does_not_say_who_may_call_it(self, parts: Parts) -> None:
        @get("/forgotten")
        async def forgotten() -> str:
            return "open to all"

        with pytest.raises(UndeclaredAccessError, match="GET /forgotten"):
            create_app(parts, extra=[forgotten])
