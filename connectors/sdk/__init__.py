"""What a connector is written with: inputs, declared steps, page shapes, and the checks made against them."""

from connectors.sdk.answers import InvalidAnswers, Validated, validate
from connectors.sdk.connector import Connector, Sample
from connectors.sdk.inputs import Input, Option, ShownWhen, Upload
from connectors.sdk.manifest import Manifest, OriginKind, Precondition, Quality
from connectors.sdk.outcome import Listed, Outcome, Standing
from connectors.sdk.words import Words

__all__ = [
    "Connector",
    "Input",
    "InvalidAnswers",
    "Listed",
    "Manifest",
    "Option",
    "OriginKind",
    "Outcome",
    "Precondition",
    "Quality",
    "Sample",
    "ShownWhen",
    "Standing",
    "Upload",
    "Validated",
    "Words",
    "validate",
]
