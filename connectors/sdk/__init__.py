"""What a connector is written with: inputs, declared steps, page shapes, and the checks made against them."""

from connectors.sdk.answers import InvalidAnswers, Validated, validate
from connectors.sdk.connector import Connector, Sample
from connectors.sdk.inputs import Input, Option, ShownWhen, Upload
from connectors.sdk.manifest import Manifest, OriginKind, Precondition, Quality
from connectors.sdk.words import Words

__all__ = [
    "Connector",
    "Input",
    "InvalidAnswers",
    "Manifest",
    "Option",
    "OriginKind",
    "Precondition",
    "Quality",
    "Sample",
    "ShownWhen",
    "Upload",
    "Validated",
    "Words",
    "validate",
]
