"""How the text of a setting becomes its value; what cannot be used is refused with what to give instead."""

import ssl
from collections.abc import Callable, Mapping
from datetime import time, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from audit.errors import PolicyError
from audit.policy import TrustPolicy
from gateway.database.drivers import parse_url
from gateway.database.errors import DatabaseUrlError
from gateway.trial_portals import TrialPortal
from gateway.trial_portals import read as read_trials

_MOST_WITNESSES = 64
"""Their lines and ours have to fit a note that everybody reads (`audit.note.MAX_SIGNATURES`)."""


def text(value: str) -> str:
    """Take it as it is."""
    return value


def optional(value: str) -> str | None:
    """Take it as it is; empty is none."""
    return value or None


def folder(value: str) -> Path:
    """Read a folder; `~` is the home folder."""
    return Path(value).expanduser().absolute()


def program(value: str) -> Path | None:
    """Read a path; empty is none."""
    return Path(value).expanduser() if value else None


def authorities(value: str) -> Path | None:
    """Read the path of a PEM file with certificates of authorities; empty is none."""
    path = program(value)
    if path is not None:
        try:
            ssl.create_default_context(cafile=path)
        except OSError as error:
            raise ValueError(f"{path} holds no certificates that can be read") from error
    return path


def origin(value: str) -> str:
    """Read scheme, host and port; plain http only for this machine."""
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path not in {"", "/"} or parts.query:
        raise ValueError("give scheme, host and port, such as https://pilnvara.example")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError("plain http is for this machine alone: use https")
    return f"{parts.scheme}://{parts.netloc}"


def optional_origin(value: str) -> str:
    """Read an origin, or nothing."""
    return origin(value) if value else ""


def optional_url(value: str) -> str | None:
    """Read an address on the web, or none."""
    if value and urlsplit(value).scheme not in {"http", "https"}:
        raise ValueError("give a URL that begins with https://")
    return value or None


def listen(value: str) -> tuple[str, int]:
    """Read host and port."""
    host, _, port = value.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        raise ValueError("give host and port, such as 127.0.0.1:8000")
    return host.strip("[]"), int(port)


def networks(value: str) -> tuple[str, ...]:
    """Read networks, separated by commas."""
    networks = tuple(ip_network(part.strip()) for part in value.split(",") if part.strip())
    if any(network.prefixlen == 0 for network in networks):
        raise ValueError("that would believe anybody: name the proxies")
    return tuple(map(str, networks))


def mailboxes(value: str) -> tuple[str, ...]:
    """Read e-mail addresses, separated by commas."""
    found = tuple(part.strip() for part in value.split(",") if part.strip())
    if wrong := [each for each in found if each.count("@") != 1 or any(char.isspace() for char in each)]:
        raise ValueError(f"{wrong[0]} is no e-mail address")
    return found


def between(low: int, high: int) -> Callable[[str], int]:
    """Make what reads a whole number within bounds."""

    def read(value: str) -> int:
        if not value.isdigit() or not low <= int(value) <= high:
            raise ValueError(f"give a whole number from {low} to {high}")
        return int(value)

    return read


def minutes(low: int, high: int) -> Callable[[str], timedelta]:
    """Make what reads so many minutes."""
    number = between(low, high)
    return lambda value: timedelta(minutes=number(value))


def days(low: int, high: int) -> Callable[[str], timedelta]:
    """Make what reads so many days."""
    number = between(low, high)
    return lambda value: timedelta(days=number(value))


def seconds(low: int, high: int) -> Callable[[str], timedelta]:
    """Make what reads so many seconds."""
    number = between(low, high)
    return lambda value: timedelta(seconds=number(value))


def mode(value: str) -> Literal["live", "practice", "demo"]:
    """Read whether its people are real."""
    if value == "live":
        return "live"
    if value == "practice":
        return "practice"
    if value == "demo":
        return "demo"
    raise ValueError("give live, practice or demo")


def level(value: str) -> str:
    """Read the least level of log lines."""
    if value.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        raise ValueError("give debug, info, warning or error")
    return value.upper()


def database(value: str) -> str:
    """Read the address of a database."""
    if value:
        try:
            parse_url(value)
        except DatabaseUrlError as error:
            raise ValueError(str(error)) from error
    return value


def policy(value: str) -> TrustPolicy:
    """Read the file that names witnesses."""
    if not value:
        return TrustPolicy.of((), 0)
    path = Path(value).expanduser()
    try:
        policy = TrustPolicy.parse(path.read_bytes())
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from error
    except PolicyError as error:
        raise ValueError(f"{path}, {error}") from error
    if len(policy.witnesses) > _MOST_WITNESSES:
        raise ValueError(f"{path} names {len(policy.witnesses)} witnesses: name {_MOST_WITNESSES} at most")
    for witness in policy.witnesses:
        try:
            origin(urlsplit(witness.url or "")._replace(path="", query="", fragment="").geturl())
        except ValueError as error:
            raise ValueError(f"{path}, witness {witness.name}: its address: {error}") from error
    return policy


def trials(value: str) -> Mapping[str, TrialPortal]:
    """Read the file that names portals' test systems."""
    if not value:
        return {}
    path = Path(value).expanduser()
    try:
        found = read_trials(path)
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
    for portal, trial in found.items():
        try:
            origin(trial.url)
        except ValueError as error:
            raise ValueError(f"{path}, portal {portal}: {error}") from error
    return found


def time_of_day(value: str) -> time:
    """Read an hour and a minute."""
    try:
        return time.fromisoformat(value)
    except ValueError as error:
        raise ValueError("give hour and minute, such as 03:00") from error


def hours(value: str) -> tuple[time, time]:
    """Read from which hour to which, such as 21:00-08:00."""
    begin, _, end = value.partition("-")
    try:
        return time.fromisoformat(begin.strip()), time.fromisoformat(end.strip())
    except ValueError as error:
        raise ValueError("give two hours, such as 21:00-08:00") from error


def is_loopback(host: str) -> bool:
    """Say whether `host` is this machine, so that a browser trusts it without TLS."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:  # a name, such as 127.0.0.1.elsewhere.example
        return False
