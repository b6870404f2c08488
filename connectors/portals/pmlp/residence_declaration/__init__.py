"""PMLP: where somebody lives from now on."""

from connectors.portals import eiestades
from connectors.portals.pmlp.residence_declaration.inputs import INPUTS, PRECONDITIONS
from connectors.portals.pmlp.residence_declaration.samples import SAMPLES
from connectors.portals.pmlp.residence_declaration.steps import FINAL, FIRST, SLUG, STEPS
from connectors.sdk import fingerprints
from connectors.sdk.connector import Connector
from connectors.sdk.manifest import Manifest
from connectors.sdk.steps import Values
from connectors.sdk.words import Words

__all__ = ["CONNECTOR"]

_ID = "lv.pmlp.residence_declaration"


def _who_and_since(values: Values) -> str:
    who = values.get("child_code") or {"self": "es", "family": "gimene"}[str(values["whom"])]
    return f"{who}/{values['since']}"


CONNECTOR = Connector(
    manifest=Manifest(
        id=_ID,
        version="1.0.0",
        holder="PMLP",
        portal=eiestades.PORTAL,
        title=Words("Dzīvesvietas deklarēšana", "Declaring a place of residence"),
        owner="Pilnvara",
        legal_basis=Words("Dzīvesvietas deklarēšanas likums", "Declaration of Place of Residence Law"),
    ),
    inputs=INPUTS,
    preconditions=PRECONDITIONS,
    sign_in=eiestades.sign_in(SLUG, FIRST),
    entry=eiestades.entry(SLUG, FIRST),
    steps=STEPS,
    final=FINAL,
    receipt=eiestades.receipt(SLUG, "PMLP"),
    look_up=eiestades.look_up(_ID),
    service_key=_who_and_since,
    outcome=eiestades.OUTCOME,
    fingerprints=fingerprints.load(__name__),
    marks=eiestades.MARKS,
    samples=SAMPLES,
)
