"""Municipality: a permit to trade in the street."""

from connectors.portals import latvija
from connectors.portals.municipality import municipalities, permits
from connectors.portals.municipality.street_trading.inputs import INPUTS, PRECONDITIONS
from connectors.portals.municipality.street_trading.samples import SAMPLES
from connectors.portals.municipality.street_trading.steps import FINAL, SLUG, STEPS
from connectors.sdk import fingerprints
from connectors.sdk.connector import Connector
from connectors.sdk.manifest import Manifest
from connectors.sdk.words import Words

__all__ = ["CONNECTOR"]

_ID = "lv.municipality.street_trading"

CONNECTOR = Connector(
    manifest=Manifest(
        id=_ID,
        version="1.0.0",
        holder="municipality",
        portal=latvija.PORTAL,
        title=Words("Ielu tirdzniecības atļauja", "Street trading permit"),
        owner="Pilnvara",
        legal_basis=Words(
            "Ministru kabineta noteikumi Nr. 440; pašvaldības saistošie noteikumi",
            "Cabinet Regulation No. 440; the municipality’s rules",
        ),
    ),
    inputs=INPUTS,
    preconditions=PRECONDITIONS,
    sign_in=latvija.sign_in(SLUG),
    entry=latvija.entry(SLUG),
    steps=STEPS,
    final=FINAL,
    receipt=latvija.receipt(SLUG, "IT"),
    look_up=latvija.look_up(_ID),
    service_key=permits.key,
    outcome=latvija.OUTCOME,
    fingerprints=fingerprints.load(__name__),
    marks=latvija.MARKS,
    holders=municipalities.HOLDERS,
    samples=SAMPLES,
    javascript=False,
)
