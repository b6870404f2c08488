"""Municipality: a permit to organise street trading, with several traders."""

from connectors.portals import latvija
from connectors.portals.municipality import municipalities, permits
from connectors.portals.municipality.street_trading_organising.inputs import INPUTS, PRECONDITIONS
from connectors.portals.municipality.street_trading_organising.samples import SAMPLES
from connectors.portals.municipality.street_trading_organising.steps import FINAL, SLUG, STEPS
from connectors.sdk import fingerprints
from connectors.sdk.connector import Connector
from connectors.sdk.manifest import Manifest
from connectors.sdk.words import Words

__all__ = ["CONNECTOR"]

_ID = "lv.municipality.street_trading_organising"

CONNECTOR = Connector(
    manifest=Manifest(
        id=_ID,
        version="1.0.0",
        holder="municipality",
        portal=latvija.PORTAL,
        title=Words("Ielu tirdzniecības organizēšanas atļauja", "Permit to organise street trading"),
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
    receipt=latvija.receipt(SLUG, "ITO"),
    look_up=latvija.look_up(_ID),
    service_key=permits.key,
    outcome=latvija.OUTCOME,
    fingerprints=fingerprints.load(__name__),
    marks=latvija.MARKS,
    holders=municipalities.HOLDERS,
    samples=SAMPLES,
    javascript=False,
)
