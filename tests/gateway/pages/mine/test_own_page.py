"""What somebody sees on their own page, and stops there."""

import asyncio
import io
import re
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from audit.events import EventName
from delegation.filing import FilingState
from delegation.model import AuthorityKind, DelegationState
from gateway.database.counting import count_statements
from gateway.ids import new_id
from gateway.keys.tables import DataKeyRow
from gateway.ledger.tables import AuditEvent
from gateway.people import residents
from gateway.people.residents import Profile
from gateway.visits import confirming, exporting, looking, reading
from gateway.visits import own as own_list
from gateway.visits.bundles import Disclosure
from gateway.visits.parties import Authority
from gateway.visits.scope import Wanted
from gateway.visits.tables import DelegationRow
from tests.gateway.answers import statement_on
from tests.gateway.pages.facing import SOMEBODY_ELSE
from tests.gateway.pages.mine.conftest import Own
from tests.gateway.visits.counter import BENEFIT, ILZE, QUEUE, Counter


@pytest.fixture
def counter(counter: Counter) -> Counter:
    """One delegation is in force."""
    return counter.open().grant()


def here(own: Own) -> str:
    return f"/mine/delegations/{own.facing.counter.delegation().id}"


def events(own: Own) -> list[str]:
    """What stands in the visit's trail."""
    counter = own.facing.counter
    query = select(AuditEvent.type).where(AuditEvent.chain == counter.visit_id).order_by(AuditEvent.n)
    return list(counter.read(lambda conn: conn.execute(query).scalars().all()))


def sent(own: Own) -> None:
    """Filed, with a receipt."""
    own.facing.counter.fill()
    own.facing.counter.send()


class TestTheList:
    @pytest.mark.parametrize("before", ["0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00", "yesterday"])
    def test_begins_at_the_newest_where_an_address_names_no_moment(self, own: Own, before: str) -> None:
        assert "/mine/delegations/" in own.sign_in().see(f"/mine?before={before}~x")
        own.see(f"/mine/looks?before={before}")

    def test_tells_what_is_in_force_and_what_was(self, own: Own) -> None:
        own.facing.counter.stop()
        own.facing.counter.close()
        own.facing.counter.open().grant()
        page = own.sign_in().see()
        live, _, past = page.partition(">Agrāk<")
        assert live.count("/mine/delegations/") == past.count("/mine/delegations/") == 1
        assert "Spēkā" in live
        assert "Apturēts" in past

    def test_names_portal_reference_of_what_was_sent(self, own: Own) -> None:
        sent(own)
        reference = own.facing.counter.filing().reference
        assert str(reference) in own.sign_in().see()

    def test_shows_an_approver_what_they_allowed_for_somebody_else(self, own: Own) -> None:
        counter = own.facing.counter
        child = another(counter)
        whose = update(DelegationRow).values(principal_id=child, authority_kind="parent")
        counter.write(lambda conn: conn.execute(whose))
        assert "/mine/delegations/" in own.sign_in().see()

    def test_of_500_has_pages_and_costs_no_more_than_six_statements(self, own: Own) -> None:
        copies(own.facing.counter, 500)
        own.sign_in()
        seen: list[str] = []
        path = "/mine"
        for _ in range(3):
            with count_statements() as statements:
                page = asyncio.run(own.phone.acall("GET", path)).text
            assert statements.total <= 6
            seen += re.findall(r'href="/mine/delegations/([\w-]+)"', page)
            found = re.search(r'href="(/mine\?before=[^"]+)"', page)
            assert found
            path = found[1]
        assert len(seen) == len(set(seen)) == 1 + 3 * own_list.PAGE

    def test_has_a_last_page(self, own: Own) -> None:
        copies(own.facing.counter, own_list.PAGE)
        assert "before=" not in own.sign_in().see()

    @pytest.mark.parametrize("key", ["nothing", "2026-11-02~x", "9999-13-01T00:00:00Z~x"])
    def test_begins_anew_for_a_key_that_is_none(self, own: Own, key: str) -> None:
        assert "Spēkā" in own.sign_in().see(f"/mine?before={key}")


class TestOneDelegation:
    def test_tells_what_who_where_and_until_when(self, own: Own) -> None:
        page = own.sign_in().see(here(own))
        for text in ("Slimības pabalsts", "Anna Asistente", "Paraugu centrs", "Ilze Paraudziņa"):
            assert text in page

    def test_shows_what_was_sent_with_picture_and_receipt(self, own: Own) -> None:
        sent(own)
        own.sign_in()
        page = own.see(here(own))
        filing = f"{here(own)}/filings/{own.facing.counter.filing().id}"
        assert f'src="{filing}/picture"' in page
        assert own.phone.get(f"{filing}/picture").headers["content-type"] == "image/png"
        pdf = own.phone.get(f"{filing}/receipt.pdf")
        assert pdf.headers["content-disposition"].startswith("attachment; filename=")
        assert "sandbox" in pdf.headers["content-security-policy"]
        assert events(own)[-1] == EventName.RECEIPT_OPENED.value

    def test_hands_out_what_proves_it_and_records_that(self, own: Own) -> None:
        proof = own.sign_in().phone.get(f"{here(own)}/proof.zip")
        assert "delegations/1/delegation.jws" in zipfile.ZipFile(io.BytesIO(proof.body)).namelist()
        assert events(own)[-1] == EventName.PROOF_DOWNLOADED.value

    def test_shows_the_statement_byte_for_byte(self, own: Own) -> None:
        statement = stated(own.facing.counter)
        page = own.sign_in().see(f"{here(own)}/statement")
        assert statement_on(page) == statement

    def test_looked_at_by_its_person_leaves_no_event(self, own: Own) -> None:
        own.sign_in()
        before = events(own), own.events()
        own.see(here(own))
        own.see("/mine")
        own.see("/mine/looks")
        assert (events(own), own.events()) == before

    def test_of_somebody_else_is_not_found(self, own: Own) -> None:
        theirs = here(own)
        own.facing.counter.close()
        own.facing.counter.signs_in = SOMEBODY_ELSE
        other = residents.Profile(name="Cits Cilvēks", code=SOMEBODY_ELSE)
        own.facing.counter.open().grant(person=other)
        own.sign_in(SOMEBODY_ELSE)
        for path in (
            "",
            "/statement",
            "/stop",
            "/case",
            "/action",
            "/filings/x/picture",
            "/filings/x/receipt.pdf",
            "/proof.zip",
        ):
            own.see(f"{theirs}{path}", status=404)
        own.see("/mine")
        for path in ("/stop", "/case", "/action"):
            assert own.phone.send(f"{theirs}{path}", kind="not_me", service=BENEFIT, action="file").status == 404
        assert theirs not in own.see("/mine")

    def test_whose_key_is_gone_is_shown_as_erased(self, own: Own) -> None:
        sent(own)
        own.sign_in()
        erase(own.facing.counter)
        page = own.see(here(own))
        assert "izdzēsts" in page
        assert "Ilze" not in page
        assert str(own.facing.counter.filing().reference) in page
        assert own.phone.get(f"{here(own)}/case").status == 303
        own.see(f"{here(own)}/filings/{own.facing.counter.filing().id}/picture", status=404)


class TestStopping:
    def test_ends_all_of_it_and_says_so(self, own: Own) -> None:
        own.sign_in().see(f"{here(own)}/stop")
        assert own.phone.send(f"{here(own)}/stop").location == f"{here(own)}/stop"
        row = own.facing.counter.delegation()
        assert (row.state, row.ended_by) == (DelegationState.REVOKED, "resident")
        assert "Tas ir apturēts" in own.see(f"{here(own)}/stop")

    def test_says_when_it_was_too_late(self, own: Own) -> None:
        own.facing.counter.fill()
        own.facing.counter.prepare()
        own.facing.counter.sign_in()
        own.facing.counter.press()
        own.sign_in().see(f"{here(own)}/stop")
        own.phone.send(f"{here(own)}/stop")
        assert "jau ir nosūtīts" in own.see(f"{here(own)}/stop")
        assert own.facing.counter.filing().state is FilingState.SENT

    def test_changes_nothing_that_the_clock_has_ended(self, own: Own) -> None:
        own.facing.counter.clock.move(own.facing.counter.store.settings.delegation_validity + timedelta(days=400))
        own.sign_in().see(f"{here(own)}/stop")
        own.phone.send(f"{here(own)}/stop")
        assert own.facing.counter.delegation().state is DelegationState.ACTIVE

    def test_ends_one_right_alone(self, own: Own) -> None:
        counter = own.facing.counter
        counter.close()
        counter.open(QUEUE).grant(services=(Wanted(service=QUEUE, follow=True),))
        query = f"service={QUEUE}&action=follow"
        assert f"{here(own)}/action?service={QUEUE}&amp;action=follow" in own.sign_in().see(here(own))
        own.see(f"{here(own)}/action?{query}")
        ended = own.phone.send(f"{here(own)}/action", service=QUEUE, action="follow").location
        assert ended == f"{here(own)}?ended=follow&service={QUEUE}"
        assert "Izbeigts: Sekot iesnieguma virzībai" in own.see(ended)
        assert counter.delegation().state is DelegationState.ACTIVE
        assert own.phone.get(f"{here(own)}/action?{query}").location == here(own)

    def test_says_of_no_right_that_is_left_that_it_ended(self, own: Own) -> None:
        own.sign_in()
        assert "Izbeigts:" not in own.see(f"{here(own)}?ended=file&service={BENEFIT}")

    @pytest.mark.parametrize("fields", [{"service": "none", "action": "file"}, {"service": BENEFIT, "action": "x"}])
    def test_of_what_was_never_allowed_changes_nothing(self, own: Own, fields: dict[str, str]) -> None:
        own.sign_in().see(f"{here(own)}/stop")
        before = events(own)
        assert own.phone.send(f"{here(own)}/action", **fields).status == 303
        assert events(own) == before


class TestACase:
    def test_is_opened_in_the_persons_own_words(self, own: Own) -> None:
        own.sign_in().see(f"{here(own)}/case")
        answer = own.phone.send(f"{here(own)}/case", kind="not_me", words="Es tur nebiju.")
        assert answer.location.startswith(f"{here(own)}/case/")
        assert answer.location.rpartition("/")[2] in own.see(answer.location)
        assert own.facing.counter.delegation().state is DelegationState.REVOKED
        assert answer.location.rpartition("/")[2] in own.see(here(own))

    def test_needs_to_say_what_is_wrong(self, own: Own) -> None:
        own.sign_in().see(f"{here(own)}/case")
        assert own.phone.send(f"{here(own)}/case", words="Es tur nebiju.").status == 422


class TestWhoLooked:
    def test_is_told_with_name_place_and_reason(self, own: Own) -> None:
        counter = own.facing.counter
        counter.write(lambda conn: looking.note(conn, counter.store, counter.by, counter.visit_id))
        own.sign_in()
        for path in ("/mine/looks", here(own)):
            page = own.see(path)
            assert "Anna Asistente" in page
            assert "Paraugu centrs" in page

    def test_names_the_visit_where_the_looks_are_of_several_and_says_what_a_file_leaves_out(self, own: Own) -> None:
        counter = own.facing.counter
        counter.write(lambda conn: looking.note(conn, counter.store, counter.by, counter.visit_id))
        for chosen in (Disclosure(statements=False), Disclosure()):
            counter.write(
                lambda conn, chosen=chosen: exporting.note(  # type: ignore[misc]  # bound now
                    conn, counter.store, counter.by.actor, counter.visit_id, chosen, "routine"
                )
            )
        own.sign_in()
        page = own.see("/mine/looks")
        assert page.count("nekā no tā, kas aizpildīts vai nosūtīts") == 1
        assert page.count(" apmeklējums</p>") == 3
        one = own.see(here(own))
        assert one.count("nekā no tā, kas aizpildīts vai nosūtīts") == 1
        assert " apmeklējums</p>" not in one

    def test_is_told_of_everybody_but_not_of_looks_at_somebody_else(self, own: Own) -> None:
        counter = own.facing.counter
        counter.close()
        counter.signs_in = SOMEBODY_ELSE
        counter.open().grant(person=residents.Profile(name="Cits Cilvēks", code=SOMEBODY_ELSE))
        counter.write(lambda conn: looking.note(conn, counter.store, counter.by, counter.visit_id))
        assert "Anna Asistente" not in own.sign_in().see("/mine/looks")
        other = Own(own.facing, own.facing.phone())
        counter.clock.move(timedelta(seconds=1))
        assert "Anna Asistente" in other.sign_in(SOMEBODY_ELSE).see("/mine/looks")


def another(counter: Counter) -> str:
    """Somebody whose matter it is."""
    profile = residents.Profile(name="Bērns Paraudziņš", code="329999-00005")
    now = counter.clock.now()
    return counter.write(lambda conn: residents.find_or_create(conn, counter.store, profile, now=now)).id


def copies(counter: Counter, number: int) -> None:
    """As many past delegations more."""
    row = dict(counter.delegation()._mapping)
    at = row["requested_at"]
    rows: list[dict[str, Any]] = [
        row
        | {
            "id": new_id(),
            "status_index": row["status_index"] + each,
            "state": DelegationState.REVOKED,
            "ended_by": "resident",
            "ended_at": at,
            "requested_at": at - timedelta(minutes=each // 3),
            "stop_code_hash": None,
        }
        for each in range(1, number + 1)
    ]
    counter.write(lambda conn: conn.execute(insert(DelegationRow), rows))


def erase(counter: Counter) -> None:
    """Destroy the resident's key."""
    now = counter.clock.now()
    whose = counter.delegation().principal_id
    resident = counter.read(lambda conn: residents.open_resident(conn, counter.store, whose))
    gone = update(DataKeyRow).where(DataKeyRow.id == resident.key.id).values(destroyed_at=now, wrapped=None)
    counter.write(lambda conn: conn.execute(gone))


def stated(counter: Counter) -> str:
    """The text that was approved."""
    view = counter.view()
    return counter.read(lambda conn: reading.OpenedVisit(conn, counter.store, view).statement().text)


class TestWhatIsKnown:
    def test_stands_with_where_the_number_came_from(self, own: Own) -> None:
        page = own.sign_in().see("/mine/details")
        assert "+37120000001 (no jūsu pierakstīšanās pakalpojuma)" in page

    def test_is_nothing_once_it_is_erased(self, own: Own) -> None:
        own.sign_in()
        erase(own.facing.counter)
        page = own.see("/mine/details")
        assert "izdzēsti" in page
        assert "+3712" not in page


class TestThePaperInTheHand:
    def test_is_read_again_by_the_one_whose_yes_it_was(self, own: Own) -> None:
        own.sign_in().see("/statement")
        answer = own.phone.send("/statement", code=own.facing.counter.stop_code())
        assert answer.status == 303, answer.text
        assert "Ilze Paraudziņa" in own.see(answer.location)
        assert EventName.STATEMENT_RENDERED in events(own)

    def test_is_shown_to_nobody_else(self, own: Own) -> None:
        counter = own.facing.counter
        code = counter.stop_code()
        counter.close()
        counter.signs_in = SOMEBODY_ELSE
        counter.open().grant(person=residents.Profile(name="Cits Cilvēks", code=SOMEBODY_ELSE))
        own.sign_in(SOMEBODY_ELSE).see("/statement")
        answer = own.phone.send("/statement", code=code)
        assert answer.status == 404, "the same as for a wrong code"
        assert "Ilze" not in answer.text


class TestARefusal:
    def refused(self, own: Own, *, by_first: bool) -> str:
        """What the first of two who sign reads after one of them said no."""
        counter = own.facing.counter
        counter.close()
        second = Profile(name="Jānis Otrais", code=SOMEBODY_ELSE)
        company = Profile(name="SIA Paraugs", code="40009999999", kind="company")
        authority = Authority(kind=AuthorityKind.SIGNATORY, document="register", reference="izziņa 1")
        counter.open().ask(person=company, approver=ILZE, co_approvers=(second,), authority=authority)
        counter.enter_code()
        counter.match()
        counter.clock.move(timedelta(seconds=20))
        counter.sign_in()
        asked = counter.approval().id
        phone = counter.the_phone() if by_first else counter.session(approval_id=asked)
        counter.write(lambda conn: confirming.refuse_on_phone(conn, counter.store, phone, asked))
        return own.sign_in().see(here(own))

    def test_names_who_said_no_where_that_is_known(self, own: Own) -> None:
        page = self.refused(own, by_first=True)
        assert f"{ILZE.name} nepiekrita" in page
        assert "Jānis Otrais nepiekrita" not in page

    def test_names_nobody_where_it_is_not_known(self, own: Own) -> None:
        page = self.refused(own, by_first=False)
        assert "Tas, kam jautāja, nepiekrita" in page
        assert f"{ILZE.name} nepiekrita" not in page
