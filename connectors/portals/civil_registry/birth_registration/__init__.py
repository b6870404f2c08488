"""The civil registry: the birth of a child is registered, and the child gets a personal code."""

from connectors.portals import registri
from connectors.portals.civil_registry.birth_registration.inputs import INPUTS, PRECONDITIONS
from connectors.portals.civil_registry.birth_registration.samples import SAMPLES
from connectors.portals.civil_registry.birth_registration.steps import FINAL, SLUG, STEPS
from connectors.sdk import fingerprints
from connectors.sdk.connector import Connector
from connectors.sdk.manifest import Manifest
from connectors.sdk.steps import Values
from connectors.sdk.words import Words

__all__ = ["CONNECTOR"]


def _certificate(values: Values) -> str:
    return str(values["medical_certificate"])


CONNECTOR = Connector(
    manifest=Manifest(
        id="lv.civil_registry.birth_registration",
        version="1.0.0",
        holder="Dzimtsarakstu nodaļa",
        portal=registri.PORTAL,
        title=Words("Dzimšanas reģistrācija", "Registration of a birth"),
        owner="Pilnvara",
        legal_basis=Words("Civilstāvokļa aktu reģistrācijas likums", "Law on Registration of Civil Status Documents"),
    ),
    inputs=INPUTS,
    preconditions=PRECONDITIONS,
    sign_in=registri.sign_in(SLUG),
    entry=registri.entry(SLUG),
    steps=STEPS,
    final=FINAL,
    receipt=registri.receipt("DZR"),
    gives={
        "child.birth_record": r"Reģistra ieraksta numurs:\s*(DR-\d{6,})",
        "child.code": r"Bērnam piešķirtais personas kods:\s*(\d{6}-\d{5})",
    },
    look_up=registri.look_up("Dzimšanas reģistrācija"),
    outcome=registri.OUTCOME,
    service_key=_certificate,
    fingerprints=fingerprints.load(__name__),
    marks=registri.MARKS,
    samples=SAMPLES,
    javascript=False,
)
