"""Landlock by its system calls: which files this process may still open, and which ports it may still reach.

https://docs.kernel.org/userspace-api/landlock.html. It holds for the calling thread and for all that comes from it.
"""

import ctypes
import os
import struct
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446
_VERSION_ONLY = 1
_RULE_PATH, _RULE_PORT = 1, 2

_EXECUTE, _WRITE, _READ, _LIST = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_RIGHTS_BY_ABI = ((1, 1 << 13), (2, 1 << 14), (3, 1 << 15), (5, 1 << 16))
"""From which version on how many rights exist (linux/landlock.h): each later one adds its own."""
_OF_A_FILE = _EXECUTE | _WRITE | _READ | 1 << 14 | 1 << 15
_READABLE = _EXECUTE | _READ | _LIST
_BIND, _CONNECT = 1, 2
_SCOPES = 0b11
"""No abstract Unix socket and no signal of anybody outside."""
PORTS_SINCE, SCOPES_SINCE = 4, 6

_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
"""Not `/dev/shm`: the browser is told to keep its shared memory in its own folder."""

_libc = ctypes.CDLL(None, use_errno=True)


def version() -> int:
    """The version that the kernel speaks; nothing where there is none."""
    return max(0, int(_libc.syscall(_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION_ONLY))))


def restrict(own: Path, port: int, read: Iterable[Path]) -> int:
    """From now on `own` is all that can be written, `read` all that can be read besides, `port` all that is reached.

    Returns the version by which it was done; nothing when it could not be.
    """
    abi = version()
    if not abi:
        return 0
    rights = next(rights for since, rights in reversed(_RIGHTS_BY_ABI) if abi >= since) - 1
    ruleset = _libc.syscall(_CREATE, *_sized(_handled(abi, rights)), ctypes.c_uint32(0))
    if ruleset < 0:
        return 0
    try:
        for path, allowed in _paths(rights, own, read):
            _allow(ruleset, path, allowed)
        if abi >= PORTS_SINCE:
            rule = struct.pack("=QQ", _CONNECT, port)
            _libc.syscall(_ADD_RULE, ruleset, _RULE_PORT, rule, ctypes.c_uint32(0))
        return abi if _libc.syscall(_RESTRICT, ruleset, ctypes.c_uint32(0)) == 0 else 0
    finally:
        os.close(ruleset)


def _handled(abi: int, rights: int) -> bytes:
    network = struct.pack("=Q", _BIND | _CONNECT) if abi >= PORTS_SINCE else b""
    scopes = struct.pack("=Q", _SCOPES) if abi >= SCOPES_SINCE else b""
    return struct.pack("=Q", rights) + network + scopes


def _sized(structure: bytes) -> tuple[bytes, ctypes.c_size_t]:
    return structure, ctypes.c_size_t(len(structure))


def _paths(rights: int, own: Path, read: Iterable[Path]) -> Iterator[tuple[Path, int]]:
    yield own, rights
    for path in read:
        yield path, rights & _READABLE
    for name in _DEVICES:
        yield Path(name), rights & ~_EXECUTE
    if os.geteuid() != 0:
        # For an ordinary user Chromium makes a user namespace, which is written down in files of its own process.
        yield Path("/proc"), _WRITE
    for name in sys.path:
        # Whoever imports looks what there is; what it is called is all that this lets be read.
        if name:
            yield Path(name), _LIST


def _allow(ruleset: int, path: Path, allowed: int) -> None:
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # What is not there needs no rule.
    try:
        allowed &= -1 if path.is_dir() else _OF_A_FILE
        if allowed:
            rule = struct.pack("=Qi", allowed, handle)
            _libc.syscall(_ADD_RULE, ruleset, _RULE_PATH, rule, ctypes.c_uint32(0))
    finally:
        os.close(handle)
