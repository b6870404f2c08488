"""The contract as tests that a connector's author inherits, and as `pilnvara connectors test` runs it.

class TestExampleService(ConnectorContract):
    connector = "lv.example.service"
    portal_url = "http://127.0.0.9:8900"
"""

import asyncio
import os
import tempfile
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeVar
from unittest import SkipTest

from connectors.runner.api import RunnerSettings
from connectors.runner.origins import normal_origin
from connectors.sdk import registry
from connectors.sdk.connector import Connector
from connectors.workshop import made_up
from connectors.workshop.bench import Bench, chosen_sample
from connectors.workshop.checks import CHECKS, Check, NotApplicableError, Stage, declarations_are_whole, ensure
from connectors.workshop.front import Front, Trouble
from connectors.workshop.issuer import StandInIssuer
from connectors.workshop.listening import listening

T = TypeVar("T")

ISSUER_HOST = "127.0.0.5"
ISSUER_PORT = 8470
"""Where portals expect the stand-in, unless they are told otherwise."""
_CHECK_SECONDS = 180


@asynccontextmanager
async def staged(
    issuer: StandInIssuer, portal: str, connector: Connector, sample: str | None = None
) -> AsyncIterator[Stage]:
    """A connector on stage: a browser of its own, and a front before its portal."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="pilnvara-contract-"))
        settings = RunnerSettings(
            chromium=os.environ.get("PILNVARA_CHROMIUM") or None, warm=False, temp_root=folder, request_timeout=15
        )
        bench = await stack.enter_async_context(Bench.opened(issuer, settings))
        front = await stack.enter_async_context(Front(portal, connector))
        bench.portal = front.origin
        issuer.services = (connector.id,)
        issuer.moved = {portal: front.origin, portal.removesuffix(":80").removesuffix(":443"): front.origin}
        stage = Stage(bench, front, connector, chosen_sample(connector, sample), temp_root=Path(folder))
        stage.tickets = issuer.seen_tickets
        stack.enter_context(listening(stage.logged))
        yield stage


async def hold(stage: Stage, check: Check) -> None:
    """See whether one clause holds, on a calm stage.

    Raises:
        BrokenContractError: it does not.
        NotApplicableError: the connector has nothing that it is about.
    """
    stage.front.calm()
    try:
        await check(stage)
        if check is not declarations_are_whole:
            ensure_acted(stage.front)
    finally:
        stage.front.calm()


def ensure_acted(front: Front) -> None:
    """Refuse a check that ended well without having met the portal, or whose trouble never came to pass.

    Raises:
        BrokenContractError: nothing was shown.
    """
    ensure(front.requests > 0, "the portal was never asked anything, so nothing is shown")
    missed = [each for each in front.troubles if each != Trouble() and not each.has_come]
    ensure(not missed, "what was to go wrong at the portal never came to pass, so nothing is shown")


class _Metafunc(Protocol):
    """What pytest hands to whoever makes several tests of one."""

    fixturenames: list[str]

    def parametrize(self, names: str, values: Any, *, ids: Callable[[Any], str]) -> None:
        """Make a test for each value."""


class ConnectorContract:
    """Inherit this, name the connector and its portal's test system, and pytest holds it to the whole contract."""

    connector: ClassVar[str]
    """Its id."""
    sample: ClassVar[str | None] = None
    """Which made-up answers are filled in; the connector's first otherwise."""
    portal_url: ClassVar[str | None] = None
    """Of the portal's test system; the sandbox is started when there is none."""
    client_id: ClassVar[str] = "author"
    client_secret: ClassVar[str] = "author-secret-on-loopback"
    issuer_port: ClassVar[int] = ISSUER_PORT
    checks: ClassVar[tuple[Check, ...]] = CHECKS

    _scene: ClassVar["Scene"]

    @classmethod
    def setup_class(cls) -> None:
        """Start what the tests share: browser, front, stand-in."""
        cls._scene = Scene(cls)

    @classmethod
    def teardown_class(cls) -> None:
        """End it."""
        cls._scene.close()

    def pytest_generate_tests(self, metafunc: _Metafunc) -> None:
        """Make a test of each clause."""
        if "check" in metafunc.fixturenames:
            metafunc.parametrize("check", self.checks, ids=lambda check: str(check.__name__))

    def test_holds(self, check: Check) -> None:
        """One clause of the contract."""
        self._scene.hold(check)


class Scene:
    """A stage in a thread of its own, for tests that are not asynchronous."""

    def __init__(self, contract: type[ConnectorContract]) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._stack = ExitStack()
        self._async_stack = AsyncExitStack()
        try:
            self.stage = self._open(contract)
        except BaseException:
            self.close()
            raise

    def _open(self, contract: type[ConnectorContract]) -> Stage:
        connector = registry.find(contract.connector)
        port = contract.issuer_port if contract.portal_url else 0
        issuer = StandInIssuer(contract.client_id, contract.client_secret, host=ISSUER_HOST, port=port)
        self._stack.enter_context(issuer)
        portal = contract.portal_url or self._sandbox(issuer, connector.manifest.portal)
        staging = staged(issuer, normal_origin(portal), connector, contract.sample)
        return self._run(self._async_stack.enter_async_context(staging))

    def _sandbox(self, issuer: StandInIssuer, portal: str) -> str:
        names = tuple({connector.manifest.portal for connector in registry.all().values()})
        return self._stack.enter_context(made_up.portals(issuer, names))[portal]

    def hold(self, check: Check) -> None:
        """See whether one clause holds; one that the connector has nothing for is counted apart, with the reason.

        Raises:
            unittest.SkipTest: the clause does not apply; pytest counts it as skipped.
        """
        try:
            self._run(hold(self.stage, check))
        except NotApplicableError as error:
            raise SkipTest(f"does not apply to {self.stage.connector.id}: {error}") from error

    def close(self) -> None:
        """End everything."""
        self._run(self._async_stack.aclose())
        self._stack.close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_CHECK_SECONDS)
