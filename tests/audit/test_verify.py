"""Each verdict on what the log holds, produced by doing the thing."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from audit.events import EventName
from audit.report import KEPT_FINDINGS, Verdict
from audit.verify import Policy, verify
from tests.audit.builders import KEY, NOON, ORIGIN, OTHER_KEY, SOON, MemoryLog, a_log, another_event, check, verdicts

_ATTACKS = (
    Path(__file__),
    Path(__file__).with_name("test_verify_signed.py"),
    Path(__file__).with_name("test_continuation.py"),
    Path(__file__).parents[1] / "gateway" / "visits" / "test_evidence.py",
)
"""On the log, on what was signed of it, and on what a yes is proven by: that needs a database to be altered in."""


class TestSoundLog:
    def test_is_verified(self) -> None:
        report = check(a_log(20, visits=3, every=5))
        assert report.verdict is Verdict.VERIFIED
        assert report.exit_code == 0
        assert verdicts(report) == set()
        assert (report.size, report.vouched_size) == (20, 20)
        counted = {"entries": 20, "visits": 3, "checkpoints": 4, "witnesses": 0, "witnessed": 0, "unvouched": 0}
        assert report.counts == counted

    def test_says_that_nobody_outside_saw_it(self) -> None:
        report = check(a_log())
        assert report.lines()[0].startswith("Verified, unwitnessed: 20 entries of 3 visits")
        assert report.totals == {Verdict.UNWITNESSED: 1}

    def test_gives_the_root_over_all_leaves(self) -> None:
        log = a_log(20)
        log.append()
        report = check(log)
        assert report.root == log.root()
        assert (report.size, report.vouched_size, report.counts["unvouched"]) == (21, 20, 1)

    def test_contains_what_was_held_earlier(self) -> None:
        log = a_log(20)
        assert check(log, held=log.sign(size=13)).exit_code == 0

    def test_verifies_over_several_batches_and_says_how_far_it_is(self) -> None:
        log = MemoryLog()
        for index in range(4096 + 300):
            log.append(f"visit-{index % 50}")
        log.checkpoint()
        seen: list[tuple[int, int]] = []
        report = verify(
            log,
            vkeys=[KEY.verifier.vkey],
            now=SOON + timedelta(hours=2),
            progress=lambda done, total: seen.append((done, total)),
        )
        assert report.exit_code == 0
        assert seen == [(4096, 4396), (4396, 4396)]

    def test_is_verified_while_it_grows(self) -> None:
        class GrowingLog(MemoryLog):
            def checkpoints(self) -> Iterator[bytes]:
                yield from self.signed
                self.append("visit-0")
                yield self.checkpoint()

        sound = a_log(20)
        log = GrowingLog(rows=sound.rows, signed=sound.signed, published=sound.published, heads=sound.heads)
        report = check(log)
        assert report.exit_code == 0
        assert report.size == 20


class TestEdited:
    def test_a_leaf_whose_bytes_were_changed_is_named_and_the_rest_still_stands(self) -> None:
        log = a_log()
        log.edit(7, another_event(log.rows[7][1]), rehash=False)
        report = check(log)
        assert report.exit_code == 1
        assert verdicts(report) == {Verdict.EDITED}
        (finding,) = [finding for finding in report.findings if finding.verdict is Verdict.EDITED]
        assert finding.index == 7
        assert report.vouched_size == 20

    def test_a_leaf_changed_with_its_hash_no_longer_leads_to_what_was_signed(self) -> None:
        log = a_log()
        log.edit(7, another_event(log.rows[7][1]), rehash=True)
        report = check(log)
        assert report.exit_code == 1
        assert Verdict.INCONSISTENT in verdicts(report)
        assert report.vouched_size == 5

    def test_a_checkpoint_changed_after_signing_is_noticed(self) -> None:
        log = a_log()
        log.signed[1] = log.signed[1].replace(b"\n10\n", b"\n11\n")
        assert verdicts(check(log)) == {Verdict.EDITED}

    def test_a_checkpoint_that_cannot_be_read_is_noticed(self) -> None:
        log = a_log()
        log.signed[1] = b"nonsense"
        report = check(log)
        assert (verdicts(report), report.exit_code) == ({Verdict.EDITED}, 1)


class TestMissing:
    def test_a_leaf_gone_from_within_is_named(self) -> None:
        log = a_log(20, visits=20)
        del log.rows[7]
        log.claimed_size = 20
        report = check(log)
        assert verdicts(report) == {Verdict.MISSING}
        assert report.findings[0].subject == "leaf 7"
        assert report.root is None
        assert report.vouched_size == 5

    def test_several_gone_are_counted_each(self) -> None:
        log = a_log(20, visits=20)
        del log.rows[7:10]
        log.claimed_size = 20
        report = check(log)
        assert report.totals[Verdict.MISSING] == 3
        assert report.findings[0].subject == "leaves 7 to 9"

    def test_a_tail_gone_though_the_log_still_counts_it_is_missing(self) -> None:
        log = a_log(20, visits=20)
        del log.rows[18:]
        log.claimed_size = 20
        assert verdicts(check(log)) == {Verdict.MISSING}

    def test_a_leaf_gone_and_the_rest_moved_up_does_not_lead_to_what_was_signed(self) -> None:
        log = a_log(20, visits=20)
        del log.rows[7]
        log.rows = [(index, leaf, stored) for index, (_, leaf, stored) in enumerate(log.rows)]
        assert {Verdict.INCONSISTENT, Verdict.TRUNCATED} <= verdicts(check(log))


class TestSuppressed:
    def test_an_event_that_never_became_a_leaf_is_named(self) -> None:
        log = a_log()
        log.waiting = [("event-hidden", NOON), ("event-just-now", SOON)]
        report = check(log)
        assert (report.exit_code, report.totals[Verdict.SUPPRESSED]) == (1, 1)
        assert any("event-hidden" in line for line in report.lines())

    def test_one_that_waits_for_its_leaf_is_pending_and_no_violation(self) -> None:
        log = a_log()
        log.pending = [NOON, NOON, SOON]
        report = check(log)
        assert (report.exit_code, report.totals[Verdict.PENDING], report.verdict) == (3, 2, Verdict.PENDING)
        assert Verdict.SUPPRESSED not in report.totals


class TestDuplicate:
    def test_an_event_logged_twice_in_its_chain_is_named(self) -> None:
        log = a_log(10)
        log.append_bytes(log.rows[3][1])
        log.checkpoint()
        report = check(log)
        assert (verdicts(report), report.exit_code) == ({Verdict.DUPLICATE}, 1)
        assert {finding.index for finding in report.findings if finding.verdict is Verdict.DUPLICATE} == {10}

    def test_an_event_logged_again_as_another_of_its_chain_is_named(self) -> None:
        log = a_log(10)
        log.append("visit-9", id="event-3")
        log.checkpoint()
        report = check(log)
        assert verdicts(report) == {Verdict.DUPLICATE}
        assert any("the same event as leaf 3" in line for line in report.lines())

    def test_a_leaf_that_the_source_gives_twice_is_named(self) -> None:
        log = a_log(10)
        log.rows.insert(5, log.rows[4])
        log.claimed_size = 10
        assert verdicts(check(log)) == {Verdict.DUPLICATE}


class TestNotCanonical:
    @pytest.mark.parametrize(
        ("old", "new"),
        [(b'"n":1,', b'"n": 1,'), (b'"n":1,', b'"n":1.0,'), (b'"v":1', b'"v":1 '), (b'"index":0', b'"inde\\u0078":0')],
    )
    def test_a_leaf_in_other_bytes_is_named(self, old: bytes, new: bytes) -> None:
        log = MemoryLog()
        log.append("visit-0")
        changed = log.rows[0][1].replace(old, new)
        assert changed != log.rows[0][1]
        log.edit(0, changed, rehash=True)
        log.checkpoint()
        assert verdicts(check(log)) == {Verdict.NOT_CANONICAL}

    def test_a_leaf_that_is_no_entry_at_all_is_named(self) -> None:
        log = a_log(10)
        log.append_bytes(b"\xff\x00 anything")
        log.checkpoint()
        assert verdicts(check(log)) == {Verdict.NOT_CANONICAL}


class TestIncompleteVisit:
    def test_an_event_left_out_before_it_was_logged_is_named(self) -> None:
        log = a_log(9)
        n, prev = log.heads["visit-0"]
        log.append("visit-0", n=n + 2, prev=prev)
        log.checkpoint()
        report = check(log)
        assert (verdicts(report), report.exit_code) == ({Verdict.INCOMPLETE_VISIT}, 1)
        assert any("visit-0 lacks its entry 4" in line for line in report.lines())

    def test_a_chain_that_continues_from_another_entry_is_named(self) -> None:
        log = a_log(9)
        log.append("visit-0", prev="ab" * 32)
        log.checkpoint()
        assert verdicts(check(log)) == {Verdict.INCOMPLETE_VISIT}

    def test_a_chain_that_does_not_begin_at_one_is_named(self) -> None:
        log = a_log(9)
        log.append("visit-new", n=3, prev="ab" * 32)
        log.checkpoint()
        assert verdicts(check(log)) == {Verdict.INCOMPLETE_VISIT}

    def test_events_outside_a_visit_chain_under_their_own_name(self) -> None:
        log = a_log(9)
        for _ in range(3):
            log.append("terminal:terminal-1", type=EventName.STAFF_SIGNED_IN)
        log.checkpoint()
        assert check(log).exit_code == 0


class TestTimeOrder:
    def test_a_clock_rolled_back_within_a_visit_is_named(self) -> None:
        log = a_log(9)
        log.append("visit-0", time=NOON - timedelta(hours=1))
        log.checkpoint()
        report = check(log)
        assert (verdicts(report), report.exit_code) == ({Verdict.TIME_ORDER}, 1)

    def test_an_event_from_the_future_is_named(self) -> None:
        log = a_log(9)
        log.append("visit-0", time=NOON + timedelta(days=1))
        log.checkpoint()
        assert verdicts(check(log)) == {Verdict.TIME_ORDER}

    def test_visits_may_reach_the_log_one_after_another(self) -> None:
        log = MemoryLog()
        log.append("visit-1", time=NOON + timedelta(minutes=1))
        log.append("visit-2", time=NOON)
        log.checkpoint()
        assert check(log).exit_code == 0


class TestErased:
    def test_an_erasure_is_told_and_is_no_error(self) -> None:
        log = a_log(9)
        log.append("resident:resident-1", type=EventName.RESIDENT_ERASED)
        log.checkpoint()
        report = check(log)
        assert (report.verdict, report.exit_code) == (Verdict.VERIFIED, 0)
        assert verdicts(report) == {Verdict.ERASED}


class TestBadInput:
    @pytest.mark.parametrize("vkeys", [[], ["nonsense"]])
    def test_without_a_usable_key_nothing_is_checked(self, vkeys: list[str]) -> None:
        report = verify(a_log(), vkeys=vkeys, now=SOON)
        assert (report.verdict, report.exit_code) == (Verdict.BAD_INPUT, 2)

    @pytest.mark.parametrize("held", [b"", b"nonsense", a_log(5).sign(OTHER_KEY)])
    def test_a_held_checkpoint_that_is_none_is_refused(self, held: bytes) -> None:
        assert check(a_log(), held=held).exit_code == 2

    def test_a_witness_key_that_is_none_is_refused(self) -> None:
        assert check(a_log(), witnesses=("nonsense",)).exit_code == 2


class TestReport:
    def test_is_json_for_programs(self) -> None:
        log = a_log()
        log.edit(7, another_event(log.rows[7][1]), rehash=False)
        read = json.loads(check(log).to_json())
        assert (read["verdict"], read["exit_code"], read["size"]) == ("edited", 1, 20)
        assert read["findings"][0] == {
            "verdict": "edited",
            "severity": "violation",
            "subject": "leaf 7",
            "detail": "its bytes were changed after it was logged",
            "index": 7,
        }
        assert read["root"] == log.root().hex()
        assert read["checked_at"] == "2024-03-04T12:02:00.000000Z"

    def test_names_a_few_of_many_findings_and_counts_all(self) -> None:
        log = a_log(100, visits=100, every=100)
        for index in range(100):
            log.edit(index, another_event(log.rows[index][1]), rehash=False)
        report = check(log)
        assert report.totals[Verdict.EDITED] == 100
        assert sum(finding.verdict is Verdict.EDITED for finding in report.findings) == KEPT_FINDINGS
        assert "edited: and 80 more like these." in report.lines()

    def test_a_violation_weighs_more_than_what_cannot_be_concluded(self) -> None:
        log = a_log(9)
        log.append("visit-0", time=NOON - timedelta(hours=1))
        report = check(log, now=NOON + timedelta(hours=1))
        assert verdicts(report) == {Verdict.TIME_ORDER, Verdict.STALE}
        assert report.exit_code == 1

    def test_no_verdict_is_without_its_attack(self) -> None:
        text = "".join(file.read_text() for file in _ATTACKS)
        assert [verdict.name for verdict in Verdict if f"Verdict.{verdict.name}" not in text] == []


class TestDefaults:
    def test_without_an_origin_the_first_checkpoint_names_the_log(self) -> None:
        report = verify(a_log(), vkeys=[KEY.verifier.vkey], now=SOON, policy=Policy())
        assert (report.origin, report.exit_code) == (ORIGIN, 0)

    def test_the_clock_is_the_callers(self) -> None:
        early = datetime(2020, 1, 1, tzinfo=SOON.tzinfo)
        assert Verdict.TIME_ORDER in verdicts(verify(a_log(), vkeys=[KEY.verifier.vkey], now=early))


def test_a_gap_is_said_once_however_long_it_is() -> None:
    log = a_log(20)
    del log.rows[5:15]
    log.claimed_size = 20
    lines = check(log).lines()
    assert "missing: leaves 5 to 14: gone from the log" in lines
    assert not [line for line in lines if line.startswith("missing: and")]


def test_what_to_do_next_stands_last_and_a_sound_log_asks_for_nothing() -> None:
    log = a_log(20)
    assert not [line for line in check(log).lines() if line.startswith("What to do")]
    log.edit(15, another_event(log.rows[15][1]), rehash=False)
    assert check(log).lines()[-1].startswith("What to do: keep what was read and this report")
    assert check(log).lines()[0].startswith("NOT VERIFIED (edited): 2 findings in 20 entries")
    forked = a_log(20)
    del forked.rows[17:], forked.signed[-1:]
    forked.published = forked.signed[-1]
    held = a_log(20).published
    assert check(forked, held=held).lines()[-1].startswith("What to do: keep both: the checkpoint that was signed")
