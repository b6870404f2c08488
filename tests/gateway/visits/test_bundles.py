"""A bundle of a visit that really happened, verified by what a stranger has: the file and the log's public key."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from sqlalchemy import Connection, select

from audit.__main__ import main as audit
from audit.bundle import verify_bundle
from audit.entry import Actor, ActorKind
from audit.events import EventName
from audit.evidence import check_evidence, parse_keys
from audit.report import Report, Verdict
from gateway.cli import main
from gateway.keys import store as key_store
from gateway.ledger import outbox
from gateway.ledger.settling import settle
from gateway.people.tables import Resident
from gateway.visits import bundles, own_looks
from gateway.visits.bundles import EVERYTHING, Disclosure
from gateway.visits.errors import NotFoundError
from tests.audit.bundles import Files, rewritten, unpack
from tests.gateway.ledger.events import checkpoint_of
from tests.gateway.ledger.restoring import lose_and_go_on
from tests.gateway.visits.counter import Counter

SEALED = Disclosure(statements=False)


@pytest.fixture
def visited(counter: Counter) -> Counter:
    """A visit in which something was filed, all of it under a checkpoint."""
    counter.open(language="en").grant()
    counter.fill()
    counter.send()
    counter.close()
    asyncio.run(settle(counter.store))
    return counter


def bundle(counter: Counter, chosen: Disclosure = EVERYTHING) -> bytes:
    return counter.read(lambda conn: bundles.make(conn, counter.store, counter.visit_id, chosen))


def vkey(counter: Counter) -> str:
    return counter.store.publisher.signers[0].verifier.vkey


def verified(counter: Counter, content: bytes) -> Report:
    now = counter.clock.now() + timedelta(minutes=1)
    keys = parse_keys(unpack(content)[1]["jwks.json"])
    return verify_bundle(content, vkeys=[vkey(counter)], now=now, more=partial(check_evidence, keys=keys))


def found(report: Report) -> set[Verdict]:
    return set(report.totals) - {Verdict.UNWITNESSED}


def test_a_bundle_proves_the_visit_and_opens_only_what_is_asked_for(visited: Counter) -> None:
    content = bundle(visited)
    report = verified(visited, content)
    assert (report.exit_code, found(report)) == (0, set()), report.lines()
    said = {name: report.counts[name] for name in ("entries", "tokens", "statements", "receipts", "values")}
    assert said == {"entries": len(visited.events()), "tokens": 2, "statements": 1, "receipts": 1, "values": 5}
    assert bundle(visited) == content

    secrets = [text.encode() for text in ("Ilze ", "Paraudzi", "329999", "LV97HABA", "%PDF")]
    sealed = bundle(visited, SEALED)
    assert [each for each in secrets if each in sealed] == []
    assert verified(visited, sealed).exit_code == 0
    plain = bundle(visited, Disclosure())
    assert b"Ilze " in plain
    assert [each for each in secrets[2:] if each in plain] == []

    one = bundle(visited, Disclosure(statements=False, controls=("konts",)))
    report = verified(visited, one)
    assert (report.exit_code, report.counts["values"]) == (0, 1)
    assert b"LV97HABA0012345678910" in one
    assert b"melnraksts" not in one
    assert unpack(one)[0].disclosed == ("value:konts",)


def test_what_the_log_has_lost_stands_in_each_bundle_from_then_on(visited: Counter) -> None:
    old = vkey(visited)
    lose_and_go_on(visited.store, 7, "second.example/log")
    asyncio.run(settle(visited.store))
    content = bundle(visited)
    report = verified(visited, content)
    assert (report.exit_code, report.missing, found(report)) == (0, 7, {Verdict.CONTINUED}), report.lines()
    page = unpack(content)[1]["index.html"].decode()
    assert "7 entries that had been signed for are lost for ever" in page
    assert "7 ierakstu" in page
    assert unpack(content)[0].origin == "second.example/log"
    by_the_old_key = verify_bundle(content, vkeys=[old], now=visited.clock.now())
    assert by_the_old_key.exit_code == 3


def test_a_bundle_of_before_the_log_was_continued_verifies_as_it_did(visited: Counter) -> None:
    content, old, now = bundle(visited), vkey(visited), visited.clock.now()
    lose_and_go_on(visited.store, 7, "second.example/log")
    keys = parse_keys(unpack(content)[1]["jwks.json"])
    report = verify_bundle(content, vkeys=[old], now=now, more=partial(check_evidence, keys=keys))
    assert (report.exit_code, report.missing) == (0, 0)


def test_what_no_checkpoint_covers_is_not_in_it_and_its_end_cannot_be_excluded(counter: Counter) -> None:
    with pytest.raises(NotFoundError):
        counter.read(lambda conn: bundles.make(conn, counter.store, "nothing", EVERYTHING))
    counter.open().grant()
    empty = unpack(bundle(counter))[0]
    assert (empty.last, empty.waiting) == (0, len(counter.events()))
    checkpoint_of(counter.store)
    assert verified(counter, bundle(counter)).verdict is Verdict.CANNOT_EXCLUDE


def swap(name: str, old: bytes, new: bytes) -> Callable[[Files], object]:
    def change(files: Files) -> None:
        assert old in files[name], name
        files[name] = files[name].replace(old, new)

    return change


def drop(name: str) -> Callable[[Files], object]:
    return lambda files: files.pop(name)


def copy(source: str, goal: str) -> Callable[[Files], object]:
    return lambda files: files.update({goal: files[source]})


def other_salt(files: Files) -> None:
    """The text stays; what opens it is another's."""
    read = msgspec.json.decode(files["openings.json"])
    read["statements"] = dict.fromkeys(read["statements"], "A" * 43)
    files["openings.json"] = msgspec.json.encode(read)


_TEXT, _TOKEN, _PERMIT = (f"delegations/1/{name}" for name in ("statement.txt", "delegation.jws", "permits/1.jws"))
ATTACKS: dict[str, tuple[Callable[[Files], object], Verdict]] = {
    "another name in the text": (swap(_TEXT, b"Ilze", b"Inga"), Verdict.STATEMENT_DIFFERS),
    "other facts": (swap("delegations/1/statement.json", b"Ilze", b"Inga"), Verdict.STATEMENT_DIFFERS),
    "another salt": (other_salt, Verdict.STATEMENT_DIFFERS),
    "another signature": (swap(_TOKEN, b".", b".e30."), Verdict.TOKEN_INVALID),
    "no delegation": (drop(_TOKEN), Verdict.EVIDENCE_MISSING),
    "no permit": (drop(_PERMIT), Verdict.EVIDENCE_MISSING),
    "one token twice": (copy(_TOKEN, "delegations/2/delegation.jws"), Verdict.DUPLICATE),
    "one more token": (lambda files: files.update({"more.jws": b"e30.e30.e30"}), Verdict.TOKEN_INVALID),
    "another number": (swap("receipts/1.json", b"SP-2026-000001", b"SP-2026-000002"), Verdict.EVIDENCE_ALTERED),
    "another receipt": (swap("receipts/1.pdf", b"1.7", b"1.6"), Verdict.EVIDENCE_ALTERED),
    "no receipt": (drop("receipts/1.json"), Verdict.EVIDENCE_MISSING),
    "another value": (swap("openings.json", b"LV97HABA", b"LV97UNLA"), Verdict.EVIDENCE_ALTERED),
    "openings that are none": (swap("openings.json", b"{", b"["), Verdict.EDITED),
    "an entry left out": (drop("log/005.json"), Verdict.INCOMPLETE_VISIT),
    "an entry changed": (swap("log/002.json", b'"n":2', b'"n":3'), Verdict.EDITED),
}


def test_each_thing_that_was_done_to_it_has_its_name(visited: Counter) -> None:
    """The attacker writes the manifest and the page anew each time."""
    content = bundle(visited)
    for name, (change, verdict) in ATTACKS.items():
        report = verified(visited, rewritten(content, change))
        assert (report.exit_code, verdict in found(report)) == (1, True), (name, report.lines())

    last = unpack(content)[0].last
    names = [f"log/{last:03}.json", f"log/{last:03}.tlog-proof"]
    shorter = rewritten(content, lambda files: [files.pop(each) for each in names], last=last - 1)
    assert verified(visited, shorter).verdict is Verdict.INCOMPLETE_VISIT

    strangers, now = parse_keys(b'{"keys":[]}'), visited.clock.now() + timedelta(minutes=1)
    report = verify_bundle(content, vkeys=[vkey(visited)], now=now, more=partial(check_evidence, keys=strangers))
    assert (report.verdict, report.totals[Verdict.TOKEN_INVALID]) == (Verdict.TOKEN_INVALID, 2)


def test_of_erased_values_it_still_proves_what_happened(visited: Counter) -> None:
    delegation = visited.delegation()
    key = select(Resident.key_id).where(Resident.id == delegation.principal_id)
    visited.write(lambda conn: key_store.destroy(conn, conn.execute(key).scalar_one(), visited.clock.now()))
    report = verified(visited, bundle(visited))
    assert (report.verdict, report.exit_code) == (Verdict.CANNOT_EXCLUDE, 3)
    assert report.totals[Verdict.ERASED] == 2
    visited.write(partial(_say_erased, visited, delegation.principal_id))
    asyncio.run(settle(visited.store))
    report = verified(visited, bundle(visited))
    assert (report.verdict, report.exit_code) == (Verdict.VERIFIED, 0), report.lines()


def _say_erased(counter: Counter, person: str, conn: Connection) -> None:
    who, now = Actor(ActorKind.SYSTEM, "gateway"), counter.clock.now()
    outbox.record(conn, chain=f"resident:{person}", type=EventName.RESIDENT_ERASED, actor=who, data={}, at=now)


def test_the_command_writes_one_that_the_other_verifies_and_the_resident_sees_it(
    visited: Counter, tmp_path: Path
) -> None:
    settings, file = visited.store.settings, tmp_path / "visit.zip"
    url = visited.store.database.url.render_as_string(hide_password=False)
    env = {"PILNVARA_DATA_DIR": str(settings.data_dir), "PILNVARA_DATABASE_URL": url}
    for wrong in (["nothing"], [visited.visit_id, "--disclose", "nothing"]):
        refused = CliRunner().invoke(main, ["audit", "bundle", *wrong, "-o", str(file)], env=env)
        assert (refused.exit_code, file.exists()) == (2, False)
    assert EventName.BUNDLE_EXPORTED not in visited.events()

    file.touch(mode=0o644)
    made = CliRunner().invoke(main, ["audit", "bundle", visited.visit_id, "-o", str(file)], env=env)
    assert made.exit_code == 0, made.output
    assert file.stat().st_mode & 0o777 == 0o600
    arguments = ["verify-bundle", str(file), "--vkey", vkey(visited), "--json"]
    for command, words in ((audit, arguments), (main, ["audit", *arguments])):
        checked = CliRunner().invoke(command, words)
        assert checked.exit_code == 0, checked.output
        assert msgspec.json.decode(checked.stdout)["verdict"] == "verified"
    assert visited.said(EventName.BUNDLE_EXPORTED) == {"disclosed": ["statement"], "reason": "command"}
    whose = {visited.visit_id: visited.delegation().principal_id}
    looks = visited.read(lambda conn: own_looks.of_visits(conn, whose))
    assert looks[visited.visit_id][0].kind is EventName.BUNDLE_EXPORTED
