"""`pilnvara connectors new`, from an address to a package, and `issuer`, for looking at a portal by hand."""

import asyncio
import tomllib
from datetime import date
from pathlib import Path

import click

from connectors.browser.explore import ExploreError, Route, explore
from connectors.browser.launch import NoBrowserError
from connectors.sdk.page import FieldShape
from connectors.workshop.contract import ISSUER_HOST, ISSUER_PORT
from connectors.workshop.guessing import made_up
from connectors.workshop.issuer import StandInIssuer
from connectors.workshop.skeleton import About, Skeleton
from gateway.commands.connectors.portal import Place, portal_options, stop


class _Answers:
    """From the author's file first, made up otherwise; asked for at the terminal when the portal refuses one."""

    def __init__(self, file: Path | None, *, ask: bool) -> None:
        self._given = (
            {} if file is None else {name: str(value) for name, value in tomllib.loads(file.read_text()).items()}
        )
        self._ask = ask

    def __call__(self, field: FieldShape, error: str) -> str:
        suggested = self._given.get(field.name) or made_up(field, date.today())  # noqa: DTZ011 - portals count local days
        if not error or not self._ask:
            return suggested
        self._given[field.name] = click.prompt(f"  {field.label or field.name} ({error})", default=suggested)
        return self._given[field.name]


@click.command("new")
@click.option("--from-url", required=True, metavar="URL", help="The form's first page, at the portal's test system.")
@click.option("--id", "connector_id", required=True, help="Of the new connector, such as lv.example.permit.")
@click.option("--portal", required=True, help="Under which id the gateway registers the portal.")
@click.option("--holder", required=True, help="Who answers for the service.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder; otherwise named by the id.")
@click.option("--sign-in", metavar="PATH", help="Opened first: where the portal leads to the stand-in and back.")
@click.option("--next", "leads_on", multiple=True, metavar="TEXT", help="A button that leads on, if it is not seen.")
@click.option("--last", metavar="TEXT", help="The button that files; it is never pressed.")
@click.option("--answers", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="TOML: control = value.")
@click.option("--ask", is_flag=True, help="Ask here for each value that the portal refuses.")
@click.option("--client-id", default="author", show_default=True, help="What the portal calls itself at the stand-in.")
@click.option(
    "--client-secret", envvar="PORTAL_CLIENT_SECRET", default="author-secret-on-loopback", help="And its secret."
)
@click.option("--issuer-port", default=ISSUER_PORT, show_default=True, help=f"Of the stand-in, on {ISSUER_HOST}.")
def new(  # noqa: PLR0913 - one option each
    *,
    from_url: str,
    connector_id: str,
    portal: str,
    holder: str,
    out: Path | None,
    sign_in: str | None,
    leads_on: tuple[str, ...],
    last: str | None,
    answers: Path | None,
    ask: bool,
    client_id: str,
    client_secret: str,
    issuer_port: int,
) -> None:
    """Walk through a form in a real browser and write a connector's package from it.

    Each page is filled in with made-up values and sent on, up to the button that files, which is left alone. The walk
    is made twice, to see what differs each time. What the pages do not say stands in the package as COMPLETE, what
    wants translating as TRANSLATE; `pilnvara connectors test` names each of them until none is left.
    """
    route = Route(url=from_url, sign_in=sign_in, leads_on=leads_on, last=last)
    answer = _Answers(answers, ask=ask)
    folder = out or Path(connector_id.replace(".", "-"))
    try:
        with StandInIssuer(client_id, client_secret, (connector_id,), host=ISSUER_HOST, port=issuer_port, is_open=True):
            landed, pages = asyncio.run(explore(route, answer, click.echo))
            click.echo("Once more, to see what differs:")
            _, again = asyncio.run(explore(route, answer))
        if [page.state.title for page in pages] != [page.state.title for page in again]:
            stop("the second walk met other pages than the first: does the portal keep a draft? Empty it and try again")
        about = About(id=connector_id, portal=portal, holder=holder, sign_in=sign_in or pages[0].path, landed=landed)
        written = Skeleton(about, pages, again).write(folder)
    except (ExploreError, NoBrowserError) as error:
        stop(str(error))
    except FileExistsError:
        stop(f"{folder} holds a package already; name another folder by --out")
    except OSError as error:
        stop(f"{error.strerror}: {error.filename or f'{ISSUER_HOST}:{issuer_port}'}")
    for path in written:
        click.echo(f"  wrote {path}")


async def _forever() -> None:
    await asyncio.Event().wait()


@click.command("issuer")
@portal_options
def issuer(place: Place) -> None:
    """Keep the stand-in up until Ctrl-C, open to every browser of this machine: for looking at a portal by hand.

    It signs in the made-up Anna Paraugkalne, whoever comes.
    """
    try:
        with StandInIssuer(
            place.client_id, place.client_secret, host=ISSUER_HOST, port=place.issuer_port, is_open=True
        ) as running:
            click.echo(f"issuer         {running.url}")
            click.echo(f"client id      {place.client_id}")
            click.echo(f"client secret  {place.client_secret}")
            asyncio.run(_forever())
    except KeyboardInterrupt:
        return
    except OSError as error:
        stop(f"{ISSUER_HOST}:{place.issuer_port}: {error.strerror}")
