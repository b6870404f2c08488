"""Made-up requests that the practice portal accepts."""

from datetime import date, timedelta

from connectors.sdk.connector import Sample
from connectors.sdk.inputs import Upload

_PLAN = Upload("shema.pdf", "application/pdf", b"%PDF-1.4\n% A made-up plan of a made-up market.\n%%EOF\n")


def _fair(today: date) -> dict[str, str | list[str]]:
    first = today + timedelta(days=21)
    return {
        "information_read": "yes",
        "municipality": "ziemelu",
        "title": "Rudens gadatirgus",
        "place": "ziemelu-parks",
        "first_day": first.isoformat(),
        "last_day": first.isoformat(),
        "first_hour": "10:00",
        "last_hour": "16:00",
        "traders.count": "3",
        "traders.0.name": "SIA “Paraugs”",
        "traders.0.registration": "40000000001",
        "traders.0.goods": "Medus un sveces",
        "traders.0.place": "1",
        "traders.1.name": "ZS “Izdomas”",
        "traders.1.registration": "40000000002",
        "traders.1.goods": "Āboli un sula",
        "traders.1.place": "2",
        "traders.2.name": "Madara Paraugkalna",
        "traders.2.registration": "90000000002",
        "traders.2.goods": "Adījumi",
        "address": "Izdomu iela 1-12, Paraugciems, Ziemeļu novads, LV-9901",
        "email": "iedzivotajs01@piemers.example",
        "phone": "+37120000001",
        "order": "yes",
        "rules": "yes",
        "truthful": "yes",
    }


def _one_trader(today: date) -> dict[str, str | list[str]]:
    without = {name: value for name, value in _fair(today).items() if not name.startswith(("traders.1", "traders.2"))}
    return without | {"municipality": "juras", "place": "juras-tirgus", "traders.count": "1"}


SAMPLES = (
    Sample(name="fair", answers=_fair, files={"plan": _PLAN}),
    Sample(name="one_trader", answers=_one_trader, files={"plan": _PLAN}),
)
