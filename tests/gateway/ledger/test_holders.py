"""A holder reconciles what it was given with the log of a real gateway; threat 15 is done and seen.

Whoever runs the gateway grants and permits with the real keys and records nothing. Their database says whatever they
like; the holder has the signed token, the published keys and the public hash tiles.
"""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from audit.__main__ import main as audit
from audit.bundle import verify_bundle
from audit.entry import decode
from audit.events import EventName
from audit.evidence import check_evidence, parse_keys
from audit.notice import notice_of
from audit.report import Verdict
from delegation.claims import DELEGATION_TYPE, DelegationClaims
from delegation.derive import derive
from delegation.signing import open_signed, sign_delegation
from gateway.keys.signing import KeyKind
from gateway.ledger import exporting, notices
from gateway.ledger.outbox import Event
from gateway.ledger.settling import settle
from gateway.ledger.tables import AuditEvent
from gateway.visits import bundles, confirming, granting, trail
from gateway.visits.bundles import EVERYTHING
from gateway.visits.sealed import VisitVault
from tests.audit.bundles import unpack
from tests.gateway.visits.conftest import counter, renderer
from tests.gateway.visits.counter import Counter
from tests.gateway.visits.played import filed

__all__ = ["counter", "renderer"]


@dataclass
class Holder:
    """What a service holder has: the tokens that came, and what everybody may fetch."""

    counter: Counter
    folder: Path

    def fetch(self) -> None:
        """Copy the log's public files; the entries are not among them."""
        store = self.counter.store
        asyncio.run(settle(store))
        publisher = store.publisher
        store.database.read_now(lambda conn: exporting.export(conn, self.folder / "log", publisher, lambda *_: None))
        for entries in (self.folder / "log" / "tile" / "entries").rglob("*"):
            if entries.is_file():
                entries.unlink()
        (self.folder / "jwks.json").write_text(json.dumps(store.keys.jwks()))
        (self.folder / "vkey").write_text(publisher.signers[0].verifier.vkey)

    def looks(self, *tokens: str, hours: int = 2) -> tuple[int, list[str]]:
        """Exit code and what is said of each token, with a log that was fetched `hours` later."""
        (self.folder / "received").write_text("\n".join(tokens))
        fetched = f"{self.counter.clock.now() + timedelta(hours=hours):%Y-%m-%dT%H:%M:%S}"
        log, jwks, vkey = self.folder / "log", self.folder / "jwks.json", (self.folder / "vkey").read_text()
        where = ("--log", str(log), "--jwks", str(jwks), "--vkey", vkey, "--fetched", fetched)
        result = CliRunner().invoke(audit, ["reconcile", str(self.folder / "received"), *where, "--json"])
        return result.exit_code, [each["verdict"] for each in json.loads(result.output)["tokens"]]


@pytest.fixture
def holder(counter: Counter, tmp_path: Path) -> Holder:
    folder = tmp_path / "holder"
    folder.mkdir()
    return Holder(counter, folder)


def sent(counter: Counter, *, days_ago: int = 0) -> str:
    """A visit in which something is sent; returns the permit that the portal was given with it."""
    counter.open().grant()
    counter.fill(days_ago)
    assert counter.prepare()
    counter.sign_in()
    verdict = counter.press()
    assert verdict.allowed
    counter.answer(filed(counter.clock.now()))
    counter.close()
    return verdict.permit


def bundle_of(counter: Counter) -> bytes:
    return counter.read(lambda conn: bundles.make(conn, counter.store, counter.visit_id, EVERYTHING))


def untold(holder: Holder) -> list[str]:
    """The tokens in the visit's bundle of which no entry tells, as whoever verifies it reads them."""
    counter = holder.counter
    content, now = bundle_of(counter), counter.clock.now() + timedelta(minutes=1)
    keys = parse_keys(unpack(content)[1]["jwks.json"])
    vkeys = [(holder.folder / "vkey").read_text()]
    report = verify_bundle(content, vkeys=vkeys, now=now, more=partial(check_evidence, keys=keys))
    assert (report.exit_code, Verdict.TOKEN_INVALID in report.totals) == (1, True)
    return [each.subject for each in report.findings if each.detail == "no entry of the visit tells of it"]


def derived(counter: Counter) -> str:
    """What somebody with the real keys signs for a portal, past everything that would record it."""
    store, delegation = counter.store, counter.delegation().id
    whole = counter.read(lambda conn: VisitVault.of(conn, store.sealer, counter.visit_id).take(delegation, "token"))
    keys = store.keys.key_set(KeyKind.DELEGATION)
    claims = open_signed(whole.decode(), keys, typ=DELEGATION_TYPE, claims=DelegationClaims)
    mine = derive(claims, audience="portal", jti="portals-own", subject="pairwise", now=counter.clock.now())
    return sign_delegation(store.keys.signer(KeyKind.DELEGATION), mine)


def test_a_permit_is_found_in_the_log_by_whoever_was_given_it(holder: Holder) -> None:
    permit = sent(holder.counter)
    holder.fetch()
    assert holder.looks(permit) == (0, ["logged"])
    given = holder.counter.said(EventName.PERMIT_GIVEN)
    assert given["sha256"] == notice_of(permit).data["sha256"], "and the visit tells of the same token"


def test_a_notice_tells_nothing_of_the_visit_and_is_linked_by_nothing_but_the_token(holder: Holder) -> None:
    counter = holder.counter
    permit = sent(counter)
    of_notice = select(AuditEvent.leaf).where(AuditEvent.type == EventName.TOKEN_SIGNED.value)
    leaf = bytes(counter.read(lambda conn: conn.execute(of_notice).scalar_one()))
    assert decode(leaf) == notice_of(permit)
    delegation = counter.delegation()
    for private in (counter.visit_id, delegation.principal_id, delegation.id, counter.by.staff_id, "329999"):
        assert private.encode() not in leaf


def test_a_permit_that_was_signed_without_recording_is_shown_by_the_holder_and_by_the_bundle(
    holder: Holder, monkeypatch: pytest.MonkeyPatch
) -> None:
    counter = holder.counter
    recorded = trail.say

    def say_all_but_the_permit(conn: Any, visit: str, event: EventName, *rest: Any, **data: Any) -> None:
        if event is not EventName.PERMIT_GIVEN:
            recorded(conn, visit, event, *rest, **data)

    monkeypatch.setattr(confirming, "say", say_all_but_the_permit)
    monkeypatch.setattr(notices, "note", lambda _conn, token: notice_of(token).data["sha256"])
    permit = sent(counter)
    holder.fetch()
    assert holder.looks(permit) == (1, ["suppressed"])
    assert holder.looks(permit, hours=0) == (3, ["cannot_exclude"]), "in a log of the same hour it could still come"
    assert untold(holder) == ["delegations/1/permits/1.jws"]


def test_a_grant_that_was_signed_without_recording_is_shown_by_the_holder_and_by_the_bundle(
    holder: Holder, monkeypatch: pytest.MonkeyPatch
) -> None:
    counter = holder.counter
    recorded = trail.say_all

    def say_all_but_the_grant(conn: Any, visit: str, events: Sequence[Event], now: datetime) -> None:
        hidden = (EventName.APPROVAL_GIVEN, EventName.DELEGATION_SIGNED)
        if told := [each for each in events if each.type not in hidden]:
            recorded(conn, visit, told, now)

    monkeypatch.setattr(granting, "say_all", say_all_but_the_grant)
    counter.open().grant()
    for_portal = derived(counter)
    counter.clock.move(timedelta(minutes=1))
    holder.fetch()
    assert holder.looks(for_portal) == (1, ["suppressed"])
    assert untold(holder) == ["delegations/1/delegation.jws"]


def test_a_permit_of_a_visit_that_is_nowhere_in_the_log_is_shown_by_the_holder(holder: Holder) -> None:
    counter = holder.counter
    first = sent(counter)
    holder.fetch()
    second = sent(counter, days_ago=60)  # recorded in the operator's database, and never published
    assert holder.looks(first, second) == (1, ["logged", "suppressed"])
