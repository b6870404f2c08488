"""The key file is its owner's alone, and whatever dies while it is changed leaves the old one or the new one."""

import base64
import json
import multiprocessing
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from gateway.keys import keyfile
from gateway.keys.errors import KeyFileError


class TestKeyFile:
    def test_is_its_owner_s_alone(self, tmp_path: Path) -> None:
        path = keyfile.create(tmp_path / "data")
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700

    def test_is_never_replaced(self, tmp_path: Path) -> None:
        first = keyfile.create(tmp_path).read_bytes()
        assert keyfile.create(tmp_path).read_bytes() == first

    def test_is_made_once_by_processes_that_start_together(self, tmp_path: Path) -> None:
        context = multiprocessing.get_context("spawn")
        with context.Pool(4) as pool:
            paths = pool.map(keyfile.create, [tmp_path] * 4)
        assert {path.read_bytes() for path in paths} == {(tmp_path / keyfile.NAME).read_bytes()}
        assert [path.name for path in tmp_path.iterdir()] == [keyfile.NAME]

    def test_is_refused_when_others_may_read_it(self, tmp_path: Path) -> None:
        keyfile.create(tmp_path).chmod(0o640)
        with pytest.raises(KeyFileError, match="chmod 600"):
            keyfile.load(tmp_path)

    @pytest.mark.parametrize(
        "content",
        [
            "",
            "{}",
            json.dumps({"v": 1, "epochs": {}, "lookup": base64.b64encode(bytes(32)).decode()}),
            json.dumps({"v": 1, "epochs": {"1": "c2hvcnQ="}, "lookup": base64.b64encode(bytes(32)).decode()}),
            json.dumps({"v": 2, "epochs": {"1": base64.b64encode(bytes(32)).decode()}, "lookup": "!"}),
        ],
        ids=["empty", "no keys", "no epoch", "short key", "not base64"],
    )
    def test_is_refused_when_damaged(self, tmp_path: Path, content: str) -> None:
        path = tmp_path / keyfile.NAME
        path.touch(mode=0o600)
        path.write_text(content)
        with pytest.raises(KeyFileError):
            keyfile.load(tmp_path)

    def test_is_missed_in_words(self, tmp_path: Path) -> None:
        with pytest.raises(KeyFileError, match="pilnvara keys init"):
            keyfile.load(tmp_path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with a new key file."""
    keyfile.create(tmp_path)
    return tmp_path


class TestChange:
    def test_adds_a_key_once_and_keeps_the_others(self, folder: Path) -> None:
        before = keyfile.read(folder)
        keyfile.add(folder, 2)
        added = keyfile.read(folder)
        keyfile.add(folder, 2)
        assert keyfile.read(folder).epochs == added.epochs
        assert (added.epochs[1], added.lookup) == (before.epochs[1], before.lookup)
        assert len(set(added.epochs.values())) == 2

    def test_leaves_the_new_file_alone_and_its_owner_s(self, folder: Path) -> None:
        keyfile.add(folder, 2)
        assert [path.name for path in folder.iterdir()] == [keyfile.NAME]
        assert (folder / keyfile.NAME).stat().st_mode & 0o777 == 0o600

    def test_by_many_at_once_loses_none(self, folder: Path) -> None:
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(partial(keyfile.add, folder), range(2, 20)))
        assert sorted(keyfile.read(folder).epochs) == list(range(1, 20))

    def test_overwrites_what_held_a_removed_key(self, folder: Path) -> None:
        keyfile.add(folder, 2)
        os.link(folder / keyfile.NAME, folder / "what the disk keeps")
        assert keyfile.remove(folder, 1)
        assert not (folder / "what the disk keeps").read_bytes().strip(b"\0")
        assert list(keyfile.read(folder).epochs) == [2]
        assert not keyfile.remove(folder, 1)

    def test_never_removes_the_last_key(self, folder: Path) -> None:
        with pytest.raises(KeyFileError, match="holds no other key"):
            keyfile.remove(folder, 1)
        assert list(keyfile.read(folder).epochs) == [1]

    def test_overwrites_the_draft_of_a_process_that_was_killed(self, folder: Path) -> None:
        keyfile.add(folder, 2)
        before = (folder / keyfile.NAME).read_bytes()
        run = [sys.executable, "-m", "tests.gateway.dying_keys", str(folder)]
        assert subprocess.run(run, check=False).returncode == -signal.SIGKILL
        assert (folder / keyfile.NAME).read_bytes() == before
        (draft,) = (path for path in folder.iterdir() if path.name != keyfile.NAME)
        os.link(draft, folder / "what the disk keeps")
        keyfile.remove(folder, 1)
        assert not draft.exists()
        assert not (folder / "what the disk keeps").read_bytes().strip(b"\0")

    def test_is_read_again_by_whoever_reads_it_meanwhile(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        keyfile.add(folder, 2)
        real, change = keyfile._parsed, iter((True,))

        def slow(data: bytes) -> object:
            if next(change, False):
                keyfile.remove(folder, 1)
                return real(bytes(len(data)))  # as whoever had opened the old file, and reads only now
            return real(data)

        monkeypatch.setattr(keyfile, "_parsed", slow)
        assert list(keyfile.read(folder).epochs) == [2]

    def test_that_fails_leaves_it_as_it_was(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        before = (folder / keyfile.NAME).read_bytes()
        monkeypatch.setattr(keyfile, "_write", full)
        with pytest.raises(KeyFileError, match="cannot be changed: No space left"):
            keyfile.add(folder, 2)
        assert (folder / keyfile.NAME).read_bytes() == before
