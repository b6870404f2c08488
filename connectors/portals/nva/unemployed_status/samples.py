"""Made-up applications that the practice portal accepts from its first made-up resident."""

from datetime import date, timedelta

from connectors.sdk.connector import Sample


def _first_work_sought(today: date) -> dict[str, str | list[str]]:
    return {
        "status": "seeker",
        "since": today.isoformat(),
        "address": "Izdomu iela 1-12, Paraugciems, Ziemeļu novads, LV-9901",
        "phone": "+37120000001",
        "email": "iedzivotajs01@piemers.example",
        "worked": "no",
        "education": "secondary",
        "languages": ["lv"],
        "registers": "yes",
        "duties": "yes",
        "truthful": "yes",
    }


def _after_employment(today: date) -> dict[str, str | list[str]]:
    return _first_work_sought(today) | {
        "status": "unemployed",
        "dependants": "2",
        "worked": "yes",
        "employer": "SIA “Paraugs”",
        "occupation": "accountant",
        "ended": (today - timedelta(days=1)).isoformat(),
        "reason": "fewer",
        "education": "higher",
        "graduated": "1981",
        "languages": ["lv", "en", "de"],
        "licences": ["B"],
        "skills": "Darbs ar klientiem.\nVar strādāt arī vakaros.",
    }


SAMPLES = (
    Sample(name="first_work_sought", answers=_first_work_sought),
    Sample(name="after_employment", answers=_after_employment),
)
