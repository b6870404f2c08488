"""Made-up requests that the practice portal accepts, one for each way that municipalities differ."""

from datetime import date, timedelta

from connectors.sdk.connector import Sample


def _flowers(today: date) -> dict[str, str | list[str]]:
    first = today + timedelta(days=10)
    return {
        "information_read": "yes",
        "municipality": "ziemelu",
        "trader": "person",
        "goods": ["produce", "flowers"],
        "goods_described": "Tulpes, āboli un bietes no pašu dārza",
        "place": "ziemelu-tirgus",
        "area": "6",
        "first_day": first.isoformat(),
        "last_day": (first + timedelta(days=1)).isoformat(),
        "first_hour": "09:00",
        "last_hour": "17:00",
        "address": "Izdomu iela 1-12, Paraugciems, Ziemeļu novads, LV-9901",
        "email": "iedzivotajs01@piemers.example",
        "phone": "+37120000001",
        "rules": "yes",
        "truthful": "yes",
    }


def _food_on_wheels(today: date) -> dict[str, str | list[str]]:
    return _flowers(today) | {
        "municipality": "upes",
        "trader": "business",
        "registration": "90000000001",
        "goods": ["food", "crafts"],
        "food_registration": "PVD-000001",
        "goods_described": "Kūpinātas zivis un māla krūzes",
        "place": "upes-krastmala",
        "mobile_stall": "yes",
    }


SAMPLES = (Sample(name="flowers", answers=_flowers), Sample(name="food_on_wheels", answers=_food_on_wheels))
