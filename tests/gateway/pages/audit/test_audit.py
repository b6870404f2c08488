"""The auditor's pages: what they show, and that looking is recorded."""

import asyncio
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Connection, select, text, update

from audit.events import EventName
from gateway.app import fit
from gateway.jobs.leases import Job
from gateway.jobs.tables import JobRow
from gateway.ledger import verdicts
from gateway.ledger.sequencer import sequence
from gateway.ledger.tables import AuditEvent
from gateway.people import sessions, staff
from gateway.people.roles import Role
from gateway.visits import register
from gateway.visits.tables import Ending, Visit
from tests.gateway.ledger.restoring import lose_and_go_on
from tests.gateway.ledger.witnesses import policy_of, witness_of
from tests.gateway.ledger.witnesses import publish as publish_witnessed
from tests.gateway.pages.facing import Facing, Phone
from tests.gateway.visits.counter import BENEFIT, QUEUE
from tests.gateway.visits.planned import answer


@pytest.fixture
def auditor(facing: Facing) -> Phone:
    """An auditor in another office, signed in."""
    counter = facing.counter
    parts, now = counter.store, counter.clock.now()
    new = staff.NewStaff(
        centre_id=counter.by.centre_id,
        login="aivars",
        name="Aivars Revidents",
        password="x" * 14,
        roles=(Role.AUDITOR,),
    )
    made = counter.write(lambda conn: staff.create(conn, parts.sealer, new, now=now))
    token = counter.write(
        lambda conn: sessions.begin_staff(
            conn,
            staff_id=made.id,
            role=Role.AUDITOR,
            centre_id=counter.by.centre_id,
            terminal_id=None,
            language="en",
            now=now,
            lifetime=sessions.Lifetime(timedelta(hours=4), timedelta(hours=8)),
        )
    )
    return Phone(facing.app, {"pilnvara_staff": token})


def publish(facing: Facing) -> None:
    """What a worker does each second."""

    async def work() -> None:
        await sequence(facing.counter.store.database)
        await facing.counter.store.publisher.publish()

    asyncio.run(work())


def opened(auditor: Phone, visit_id: str, reason: str = "routine") -> str:
    auditor.see(f"/audit/visits/{visit_id}")
    assert auditor.send(f"/audit/visits/{visit_id}", reason=reason).location == f"/audit/visits/{visit_id}"
    return auditor.see(f"/audit/visits/{visit_id}").text


def recorded(facing: Facing, event: EventName) -> list[dict[str, object]]:
    rows = facing.counter.read(
        lambda conn: conn.execute(select(AuditEvent.leaf).where(AuditEvent.type == event.value)).scalars().all()
    )
    return [msgspec.json.decode(row) for row in rows]


def whole_visit(facing: Facing) -> None:
    counter = facing.counter
    counter.open().grant()
    counter.fill()
    counter.send()
    counter.close()


def test_of_several_services_the_trail_says_how_many_were_filed(facing: Facing, auditor: Phone) -> None:
    facing.counter.open_several(BENEFIT, QUEUE).grant()
    answer(facing.counter)
    facing.counter.send()
    page = opened(auditor, facing.counter.visit_id)
    assert "SP-2026-000001" in page.partition("1 of 2 filed")[2].partition("</table>")[0]


class TestTheList:
    def test_says_when_where_who_and_how_it_ended_and_no_resident(self, facing: Facing, auditor: Phone) -> None:
        whole_visit(facing)
        page = auditor.see("/audit").text
        for shown in ("02.11.2026 11:00", "Paraugu centrs", "Anna Asistente", "Slimības pabalsts", "Filed"):
            assert shown in page
        assert "Ilze" not in page
        assert "329999" not in page

    def test_goes_on_by_key(self, facing: Facing, auditor: Phone) -> None:
        for _ in range(27):
            facing.counter.open()
            facing.counter.close()
        first = auditor.see("/audit").text
        assert first.count('href="/audit/visits/') == 25
        older = re.search(r'href="(/audit\?[^"]+)" rel="next"', first)
        assert older
        second = auditor.see(older[1].replace("&amp;", "&")).text
        shown = [set(re.findall(r"/audit/visits/([\w-]+)", page)) for page in (first, second)]
        assert len(shown[1]) == 2
        assert not shown[0] & shown[1]

    def test_narrows_by_centre_ending_and_number_and_records_the_search(self, facing: Facing, auditor: Phone) -> None:
        whole_visit(facing)
        filed_visit = facing.counter.visit_id
        facing.counter.open()
        facing.counter.close()
        centre = facing.counter.by.centre_id
        for query in ("ending=filed", f"number={filed_visit}", "number=SP-2026-000001"):
            page = auditor.see(f"/audit?{query}").text
            assert re.findall(r"/audit/visits/([\w-]+)", page) == [filed_visit], query
        assert len(set(re.findall(r"/audit/visits/([\w-]+)", auditor.see(f"/audit?centre={centre}").text))) == 2
        assert "No visit fits" in auditor.see("/audit?centre=elsewhere").text
        searches = recorded(facing, EventName.TRAIL_SEARCHED)
        assert len(searches) == 5
        assert searches[2]["data"]["number"] == "SP-2026-000001"  # type: ignore[index]  # decoded JSON

    def test_narrows_by_assistant_service_route_and_days(self, facing: Facing, auditor: Phone) -> None:
        whole_visit(facing)
        seen, granted = facing.counter.visit_id, facing.counter.delegation().id
        earlier = update(Visit).values(opened_at=facing.counter.clock.now() - timedelta(days=3))
        facing.counter.write(lambda conn: conn.execute(earlier))
        facing.counter.open(QUEUE)
        facing.counter.close()
        for query in (
            f"service={BENEFIT}",
            "route=phone",
            "from=2026-10-29&to=2026-10-30",
            f"assistant=anna&number={granted}",
        ):
            assert re.findall(r"/audit/visits/([\w-]+)", auditor.see(f"/audit?{query}").text) == [seen], query
        for query in ("assistant=nobody", "route=paper", "service=no-such", "to=2026-10-29", "from=2026-11-03"):
            assert "No visit fits" in auditor.see(f"/audit?{query}").text, query
        for query in ("assistant=anna", "assistant=asistente", f"assistant={facing.counter.by.staff_id}"):
            page = auditor.see(f"/audit?{query}").text
            assert page.count('href="/audit/visits/') == 2, query
            assert 'name="assistant" type="text" spellcheck="false" value="anna"' in page

    def test_a_service_is_met_in_a_visit_that_went_on_to_another(self, facing: Facing, auditor: Phone) -> None:
        counter = facing.counter
        whole_visit(facing)
        counter.write(lambda conn: conn.execute(update(Visit).values(service_id=QUEUE)))
        for service in (BENEFIT, QUEUE):
            assert counter.visit_id in auditor.see(f"/audit?service={service}").text

    def test_what_is_met_often_is_found_as_well_as_what_is_rare(
        self, facing: Facing, auditor: Phone, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        whole_visit(facing)
        monkeypatch.setattr(register, "_FEW", 0)
        for query in (f"service={BENEFIT}", "route=phone"):
            assert facing.counter.visit_id in auditor.see(f"/audit?{query}").text
        assert "No visit fits" in auditor.see("/audit?route=paper").text

    def test_who_was_looked_for_is_recorded_by_id_and_no_number_that_is_not_ours(
        self, facing: Facing, auditor: Phone
    ) -> None:
        whole_visit(facing)
        auditor.see("/audit?assistant=anna&route=phone&from=2026-11-01")
        auditor.see("/audit?number=329999-00001&assistant=Ilze")
        data = [each["data"] for each in recorded(facing, EventName.TRAIL_SEARCHED)]
        assert data == [
            {"assistants": [facing.counter.by.staff_id], "route": "phone", "from": "2026-11-01"},
            {"assistants": [], "unknown_number": True},
        ]

    def test_nothing_else_that_an_address_says_is_recorded(self, facing: Facing, auditor: Phone) -> None:
        """Whoever sends an auditor an address would write into the log, for ever and in the auditor's name."""
        whole_visit(facing)
        place = "after=2026-11-02T09:00:00%2B00:00~329999-00001"
        for page, query in (("", ""), ("/findings", ""), ("/cases", "&state=329999-00001"), ("/around", "")):
            auditor.see(f"/audit{page}?centre=329999-00001&service=329999-00001&{place}{query}")
        auditor.send("/audit/visits.csv?centre=329999-00001&service=329999-00001")
        auditor.send("/audit/findings.csv?centre=329999-00001&service=329999-00001")
        kinds = (EventName.TRAIL_SEARCHED, EventName.FINDINGS_SEARCHED, EventName.DISPUTES_SEARCHED)
        said = [each["data"] for kind in (*kinds, EventName.TRAIL_EXPORTED) for each in recorded(facing, kind)]
        assert len(said) == 6
        assert "329999" not in str(said)
        where = {"centre": "unknown", "service": "unknown"}
        assert said[0] == where | {"after": "2026-11-02T09:00:00+00:00"}

    def test_the_next_page_keeps_what_is_looked_for(self, facing: Facing, auditor: Phone) -> None:
        for _ in range(26):
            facing.counter.open()
            facing.counter.close()
        query = f"assistant=anna&service={BENEFIT}&from=2026-11-01"
        older = re.search(r'href="(/audit\?[^"]+)" rel="next"', auditor.see(f"/audit?{query}").text)
        assert older
        address = older[1].replace("&amp;", "&")
        assert {"assistant=anna", f"service={BENEFIT}", "from=2026-11-01"} <= set(address.partition("?")[2].split("&"))
        assert auditor.see(address).text.count('href="/audit/visits/') == 1

    def test_the_plain_list_is_no_search(self, facing: Facing, auditor: Phone) -> None:
        auditor.see("/audit")
        assert recorded(facing, EventName.TRAIL_SEARCHED) == []

    def test_every_ending_can_be_searched_for(self, auditor: Phone) -> None:
        for ending in Ending:
            auditor.see(f"/audit?ending={ending.value}")

    def test_nonsense_in_the_address_is_left_out(self, auditor: Phone) -> None:
        auditor.see("/audit?ending=no-such&after=yesterday~x&centre=")


class TestOneVisit:
    def test_is_opened_only_with_a_reason_which_the_visit_keeps(self, facing: Facing, auditor: Phone) -> None:
        whole_visit(facing)
        visit_id = facing.counter.visit_id
        page = auditor.see(f"/audit/visits/{visit_id}")
        assert "Why do you open this visit?" in page.text
        assert "Opened the visit" not in page.text
        assert auditor.send(f"/audit/visits/{visit_id}", reason="curious").status == 400
        assert EventName.VISIT_LOOKED_AT not in facing.counter.events()
        opened(auditor, visit_id, "complaint")
        looks = recorded(facing, EventName.VISIT_LOOKED_AT)
        assert [look["data"] for look in looks] == [{"reason": "complaint"}]

    def test_shows_each_step_in_words_with_who_where_and_its_place(self, facing: Facing, auditor: Phone) -> None:
        whole_visit(facing)
        publish(facing)
        page = opened(auditor, facing.counter.visit_id)
        for shown in (
            "Opened the visit",
            "Anna Asistente, 1. lodziņš",
            "Said yes to the permission",
            "The resident",
            "The application left for the portal",
            "Opened this visit as an auditor",
            "Aivars Revidents",
            "of the log, signed",
            "not yet in the log",
            "The trail is whole",
        ):
            assert shown in page, shown
        assert "Ilze" not in page
        positions = [
            page.index(words) for words in ("Opened the visit", "Said yes to the permission", "Closed the visit")
        ]
        assert positions == sorted(positions)

    def test_the_reason_counts_for_a_quarter_of_an_hour(self, facing: Facing, auditor: Phone) -> None:
        whole_visit(facing)
        opened(auditor, facing.counter.visit_id)
        facing.counter.clock.move(timedelta(minutes=15))
        assert "Why do you open this visit?" in auditor.see(f"/audit/visits/{facing.counter.visit_id}").text

    def test_a_changed_step_is_seen(self, facing: Facing, auditor: Phone) -> None:
        whole_visit(facing)
        opened(auditor, facing.counter.visit_id)
        first = "(SELECT leaf_hash FROM audit_event WHERE n = 1 AND chain = :visit)"
        tamper(facing, f"UPDATE audit_event SET leaf_hash = {first} WHERE chain = :visit AND n = 3")
        assert "The trail is damaged" in auditor.see(f"/audit/visits/{facing.counter.visit_id}").text

    def test_a_missing_last_step_is_seen(self, facing: Facing, auditor: Phone) -> None:
        whole_visit(facing)
        opened(auditor, facing.counter.visit_id)
        tamper(facing, "UPDATE audit_chain SET n = n + 1 WHERE chain = :visit")
        assert "The trail is damaged" in auditor.see(f"/audit/visits/{facing.counter.visit_id}").text

    def test_that_does_not_exist_is_not_found(self, auditor: Phone) -> None:
        assert auditor.get("/audit/visits/nothing").status == 404


class TestTheVerdict:
    def test_is_given_on_request_and_kept_as_an_event(self, facing: Facing, auditor: Phone) -> None:
        whole_visit(facing)
        publish(facing)
        assert "The log has not been verified yet" in auditor.see("/audit").text
        assert auditor.send("/audit/verify").location == "/audit"
        page = auditor.see("/audit").text
        assert "The log is verified, unwitnessed" in page
        assert "Unwitnessed: no witness is named" in page
        kept = recorded(facing, EventName.LOG_VERIFIED)
        assert len(kept) == 1
        assert kept[0]["data"]["exit_code"] == 0  # type: ignore[index]  # decoded JSON

    def test_says_for_ever_what_is_missing(self, facing: Facing, auditor: Phone) -> None:
        whole_visit(facing)
        publish(facing)
        assert "missing for ever" not in auditor.see("/audit").text
        lose_and_go_on(facing.counter.store, 7, "second.example/log")
        auditor.see("/audit")
        auditor.send("/audit/verify")
        page = auditor.see("/audit").text
        assert "The log is verified, unwitnessed" in page
        assert "7 entries of the log are missing for ever" in page
        assert "on the log is called second.example/log" in page

    def test_says_whom_outside_it_was_seen_by(self, facing: Facing, auditor: Phone, tmp_path: Path) -> None:
        store = facing.counter.store
        whole_visit(facing)
        with witness_of(store, tmp_path / "witness") as one:
            fit(facing.app, replace(store, settings=replace(store.settings, log_witnesses=policy_of(one))))
            publish(facing)
            assert "Unwitnessed: too few of the named witnesses" in auditor.see("/audit").text
            assert "The rest is unwitnessed." in opened(auditor, facing.counter.visit_id)
            before = publish_witnessed(store, policy_of(one))
            assert before is not None
        auditor.see("/audit")
        auditor.send("/audit/verify")
        page = auditor.see("/audit").text
        assert "The log is verified</h2>" in page
        assert "Witnessed from outside by w1.example: all" in page
        trail = auditor.see(f"/audit/visits/{facing.counter.visit_id}").text
        assert "Witnesses outside have seen all of them." in trail
        facing.counter.open()
        publish(facing)
        assert f"Witnessed from outside up to entry {before.size}" in auditor.see("/audit").text

    def test_says_what_does_not_fit(self, facing: Facing, auditor: Phone) -> None:
        whole_visit(facing)
        publish(facing)
        tamper(facing, "DELETE FROM audit_leaf WHERE idx = 3")
        auditor.see("/audit")
        auditor.send("/audit/verify")
        page = auditor.see("/audit").text
        assert "NOT verified" in page
        assert "Entries are gone from within the log" in page

    def test_without_a_signature_it_cannot_conclude(self, facing: Facing, auditor: Phone) -> None:
        facing.counter.open()
        asyncio.run(sequence(facing.counter.store.database))
        auditor.see("/audit")
        auditor.send("/audit/verify")
        assert "could not conclude" in auditor.see("/audit").text

    def test_of_a_large_log_a_worker_gives_it(
        self, facing: Facing, auditor: Phone, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        whole_visit(facing)
        publish(facing)
        monkeypatch.setattr(verdicts, "AT_ONCE", 3)
        auditor.see("/audit")
        auditor.send("/audit/verify")
        page = auditor.see("/audit").text
        assert "The log is being verified" in page
        assert "not been verified yet" in page
        payload = facing.counter.read(
            lambda conn: conn.execute(select(JobRow.payload).where(JobRow.kind == "log.verify")).scalar_one()
        )
        handle = verdicts.make_handlers(facing.counter.store)["log.verify"]
        assert callable(handle)

        async def work() -> None:
            await handle(Job("j", "log.verify", payload, "log.verify", 1))

        asyncio.run(work())
        assert recorded(facing, EventName.LOG_VERIFIED)[0]["actor"]["kind"] == "auditor"  # type: ignore[index]  # JSON
        assert "The log is verified" in auditor.see("/audit").text


def tamper(facing: Facing, statement: str) -> None:
    """Change what may not be changed, as whoever owns the database could."""
    visit = facing.counter.visit_id

    def work(conn: Connection) -> None:
        if conn.dialect.name == "postgresql":
            for name in ("audit_event", "audit_leaf"):
                conn.execute(text(f"ALTER TABLE {name} DISABLE TRIGGER USER"))
        else:
            for name in conn.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all():
                conn.execute(text(f'DROP TRIGGER "{name}"'))
        conn.execute(text(statement), {"visit": visit} if ":visit" in statement else {})

    facing.counter.store.database.write_now(work)
