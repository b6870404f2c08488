"""A connector that was tried with made-up people alone meets no portal that residents use."""

from dataclasses import replace
from typing import Literal

import pytest

from connectors.sdk import registry
from connectors.sdk.manifest import Quality
from delegation.filing import FilingState
from gateway.config import Settings
from gateway.demo import catalogue as demo
from gateway.services import quality
from gateway.trial_portals import TrialPortal
from gateway.visits.errors import ConnectorUnprovedError
from gateway.visits.tables import RunKind, RunState
from tests.gateway.visits.conftest import counter, renderer
from tests.gateway.visits.counter import BENEFIT, Counter

__all__ = ["counter", "renderer"]

LIVE = "https://portal.example"
TRIAL = {"latvija": TrialPortal(url="https://test.portal.example")}


def portal_becomes(counter: Counter, origin: str) -> None:
    counter.write(lambda conn: demo.seed(conn, portal_origin=origin, client_id="portal"))


def is_of(monkeypatch: pytest.MonkeyPatch, level: Quality) -> None:
    known = registry.find(BENEFIT)
    connector = replace(known, manifest=replace(known.manifest, quality=level))
    monkeypatch.setattr(registry, "find", lambda _: connector)


@pytest.mark.parametrize(
    ("mode", "origin", "is_live"),
    [
        ("live", LIVE, True),
        ("live", "https://test.portal.example", True),
        ("live", "http://127.0.0.2:8401", False),
        ("live", None, True),
        ("demo", LIVE, True),
        ("demo", "https://test.portal.example", False),
        ("demo", "https://test.portal.example.attacker.example", True),
    ],
)
def test_a_portal_is_live_unless_it_is_known_not_to_be(
    mode: Literal["live", "demo"], origin: str | None, *, is_live: bool
) -> None:
    settings = replace(Settings.from_environment({}), mode=mode, portal_trials=TRIAL)
    assert quality.is_live(settings, "latvija", origin) is is_live


class TestAtALivePortal:
    def test_nothing_is_asked_of_a_worker_by_the_level_practice(self, counter: Counter) -> None:
        counter.open().grant()
        portal_becomes(counter, LIVE)
        with pytest.raises(ConnectorUnprovedError):
            counter.fill()
        assert counter.filings() == []

    def test_a_run_that_waited_is_not_begun(self, counter: Counter) -> None:
        counter.open().grant()
        counter.fill()
        portal_becomes(counter, LIVE)
        assert counter.begin() is None
        run = counter.run_of(RunKind.PREPARE)
        assert (run.state, run.reason) == (RunState.FAILED, ConnectorUnprovedError.code)
        assert (counter.filing().state, counter.filing().reason) == (FilingState.FAILED, ConnectorUnprovedError.code)

    @pytest.mark.parametrize("level", [Quality.PILOT, Quality.PROVED])
    def test_the_levels_above_file(self, counter: Counter, level: Quality, monkeypatch: pytest.MonkeyPatch) -> None:
        is_of(monkeypatch, level)
        counter.open().grant()
        portal_becomes(counter, LIVE)
        counter.fill()
        assert counter.begin() is not None
