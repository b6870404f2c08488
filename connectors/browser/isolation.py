"""What the kernel keeps from the browser's process: Landlock for files and addresses, seccomp for sockets and others.

The process shuts itself in before it loads any connector's code; what it starts (Playwright's driver, the browser) is
shut in with it, and nothing in there can undo it. A kernel that lacks a part leaves that part out: `Level` says so.
"""

import ctypes
import os
import struct
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from connectors.browser import landlock, seccomp

_PR_SET_NO_NEW_PRIVS, _PR_CAPBSET_DROP, _PR_CAP_AMBIENT, _CLEAR_ALL = 38, 24, 47, 4
_CAPABILITY_VERSION_3 = 0x20080522
_SYSTEM = (
    *("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin", "/opt", "/nix/store", "/proc", "/sys"),
    *("/etc/alternatives", "/etc/ca-certificates", "/etc/chromium", "/etc/fonts", "/etc/ld.so.cache"),
    *("/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/localtime", "/etc/mime.types", "/etc/nsswitch.conf"),
    *("/etc/os-release", "/etc/passwd", "/etc/pki", "/etc/ssl", "/var/cache/fontconfig"),
)
"""What Python, Node and Chromium read; of `/etc` only this, since a machine's settings and secrets stand there."""

_libc = ctypes.CDLL(None, use_errno=True)


class Level(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """How far the kernel shuts a process in."""

    files: bool = False
    """It reads programs and its own folder, and writes to its own folder alone."""
    network: bool = False
    """It reaches one port, the gate's."""
    others: bool = False
    """It sends no signal, and speaks to no abstract socket, of a process outside."""
    sockets: bool = False
    """It opens no datagram, no raw and no Unix socket, and looks into no other process."""

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing."""
        return self.files and self.network and self.others and self.sockets


def offered() -> Level:
    """What this machine's kernel can do."""
    return _level(landlock.version(), sockets=seccomp.is_offered())


def shut_in(own: Path, port: int, also: Sequence[Path] = ()) -> Level:
    """Shut this process in, for good: `own` to write, programs and `also` to read, `port` to reach.

    Must be called before another thread is started: it holds for the calling one and for what comes from it.
    """
    if _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return Level()
    _drop_capabilities()
    return _level(landlock.restrict(own, port, [*readable(), *also]), sockets=seccomp.restrict())


def readable() -> list[Path]:
    """What a browser's process may read: the system's programs, this Python, the browser, and the code it imports."""
    code = Path(__file__).resolve().parents[2]
    named = os.environ.get("PILNVARA_CHROMIUM")
    browser = [Path(named).resolve().parent] if named else []
    python = {sys.prefix, sys.base_prefix, sys.exec_prefix}
    return [*map(Path, _SYSTEM), *map(Path, python), code / "connectors", code / "delegation", *browser]


def _drop_capabilities() -> None:
    """Be root in name only: with CAP_PERFMON the kernel lets anybody's environment be read, Landlock or not."""
    capability = 0
    while _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0) == 0:
        capability += 1
    _libc.prctl(_PR_CAP_AMBIENT, _CLEAR_ALL, 0, 0, 0)
    _libc.capset(struct.pack("=Ii", _CAPABILITY_VERSION_3, 0), bytes(24))


def _level(abi: int, *, sockets: bool) -> Level:
    return Level(
        files=abi > 0,
        network=abi >= landlock.PORTS_SINCE,
        others=abi >= landlock.SCOPES_SINCE,
        sockets=sockets,
    )
