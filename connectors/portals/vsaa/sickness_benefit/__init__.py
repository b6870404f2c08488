"""VSAA: the sickness benefit, for a closed sick-leave sheet B."""

from connectors.portals import latvija
from connectors.portals.vsaa.sickness_benefit.inputs import INPUTS, PRECONDITIONS
from connectors.portals.vsaa.sickness_benefit.samples import SAMPLES
from connectors.portals.vsaa.sickness_benefit.steps import FINAL, SLUG, STEPS
from connectors.sdk import fingerprints
from connectors.sdk.connector import Connector
from connectors.sdk.manifest import Manifest
from connectors.sdk.steps import Values
from connectors.sdk.words import Words

__all__ = ["CONNECTOR"]

_ID = "lv.vsaa.sickness_benefit"


def _period(values: Values) -> str:
    return f"{values['period_from']}/{values['period_to']}"


CONNECTOR = Connector(
    manifest=Manifest(
        id=_ID,
        version="1.0.0",
        holder="VSAA",
        portal=latvija.PORTAL,
        title=Words("Slimības pabalsts", "Sickness benefit"),
        owner="Pilnvara",
        legal_basis=Words(
            "Likums „Par maternitātes un slimības apdrošināšanu”",
            "Law On Maternity and Sickness Insurance",
        ),
    ),
    inputs=INPUTS,
    preconditions=PRECONDITIONS,
    sign_in=latvija.sign_in(SLUG),
    entry=latvija.entry(SLUG),
    steps=STEPS,
    final=FINAL,
    receipt=latvija.receipt(SLUG, "VSAA"),
    look_up=latvija.look_up(_ID),
    service_key=_period,
    outcome=latvija.OUTCOME,
    fingerprints=fingerprints.load(__name__),
    marks=latvija.MARKS,
    samples=SAMPLES,
    javascript=False,
)
