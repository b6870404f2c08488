"""Everything about a resident on paper, for whoever shows a document at any centre."""

from datetime import timedelta

from sqlalchemy import select

from audit.events import EventName
from gateway.database.counting import count_statements
from gateway.notifications.tables import Message
from gateway.people.roles import Role
from gateway.visits import overviews, presenting
from tests.gateway.pages.facing import SOMEBODY_ELSE, Facing
from tests.gateway.pages.mine.conftest import Own
from tests.gateway.pages.stopping.conftest import Staff
from tests.gateway.pages.stopping.test_staff import shown


class TestTheSheet:
    def test_holds_what_was_sent_once_it_was_said_why(self, facing: Facing, signed_in: Staff) -> None:
        counter = facing.counter.open().grant()
        counter.fill()
        counter.send()
        assistant = signed_in(Role.ASSISTANT)
        here = shown(assistant)
        assistant.see(f"{here}/overview", status=404)
        assistant.see(here)
        assert assistant.send(f"{here}/overview", reason="asked_on_paper").location == f"{here}/overview"
        sheet = assistant.see(f"{here}/overview").text
        assert str(counter.filing().reference) in sheet
        assert "Anna Asistente" in sheet
        home = Own(facing, facing.phone()).sign_in()
        assert EventName.OVERVIEW_PRINTED.value in home.events()
        looks = home.see("/mine/looks")
        assert "Berta Otrā" in looks
        assert "Iedzīvotājs to vēlas uz papīra" in looks

    def test_takes_as_many_statements_for_three_visits_as_for_one(self, facing: Facing, signed_in: Staff) -> None:
        assistant = signed_in(Role.ASSISTANT)
        counts = []
        for visit in range(3):
            counter = facing.counter.open().grant()
            counter.fill()
            counter.close()
            here = shown(assistant)
            assistant.see(here)
            assistant.send(f"{here}/overview", reason="asked_on_paper")
            with count_statements() as counted:
                sheet = assistant.see(f"{here}/overview").text
            counts.append(counted.total)
            assert sheet.count("Anna Asistente") == visit + 1
        assert counts[0] == counts[1] == counts[2]

    def test_is_told_to_the_one_whom_it_is_about(self, facing: Facing, signed_in: Staff) -> None:
        counter = facing.counter.open().grant()
        assistant = signed_in(Role.ASSISTANT)
        here = shown(assistant)
        assistant.see(here)
        assistant.send(f"{here}/overview", reason="asked_on_paper")
        told = counter.read(lambda conn: conn.execute(select(Message.template)).scalars().all())
        assert "overview_printed" in told

    def test_is_not_shown_without_a_reason(self, facing: Facing, signed_in: Staff) -> None:
        facing.counter.open().grant()
        assistant = signed_in(Role.ASSISTANT)
        here = shown(assistant)
        assistant.see(here)
        assert assistant.send(f"{here}/overview", reason="curious").status == 422
        assistant.see(f"{here}/overview", status=404)

    def test_is_gone_after_a_quarter_of_an_hour_and_never_a_colleagues(self, facing: Facing, signed_in: Staff) -> None:
        facing.counter.open().grant()
        assistant = signed_in(Role.ASSISTANT)
        here = shown(assistant)
        assistant.see(here)
        assistant.send(f"{here}/overview", reason="no_device")
        signed_in(Role.MANAGER).see(f"{here}/overview", status=404)
        facing.counter.clock.move(presenting.GOOD_FOR)
        assistant.see(f"{here}/overview", status=404)

    def test_is_not_shown_for_the_reason_that_a_colleague_has_said(self, facing: Facing, signed_in: Staff) -> None:
        facing.counter.open().grant()
        assistant, manager = signed_in(Role.ASSISTANT), signed_in(Role.MANAGER)
        here, theirs = shown(assistant), shown(manager)
        assistant.see(here)
        assistant.send(f"{here}/overview", reason="no_device")
        assistant.see(f"{here}/overview")
        manager.see(f"{theirs}/overview", status=404)

    def test_is_limited_for_each_member_of_staff(self, facing: Facing, signed_in: Staff) -> None:
        facing.counter.open().grant()
        assistant = signed_in(Role.ASSISTANT)
        here = shown(assistant)
        assistant.see(here)
        tries = [assistant.send(f"{here}/overview", reason="complaint").status for _ in range(overviews.IN_AN_HOUR + 1)]
        assert tries == [303] * overviews.IN_AN_HOUR + [429]
        facing.counter.clock.move(timedelta(hours=1))

    def test_of_somebody_who_was_never_here_is_none(self, facing: Facing, signed_in: Staff) -> None:
        facing.counter.open().grant()
        assistant = signed_in(Role.ASSISTANT)
        here = shown(assistant, SOMEBODY_ELSE)
        assistant.see("/presented")
        assert assistant.send(f"{here}/overview", reason="complaint").status == 404
