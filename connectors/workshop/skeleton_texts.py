"""The files of a new connector's package, as text around what was seen."""

from collections.abc import Mapping, Sequence

from connectors.workshop.still import COMPLETE, TRANSLATE


def pyproject(connector_id: str, module: str) -> str:
    """`pyproject.toml`, with the entry point by which the gateway finds the connector."""
    return f'''[build-system]
requires = ["setuptools>=80"]
build-backend = "setuptools.build_meta"

[project]
name = "{module.replace("_", "-")}"
version = "1.0.0"
description = "A connector of Pilnvara for {connector_id}."
requires-python = ">=3.11"

# The name is the connector's id.
[project.entry-points."pilnvara.connectors"]
"{connector_id}" = "{module}:CONNECTOR"

# Installed to be worked on (`-e`), it is found by its folder: code that ran in every Python program would be refused.
[tool.setuptools]
packages = ["{module}"]
package-dir = {{"" = "src"}}

[tool.setuptools.package-data]
"{module}" = ["*.json"]
'''


def init(
    *,
    id: str,  # noqa: A002 - the manifest's word
    holder: str,
    portal: str,
    title: str,
    language: str,
    javascript: bool,
) -> str:
    """The connector itself."""
    return f'''"""{holder}: {id}."""

from connectors.sdk import Connector, Manifest, Words, fingerprints
from connectors.sdk.steps import Values

from .inputs import INPUTS
from .samples import SAMPLES
from .steps import ENTRY, FINAL, RECEIPT, SIGN_IN, STEPS

__all__ = ["CONNECTOR"]


def _service_key(values: Values) -> str:
    """What may be filed only once at a time: the child, the period, the place. As it stands: one for each resident."""
    return "one"


CONNECTOR = Connector(
    manifest=Manifest(
        id={id!r},
        version="1.0.0",
        holder={holder!r},
        portal={portal!r},
        title={title},
        owner="{COMPLETE}: who keeps this connector working",
        legal_basis=Words("{TRANSLATE} pēc kāda likuma", "{TRANSLATE} by which law"),
        language={language!r},
    ),
    inputs=INPUTS,
    sign_in=SIGN_IN,
    entry=ENTRY,
    steps=STEPS,
    final=FINAL,
    receipt=RECEIPT,
    # How the portal is asked what it holds: `connectors.sdk.steps.LookUp`. Without, a person decides.
    look_up=None,
    service_key=_service_key,
    fingerprints=fingerprints.load(__name__),
    samples=SAMPLES,
    javascript={javascript},
)
'''


def inputs(*, kinds: Sequence[str], body: str) -> str:
    """The questions."""
    return f'''"""What is asked, once, in both languages. What else can be said: `connectors.sdk.inputs`."""

from connectors.sdk import Words
from connectors.sdk.inputs import {", ".join(sorted(kinds))}

INPUTS: tuple[Input, ...] = (
{body})
'''


def steps(*, fills: Sequence[str], sign_in: str, entry: str, steps: str, final: str) -> str:
    """How the form is filled in."""
    imported = ", ".join(sorted({"Final", "ReceiptRule", "Request", "SignIn", "Step", *fills}))
    moves = "Moves, " if "Moves." in steps else ""
    return f'''"""How the form is filled in: its pages, their controls by label, and what may leave."""

from connectors.sdk import Words
from connectors.sdk.steps import {moves}{imported}

SIGN_IN = {sign_in}
ENTRY = {entry!r}

STEPS: tuple[Step, ...] = (
{steps})

FINAL = Final(
{final})

RECEIPT = ReceiptRule(
    path="{COMPLETE}: of the page that confirms; * for one segment",
    reference=r"{COMPLETE}: the text around (the number itself)",
)
'''


def samples(answers: Mapping[str, str | list[str]], files: Sequence[str]) -> str:
    """Made-up answers: those that the portal took during the walk."""
    said = "{\n" + "".join(f"    {name!r}: {value!r},\n" for name, value in answers.items()) + "}"
    upload = 'Upload("pielikums.pdf", "application/pdf", b"%PDF-1.4\\n% made up\\n%%EOF\\n")'
    attached = "{" + ", ".join(f"{name!r}: {upload}" for name in files) + "}"
    return f'''"""Made-up answers that the portal's test system takes. Of nobody real, ever.

The contract files the first sample several times. Where the portal takes the same only once, vary what it goes by:
`"plot-" + secrets.token_hex(4)`.
"""

from datetime import date

from connectors.sdk import Sample, Upload

_ANSWERS: dict[str, str | list[str]] = {said}


def _answers(today: date) -> dict[str, str | list[str]]:
    return dict(_ANSWERS)


SAMPLES = (Sample(name="first", answers=_answers, files={attached}),)
'''.replace(", Upload\n", ", Upload\n" if files else "\n")


def contract(connector_id: str, module: str) -> str:
    """The inherited tests."""
    name = "".join(part.capitalize() for part in module.split("_"))
    return f'''"""{connector_id} keeps the contract of every connector. The portal's test system has to run."""

import os

from connectors.workshop.contract import ConnectorContract


class Test{name}(ConnectorContract):
    connector = {connector_id!r}
    portal_url = os.environ["PORTAL_URL"]
    client_id = os.environ.get("PORTAL_CLIENT_ID", "author")
    client_secret = os.environ.get("PORTAL_CLIENT_SECRET", "author-secret-on-loopback")
'''


_CARDS = {
    "lv": {
        "summary": "{COMPLETE}: vienā teikumā, kas tas ir un ko iedzīvotājs iegūst",
        "who": "{COMPLETE}: kas to var pieprasīt",
        "needed": "{COMPLETE}: kas jāsagatavo",
        "takes": "{COMPLETE}: cik dienās pieņem lēmumu",
        "costs": "{COMPLETE}: “Bez maksas.” vai cik maksā",
        "pays": "{COMPLETE}: kā samaksāt, ja ir maksa; citādi dzēsiet šo rindu",
        "next": "{COMPLETE}: kas notiek pēc iesniegšanas",
        "withdraw": "{COMPLETE}: kā to atsaukt pie iestādes",
    },
    "en": {
        "summary": "{COMPLETE}: in one sentence, what it is and what the resident gets",
        "who": "{COMPLETE}: who may ask for it",
        "needed": "{COMPLETE}: what to have at hand",
        "takes": "{COMPLETE}: within how many days it is decided",
        "costs": "{COMPLETE}: “Free of charge.”, or how much it costs",
        "pays": "{COMPLETE}: how it is paid, if there is a fee; otherwise remove this line",
        "next": "{COMPLETE}: what happens once it is filed",
        "withdraw": "{COMPLETE}: how it is taken back at the institution",
    },
}


def card(*, id: str, holder: str, portal: str, title: str, url: str) -> str:  # noqa: A002 - the catalogue's word
    """The service's entry in the catalogue, with cards that somebody has to write."""
    cards = "".join(
        f'\n[service.cards.{language}]\ntitle = "{COMPLETE}: {title}"\n' + _lines(fields) + "synonyms = []\n"
        for language, fields in _CARDS.items()
    )
    return f'''# The catalogue's entry of the service at {url}. Cards in plain language: lv-plain, en-plain.
# Everything marked {COMPLETE} is shown to assistants and residents as it stands here.
[[service]]
id = "{id}"
holder = "{holder}"
group = "{COMPLETE}"  # under which feedback is counted, such as benefits or family
portal = "{portal}"
grant = "low"  # the least assurance of the yes: low, substantial or high
permit = "low"
routes = ["phone", "display", "paper", "call"]
# follow = 30   # days for which it may be looked up what became of it, where the connector has an `outcome`
# collect = 30  # days for which the decision may be received
{cards}'''


def _lines(fields: Mapping[str, str]) -> str:
    said = {name: text.format(COMPLETE=COMPLETE) for name, text in fields.items()}
    return "".join(
        f'{name} = ["{text}"]\n' if name == "needed" else f'{name} = "{text}"\n' for name, text in said.items()
    )
