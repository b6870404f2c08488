"""Targets are the owner's word, improvements the centre's; what is overdue is said where a manager begins."""

from datetime import timedelta

import pytest

from gateway.people.roles import Role
from tests.gateway.callers import Caller, Callers
from tests.gateway.pages.reports.conftest import events


@pytest.fixture
def manager(callers: Callers) -> Caller:
    return callers.staff(Role.MANAGER)


@pytest.fixture
def owner(callers: Callers) -> Caller:
    return callers.staff(Role.NETWORK_OWNER)


def target(callers: Callers, **changed: str) -> dict[str, str]:
    return {"centre": callers.centre_id, "aim": "satisfied", "value": "85", "period": "2026"} | changed


def improvement(callers: Callers, **changed: str) -> dict[str, str]:
    usual = {"for": "time", "text": "Īsākas rindas", "owner": callers.account.id, "due": "2026-11-20"}
    return usual | changed


class TestTargets:
    def test_are_set_by_the_owner_seen_by_the_manager_and_withdrawn(
        self, callers: Callers, owner: Caller, manager: Caller
    ) -> None:
        assert "No targets were set yet" in manager.get("/figures/targets").text
        assert manager.post("/figures/targets", target(callers)).status == 403
        assert owner.post("/figures/targets", target(callers)).status == 303
        assert "85.0%" in manager.get("/figures/targets").text
        assert events(callers, "manager:target:set")[0]["hundredths"] == 8500
        again = owner.post("/figures/targets", target(callers, value="90", period="2026-Q4"))
        assert "A target of this kind stands" in again.text
        page = owner.get("/figures/targets").text
        one = page.split('action="/figures/targets/')[1].split('"')[0]
        assert one.endswith("/withdraw")
        owner.post(f"/figures/targets/{one}")
        assert "No targets were set yet" in manager.get("/figures/targets").text

    @pytest.mark.parametrize(
        ("name", "typed"), [("aim", ""), ("value", "101"), ("value", "0"), ("period", "x"), ("centre", "nowhere")]
    )
    def test_that_cannot_be_are_refused_at_their_field(
        self, callers: Callers, owner: Caller, name: str, typed: str
    ) -> None:
        answer = owner.post("/figures/targets", target(callers, **{name: typed}))
        assert answer.status == 422
        assert f'href="#{name}"' in answer.text


class TestImprovements:
    def test_are_begun_and_ended_by_the_manager_and_overdue_ones_are_said_first(
        self, callers: Callers, manager: Caller
    ) -> None:
        assert manager.post("/figures/targets/actions", improvement(callers)).status == 303
        assert "overdue" not in manager.get("/manage").text
        callers.clock.move(timedelta(days=20))
        manager = callers.staff(Role.MANAGER)
        assert "1 improvement is overdue." in manager.get("/manage").text
        page = manager.get("/figures/targets").text
        assert "1 improvement is overdue." in page
        here = page.split('action="/figures/targets/actions/')[1].split('"')[0]
        dropped = manager.post(f"/figures/targets/actions/{here}", {"state": "dropped"})
        assert dropped.status == 422
        assert "Write why it is dropped" in dropped.text
        manager.post(f"/figures/targets/actions/{here}", {"state": "dropped", "reason": "Nav vajadzīgs"})
        assert "overdue" not in manager.get("/manage").text
        assert "Nav vajadzīgs" in manager.get("/figures/targets").text

    @pytest.mark.parametrize(
        ("name", "typed"), [("for", ""), ("text", ""), ("due", "2026-11-01"), ("due", ""), ("owner", "nobody")]
    )
    def test_that_cannot_be_are_refused_at_their_field(
        self, callers: Callers, manager: Caller, name: str, typed: str
    ) -> None:
        answer = manager.post("/figures/targets/actions", improvement(callers, **{name: typed}))
        assert answer.status == 422
        assert f'href="#{name}"' in answer.text

    def test_are_not_begun_by_the_owner(self, callers: Callers, owner: Caller) -> None:
        assert owner.post("/figures/targets/actions", improvement(callers)).status == 403
