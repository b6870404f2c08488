"""`pilnvara connectors check` and `dry-run`: a portal met without a resident, and nothing sent for good."""

import os
import sys
from pathlib import Path

import click
import msgspec

from connectors.runner.api import Prepared
from connectors.sdk.connector import Connector
from connectors.sdk.words import Words
from connectors.workshop import looking
from connectors.workshop.bench import Bench, chosen_sample
from connectors.workshop.looking import Look, Seen
from gateway.commands.connectors.portal import Place, at_bench, ensure_allowed, find, portal_options, stop
from gateway.commands.connectors.recording import record
from gateway.commands.lazy import CANNOT_CONCLUDE, VIOLATION
from gateway.config import Settings
from gateway.parts import open_store
from gateway.services.catalogue import ServiceUnknownError

_MARKS = {
    Seen.SAME: (Words("tā pati", "same"), "green"),
    Seen.CHANGED: (Words("mainīta", "changed"), "red"),
    Seen.NEW: (Words("jauna", "new"), "yellow"),
}
_NOT_REACHED = (Words("-", "-"), "yellow")
_AT, _OF = Words("portālā", "at"), Words("no", "of")
_SIGNED_IN = Words("sasniegts, un pierakstīšanās izdevās", "reached, and signed in")
_NOT_SIGNED_IN = Words("sasniegts, bet pierakstīšanās neizdevās", "reached, but not signed in")
_FOR_AUTHORS = Words("Savienotāja autoram:", "For the connector’s author:")


@click.command()
@click.argument("connector_ids", nargs=-1, required=True, metavar="CONNECTOR...")
@click.option("--sample", help="Which made-up answers to fill in; the connector's first otherwise.")
@click.option("--language", type=click.Choice(["lv", "en"]), default="en", help="Of what is said about the forms.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option("--record", "is_recorded", is_flag=True, help="Tell this gateway: at a changed form nothing is filed.")
@portal_options
def check(
    place: Place,
    connector_ids: tuple[str, ...],
    sample: str | None,
    language: str,
    *,
    as_json: bool,
    is_recorded: bool,
) -> None:
    """See whether portals can be reached and signed in to, and whether each form is still the committed one.

    Each page but the last is filled in with made-up answers and sent on; the last is only looked at. Exit code 0: all
    as it was; 1: a form has changed; 2: bad input; 3: a page could not be reached, so nobody can say.
    """
    if is_recorded and place.sandbox:
        stop("--record is for a portal's test system: what the made-up portals show says nothing of real ones")
    if is_recorded:
        ensure_allowed()

    async def work(bench: Bench, connector: Connector) -> Look:
        task = bench.task(connector, chosen_sample(connector, sample))
        return (await looking.look(bench, connector, task))[0]

    looks = at_bench(place, [find(name) for name in connector_ids], work)
    if is_recorded:
        _record(looks)
    if as_json:
        click.echo(msgspec.json.encode(looks).decode())
    else:
        for each in looks:
            _show(each, language)
    if any(each.has_drifted for each in looks):
        sys.exit(VIOLATION)
    if not all(each.is_whole for each in looks):
        sys.exit(CANNOT_CONCLUDE)


def _record(looks: list[Look]) -> None:
    store = open_store(Settings.from_environment(os.environ))
    try:
        record(store, looks)
    except ServiceUnknownError as error:
        stop(str(error))
    finally:
        store.close()


def _show(look: Look, language: str) -> None:
    click.echo(f"{look.connector} {look.version} {_AT.to(language)} {look.portal}")
    if look.reached:
        click.echo(f"  {(_SIGNED_IN if look.signed_in else _NOT_SIGNED_IN).to(language)}")
    widest = max(len(words.to(language)) for words, _ in (*_MARKS.values(), _NOT_REACHED))
    for number, page in enumerate(look.pages, start=1):
        words, colour = _MARKS.get(page.seen, _NOT_REACHED)
        mark = click.style(words.to(language).rjust(widest), fg=colour)
        click.echo(f"  {mark}  {number} {_OF.to(language)} {len(look.pages)}  {page.title.to(language)}")
        for difference in page.differences:
            click.echo(f"           {difference.to(language)}")
    if look.problem is not None:
        click.echo(f"  {look.problem.to(language)}")
        click.echo(f"  {_FOR_AUTHORS.to(language)} {look.detail}")


@click.command("dry-run")
@click.argument("connector_id", metavar="CONNECTOR")
@click.option("--sample", help="Which made-up answers to fill in; the connector's first otherwise.")
@click.option(
    "--picture", type=click.Path(dir_okay=False, path_type=Path), help="Where to write the last page's picture."
)
@click.option("--json", "as_json", is_flag=True, help="The read-back for programs.")
@portal_options
def dry_run(place: Place, connector_id: str, sample: str | None, picture: Path | None, as_json: bool) -> None:
    """Fill in a form with made-up answers up to the last click, and show what was read back. Sends nothing for good."""

    async def work(bench: Bench, connector: Connector) -> Prepared:
        return await bench.prepare(bench.task(connector, chosen_sample(connector, sample)))

    connector = find(connector_id)
    (prepared,) = at_bench(place, [connector], work)
    if picture is not None:
        picture.write_bytes(prepared.picture_png)
    if as_json:
        click.echo(msgspec.json.encode(prepared.readback).decode())
        return
    _show_readback(connector, prepared)
    if picture is not None:
        click.echo(f"Picture of the last page: {picture}")


def _show_readback(connector: Connector, prepared: Prepared) -> None:
    titles = {page.name: page.title.en for page in connector.pages}
    page = ""
    for item in prepared.readback.items:
        if item.page != page:
            page = item.page
            click.echo(f"{titles.get(page, page)}")
        shown = item.shown or item.value
        is_volatile = item.control in connector.volatile
        said = "(other each time)" if is_volatile else f"({item.type}) {item.value}" if item.type == "hidden" else shown
        click.echo(f"  {(item.label or item.control).removesuffix(':')}: {said}")
    for attachment in prepared.readback.attachments:
        click.echo(f"  attached: {attachment.filename}, {attachment.size} bytes")
    if prepared.readback.fee:
        click.echo(f"Fee: {prepared.readback.fee}")
    seconds = sum(timing.seconds for timing in prepared.timings)
    pages = len(prepared.steps)
    click.echo(
        f"Filled in {pages} {'page' if pages == 1 else 'pages'} in {seconds:.1f} s; the last button was not pressed."
    )
