"""What is made up and what is real never meet: by settings, keys, databases, registrations and runs."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import update

from connectors.runner.api import GateRequest, PrepareTask, Progress, Verdict
from connectors.runner.errors import OutOfReachError
from connectors.runner.gate import Gate
from connectors.runner.runner import Runner
from connectors.sandbox import Sandbox, SandboxSettings
from gateway.cli import main
from gateway.config import ConfigurationError, Settings
from gateway.demo import seed
from gateway.doctor.registrations import refuse_real
from gateway.oauth.tables import OAuthClient
from gateway.parts import open_store
from gateway.reaching import is_out_of_reach, leads_outside
from gateway.services.tables import Portal
from gateway.worker import _runner_settings
from tests.gateway.demo.test_seed import OUTSIDE

NETWORK = "https://practice.pilnvara.example"
REAL = "https://latvija.example"
BENEFIT = "lv.vsaa.sickness_benefit"


def settings(folder: Path, **named: str) -> Settings:
    given = {f"PILNVARA_{name}": value for name, value in named.items()}
    return Settings.from_environment({"PILNVARA_DATA_DIR": str(folder)} | given)


class TestSettings:
    def test_name_a_log_that_says_what_it_is(self, tmp_path: Path) -> None:
        assert settings(tmp_path, MODE="practice").log_origin == "practice.localhost:8000/log"
        assert settings(tmp_path, MODE="practice", URL=NETWORK).log_origin == "practice.pilnvara.example/log"
        assert settings(tmp_path, MODE="demo").log_origin == "demo.localhost:8000/log"

    @pytest.mark.parametrize(
        "named",
        [
            {"URL": "https://pilnvara.example"},
            {"URL": NETWORK, "ISSUER": "https://pilnvara.example"},
            {"URL": NETWORK, "PUBLIC_URL": "https://pilnvara.example"},
            {"DATABASE_URL": "postgresql://pilnvara@host/live"},
            {"DATABASE_URL": "sqlite:////var/lib/pilnvara/pilnvara.db"},
            {"SMTP_HOST": "mail.pilnvara.example"},
            {"SMS_URL": "https://sms.example/send"},
            {"TIMESTAMP_URL": "https://tsa.example"},
            {"CHECKPOINT_MAIL": "auditor@body.example"},
            {"LOG_ORIGIN": "pilnvara.example/log"},
        ],
    )
    def test_of_a_live_gateway_are_refused_in_practice(self, tmp_path: Path, named: dict[str, str]) -> None:
        with pytest.raises(ConfigurationError, match="PILNVARA_MODE is practice"):
            settings(tmp_path, MODE="practice", **named)

    @pytest.mark.parametrize("host", ["practice.pilnvara.example", "demo.pilnvara.example"])
    def test_of_practice_are_refused_to_a_live_gateway(self, tmp_path: Path, host: str) -> None:
        with pytest.raises(ConfigurationError, match="PILNVARA_MODE is live"):
            settings(tmp_path, URL=f"https://{host}")


@pytest.mark.usefixtures("ready_file")
class TestKeysAndDatabase:
    @pytest.mark.parametrize(("first", "then"), [("live", "practice"), ("practice", "live"), ("demo", "practice")])
    def test_of_one_mode_are_refused_in_another(self, tmp_path: Path, first: str, then: str) -> None:
        open_store(settings(tmp_path, MODE=first)).close()
        with pytest.raises(ConfigurationError, match="PILNVARA_DATA_DIR"):
            open_store(settings(tmp_path, MODE=then))

    def test_from_before_there_were_marks_are_refused_in_practice_alone(self, tmp_path: Path) -> None:
        open_store(settings(tmp_path)).close()
        (tmp_path / "mode").unlink()
        with pytest.raises(ConfigurationError, match="keys of another gateway"):
            open_store(settings(tmp_path, MODE="practice"))
        open_store(settings(tmp_path)).close()

    @pytest.mark.parametrize(("first", "then"), [("live", "practice"), ("practice", "live")])
    def test_the_log_in_a_database_says_itself_whose_it_is(self, tmp_path: Path, first: str, then: str) -> None:
        open_store(settings(tmp_path, MODE=first)).close()
        (tmp_path / "mode").write_text(f"{then}\n")
        with pytest.raises(ConfigurationError, match="the database belongs to the log"):
            open_store(settings(tmp_path, MODE=then))

    @pytest.mark.parametrize(("mode", "told"), [("practice", "PRACTICE: "), ("demo", "DEMONSTRATION: "), ("live", "")])
    def test_whoever_verifies_the_log_is_told(self, tmp_path: Path, mode: str, told: str) -> None:
        open_store(settings(tmp_path, MODE=mode)).close()
        here = {"PILNVARA_DATA_DIR": str(tmp_path), "PILNVARA_MODE": mode}
        said = CliRunner().invoke(main, ["audit", "verify"], env=here).output
        assert said.startswith(told or ("Verified", "Cannot conclude"))
        assert ("made up" in said) is bool(told)


@pytest.mark.usefixtures("ready_file")
class TestReach:
    @pytest.mark.parametrize(
        ("mode", "address", "out"),
        [
            ("live", REAL, False),
            ("practice", REAL, True),
            ("practice", "http://127.0.0.2:8401", False),
            ("practice", "https://sign-in.practice.pilnvara.example", False),
            ("practice", "http://[::1]:8401", False),
            ("practice", "https://127.0.0.1.latvija.example", True),
            ("practice", "https://127.latvija.example", True),
            ("practice", "https://notpractice.pilnvara.example", True),
            ("practice", "https://practice.pilnvara.example.attacker.example", True),
            ("demo", REAL, True),
            ("demo", "http://127.0.0.2:8401", False),
        ],
    )
    def test_of_made_up_people_is_their_own_world(self, tmp_path: Path, mode: str, address: str, *, out: bool) -> None:
        url = {} if mode != "practice" else {"URL": NETWORK}
        assert is_out_of_reach(settings(tmp_path, MODE=mode, **url), address) is out

    @pytest.mark.parametrize("mode", ["practice", "demo"])
    def test_a_gateway_with_a_real_portal_does_not_start(self, tmp_path: Path, mode: str) -> None:
        store = open_store(settings(tmp_path, MODE=mode))
        try:
            store.database.write_now(lambda conn: seed.seed(conn, store, OUTSIDE))
            store.database.read_now(lambda conn: refuse_real(conn, store.settings))
            real = update(Portal).where(Portal.id == "latvija").values(origin=REAL)
            store.database.write_now(lambda conn: conn.execute(real))
            with pytest.raises(ConfigurationError, match=f"PILNVARA_MODE is {mode}, but latvija"):
                store.database.read_now(lambda conn: refuse_real(conn, store.settings))
        finally:
            store.close()

    @pytest.mark.parametrize("mode", ["practice", "demo"])
    @pytest.mark.parametrize("real", [{"redirect_uris": [f"{REAL}/cb"]}, {"backchannel_logout_uri": f"{REAL}/end"}])
    def test_a_gateway_whose_portal_leads_elsewhere_does_not_start(
        self, tmp_path: Path, mode: str, real: dict[str, Any]
    ) -> None:
        store = open_store(settings(tmp_path, MODE=mode))
        try:
            store.database.write_now(lambda conn: seed.seed(conn, store, OUTSIDE))
            elsewhere = update(OAuthClient).where(OAuthClient.portal_id == "latvija").values(**real)
            store.database.write_now(lambda conn: conn.execute(elsewhere))
            with pytest.raises(ConfigurationError, match=f"PILNVARA_MODE is {mode}, but latvija"):
                store.database.read_now(lambda conn: refuse_real(conn, store.settings))
        finally:
            store.close()

    def test_what_stands_around_a_listed_test_system_comes_along_in_a_demonstration(self, tmp_path: Path) -> None:
        demo, practice = settings(tmp_path, MODE="demo"), settings(tmp_path, MODE="practice")
        assert not leads_outside(demo, "https://test.latvija.example", "https://sign-in.latvija.example/callback")
        assert leads_outside(practice, "https://test.latvija.example", "https://sign-in.latvija.example/callback")
        assert not leads_outside(practice, "http://127.0.0.2:1", None)

    @pytest.mark.parametrize("mode", ["practice", "demo"])
    def test_no_run_opens_a_browser_for_a_real_portal(self, tmp_path: Path, mode: str) -> None:
        asyncio.run(ensure_held_back(settings(tmp_path, MODE=mode)))


class TestPractice:
    """Whatever listens on this machine need not be the sandbox: a portal under trial does, or a gateway."""

    def test_meets_no_portal_that_does_not_say_that_it_is_the_sandbox(self, tmp_path: Path) -> None:
        asyncio.run(ensure_only_the_sandbox(settings(tmp_path, MODE="practice")))

    def test_a_demonstration_meets_what_stands_on_its_machine(self, tmp_path: Path) -> None:
        asyncio.run(ensure_answered(settings(tmp_path, MODE="demo")))

    def test_knows_every_portal_of_the_sandbox(self) -> None:
        gate = Gate(request_timeout=10, body_limit=1000)
        with Sandbox(SandboxSettings.for_tests()) as sandbox:
            portals = {url for each in sandbox.portals.values() for url in (each.url, each.other_url) if url}
            assert sandbox.portal_url in portals
            assert all(asyncio.run(gate.is_sandbox(portal)) for portal in portals)


async def ensure_only_the_sandbox(of: Settings) -> None:
    runner = Runner(replace(_runner_settings(of), warm=False))
    await runner.start()
    try:
        async with a_portal() as (portal, seen):
            with pytest.raises(OutOfReachError):
                await runner.prepare(PrepareTask(**task(portal), values={}), refuse, quiet)
            assert runner.child_pids() == ()
            assert not await runner.answers(BENEFIT, portal)
            assert set(seen) == {"GET /.well-known/pilnvara-sandbox"}, "nothing of a run, not even a first page"
    finally:
        await runner.close()


async def ensure_answered(of: Settings) -> None:
    runner = Runner(replace(_runner_settings(of), warm=False))
    await runner.start()
    try:
        async with a_portal() as (portal, _):
            assert await runner.answers(BENEFIT, portal)
    finally:
        await runner.close()


@asynccontextmanager
async def a_portal() -> AsyncIterator[tuple[str, list[str]]]:
    """A portal on loopback that answers everything alike, its address and what it was asked."""
    seen = list[str]()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        seen.append(head.decode().partition(" HTTP")[0])
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\nConnection: close\r\n\r\nmade-up\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", seen


async def ensure_held_back(of: Settings) -> None:
    runner = Runner(replace(_runner_settings(of), warm=False))
    await runner.start()
    try:
        with pytest.raises(OutOfReachError):
            await runner.prepare(PrepareTask(**task(REAL), values={}), refuse, quiet)
        assert runner.child_pids() == ()
        assert not await runner.answers("lv.vsaa.sickness_benefit", REAL)
    finally:
        await runner.close()


def task(origin: str) -> Mapping[str, Any]:
    return {
        "run_id": "run",
        "connector_id": "lv.vsaa.sickness_benefit",
        "portal_origin": origin,
        "issuer_origin": "http://localhost:8000",
        "language": "lv",
        "ticket": no_ticket,
    }


async def no_ticket() -> str:
    pytest.fail("a ticket for a real portal")


async def refuse(_request: GateRequest) -> Verdict:
    return Verdict(allowed=False)


async def quiet(_progress: Progress) -> None:
    pass
