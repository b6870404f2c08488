"""A filter of system calls: of sockets only streams to an address are opened, and other processes are left alone.

What it refuses fails with EPERM, so that whoever tried goes on without.
"""

import ctypes
import errno
import platform
import struct
from dataclasses import dataclass
from pathlib import Path

_PR_SET_SECCOMP, _FILTER = 22, 2
_ACTIONS = Path("/proc/sys/kernel/seccomp/actions_avail")


@dataclass(frozen=True)
class _Processor:
    """System calls by their numbers."""

    arch: int
    socket: int
    forbidden: tuple[int, ...]
    """ptrace, process_vm_readv, process_vm_writev, pidfd_getfd, bpf, perf_event_open, userfaultfd, keyctl, add_key,
    request_key, and io_uring_setup, by which a socket could be opened past this filter."""


_PROCESSORS = {
    "x86_64": _Processor(0xC000003E, 41, (101, 310, 311, 438, 321, 298, 323, 250, 248, 249, 425)),
    "aarch64": _Processor(0xC00000B7, 198, (117, 270, 271, 438, 280, 241, 282, 219, 217, 218, 425)),
}

_LOAD, _EQUAL, _AT_LEAST, _AND, _RETURN = 0x20, 0x15, 0x35, 0x54, 0x06
_ALLOWED, _REFUSED = 0x7FFF0000, 0x00050000 | errno.EPERM
_X32 = 0x40000000
"""Calls of x86_64 with short pointers: the same ones under other numbers."""
_CALL, _ARCH, _FAMILY, _KIND = 0, 4, 16, 24
"""Where `struct seccomp_data` holds them; of arguments the lower half, which is all that the kernel looks at here."""
_IP, _IPV6, _NETLINK = 2, 10, 16
_STREAM, _KIND_BITS = 1, 0xF

_libc = ctypes.CDLL(None, use_errno=True)


def is_offered() -> bool:
    """Whether this machine can filter."""
    return platform.machine() in _PROCESSORS and _ACTIONS.exists()


def restrict() -> bool:
    """Filter this process and what comes from it; says whether it was done."""
    processor = _PROCESSORS.get(platform.machine())
    if processor is None:
        return False
    program = _program(processor)
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *line) for line in program))
    head = struct.pack("@HP", len(program), ctypes.addressof(code))
    return bool(_libc.prctl(_PR_SET_SECCOMP, _FILTER, ctypes.c_char_p(head), 0, 0) == 0)


def _program(processor: _Processor) -> list[tuple[int, int, int, int]]:
    """The lines of the filter: what is done, how many lines are passed over if it holds and if not, and with what."""
    refuse = (_RETURN, 0, 0, _REFUSED)
    forbidden = [line for number in processor.forbidden for line in ((_EQUAL, 0, 1, number), refuse)]
    return [
        (_LOAD, 0, 0, _ARCH),
        (_EQUAL, 1, 0, processor.arch),
        refuse,
        (_LOAD, 0, 0, _CALL),
        (_AT_LEAST, 0, 1, _X32),
        refuse,
        *forbidden,
        (_EQUAL, 0, 8, processor.socket),
        (_LOAD, 0, 0, _FAMILY),
        (_EQUAL, 6, 0, _NETLINK),
        (_EQUAL, 1, 0, _IP),
        (_EQUAL, 0, 3, _IPV6),
        (_LOAD, 0, 0, _KIND),
        (_AND, 0, 0, _KIND_BITS),
        (_EQUAL, 1, 0, _STREAM),
        refuse,
        (_RETURN, 0, 0, _ALLOWED),
    ]
