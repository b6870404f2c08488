"""After an erasure nothing of the person is left that anybody could open, find or guess; all else is as it was."""

import asyncio
from datetime import timedelta
from functools import partial
from itertools import product
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, update

from audit.bundle import verify_bundle
from audit.events import EventName
from audit.evidence import check_evidence, parse_keys
from audit.report import Report, Verdict
from gateway.ids import digest
from gateway.keys.tables import DataKeyRow
from gateway.ledger.settling import settle
from gateway.people import sessions
from gateway.people.tables import AccountSignIn, Passkey, Resident
from gateway.retention import erasing
from gateway.retention.errors import ErasedAlreadyError, StillNeededError
from gateway.retention.states import Obstacle, Why
from gateway.visits import actors, bundles, cases, evidence
from gateway.visits.bundles import Disclosure
from gateway.visits.case_tables import DisputeKind, DisputeOutcome
from gateway.visits.tables import Approval, DelegationRow, Filing, Receipt
from tests.audit.bundles import unpack
from tests.gateway.retention.conftest import IBAN, KEPT_SENT, KNOWN, as_bytes, columns, erase, number_of, opened, serve
from tests.gateway.visits.counter import ILZE, Counter
from tests.gateway.visits.test_parties import COMPANY, OTHER, REGISTER

VALUES = [each.encode() for each in (KNOWN.name, KNOWN.code, "32999900002", "37120000002", "janis@", "iela 1", IBAN)]
LABELS = ("resident.code", "company.code", "approval.number", "staff.code", "throttle.number_codes", "filing.key")


def told_of(counter: Counter, whose: bytes) -> list[bytes]:
    return [each for each in opened(counter) if whose in each]


def test_nothing_that_opens_and_no_column_holds_a_value_of_the_person_any_more(counter: Counter) -> None:
    serve(counter, ILZE)
    janis = serve(counter)
    counter.clock.move(KEPT_SENT)
    before = told_of(counter, ILZE.code.encode())
    assert told_of(counter, KNOWN.code.encode())
    assert before
    erase(counter, janis)
    left = opened(counter)
    assert [value for value, text in product(VALUES, left) if value in text] == []
    under = select(DataKeyRow.wrapped).join(Resident, Resident.key_id == DataKeyRow.under).where(Resident.id == janis)
    assert set(counter.read(lambda conn: conn.execute(under).scalars().all())) == {None}
    assert sorted(told_of(counter, ILZE.code.encode())) == sorted(before)
    for name, values in columns(counter).items():
        content = b"\0".join(as_bytes(each) for each in values)
        assert [value for value in VALUES if value in content] == [], name


def test_whoever_has_rows_and_key_file_finds_no_hash_of_the_person(counter: Counter, janis: str) -> None:
    """Everything that is hashed under the gateway's own key, for each value that they might try."""
    sealer = counter.store.sealer
    tried = [KNOWN.code, "32999900002", "37120000002", "+37120000002", "janis@piemers.example", IBAN]
    hashes = {sealer.keyed_hash(label, value) for label, value in product(LABELS, tried)}
    hashes |= {digest(value) for value in tried}

    def hits() -> set[str]:
        return {name for name, values in columns(counter).items() if hashes & {as_bytes(each) for each in values}}

    number = update(Approval).values(number_hash=sealer.keyed_hash("approval.number", "37120000002"))
    counter.write(lambda conn: conn.execute(number))
    assert hits() == {"resident.code_hash", "approval.number_hash"}
    assert set(columns(counter)["delegation.stop_code_hash"]) != {None}
    keys = {bytes(each) for each in columns(counter)["filing.service_key"]}
    erase(counter, janis)
    assert hits() == set()
    now = columns(counter)
    assert not keys & {bytes(each) for each in now["filing.service_key"]}
    for name in ("approval.number_hash", "delegation.stop_code_hash", "filing.reference", "filing.body_sha256"):
        assert set(now[name]) == {None}, name
    assert (now["receipt.reference"], now["receipt.body_sha256"]) == ([""], [None])


def test_what_says_who_acted_and_when_stays(counter: Counter, janis: str) -> None:
    kept = [
        select(DelegationRow.id, DelegationRow.assistant_id, DelegationRow.state, DelegationRow.granted_at),
        select(Filing.id, Filing.state, Filing.sent_at, Filing.service_id, Filing.readback_hash),
        select(Approval.id, Approval.route, Approval.state, Approval.decided_at, Approval.text_length),
        select(Receipt.id, Receipt.payload_hash, Receipt.stored_at),
    ]

    def rows() -> list[object]:
        return [counter.read(partial(_all, query=query)) for query in kept]

    before, events = rows(), counter.events()
    erase(counter, janis)
    assert rows() == before
    assert [each for each in counter.events() if each is not EventName.MESSAGE_FAILED] == events


def _all(conn: object, query: object) -> list[object]:
    return [tuple(row) for row in conn.execute(query)]  # type: ignore[attr-defined]  # of any statement


def test_whoever_comes_again_is_somebody_new(counter: Counter, janis: str) -> None:
    erase(counter, janis)
    assert number_of(counter, KNOWN.code) is None
    again = serve(counter)
    assert again != janis
    assert number_of(counter, KNOWN.code) == again
    with pytest.raises(ErasedAlreadyError):
        erase(counter, janis)


def test_the_event_names_nobody_and_stands_in_the_persons_own_trail(counter: Counter, janis: str) -> None:
    erase(counter, janis, Why.TIME)
    content = b"".join(columns(counter)["audit_event.leaf"])
    assert EventName.RESIDENT_ERASED.value.encode() in content
    assert [value for value in VALUES if value in content] == []


def let_in(conn: Connection, counter: Counter, person: str) -> str:
    """Somebody is on their own page after a trip to a provider, and has a passkey."""
    now, known = counter.clock.now(), {"id": "1" * 32, "resident_id": person}
    trip = {"state_hash": b"s", "browser_hash": b"b", "provider": "p", "nonce": "n", "epoch": 1, "verifier": b"v"}
    conn.execute(insert(AccountSignIn).values(known | trip | {"return_to": "/mine", "begun_at": now}))
    key = {"credential_id": b"c", "public_key": b"k", "sign_count": 0, "aaguid": "a", "transports": []}
    conn.execute(insert(Passkey).values(known | key | {"backed_up": False, "level": 2, "created_at": now}))
    lifetime = sessions.Lifetime(timedelta(minutes=10), timedelta(minutes=10))
    return sessions.begin_account(
        conn, resident_id=person, auth_time=now, acr="", language="lv", now=now, lifetime=lifetime
    )


def test_whoever_is_signed_in_is_signed_out_and_no_passkey_lets_in(counter: Counter, janis: str) -> None:
    token = counter.write(lambda conn: let_in(conn, counter, janis))
    assert counter.read(lambda conn: sessions.load_account(conn, token, counter.clock.now()))
    erase(counter, janis)
    assert counter.read(lambda conn: sessions.load_account(conn, token, counter.clock.now())) is None
    left = columns(counter)
    assert [left[f"{table}.id"] for table in ("passkey", "account_sign_in")] == [[], []]
    assert janis not in left["session.resident_id"]


def bundle(counter: Counter, visit_id: str) -> bytes:
    asyncio.run(settle(counter.store))
    return counter.read(lambda conn: bundles.make(conn, counter.store, visit_id, Disclosure(controls=("konts",))))


def verified(counter: Counter, content: bytes) -> Report:
    keys = parse_keys(unpack(content)[1]["jwks.json"])
    vkey, now = counter.store.publisher.signers[0].verifier.vkey, counter.clock.now() + timedelta(minutes=1)
    return verify_bundle(content, vkeys=[vkey], now=now, more=partial(check_evidence, keys=keys))


@pytest.mark.parametrize("what", ["person", "visit"])
def test_a_file_from_before_still_verifies_with_the_value_in_it_and_one_from_after_says_erased(
    counter: Counter, janis: str, what: str
) -> None:
    before = bundle(counter, counter.visit_id)
    if what == "person":
        erase(counter, janis)
    else:
        counter.write(lambda conn: erasing.erase_visit(conn, counter.store, counter.visit_id))
    after = bundle(counter, counter.visit_id)
    assert IBAN.encode() in unpack(before)[1]["openings.json"]
    reports = [verified(counter, content) for content in (before, after)]
    for report in reports:
        assert (report.verdict, report.exit_code) == (Verdict.VERIFIED, 0), report.lines()
    assert [report.totals.get(Verdict.ERASED, 0) for report in reports] == [0, 4], "token, permit, receipt, values"
    assert unpack(after)[0].erased
    assert not [value for value, member in product(VALUES, unpack(after)[1].values()) if value in member]


def test_the_log_and_what_is_kept_of_others_verify_as_before(counter: Counter) -> None:
    serve(counter, ILZE)
    janis = serve(counter)
    counter.clock.move(KEPT_SENT)
    erase(counter, janis)
    findings, counts = counter.read(lambda conn: evidence.examine(conn, counter.store))
    # What is played signs nothing: each yes of Ilze's lacks a provider's key, as it did before.
    assert set(findings.totals) <= {Verdict.ERASED, Verdict.EVIDENCE_UNPROVEN}
    assert findings.totals[Verdict.ERASED] == counts["evidence"]


def refusal(counter: Counter, person: str) -> frozenset[Obstacle]:
    with pytest.raises(StillNeededError) as refused:
        erase(counter, person)
    return refused.value.obstacles


def test_nobody_is_erased_while_something_is_under_way(counter: Counter) -> None:
    counter.signs_in = KNOWN.code
    counter.open().ask(person=KNOWN)
    person = counter.delegation().principal_id
    assert refusal(counter, person) == {Obstacle.OPEN_VISIT, Obstacle.IN_FORCE}
    counter.enter_code()
    counter.match()
    counter.sign_in()
    assert refusal(counter, person) == {Obstacle.OPEN_VISIT, Obstacle.IN_FORCE}
    counter.fill()
    assert counter.prepare()
    counter.sign_in()
    assert counter.press().allowed
    assert refusal(counter, person) >= {Obstacle.OPEN_VISIT, Obstacle.IN_FLIGHT, Obstacle.DISPUTABLE}
    counter.close_whatever()
    # What was allowed may also be followed for a while after the visit.
    assert refusal(counter, person) - {Obstacle.IN_FORCE} == {Obstacle.DISPUTABLE}
    about, now = counter.delegation().id, counter.clock.now()
    said: dict[str, Any] = {
        "kind": DisputeKind.NOT_ME,
        "whose": "receipt",
        "by": actors.finder(about),
        "words": "",
        "now": now,
    }
    case = counter.write(lambda conn: cases.open_case(conn, counter.store, delegation_id=about, **said))
    assert refusal(counter, person) == {Obstacle.CASE, Obstacle.DISPUTABLE}
    counter.write(lambda conn: cases.answer(conn, counter.store, counter.by, case, DisputeOutcome.UPHELD, "-"))
    assert refusal(counter, person) == {Obstacle.CASE, Obstacle.DISPUTABLE}
    counter.write(lambda conn: cases.close(conn, counter.store, counter.by, case))
    assert refusal(counter, person) == {Obstacle.DISPUTABLE}
    assert number_of(counter, KNOWN.code) == person


def test_nobody_is_erased_whose_yes_is_needed_and_has_not_been_asked_for_yet(counter: Counter) -> None:
    counter.open().ask(person=COMPANY, approver=ILZE, co_approvers=(OTHER,), authority=REGISTER)
    (second,) = counter.delegation().co_approver_ids
    with pytest.raises(StillNeededError) as refused:
        erase(counter, second)
    assert refused.value.obstacles == {Obstacle.IN_FORCE}


def test_a_waiting_message_is_never_sent_after(counter: Counter, janis: str) -> None:
    waiting = [each for each in columns(counter)["message.state"] if each.value == "queued"]
    assert waiting
    erase(counter, janis)
    now = columns(counter)
    assert {each.value for each in now["message.state"]} == {"failed"}
    assert set(now["message.address"]) | set(now["message.body"]) == {None}
