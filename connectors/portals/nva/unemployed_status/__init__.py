"""NVA: the status of an unemployed person or of a job-seeker."""

from connectors.portals import eiestades
from connectors.portals.nva.unemployed_status.inputs import INPUTS, PRECONDITIONS
from connectors.portals.nva.unemployed_status.samples import SAMPLES
from connectors.portals.nva.unemployed_status.steps import FINAL, FIRST, SLUG, STEPS
from connectors.sdk import fingerprints
from connectors.sdk.connector import Connector
from connectors.sdk.manifest import Manifest
from connectors.sdk.steps import Values
from connectors.sdk.words import Words

__all__ = ["CONNECTOR"]

_ID = "lv.nva.unemployed_status"


def _status_and_day(values: Values) -> str:
    status = {"unemployed": "bezdarbnieks", "seeker": "mekletajs"}[str(values["status"])]
    return f"{status}/{values['since']}"


CONNECTOR = Connector(
    manifest=Manifest(
        id=_ID,
        version="1.0.0",
        holder="NVA",
        portal=eiestades.PORTAL,
        title=Words("Bezdarbnieka statuss", "Status of an unemployed person"),
        owner="Pilnvara",
        legal_basis=Words(
            "Bezdarbnieku un darba meklētāju atbalsta likums",
            "Support for Unemployed Persons and Persons Seeking Employment Law",
        ),
    ),
    inputs=INPUTS,
    preconditions=PRECONDITIONS,
    sign_in=eiestades.sign_in(SLUG, FIRST),
    entry=eiestades.entry(SLUG, FIRST),
    steps=STEPS,
    final=FINAL,
    receipt=eiestades.receipt(SLUG, "NVA"),
    look_up=eiestades.look_up(_ID, keyed=True),
    service_key=_status_and_day,
    outcome=eiestades.OUTCOME,
    fingerprints=fingerprints.load(__name__),
    marks=eiestades.MARKS,
    samples=SAMPLES,
)
