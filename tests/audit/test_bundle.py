"""Each verdict on a bundle, produced by doing the thing to it."""

import zipfile
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import msgspec
import pytest

from audit import archive, page
from audit.archive import MANIFEST
from audit.checkpoint import Checkpoint, sign
from audit.events import EventName
from audit.members import Members, entry_name, proof_name
from audit.merkle import leaf_hash
from audit.report import Verdict
from tests.audit.builders import KEY, NOON, ORIGIN, OTHER_KEY, another_event, verdicts
from tests.audit.bundles import (
    LATER,
    VISIT,
    Files,
    a_visit,
    bundle_of,
    ends_before,
    proof_in,
    rewritten,
    state_ends,
    tampered,
    unpack,
    verify,
)


@pytest.fixture(scope="module")
def sound() -> bytes:
    log = a_visit()
    state_ends(log)
    return bundle_of(log)


class TestASoundBundle:
    def test_is_verified_and_says_as_of_when_it_is_whole(self, sound: bytes) -> None:
        report = verify(sound)
        assert (report.verdict, report.exit_code, verdicts(report)) == (Verdict.VERIFIED, 0, set())
        assert report.lines()[0] == (
            "Verified, unwitnessed: 6 entries of visit visit-1, 6 of them proven in the log of 13, "
            "whole as of 2024-03-04 12:10:00 UTC."
        )

    def test_is_the_same_bytes_each_time(self, sound: bytes) -> None:
        log = a_visit()
        state_ends(log)
        assert bundle_of(log) == sound

    def test_may_go_on_after_the_log_stated_its_end(self) -> None:
        log = a_visit()
        state_ends(log)
        log.append(VISIT)
        assert verify(bundle_of(log)).exit_code == 0

    def test_has_a_page_in_two_languages_that_runs_nothing(self, sound: bytes) -> None:
        shown = unpack(sound)[1][page.NAME].decode()
        assert "Atvēra apmeklējumu" in shown
        assert "Opened the visit" in shown
        assert "<script" not in shown
        assert "http" not in shown.replace("https://issuer.example", "")

    def test_has_a_page_that_escapes_what_it_is_told(self) -> None:
        log = a_visit(data={"<b>": "<script>alert(1)</script>"})
        assert b"<script" not in unpack(bundle_of(log))[1][page.NAME]


def drop(*names: str) -> Callable[[Files], object]:
    return lambda files: [files.pop(name, None) for name in names]


def drop_entry(*numbers: int) -> Callable[[Files], object]:
    return drop(*(name for n in numbers for name in (entry_name(n), proof_name(entry_name(n)))))


def put(name: str, make: Callable[[bytes], bytes]) -> Callable[[Files], object]:
    return lambda files: files.update({name: make(files.get(name, b""))})


class TestWhatWasChanged:
    def test_an_edited_entry_is_named_also_where_the_manifest_was_mended(self, sound: bytes) -> None:
        for n in (1, 3, 6):
            report = verify(rewritten(sound, put(entry_name(n), another_event)))
            assert (report.verdict, report.exit_code) == (Verdict.EDITED, 1), n
            assert any(entry_name(n) in finding.subject for finding in report.findings)

    @pytest.mark.parametrize("name", [entry_name(2), Members.CHECKPOINT, page.NAME, "jwks.json", Members.HEADS_PROOF])
    def test_any_file_that_differs_from_the_manifest_is_named(self, sound: bytes, name: str) -> None:
        report = verify(tampered(sound, put(name, lambda content: content.replace(b"1", b"2") + b"\n")))
        assert report.exit_code == 1
        assert any(finding.subject == name for finding in report.findings)

    def test_a_page_that_says_something_else_is_named(self, sound: bytes) -> None:
        manifest, files = unpack(sound)
        files[page.NAME] = files[page.NAME].replace(b"Opened the visit", b"Closed the visit")
        assert verdicts(verify(archive.write(manifest, files))) == {Verdict.EDITED}

    def test_a_page_of_another_version_is_not_compared(self, sound: bytes) -> None:
        report = verify(rewritten(sound, drop(), page=page.VERSION + 1))
        assert (report.exit_code, verdicts(report)) == (0, {Verdict.CANNOT_EXCLUDE})

    def test_what_is_gone_or_was_put_beside_is_named(self, sound: bytes) -> None:
        assert verdicts(verify(tampered(sound, drop("jwks.json")))) == {Verdict.MISSING}
        assert verdicts(verify(tampered(sound, put("more.txt", lambda _: b"x")))) == {Verdict.EDITED}
        assert verdicts(verify(rewritten(sound, drop(proof_name(entry_name(2)))))) == {Verdict.MISSING}

    def test_an_entry_of_another_visit_is_named(self, sound: bytes) -> None:
        log = a_visit()
        foreign = bundle_of(log)
        report = verify(rewritten(foreign, lambda files: files.update({entry_name(2): log.rows[0][1]})))
        assert report.verdict is Verdict.EDITED

    def test_a_proof_that_is_none_or_under_another_checkpoint_is_named(self, sound: bytes) -> None:
        name = proof_name(entry_name(2))
        for change in (put(name, lambda _: b"nothing"), put(name, lambda proof: proof.replace(b"log.example", b"l"))):
            assert verify(rewritten(sound, change)).exit_code == 1


class TestOtherRoot:
    def test_signed_by_the_right_key_the_entries_do_not_lead_to_it(self, sound: bytes) -> None:
        forked = sign(Checkpoint(ORIGIN, 13, leaf_hash(b"another history")), KEY)

        def fork(files: Files) -> None:
            old = files[Members.CHECKPOINT]
            for name in list(files):
                files[name] = files[name].replace(old, forked)

        report = verify(rewritten(sound, fork))
        assert (report.exit_code, Verdict.INCONSISTENT in verdicts(report), report.vouched_size) == (1, True, 0)

    def test_a_checkpoint_that_was_edited_is_named(self, sound: bytes) -> None:
        report = verify(rewritten(sound, put(Members.CHECKPOINT, lambda note: note.replace(b"\n13\n", b"\n14\n"))))
        assert (report.verdict, report.exit_code) == (Verdict.EDITED, 1)


class TestKeys:
    def test_of_somebody_else_vouch_for_nothing(self) -> None:
        log = a_visit()
        state_ends(log)
        report = verify(bundle_of(log, OTHER_KEY))
        assert (report.verdict, report.exit_code, report.vouched_size) == (Verdict.CANNOT_EXCLUDE, 3, 0)

    def test_that_were_retired_before_are_named(self) -> None:
        log = a_visit()
        state_ends(log)
        content = bundle_of(log, OTHER_KEY)
        assert verify(content, retired={OTHER_KEY.verifier.vkey: 13}).exit_code == 0
        report = verify(content, retired={OTHER_KEY.verifier.vkey: 12})
        assert (report.verdict, report.exit_code) == (Verdict.RETIRED_KEY, 1)

    def test_that_are_none_end_it(self, sound: bytes) -> None:
        assert verify(sound, witnesses=("nonsense",)).exit_code == 2

    def test_without_a_checkpoint_nothing_is_proven(self, sound: bytes) -> None:
        report = verify(rewritten(sound, drop(Members.CHECKPOINT)))
        assert (report.verdict, report.exit_code) == (Verdict.CANNOT_EXCLUDE, 3)


class TestWhatWasLeftOut:
    def test_an_entry_from_within(self, sound: bytes) -> None:
        report = verify(rewritten(sound, drop_entry(3)))
        assert (verdicts(report), report.exit_code) == ({Verdict.INCOMPLETE_VISIT}, 1)
        assert "left out: entry 3" in report.lines()[2]

    def test_the_tail_though_the_bundle_says_that_it_is_whole(self, sound: bytes) -> None:
        report = verify(rewritten(sound, drop_entry(5, 6), last=4))
        assert (verdicts(report), report.exit_code) == ({Verdict.INCOMPLETE_VISIT}, 1)
        assert "had 6 entries" in report.lines()[2]
        assert "whole" not in report.lines()[0]

    def test_the_tail_and_what_the_log_states_of_it_cannot_be_excluded(self, sound: bytes) -> None:
        change = drop(*(name for name in unpack(sound)[1] if name.startswith("heads/")))
        report = verify(rewritten(rewritten(sound, drop_entry(5, 6), last=4), change))
        assert (report.verdict, report.exit_code) == (Verdict.CANNOT_EXCLUDE, 3)

    def test_a_number_beyond_all_memory_is_only_counted(self, sound: bytes) -> None:
        assert verify(rewritten(sound, drop(), last=2**53 - 1)).totals[Verdict.INCOMPLETE_VISIT] == 2**53 - 7


class TestTheStatedEnd:
    def test_of_another_visit_is_not_its(self) -> None:
        log = a_visit()
        state_ends(log)
        other = bundle_of(log)
        report = verify(rewritten(other, put(Members.HEADS_PROOF, lambda content: content.replace(b'"n":6', b'"n":5'))))
        assert Verdict.EDITED in verdicts(report)

    def test_that_is_not_in_the_log_does_not_count(self, sound: bytes) -> None:
        report = verify(
            rewritten(sound, put(Members.HEADS_ENTRY, lambda leaf: leaf.replace(b'"size":12', b'"size":2')))
        )
        assert report.exit_code == 1

    def test_with_an_earlier_entry_contradicts_the_bundle(self) -> None:
        """The record leaves the visit's last entry out, though that stood in the log already."""
        log = a_visit()
        tree = ends_before(log, len(log.rows) - 1)
        state_ends(log, root=tree.root().hex())
        shorter = put(Members.HEADS_PROOF, lambda _: msgspec.json.encode(tree.proof(VISIT)))
        report = verify(rewritten(bundle_of(log), shorter))
        assert (verdicts(report), report.exit_code) == ({Verdict.INCONSISTENT}, 1)

    def test_that_is_old_is_noted_or_refused(self, sound: bytes) -> None:
        later = LATER + timedelta(days=9)
        noted = verify(sound, now=later)
        assert (noted.exit_code, verdicts(noted)) == (0, {Verdict.STALE})
        refused = verify(sound, now=later, max_age=timedelta(days=7))
        assert (refused.verdict, refused.exit_code) == (Verdict.STALE, 3)


class TestOneForm:
    @pytest.mark.parametrize(
        ("old", "new"),
        [
            (b'"n":2,', b'"n":2.0,'),
            (b'"actor":', b'"v":1,"actor":'),
            (b'"index":', '"inde\N{COMBINING ACUTE ACCENT}x":'.encode()),
            (b'{"actor"', b'{ "actor"'),
        ],
    )
    def test_an_entry_in_other_bytes_is_named(self, sound: bytes, old: bytes, new: bytes) -> None:
        report = verify(rewritten(sound, put(entry_name(2), lambda leaf: leaf.replace(old, new, 1))))
        assert report.exit_code == 1
        assert report.findings[0].verdict in {Verdict.NOT_CANONICAL, Verdict.EDITED, Verdict.UNWITNESSED}
        assert {Verdict.NOT_CANONICAL, Verdict.EDITED} & verdicts(report)

    def test_that_was_logged_so_is_named_too(self) -> None:
        log = a_visit()
        leaf = log.rows[1][1].replace(b'"n":1,', b'"n":1.0,')
        log.edit(1, leaf, rehash=True)
        node = rewritten(bundle_of(a_visit()), put(entry_name(1), lambda _: leaf))
        assert Verdict.NOT_CANONICAL in verdicts(verify(node))


class TestTwice:
    def test_one_entry_under_two_names(self, sound: bytes) -> None:
        def copy(files: Files) -> None:
            files["log/099.json"], files["log/099.tlog-proof"] = files[entry_name(2)], files[proof_name(entry_name(2))]

        report = verify(rewritten(sound, copy))
        assert (verdicts(report), report.exit_code) == ({Verdict.DUPLICATE}, 1)

    def test_one_file_in_two_versions(self, sound: bytes) -> None:
        content = BytesIO(sound)
        with (
            zipfile.ZipFile(content, "a", zipfile.ZIP_STORED) as archived,
            pytest.warns(UserWarning, match="Duplicate"),
        ):
            archived.writestr(entry_name(2), another_event(archived.read(entry_name(2))))
        report = verify(content.getvalue())
        assert (Verdict.DUPLICATE in verdicts(report), report.exit_code) == (True, 1)

    def test_an_event_that_was_logged_again_under_the_next_number(self) -> None:
        log = a_visit()
        log.append(VISIT, id="event-3")
        assert Verdict.DUPLICATE in verdicts(verify(bundle_of(log)))


class TestTime:
    def test_that_runs_backwards_is_named(self) -> None:
        log = a_visit(time=NOON - timedelta(days=1))
        state_ends(log)
        assert verdicts(verify(bundle_of(log))) == {Verdict.TIME_ORDER}

    def test_in_the_future_is_named(self, sound: bytes) -> None:
        assert Verdict.TIME_ORDER in verdicts(verify(sound, now=NOON - timedelta(hours=1)))


class TestWitnesses:
    def test_fewer_than_demanded_cannot_conclude(self, sound: bytes) -> None:
        report = verify(sound, quorum=1)
        assert (report.verdict, report.exit_code) == (Verdict.UNWITNESSED, 3)


class TestErased:
    def test_where_only_the_bundle_says_so_cannot_be_excluded(self, sound: bytes) -> None:
        report = verify(rewritten(sound, drop(), erased=True))
        assert (report.verdict, report.exit_code) == (Verdict.CANNOT_EXCLUDE, 3)

    def test_where_the_log_says_so_is_no_error(self) -> None:
        log = a_visit(type=EventName.DELEGATION_REQUESTED, data={"principal": "somebody"})
        log.append("resident:somebody", type=EventName.RESIDENT_ERASED, data={})
        index, leaf, _ = log.rows[-1]
        state_ends(log)
        content = bundle_of(log)
        proof = proof_in(log, index)
        report = verify(
            rewritten(
                content,
                lambda files: files.update({Members.ERASURE: leaf, proof_name(Members.ERASURE): proof}),
                erased=True,
            )
        )
        assert (report.verdict, report.exit_code, verdicts(report)) == (Verdict.VERIFIED, 0, {Verdict.ERASED})


class TestWhatIsNoBundle:
    @pytest.mark.parametrize("content", [b"", b"nonsense", b"PK\x05\x06" + bytes(18)])
    def test_is_refused(self, content: bytes) -> None:
        report = verify(content)
        assert (report.verdict, report.exit_code) == (Verdict.BAD_INPUT, 2)

    def test_a_compressed_one_is_refused_before_it_grows(self) -> None:
        content = BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archived:
            archived.writestr(MANIFEST, bytes(10**6))
        assert verify(content.getvalue()).exit_code == 2

    def test_a_manifest_that_says_something_else_is_refused(self, sound: bytes) -> None:
        assert verify(tampered(sound, put(MANIFEST, lambda _: b'{"format":"other"}'))).exit_code == 2
