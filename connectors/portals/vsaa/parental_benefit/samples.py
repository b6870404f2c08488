"""Made-up claims that the practice portal accepts."""

from datetime import date, timedelta

from connectors.sdk.connector import Sample
from connectors.sdk.inputs import Upload

_STATEMENT = Upload("izzina.pdf", "application/pdf", b"%PDF-1.4\n% A made-up statement of a made-up employer.\n%%EOF\n")


def _working(today: date) -> dict[str, str | list[str]]:
    born = today - timedelta(days=60)
    return {
        "information_read": "yes",
        "child_given_name": "Jurģis",
        "child_family_name": "Paraugkalns",
        "child_code": "329999-10001",
        "child_born": born.isoformat(),
        "has_other_parent": "yes",
        "other_parent_name": "Jānis Paraugkalns",
        "other_parent_code": "329999-00002",
        "length": "19",
        "from_day": (born + timedelta(days=56)).isoformat(),
        "works": "yes",
        "employer": "SIA “Paraugs”",
        "account": "LV78PARA0000000000001",
        "phone": "+37120000001",
        "email": "iedzivotajs01@piemers.example",
        "decision_by": "portal",
        "address": "Izdomu iela 1-12, Paraugciems, Ziemeļu novads, LV-9901",
        "cares": "yes",
        "truthful": "yes",
        "repay": "yes",
    }


def _on_leave(today: date) -> dict[str, str | list[str]]:
    first = today - timedelta(days=4)
    alone = {name: value for name, value in _working(today).items() if not name.startswith("other_parent")}
    return alone | {
        "child_given_name": "Madara",
        "child_code": "329999-10002",
        "has_other_parent": "no",
        "length": "13",
        "works": "no",
        "leave_from": first.isoformat(),
        "leave_to": (first + timedelta(days=390)).isoformat(),
    }


SAMPLES = (
    Sample(name="working", answers=_working),
    Sample(name="on_leave", answers=_on_leave, files={"employer_statement": _STATEMENT}),
)
