"""Municipality: a child's place in the queue for kindergartens."""

from connectors.portals import latvija
from connectors.portals.municipality import municipalities
from connectors.portals.municipality.kindergarten_queue.inputs import INPUTS, PRECONDITIONS
from connectors.portals.municipality.kindergarten_queue.samples import SAMPLES
from connectors.portals.municipality.kindergarten_queue.steps import FINAL, SLUG, STEPS
from connectors.sdk import fingerprints
from connectors.sdk.connector import Connector
from connectors.sdk.manifest import Manifest
from connectors.sdk.steps import Values
from connectors.sdk.words import Words

__all__ = ["CONNECTOR"]

_ID = "lv.municipality.kindergarten_queue"


def _child(values: Values) -> str:
    return str(values["child_code"])


CONNECTOR = Connector(
    manifest=Manifest(
        id=_ID,
        version="1.0.0",
        holder="municipality",
        portal=latvija.PORTAL,
        title=Words("Pieteikums bērnudārza rindai", "Kindergarten queue"),
        owner="Pilnvara",
        legal_basis=Words(
            "Izglītības likums; pašvaldības saistošie noteikumi", "Education Law; the municipality's rules"
        ),
    ),
    inputs=INPUTS,
    preconditions=PRECONDITIONS,
    sign_in=latvija.sign_in(SLUG),
    entry=latvija.entry(SLUG),
    steps=STEPS,
    final=FINAL,
    receipt=latvija.receipt(SLUG, "PASV"),
    look_up=latvija.look_up(_ID),
    service_key=_child,
    outcome=latvija.OUTCOME,
    fingerprints=fingerprints.load(__name__),
    marks=latvija.MARKS,
    holders=municipalities.HOLDERS,
    samples=SAMPLES,
    javascript=False,
)
