import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.errors import AuditError, TileError
from audit.merkle import leaf_hash, root_from_hashes
from audit.tiles import Tile, decode_bundle, encode_bundle, hash_tile, read_hash_tile, tiles_of
from tests.audit.builders import nodes_over


class TestPath:
    @pytest.mark.parametrize(
        ("tile", "path"),
        [
            (Tile(0, 0), "tile/0/000"),
            (Tile(0, 1234067), "tile/0/x001/x234/067"),
            (Tile(0, 1234, 5), "tile/0/x001/234.p/5"),
            (Tile(1, 999, 255), "tile/1/999.p/255"),
            (Tile(63, 1000), "tile/63/x001/000"),
            (Tile(None, 0, 1), "tile/entries/000.p/1"),
            (Tile(None, 70000), "tile/entries/x070/000"),
        ],
    )
    def test_is_as_c2sp_writes_it(self, tile: Tile, path: str) -> None:
        assert tile.path == path
        assert Tile.parse(path) == tile

    @given(st.none() | st.integers(0, 63), st.integers(0, 2**40), st.integers(1, 256))
    def test_reads_back(self, level: int | None, index: int, width: int) -> None:
        assert Tile.parse(Tile(level, index, width).path) == Tile(level, index, width)

    @pytest.mark.parametrize(
        "path",
        [
            "",
            "tile/0/0",
            "tile/00/000",
            "tile/64/000",
            "tile/-1/000",
            "tile/0/x000/000",
            "tile/0/001/000",
            "tile/0/x001",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/0/000.p/05",
            "tile/0/000.p/",
            "tile/entries/../../000",
            "/tile/0/000",
            "tile/0/000\n",
            "tile/0/٠٠٠",
        ],
    )
    def test_has_one_form_only(self, path: str) -> None:
        with pytest.raises(TileError):
            Tile.parse(path)

    @given(st.text(max_size=30))
    def test_raises_nothing_but_its_own_error_for_any_text(self, path: str) -> None:
        with pytest.raises(AuditError):
            Tile.parse(path)


class TestTilesOf:
    def test_are_those_of_the_specification_for_seventy_thousand_leaves(self) -> None:
        tiles = [tile for tile in tiles_of(70_000) if tile.level is not None]
        by_level = {level: [tile for tile in tiles if tile.level == level] for level in range(3)}
        assert [tile.width for tile in by_level[0]] == [256] * 273 + [112]
        assert [tile.width for tile in by_level[1]] == [256, 17]
        assert [tile.width for tile in by_level[2]] == [1]
        assert len(tiles) == sum(len(found) for found in by_level.values())

    def test_a_full_first_tile_starts_the_level_above(self) -> None:
        assert {tile.path for tile in tiles_of(256)} == {"tile/0/000", "tile/entries/000", "tile/1/000.p/1"}

    def test_of_an_empty_tree_are_none(self) -> None:
        assert list(tiles_of(0)) == []

    @given(st.integers(0, 2000), st.integers(0, 2000))
    def test_since_an_earlier_size_are_those_that_it_lacked(self, first: int, second: int) -> None:
        old, new = sorted((first, second))
        assert set(tiles_of(new, since=old)) == set(tiles_of(new)) - set(tiles_of(old))


class TestContent:
    def test_of_hash_tiles_leads_to_the_root(self) -> None:
        hashes = [leaf_hash(str(index).encode()) for index in range(600)]
        nodes = nodes_over(hashes)
        first, last = hash_tile(Tile(0, 0), nodes), hash_tile(Tile(0, 2, 88), nodes)
        assert len(first) == 8192
        assert read_hash_tile(first, 256) == hashes[:256]
        assert read_hash_tile(last, 88) == hashes[512:]
        above = read_hash_tile(hash_tile(Tile(1, 0, 2), nodes), 2)
        assert above == [root_from_hashes(hashes[:256]), root_from_hashes(hashes[256:512])]

    def test_of_an_entry_bundle_is_not_hashes(self) -> None:
        with pytest.raises(TileError):
            hash_tile(Tile(None, 0), nodes_over([]))

    @pytest.mark.parametrize("length", [0, 31, 33, 64])
    def test_of_another_length_is_refused(self, length: int) -> None:
        with pytest.raises(TileError):
            read_hash_tile(bytes(length), 1)


class TestBundle:
    def test_puts_each_length_in_front(self) -> None:
        assert encode_bundle([b"", b"abc"]) == b"\x00\x00\x00\x03abc"

    @given(st.lists(st.binary(max_size=300), max_size=20))
    def test_reads_back(self, entries: list[bytes]) -> None:
        assert decode_bundle(encode_bundle(entries), len(entries)) == entries

    def test_carries_entries_of_up_to_65535_bytes(self) -> None:
        assert decode_bundle(encode_bundle([bytes(65_535)]), 1) == [bytes(65_535)]
        with pytest.raises(TileError):
            encode_bundle([bytes(65_536)])

    @pytest.mark.parametrize(
        ("content", "width"),
        [(b"\x00", 1), (b"\x00\x02a", 1), (b"\x00\x01a", 2), (b"\x00\x01a\x00\x01b", 1), (b"", 1)],
    )
    def test_refuses_what_does_not_hold_whole_entries(self, content: bytes, width: int) -> None:
        with pytest.raises(TileError):
            decode_bundle(content, width)
