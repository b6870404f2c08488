import asyncio
import socket

import pytest

from tests.network import NetworkClosedError, is_local


@pytest.mark.parametrize(
    "host", [None, "", "localhost", "portal.localhost", "127.0.0.9", "::1", "::1%lo", b"127.0.0.1"]
)
def test_this_machine_is_local(host: object) -> None:
    assert is_local(host)


@pytest.mark.parametrize("host", ["192.0.2.1", "10.0.0.1", "2001:db8::1", "portal.example", "127.0.0.1.example"])
def test_any_other_machine_is_not(host: str) -> None:
    assert not is_local(host)


class TestGuard:
    def test_lets_a_connection_to_loopback_through(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
            assert client.getpeername() == server.getsockname()

    def test_refuses_a_connection_to_another_machine(self, refused_connections: list[str]) -> None:
        with socket.socket() as client, pytest.raises(NetworkClosedError):
            client.connect(("192.0.2.1", 80))
        assert refused_connections == ["socket.connect 192.0.2.1"]
        refused_connections.clear()

    def test_refuses_a_datagram_to_another_machine(self, refused_connections: list[str]) -> None:
        with socket.socket(type=socket.SOCK_DGRAM) as client, pytest.raises(NetworkClosedError):
            client.sendto(b"hello", ("192.0.2.1", 53))
        refused_connections.clear()

    def test_refuses_to_look_up_a_name(self, refused_connections: list[str]) -> None:
        with pytest.raises(NetworkClosedError):
            socket.getaddrinfo("portal.example", 443)
        refused_connections.clear()

    def test_refuses_an_event_loops_connection(self, refused_connections: list[str]) -> None:
        with pytest.raises(NetworkClosedError):
            asyncio.run(asyncio.wait_for(asyncio.open_connection("192.0.2.1", 80), timeout=5))
        refused_connections.clear()
