"""Tiles and entry bundles (C2SP tlog-tiles): a log as static files that anyone can fetch, cache and check.

A hash tile holds up to 256 hashes of one level; tile level L is tree level 8 * L. An entry bundle holds the entries of
one level 0 tile, each with its length in front. Paths are relative to the log's prefix.
"""

import re
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from audit.errors import TileError
from audit.merkle import HASH_BYTES, NodeReader

WIDTH = 256
"""Hashes in a full tile, entries in a full bundle."""

_HEIGHT = 8
_MAX_LEVEL = 63
_PATH = re.compile(r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


@dataclass(frozen=True)
class Tile:
    """The name of one tile, or of one entry bundle when `level` is `None`."""

    level: int | None
    index: int
    width: int = WIDTH

    def __post_init__(self) -> None:
        if self.level is not None and not 0 <= self.level <= _MAX_LEVEL:
            raise TileError(f"no tile has level {self.level}")
        if self.index < 0 or not 1 <= self.width <= WIDTH:
            raise TileError(f"no tile has index {self.index} and width {self.width}")

    @property
    def path(self) -> str:
        """Such as `tile/0/x001/234`, `tile/entries/000.p/5`."""
        level = "entries" if self.level is None else str(self.level)
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{level}/{_index_path(self.index)}{partial}"

    @property
    def full(self) -> "Tile":
        """The tile at this place once it is full."""
        return Tile(self.level, self.index)

    @classmethod
    def parse(cls, path: str) -> "Tile":
        """Read a path.

        Raises:
            TileError: not a tile's path in its one form.
        """
        match = _PATH.fullmatch(path)
        if match is None:
            raise TileError(f"{path!r} is not a tile's path")
        level, index, width = match.groups()
        tile = cls(
            None if level == "entries" else int(level),
            int(index.replace("x", "").replace("/", "")),
            WIDTH if width is None else int(width),
        )
        if tile.path != path:
            raise TileError(f"{path!r} is not the one form of {tile.path!r}")
        return tile


def tiles_of(size: int, *, since: int = 0) -> Iterator[Tile]:
    """Every tile and bundle of a tree of `size` leaves that one of `since` leaves did not have yet.

    A log publishes exactly these before it shows the checkpoint of `size`.
    """
    level = 0
    while size >> (_HEIGHT * level):
        before, now = since >> (_HEIGHT * level), size >> (_HEIGHT * level)
        if now > before:
            for index in range(before // WIDTH, -(-now // WIDTH)):
                tile = Tile(level, index, min(WIDTH, now - index * WIDTH))
                yield tile
                if level == 0:
                    yield Tile(None, tile.index, tile.width)
        level += 1


def hash_tile(tile: Tile, node: NodeReader) -> bytes:
    """The content of a hash tile: its hashes, one after another.

    Raises:
        TileError: `tile` names an entry bundle.
    """
    if tile.level is None:
        raise TileError("an entry bundle holds entries, not hashes")
    first = tile.index * WIDTH
    return b"".join(node(tile.level * _HEIGHT, first + offset) for offset in range(tile.width))


def read_hash_tile(content: bytes, width: int) -> list[bytes]:
    """The hashes of a tile of `width`.

    Raises:
        TileError: it has another length.
    """
    if len(content) != width * HASH_BYTES:
        raise TileError(f"a tile of width {width} has {width * HASH_BYTES} bytes, not {len(content)}")
    return [content[at : at + HASH_BYTES] for at in range(0, len(content), HASH_BYTES)]


def encode_bundle(entries: Iterable[bytes]) -> bytes:
    """Entries with their length in front (uint16, big-endian).

    Raises:
        TileError: an entry is longer than 65,535 bytes.
    """
    parts: list[bytes] = []
    for entry in entries:
        if len(entry) > 0xFFFF:
            raise TileError(f"an entry of {len(entry)} bytes does not fit a bundle")
        parts += (len(entry).to_bytes(2, "big"), entry)
    return b"".join(parts)


def decode_bundle(content: bytes, width: int) -> list[bytes]:
    """The `width` entries of a bundle.

    Raises:
        TileError: it holds more or fewer, or ends within one.
    """
    entries: list[bytes] = []
    at = 0
    while at < len(content):
        try:
            (length,) = struct.unpack_from(">H", content, at)
        except struct.error as error:
            raise TileError("an entry bundle ends within a length") from error
        at += 2 + length
        entries.append(content[at - length : at])
    if at != len(content) or len(entries) != width:
        raise TileError(f"an entry bundle does not hold {width} whole entries")
    return entries


def _index_path(index: int) -> str:
    parts = [f"{index % 1000:03}"]
    while index := index // 1000:
        parts.append(f"x{index % 1000:03}")
    return "/".join(reversed(parts))
