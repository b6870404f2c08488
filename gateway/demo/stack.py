"""The whole of Pilnvara on one machine, as it runs for real: sandbox, gateway and worker as processes of their own.

The demonstration keeps one up; the tests of whole visits start one, break it on purpose and look at what is left.
"""

import hashlib
import hmac
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import msgspec

from gateway.config import Settings
from gateway.demo import seed, witness
from gateway.demo.catalogue import PORTAL_ID
from gateway.demo.ports import Ports
from gateway.keys import keyfile
from gateway.mode import Mode
from gateway.parts import Store, open_store

START_SECONDS = 60.0
_POLL_SECONDS = 0.05
_END_SECONDS = 10.0
_SECRET_BYTES = 24
RETURN_PATHS = ("/approve/return", "/mine/return")
"""The gateway's pages to which an identity provider sends somebody back."""


class StackError(Exception):
    """A process did not start, or has died. The message says which, why, and where its log is."""

    code: ClassVar[str] = "demo.stack"


@dataclass
class Stack:
    """The processes and the addresses between them."""

    folder: Path
    ports: Ports
    database_url: str | None = None
    settings_extra: Mapping[str, str] = field(default_factory=dict)
    mode: Mode = "demo"
    outer_url: str | None = None
    """Where staff and residents reach it behind a proxy; else on this machine."""
    outer_provider: str | None = None
    """The same of the stand-in identity provider."""
    is_witnessed: bool = False
    """Whether another body's witness runs too; a stack that had one once keeps naming it."""
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make the folder and the secrets, or take up those of last time."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._secrets = _secrets_in(self.folder / "sandbox-secrets.json")

    @property
    def url(self) -> str:
        """Where staff and residents reach the gateway."""
        return self.outer_url or self.inner_url

    @property
    def inner_url(self) -> str:
        """The same on this machine."""
        return f"http://localhost:{self.ports.gateway}"

    @property
    def portal_urls(self) -> Mapping[str, str]:
        """The stand-in portals, by their ids."""
        return {portal: f"http://127.0.0.2:{own}" for portal, (own, _) in self.ports.portals.items()}

    @property
    def portal_url(self) -> str:
        """The first stand-in portal."""
        return self.portal_urls[PORTAL_ID]

    @property
    def provider_url(self) -> str:
        """The stand-in identity provider."""
        return self.outer_provider or f"http://127.0.0.3:{self.ports.provider}"

    @property
    def answers(self) -> bool:
        """Whether its gateway is up, whoever started it."""
        return _answers(f"{self.inner_url}/log/vkey")

    @property
    def return_addresses(self) -> tuple[str, ...]:
        """Where the identity provider may send a resident back to: a yes at a counter, and their own page."""
        return tuple(f"{self.url}{path}" for path in RETURN_PATHS)

    @property
    def inbox_url(self) -> str:
        """Where SMS and e-mail arrive."""
        return f"http://127.0.0.4:{self.ports.inbox}"

    @property
    def environment(self) -> dict[str, str]:
        """The settings of gateway and worker, beside what the machine's own environment says."""
        own = {
            "PILNVARA_MODE": self.mode,
            "PILNVARA_DATA_DIR": str(self.folder / "data"),
            "PILNVARA_URL": self.url,
            "PILNVARA_LISTEN": f"127.0.0.1:{self.ports.gateway}",
            "PILNVARA_CHANGE_DELAY": "1",
            "PILNVARA_FOLLOW_EVERY": "20",
            "PILNVARA_FEEDBACK_DELAY": "0",
            "PILNVARA_SMTP_HOST": "127.0.0.4",
            "PILNVARA_SMTP_PORT": str(self.ports.smtp),
            "PILNVARA_SMS_URL": f"{self.inbox_url}/sms",
            "PILNVARA_SMS_TOKEN": self._secrets.sms,
            "PILNVARA_SMS_REPORT_SECRET": self._secrets.sms_reports,
            "PILNVARA_QUIET_HOURS": "00:00-00:00",  # it is shown at any hour, and so is its inbox
        }
        if self.mode == "demo":
            own["PILNVARA_LOG_ORIGIN"] = "demo.pilnvara.example/log"
        if self.database_url is not None:
            own["PILNVARA_DATABASE_URL"] = self.database_url
        return {**_inherited(), **own, **witness.settings(self.folder), **self.settings_extra}

    @property
    def outside(self) -> seed.Outside:
        """The stand-in world, as it is registered."""
        return seed.Outside(
            portals=self.portal_urls,
            portal_secrets={portal: self._secrets.of_portal(portal) for portal in self.portal_urls},
            provider=self.provider_url,
            provider_client="pilnvara",
            provider_secret=self._secrets.provider,
        )

    def open_store(self) -> Store:
        """Database and keys, for seeding and for looking; the caller closes it."""
        return open_store(Settings.from_environment(self.environment))

    def seed(self) -> None:
        """Make the tables and put the made-up network in."""
        if self.database_url is not None and not (self.folder / "data" / keyfile.NAME).exists():
            self._prepare_server()
        store = self.open_store()
        try:
            store.database.write_now(lambda conn: seed.seed(conn, store, self.outside))
            if self.is_witnessed:
                witness.prepare(self.folder, store.publisher.signers, self.ports.witness)
        finally:
            store.close()

    def _prepare_server(self) -> None:
        """Tables and keys of a database that machines share, as an operator makes them."""
        for arguments in (("migrate",), ("keys", "init")):
            done = self.command(*arguments)
            if done.returncode != 0:
                raise StackError(f"pilnvara {' '.join(arguments)} ended with {done.returncode}:\n{done.stderr}")

    def start(self, tell: Callable[[str], None] = lambda _what: None) -> None:
        """Start everything and wait until it answers; `tell` is told what is being done.

        Raises:
            StackError: a process did not come up.
        """
        taken = self.ports.taken()
        if taken:
            others = f"PILNVARA_{self.mode.upper()}_PORT=9400"
            raise StackError(f"port {', '.join(map(str, taken))} is in use; choose others with {others}")
        tell("Starting the stand-in portal, identity provider and inbox")
        self._spawn_sandbox()
        tell("Preparing the database and the made-up network")
        self.seed()
        tell("Starting gateway and worker")
        if self.is_witnessed:
            self._spawn("witness", witness.arguments(self.folder, self.ports.witness), _inherited())
        self._spawn_gateway()
        is_working = self._spawn_worker()
        tell("Waiting until all of them answer")
        self._wait_for_answer("sandbox", f"{self.inbox_url}/")
        self._wait_for_answer("gateway", f"{self.inner_url}/log/vkey")
        self._wait("worker", is_working)

    def start_sandbox(self) -> None:
        """Start the outside world and wait until it answers."""
        self._spawn_sandbox()
        self._wait_for_answer("sandbox", f"{self.inbox_url}/")

    def start_gateway(self) -> None:
        """Start the gateway and wait until it answers."""
        self._spawn_gateway()
        self._wait_for_answer("gateway", f"{self.inner_url}/log/vkey")

    def start_worker(self) -> None:
        """Start a worker and wait until it takes jobs."""
        self._wait("worker", self._spawn_worker())

    def _spawn_sandbox(self) -> None:
        options = {
            "idp-port": self.ports.provider,
            "idp-address": self.outer_provider or "",
            "inbox-port": self.ports.inbox,
            "smtp-port": self.ports.smtp,
            "gateway-issuer": self.url,
            "gateway-client-id": seed.CLIENTS[PORTAL_ID],
            "idp-client-id": "pilnvara",
            "applications-file": self.folder / "sandbox-applications.jsonl",
        }
        secret = {
            "PILNVARA_SANDBOX_GATEWAY_CLIENT_SECRET": self._secrets.of_portal(PORTAL_ID),
            "PILNVARA_SANDBOX_IDP_CLIENT_SECRET": self._secrets.provider,
            "PILNVARA_SANDBOX_SMS_TOKEN": self._secrets.sms,
            "PILNVARA_SANDBOX_SMS_REPORT_URL": f"{self.inner_url}/api/sms/reports",
            "PILNVARA_SANDBOX_SMS_REPORT_SECRET": self._secrets.sms_reports,
        }
        for portal, (own, other) in self.ports.portals.items():
            option = "" if portal == PORTAL_ID else f"{portal}-"
            options |= {f"{option or 'portal-'}port": own, f"{option}other-port": other}
            if option:
                options[f"{option}client-id"] = seed.CLIENTS[portal]
                secret[f"PILNVARA_SANDBOX_{portal.upper()}_CLIENT_SECRET"] = self._secrets.of_portal(portal)
        named = [*options.items(), *(("idp-redirect-uri", each) for each in self.return_addresses)]
        arguments = [text for name, value in named for text in (f"--{name}", str(value))]
        self._spawn("sandbox", ["-m", "connectors.sandbox", *arguments], {**_inherited(), **secret})

    def _spawn_gateway(self) -> None:
        self._spawn("gateway", ["-m", "gateway.cli", "serve"], self.environment)

    def _spawn_worker(self) -> Callable[[], bool]:
        """Start a worker; the returned question says whether it takes jobs by now."""
        log = self.log("worker")
        seen = log.stat().st_size if log.exists() else 0
        self._spawn("worker", ["-m", "gateway.cli", "worker"], self.environment)
        return lambda: b'"worker started"' in log.read_bytes()[seen:]

    def kill(self, name: str) -> None:
        """End one process at once, as a crash would (SIGKILL)."""
        process = self.processes.pop(name)
        process.kill()
        process.wait()

    def stop(self) -> None:
        """End everything that is still running, in an orderly way."""
        names = ("worker", "gateway", "sandbox", "witness")
        running = [self.processes.pop(name) for name in names if name in self.processes]
        for process in running:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + _END_SECONDS
        for process in running:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def dead(self) -> str | None:
        """The name of a process that has ended by itself, if any."""
        return next((name for name, process in self.processes.items() if process.poll() is not None), None)

    def log(self, name: str) -> Path:
        """Where a process writes what it has to say."""
        return self.folder / f"{name}.log"

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `pilnvara …` against this stack, as an operator would."""
        return subprocess.run(
            [sys.executable, "-m", "gateway.cli", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def switch(self, fault: str, on: bool = True, *, portal: str = PORTAL_ID, **parameters: Any) -> None:
        """Switch a fault of a stand-in portal."""
        self._sandbox("POST", "/_sandbox/faults", {"fault": fault, "on": on, "portal": portal, **parameters})

    def reset_outside(self) -> None:
        """Switch every fault off and let the outside world forget what happened; registrations stay."""
        self._sandbox("POST", "/_sandbox/reset", {})

    def portal_state(self, portal: str = PORTAL_ID) -> dict[str, Any]:
        """What a portal itself has counted and stored."""
        state: dict[str, Any] = self._sandbox("GET", f"/_sandbox/state?portal={portal}")
        return state

    def messages(self, to: str = "") -> list[dict[str, Any]]:
        """What has arrived in the inbox, newest first."""
        query = f"?to={urllib.request.quote(to)}" if to else ""  # type: ignore[attr-defined]  # re-exported, untyped
        answer = _call("GET", f"{self.inbox_url}/_sandbox/messages{query}")
        messages: list[dict[str, Any]] = answer["messages"] if isinstance(answer, dict) else answer
        return messages

    def _sandbox(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        return _call(method, f"{self.portal_url}{path}", body)

    def _spawn(self, name: str, arguments: list[str], environment: Mapping[str, str]) -> None:
        with self.log(name).open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, *arguments],
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _wait_for_answer(self, name: str, url: str) -> None:
        self._wait(name, lambda: _answers(url))

    def _wait(self, name: str, ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not ready():
            ended = self.processes[name].poll()
            if ended is not None:
                raise StackError(f"the {name} ended with {ended}:\n{self.tail(name)}")
            if time.monotonic() > deadline:
                raise StackError(f"the {name} did not answer in {START_SECONDS:.0f} s:\n{self.tail(name)}")
            time.sleep(_POLL_SECONDS)

    def tail(self, name: str, lines: int = 15) -> str:
        """The last lines of a process's log, and where the rest is."""
        log = self.log(name)
        text = log.read_text(errors="replace").splitlines()[-lines:] if log.exists() else []
        return "\n".join([*text, f"(all of it: {log})"])


class _Secrets(msgspec.Struct, frozen=True):
    portal: str
    provider: str
    sms: str

    @property
    def sms_reports(self) -> str:
        """With what the SMS operator reports what arrived."""
        return hmac.new(self.sms.encode(), b"reports", hashlib.sha256).hexdigest()

    def of_portal(self, portal: str) -> str:
        """A portal's own secret: of the first one as it was made, of the others drawn from it."""
        if portal == PORTAL_ID:
            return self.portal
        return hmac.new(self.portal.encode(), portal.encode(), hashlib.sha256).hexdigest()


def _secrets_in(path: Path) -> _Secrets:
    """The secrets between gateway and sandbox, made once and kept for the next start."""
    if not path.exists():
        made = _Secrets(*(secrets.token_urlsafe(_SECRET_BYTES) for _ in range(3)))
        path.touch(mode=0o600)
        path.write_bytes(msgspec.json.encode(made))
    return msgspec.json.decode(path.read_bytes(), type=_Secrets)


def _inherited() -> dict[str, str]:
    """The machine's environment without settings of another gateway; a chosen browser stays."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PILNVARA_") or name == "PILNVARA_CHROMIUM"
    }


def _call(method: str, url: str, body: Mapping[str, Any] | None = None) -> Any:
    data = None if body is None else msgspec.json.encode(body)
    request = urllib.request.Request(  # noqa: S310 - addresses of this machine, made above
        url, data=data, method=method, headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - as above
        return msgspec.json.decode(answer.read())


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - an address of this machine
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
