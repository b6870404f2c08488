"""Where a request comes from, behind proxies that are trusted to say so. Used to limit tries, never written down.

Whoever connects is believed about others only if it is a trusted proxy; of what it says, the rightmost address that is
no trusted proxy counts, because everything to the left of that was written by a stranger.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final, TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network
RawHeaders: TypeAlias = Iterable[tuple[bytes, bytes]]

_HOME_BITS: Final = 64
"""Low bits of an IPv6 address that one household or host sets as it likes: it is one caller, whatever they are."""
_PAIR = re.compile(r"""[ \t]*([!#$%&'*+.^_`|~\w-]+)=("(?:[^"\\]|\\.)*"|[^\s",;]+)[ \t]*(;|,|$)""", re.ASCII)
"""One pair of RFC 7239 section 4; values with colons and brackets are taken without their quotes too."""
_WITH_PORT = re.compile(r"\[([0-9A-Fa-f:.]+)\](?::\w+)?|([0-9.]+):\w+", re.ASCII)


@cache
def networks(texts: tuple[str, ...]) -> tuple[Network, ...]:
    """The networks of a setting, which has been read once already."""
    return tuple(ip_network(text) for text in texts)


class _MalformedError(Exception):
    """A header cannot be read; it is then as if it were not there."""


def origin_of(peer: str, headers: RawHeaders, trusted: Sequence[Network]) -> str:
    """Return whoever began the request: an IPv4 address, or the /64 of an IPv6 one.

    `peer` is who connected. Its `X-Forwarded-For` and `Forwarded` (RFC 7239) count only if it lies in `trusted`; where
    they cannot be read, or contradict each other, the peer is the answer: a proxy may pass on one of them unseen.
    """
    address = _read(peer)
    if address is None:
        return peer
    if not _is_trusted(address, trusted):
        return _grouped(address)
    given = list(headers)
    try:
        said = {
            _rightmost_stranger(path, trusted)
            for path in (_x_forwarded_for(_lines(given, b"x-forwarded-for")), _forwarded(_lines(given, b"forwarded")))
            if path
        }
    except _MalformedError:
        return _grouped(address)
    return _grouped(said.pop() if len(said) == 1 else address)


def is_trusted(peer: str, trusted: Sequence[Network]) -> bool:
    """Whether whoever connects is a proxy that is believed."""
    address = _read(peer)
    return address is not None and _is_trusted(address, trusted)


def _lines(headers: RawHeaders, name: bytes) -> str:
    return ",".join(value.decode("latin-1") for key, value in headers if key.lower() == name)


def _x_forwarded_for(text: str) -> list[str]:
    return [part.strip() for part in text.split(",")] if text else []


def _forwarded(text: str) -> list[str]:
    """The `for` of each element, nearest last; an element without one hides who came, and is no address."""
    path, current, place = [], "", 0
    while place < len(text):
        pair = _PAIR.match(text, place)
        if pair is None:
            raise _MalformedError("Forwarded")
        name, value, end = pair.groups()
        if name.lower() == "for":
            current = re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value
        if end != ";":
            path.append(current)
            current = ""
        place = pair.end()
    return path


def _rightmost_stranger(path: Sequence[str], trusted: Sequence[Network]) -> Address:
    """Walk back from the nearest; if all are trusted, the farthest is where it began."""
    address = None
    for text in reversed(path):
        address = _read(_without_port(text))
        if address is None:
            raise _MalformedError("no address")
        if not _is_trusted(address, trusted):
            break
    if address is None:
        raise _MalformedError("nothing")
    return address


def _without_port(text: str) -> str:
    found = _WITH_PORT.fullmatch(text)
    return (found[1] or found[2]) if found else text


def _read(text: str) -> Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _is_trusted(address: Address, trusted: Sequence[Network]) -> bool:
    return any(address in network for network in trusted)


def _grouped(address: Address) -> str:
    if isinstance(address, IPv4Address):
        return str(address)
    return f"{IPv6Address(int(address) >> _HOME_BITS << _HOME_BITS)}/{_HOME_BITS}"
