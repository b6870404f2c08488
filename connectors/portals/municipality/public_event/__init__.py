"""Municipality: a permit for a public event."""

from connectors.portals import latvija
from connectors.portals.municipality import municipalities, permits
from connectors.portals.municipality.public_event.inputs import INPUTS, PRECONDITIONS
from connectors.portals.municipality.public_event.samples import SAMPLES
from connectors.portals.municipality.public_event.steps import FINAL, SLUG, STEPS
from connectors.sdk import fingerprints
from connectors.sdk.connector import Connector
from connectors.sdk.manifest import Manifest
from connectors.sdk.words import Words

__all__ = ["CONNECTOR"]

_ID = "lv.municipality.public_event"

CONNECTOR = Connector(
    manifest=Manifest(
        id=_ID,
        version="1.0.0",
        holder="municipality",
        portal=latvija.PORTAL,
        title=Words("Publiska pasākuma atļauja", "Public event permit"),
        owner="Pilnvara",
        legal_basis=Words(
            "Publisku izklaides un svētku pasākumu drošības likums",
            "Law on Safety of Public Entertainment and Festive Events",
        ),
    ),
    inputs=INPUTS,
    preconditions=PRECONDITIONS,
    sign_in=latvija.sign_in(SLUG),
    entry=latvija.entry(SLUG),
    steps=STEPS,
    final=FINAL,
    receipt=latvija.receipt(SLUG, "PP"),
    look_up=latvija.look_up(_ID),
    service_key=permits.key,
    outcome=latvija.OUTCOME,
    fingerprints=fingerprints.load(__name__),
    marks=latvija.MARKS,
    holders=municipalities.HOLDERS,
    samples=SAMPLES,
    javascript=False,
)
