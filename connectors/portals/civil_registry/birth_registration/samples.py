"""Made-up births that the practice portal registers."""

from datetime import date, timedelta

from connectors.sdk.connector import Sample


def _married(today: date) -> dict[str, str | list[str]]:
    born = today - timedelta(days=5)
    return {
        "given_name": "Mia",
        "family_name": "Paraugkalne",
        "sex": "female",
        "born": born.isoformat(),
        "born_at": "Paraugciema slimnīca",
        "medical_certificate": f"MA-{born:%y}-00001",
        "mother_name": "Anna Paraugkalne",
        "mother_code": "329999-00001",
        "father_by": "marriage",
        "marriage_record": "LR-000123",
        "father_name": "Jānis Paraugs",
        "father_code": "329999-00002",
        "office": "north",
        "certificate_by": "none",
        "phone": "+37120000001",
        "email": "iedzivotajs01@piemers.example",
        "truthful": "yes",
    }


def _by_post(today: date) -> dict[str, str | list[str]]:
    alone = {
        "father_by": "not_entered",
        "certificate_by": "post",
        "sex": "male",
        "given_name": "Otto",
        "medical_certificate": f"MA-{today - timedelta(days=5):%y}-00002",
    }
    address = {"postal_address": "Izdomu iela 1-12, Paraugciems, Ziemeļu novads, LV-9901"}
    left_out = ("marriage_record", "father_name", "father_code", "email")
    return {name: value for name, value in _married(today).items() if name not in left_out} | alone | address


SAMPLES = (
    Sample(name="married", answers=_married),
    Sample(name="alone_and_by_post", answers=_by_post),
)
