"""Made-up orders that the practice portal accepts."""

from datetime import date

from connectors.sdk.connector import Sample


def _by_number(today: date) -> dict[str, str | list[str]]:
    return {
        "found_by": "number",
        "cadastre_number": "99010010001",
        "kind": "object",
        "language": "latvian",
        "as_of": today.isoformat(),
        "received_by": "eaddress",
        "email": "iedzivotajs01@piemers.example",
        "pays": "yes",
    }


def _by_address(today: date) -> dict[str, str | list[str]]:
    return {
        "found_by": "address",
        "property_address": "Izdomu iela 1-12, Paraugciems, Ziemeļu novads, LV-9901",
        "kind": "with_map",
        "language": "english",
        "as_of": today.isoformat(),
        "purpose": "Īpašuma pārdošanai",
        "received_by": "centre",
        "client_centre": "north",
        "email": "iedzivotajs01@piemers.example",
        "pays": "yes",
    }


SAMPLES = (
    Sample(name="by_number", answers=_by_number),
    Sample(name="by_address", answers=_by_address),
)
