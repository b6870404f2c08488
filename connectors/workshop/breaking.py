"""Bodies changed on their way to a portal, so that it finds an answer missing."""

import json
from collections.abc import Callable, Iterator
from typing import TypeAlias
from urllib.parse import parse_qsl, urlencode

from connectors.sdk.body import URLENCODED
from connectors.sdk.connector import Connector
from connectors.sdk.inputs import Checkbox
from connectors.sdk.steps import Fill, Final, Step, Values

BreakBody: TypeAlias = Callable[[str, bytes], bytes]
"""What becomes of a body, given its content type."""


def required_texts(connector: Connector, values: Values) -> Iterator[tuple[Step | Final, Fill, BreakBody]]:
    """Text that the portal must have, with what takes it out of the body in which it is sent by itself."""
    for page in connector.filled_for(values):
        for fill in page.fills:
            if type(fill) is not Fill or not values.get(fill.input):
                continue
            question, without = connector.input(fill.input), _without(connector, page, fill.control)
            is_asked = question.required and question.shown_when is None and not isinstance(question, Checkbox)
            if is_asked and without is not None:
                yield page, fill, without


def _without(connector: Connector, page: Step | Final, control: str) -> BreakBody | None:
    """What empties a control's part of a body; none where it does not stand there by itself."""
    if page.request.json is not None:
        member = page.request.json.of_text(control)
        return None if member is None else emptied_member(member)
    shape = connector.fingerprints.get(page.name)
    return emptied(control) if shape is not None and shape.enctype == URLENCODED else None


def emptied(control: str) -> BreakBody:
    """A form's body with nothing in `control`."""

    def without(_content_type: str, body: bytes) -> bytes:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True)
        return urlencode([(name, "" if name == control else value) for name, value in pairs]).encode()

    return without


def emptied_member(pointer: str) -> BreakBody:
    """A JSON body with an empty text at `pointer` (RFC 6901), which leads through objects alone."""
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]

    def without(_content_type: str, body: bytes) -> bytes:
        document = inner = json.loads(body)
        for step in steps[:-1]:
            inner = inner[step]
        inner[steps[-1]] = ""
        return json.dumps(document).encode()

    return without
