"""The visit's page says that a message came back, what to do now, and neither who was to read it nor what it said."""

from datetime import timedelta

from sqlalchemy import Connection, select, update

from gateway.notifications import bounces, outbox
from gateway.notifications.bounces import Heard
from gateway.notifications.tables import Channel, Message, MessageState, Report
from gateway.people import residents
from gateway.people.residents import Contact, Profile
from gateway.visits import confirming
from gateway.visits.reading import Stage
from tests.gateway.pages.desk.desk import Desk
from tests.gateway.visits.counter import ILZE, Counter

SMS, MAIL = "did not arrive: nobody is reached", "An e-mail of this visit did not arrive"


def comes_back(counter: Counter, channel: Channel, report: Report = Report.HARD) -> None:
    """The newest message of the visit by one way was sent, and came back."""

    def work(conn: Connection) -> None:
        of_visit = (Message.visit_id == counter.visit_id, Message.channel == channel)
        newest = select(Message.id).where(*of_visit).order_by(Message.created_at.desc()).limit(1)
        message_id = conn.execute(newest).scalar_one()
        sent = {"state": MessageState.SENT, "sent_at": counter.clock.now(), "address": None, "body": None}
        conn.execute(update(Message).where(Message.id == message_id).values(sent | {"off_link": None}))
        bounces.take(conn, counter.store, message_id, Heard(report, "5.1.1"))

    counter.write(work)


def with_an_e_mail(desk: Desk, person: Profile = ILZE) -> None:
    """Something was filed for somebody of whom an e-mail address is known, and they are told."""
    desk.knows(Profile(name=person.name, code=person.code, email="nav@piemers.example"))
    desk.at(Stage.FILED)
    tell(desk)


def tell(desk: Desk) -> None:
    """Something is written to whoever allowed it, by e-mail."""
    known = _known(desk)
    draft = outbox.Draft(
        channel=Channel.EMAIL,
        to=str(known.profile.email),
        template="not_arrived",
        language="lv",
        values={"link": "https://x.example"},
        visit_id=desk.visit_id,
        resident_id=known.id,
    )
    desk.clock.move(timedelta(seconds=1))
    desk.write(lambda conn: outbox.queue(conn, desk.store, known.key, draft, now=desk.clock.now()))


def _known(desk: Desk) -> residents.Resident:
    person = str(desk.delegation().principal_id)
    return desk.read(lambda conn: residents.open_resident(conn, desk.store, person))


def on_display(desk: Desk) -> None:
    """The resident types the newest code on the display."""
    asked, code = desk.approval().id, desk.sent_code()
    desk.write(lambda conn: confirming.approve_on_display(conn, desk.store, desk.display, asked, code))


def test_of_a_code_that_nobody_got_it_is_said_until_it_goes_elsewhere(desk: Desk) -> None:
    desk.asked_on_display()
    before = desk.look().text
    assert SMS not in before
    assert "/sent-code" in before
    comes_back(desk, Channel.SMS)
    page = desk.look().text
    assert SMS in page
    assert "Take the question back" in page
    assert "20000001" not in page
    assert "/sent-code" not in page
    desk.browser.post(f"{desk.path}/withdraw")
    desk.ask(number="+37120000002")
    assert SMS not in desk.look().text


def test_of_a_code_that_went_nowhere_nothing_is_said_once_it_is_asked_in_another_way(desk: Desk) -> None:
    desk.asked_on_display()
    comes_back(desk, Channel.SMS)
    desk.browser.post(f"{desk.path}/withdraw")
    desk.ask()
    page = desk.look().text
    assert "did not arrive" not in page


def test_before_anything_is_filed_no_receipt_is_named(desk: Desk) -> None:
    desk.knows(Profile(name=ILZE.name, code=ILZE.code, email="nav@piemers.example"))
    desk.ready()
    tell(desk)
    comes_back(desk, Channel.EMAIL)
    page = desk.look().text
    assert MAIL in page
    assert "on their own page" in page
    assert "receipt on paper" not in page


def test_once_the_visit_is_over_nothing_is_said_to_be_left_to_stop(desk: Desk) -> None:
    desk.knows(Profile(name=ILZE.name, code=ILZE.code, email="nav@piemers.example"))
    desk.ready()
    tell(desk)
    comes_back(desk, Channel.EMAIL)
    assert "can stop it" in desk.look().text
    desk.close()
    page = desk.look().text
    assert MAIL in page
    assert "can stop it" not in page


def test_a_code_for_the_permit_that_nobody_got_leads_to_stopping(desk: Desk) -> None:
    desk.asked_on_display()
    on_display(desk)
    desk.fill()
    desk.report_read_back()
    assert desk.stage is Stage.PERMIT
    comes_back(desk, Channel.SMS)
    page = desk.look().text
    assert "Press “Stop”" in page
    assert "Take the question back" not in page
    assert "/sent-code" not in page


def test_of_an_e_mail_it_is_said_without_the_address(desk: Desk) -> None:
    with_an_e_mail(desk)
    assert MAIL not in desk.look().text
    comes_back(desk, Channel.EMAIL)
    page = desk.look().text
    assert MAIL in page
    assert "receipt on paper" in page
    assert "nav@piemers.example" not in page


def test_a_mailbox_that_is_full_for_now_is_no_address_that_does_not_work(desk: Desk) -> None:
    with_an_e_mail(desk)
    comes_back(desk, Channel.EMAIL, Report.SOFT)
    assert MAIL not in desk.look().text


def test_an_address_that_is_set_anew_is_well_again(desk: Desk) -> None:
    with_an_e_mail(desk)
    comes_back(desk, Channel.EMAIL)
    known, other = _known(desk), Contact(phone=None, email="ir@piemers.example", language="lv")
    now = desk.clock.now()
    desk.write(lambda conn: residents.correct(conn, desk.store, known, other, now, desk.by.actor))
    assert MAIL not in desk.look().text


def test_what_came_back_in_another_visit_is_not_told_here(desk: Desk) -> None:
    with_an_e_mail(desk)
    comes_back(desk, Channel.EMAIL)
    desk.close()
    desk.open()
    assert MAIL not in desk.look().text
