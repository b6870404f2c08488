"""Temporary files of tests stay in memory, where the machine has room for them.

Nearly every test commits durably some dozen times. On a disk each of these waits for it, 7 ms where this was measured;
in memory none does. What is tested stays the same: a killed process finds what it had committed either way.
"""

import os
import shutil
from pathlib import Path

MEMORY = "/dev/shm"
ROOM_BYTES = 4 * 1024**3
"""How much must be free: the databases of PostgreSQL go there too."""


def is_roomy(folder: str = MEMORY) -> bool:
    """Whether `folder` can be written, may hold programs as some tests make them, and has room enough."""
    if not Path(folder).is_dir() or not os.access(folder, os.W_OK):
        return False
    return not os.statvfs(folder).f_flag & os.ST_NOEXEC and shutil.disk_usage(folder).free >= ROOM_BYTES


def pytest_configure() -> None:
    """Tell pytest where to put its temporary folders, where nobody has said so."""
    if is_roomy():
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", MEMORY)
