"""Templates as they were compiled, kept beside the program as Python keeps its own modules.

Compiling all of them takes seconds of a processor, at each start of each process. What is kept is known by the
template's text, by Python's version, by Jinja's and by how we set Jinja up; anything else is compiled anew. Whoever may
write there may write the program itself.
"""

import hashlib
import sys
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from jinja2.bccache import Bucket, FileSystemBytecodeCache

_KEPT = Path(__file__).parent / "__pycache__" / "templates"
_SET_UP_IN = Path(__file__).parent / "environment.py"


class KeptTemplates(FileSystemBytecodeCache):
    """Jinja's files of compiled templates; where they cannot be written, each process compiles for itself."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        with suppress(OSError):
            super().dump_bytecode(bucket)


def kept_templates(folder: Path = _KEPT) -> KeptTemplates | None:
    """Where compiled templates are kept; nowhere if Python was told to write no compiled files, or cannot."""
    if sys.dont_write_bytecode:
        return None
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    made_by = hashlib.sha256(version("jinja2").encode() + _SET_UP_IN.read_bytes()).hexdigest()[:16]
    return KeptTemplates(str(folder), f"%s.{made_by}.cache")
