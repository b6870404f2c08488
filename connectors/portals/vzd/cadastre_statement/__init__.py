"""VZD: a statement from the cadastre, which is paid for after it is filed."""

from connectors.portals import registri
from connectors.portals.vzd.cadastre_statement.inputs import INPUTS, PRECONDITIONS
from connectors.portals.vzd.cadastre_statement.samples import SAMPLES
from connectors.portals.vzd.cadastre_statement.steps import FINAL, KINDS, SLUG, STEPS
from connectors.sdk import fingerprints
from connectors.sdk.connector import Connector
from connectors.sdk.manifest import Manifest
from connectors.sdk.steps import Values
from connectors.sdk.words import Words

__all__ = ["CONNECTOR"]


def _property_and_kind(values: Values) -> str:
    return f"{values.get('cadastre_number') or values.get('property_address')}/{KINDS[str(values['kind'])]}"


CONNECTOR = Connector(
    manifest=Manifest(
        id="lv.vzd.cadastre_statement",
        version="1.0.0",
        holder="VZD",
        portal=registri.PORTAL,
        title=Words("Kadastra izziņa", "Cadastre statement"),
        owner="Pilnvara",
        legal_basis=Words("Nekustamā īpašuma valsts kadastra likums", "National Real Estate Cadastre Law"),
    ),
    inputs=INPUTS,
    preconditions=PRECONDITIONS,
    sign_in=registri.sign_in(SLUG),
    entry=registri.entry(SLUG),
    steps=STEPS,
    final=FINAL,
    receipt=registri.receipt("VZD"),
    look_up=registri.look_up("Kadastra izziņa"),
    outcome=registri.OUTCOME,
    service_key=_property_and_kind,
    fingerprints=fingerprints.load(__name__),
    marks=registri.MARKS,
    samples=SAMPLES,
    javascript=False,
)
