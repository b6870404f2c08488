"""A log as a directory of C2SP tlog-tiles, as it is published or as an auditor has fetched it."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from audit import checkpoint, tiles
from audit.errors import CheckpointError, NoteError, SourceError, TileError
from audit.tiles import WIDTH, Tile

_MAX_HOLE = 1000
"""Bundles in a row that may be gone before the rest is taken to be gone as well."""


class TileDirectory:
    """A `LogSource` over files: `checkpoint`, `tile/0/…` and `tile/entries/…`.

    It shows what was published and nothing else: one checkpoint, and no event that never became a leaf.
    """

    def __init__(self, folder: Path) -> None:
        """Read the checkpoint. Who signed it is for the verification to say.

        Raises:
            SourceError: there is none, or it is not one.
        """
        self._folder = folder
        signed = self._file("checkpoint")
        if signed is None:
            raise SourceError(f"{folder} holds no checkpoint")
        try:
            self._size = checkpoint.parse(signed).size
        except (NoteError, CheckpointError) as error:
            raise SourceError(f"the checkpoint in {folder} cannot be read: {error}") from error
        self._checkpoint = signed

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

    def _file(self, path: str) -> bytes | None:
        try:
            return (self._folder / path).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise SourceError(f"{self._folder / path} cannot be read") from error
