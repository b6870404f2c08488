"""VID: the annual income declaration."""

from connectors.portals import eiestades
from connectors.portals.vid.annual_income_declaration.inputs import INPUTS, PRECONDITIONS
from connectors.portals.vid.annual_income_declaration.samples import SAMPLES
from connectors.portals.vid.annual_income_declaration.steps import FINAL, FIRST, SLUG, STEPS
from connectors.sdk import fingerprints
from connectors.sdk.connector import Connector
from connectors.sdk.manifest import Manifest
from connectors.sdk.steps import Values
from connectors.sdk.words import Words

__all__ = ["CONNECTOR"]

_ID = "lv.vid.annual_income_declaration"


def _year(values: Values) -> str:
    return str(values["tax_year"])


CONNECTOR = Connector(
    manifest=Manifest(
        id=_ID,
        version="1.0.0",
        holder="VID",
        portal=eiestades.PORTAL,
        title=Words("Gada ienākumu deklarācija", "Annual income declaration"),
        owner="Pilnvara",
        legal_basis=Words("Likums „Par iedzīvotāju ienākuma nodokli”", "Law On Personal Income Tax"),
    ),
    inputs=INPUTS,
    preconditions=PRECONDITIONS,
    sign_in=eiestades.sign_in(SLUG, FIRST),
    entry=eiestades.entry(SLUG, FIRST),
    steps=STEPS,
    final=FINAL,
    receipt=eiestades.receipt(SLUG, "VID"),
    look_up=eiestades.look_up(_ID),
    service_key=_year,
    outcome=eiestades.OUTCOME,
    fingerprints=fingerprints.load(__name__),
    marks=eiestades.MARKS,
    samples=SAMPLES,
)
