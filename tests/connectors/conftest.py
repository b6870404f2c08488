"""The real sandbox over HTTP, a runner with its real browser, and a desk that says yes."""

from collections.abc import AsyncIterator, Iterator
from urllib.request import Request, urlopen

import pytest

from connectors.runner import RunnerSettings
from connectors.runner.runner import Runner
from connectors.sandbox import Sandbox, SandboxSettings
from connectors.sdk import registry
from connectors.workshop.issuer import StandInIssuer
from tests.connectors.desk import Desk


@pytest.fixture(scope="session")
def issuer() -> Iterator[StandInIssuer]:
    with StandInIssuer(services=tuple(registry.all())) as running:
        yield running


@pytest.fixture(scope="session")
def running_sandbox(issuer: StandInIssuer) -> Iterator[Sandbox]:
    with Sandbox(
        SandboxSettings.for_tests().with_gateway(issuer.url, issuer.client_id, issuer.client_secret)
    ) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running_sandbox: Sandbox) -> Sandbox:
    urlopen(Request(f"{running_sandbox.portal_url}/_sandbox/reset", method="POST")).close()
    return running_sandbox


@pytest.fixture(scope="session")
async def runner(
    anyio_backend: str, browser_executable: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Runner]:
    settings = RunnerSettings(
        chromium=browser_executable,
        request_timeout=8,
        page_timeout=10,
        temp_root=str(tmp_path_factory.mktemp("runner")),
    )
    running = Runner(settings)
    await running.start()
    yield running
    await running.close()


@pytest.fixture
def desk(runner: Runner, sandbox: Sandbox, issuer: StandInIssuer) -> Desk:
    return Desk(runner, sandbox.portal_url, issuer)
