"""`pilnvara retention`, and what the doctor says of it."""

from datetime import timedelta
from functools import partial
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from gateway.cli import main
from gateway.commands import retention as command
from gateway.doctor import retention as look
from gateway.doctor.finding import Health
from gateway.parts import open_store
from tests.gateway.retention.conftest import KNOWN, number_of
from tests.gateway.retention.test_holds import auditor, place
from tests.gateway.visits.counter import Counter


@pytest.fixture
def env(counter: Counter, janis: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment of a command, years after Jānis came."""
    counter.clock.move(timedelta(days=1827))
    monkeypatch.setattr(command, "open_store", partial(open_store, clock=counter.clock))
    monkeypatch.setattr(look, "SystemClock", lambda: counter.clock)
    url = counter.store.database.url.render_as_string(hide_password=False)
    return {"PILNVARA_DATA_DIR": str(counter.store.settings.data_dir), "PILNVARA_DATABASE_URL": url}


def call(env: dict[str, str], *words: str) -> str:
    done = CliRunner().invoke(main, ["retention", *words], env=env)
    assert done.exit_code == 0, done.output
    return done.stdout


def figures(env: dict[str, str]) -> dict[str, Any]:
    return dict(msgspec.json.decode(call(env, "status", "--json")))


def test_it_says_what_is_due_does_it_and_says_what_is_gone(counter: Counter, env: dict[str, str]) -> None:
    before = figures(env)
    assert before["due"] == {"wish": 0, "visit": 1, "resident": 1}
    assert "1  due: visits whose time is over" in call(env, "status")
    assert look.retention(counter.store.settings).health is Health.BROKEN
    assert "1  erased: residents by time" in call(env, "run")
    assert number_of(counter, KNOWN.code) is None
    after = figures(env)
    assert (after["due"]["visit"], after["erased_residents"], after["erased_visits"]) == (0, 1, 1)
    assert sum(after["keys"].values()) == sum(before["keys"].values()) - 1
    assert look.retention(counter.store.settings).health is Health.OK


def test_what_is_held_is_counted_and_is_nobodys_fault(counter: Counter, env: dict[str, str]) -> None:
    counter.clock.move(timedelta(days=-1827))
    place(counter, auditor(counter), whole=True)
    counter.clock.move(timedelta(days=1827))
    assert "have to wait: are held for an inquiry" in call(env, "run")
    found = figures(env)
    assert (found["holds"], found["holds_to_review"], found["erased_residents"]) == (1, 1, 0)
    assert look.retention(counter.store.settings).health is Health.OK
