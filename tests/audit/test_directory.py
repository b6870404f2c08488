from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from audit.__main__ import main
from audit.cosignature import WitnessSigner
from audit.directory import TileDirectory
from audit.errors import SourceError
from audit.inclusion import inclusion_proof
from audit.proof import LogProof
from audit.tiles import encode_bundle, hash_tile, tiles_of
from audit.verify import Policy, verify
from tests.audit.builders import KEY, NOON, ORIGIN, OTHER_KEY, MemoryLog, a_log, check, nodes_over

VKEY = KEY.verifier.vkey


def publish(log: MemoryLog, folder: Path) -> None:
    """Write a log as C2SP tlog-tiles has it."""
    nodes = nodes_over([row[2] for row in log.rows])
    for tile in tiles_of(len(log.rows)):
        path = folder / tile.path
        path.parent.mkdir(parents=True, exist_ok=True)
        entries = [row[1] for row in log.rows[tile.index * 256 : tile.index * 256 + tile.width]]
        path.write_bytes(encode_bundle(entries) if tile.level is None else hash_tile(tile, nodes))
    (folder / "checkpoint").write_bytes(log.sign())


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, arguments)
    return result.exit_code, result.output


@pytest.fixture
def published(tmp_path: Path) -> Path:
    publish(a_log(600, visits=7, every=600), tmp_path)
    return tmp_path


class TestTileDirectory:
    def test_gives_the_log_that_was_published(self, published: Path) -> None:
        log = a_log(600, visits=7, every=600)
        source = TileDirectory(published)
        assert source.size() == 600
        assert list(source.leaves(0, 600)) == log.rows
        assert list(source.leaves(250, 515)) == log.rows[250:515]

    def test_takes_a_full_tile_where_the_partial_one_is_gone(self, tmp_path: Path) -> None:
        publish(a_log(300, every=300), tmp_path)
        (tmp_path / "checkpoint").write_bytes(a_log(300, every=300).sign(size=200))
        assert len(list(TileDirectory(tmp_path).leaves(0, 200))) == 200

    def test_without_a_checkpoint_is_no_log(self, tmp_path: Path) -> None:
        with pytest.raises(SourceError):
            TileDirectory(tmp_path)
        (tmp_path / "checkpoint").write_bytes(b"nonsense")
        with pytest.raises(SourceError):
            TileDirectory(tmp_path)

    @pytest.mark.parametrize("name", ["tile/0/001", "tile/entries/001"])
    @pytest.mark.parametrize("content", [None, b"", b"\x00\x05ab"])
    def test_a_file_gone_or_malformed_is_a_hole(self, published: Path, name: str, content: bytes | None) -> None:
        path = published / name
        path.unlink() if content is None else path.write_bytes(content)
        indexes = [index for index, _, _ in TileDirectory(published).leaves(0, 600)]
        assert indexes == [*range(256), *range(512, 600)]

    def test_a_made_up_size_does_not_keep_it_looking_for_ever(self, tmp_path: Path) -> None:
        log = a_log(10)
        publish(log, tmp_path)
        signed = (tmp_path / "checkpoint").read_bytes()
        (tmp_path / "checkpoint").write_bytes(signed.replace(b"\n10\n", b"\n9000000000000000000\n"))
        assert list(TileDirectory(tmp_path).leaves(0, TileDirectory(tmp_path).size())) == []


class TestVerifyTiles:
    def test_exits_0_for_a_sound_log(self, published: Path) -> None:
        code, output = run("verify-tiles", str(published), "--vkey", VKEY, "--origin", ORIGIN)
        assert code == 0
        assert "Verified, unwitnessed: 600 entries of 7 visits" in output

    def test_exits_1_for_an_edited_one(self, published: Path) -> None:
        path = published / "tile/entries/001"
        path.write_bytes(path.read_bytes().replace(b'"index":300', b'"index":999'))
        code, output = run("verify-tiles", str(published), "--vkey", VKEY)
        assert code == 1
        assert "edited: leaf 300" in output

    def test_exits_1_for_one_that_lost_what_was_held(
        self, published: Path, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        held = tmp_path_factory.mktemp("held") / "checkpoint"
        held.write_bytes(a_log(700, visits=7, every=700).sign())
        code, output = run("verify-tiles", str(published), "--vkey", VKEY, "--held", str(held))
        assert code == 1
        assert "truncated: checkpoint of 700" in output

    def test_exits_2_without_a_usable_key_or_log(self, published: Path, tmp_path: Path) -> None:
        assert run("verify-tiles", str(published), "--vkey", "nonsense")[0] == 2
        empty = tmp_path / "empty"
        empty.mkdir()
        assert run("verify-tiles", str(empty), "--vkey", VKEY)[0] == 2

    def test_exits_3_when_only_strangers_signed(self, published: Path) -> None:
        assert run("verify-tiles", str(published), "--vkey", OTHER_KEY.verifier.vkey)[0] == 3

    def test_prints_json(self, published: Path) -> None:
        code, output = run("verify-tiles", str(published), "--vkey", VKEY, "--json")
        assert code == 0
        assert '"verdict":"verified"' in output


class TestVerifyProof:
    def test_tells_an_entry_in_the_log_from_one_that_is_not(self, tmp_path: Path) -> None:
        log = a_log(13)
        path = tuple(inclusion_proof(3, 13, nodes_over([row[2] for row in log.rows])))
        proof, entry, other = (tmp_path / name for name in ("3.tlog-proof", "entry", "other"))
        proof.write_bytes(LogProof(3, path, log.sign()).encode())
        entry.write_bytes(log.rows[3][1])
        other.write_bytes(log.rows[4][1])
        options = ("--vkey", VKEY, "--origin", ORIGIN)
        code, output = run("verify-proof", str(proof), str(entry), *options)
        assert (code, output) == (0, f"Verified, unwitnessed: it is leaf 3 of {ORIGIN}, under the checkpoint of 13.\n")
        assert run("verify-proof", str(proof), str(other), *options)[0] == 1
        assert run("verify-proof", str(other), str(entry), *options)[0] == 2

    def test_says_who_outside_has_seen_it(self, tmp_path: Path) -> None:
        log = a_log(13)
        one = WitnessSigner("w1.example", bytes(32), lambda: NOON)
        path = tuple(inclusion_proof(3, 13, nodes_over([row[2] for row in log.rows])))
        (tmp_path / "proof").write_bytes(LogProof(3, path, log.sign(KEY, one)).encode())
        (tmp_path / "entry").write_bytes(log.rows[3][1])
        (tmp_path / "policy").write_text(f"witness w1 {one.verifier.vkey}\nquorum w1\n")
        asked = ["verify-proof", str(tmp_path / "proof"), str(tmp_path / "entry"), "--vkey", VKEY, "--origin", ORIGIN]
        code, output = run(*asked, "--policy", str(tmp_path / "policy"))
        assert (code, output.partition(":")[0]) == (0, "Verified, witnessed by w1.example")
        (tmp_path / "proof").write_bytes(LogProof(3, path, log.sign()).encode())
        code, output = run(*asked, "--policy", str(tmp_path / "policy"))
        assert (code, output.partition(":")[0]) == (3, "Cannot conclude (unwitnessed)")
        (tmp_path / "policy").write_text("quorum w1\n")
        assert run(*asked, "--policy", str(tmp_path / "policy"))[0] == 2


def test_the_same_log_gets_the_same_verdict_from_memory_and_from_files(published: Path) -> None:
    log = a_log(600, visits=7, every=600)
    now = NOON + timedelta(hours=1)
    from_files = verify(TileDirectory(published), vkeys=[VKEY], now=now, policy=Policy(origin=ORIGIN))
    assert from_files == check(log, now=now)
