"""An auditor takes the proofs of a visit home: after saying why, with what was asked for, and seen by the resident."""

from functools import partial

from audit.bundle import verify_bundle
from audit.events import EventName
from audit.evidence import check_evidence
from tests.audit.bundles import unpack
from tests.gateway.pages.audit.test_audit import auditor, opened, recorded, whole_visit
from tests.gateway.pages.facing import Facing, Phone

__all__ = ["auditor"]


def test_takes_it_home_after_saying_why(facing: Facing, auditor: Phone) -> None:
    whole_visit(facing)
    visit = facing.counter.visit_id
    address = f"/audit/visits/{visit}/bundle"
    auditor.see("/audit")
    assert auditor.send(address, statement="statement").location == f"/audit/visits/{visit}"
    assert auditor.get(f"{address}.zip").status == 404
    assert recorded(facing, EventName.BUNDLE_EXPORTED) == []

    assert 'name="receipt"' in opened(auditor, visit, "complaint")
    assert auditor.send(address, receipt="receipt", values="values").location == f"{address}.zip"
    answer = auditor.get(f"{address}.zip")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/zip")
    manifest, files = unpack(answer.body)
    assert manifest.disclosed == ("receipt", "values")
    assert b"Ilze" not in b"".join(files.values())
    vkeys = [signer.verifier.vkey for signer in facing.counter.store.publisher.signers]
    report = verify_bundle(answer.body, vkeys=vkeys, now=facing.counter.clock.now(), more=partial(check_evidence))
    assert (report.exit_code, report.counts["values"]) == (0, 5), report.lines()
    (event,) = recorded(facing, EventName.BUNDLE_EXPORTED)
    assert event["data"] == {"disclosed": ["receipt", "values"], "reason": "complaint"}
