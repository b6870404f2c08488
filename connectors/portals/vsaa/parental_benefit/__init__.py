"""VSAA: the parental benefit, for whoever looks after a small child."""

from connectors.portals import latvija
from connectors.portals.vsaa import family
from connectors.portals.vsaa.parental_benefit.inputs import INPUTS, PRECONDITIONS
from connectors.portals.vsaa.parental_benefit.samples import SAMPLES
from connectors.portals.vsaa.parental_benefit.steps import FINAL, SLUG, STEPS
from connectors.sdk import fingerprints
from connectors.sdk.connector import Connector
from connectors.sdk.manifest import Manifest
from connectors.sdk.words import Words

__all__ = ["CONNECTOR"]

_ID = "lv.vsaa.parental_benefit"

CONNECTOR = Connector(
    manifest=Manifest(
        id=_ID,
        version="1.0.0",
        holder="VSAA",
        portal=latvija.PORTAL,
        title=Words("Vecāku pabalsts", "Parental benefit"),
        owner="Pilnvara",
        legal_basis=Words(
            "Likums „Par maternitātes un slimības apdrošināšanu”", "Law On Maternity and Sickness Insurance"
        ),
    ),
    inputs=INPUTS,
    preconditions=PRECONDITIONS,
    sign_in=latvija.sign_in(SLUG),
    entry=latvija.entry(SLUG),
    steps=STEPS,
    final=FINAL,
    receipt=latvija.receipt(SLUG, "VP"),
    look_up=latvija.look_up(_ID),
    service_key=family.child,
    outcome=latvija.OUTCOME,
    fingerprints=fingerprints.load(__name__),
    marks=latvija.MARKS,
    samples=SAMPLES,
    javascript=False,
)
