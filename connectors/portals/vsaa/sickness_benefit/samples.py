"""Made-up claims that the practice portal accepts from its first made-up resident."""

from datetime import date, timedelta

from connectors.sdk.connector import Sample
from connectors.sdk.inputs import Upload

_STATEMENT = Upload("izzina.pdf", "application/pdf", b"%PDF-1.4\n% A made-up statement of a made-up employer.\n%%EOF\n")


def _claim(today: date) -> dict[str, str | list[str]]:
    first = today - timedelta(days=20)
    return {
        "information_read": "yes",
        "action": "claim",
        "sheet": f"B-{first:%y}-00001-1",
        "period_from": first.isoformat(),
        "period_to": (first + timedelta(days=10)).isoformat(),
        "account": "LV78PARA0000000000001",
        "phone": "+37120000001",
        "email": "iedzivotajs01@piemers.example",
        "work_ended": "no",
        "news_by": "email",
        "decision_by": "portal",
        "truthful": "yes",
        "registers": "yes",
        "repay": "yes",
    }


def _after_employment(today: date) -> dict[str, str | list[str]]:
    return _claim(today) | {
        "work_ended": "yes",
        "work_end_date": (today - timedelta(days=9)).isoformat(),
        "decision_by": "post",
        "postal_address": "Izdomu iela 1-12, Paraugciems, Ziemeļu novads, LV-9901",
    }


SAMPLES = (
    Sample(name="claim", answers=_claim),
    Sample(name="after_employment", answers=_after_employment, files={"employer_statement": _STATEMENT}),
)
