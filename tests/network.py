"""The network is closed in tests but for loopback and Unix sockets.

An audit hook sees every connection, datagram and name look-up that Python makes in the tests' process, whichever
library asks. What it refuses is also remembered, so that code which swallows the error still fails its test.
"""

import ipaddress
import socket
import sys
from collections.abc import Iterator

import pytest

_ADDRESS_EVENTS = frozenset({"socket.connect", "socket.sendto"})
_LOCAL_NAMES = frozenset({"", "localhost", "0.0.0.0", "::", socket.gethostname()})
_refused: list[str] = []


class NetworkClosedError(RuntimeError):
    """A test tried to reach something that is not this machine.

    No `OSError`: code under test expects those from a network and would take the refusal for an outage.
    """


def is_local(host: object) -> bool:
    """Whether `host` (name, address or nothing) can only mean this machine."""
    if host is None:
        return True
    name = host.decode() if isinstance(host, bytes) else str(host)
    if name in _LOCAL_NAMES or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _guard(event: str, arguments: tuple[object, ...]) -> None:
    if event in _ADDRESS_EVENTS:
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None  # a Unix socket's address is a path
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    if not is_local(host):
        _refused.append(f"{event} {host}")
        message = f"{event} {host}: tests reach this machine only; run a server of your own on 127.0.0.1"
        raise NetworkClosedError(message)


def pytest_configure() -> None:
    """Close the network for the rest of the process; an audit hook cannot be taken away again."""
    if not getattr(sys, "_pilnvara_network_closed", False):
        sys.addaudithook(_guard)
        sys._pilnvara_network_closed = True  # type: ignore[attr-defined]  # one hook a process, however often loaded


@pytest.fixture
def refused_connections() -> list[str]:
    """What the guard has refused in this test so far; a test of the guard itself empties it."""
    return _refused


@pytest.fixture(autouse=True)
def _network_closed() -> Iterator[None]:
    _refused.clear()
    yield
    if _refused:
        pytest.fail(f"this test tried to leave the machine: {', '.join(_refused)}")
