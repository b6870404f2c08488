"""A page that tries every way out of a browser, and a connector that looks for what it should not have.

What counts is what the portal's servers saw, not what the gate says it refused.
"""

import asyncio
import hashlib
import json
import os
import socket
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from playwright.async_api import async_playwright

from connectors.browser import isolation
from connectors.runner import Filed, PrepareTask, RunnerSettings, SendTask, Sent, Unknown, Verdict
from connectors.runner.errors import GateRefusedError, PortalUntrustedError, RunError, TamperedError
from connectors.runner.runner import Runner
from connectors.sdk import registry
from connectors.workshop.issuer import StandInIssuer
from tests.connectors.desk import Desk
from tests.connectors.hostile.connector import LOOK, LOOKED
from tests.connectors.hostile.portal import HostilePortal
from tests.connectors.runner.authorities import Authority, server_context

pytestmark = pytest.mark.anyio

KNOWN = Authority("Known")
SECRET = "the-key-that-no-connector-may-see"
_TIME_FOR_LATE_REQUESTS = 1.0
_LOOKS = 30
"""How often it is looked for what has to come."""


@dataclass
class Stage:
    desk: Desk
    portal: HostilePortal
    temporary: Path

    def task(self, name: str = "Anna", connector: str = "test.hostile") -> PrepareTask:
        return PrepareTask(**self.desk.common(connector), values={"name": name})

    async def prepare(self, name: str = "Anna") -> PrepareTask:
        self.last = self.task(name)
        await self.desk.runner.prepare(self.last, self.desk.decide, self.desk.progress)
        return self.last

    async def send(self, task: PrepareTask) -> Sent:
        sending = SendTask(
            **self.desk.common(task.connector_id, task.run_id), values=task.values, same_payload=lambda _: True
        )
        return await self.desk.runner.send(sending, self.desk.decide, self.desk.progress)

    async def settled(self) -> list[str]:
        """What reached the servers, with time for what a browser does late."""
        await asyncio.sleep(_TIME_FOR_LATE_REQUESTS)
        return self.portal.seen

    async def missing(self, ways: Sequence[str]) -> list[str]:
        """Which of these never reached the servers, with time for a slow machine."""
        left = list(ways)
        for _ in range(_LOOKS):
            seen = " ".join(await self.settled())
            left = [way for way in left if way not in seen]
            if not left:
                break
        return left


@pytest.fixture(scope="module")
def hostile_portal() -> Iterator[HostilePortal]:
    with HostilePortal() as portal:
        yield portal


@pytest.fixture(scope="module")
def temporary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runner")


@pytest.fixture(scope="module")
async def hostile_runner(
    anyio_backend: str, browser_executable: str, tmp_path_factory: pytest.TempPathFactory, temporary: Path
) -> AsyncIterator[Runner]:
    """A runner that knows the hostile connector as an installed plug-in, and has something to hide."""
    folder = tmp_path_factory.mktemp("plug-in")
    described = folder / "hostile_connector-1.dist-info"
    described.mkdir()
    described.joinpath("METADATA").write_text("Metadata-Version: 2.1\nName: hostile-connector\nVersion: 1\n")
    described.joinpath("entry_points.txt").write_text(
        "[pilnvara.connectors]\ntest.hostile = tests.connectors.hostile.connector:CONNECTOR\n"
        "test.one_page = tests.connectors.hostile.connector:ONE_PAGE\n"
        "test.parts = tests.connectors.hostile.connector:PARTS\n"
        "test.hooked = tests.connectors.hostile.connector:HOOKED\n"
        "test.meddling = tests.connectors.hostile.connector:MEDDLING\n"
        "test.hasty = tests.connectors.hostile.connector:HASTY\n"
    )
    authorities = folder / "authorities.pem"
    authorities.write_bytes(KNOWN.own.public_bytes(Encoding.PEM))
    kept = folder / "kept"
    kept.write_text(SECRET)
    patch = pytest.MonkeyPatch()
    patch.syspath_prepend(folder)
    patch.setenv("PILNVARA_DATABASE_URL", SECRET)
    registry.forget()
    with kept.open() as secret:
        os.set_inheritable(secret.fileno(), True)
        runner = Runner(
            RunnerSettings(
                chromium=browser_executable,
                temp_root=str(temporary),
                connector_paths=(str(folder),),
                warm=False,
                authorities=str(authorities),
            )
        )
        await runner.start()
        yield runner
        await runner.close()
    patch.undo()
    registry.forget()


@pytest.fixture
def stage(hostile_runner: Runner, hostile_portal: HostilePortal, issuer: StandInIssuer, temporary: Path) -> Stage:
    hostile_portal.reset()
    return Stage(Desk(hostile_runner, hostile_portal.url, issuer), hostile_portal, temporary)


def environment_of(pid: int) -> bytes:
    return Path(f"/proc/{pid}/environ").read_bytes()


def handles_of(pid: int) -> set[str]:
    return {str(entry.readlink()) for entry in Path(f"/proc/{pid}/fd").iterdir()}


@contextmanager
def something_to_find(folder: Path) -> Iterator[dict[str, str]]:
    """A key file, a database, and the socket of another one, all of them ours to open."""
    kept = {name: str(folder / name) for name in ("key", "database", "socket")}
    for name in ("key", "database"):
        Path(kept[name]).write_text(SECRET)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(kept["socket"])
        listening.listen()
        yield kept


KEPT_BY = {
    "files": {
        "read the key file",
        "read the database",
        "let a program read",
        "write beside it",
        "read the worker's environment",
        "read the worker's memory",
        "take the worker's files",
    },
    "network": {"speak to the portal itself", "listen"},
    "others": {"stop the worker"},
    "sockets": {"send a datagram", "speak to a database's socket"},
}
"""What a connector tries, by the part of the kernel's isolation that keeps it from it."""

AT_ONCE = "query image socket service speculation link event rtc transport foreign-frame style preload media"
"""Ways to fetch what is not the portal's: they are refused and the run goes on, so that one page can try them all."""
ALONE = (
    *("fetch", "elsewhere", "beacon", "keepalive", "later", "xhr", "form", "early", "worker", "shared", "ping"),
    *("frames", "data", "blob", "blob-worker", "report", "streamed"),
)
"""Ways to change something: the first that is refused ends the run."""
LEAVING = ("twice", "refresh", "open", "open-post", "javascript", "download", "header-refresh")
"""Ways by which the page itself is left, or another one opened."""
HEADERS = ("header-preload", "header-report", "header-service")
SEEN = (
    *("POST /escape/fetch", "POST /escape/elsewhere", "GET /escape/query", "POST /escape/beacon"),
    *("POST /escape/keepalive", "POST /escape/worker-fetch", "POST /escape/shared-worker", "GET /escape/socket"),
    *("GET /escape/worker-socket", "POST /escape/beacon-at-the-end", "POST /escape/keepalive-at-the-end", "udp"),
    *("POST /escape/later", "POST /escape/ping", "POST /escape/frames", "GET /escape/foreign-frame"),
    *("POST /escape/data", "POST /escape/blob", "POST /escape/blob-worker", "GET /escape/style", "GET /escape/event"),
    *("GET /escape/preload", "GET /escape/object", "GET /escape/refresh", "GET /escape/open", "POST /escape/open-post"),
    *("POST /escape/javascript", "GET /escape/download", "GET /escape/header-preload", "GET /escape/header-refresh"),
    "POST /escape/header-report",
)
"""What reaches the servers of a page that no gate holds back."""
AT_THE_END = "-at-the-end"
BROWSERS_AT_ONCE = 4


class TestAPageThatTriesEveryWayOut:
    async def test_reaches_its_servers_when_there_is_no_gate(self, stage: Stage, browser_executable: str) -> None:
        """Otherwise the tests below would prove nothing."""
        stage.portal.reset(page="escapes.html")
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=browser_executable, chromium_sandbox=os.geteuid() != 0
            )
            context = await browser.new_context()
            stage.portal.ways += [" ".join((AT_ONCE, *ALONE)), *LEAVING, *HEADERS]
            pages = [await context.new_page() for _ in stage.portal.ways]
            await asyncio.gather(*(page.goto(f"{stage.portal.url}/form", wait_until="commit") for page in pages))
            assert await stage.missing([way for way in SEEN if not way.endswith(AT_THE_END)]) == []
            await asyncio.gather(*(page.goto("about:blank") for page in pages))
            assert await stage.missing(SEEN) == []
            await browser.close()
        assert stage.portal.finals == 1

    async def test_reaches_nothing_through_the_gate_and_ends_its_run(self, stage: Stage) -> None:
        stage.portal.reset(page="escapes.html")
        stage.portal.ways.append(" ".join((AT_ONCE, *ALONE)))
        with pytest.raises(GateRefusedError) as caught:
            await stage.prepare()
        assert await stage.settled() == []
        assert stage.portal.finals == 0
        assert "values" not in str(caught.value)

    async def test_reaches_nothing_by_one_way_alone(self, stage: Stage) -> None:
        """Each page tries one: after the first that is refused a run sends nothing at all."""
        stage.portal.reset(page="escapes.html")
        stage.portal.ways += [AT_ONCE, *ALONE, *LEAVING, *HEADERS]
        some_at_once = asyncio.Semaphore(BROWSERS_AT_ONCE)

        async def goes_its_way() -> None:
            async with some_at_once:
                with suppress(RunError):
                    await stage.prepare()

        await asyncio.gather(*(goes_its_way() for _ in tuple(stage.portal.ways)))
        assert stage.portal.ways == []
        assert await stage.settled() == []
        assert stage.portal.finals == 0

    async def test_sends_nothing_while_it_is_left(self, stage: Stage) -> None:
        stage.portal.reset(page="leaving.html")
        with suppress(GateRefusedError):  # it may be noticed only after the overview was reached
            await stage.prepare()
        assert await stage.settled() == []
        assert not stage.desk.runner.holds(stage.last.run_id)


class TestAPageThatFilesTwice:
    async def test_is_filed_once(self, stage: Stage) -> None:
        stage.portal.reset(overview="eager.html")
        task = await stage.prepare()
        sent = await stage.send(task)
        assert isinstance(sent, Filed)
        assert sent.reference == "HOST-2026-000001"
        assert sent.evidence.refused_again >= 1
        await stage.settled()
        assert stage.portal.finals == 1
        assert stage.desk.kinds().count("final") == 1

    async def test_does_not_get_further_once_it_was_answered(self, stage: Stage) -> None:
        """What is refused then may cost us the page with the number; what was sent stays sent, and is looked up."""
        stage.portal.reset()
        task = await stage.prepare()
        stage.portal.done = "escapes.html"
        sent = await stage.send(task)
        assert isinstance(sent, Filed | Unknown)
        assert sent.evidence.status == 303
        assert await stage.settled() == []
        assert stage.portal.finals == 1

    async def test_is_not_filed_at_all_without_a_yes(self, stage: Stage) -> None:
        stage.portal.reset(overview="eager.html")
        task = await stage.prepare()
        stage.desk.verdict = lambda request: Verdict(request.kind != "final")
        with pytest.raises(RunError):
            await stage.send(task)
        await stage.settled()
        assert stage.portal.finals == 0


class TestAPortalBehindTLS:
    async def test_is_filed_at_once_and_has_no_way_out_either(self, stage: Stage, tmp_path: Path) -> None:
        _, pem = KNOWN.signed("127.0.0.7")
        with HostilePortal(tls=server_context(tmp_path, pem)) as stage.portal:
            stage.desk.portal = stage.portal.url
            stage.portal.reset(overview="eager.html")
            task = await stage.prepare()
            assert isinstance(await stage.send(task), Filed)
            stage.portal.reset(page="escapes.html")
            with pytest.raises(GateRefusedError):
                await stage.prepare()
            assert (await stage.settled(), stage.portal.finals) == ([], 0)

    async def test_is_not_entered_when_it_cannot_prove_who_it_is(self, stage: Stage, tmp_path: Path) -> None:
        _, pem = Authority("Unknown").signed("127.0.0.7")
        with HostilePortal(tls=server_context(tmp_path, pem)) as stage.portal:
            stage.desk.portal = stage.portal.url
            with pytest.raises(PortalUntrustedError):
                await stage.prepare()


class TestAPageThatRewrites:
    async def test_a_step_is_stopped(self, stage: Stage) -> None:
        stage.portal.reset(page="rewriting.html")
        with pytest.raises(TamperedError):
            await stage.prepare()
        assert await stage.settled() == []

    async def test_the_final_request_is_stopped_before_anybody_is_asked(self, stage: Stage) -> None:
        stage.portal.reset(overview="rewriting.html")
        task = await stage.prepare()
        with pytest.raises(TamperedError):
            await stage.send(task)
        assert stage.portal.finals == 0
        assert "final" not in stage.desk.kinds()


class TestAConnectorThatLooksAround:
    async def test_finds_no_setting_and_no_handle_of_the_worker(self, stage: Stage) -> None:
        await stage.prepare()
        (pid,) = stage.desk.runner.child_pids()
        environment = environment_of(pid)
        assert SECRET.encode() not in environment
        names = {entry.partition(b"=")[0].decode() for entry in environment.split(b"\0") if entry}
        assert not {name for name in names if name.startswith("PILNVARA_")} - {"PILNVARA_CHROMIUM"}
        links = handles_of(pid)
        assert {link for link in links if link.startswith("/")} <= {"/dev/null"}
        assert {link.partition(":")[0] for link in links if not link.startswith("/")} <= {
            "socket",
            "pipe",
            "anon_inode",
        }

    async def test_is_kept_from_everything_else_by_the_kernel(self, stage: Stage, tmp_path: Path) -> None:
        with something_to_find(tmp_path) as kept:
            wanted = LOOK + json.dumps(kept | {"portal": stage.portal.url.removeprefix("http://")})
            with pytest.raises(TamperedError):  # what it wrote into the form is not what was asked for
                await stage.prepare(wanted)
        (looked,) = stage.temporary.rglob(LOOKED)
        level = isolation.offered()
        by_part = {"files": level.files, "network": level.network, "others": level.others, "sockets": level.sockets}
        refused = {name for part, names in KEPT_BY.items() if by_part[part] for name in names}
        found = json.loads(looked.read_text())
        assert {name for name, came in found.items() if came.startswith("refused")} == refused
        assert found.keys() == {name for names in KEPT_BY.values() for name in names}
        assert await stage.settled() == []

    async def test_has_a_browser_of_its_own(self, stage: Stage) -> None:
        await stage.prepare()
        assert registry.package_of("test.hostile") == "tests"
        assert len(stage.desk.runner.child_pids()) == 1


class TestAFormOfOnePage:
    """The button that files stands under the questions: the same page is filled in, read back and sent."""

    async def test_is_filled_in_and_read_back_and_leaves_once_as_it_was_confirmed(self, stage: Stage) -> None:
        task = stage.task("Anna", "test.one_page")
        prepared = await stage.desk.runner.prepare(task, stage.desk.decide, stage.desk.progress)
        assert [(item.page, item.control, item.value) for item in prepared.readback.items] == [("one", "name", "Anna")]
        assert [(told.stage, told.step, told.done, told.total) for told in stage.desk.told][-2:] == [
            ("filling", "one", 0, 1),
            ("reading_back", None, 1, 1),
        ]
        assert stage.portal.finals == 0
        assert isinstance(await stage.send(task), Filed)
        assert stage.portal.finals == 1
        assert [request.fields for request in stage.desk.asked if request.kind == "final"] == [(("name", "Anna"),)]

    async def test_leaves_with_nothing_else_than_was_confirmed(self, stage: Stage) -> None:
        stage.portal.reset(overview="rewriting.html")
        task = stage.task("Anna", "test.one_page")
        await stage.desk.runner.prepare(task, stage.desk.decide, stage.desk.progress)
        with pytest.raises(TamperedError):
            await stage.send(task)
        assert stage.portal.finals == 0


class TestAFinalOfTwoRequests:
    """The page's script goes on by itself; what of both arrived, the portal's own count says."""

    @pytest.mark.parametrize("answer", [200, 307, 0])
    async def test_leaves_whole_and_each_once_or_is_for_a_person(self, stage: Stage, answer: int) -> None:
        stage.portal.reset(overview="parts.html")
        task = stage.task("Anna", "test.parts")
        await stage.desk.runner.prepare(task, stage.desk.decide, stage.desk.progress)
        stage.portal.sign_answer = answer
        sent = await stage.send(task)
        assert (stage.portal.finals, stage.portal.signed) == (1, ["token=t"])
        assert stage.desk.kinds()[-2:] == ["final", "then"]
        digest = hashlib.sha256(b"token=t").hexdigest()
        assert (sent.evidence.body_sha256, sent.evidence.then_sha256) == (digest, (digest,))
        if answer == 200:
            assert isinstance(sent, Filed)
        else:
            assert isinstance(sent, Unknown)
            assert (sent.reason, sent.for_a_person) == ("broke_off", True)
