"""What is typed into the form that asks for a yes is kept by itself, names nobody before a look, and asks nobody."""

import json
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from audit.events import EventName
from gateway.ids import new_id
from gateway.visits.reading import Stage
from gateway.visits.request_drafts import KIND, RequestDraft
from gateway.visits.tables import SealedRecord
from tests.gateway.pages.desk.desk import Desk
from tests.gateway.pages.desk.test_asking_again import says, sent
from tests.gateway.visits.counter import ILZE
from tests.gateway.windows import address, go, open_as

__all__ = ["address"]

PERSON = {"name": ILZE.name, "code": ILZE.code}
WHOLE = {"document": "passport", "present": "yes", "route": "phone", "for": "self"}


def typed(desk: Desk, mark: str = "", **values: str) -> tuple[int, dict[str, Any]]:
    answer = desk.press_button("ask/draft", {"draft": mark} | values)
    return answer.status, json.loads(answer.body)


def draft_of(desk: Desk) -> RequestDraft | None:
    return desk.opened(lambda opened: opened.request_draft())


@pytest.fixture
def asking(desk: Desk) -> Desk:
    """A visit about one service; nobody has been asked yet."""
    return desk.at(Stage.REQUEST)


class TestKeptByItself:
    def test_stands_in_the_form_again_and_asks_nobody(self, asking: Desk) -> None:
        status, said = typed(asking, **{"for": "parent", "route": "phone"})
        assert (status, said["text"]) == (200, "Kept at 11:00")
        form = sent(asking.look())
        assert (form["for"], form["draft"]) == ("parent", said["draft"])
        assert asking.stage is Stage.REQUEST

    def test_says_who_it_is_only_after_a_recorded_look(self, asking: Desk) -> None:
        typed(asking, **PERSON, parent_name="Jānis Otrais")
        page = asking.look()
        assert not says(page, ILZE)
        assert "Jānis Otrais" not in page.text
        assert sent(page)["keep.name"] == "1"
        assert EventName.RESIDENT_LOOKED_AT not in asking.events()
        asking.press_button("show", {"panel": "again"})
        assert EventName.RESIDENT_LOOKED_AT in asking.events()
        page = asking.look("?panel=again&shown=1")
        assert (sent(page)["name"], sent(page)["code"]) == (ILZE.name, ILZE.code)
        assert sent(page)["parent_name"] == "Jānis Otrais"

    def test_does_not_say_again_that_a_document_was_checked(self, asking: Desk) -> None:
        typed(asking, **WHOLE, **PERSON)
        assert not {"document", "present"} & sent(asking.look()).keys()

    def test_an_empty_field_that_says_so_keeps_what_is_known(self, asking: Desk) -> None:
        _status, said = typed(asking, **PERSON)
        typed(asking, said["draft"], route="phone", name="", code="", **{"keep.name": "1"})
        draft = draft_of(asking)
        assert draft is not None
        assert draft.values == {"route": "phone", "name": ILZE.name}

    def test_does_not_write_over_what_another_tab_kept(self, asking: Desk) -> None:
        typed(asking, **PERSON)
        status, said = typed(asking, name="Cits Cilvēks")
        assert (status, "another tab" in said["text"]) == (409, True)

    def test_is_known_again_where_the_answer_that_told_its_mark_was_lost(self, asking: Desk) -> None:
        ours = new_id()
        assert typed(asking, next=ours, **PERSON)[1]["draft"] == ours
        assert typed(asking, f" {ours}", **PERSON, route="phone")[0] == 200
        assert asking.press_button("ask", {"draft": f" {ours}", **PERSON}).status == 409

    def test_is_not_kept_once_somebody_is_asked(self, asking: Desk) -> None:
        asking.ask()
        assert typed(asking, **PERSON)[0] == 409

    def test_is_of_this_question_alone(self, asking: Desk) -> None:
        """What was typed before somebody was asked in another tab is no beginning of the next question."""
        typed(asking, **PERSON)
        asking.ask()
        asking.press_button("withdraw")
        assert asking.stage is Stage.LAPSED
        assert draft_of(asking) is None


class TestSent:
    def test_asks_with_what_is_known_and_keeps_no_draft(self, asking: Desk) -> None:
        _status, said = typed(asking, **PERSON)
        kept = {"draft": said["draft"], "name": "", "code": "", "keep.name": "1", "keep.code": "1"}
        answer = asking.press_button("ask", WHOLE | kept)
        assert answer.status == 303
        assert asking.stage is Stage.APPROVAL
        assert asking.opened(lambda opened: opened.asked_name()) == ILZE.name
        kinds = select(SealedRecord.kind).where(SealedRecord.visit_id == asking.visit_id)
        assert KIND not in asking.read(lambda conn: list(conn.execute(kinds).scalars()))

    def test_from_an_older_tab_is_shown_again_first(self, asking: Desk) -> None:
        _status, said = typed(asking, **PERSON)
        typed(asking, said["draft"], name="Cits Cilvēks", code=ILZE.code)
        old = {"draft": said["draft"], "name": "", "code": "", "keep.name": "1", "keep.code": "1"}
        answer = asking.press_button("ask", WHOLE | old)
        assert (answer.status, "Other answers were kept since" in answer.text) == (409, True)
        assert asking.stage is Stage.REQUEST
        assert "Cits Cilvēks" not in answer.text

    def test_a_mistake_beside_what_is_known_shows_nobody(self, asking: Desk) -> None:
        _status, said = typed(asking, **PERSON)
        kept = {"draft": said["draft"], "name": "", "code": "1", "keep.name": "1", "keep.code": "1"}
        answer = asking.press_button("ask", WHOLE | kept)
        assert answer.status == 422
        assert not says(answer, ILZE)
        assert sent(answer)["keep.name"] == "1"
        assert "keep.code" not in sent(answer)

    def test_is_kept_by_the_button(self, asking: Desk) -> None:
        answer = asking.press_button("ask", PERSON | {"do": "keep"})
        assert answer.status == 303
        assert "Nobody has been asked yet" in asking.browser.get(answer.headers["location"]).text
        draft = draft_of(asking)
        assert draft is not None
        assert draft.values == PERSON


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_is_kept_after_a_pause_and_through_a_lost_connection(browser: Browser, address: str, asking: Desk) -> None:
    page = open_as(browser, address, asking.browser).new_page()
    go(page, address + asking.path)
    page.get_by_label("Name and surname", exact=True).first.fill(ILZE.name)
    expect(page.locator("[data-kept]")).to_have_text("Kept at 11:00")
    page.context.set_offline(True)
    page.get_by_label("Personal code", exact=True).first.fill(ILZE.code)
    page.get_by_role("button", name="Ask for the yes").click()
    expect(page.get_by_role("heading", name="Not connected: kept on this computer, nothing was sent")).to_be_visible()
    expect(page.get_by_text("The resident is asked only when you press")).to_be_visible()
    expect(page.locator("#draft")).to_be_focused()  # the press has been answered
    page.context.set_offline(False)
    expect(page.get_by_role("heading", name="The connection is back.")).to_be_visible(timeout=30_000)
    draft = draft_of(asking)
    assert draft is not None
    assert {"name": ILZE.name, "code": ILZE.code}.items() <= draft.values.items()
    assert asking.stage is Stage.REQUEST
    page.context.close()
