"""Every night each form is looked at once, one after the other, and nobody waits for it."""

import asyncio
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select

from gateway import portal_looks
from gateway.clock import HeldClock
from gateway.config import ConfigurationError, Settings
from gateway.jobs.leases import Job
from gateway.jobs.tables import JobRow
from gateway.parts import Parts
from gateway.portal_looks import Looking
from gateway.trial_portals import TrialPortal
from tests.gateway.visits.conftest import counter, renderer
from tests.gateway.visits.counter import BENEFIT, QUEUE, Counter

__all__ = ["counter", "renderer"]

ON_ONE = pytest.mark.parametrize("database_kind", ["sqlite"])

TRIAL = TrialPortal(url="https://test.portal.example")


@pytest.fixture
def gateway(counter: Counter) -> Parts:
    """A gateway that knows the portal's test system."""
    settings = replace(counter.store.settings, portal_trials={"latvija": TRIAL})
    return replace(counter.store, settings=settings)


def asked(gateway: Parts) -> list[Any]:
    """What is asked for, and when."""
    of_look = select(JobRow.__table__).where(JobRow.kind == portal_looks.JOB)
    return list(gateway.database.read_now(lambda conn: conn.execute(of_look).all()))


def ask(gateway: Parts) -> None:
    gateway.database.write_now(lambda conn: portal_looks.ask_for_tonight(conn, gateway))


def work_off(gateway: Parts, looking: Looking) -> int:
    """Do the job as often as it asks for itself; how often that was."""
    ask(gateway)
    times = 0
    while rows := asked(gateway):
        gateway.database.write_now(lambda conn: conn.execute(delete(JobRow).where(JobRow.kind == portal_looks.JOB)))
        asyncio.run(looking.look(Job(rows[0].id, rows[0].kind, rows[0].payload, rows[0].key, 1)))
        times += 1
    return times


class TestTheNight:
    @ON_ONE
    def test_is_asked_for_once_however_many_workers_there_are(self, gateway: Parts) -> None:
        ask(gateway)
        ask(gateway)
        (job,) = asked(gateway)
        assert job.run_at == portal_looks.next_time(gateway.settings, gateway.clock.now())

    @ON_ONE
    def test_is_not_asked_for_where_no_portal_has_a_test_system(self, counter: Counter) -> None:
        ask(counter.store)
        assert asked(counter.store) == []

    @pytest.mark.parametrize(
        ("now", "next_one"),
        [
            (datetime(2026, 1, 10, 0, 30, tzinfo=UTC), datetime(2026, 1, 10, 1, 0, tzinfo=UTC)),
            (datetime(2026, 1, 10, 1, 0, tzinfo=UTC), datetime(2026, 1, 11, 1, 0, tzinfo=UTC)),
            (datetime(2026, 7, 10, 12, 0, tzinfo=UTC), datetime(2026, 7, 11, 0, 0, tzinfo=UTC)),
        ],
    )
    def test_has_its_hour_in_latvia_in_winter_and_in_summer(self, now: datetime, next_one: datetime) -> None:
        assert portal_looks.next_time(Settings.from_environment({}), now) == next_one


@ON_ONE
class TestLooking:
    def test_goes_from_service_to_service_one_at_a_time(self, gateway: Parts) -> None:
        seen: list[tuple[str, TrialPortal]] = []

        async def check(service: str, portal: TrialPortal) -> int:
            seen.append((service, portal))
            return 0

        assert work_off(gateway, Looking(gateway, check)) == len(seen)
        assert {BENEFIT, QUEUE} <= {service for service, _ in seen}
        assert len(seen) == len(dict(seen))
        assert {portal for _, portal in seen} == {TRIAL}

    def test_that_one_cannot_be_looked_at_holds_back_no_other(self, gateway: Parts) -> None:
        seen: list[str] = []

        async def check(service: str, _portal: TrialPortal) -> int:
            seen.append(service)
            raise TimeoutError

        assert work_off(gateway, Looking(gateway, check)) == len(seen) > 1

    def test_leaves_time_between_two(self, gateway: Parts, clock: HeldClock) -> None:
        async def check(_service: str, _portal: TrialPortal) -> int:
            return 0

        asyncio.run(Looking(gateway, check).look(Job("j", portal_looks.JOB, {}, portal_looks.JOB, 1)))
        (job,) = asked(gateway)
        assert job.run_at == clock.now() + portal_looks.SPREAD


class TestTheProgram:
    def test_is_told_where_to_look_and_gets_the_secret_by_no_argument(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        told, program = tmp_path / "told", tmp_path / "python"
        program.write_text(f'#!/bin/sh\necho "$@" > {told}\necho "$PORTAL_CLIENT_SECRET" >> {told}\nexit 3\n')
        program.chmod(0o700)
        monkeypatch.setattr(sys, "executable", str(program))
        trial = TrialPortal(url="https://test.portal.example", client_secret="not to be seen")
        assert asyncio.run(portal_looks.check(BENEFIT, trial)) == 3
        arguments, secret = told.read_text().splitlines()
        assert f"connectors check {BENEFIT} --record --portal-url https://test.portal.example" in arguments
        assert ("not to be seen" in arguments, secret) == (False, "not to be seen")


class TestTheFile:
    def test_names_each_portal(self, tmp_path: Path) -> None:
        file = tmp_path / "trials.toml"
        file.write_text('[latvija]\nurl = "https://test.portal.example"\nclient_secret = "s"\n')
        trials = Settings.from_environment({"PILNVARA_PORTAL_TRIALS": str(file)}).portal_trials
        assert trials == {"latvija": TrialPortal(url="https://test.portal.example", client_secret="s")}

    @pytest.mark.parametrize("text", ["latvija = 1", '[latvija]\nurl = "http://portal.example"', "[latvija]\nname = 1"])
    def test_that_says_something_else_is_refused(self, tmp_path: Path, text: str) -> None:
        file = tmp_path / "trials.toml"
        file.write_text(text)
        with pytest.raises(ConfigurationError, match="PILNVARA_PORTAL_TRIALS cannot be used"):
            Settings.from_environment({"PILNVARA_PORTAL_TRIALS": str(file)})
