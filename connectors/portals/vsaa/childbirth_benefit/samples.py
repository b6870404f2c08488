"""Made-up claims that the practice portal accepts."""

from datetime import date, timedelta

from connectors.sdk.connector import Sample
from connectors.sdk.inputs import Upload

_DECISION = Upload("lemums.pdf", "application/pdf", b"%PDF-1.4\n% A made-up decision of a made-up court.\n%%EOF\n")


def _mother(today: date) -> dict[str, str | list[str]]:
    return {
        "information_read": "yes",
        "child_given_name": "Jurģis",
        "child_family_name": "Paraugkalns",
        "child_code": "329999-10001",
        "birth_record": f"{today.year}-000001",
        "child_born": (today - timedelta(days=30)).isoformat(),
        "claimant": "mother",
        "lives_together": "yes",
        "paid_before": "no",
        "account": "LV78PARA0000000000001",
        "phone": "+37120000001",
        "email": "iedzivotajs01@piemers.example",
        "decision_by": "portal",
        "address": "Izdomu iela 1-12, Paraugciems, Ziemeļu novads, LV-9901",
        "truthful": "yes",
        "registers": "yes",
        "repay": "yes",
    }


def _guardian(today: date) -> dict[str, str | list[str]]:
    by_code = {name: value for name, value in _mother(today).items() if name != "birth_record"}
    return by_code | {
        "child_given_name": "Madara",
        "child_code": "329999-10002",
        "claimant": "guardian",
        "decision_by": "post",
    }


SAMPLES = (
    Sample(name="mother", answers=_mother),
    Sample(name="guardian", answers=_guardian, files={"court_decision": _DECISION}),
)
