"""uvicorn, several at once in one loop, with connections that can be cut."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Iterator
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_open_connections: dict[tuple[object, object], asyncio.Transport] = {}


class CuttableProtocol(HttpToolsProtocol):
    """HTTP over a connection that `cut` can find again by the addresses in an ASGI scope."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn itself declares it
        """Note the connection."""
        super().connection_made(transport)
        _open_connections[self.client, self.server] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        _open_connections.pop((self.client, self.server), None)
        super().connection_lost(exc)


def cut(scope: Any, *, reset: bool) -> None:
    """End the connection of an ASGI request without an answer.

    `reset` ends it with TCP RST, as a crashed machine or a firewall does; else with FIN, as a killed process does.
    """
    transport = _open_connections.get((scope["client"], scope["server"]))
    if transport is None:
        return
    if reset:
        connection: socket.socket | None = transport.get_extra_info("socket")
        if connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


class QuietServer(uvicorn.Server):
    """A server that leaves signals to whoever runs several of them, and says when it has started."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.has_started = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        self.has_started.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def build_server(application: Any) -> QuietServer:
    """A server for one ASGI application, to be run by `serve(sockets=[…])`."""
    return QuietServer(
        uvicorn.Config(
            application,
            http=CuttableProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,  # else a forwarded address would hide the connection from `cut`
            server_header=False,
            timeout_graceful_shutdown=1,
        )
    )
