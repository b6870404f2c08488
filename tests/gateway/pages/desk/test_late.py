"""What the desk says of an application that was taken for lost until the portal spoke."""

from dataclasses import replace
from datetime import timedelta

from connectors.runner.api import Absent
from gateway.visits import sending
from gateway.visits.states import Late
from gateway.visits.tables import RunKind
from gateway.visits.view import Stage
from tests.gateway.pages.desk.desk import Desk
from tests.gateway.visits.played import filed

NUMBER = "SP-2026-000001"
CAME_LATE = "The institution’s answer came late"


def lost(desk: Desk) -> str:
    """The portal's list does not show it; its worker is still out, with this run."""
    desk.at(Stage.NOT_FILED)
    return str(desk.run_of(RunKind.SEND).id)


def comes_late(desk: Desk, run: str) -> None:
    desk.write(lambda conn: sending.outcome(conn, desk.store, run, filed(desk.clock.now())))


def test_the_page_of_the_receipt_says_that_it_came_late(desk: Desk) -> None:
    comes_late(desk, lost(desk))
    page = desk.look().text
    assert CAME_LATE in page
    assert NUMBER in page
    desk.close()
    assert NUMBER in desk.look().text


def test_an_ordinary_receipt_says_nothing_of_that(desk: Desk) -> None:
    desk.at(Stage.FILED)
    assert CAME_LATE not in desk.look().text


def test_what_was_begun_again_in_the_same_visit_gives_way_to_the_receipt(desk: Desk) -> None:
    run = lost(desk)
    desk.fill()
    comes_late(desk, run)
    assert desk.stage is Stage.FILED
    assert CAME_LATE in desk.look().text


def test_another_visit_names_what_had_arrived_and_files_something_else(desk: Desk) -> None:
    desk.at(Stage.ARRIVED)
    page = desk.look().text
    assert "What you were filling in has been ended and was not sent" in page
    assert NUMBER in page
    assert f"{desk.path}?panel=edit" in page
    desk.fill(days_ago=3)
    assert desk.stage is Stage.FILLING


def test_both_stand_side_by_side_until_somebody_has_told_resident_and_institution(desk: Desk) -> None:
    desk.at(Stage.BOTH)
    page = desk.look().text
    assert NUMBER in page
    assert "SP-2026-000007" in page
    assert f'banner__link" href="{desk.path}"' in desk.browser.get("/desk").text
    filing = desk.filing()
    answer = desk.press_button("both-told", {"filing": filing.id})
    assert answer.location == f"{desk.path}?note=both"
    assert desk.filing().reason == Late.BOTH_KNOWN
    assert f'banner__link" href="{desk.path}"' not in desk.browser.get("/desk").text
    assert "It has been recorded that both were told" in desk.look().text
    assert desk.press_button("both-told", {"filing": filing.id}).status == 409


def test_both_stand_also_on_the_page_of_what_was_sent_again_in_the_same_visit(desk: Desk) -> None:
    run = lost(desk)
    desk.fill()
    desk.report_read_back()
    desk.sign_in()
    desk.send_and_file()
    assert "It may have arrived twice" not in desk.look().text
    late = filed(desk.clock.now() + timedelta(seconds=1))
    desk.write(lambda conn: sending.outcome(conn, desk.store, run, replace(late, reference="SP-2026-000007")))
    assert desk.stage is Stage.FILED
    assert "It may have arrived twice" in desk.look().text
    desk.close()
    assert "SP-2026-000007" in desk.look().text


def test_a_look_up_that_runs_late_changes_nothing_where_it_finds_nothing(desk: Desk) -> None:
    lost(desk)
    run = desk.run_of(RunKind.LOOK_UP).id
    before = desk.events()
    desk.write(lambda conn: sending.looked_up(conn, desk.store, run, Absent(conclusive=False)))
    assert desk.events() == before
