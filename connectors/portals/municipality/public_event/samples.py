"""Made-up requests that the practice portal accepts, one for each way that municipalities differ."""

from datetime import date, timedelta

from connectors.sdk.connector import Sample
from connectors.sdk.inputs import Upload

_PLAN = Upload("plans.pdf", "application/pdf", b"%PDF-1.4\n% A made-up safety plan of a made-up event.\n%%EOF\n")


def _feast(today: date) -> dict[str, str | list[str]]:
    day = (today + timedelta(days=40)).isoformat()
    return {
        "information_read": "yes",
        "municipality": "ziemelu",
        "title": "Paraugciema svētki",
        "event_kind": "feast",
        "place": "ziemelu-parks",
        "first_day": day,
        "last_day": day,
        "first_hour": "12:00",
        "last_hour": "22:00",
        "visitors": "300",
        "entry": "free",
        "people.count": "1",
        "people.0.name": "Anna Paraudziņa",
        "people.0.code": "329999-00001",
        "people.0.phone": "+37120000001",
        "people.0.role": "organiser",
        "stewards": "4",
        "sound": "no",
        "alcohol": "no",
        "address": "Izdomu iela 1-12, Paraugciems, Ziemeļu novads, LV-9901",
        "email": "iedzivotajs01@piemers.example",
        "phone": "+37120000001",
        "responsible": "yes",
        "cleaning": "yes",
        "truthful": "yes",
    }


def _concert(today: date) -> dict[str, str | list[str]]:
    last = (today + timedelta(days=41)).isoformat()
    return _feast(today) | {
        "municipality": "juras",
        "title": "Koncerts promenādē",
        "event_kind": "concert",
        "place": "juras-promenade",
        "last_day": last,
        "last_hour": "01:00",
        "visitors": "1200",
        "entry": "paid",
        "ticket_price": "12,50",
        "people.count": "2",
        "people.1.name": "Jānis Paraugkalns",
        "people.1.code": "329999-00002",
        "people.1.phone": "20000002",
        "people.1.role": "order",
        "sound": "yes",
        "sound_kinds": ["music", "fireworks"],
        "sound_until": "23:00",
        "alcohol": "yes",
        "waste_contract": "SIA “Tīrs paraugs”, 2026-1",
    }


SAMPLES = (
    Sample(name="feast", answers=_feast, files={"safety_plan": _PLAN}),
    Sample(name="concert", answers=_concert, files={"safety_plan": _PLAN}),
)
