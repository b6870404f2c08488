"""Made-up applications that the practice portal accepts."""

from datetime import date

from connectors.sdk.connector import Sample


def _first_child(today: date) -> dict[str, str | list[str]]:
    return {
        "information_read": "yes",
        "child_given_name": "Jurģis",
        "child_family_name": "Paraugkalns",
        "child_code": "329999-10001",
        "child_born": f"{today.year - 2}-01-15",
        "municipality": "ziemelu",
        "first_choice": "ziemelu-saulite",
        "second_choice": "ziemelu-zvaigznite",
        "start_month": "9",
        "start_year": str(today.year + 1),
        "group_language": "latvian",
        "sibling": "no",
        "address": "Izdomu iela 1-12, Paraugciems, Ziemeļu novads, LV-9901",
        "email": "iedzivotajs01@piemers.example",
        "phone": "+37120000001",
        "guardian": "yes",
        "truthful": "yes",
    }


def _second_child(today: date) -> dict[str, str | list[str]]:
    return _first_child(today) | {
        "child_given_name": "Madara",
        "child_code": "329999-10002",
        "sibling": "yes",
        "sibling_name": "Jurģis Paraugkalns",
        "sibling_group": "Zvirbulēni",
    }


SAMPLES = (
    Sample(name="first_child", answers=_first_child),
    Sample(name="second_child", answers=_second_child),
)
