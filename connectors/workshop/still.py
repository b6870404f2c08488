"""What of a connector's contract can be seen without its portal: a matter of milliseconds."""

import re
from collections.abc import Iterable, Iterator
from datetime import date

from connectors.runner import judge
from connectors.sdk.answers import InvalidAnswers, validate
from connectors.sdk.connector import Connector
from connectors.sdk.steps import Step
from connectors.sdk.words import Words
from connectors.workshop.changes import Kind, changed, changes_for

TRANSLATE = "TRANSLATE:"
"""Before words that `connectors new` took from the portal's page and nobody has put into the other language."""
COMPLETE = "COMPLETE"
"""In what `connectors new` could not see: which text holds the reference, for one."""


def faults(connector: Connector) -> Iterator[str]:
    """Every fault, in words for the author."""
    yield from _words(connector)
    yield from _incomplete(connector)
    yield from _answers(connector)
    yield from _forms(connector)
    yield from _changes(connector)


def _words(connector: Connector) -> Iterator[str]:
    manifest = connector.manifest
    said = [("the title", manifest.title), ("the legal basis", manifest.legal_basis)]
    said += [(f"the label of {each.name!r}", each.label) for each in connector.inputs]
    said += [(f"the help of {each.name!r}", each.help) for each in connector.inputs if each.help is not None]
    said += [(f"the title of step {page.name!r}", page.title) for page in connector.pages]
    for each in connector.inputs:
        options = getattr(each, "options", ())
        if isinstance(options, tuple):
            said += [(f"the option {option.value!r} of {each.name!r}", option.label) for option in options]
    for where, words in said:
        if isinstance(words, Words):
            yield from (
                f"{where} has no {language} words"
                for language, text in (("Latvian", words.lv), ("English", words.en))
                if not text.strip() or text.startswith(TRANSLATE)
            )


def _incomplete(connector: Connector) -> Iterator[str]:
    places = {
        "the owner": connector.manifest.owner,
        "the holder": connector.manifest.holder,
        "the last page's button": connector.final.button,
        "the last page's request": connector.final.request.path,
        "the path of the receipt": connector.receipt.path,
        "the reference on the receipt": connector.receipt.reference,
    }
    yield from (f"{where} is not said yet ({COMPLETE})" for where, text in places.items() if COMPLETE in text)
    try:
        groups = re.compile(connector.receipt.reference).groups
    except re.error as error:
        yield f"the receipt's reference is no regular expression: {error}"
        return
    if not groups:
        yield "the receipt's reference has no group 1: put the number itself in parentheses"


def _answers(connector: Connector) -> Iterator[str]:
    if not connector.samples:
        yield "there is no sample"
    for sample in connector.samples:
        given = {**sample.answers(date.today()), **sample.files}  # noqa: DTZ011 - portals count in local days
        checked = validate(connector.inputs, given, "en")
        if isinstance(checked, InvalidAnswers):
            said = "; ".join(f"{name}: {text}" for name, text in checked.errors.items())
            yield f"sample {sample.name!r} is refused by the connector's own questions: {said}"
        elif not connector.service_key(checked.values):
            yield f"service_key gives nothing for sample {sample.name!r}"


def _forms(connector: Connector) -> Iterator[str]:
    for page in connector.pages:
        shape = connector.fingerprints.get(page.name)
        if shape is None:
            yield f"there is no committed form of step {page.name!r}: `pilnvara connectors accept-drift` makes it"
            continue
        shown = {field.name for field in shape.fields if field.type not in ("hidden", "submit")}
        yield from _each("hides a control that people see, so that no yes covers it", page.name, shown & page.volatile)
        if (isinstance(page, Step) or page.fills) and page.request.json is None:
            sent = {field.name for field in shape.fields if field.name}
            undeclared = sent - set(page.request.fields)
            yield from _each("has a field that its request does not declare", page.name, undeclared)


def _each(what: str, page: str, names: Iterable[str]) -> Iterator[str]:
    yield from (f"step {page!r} {what}: {name!r}" for name in sorted(names))


def _changes(connector: Connector) -> Iterator[str]:
    """A change that nobody would be told of."""
    for change in changes_for(connector):
        shape = connector.fingerprints[change.page.name]
        if change.kind is not Kind.BUTTON_RENAMED and not judge.changes(connector, change.page, changed(change, shape)):
            yield f"{change} would not be seen"
