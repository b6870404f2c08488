"""What was signed, published or held elsewhere contradicts the log, or says too little."""

from datetime import timedelta

from audit import checkpoint, note
from audit.checkpoint import Checkpoint
from audit.cosignature import WitnessSigner
from audit.merkle import leaf_hash
from audit.policy import TrustPolicy
from audit.report import Verdict
from tests.audit.builders import KEY, NOON, ORIGIN, OTHER_KEY, SOON, MemoryLog, a_log, check, verdicts

WITNESSES = [WitnessSigner(f"witness.example/w{n}", bytes([n] * 32), lambda: SOON) for n in (1, 2)]
WITNESS_KEYS = tuple(witness.verifier.vkey for witness in WITNESSES)


class TestTruncated:
    def test_a_dropped_tail_is_seen_by_the_checkpoints(self) -> None:
        log = a_log(20)
        del log.rows[17:]
        assert verdicts(check(log)) == {Verdict.TRUNCATED}

    def test_a_tail_dropped_with_its_checkpoints_is_seen_by_the_one_held_outside(self) -> None:
        log = a_log(20)
        held = log.signed[-1]
        del log.rows[15:], log.signed[3:]
        log.published = log.signed[-1]
        assert check(log).exit_code == 0
        report = check(log, held=held)
        assert (verdicts(report), report.exit_code) == ({Verdict.TRUNCATED}, 1)

    def test_a_restored_backup_is_seen_by_what_was_published(self) -> None:
        log = a_log(20)
        published = log.published
        backup = a_log(15)
        backup.published = published
        assert verdicts(check(backup)) == {Verdict.TRUNCATED}


class TestInconsistent:
    def test_a_log_rebuilt_with_the_same_key_does_not_contain_what_was_held(self) -> None:
        held = a_log(20).signed[1]
        rebuilt = MemoryLog()
        for index in range(20):
            rebuilt.append(f"visit-{index % 3}", data={"rewritten": True})
        rebuilt.checkpoint()
        assert check(rebuilt).exit_code == 0
        report = check(rebuilt, held=held)
        assert (verdicts(report), report.exit_code) == ({Verdict.INCONSISTENT}, 1)

    def test_a_checkpoint_of_another_log_is_not_one_of_this(self) -> None:
        log = a_log()
        log.signed.append(checkpoint.sign(Checkpoint("log.example/other", 20, log.root()), KEY))
        assert verdicts(check(log)) == {Verdict.INCONSISTENT}

    def test_a_held_checkpoint_of_another_log_is_not_one_of_this(self) -> None:
        log = a_log()
        foreign = checkpoint.sign(Checkpoint("log.example/other", 20, log.root()), KEY)
        assert verdicts(check(log, held=foreign)) == {Verdict.INCONSISTENT}


class TestSplitView:
    def test_two_signed_roots_for_one_size_are_a_split_view(self) -> None:
        log = a_log(20)
        fork = checkpoint.sign(Checkpoint(ORIGIN, 10, leaf_hash(b"what another was shown")), KEY)
        report = check(log, held=fork)
        assert report.exit_code == 1
        assert report.verdict is Verdict.SPLIT_VIEW

    def test_also_beyond_the_end_of_the_log(self) -> None:
        log = a_log(20)
        one, two = (checkpoint.sign(Checkpoint(ORIGIN, 30, leaf_hash(root)), KEY) for root in (b"1", b"2"))
        log.signed += [one, two]
        assert verdicts(check(log)) == {Verdict.SPLIT_VIEW, Verdict.TRUNCATED}


class TestStale:
    def test_leaves_that_wait_too_long_for_a_checkpoint_make_it_stale(self) -> None:
        log = a_log(20)
        log.append()
        assert check(log, now=NOON + timedelta(minutes=5)).exit_code == 0
        report = check(log, now=NOON + timedelta(minutes=6))
        assert (verdicts(report), report.exit_code) == ({Verdict.STALE}, 3)

    def test_an_old_checkpoint_published_again_is_stale(self) -> None:
        log = a_log(20)
        log.published = log.signed[0]
        assert verdicts(check(log, now=NOON + timedelta(hours=1))) == {Verdict.STALE}

    def test_an_old_checkpoint_stored_again_after_newer_ones_is_stale(self) -> None:
        log = a_log(20)
        log.signed.append(log.signed[0])
        assert verdicts(check(log)) == {Verdict.STALE}

    def test_a_quiet_log_is_not_stale(self) -> None:
        assert check(a_log(20), now=NOON + timedelta(days=30)).exit_code == 0

    def test_without_a_published_checkpoint_the_newest_stored_one_counts(self) -> None:
        log = a_log(20)
        log.published = None
        assert check(log, now=NOON + timedelta(hours=1)).exit_code == 0
        log.append()
        assert verdicts(check(log, now=NOON + timedelta(hours=1))) == {Verdict.STALE}


class TestUnwitnessed:
    def test_fewer_witnesses_than_demanded_cannot_conclude(self) -> None:
        log = a_log()
        log.published = log.sign(KEY, WITNESSES[0])
        report = check(log, witnesses=WITNESS_KEYS, quorum=2)
        assert (report.verdict, report.exit_code) == (Verdict.UNWITNESSED, 3)
        assert report.counts["witnesses"] == 1

    def test_enough_witnesses_conclude(self) -> None:
        log = a_log()
        log.published = log.sign(KEY, *WITNESSES)
        report = check(log, witnesses=WITNESS_KEYS, quorum=2)
        assert report.totals == {}
        assert report.lines()[0].startswith("Verified: ")

    def test_one_witness_signing_twice_is_one_witness(self) -> None:
        log = a_log()
        log.published = log.sign(KEY, WITNESSES[0], WITNESSES[0])
        assert check(log, witnesses=WITNESS_KEYS, quorum=2).exit_code == 3

    def test_a_tail_that_its_witnesses_may_still_be_on_their_way_to_is_said_and_does_not_count(self) -> None:
        log = a_log(20)
        log.signed[-1] = log.published = log.sign(KEY, *WITNESSES)
        log.append()
        log.checkpoint()
        young = check(log, witnesses=WITNESS_KEYS, quorum=2)
        assert (young.exit_code, young.counts["witnesses"], young.counts["witnessed"]) == (0, 0, 20)
        assert young.lines()[0].startswith("Verified, unwitnessed: ")
        assert "nothing from entry 20 on" in young.findings[0].detail
        old = check(log, witnesses=WITNESS_KEYS, quorum=2, now=NOON + timedelta(hours=1))
        assert (old.verdict, old.exit_code) == (Verdict.UNWITNESSED, 3)

    def test_a_policy_may_demand_witnesses_of_several_groups(self) -> None:
        log = a_log()
        lines = [f"witness {name} {key}\n" for name, key in zip("ab", WITNESS_KEYS, strict=True)]
        trust = TrustPolicy.parse("".join([*lines, "group both all a b\nquorum both\n"]).encode())
        log.published = log.sign(KEY, WITNESSES[0])
        report = check(log, trust=trust)
        assert (report.verdict, report.exit_code) == (Verdict.UNWITNESSED, 3)
        log.published = log.sign(KEY, *WITNESSES)
        assert check(log, trust=trust).exit_code == 0

    def test_a_made_up_cosignature_is_a_violation(self) -> None:
        log = a_log()
        forger = WitnessSigner(WITNESSES[0].name, bytes([9] * 32), lambda: SOON)
        line = note.Signature(forger.name, WITNESSES[0].key_id, forger.sign(log.signed[-1]))
        log.published = log.signed[-1] + _line_of(line)
        report = check(log, witnesses=WITNESS_KEYS, quorum=1)
        assert Verdict.EDITED in verdicts(report)
        assert report.exit_code == 1


class TestKeys:
    def test_checkpoints_by_a_key_up_to_its_retirement_are_good(self) -> None:
        log = a_log(20)
        log.append()
        log.checkpoint(OTHER_KEY)
        assert check(log, retired={OTHER_KEY.verifier.vkey: 21}).exit_code == 0

    def test_a_key_that_signs_after_its_retirement_is_named(self) -> None:
        log = a_log(20)
        log.append()
        log.checkpoint(OTHER_KEY)
        report = check(log, retired={OTHER_KEY.verifier.vkey: 20})
        assert (verdicts(report), report.exit_code) == ({Verdict.RETIRED_KEY}, 1)

    def test_both_keys_may_sign_while_one_follows_the_other(self) -> None:
        log = a_log(20)
        log.append()
        log.checkpoint(OTHER_KEY, KEY)
        assert check(log, retired={OTHER_KEY.verifier.vkey: 20}).exit_code == 0


class TestCannotExclude:
    def test_a_log_without_a_checkpoint_vouches_for_nothing(self) -> None:
        log = a_log(9)
        log.signed.clear()
        log.published = None
        report = check(log)
        assert (verdicts(report), report.exit_code) == ({Verdict.CANNOT_EXCLUDE}, 3)

    def test_a_log_signed_only_by_strangers_vouches_for_nothing(self) -> None:
        log = MemoryLog()
        log.append()
        log.checkpoint(OTHER_KEY)
        report = check(log)
        assert (verdicts(report), report.exit_code) == ({Verdict.CANNOT_EXCLUDE}, 3)
        assert report.vouched_size == 0

    def test_an_empty_log_says_so(self) -> None:
        assert check(MemoryLog()).exit_code == 3


def _line_of(signature: note.Signature) -> bytes:
    class Recorded:
        name = signature.name
        key_id = signature.key_id

        def sign(self, text: bytes) -> bytes:
            del text
            return signature.signature

    signed = note.sign(b"x\n", [Recorded()])
    return signed[signed.rindex(b"\n\n") + 2 :]
