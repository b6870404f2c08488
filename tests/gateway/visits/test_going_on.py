"""A final that is several requests: each is kept before it leaves, and what of them arrived only a person can say."""

import asyncio
import json
from dataclasses import replace

import pytest

from audit.events import EventName
from connectors.runner.api import Absent, Found, GateRequest, LookedUp, Verdict
from connectors.sdk import registry
from connectors.sdk.connector import Connector
from connectors.sdk.steps import Request
from delegation.filing import FilingState
from gateway.ledger.settling import settle
from gateway.visits import doubts, going_on, sending
from gateway.visits.doubts import Doubt
from gateway.visits.sealed import VisitVault
from gateway.visits.tables import RunKind
from tests.audit.bundles import unpack
from tests.gateway.visits.counter import BENEFIT, Counter
from tests.gateway.visits.played import filed, final_request, unknown
from tests.gateway.visits.test_bundles import bundle, verified

BODY = "cd" * 32


@pytest.fixture
def several(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> Counter:
    """Something was confirmed whose connector files it by two requests, and the first has left."""
    found = registry.find(BENEFIT)
    other = replace(found, final=replace(found.final, then=(Request(path="/paraksts"),)))

    def find(_connector_id: str) -> Connector:
        return other

    monkeypatch.setattr(registry, "find", find)
    counter.open().grant()
    counter.fill()
    assert counter.prepare()
    counter.sign_in()
    assert counter.press().allowed
    return counter


def goes_on(counter: Counter) -> Verdict:
    run = counter.run_of(RunKind.SEND)
    request: GateRequest = replace(final_request(run.id, ()), kind="then", path="/paraksts", body_sha256=BODY)
    return counter.write(lambda conn: going_on.decide_then(conn, counter.store, run.id, request))


def known(counter: Counter) -> Doubt:
    filing = counter.filing().id
    return counter.read(lambda conn: doubts.of(VisitVault.of(conn, counter.store.sealer, counter.visit_id), filing))


def look_up(counter: Counter, result: LookedUp) -> None:
    run = counter.run_of(RunKind.LOOK_UP)
    counter.write(lambda conn: sending.looked_up(conn, counter.store, run.id, result))


def test_each_is_kept_before_it_leaves_and_after_the_answer(several: Counter) -> None:
    assert goes_on(several).allowed
    assert known(several).then == (BODY,)
    assert {name: several.said(EventName.FILING_WENT_ON)[name] for name in ("filing", "part")} == {
        "filing": several.filing().id,
        "part": 2,
    }
    several.answer(filed(several.clock.now()))
    assert several.filing().state is FilingState.FILED
    several.close()
    asyncio.run(settle(several.store))
    content = bundle(several)
    assert verified(several, content).exit_code == 0
    assert json.loads(unpack(content)[1]["receipts/1.json"])["then_sha256"] == [BODY]


def test_nothing_goes_on_once_somebody_finds_out_what_became_of_it(several: Counter) -> None:
    filing = several.filing().id
    several.write(lambda conn: sending.interrupted(conn, several.store, filing))
    verdict = goes_on(several)
    assert (verdict.allowed, verdict.reason) == (False, "filing.not_sent")
    assert known(several).then == ()
    assert several.events()[-1] is EventName.REQUEST_BLOCKED


def test_nothing_goes_on_before_the_first_has_left(counter: Counter) -> None:
    counter.open().grant()
    counter.fill()
    assert counter.prepare()
    counter.sign_in()
    counter.begin_send()
    assert not goes_on(counter).allowed


@pytest.mark.parametrize(
    ("result", "reason", "candidates"),
    [
        (Found(reference="SP-2026-000009", pdf=None), "look_up.part", ("SP-2026-000009",)),
        (Absent(conclusive=True), "look_up.empty", ()),
    ],
)
def test_no_list_settles_how_much_of_it_arrived(
    several: Counter, result: LookedUp, reason: str, candidates: tuple[str, ...]
) -> None:
    several.answer(unknown(several.clock.now()))
    look_up(several, result)
    filing = several.filing()
    assert (filing.state, filing.reason) == (FilingState.NEEDS_HUMAN, reason)
    assert known(several).candidates == candidates
    assert sending.asked_again_at(filing) is None
