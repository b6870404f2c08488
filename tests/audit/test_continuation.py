"""A log goes on under a new name: whoever kept a checkpoint of the old one learns what became of it."""

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from audit import checkpoint, succession
from audit.checkpoint import Checkpoint
from audit.entry import Actor, ActorKind
from audit.events import EventName
from audit.note import Signer
from audit.report import Report, Verdict
from audit.verify import Policy, verify
from tests.audit.builders import KEY, ORIGIN, SOON, MemoryLog
from tests.audit.bundles import state_ends

NEW = Signer("new.example/log", bytes(range(2, 34)))
THIRD = Signer("third.example/log", bytes(range(3, 35)))
GATEWAY = Actor(ActorKind.SYSTEM, "gateway")


def sign(signer: Signer, size: int, root: bytes) -> bytes:
    return checkpoint.sign(Checkpoint(signer.name, size, root), signer)


def publish(log: MemoryLog, signer: Signer) -> bytes:
    log.published = sign(signer, len(log.rows), log.root())
    log.signed.append(log.published)
    return log.published


def go_on(log: MemoryLog, old: Signer, new: Signer, lost: list[bytes], at: int, **changes: Any) -> None:
    said = {
        "origin": new.name,
        "key": new.verifier.vkey,
        "before": old.name,
        "keys": [old.verifier.vkey],
        "checkpoints": [each.decode() for each in lost],
        "size": len(log.rows),
        "root": log.root().hex(),
        "kept": at,
        "missing": max(checkpoint.parse(each).size for each in lost) - at,
    }
    log.append("system", type=EventName.LOG_CONTINUED, actor=GATEWAY, data=said | changes)
    publish(log, new)


class Story:
    """An old log of ten entries, and what goes on from six of them, with two more that nobody signed."""

    def __init__(self, **changes: Any) -> None:
        self.old = MemoryLog()
        for size in range(1, 11):
            self.old.append()
            if size % 2 == 0:
                self.old.checkpoint()
            if size == 6:
                self.new = deepcopy(self.old)
        self.new.append("visit-2")
        self.new.append("visit-2")
        go_on(self.new, KEY, NEW, [self.old.sign()], 6, **changes)

    def verdict(self, held: bytes | None = None, since: bytes | None = None, **changes: Any) -> Report:
        keys = changes.pop("vkeys", [NEW.verifier.vkey])
        return verify(self.new, vkeys=keys, now=SOON, held=held, since=since, policy=Policy(**changes))


@pytest.fixture
def story() -> Story:
    return Story()


class TestWhoeverKeptACheckpoint:
    def test_reads_how_much_is_missing_in_every_verdict(self, story: Story) -> None:
        report = story.verdict()
        assert (report.exit_code, report.missing, report.origin) == (0, 4, NEW.name)
        assert report.totals[Verdict.CONTINUED] == 1
        assert "4 entries missing for ever" in report.lines()[0]
        assert '"missing":4' in report.to_json()

    @pytest.mark.parametrize("size", [2, 6])
    def test_of_what_is_kept_finds_it_continued(self, story: Story, size: int) -> None:
        report = story.verdict(held=story.old.sign(size=size))
        assert (report.exit_code, report.totals[Verdict.CONTINUED]) == (0, 1)

    @pytest.mark.parametrize("size", [7, 8, 9, 10])
    def test_of_what_is_lost_is_told_so(self, story: Story, size: int) -> None:
        report = story.verdict(held=story.old.sign(size=size))
        assert (report.exit_code, report.totals[Verdict.CONTINUED]) == (0, 2)
        assert f"checkpoint of {size} ({ORIGIN}): the log was continued without all of it" in "\n".join(report.lines())

    def test_of_more_than_was_admitted_finds_the_log_cut(self, story: Story) -> None:
        for _ in range(4):
            story.old.append()
        report = story.verdict(held=story.old.sign())
        assert (report.verdict, report.exit_code) == (Verdict.TRUNCATED, 1)
        for _ in range(9):
            story.new.append("visit-2")
        publish(story.new, NEW)
        assert story.verdict(held=story.old.sign()).verdict is Verdict.INCONSISTENT

    def test_among_more_than_are_compared_is_not_told_that_all_is_well(
        self, story: Story, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(succession, "_MOST", 2)
        story.new.signed[-1:-1] = [sign(KEY, size, bytes([size]) * 32) for size in (7, 8)]
        assert story.verdict().exit_code == 0
        report = story.verdict(held=sign(KEY, 11, bytes(32)))
        assert (report.verdict, report.exit_code) == (Verdict.CANNOT_EXCLUDE, 3)

    def test_of_another_root_where_one_was_admitted_has_a_split_view(self, story: Story) -> None:
        report = story.verdict(held=sign(KEY, 10, bytes(32)))
        assert (report.verdict, report.exit_code) == (Verdict.SPLIT_VIEW, 1)

    def test_of_another_beginning_finds_it_inconsistent(self, story: Story) -> None:
        report = story.verdict(held=sign(KEY, 5, bytes(32)))
        assert (report.verdict, report.exit_code) == (Verdict.INCONSISTENT, 1)

    def test_of_a_log_that_was_never_this_one_is_told_so(self, story: Story) -> None:
        foreign = sign(THIRD, 5, story.new.root(5))
        report = story.verdict(held=foreign, vkeys=[NEW.verifier.vkey, THIRD.verifier.vkey])
        assert (report.verdict, report.exit_code) == (Verdict.INCONSISTENT, 1)
        assert story.verdict(held=foreign).verdict is Verdict.BAD_INPUT


class TestReadingOn:
    def test_from_a_state_of_the_old_name(self, story: Story) -> None:
        report = story.verdict(since=story.old.sign(size=4))
        assert (report.exit_code, report.missing, report.counts["entries"]) == (0, 4, 5)

    def test_from_a_state_that_was_lost_reads_everything(self, story: Story) -> None:
        report = story.verdict(since=story.old.sign(size=9))
        assert (report.exit_code, report.counts["entries"], report.totals[Verdict.CONTINUED]) == (0, 9, 2)

    def test_from_a_state_of_the_new_name_still_says_what_is_missing(self, story: Story) -> None:
        since = publish(story.new, NEW)
        story.new.append("visit-2")
        publish(story.new, NEW)
        report = story.verdict(since=since)
        assert (report.exit_code, report.missing, report.counts["entries"]) == (0, 4, 1)

    def test_notices_that_the_entry_was_changed_since(self, story: Story) -> None:
        since = story.new.published
        story.new.append("visit-2")
        publish(story.new, NEW)
        index, leaf, hashed = story.new.rows[8]
        story.new.rows[8] = (
            index,
            leaf.replace(b'"kept":6', b'"kept":7').replace(b'"missing":4', b'"missing":3'),
            hashed,
        )
        assert story.verdict(since=since).verdict is Verdict.EDITED


class TestAStatementOfTheEnds:
    """It repeats how much is missing, for whoever reads from there on."""

    def test_that_repeats_another_number_is_inconsistent(self, story: Story) -> None:
        state_ends(story.new, at=SOON, missing=4)
        publish(story.new, NEW)
        assert story.verdict().exit_code == 0
        state_ends(story.new, at=SOON, missing=3)
        publish(story.new, NEW)
        report = story.verdict()
        assert (report.verdict, report.exit_code) == (Verdict.INCONSISTENT, 1)

    def test_tells_it_where_the_log_no_longer_says_which_entry_did(
        self, story: Story, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        since = publish(story.new, NEW)
        state_ends(story.new, at=SOON, missing=4)
        publish(story.new, NEW)
        monkeypatch.setattr(MemoryLog, "continued", lambda _log: [])
        report = story.verdict(since=since, vkeys=[KEY.verifier.vkey, NEW.verifier.vkey])
        assert (report.exit_code, report.missing) == (0, 4)


class TestAnEntryThatDoesNotHold:
    @pytest.mark.parametrize(
        "changes",
        [
            {"missing": 3},
            {"kept": 9, "missing": 1},
            {"kept": 10},
            {"keys": []},
            {"root": bytes(32).hex()},
            {"size": 7},
            {"checkpoints": []},
            {"origin": ORIGIN},
        ],
        ids=str,
    )
    def test_is_no_excuse(self, changes: dict[str, Any]) -> None:
        story = Story(**changes)
        report = story.verdict(held=story.old.sign(), vkeys=[NEW.verifier.vkey, KEY.verifier.vkey])
        assert report.exit_code == 1
        assert Verdict.INCONSISTENT in report.totals

    def test_that_claims_to_have_kept_more_is_refuted_by_a_kept_checkpoint(self) -> None:
        story = Story(kept=8, missing=2)
        assert story.verdict().exit_code == 0
        assert story.verdict(held=story.old.sign(size=8)).verdict is Verdict.INCONSISTENT

    def test_is_missed_where_the_log_only_has_another_name(self, story: Story) -> None:
        other = deepcopy(story.old)
        publish(other, NEW)
        report = verify(other, vkeys=[NEW.verifier.vkey, KEY.verifier.vkey], now=SOON, held=story.old.sign())
        assert (report.verdict, report.exit_code) == (Verdict.INCONSISTENT, 1)


def test_the_old_key_signs_nothing_more(story: Story) -> None:
    story.new.signed.append(sign(KEY, 9, story.new.root()))
    report = story.verdict()
    assert (report.verdict, report.exit_code) == (Verdict.RETIRED_KEY, 1)


def test_a_name_that_is_not_taken_up_is_inconsistent(story: Story) -> None:
    story.new.append("visit-2")
    story.new.published = sign(KEY, 10, story.new.root())
    report = story.verdict(vkeys=[KEY.verifier.vkey, NEW.verifier.vkey])
    assert (report.verdict, report.exit_code) == (Verdict.INCONSISTENT, 1)


class TestASecondDisaster:
    def test_adds_to_what_is_missing(self, story: Story) -> None:
        story.new.append("visit-3")
        lost = deepcopy(story.new)
        for _ in range(3):
            lost.append("visit-3")
        go_on(story.new, NEW, THIRD, [sign(NEW, len(lost.rows), lost.root())], 9)
        report = story.verdict(vkeys=[THIRD.verifier.vkey])
        assert (report.exit_code, report.missing, report.totals[Verdict.CONTINUED]) == (0, 8, 2)
        for held in (story.old.sign(size=8), story.old.sign(size=4), sign(NEW, 11, lost.root(11))):
            assert story.verdict(held=held, vkeys=[THIRD.verifier.vkey]).exit_code == 0
        assert story.verdict(held=sign(NEW, 9, lost.root(9)), vkeys=[THIRD.verifier.vkey]).exit_code == 0

    def test_that_takes_the_first_one_along_names_both(self, story: Story) -> None:
        again = deepcopy(story.old)
        del again.rows[4:], again.signed[2:]
        again.heads = {"visit-1": (4, again.rows[3][2].hex())}
        keys = [KEY.verifier.vkey, NEW.verifier.vkey]
        lost = [story.new.published or b"", story.old.sign()]
        go_on(again, NEW, THIRD, lost, 4, keys=keys, missing=5 + 6)
        retold = replace_log(story, again)
        report = retold.verdict(vkeys=[THIRD.verifier.vkey])
        assert (report.exit_code, report.missing) == (0, 5 + 6)
        for held in (story.old.sign(size=9), story.old.sign(size=3), sign(NEW, 9, story.new.root())):
            assert retold.verdict(held=held, vkeys=[THIRD.verifier.vkey]).exit_code == 0


def replace_log(story: Story, log: MemoryLog) -> Story:
    other = deepcopy(story)
    other.new = replace(log)
    return other
