"""Made-up declarations that the practice portal accepts from its first made-up resident."""

from datetime import date, timedelta

from connectors.sdk.connector import Sample


def _common(today: date) -> dict[str, str | list[str]]:
    return {
        "address": "Ostas iela 15-32, Jūras pilsēta, LV-9903",
        "since": (today - timedelta(days=3)).isoformat(),
        "phone": "+37120000001",
        "lawful": "yes",
        "truthful": "yes",
    }


def _own(today: date) -> dict[str, str | list[str]]:
    return _common(today) | {
        "whom": "self",
        "before": "latvia",
        "basis": "tenant",
        "contract": "ĪL-12/2026",
        "contract_until": (today + timedelta(days=700)).isoformat(),
    }


def _of_a_child(today: date) -> dict[str, str | list[str]]:
    return _common(today) | {
        "whom": "child",
        "child_given_name": "Adele",
        "child_family_name": "Paraugkalne",
        "child_code": "329999-00071",
        "address": "Izdomu iela 1-12, Paraugciems, Ziemeļu novads, LV-9901",
        "before": "none",
        "basis": "family",
        "host": "Anna Paraugkalne",
    }


def _of_the_family(today: date) -> dict[str, str | list[str]]:
    return _common(today) | {
        "whom": "family",
        "members.count": "2",
        "members.0.name": "Jānis Paraugs",
        "members.0.code": "329999-00002",
        "members.0.kinship": "spouse",
        "members.1.name": "Adele Paraugkalne",
        "members.1.code": "329999-00071",
        "members.1.kinship": "child",
        "before": "abroad",
        "country": "IE",
        "basis": "owner",
        "cadastre": "99010010001",
    }


SAMPLES = (
    Sample(name="own", answers=_own),
    Sample(name="of_a_child", answers=_of_a_child),
    Sample(name="of_the_family", answers=_of_the_family),
)
