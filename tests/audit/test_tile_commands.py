"""One checkpoint follows another: told from hash tiles alone, or from a proof that somebody kept."""

import http.server
import json
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner

from audit import note
from audit.__main__ import main
from audit.checkpoint import Checkpoint, sign
from audit.cosignature import WitnessSigner
from audit.directory import open_log
from audit.errors import SourceError
from audit.fetching import Address
from audit.note import Signer
from tests.audit.builders import KEY, NOON, ORIGIN, OTHER_KEY, a_log
from tests.audit.test_directory import publish

VKEY = KEY.verifier.vkey


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(main, [str(each) for each in arguments])
    return result.exit_code, result.output


class _Quiet(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log of 600 entries, in tiles, with two of its checkpoints beside it."""
    folder = tmp_path_factory.mktemp("log")
    log = a_log(600, visits=7, every=600)
    publish(log, folder)
    (folder / "old").write_bytes(log.sign(size=300))
    (folder / "new").write_bytes(log.sign())
    return folder


@pytest.fixture
def address(folder: Path) -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=folder)) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


class TestAnAddress:
    def test_is_verified_like_a_folder(self, address: str) -> None:
        code, output = run("verify-tiles", address, "--vkey", VKEY)
        assert code == 0, output
        assert "600 entries of 7 visits" in output

    def test_of_hash_tiles_alone_tells_that_one_checkpoint_follows_another(self, folder: Path, address: str) -> None:
        code, output = run("consistency", folder / "old", folder / "new", "--vkey", VKEY, "--log", address)
        assert (code, output) == (
            0,
            f"Verified, unwitnessed: the checkpoint of 600 follows the one of 300 ({ORIGIN}).\n",
        )

    def test_tells_who_outside_has_seen_the_later_one(self, folder: Path, address: str, tmp_path: Path) -> None:
        one = WitnessSigner("w1.example", bytes(32), lambda: NOON)
        (tmp_path / "policy").write_text(f"witness w1 {one.verifier.vkey}\nquorum w1\n")
        later = tmp_path / "later"  # the folder is everybody's
        later.write_bytes((folder / "new").read_bytes())
        options = ("--vkey", VKEY, "--log", address, "--policy", tmp_path / "policy")
        code, output = run("consistency", folder / "old", later, *options)
        assert (code, output.partition(":")[0]) == (3, "Cannot conclude (unwitnessed)")
        later.write_bytes(note.add_signatures(later.read_bytes(), [one]))
        code, output = run("consistency", folder / "old", later, *options)
        assert (code, output.partition(":")[0]) == (0, "Verified, witnessed by w1.example")

    def test_has_to_be_https_or_on_this_machine(self) -> None:
        with pytest.raises(SourceError, match="https"):
            Address("http://log.example/log")

    def test_where_nobody_answers_is_no_log(self) -> None:
        with pytest.raises(SourceError, match="does not answer"):
            open_log("http://127.0.0.1:9/log")


class TestConsistency:
    def test_is_told_from_a_proof_that_was_kept(self, folder: Path, tmp_path: Path) -> None:
        both, proof = (folder / "old", folder / "new", "--vkey", VKEY), tmp_path / "proof"
        assert run("consistency", *both, "--log", folder, "--write-proof", proof)[0] == 0
        assert run("consistency", *both, "--proof", proof)[0] == 0
        proof.write_text(proof.read_text().replace("A", "B"))
        assert run("consistency", *both, "--proof", proof)[0] == 1

    def test_is_told_to_a_program_as_json(self, folder: Path, tmp_path: Path) -> None:
        told = ("--vkey", VKEY, "--log", folder, "--json")
        code, output = run("consistency", folder / "old", folder / "new", *told)
        said = f"Verified, unwitnessed: the checkpoint of 600 follows the one of 300 ({ORIGIN})."
        assert (code, json.loads(output)) == (0, {"verdict": "verified", "exit_code": 0, "said": said})
        forked = tmp_path / "forked"
        forked.write_bytes(sign(Checkpoint(ORIGIN, 600, bytes(32)), KEY))
        code, output = run("consistency", folder / "new", forked, *told)
        assert (code, json.loads(output)["verdict"]) == (1, "split_view")

    def test_a_fork_does_not_follow(self, folder: Path, tmp_path: Path) -> None:
        forked = tmp_path / "forked"
        forked.write_bytes(sign(Checkpoint(ORIGIN, 300, bytes(32)), KEY))
        code, output = run("consistency", forked, folder / "new", "--vkey", VKEY, "--log", folder)
        assert (code, "inconsistent" in output) == (1, True)

    def test_two_roots_for_one_size_are_a_split_view(self, folder: Path, tmp_path: Path) -> None:
        forked = tmp_path / "forked"
        forked.write_bytes(sign(Checkpoint(ORIGIN, 600, bytes(32)), KEY))
        code, output = run("consistency", folder / "new", forked, "--vkey", VKEY, "--log", folder)
        assert (code, "split_view" in output) == (1, True)

    def test_tiles_of_another_history_are_named(self, folder: Path, tmp_path: Path) -> None:
        publish(a_log(600, visits=6, every=600), tmp_path)
        code, output = run("consistency", folder / "old", folder / "new", "--vkey", VKEY, "--log", tmp_path)
        assert (code, "the tiles do not lead" in output) == (1, True)

    def test_without_the_tiles_nothing_is_told(self, folder: Path, tmp_path: Path) -> None:
        publish(a_log(300, visits=7, every=300), tmp_path)
        both = (folder / "old", folder / "new", "--vkey", VKEY)
        assert run("consistency", *both, "--log", tmp_path)[0] == 3
        assert run("consistency", *both, "--log", tmp_path / "nowhere")[0] == 3

    def test_needs_two_checkpoints_of_one_log_in_their_order(self, folder: Path) -> None:
        assert run("consistency", folder / "new", folder / "old", "--vkey", VKEY, "--log", folder)[0] == 2
        stranger = OTHER_KEY.verifier.vkey
        assert run("consistency", folder / "old", folder / "new", "--vkey", stranger, "--log", folder)[0] == 2
        assert run("consistency", folder / "old", folder / "new", "--vkey", VKEY)[0] == 2


class TestAnotherName:
    """The log was continued: its tree goes on, or only its entries tell what was lost."""

    @pytest.fixture
    def renamed(self, folder: Path, tmp_path: Path) -> Path:
        head, key = open_log(str(folder)), Signer("second.example/log", bytes(range(2, 34)))
        path = tmp_path / "renamed"
        path.write_bytes(sign(Checkpoint(key.name, head.size(), head.root(head.size())), key))
        return path

    def test_of_a_tree_that_goes_on_is_seen_through(self, folder: Path, renamed: Path) -> None:
        vkeys = ("--vkey", VKEY, "--vkey", Signer("second.example/log", bytes(range(2, 34))).verifier.vkey)
        code, output = run("consistency", folder / "old", renamed, *vkeys, "--log", folder)
        assert (code, f"follows the one of 300 ({ORIGIN}, now second.example/log)" in output) == (0, True)
        for size, root in ((300, bytes(32)), (700, bytes(32))):
            lost = renamed.with_name("lost")
            lost.write_bytes(sign(Checkpoint(ORIGIN, size, root), KEY))
            code, output = run("consistency", lost, renamed, *vkeys, "--log", folder)
            assert (code, f"does not continue {size} entries" in output) == (3, True)
