"""What somebody gave in another person's matter falls with their own key, and nothing else of the visit does."""

import asyncio
from collections.abc import Sequence

import msgspec
import pytest
from msgspec.structs import replace
from sqlalchemy import Connection, select

from audit.entry import Actor, ActorKind
from audit.events import EventName
from audit.report import Findings, Verdict
from delegation.assurance import Assurance, Route
from delegation.commitment import HashKind
from delegation.model import DelegationState
from gateway.keys import store as key_store
from gateway.keys.errors import KeyDestroyedError
from gateway.ledger.settling import settle
from gateway.people.tables import Resident
from gateway.retention.erasing import erase_resident
from gateway.retention.states import Why
from gateway.visits import bundles, confirming, documents, emptying, own_one, parties, stopping
from gateway.visits.approvals import Answer
from gateway.visits.proof import proof_of
from gateway.visits.sealed import VisitVault
from gateway.visits.tables import Approval, SealedRecord, SignInAttempt
from tests.gateway.visits.colleagues import a_colleague
from tests.gateway.visits.counter import ILZE, Counter
from tests.gateway.visits.test_evidence import Proven, examined
from tests.gateway.visits.test_paper import witnessed
from tests.gateway.visits.test_parties import BIRTH, CHILD, COMPANY, OTHER, REGISTER

ILZE_REACHED, OTHER_REACHED = (
    replace(each, phone=number) for each, number in ((ILZE, "+37120000001"), (OTHER, "+37120000002"))
)


def vault(counter: Counter, conn: Connection) -> VisitVault:
    return VisitVault.of(conn, counter.store.sealer, counter.visit_id)


def erase(counter: Counter, resident_id: str) -> None:
    """Their key alone goes: what falls has to fall by that."""
    key = select(Resident.key_id).where(Resident.id == resident_id)
    counter.write(lambda conn: key_store.destroy(conn, conn.execute(key).scalar_one(), counter.clock.now()))


def erase_whole(counter: Counter, resident_id: str) -> None:
    """As the gateway does it, once nothing stands against it."""
    delegation, by = counter.delegation().id, Actor(ActorKind.RESIDENT, resident_id)
    counter.write(lambda conn: stopping.stop_or_say_sent(conn, counter.store, delegation, by=by, whose="resident"))
    counter.close()
    counter.write(lambda conn: erase_resident(conn, counter.store, resident_id, Why.WISH))


def kinds(counter: Counter) -> dict[str, bool]:
    """Each kind of what is kept of the visit, with whether it can be opened."""

    def work(conn: Connection) -> dict[str, bool]:
        kept = select(SealedRecord.owner_id, SealedRecord.kind).where(SealedRecord.visit_id == counter.visit_id)
        return {f"{kind} {owner}": opens(vault(counter, conn), owner, kind) for owner, kind in conn.execute(kept)}

    return counter.read(work)


def opens(opened: VisitVault, owner_id: str, kind: str) -> bool:
    try:
        return opened.find(owner_id, kind) is not None
    except KeyDestroyedError:
        return False


def fallen(counter: Counter) -> list[str]:
    return sorted({each.split()[0] for each, is_open in kinds(counter).items() if not is_open})


def for_child(proven: Proven, *, permitted: bool = False) -> Counter:
    """A parent says yes for a child, by sign-ins that a provider really signs."""
    counter = proven.counter
    counter.open().ask(person=CHILD, approver=ILZE, authority=BIRTH)
    counter.enter_code()
    assert counter.match() is Answer.RIGHT
    proven.sign_in()
    if permitted:
        counter.fill()
        assert counter.prepare()
        proven.sign_in()
    return counter


def verdicts(findings: Findings) -> Sequence[Verdict]:
    return [each.verdict for each in findings.kept]


def approve_on_display(counter: Counter) -> None:
    approval, code = counter.approval().id, counter.sent_code()
    answer = counter.write(
        lambda conn: confirming.approve_on_display(conn, counter.store, counter.display, approval, code)
    )
    assert answer is Answer.RIGHT


def older(counter: Counter) -> None:
    """As it was kept before there was a key of their own in it: under the visit's alone."""

    def work(conn: Connection) -> None:
        known = select(SealedRecord.owner_id, SealedRecord.kind).where(SealedRecord.inner_key_id.is_not(None))
        for owner_id, kind in conn.execute(known).all():
            opened = vault(counter, conn)
            opened.keep(owner_id, kind, opened.take(owner_id, kind), counter.clock.now())

    counter.write(work)


@pytest.fixture
def proven(counter: Counter) -> Proven:
    """A counter whose resident signs in at a provider that really signs."""
    return Proven(counter)


class TestAParent:
    def test_takes_along_sign_ins_and_papers_and_nothing_of_the_child(self, proven: Proven) -> None:
        counter = for_child(proven, permitted=True)
        assert fallen(counter) == []
        erase(counter, counter.delegation().approver_id)
        assert fallen(counter) == ["authority", "evidence"]
        assert {each.split()[0] for each, is_open in kinds(counter).items() if is_open} >= {
            "answers",
            "picture",
            "readback",
            "statement",
            "token",
        }

    def test_is_said_to_be_erased_and_all_else_verifies(self, proven: Proven) -> None:
        counter = for_child(proven, permitted=True)
        assert examined(counter)[0].kept == []
        erase(counter, counter.delegation().approver_id)
        findings, counts = examined(counter)
        assert (verdicts(findings), findings.totals[Verdict.ERASED]) == ([Verdict.ERASED], 2)
        assert counts == {"evidence": 1}, "the child's delegation"

    def test_does_not_hide_a_permit_that_was_spoiled(self, proven: Proven) -> None:
        counter = for_child(proven, permitted=True)
        permit = counter.said(EventName.PERMIT_GIVEN)["permit"]
        proven.swap(permit, "token", b"not what was signed")
        erase(counter, counter.delegation().approver_id)
        assert Verdict.EVIDENCE_ALTERED in verdicts(examined(counter)[0])

    def test_changes_nothing_in_the_childs_proofs(self, proven: Proven) -> None:
        counter = for_child(proven)
        asyncio.run(settle(counter.store))
        row = counter.delegation()

        def both(conn: Connection) -> tuple[bytes, bytes]:
            store = counter.store
            return bundles.make(conn, store, row.visit_id, bundles.EVERYTHING), proof_of(conn, store, row.id)

        before = counter.read(both)
        erase(counter, row.approver_id)
        assert counter.read(both) == before

    def test_is_still_named_on_the_childs_own_page(self, proven: Proven) -> None:
        counter = for_child(proven)
        row = counter.delegation()
        erase(counter, row.approver_id)
        one = counter.read(lambda conn: own_one.read(conn, counter.store, row.principal_id, row.id))
        assert (one.is_erased, one.approvals[0].name) == (False, ILZE.name)
        with pytest.raises(KeyDestroyedError):
            counter.read(lambda conn: parties.authority_of(vault(counter, conn), row.id))

    def test_keeps_what_is_theirs_when_the_child_is_erased(self, proven: Proven) -> None:
        counter = for_child(proven)
        erase(counter, counter.delegation().principal_id)
        with pytest.raises(KeyDestroyedError):
            counter.read(lambda conn: vault(counter, conn))
        assert verdicts(examined(counter)[0]) == [Verdict.ERASED]


class TestASecondSignatory:
    def test_takes_along_what_they_gave_and_nothing_of_the_first(self, counter: Counter) -> None:
        counter.open().grant(person=COMPANY, approver=ILZE, co_approvers=(OTHER,), authority=REGISTER)
        counter.enter_code()
        counter.match()
        counter.sign_in(OTHER.code)
        assert counter.delegation().state is DelegationState.ACTIVE
        second = counter.approval()
        erase(counter, second.approver_id)
        closed = [each for each, is_open in kinds(counter).items() if not is_open]
        assert sorted(closed) == [f"asked {second.id}", f"evidence {second.id}"]

    def test_falls_with_the_document_that_the_assistant_recorded_later(self, counter: Counter) -> None:
        counter.takes(Route.DISPLAY, least=Assurance.LOW)
        counter.knows(ILZE_REACHED)
        counter.knows(OTHER_REACHED)
        counter.open().ask(
            Route.DISPLAY, COMPANY, approver=ILZE_REACHED, co_approvers=(OTHER_REACHED,), authority=REGISTER
        )
        approve_on_display(counter)
        second = counter.approval()
        counter.write(
            lambda conn: documents.record(conn, counter.store, counter.by, counter.visit_id, second.id, "passport")
        )
        asked = counter.read(lambda conn: documents.checked(vault(counter, conn), second.delegation_id, second.id))
        assert (asked["document"], asked["number"]) == ("passport", OTHER_REACHED.phone)
        erase(counter, second.approver_id)
        assert fallen(counter) == ["asked"]


class TestAScan:
    def test_falls_with_whoever_signed_it(self, counter: Counter) -> None:
        counter.takes(Route.PAPER, least=Assurance.SUBSTANTIAL)
        counter.open().ask(Route.PAPER, CHILD, approver=ILZE, authority=BIRTH)
        witnessed(counter, a_colleague(counter))
        approver_id = counter.delegation().approver_id
        erase(counter, approver_id)
        assert fallen(counter) == ["authority", "evidence", "scan"]


class TestTheLog:
    def test_does_not_tell_a_number_to_whoever_tries_them_all(self, counter: Counter) -> None:
        """The visit's key, under which the hash is made, is the child's and stays."""
        counter.takes(Route.DISPLAY, least=Assurance.LOW)
        counter.knows(ILZE_REACHED)
        counter.open().ask(Route.DISPLAY, CHILD, approver=ILZE_REACHED, authority=BIRTH)
        approve_on_display(counter)
        erase(counter, counter.delegation().approver_id)
        known = {"document": "passport", "number": ILZE_REACHED.phone, "number_source": "register"}
        guesses = (msgspec.json.encode(known), msgspec.json.encode(known | {"salt": ""}))
        hashed = counter.said(EventName.APPROVAL_GIVEN)["evidence"]
        hasher = counter.read(lambda conn: vault(counter, conn).hasher)
        assert not [each for each in guesses if hasher.fits(HashKind.EVIDENCE, each, hashed)]


class TestBefore:
    def test_what_was_kept_under_the_visits_key_alone_goes_with_its_giver_too(self, proven: Proven) -> None:
        counter = for_child(proven)
        older(counter)
        erase_whole(counter, counter.delegation().approver_id)
        assert fallen(counter) == ["authority", "evidence"]
        assert verdicts(examined(counter)[0]) == [Verdict.ERASED]

    def test_rows_of_the_others_visit_lead_to_its_giver_no_more(self, proven: Proven) -> None:
        counter = for_child(proven)
        trip = select(SignInAttempt.session_hash, SignInAttempt.verifier).join(Approval)
        assert b"" not in counter.read(lambda conn: conn.execute(trip).one())
        erase_whole(counter, counter.delegation().approver_id)
        assert set(counter.read(lambda conn: conn.execute(trip).one())) == {b""}

    def test_nor_does_the_number_that_their_code_went_to(self, counter: Counter) -> None:
        counter.takes(Route.DISPLAY, least=Assurance.LOW)
        counter.knows(ILZE_REACHED)
        counter.open().ask(Route.DISPLAY, CHILD, approver=ILZE_REACHED, authority=BIRTH)
        approve_on_display(counter)
        assert counter.approval().number_hash is not None
        erase_whole(counter, counter.delegation().approver_id)
        assert counter.approval().number_hash is None

    def test_a_persons_own_matter_is_not_touched_by_it(self, proven: Proven) -> None:
        counter = proven.granted().counter
        person_id = counter.delegation().approver_id
        counter.write(lambda conn: emptying.empty_askings(conn, person_id))
        assert fallen(counter) == []


def test_in_ones_own_matter_nothing_is_sealed_twice(counter: Counter) -> None:
    counter.open().grant()
    inner = select(SealedRecord.inner_key_id).where(SealedRecord.visit_id == counter.visit_id)
    assert set(counter.read(lambda conn: conn.execute(inner).scalars().all())) == {None}
