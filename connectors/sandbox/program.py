"""The sandbox as one program: four HTTP servers and a mail server in one loop, in a thread of its own when embedded."""

import asyncio
import contextlib
import socket
import threading
from dataclasses import replace
from datetime import timedelta
from types import TracebackType
from typing import Any, Self

import httpx2
from aiosmtpd.smtp import SMTP

from connectors.sandbox.control import ControlDesk, control_routes
from connectors.sandbox.faults import Faults
from connectors.sandbox.handling import Handlings
from connectors.sandbox.inbox.application import InboxDesk, build_inbox
from connectors.sandbox.inbox.messages import Mailbox, MailHandler
from connectors.sandbox.portal.application import build_portal
from connectors.sandbox.portal.desk import SERVICES, PortalDesk
from connectors.sandbox.portal.drafts import Registry
from connectors.sandbox.portal.journal import Journal
from connectors.sandbox.portal.received import Received
from connectors.sandbox.portal.relying_party import RelyingParty
from connectors.sandbox.portal.sessions import Sessions
from connectors.sandbox.portal.sign_in import SignInDesk
from connectors.sandbox.provider.application import ProviderDesk, build_provider
from connectors.sandbox.servers import build_server
from connectors.sandbox.settings import Client, Issuer, SandboxSettings

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
            "portal": _listen(chosen.portal_host, chosen.portal_port),
            "other": _listen(chosen.portal_host, chosen.other_port),
            "idp": _listen(chosen.idp_host, chosen.idp_port),
            "inbox": _listen(chosen.inbox_host, chosen.inbox_port),
            "smtp": _listen(chosen.inbox_host, chosen.smtp_port),
        }
        self.portal_url = _address(self._sockets["portal"])
        self.other_url = _address(self._sockets["other"])
        self.idp_url = _address(self._sockets["idp"])
        self.inbox_url = _address(self._sockets["inbox"])
        self.smtp_host: str = chosen.inbox_host
        self.smtp_port: int = self._sockets["smtp"].getsockname()[1]
        self.faults = Faults()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._started = threading.Event()
        self._stop: asyncio.Event | None = None
        self._build()

    def _build(self) -> None:
        now = self.settings.now
        self._http = httpx2.AsyncClient(timeout=10, trust_env=False)
        kept = self.settings.applications_file
        self._registry = Registry(Journal(kept, SERVICES) if kept else None)
        self._received = Received(kept)
        self._handlings = Handlings(now)
        self._sessions = Sessions(self.settings.session_length, now)
        own_secret = "portal-and-provider-share-this"
        self._provider = ProviderDesk(
            self.idp_url,
            [Client(_OWN_CLIENT, own_secret, (f"{self.portal_url}/oidc/callback",)), *self.settings.clients],
            self.settings.pin,
            timedelta(minutes=self.settings.provider_session_minutes),
            now,
            self.faults,
        )
        self._sign_in = SignInDesk({"vienota": self._party(Issuer("vienota", self.idp_url, _OWN_CLIENT, own_secret))})
        self.trust_gateway(
            self.settings.gateway_issuer, self.settings.gateway_client_id, self.settings.gateway_client_secret
        )
        self._mailbox = Mailbox(now)
        desk = PortalDesk(self.settings, self.faults, self._registry, self._sessions, self._received, self._handlings)
        control = ControlDesk(self.faults, self.state, self.reset, self.settings.control_key, self._handlings)
        portal = build_portal(desk, self._sign_in, control, control_routes())
        portal.other_origin = self.other_url
        inbox = build_inbox(InboxDesk(self._mailbox, self.faults, self.settings.sms_token), control, control_routes())
        self._servers = {
            "portal": build_server(portal),
            "other": build_server(portal),
            "idp": build_server(build_provider(self._provider, control, control_routes())),
            "inbox": build_server(inbox),
        }

    def _party(self, issuer: Issuer) -> RelyingParty:
        return RelyingParty(issuer, f"{self.portal_url}/oidc/callback", self._http, self._received)

    @property
    def portal_callback(self) -> str:
        """The redirect address that the portal is to be registered with."""
        return f"{self.portal_url}/oidc/callback"

    def trust_gateway(self, issuer: str, client_id: str, secret: str) -> None:
        """Let the portal take delegations from this issuer, instead of the one before."""
        self.settings = self.settings.with_gateway(issuer, client_id, secret)
        gateway = Issuer("pilnvara", issuer, client_id, secret, scope="openid e_service", delegated=True)
        self._sign_in.trust(self._party(replace(gateway, acr_values=self.settings.gateway_acr_values)))

    def register_client(self, client: Client) -> None:
        """Make a relying party known to the identity provider."""
        self._provider.register(client)

    def state(self) -> dict[str, Any]:
        """What `/_sandbox/state` says, without the faults."""
        return self._registry.for_tests()

    def messages(self, to: str = "") -> list[dict[str, Any]]:
        """What `/_sandbox/messages` says."""
        return [one.as_json() for one in self._mailbox.newest_first(to)]

    def reset(self) -> None:
        """Forget everything that happened; registrations stay."""
        self.faults.clear()
        self._registry.clear()
        self._received.clear()
        self._handlings.clear()
        self._sessions.clear()
        self._sign_in.clear()
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
