"""VSAA: the child-birth benefit, once for each child."""

from connectors.portals import latvija
from connectors.portals.vsaa import family
from connectors.portals.vsaa.childbirth_benefit.inputs import INPUTS, PRECONDITIONS
from connectors.portals.vsaa.childbirth_benefit.samples import SAMPLES
from connectors.portals.vsaa.childbirth_benefit.steps import FINAL, SLUG, STEPS
from connectors.sdk import fingerprints
from connectors.sdk.connector import Connector
from connectors.sdk.manifest import Manifest
from connectors.sdk.words import Words

__all__ = ["CONNECTOR"]

_ID = "lv.vsaa.childbirth_benefit"

CONNECTOR = Connector(
    manifest=Manifest(
        id=_ID,
        version="1.0.0",
        holder="VSAA",
        portal=latvija.PORTAL,
        title=Words("Bērna piedzimšanas pabalsts", "Child-birth benefit"),
        owner="Pilnvara",
        legal_basis=Words("Valsts sociālo pabalstu likums", "Law on State Social Allowances"),
    ),
    inputs=INPUTS,
    preconditions=PRECONDITIONS,
    sign_in=latvija.sign_in(SLUG),
    entry=latvija.entry(SLUG),
    steps=STEPS,
    final=FINAL,
    receipt=latvija.receipt(SLUG, "BPP"),
    look_up=latvija.look_up(_ID),
    service_key=family.child,
    outcome=latvija.OUTCOME,
    fingerprints=fingerprints.load(__name__),
    marks=latvija.MARKS,
    samples=SAMPLES,
    javascript=False,
)
