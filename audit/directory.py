"""A log as C2SP tlog-tiles: in a folder, or at an address where somebody serves such a folder."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeAlias

import msgspec

from audit import checkpoint, tiles
from audit.errors import CheckpointError, NoteError, SourceError, TileError
from audit.fetching import Address
from audit.merkle import CompactRange, range_hash
from audit.tiles import WIDTH, Tile

_MAX_HOLE = 1000
"""Bundles in a row that may be gone before the rest is taken to be gone as well."""

_HEIGHT = 8


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """One name of a log, as the list of its names has it: a hint, which the entries have to bear out."""

    origin: str
    keys: tuple[str, ...]
    """vkeys (C2SP signed-note) that signed under it."""
    index: int | None = None
    """The leaf that gave the log this name; none for the first."""
    missing: int = 0
    """Entries that were lost when it did."""


ReadFile: TypeAlias = Callable[[str], bytes | None]
"""Gives the content of a file by its path, or nothing where there is none."""


class TileLog:
    """A `LogSource` over files: `checkpoint`, `tile/0/…` and `tile/entries/…`.

    It shows what was published and nothing else: one checkpoint, and no event that never became a leaf.
    """

    def __init__(self, read: ReadFile, name: str) -> None:
        """Read the checkpoint. Who signed it is for the verification to say.

        Raises:
            SourceError: there is none, or it is not one.
        """
        self._file = read
        signed = read("checkpoint")
        if signed is None:
            raise SourceError(f"{name} holds no checkpoint")
        try:
            self._size = checkpoint.parse(signed).size
        except (NoteError, CheckpointError) as error:
            raise SourceError(f"the checkpoint in {name} cannot be read: {error}") from error
        self._checkpoint = signed
        self._last: tuple[Tile, list[bytes]] | None = None

    def size(self) -> int:
        """The size that the checkpoint states."""
        return self._size

    def leaves(self, start: int, stop: int) -> Iterator[tuple[int, bytes, bytes]]:
        """The entries from `start` up to `stop`, each with its hash from the level 0 tile.

        A file that is gone or malformed is a hole, which the verification finds by the index.
        """
        empty = 0
        for index in range(start // WIDTH, -(-stop // WIDTH)):
            first = index * WIDTH
            pairs = self._pairs(index, min(WIDTH, self._size - first))
            empty = 0 if pairs else empty + 1
            if empty > _MAX_HOLE:  # a made-up size must not keep the verifier looking for files for ever
                return
            for at, (entry, hashed) in enumerate(pairs, first):
                if start <= at < stop:
                    yield at, entry, hashed

    def checkpoints(self) -> Iterator[bytes]:
        """The one checkpoint."""
        yield self._checkpoint

    def latest_checkpoint(self) -> bytes:
        """The one checkpoint."""
        return self._checkpoint

    def events_without_leaf(self, older_than: datetime) -> list[str]:
        """Always empty: a published log does not show what was kept out of it."""
        del older_than
        return []

    def events_pending(self, older_than: datetime) -> int:
        """Always none, for the same reason."""
        del older_than
        return 0

    def continued(self) -> list[int]:
        """Leaves that gave the log a new name, by the list beside the checkpoint; none where there is none."""
        return [each.index for each in self.names() if each.index is not None and 0 <= each.index < self._size]

    def names(self) -> list[Origin]:
        """Every name of the log, by the list beside the checkpoint; none where there is none. Raises `SourceError`."""
        content = self._file("origins")
        try:
            return [] if content is None else msgspec.json.decode(content, type=list[Origin])
        except (msgspec.DecodeError, UnicodeError) as error:
            raise SourceError(f"the list of the log's names cannot be read: {error}") from error

    def node(self, level: int, index: int) -> bytes:
        """The hash of a complete node, from the tile that holds it or what lies beneath it.

        Raises:
            SourceError: that tile is gone or malformed.
        """
        tile_level, height = divmod(level, _HEIGHT)
        first = index << height
        hashes = self._hashes(tile_level, first // WIDTH)
        offset = first % WIDTH
        within = hashes[offset : offset + (1 << height)]
        if len(within) != 1 << height:
            raise SourceError(f"the tiles do not hold node {index} of level {level}")
        tree = CompactRange()
        tree.extend(within)
        return tree.root()

    def last_of(self, chain: str, before: int) -> None:
        """Not to be told: tiles keep no list of chains."""
        del chain, before

    def reopen(self) -> Callable[[], AbstractContextManager["TileLog"]] | None:
        """None: only a folder is read by several processes."""
        return None

    def root(self, size: int) -> bytes:
        """The root of the first `size` leaves. Raises `SourceError`."""
        return range_hash(0, size, self.node)

    def _hashes(self, level: int, index: int) -> list[bytes]:
        """The hashes of a tile as wide as the log has it now."""
        tile = Tile(level, index, min(WIDTH, max(1, (self._size >> (_HEIGHT * level)) - index * WIDTH)))
        if self._last is None or self._last[0] != tile:
            content, width = self._tile(tile)
            try:
                if content is None:
                    raise SourceError(f"{tile.path} is not there")
                self._last = (tile, tiles.read_hash_tile(content, width)[: tile.width])
            except TileError as error:
                raise SourceError(f"{tile.path}: {error}") from error
        return self._last[1]

    def _pairs(self, index: int, width: int) -> list[tuple[bytes, bytes]]:
        bundle, entries_width = self._tile(Tile(None, index, width))
        hash_tile, hashes_width = self._tile(Tile(0, index, width))
        if bundle is None or hash_tile is None:
            return []
        try:
            entries = tiles.decode_bundle(bundle, entries_width)[:width]
            hashes = tiles.read_hash_tile(hash_tile, hashes_width)[:width]
        except TileError:
            return []
        return list(zip(entries, hashes, strict=True))

    def _tile(self, tile: Tile) -> tuple[bytes | None, int]:
        """The tile's content and real width: a log may keep only the full tile once there is one."""
        content = self._file(tile.path)
        if content is None and tile.width < WIDTH:
            return self._file(tile.full.path), WIDTH
        return content, tile.width


class TileDirectory(TileLog):
    """The log in a folder, as it was exported or fetched."""

    def __init__(self, folder: Path) -> None:
        """Read the checkpoint in it. Raises `SourceError`."""
        super().__init__(partial(_read, folder), str(folder))
        self._folder = folder

    def reopen(self) -> Callable[[], AbstractContextManager[TileLog]]:
        """How another process reads the same folder."""
        return partial(_again, self._folder)


def open_log(where: str) -> TileLog:
    """The log in the folder or at the address `where`.

    Raises:
        SourceError: there is none, or nothing answers.
    """
    if "://" in where:
        return TileLog(Address(where).read, where)
    return TileDirectory(Path(where))


def _again(folder: Path) -> AbstractContextManager[TileLog]:
    return nullcontext(TileDirectory(folder))


def _read(folder: Path, path: str) -> bytes | None:
    try:
        return (folder / path).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise SourceError(f"{folder / path} cannot be read") from error
