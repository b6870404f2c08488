"""A bundle's file: a ZIP archive whose members are stored, not compressed, in the order of their names.

The same members give the same bytes on every machine, and what is read can be no larger than what was handed in.
"""

import hashlib
import io
import zipfile
from collections.abc import Mapping
from typing import Literal

import msgspec
import rfc8785

from audit.errors import BundleError

MANIFEST = "manifest.json"
MAX_FILES = 20_000
MAX_BYTES = 256 * 1024 * 1024
"""Far more than a visit ever has; a reader keeps all of it in memory."""

_LONG_AGO = (1980, 1, 1, 0, 0, 0)


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a bundle says of itself. Nobody has signed it: the entries and their proofs are what counts."""

    format: Literal["pilnvara-bundle/1"] = "pilnvara-bundle/1"
    page: int
    """Version of the readable page."""
    origin: str
    """The log."""
    issuer: str
    """Who signs delegations and permits."""
    visit: str
    last: int
    """The number of the visit's last entry in the bundle."""
    waiting: int
    """Entries after it that no checkpoint covers yet."""
    delegations: tuple[str, ...]
    """Their ids: the first is in the folder `delegations/1`."""
    disclosed: tuple[str, ...]
    """What was opened, of what is sealed."""
    erased: bool
    """Whether the key of the visit's values was destroyed."""
    files: dict[str, str]
    """SHA-256 of every other member, in hex."""


def write(manifest: Manifest, files: Mapping[str, bytes]) -> bytes:
    """The archive; the hashes in the manifest are set here."""
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}
    said = msgspec.to_builtins(msgspec.structs.replace(manifest, files=hashes))
    members = {**files, MANIFEST: rfc8785.dumps(said)}
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(members):
            archive.writestr(zipfile.ZipInfo(name, _LONG_AGO), members[name])
    return content.getvalue()


def read(content: bytes) -> tuple[dict[str, bytes], list[str]]:
    """The members by name, and the names that stand there more than once.

    Raises:
        BundleError: it is no such archive, or too large.
    """
    if len(content) > MAX_BYTES:
        raise BundleError(f"a bundle of {len(content):,} bytes; {MAX_BYTES:,} are read")
    files: dict[str, bytes] = {}
    twice: list[str] = []
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            _check(members)
            for member in members:
                if member.filename in files:
                    twice.append(member.filename)
                else:
                    files[member.filename] = archive.read(member)
    # what `zipfile` says of a broken, an encrypted, a cut-off file, or of a compression that it does not know
    except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError, ValueError) as error:
        raise BundleError(f"not a bundle: {error}") from error
    return files, twice


def read_manifest(files: Mapping[str, bytes]) -> Manifest:
    """What the bundle says of itself.

    Raises:
        BundleError: it says nothing, or not in its form.
    """
    content = files.get(MANIFEST)
    if content is None:
        raise BundleError(f"not a bundle: it has no {MANIFEST}")
    try:
        return msgspec.json.decode(content, type=Manifest)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise BundleError(f"{MANIFEST} cannot be read: {error}") from error


def _check(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MAX_FILES:
        raise BundleError(f"a bundle of {len(members):,} files; {MAX_FILES:,} are read")
    if any(member.compress_type != zipfile.ZIP_STORED or member.flag_bits & 0x1 for member in members):
        # A few compressed bytes could become more than any memory holds.
        raise BundleError("the members of a bundle are neither compressed nor encrypted")
