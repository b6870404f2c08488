"""What came after a checkpoint up to which somebody has verified; and a long log looked at by several processes."""

from datetime import timedelta
from pathlib import Path

import pytest

from audit import parallel
from audit.directory import TileDirectory
from audit.entry import encode
from audit.events import EventName
from audit.merkle import leaf_hash
from audit.notice import notice_of
from audit.report import KEPT_FINDINGS, Report, Verdict
from audit.signatures import Policy
from audit.verify import verify
from tests.audit.builders import KEY, NOON, ORIGIN, SOON, MemoryLog, a_log, another_event, check, verdicts
from tests.audit.bundles import state_ends
from tests.audit.test_directory import publish
from tests.audit.test_notice import a_token


def after(log: MemoryLog, since: bytes) -> Report:
    return verify(log, vkeys=[KEY.verifier.vkey], now=SOON, policy=Policy(origin=ORIGIN), since=since)


@pytest.fixture
def log() -> MemoryLog:
    return a_log(20, every=5)


class TestSince:
    def test_reads_only_what_came_after_and_ends_with_the_same_root(self, log: MemoryLog) -> None:
        log.rows[3] = (3, b"nobody reads this", log.rows[3][2])
        report = after(log, log.sign(size=13))
        assert (report.exit_code, report.root, report.vouched_size) == (0, log.root(), 20)
        assert report.counts["entries"] == 7
        assert report.lines()[0].startswith("Verified, unwitnessed: 7 entries after the 13 that were verified before")
        assert verdicts(report) == {Verdict.CANNOT_EXCLUDE}

    @pytest.mark.parametrize("size", [1, 5, 16, 20])
    def test_may_begin_anywhere(self, log: MemoryLog, size: int) -> None:
        assert after(log, log.sign(size=size)).root == log.root()

    def test_finds_what_was_done_since(self, log: MemoryLog) -> None:
        since = log.sign(size=13)
        log.edit(15, another_event(log.rows[15][1]), rehash=False)
        log.append("visit-0", n=9, prev="ab" * 32)
        log.checkpoint()
        report = after(log, since)
        assert {Verdict.EDITED, Verdict.INCOMPLETE_VISIT} <= verdicts(report)

    @pytest.mark.parametrize("lists_chains", [True, False])
    def test_says_what_only_the_whole_log_excludes(self, log: MemoryLog, lists_chains: bool) -> None:
        log.lists_chains = lists_chains
        (finding,) = [each for each in after(log, log.sign(size=13)).findings if each.verdict is Verdict.CANNOT_EXCLUDE]
        assert finding.detail.startswith("3 of them began before 13; ")
        assert ("put there again" in finding.detail) is not lists_chains

    def test_many_notes_of_a_kind_hide_nothing_that_counts(self, log: MemoryLog) -> None:
        since = log.published or b""
        for number in range(KEPT_FINDINGS + 1):
            log.append_bytes(encode(notice_of(a_token(claims=f'{{"iat":1709553600,"jti":"{number}"}}'))))
        log.append("visit-0", time=NOON + timedelta(hours=2))
        log.checkpoint()
        policy, later = Policy(origin=ORIGIN), NOON + timedelta(hours=2)
        assert verify(log, vkeys=[KEY.verifier.vkey], now=later, policy=policy, since=since).exit_code == 0
        log.waiting.append(("event-x", NOON))
        report = verify(log, vkeys=[KEY.verifier.vkey], now=later, policy=policy, since=since)
        assert (report.verdict, report.exit_code) == (Verdict.SUPPRESSED, 1)

    def test_finds_an_entry_from_before_that_stands_there_again(self, log: MemoryLog) -> None:
        since = log.sign(size=13)
        log.rows[13] = (13, *log.rows[1][1:])
        log.checkpoint()
        assert Verdict.DUPLICATE in verdicts(after(log, since))

    def test_finds_another_entry_in_the_place_of_one_from_before(self, log: MemoryLog) -> None:
        since = log.sign()
        log.append("visit-0", n=7, prev=log.rows[15][2].hex())
        log.checkpoint()
        assert Verdict.DUPLICATE in verdicts(after(log, since))

    def test_finds_a_chain_that_goes_on_from_nothing_that_stood_there(self, log: MemoryLog) -> None:
        since = log.sign()
        log.append("visit-0", prev="ab" * 32)
        log.append("visit-new", n=5, prev="ab" * 32)
        log.append("visit-1", time=NOON - timedelta(days=1))
        log.checkpoint()
        found = [each.detail for each in after(log, since).findings]
        assert "entry 8 of visit-0 continues from another entry 7" in found
        assert "visit-new lacks its entry 1 to 4" in found
        assert "entry 8 of visit-1 is earlier than the one before" in found

    def test_finds_that_where_a_chain_stood_is_not_what_was_verified(self, log: MemoryLog) -> None:
        since = log.sign()
        log.append("visit-0")
        log.checkpoint()
        log.edit(18, another_event(log.rows[18][1]), rehash=False)
        assert verdicts(after(log, since)) >= {Verdict.EDITED}

    def test_finds_that_the_log_begins_otherwise_now(self, log: MemoryLog) -> None:
        since = log.sign(size=13)
        log.rows[3] = (3, b"other", leaf_hash(b"other"))
        report = after(log, since)
        assert (report.verdict, report.exit_code) == (Verdict.INCONSISTENT, 1)

    def test_finds_that_the_log_is_shorter_now(self, log: MemoryLog) -> None:
        since = log.sign()
        del log.rows[17:], log.signed[3:]
        log.published = log.signed[-1]
        assert after(log, since).verdict is Verdict.TRUNCATED

    def test_of_what_is_no_checkpoint_of_this_log_is_bad_input(self, log: MemoryLog) -> None:
        assert after(log, b"nonsense").exit_code == 2


class TestStatedEnds:
    def test_of_all_chains_are_recomputed(self, log: MemoryLog) -> None:
        for _ in range(3):
            state_ends(log, at=SOON)
            log.append("visit-1")
        log.checkpoint()
        assert check(log).exit_code == 0

    def test_that_leave_a_tail_out_are_found(self, log: MemoryLog) -> None:
        shorter = MemoryLog(rows=log.rows[:-1])
        root = state_ends(shorter).root().hex()
        state_ends(log, at=SOON, root=root)
        log.checkpoint()
        report = check(log)
        assert (verdicts(report), report.exit_code) == ({Verdict.INCONSISTENT}, 1)

    def test_of_more_entries_than_there_were_are_found(self, log: MemoryLog) -> None:
        state_ends(log, at=SOON, size=len(log.rows) + 1)
        log.checkpoint()
        assert verdicts(check(log)) == {Verdict.INCONSISTENT}

    def test_in_no_known_form_are_named(self, log: MemoryLog) -> None:
        log.append("system", type=EventName.LOG_HEADS_RECORDED, data={"size": "much"})
        log.checkpoint()
        assert verdicts(check(log)) == {Verdict.NOT_CANONICAL}

    def test_are_not_recomputed_beyond_a_gap(self) -> None:
        log = a_log(20, visits=20)
        state_ends(log, at=SOON)
        log.checkpoint()
        del log.rows[7]
        log.claimed_size = 21
        assert verdicts(check(log)) == {Verdict.MISSING}


def test_several_processes_find_what_one_finds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = a_log(700, visits=7, every=700)
    log.edit(300, another_event(log.rows[300][1]), rehash=False)
    log.rows.append((700, log.rows[650][1], log.rows[650][2]))
    log.checkpoint()
    publish(log, tmp_path)
    alone = verify(TileDirectory(tmp_path), vkeys=[KEY.verifier.vkey], now=SOON)
    monkeypatch.setattr(parallel, "WORTH_IT", 1)
    monkeypatch.setattr(parallel, "RANGE", 64)
    together = verify(TileDirectory(tmp_path), vkeys=[KEY.verifier.vkey], now=SOON, workers=2)
    assert {Verdict.EDITED, Verdict.DUPLICATE} <= verdicts(alone)
    assert together == alone
