"""The sandbox's portals for one command: another program, started with the block and gone with it."""

import os
import re
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from connectors.workshop.issuer import StandInIssuer

_FIRST = "latvija"
_PORTAL = re.compile(r"portal\s+(\S+)(?:\s+\((\w+)\))?")
_LAST_LINE = "switches"
_PORTS = ("PORTAL", "OTHER", "IDP", "INBOX", "SMTP")


class NoSandboxError(Exception):
    """The sandbox did not come up; the message is its own."""


@contextmanager
def portals(issuer: StandInIssuer, names: tuple[str, ...] = ()) -> Iterator[Mapping[str, str]]:
    """Origins of the sandbox's portals by registration id; they believe `issuer`. `names` are the wanted ones.

    Raises:
        NoSandboxError: it did not start; its packages are the extra `pilnvara[sandbox]`.
    """
    settings = {f"{name}_PORT": "0" for name in _PORTS} | {
        "GATEWAY_ISSUER": issuer.url,
        "GATEWAY_CLIENT_ID": issuer.client_id,
        "GATEWAY_CLIENT_SECRET": issuer.client_secret,
        "SMS_TOKEN": secrets.token_urlsafe(16),
    }
    for name in names:
        own = {"PORT": "0", "OTHER_PORT": "0", "CLIENT_ID": issuer.client_id, "CLIENT_SECRET": issuer.client_secret}
        settings |= {f"{name.upper()}_{option}": value for option, value in own.items()}
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "connectors.sandbox"],
        env=_inherited() | {f"PILNVARA_SANDBOX_{name}": value for name, value in settings.items()},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield _listening(process)
    finally:
        process.terminate()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _listening(process: "subprocess.Popen[str]") -> Mapping[str, str]:
    found: dict[str, str] = {}
    said: list[str] = []
    for line in process.stdout or ():
        said.append(line)
        if match := _PORTAL.match(line):
            found[match.group(2) or _FIRST] = match.group(1)
        if line.startswith(_LAST_LINE):
            return found
    raise NoSandboxError("the sandbox did not start: " + "".join(said[-3:]).strip())


def _inherited() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("PILNVARA_SANDBOX_")}
