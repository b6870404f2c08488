"""Where everything of the demonstration listens."""

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Where everything listens: the gateway on localhost, the outside world on addresses of its own."""

    gateway: int
    portal: int
    other: int
    provider: int
    inbox: int
    smtp: int
    witness: int
    eiestades: int
    eiestades_other: int
    registri: int
    registri_other: int

    @property
    def portals(self) -> Mapping[str, tuple[int, int]]:
        """Each portal's port, and the one at which it is another origin."""
        return {
            "latvija": (self.portal, self.other),
            "eiestades": (self.eiestades, self.eiestades_other),
            "registri": (self.registri, self.registri_other),
        }

    @classmethod
    def from_base(cls, base: int) -> "Ports":
        """Consecutive ports from `base`."""
        first = ("gateway", "portal", "provider", "inbox", "other", "smtp", "witness")
        places = (*first, *(each.name for each in fields(cls) if each.name not in first))
        return cls(**{place: base + number for number, place in enumerate(places)})

    @classmethod
    def free(cls) -> "Ports":
        """Ports that nobody listens on now."""
        with _held_ports(len(fields(cls))) as found:
            return cls(**dict(zip((each.name for each in fields(cls)), found, strict=True)))

    def taken(self) -> tuple[int, ...]:
        """Those that somebody else listens on."""
        listeners = (
            ("127.0.0.1", self.gateway),
            *(("127.0.0.2", port) for both in self.portals.values() for port in both),
            ("127.0.0.3", self.provider),
            ("127.0.0.4", self.inbox),
            ("127.0.0.4", self.smtp),
            ("127.0.0.5", self.witness),
        )
        return tuple(port for host, port in listeners if not _is_free(host, port))


def _is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


@contextmanager
def _held_ports(count: int) -> Iterator[list[int]]:
    """Different free ports, held all at once so that none is given twice."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("", 0))
        yield [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()
