"""A portal looked at without a resident; that nothing was filed, its own count says."""

import re

import pytest

from connectors.sdk import registry
from connectors.workshop.bench import Bench, SampleError, answers, chosen_sample
from connectors.workshop.looking import Look, Seen, look
from tests.connectors.desk import SICKNESS, Desk

pytestmark = pytest.mark.anyio

CONNECTOR = registry.find(SICKNESS)


async def looked_at(desk: Desk) -> Look:
    bench = Bench(desk.runner, desk.issuer.url, desk.issuer.ticket, desk.portal)
    found, _ = await look(bench, CONNECTOR, bench.task(CONNECTOR, chosen_sample(CONNECTOR, None)))
    assert desk.state()["final_posts"] == 0
    assert not desk.runner.holds(found.connector)
    return found


class TestALook:
    async def test_finds_every_page_as_it_was(self, desk: Desk) -> None:
        found = await looked_at(desk)
        assert [page.seen for page in found.pages] == [Seen.SAME] * len(CONNECTOR.pages)
        assert (found.reached, found.signed_in, found.problem, found.detail) == (True, True, None, "")

    async def test_says_what_changed_and_which_pages_nobody_saw(self, desk: Desk) -> None:
        desk.fault("form_changed")
        found = await looked_at(desk)
        assert [page.seen for page in found.pages][:3] == [Seen.SAME, Seen.CHANGED, Seen.NOT_REACHED]
        assert any("In step 2" in said.en and "2. solī" in said.lv for said in found.pages[1].differences)
        assert found.has_drifted
        assert not found.is_whole

    async def test_of_a_portal_that_is_down_says_nothing_of_its_forms(self, desk: Desk) -> None:
        desk.fault("down")
        found = await looked_at(desk)
        assert (found.reached, found.signed_in, found.has_drifted) == (False, False, False)
        assert {page.seen for page in found.pages} == {Seen.NOT_REACHED}
        assert found.problem is not None
        assert found.problem.en.startswith("The portal cannot be reached")
        assert found.problem.lv.startswith("Portālu nevar sasniegt")
        assert not re.search(r"\d", found.problem.en + found.problem.lv)


class TestASample:
    def test_that_is_not_there_is_named(self) -> None:
        with pytest.raises(SampleError, match="has no sample other; there are:"):
            chosen_sample(CONNECTOR, "other")

    def test_is_checked_by_the_connectors_own_questions(self) -> None:
        values, files = answers(CONNECTOR, CONNECTOR.samples[1])
        assert values["account"] == "LV78PARA0000000000001"
        assert files
