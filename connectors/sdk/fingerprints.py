"""The committed forms of a connector: `fingerprints.json` in its folder, one shape a page, its hash beside it.

The hash is there for people who compare two versions; the shape is what a changed form is compared with.
"""

import hashlib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

import msgspec

from connectors.sdk.connector import Connector
from connectors.sdk.page import FormShape, fingerprint

NAME = "fingerprints.json"


class _Committed(msgspec.Struct, frozen=True):
    sha256: str
    form: FormShape


def load(package: str) -> dict[str, FormShape]:
    """The committed forms of the connector in `package`, by step name; empty for one that never saw its portal.

    Raises:
        ValueError: the file was changed by hand: a hash does not fit its form.
    """
    file = files(package).joinpath(NAME)
    if not file.is_file():
        return {}
    committed = msgspec.json.decode(file.read_bytes(), type=dict[str, _Committed])
    for name, page in committed.items():
        if fingerprint(page.form) != page.sha256:
            raise ValueError(f"{package}: the fingerprint of {name!r} does not fit its form")
    return {name: page.form for name, page in committed.items()}


def of_all(connector: Connector) -> str:
    """One hash over the committed forms of `connector`, in the order of its pages; empty where it has none."""
    known = [
        f"{page.name} {fingerprint(connector.fingerprints[page.name])}\n"
        for page in connector.pages
        if page.name in connector.fingerprints
    ]
    return hashlib.sha256("".join(known).encode()).hexdigest() if known else ""


def write(folder: Path, shapes: Mapping[str, FormShape]) -> None:
    """Write the forms of one connector, in the order of its pages."""
    pages = {name: _Committed(fingerprint(shape), shape) for name, shape in shapes.items()}
    folder.joinpath(NAME).write_bytes(msgspec.json.format(msgspec.json.encode(pages), indent=1) + b"\n")
