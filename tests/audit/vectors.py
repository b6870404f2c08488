"""Where the vectors of other authorities stand."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent / "vectors"


def tree_vectors() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((FOLDER / "rfc6962" / "tree.json").read_text())
    return loaded


def c2sp(name: str) -> bytes:
    return (FOLDER / "c2sp" / name).read_bytes()


def unhex(values: list[str]) -> list[bytes]:
    return [bytes.fromhex(value) for value in values]
