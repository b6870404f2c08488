"""Programs of other people's OpenID libraries, run by Node.js and spoken with line by line."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
RECORD = FOLDER.parent.parent / ".build" / "node"


@dataclass
class Program:
    """A running program that says one JSON value a line."""

    process: "subprocess.Popen[str]"

    def hear(self) -> Any:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            assert self.process.stderr is not None
            raise AssertionError(f"the program ended: {self.process.stderr.read()[-2000:]}")
        return json.loads(line)

    def tell(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()


@contextmanager
def program(name: str, asked: dict[str, Any]) -> Iterator[Program]:
    """Run `name` with one JSON argument; `make setup` has installed what it needs."""
    with subprocess.Popen(
        [node(), str(FOLDER / name), json.dumps(asked)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Program(process)
        finally:
            process.kill()


def node() -> str:
    """The path of Node.js, as the set-up has noted it."""
    found = RECORD.read_text(encoding="utf-8").strip() if RECORD.is_file() else shutil.which("node")
    assert found, "Node.js is missing: run `make setup`"
    assert (FOLDER / "node_modules").is_dir(), "the libraries are missing: run `make setup`"
    return found
