"""The sandbox as one program: HTTP servers and a mail server in one loop, in a thread of its own when embedded."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from types import TracebackType
from typing import Any, Self

import httpx2
from aiosmtpd.smtp import SMTP

from connectors.sandbox.control import ControlDesk, control_routes
from connectors.sandbox.faults import Faults
from connectors.sandbox.inbox.application import InboxDesk, build_inbox
from connectors.sandbox.inbox.messages import Mailbox, MailHandler
from connectors.sandbox.portals import Portal
from connectors.sandbox.provider.application import ProviderDesk, build_provider
from connectors.sandbox.servers import build_server
from connectors.sandbox.settings import FIRST, Client, Issuer, SandboxSettings

_OWN_CLIENT = "e-pakalpojumi"
_START_SECONDS = 10


class Sandbox:
    """The outside world.

    `with Sandbox(settings) as sandbox:` (or `async with`) runs it in a thread; `await sandbox.run()` in the caller's
    loop. Its sockets listen from the moment it is made, so its addresses are known at once.
    """

    def __init__(self, settings: SandboxSettings | None = None) -> None:
        self.settings = settings or SandboxSettings()
        chosen = self.settings
        self._sockets = {
            "idp": _listen(chosen.idp_host, chosen.idp_port),
            "inbox": _listen(chosen.inbox_host, chosen.inbox_port),
            "smtp": _listen(chosen.inbox_host, chosen.smtp_port),
        }
        for name, place in chosen.places.items():
            self._sockets[name] = _listen(chosen.portal_host, place.port)
            self._sockets[_other(name)] = _listen(chosen.portal_host, place.other_port)
        self.portal_url = _address(self._sockets[FIRST])
        """Of the first portal, as `other_url` and `portal_callback`."""
        self.other_url = _address(self._sockets[_other(FIRST)])
        self.idp_url = chosen.idp_address or _address(self._sockets["idp"])
        self.inbox_url = _address(self._sockets["inbox"])
        self.smtp_host: str = chosen.inbox_host
        self.smtp_port: int = self._sockets["smtp"].getsockname()[1]
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._started = threading.Event()
        self._stop: asyncio.Event | None = None
        self._build()

    def _build(self) -> None:
        now = self.settings.now
        self._http = httpx2.AsyncClient(timeout=10, trust_env=False)
        self.portals: Mapping[str, Portal] = {
            name: Portal(
                name,
                _address(self._sockets[name]),
                _address(self._sockets[_other(name)]),
                self.settings,
                self._http,
            )
            for name in self.settings.places
        }
        self.faults: Faults = self.portals[FIRST].faults
        """Of the first portal, and of what is around the portals."""
        own_secret = "portals-and-provider-share-this"
        self._provider = ProviderDesk(
            self.idp_url,
            [
                Client(_OWN_CLIENT, own_secret, tuple(portal.callback for portal in self.portals.values())),
                *self.settings.clients,
            ],
            self.settings.pin,
            timedelta(minutes=self.settings.provider_session_minutes),
            now,
            self.faults,
        )
        for name, portal in self.portals.items():
            portal.trust(Issuer("vienota", self.idp_url, _OWN_CLIENT, own_secret))
            portal.trust_gateway(
                self.settings.gateway_issuer, self.settings.places[name], self.settings.gateway_acr_values
            )
        self._mailbox = Mailbox(now)
        inbox = build_inbox(
            InboxDesk(
                self._mailbox,
                self.faults,
                self.settings.sms_token,
                self.settings.sms_report_url,
                self.settings.sms_report_secret,
            ),
            self._control(FIRST),
            control_routes(),
        )
        self._servers = {
            "idp": build_server(build_provider(self._provider, self._control(FIRST), control_routes())),
            "inbox": build_server(inbox),
        }
        for name, portal in self.portals.items():
            application = portal.application(self._control(name), control_routes())
            self._servers[name] = build_server(application)
            self._servers[_other(name)] = build_server(application)

    def _control(self, name: str) -> ControlDesk:
        """The switches as they act on the address of one portal."""
        return ControlDesk(self.portals, name, self.reset, self.settings.control_key)

    @property
    def portal_callback(self) -> str:
        """The redirect address that the first portal is to be registered with."""
        return self.portals[FIRST].callback

    def trust_gateway(self, issuer: str, client_id: str, secret: str, portal: str = FIRST) -> None:
        """Let a portal take delegations from this issuer, instead of the one before."""
        place = replace(self.portals[portal].place, client_id=client_id, client_secret=secret)
        self.portals[portal].trust_gateway(issuer, place, self.settings.gateway_acr_values)

    def register_client(self, client: Client) -> None:
        """Make a relying party known to the identity provider."""
        self._provider.register(client)

    def state(self, portal: str = FIRST) -> dict[str, Any]:
        """What `/_sandbox/state` of a portal says, without the faults."""
        return self.portals[portal].state()

    def messages(self, to: str = "") -> list[dict[str, Any]]:
        """What `/_sandbox/messages` says."""
        return [one.as_json() for one in self._mailbox.newest_first(to)]

    def reset(self) -> None:
        """Forget everything that happened; registrations stay."""
        for portal in self.portals.values():
            portal.reset()
        self._provider.clear()
        self._mailbox.clear()

    async def run(self) -> None:
        """Serve until `stop`."""
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        handler = MailHandler(self._mailbox)
        mail = await self._loop.create_server(
            lambda: SMTP(handler, enable_SMTPUTF8=True, hostname="sandbox"), sock=self._sockets["smtp"]
        )
        serving = [
            asyncio.create_task(server.serve(sockets=[self._sockets[name]])) for name, server in self._servers.items()
        ]
        await asyncio.gather(*(server.has_started.wait() for server in self._servers.values()))
        self._started.set()
        await self._stop.wait()
        for server in self._servers.values():
            server.should_exit = True
        await asyncio.gather(*serving)
        mail.close()
        await self._http.aclose()

    def stop(self) -> None:
        """End `run`; may be called from any thread."""
        if self._loop and self._stop:
            with contextlib.suppress(RuntimeError):  # the loop has ended by itself
                self._loop.call_soon_threadsafe(self._stop.set)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=lambda: asyncio.run(self.run()), name="sandbox", daemon=True)
        self._thread.start()
        if not self._started.wait(_START_SECONDS):
            raise TimeoutError("the sandbox did not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        if self._thread:
            self._thread.join(_START_SECONDS)

    async def __aenter__(self) -> Self:
        return await asyncio.to_thread(self.__enter__)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.__exit__, kind, error, trace)


def _other(portal: str) -> str:
    """What the second address of a portal is called here."""
    return f"{portal}-other"


def _listen(host: str, port: int) -> socket.socket:
    # Named as TCP, or asyncio leaves Nagle's algorithm on and every answer waits 40 ms for an acknowledgement.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise OSError(error.errno, f"{host}:{port}: {error.strerror}") from error
    listening.listen(128)
    return listening


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://{host}:{port}"
