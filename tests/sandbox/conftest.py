import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from connectors.sandbox import Sandbox, SandboxSettings
from tests.sandbox.issuer import FakeIssuer
from tests.sandbox.visitors import Visitor


class HeldClock:
    """A clock that only moves when it is told to."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def move(self, **by: float) -> None:
        self.time += timedelta(**by)


@pytest.fixture(scope="module")
def held_clock() -> HeldClock:
    return HeldClock()


@pytest.fixture(scope="module")
def running(held_clock: HeldClock) -> Iterator[Sandbox]:
    with Sandbox(replace(SandboxSettings.for_tests(), now=held_clock)) as sandbox:
        yield sandbox


@pytest.fixture
def clock(held_clock: HeldClock) -> HeldClock:
    held_clock.time = HeldClock().time
    return held_clock


@pytest.fixture
def sandbox(running: Sandbox, clock: HeldClock) -> Sandbox:
    running.reset()
    return running


@pytest.fixture
def visitor(sandbox: Sandbox) -> Iterator[Visitor]:
    with Visitor(sandbox) as one:
        yield one


@pytest.fixture
def anna(visitor: Visitor) -> Visitor:
    page = visitor.sign_in()
    assert page.path == "/pakalpojumi"
    return visitor


@pytest.fixture
def fault(sandbox: Sandbox) -> Callable[..., None]:
    def switch(name: str, **parameters: Any) -> None:
        body = json.dumps({"fault": name, "on": True, **parameters})
        answer = httpx2.post(f"{sandbox.portal_url}/_sandbox/faults", content=body, trust_env=False, verify=False)
        assert answer.status_code == 200, answer.text

    return switch


@pytest.fixture
def state(sandbox: Sandbox) -> Callable[[], dict[str, Any]]:
    def read() -> dict[str, Any]:
        content: dict[str, Any] = httpx2.get(
            f"{sandbox.portal_url}/_sandbox/state", trust_env=False, verify=False
        ).json()
        return content

    return read


@pytest.fixture
def issuer(sandbox: Sandbox, clock: HeldClock) -> Iterator[FakeIssuer]:
    with FakeIssuer(clock, sandbox.portal_callback) as one:
        sandbox.trust_gateway(one.url, one.client_id, one.secret)
        yield one
