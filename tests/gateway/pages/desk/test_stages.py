"""Every stage of a visit has a page of its own."""

import re

import pytest

from gateway.database.counting import count_statements
from gateway.visits.reading import Stage
from tests.gateway.pages.desk.desk import Desk

HEADINGS = {
    Stage.SERVICE: "What did the resident come for?",
    Stage.REFERRAL: "This service is not electronic",
    Stage.REQUEST: "Ask the resident for a yes",
    Stage.APPROVAL: "Waiting for the yes of I••• P•••",
    Stage.REFUSED: "The resident said no",
    Stage.LAPSED: "Nobody said yes",
    Stage.EXPIRED: "The delegation has ended",
    Stage.QUESTIONS: "Before the questions",
    Stage.FILLING: "The portal’s form is being filled in",
    Stage.PERMIT: "I••• P••• checks what will be sent",
    Stage.PERMIT_LAPSED: "The resident did not answer in time",
    Stage.PERMIT_REFUSED: "The resident did not agree to send it",
    Stage.SENDING: "The application is being sent",
    Stage.LOOKING_UP: "We are asking the portal what it received",
    Stage.FILED: "Filed",
    Stage.DECLINED: "The portal did not accept it",
    Stage.NOT_FILED: "It was not filed",
    Stage.NEEDS_HUMAN: "You have to look in the portal",
    Stage.STOPPED: "Stopped",
    Stage.FAILED: "It could not be filled in",
    Stage.CLOSED: "The visit is closed",
}
CAN_STOP = {
    Stage.APPROVAL,
    Stage.QUESTIONS,
    Stage.FILLING,
    Stage.PERMIT,
    Stage.PERMIT_LAPSED,
    Stage.PERMIT_REFUSED,
    Stage.SENDING,
    Stage.FAILED,
}
MOST_STATEMENTS = 6


@pytest.mark.parametrize("stage", Stage)
class TestEveryStage:
    def test_says_what_it_is_and_shows_the_ways_out(self, desk: Desk, stage: Stage) -> None:
        desk.at(stage)
        with count_statements() as count:
            page = desk.look()
        assert page.status == 200
        heading = re.search(r"<h1[^>]*>(.*?)</h1>", page.text, re.DOTALL)
        assert heading
        assert heading[1] == HEADINGS[stage]
        assert (f'href="{desk.path}/stop"' in page.text) == (stage in CAN_STOP)
        assert (f"{desk.path}/close" in page.text) == (stage is not Stage.CLOSED)
        assert "329999-00001" not in page.text.replace("such as 329999-00001", "")
        assert count.total <= MOST_STATEMENTS, count.texts
