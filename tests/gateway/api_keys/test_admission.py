"""Programs come in by their key alone, for what it is good for, and not without end."""

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from litestar import Litestar, get, post
from sqlalchemy import select

from audit.events import EventName
from gateway.api_keys import holding, keys
from gateway.api_keys.tables import ApiKey
from gateway.ledger.tables import AuditEvent
from gateway.parts import Parts
from gateway.people.access import ApiCaller, Scope, Who, allow
from gateway.people.roles import Role
from tests.gateway.answers import Answer
from tests.gateway.callers import Caller, Callers, callers, fitted, parts, renderer
from tests.gateway.programs import program

__all__ = ["callers", "parts", "renderer"]


@get("/api/test/ratings", **allow(Who.API_KEY, scope=Scope.RATINGS))
async def whose(program: ApiCaller) -> dict[str, str | None]:
    return {"key": program.key_id, "agency": program.agency}


@post("/api/test/ratings", **allow(Who.API_KEY, scope=Scope.RATINGS))
async def change(program: ApiCaller) -> dict[str, str]:
    return {"key": program.key_id}


@pytest.fixture
def app(parts: Parts) -> Litestar:
    return fitted(parts, whose, change)


@pytest.fixture
def at_api(callers: Callers, app: Litestar) -> Callers:
    return replace(callers, app=app)


def ask(caller: Caller, **headers: str) -> Answer:
    return caller.get("/api/test/ratings", **headers)


def test_a_key_opens_what_it_is_good_for_and_names_its_agency(at_api: Callers) -> None:
    answer = ask(program(at_api, Scope.RATINGS, agency="VSAA"))
    assert answer.status == 200
    assert msgspec.json.decode(answer.body)["agency"] == "VSAA"
    assert answer.headers["cache-control"] == "no-store"


def test_a_program_changes_something_without_a_cookie_or_a_forms_token(at_api: Callers) -> None:
    assert program(at_api, Scope.RATINGS).post("/api/test/ratings").status == 201


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("", "api_key.missing"),
        ("Basic dXNlcjpwYXNz", "api_key.missing"),
        ("Bearer", "api_key.missing"),
        ("Bearer pvk_short", "api_key.refused"),
        (f"Bearer pvk_{'A' * 43}", "api_key.refused"),
        (f"Bearer {'x' * 5000}", "api_key.refused"),
        ("Bearer pvk_ā", "api_key.refused"),
    ],
)
def test_whatever_is_no_key_of_ours_is_refused_and_not_repeated(at_api: Callers, said: str, code: str) -> None:
    answer = ask(at_api.nobody(), accept="application/json", **({"authorization": said} if said else {}))
    assert (answer.status, answer.code) == (401, code)
    assert answer.headers["www-authenticate"].startswith('Bearer realm="pilnvara"')
    assert "pvk_short" not in answer.text


def test_a_key_for_something_else_is_refused_and_told_in_the_log(at_api: Callers) -> None:
    answer = ask(program(at_api, Scope.FIGURES, Scope.HOLDER))
    assert (answer.status, answer.code) == (403, "api_key.scope")
    assert 'error="insufficient_scope", scope="ratings"' in answer.headers["www-authenticate"]
    assert refusals(at_api) == 1


def test_a_program_that_goes_on_with_a_key_for_something_else_does_not_fill_the_log(
    callers: Callers, parts: Parts
) -> None:
    few = replace(parts, settings=replace(parts.settings, api_requests=3))
    at_api = replace(callers, parts=few, app=fitted(few, whose, change))
    caller = program(at_api, Scope.FIGURES)
    assert [ask(caller).status for _ in range(4)] == [403, 403, 403, 429]
    assert refusals(at_api) == 1
    ask(program(at_api, Scope.FIGURES))
    assert refusals(at_api) == 2, "each key is told"
    at_api.clock.move(timedelta(minutes=15))
    assert ask(caller).status == 403
    assert refusals(at_api) == 3


def refusals(at_api: Callers) -> int:
    """How many events say that a key was good for nothing."""
    said = select(AuditEvent.id).where(AuditEvent.type == EventName.API_KEY_REFUSED.value)
    return len(at_api.parts.database.read_now(lambda conn: conn.execute(said).all()))


def test_a_key_is_nothing_from_its_last_instant_on(at_api: Callers) -> None:
    caller = program(at_api, Scope.RATINGS)
    at_api.clock.move(timedelta(days=1) - timedelta(seconds=1))
    assert ask(caller).status == 200
    at_api.clock.move(timedelta(seconds=1))
    assert ask(caller).code == "api_key.refused"


def test_a_key_that_was_ended_is_nothing_at_once(at_api: Callers) -> None:
    caller = program(at_api, Scope.RATINGS)
    key_id = msgspec.json.decode(ask(caller).body)["key"]
    assert at_api.parts.database.write_now(lambda conn: holding.end(conn, key_id, at_api.clock.now()))
    assert not at_api.parts.database.write_now(lambda conn: holding.end(conn, key_id, at_api.clock.now()))
    assert ask(caller).code == "api_key.refused"


def test_the_session_of_somebody_is_no_key(at_api: Callers) -> None:
    somebody = at_api.staff(Role.ADMINISTRATOR)
    somebody.page = False
    assert ask(somebody).code == "api_key.missing"


def test_a_key_opens_no_page_of_staff(at_api: Callers) -> None:
    assert program(at_api, *Scope).get("/desk").code == "session.required"


def test_the_day_of_its_last_use_is_kept(at_api: Callers) -> None:
    caller = program(at_api, Scope.RATINGS)
    used = select(ApiKey.used_on)
    assert at_api.parts.database.read_now(lambda conn: conn.execute(used).scalar_one()) is None
    ask(caller)
    assert at_api.parts.database.read_now(lambda conn: conn.execute(used).scalar_one()) is not None


def test_a_program_that_asks_without_end_waits(callers: Callers, parts: Parts) -> None:
    few = replace(parts, settings=replace(parts.settings, api_requests=3))
    at_api = replace(callers, parts=few, app=fitted(few, whose, change))
    caller, other = program(at_api, Scope.RATINGS), program(at_api, Scope.RATINGS)
    assert [ask(caller).status for _ in range(3)] == [200, 200, 200]
    at_api.clock.move(timedelta(minutes=5))
    refused = ask(caller)
    assert (refused.status, refused.code, refused.headers["retry-after"]) == (429, "api_key.too_many", "600")
    assert ask(other).status == 200, "each key has its own"
    at_api.clock.move(timedelta(seconds=600))
    assert ask(caller).status == 200


def test_whoever_tries_keys_is_shut_out_after_twenty(at_api: Callers) -> None:
    stranger = at_api.nobody()
    codes = [ask(stranger, authorization=f"Bearer {keys.new_key()}", accept="a/b").code for _ in range(21)]
    assert codes == ["api_key.refused"] * 20 + ["api_key.too_many"]
    assert ask(program(at_api, Scope.RATINGS)).status == 200, "from the same address, with a key"


def test_a_program_that_uses_another_method_is_told_where_the_right_ones_stand(at_api: Callers) -> None:
    answer = program(at_api, Scope.RATINGS).call("DELETE", "/api/test/ratings")
    assert (answer.status, set(answer.headers["allow"].split(", ")) >= {"GET", "POST"}) == (405, True)
    assert "Allow" in msgspec.json.decode(answer.body)["detail"]


@pytest.mark.parametrize("who", [(Who.API_KEY,), (Who.API_KEY, Who.ANYONE)])
def test_a_handler_for_programs_says_what_a_key_has_to_be_good_for(who: tuple[Who, ...]) -> None:
    with pytest.raises(ValueError, match="programs"):
        allow(*who)
    with pytest.raises(ValueError, match="programs"):
        allow(Who.ANYONE, scope=Scope.FIGURES)
