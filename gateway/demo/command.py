"""`pilnvara demo`: the whole of Pilnvara on this machine, to be played with or to be driven through one visit."""

import contextlib
import select
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import click
from rich.console import Console

from gateway.demo import guidance, offering, seed
from gateway.demo.codes import current_code
from gateway.demo.offering import PortalOffered
from gateway.demo.people import CENTRES, DemoCentre, staff_named
from gateway.demo.ports import Ports
from gateway.demo.stack import Stack, StackError
from gateway.oauth.clients import AuthMethod
from gateway.oauth.errors import RegistrationError
from gateway.services.files import read_catalogue
from gateway.terminals.pairing import Code

FIRST_PORT = 8400
_FOLDER = Path(".demo")
_LOOK_SECONDS = 1.0
_MARK = "sandbox-secrets.json"
"""What a folder of the demonstration always holds, so that --fresh removes nothing else."""

_WIDTH = 120
"""Of output that goes to no terminal."""

_console = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else _WIDTH)
_port = click.option(
    "--port", envvar="PILNVARA_DEMO_PORT", default=FIRST_PORT, show_default=True, help="The first of eleven ports."
)
_folder = click.option("--folder", default=_FOLDER, show_default=True, type=click.Path(file_okay=False, path_type=Path))

_route = click.option(
    "--route",
    type=click.Choice(["phone", "display", "paper", "call"]),
    default="phone",
    show_default=True,
    help="Of the driven visit.",
)
_language = click.option(
    "--language", type=click.Choice(["lv", "en"]), default="lv", show_default=True, help="Of the driven visit."
)


@click.group(invoke_without_command=True)
@click.option("--once", is_flag=True, help="Drive one whole visit unattended, and end.")
@_route
@_language
@click.option("--pictures", type=click.Path(file_okay=False, path_type=Path), help="Take pictures of the pages.")
@click.option("--fresh", is_flag=True, help="Forget what was done in the demonstration before.")
@_port
@_folder
@click.pass_context
def demo(
    context: click.Context,
    once: bool,
    route: str,
    language: str,
    pictures: Path | None,
    fresh: bool,
    port: int,
    folder: Path,
) -> None:
    """A gateway with a made-up outside world, on this machine. Everyone in it is made up."""
    if context.invoked_subcommand is not None:
        context.default_map = {context.invoked_subcommand: {"port": port, "folder": folder}}
        return
    signal.signal(signal.SIGTERM, _end)
    if once:
        from gateway.demo.unattended import drive_once  # noqa: PLC0415 - Playwright is slow to import

        sys.exit(drive_once(_console, route=route, language=language, pictures=pictures))
    if fresh and (folder / _MARK).exists():
        shutil.rmtree(folder)
    stack = Stack(folder.absolute(), Ports.from_base(port), is_witnessed=True)
    sys.exit(_stay_up(stack, guidance.program(_where(port, folder))))


@demo.command()
@click.argument("name")
def code(name: str) -> None:
    """Print somebody's one-time code of this moment."""
    try:
        person = staff_named(name)
    except LookupError as error:
        raise click.ClickException(str(error)) from error
    digits, seconds = current_code(person, time.time())
    click.echo(f"{digits}  ({seconds} s more)")


@demo.command()
@click.argument("centre", default=CENTRES[0].id, type=click.Choice([centre.id for centre in CENTRES]))
@_port
@_folder
def terminal(centre: str, port: int, folder: Path) -> None:
    """Print a code that makes a browser a terminal of a centre."""
    stack = _existing(folder, port)
    chosen = next(each for each in CENTRES if each.id == centre)
    told = guidance.program(_where(port, folder))
    guidance.tell_terminal(_console, stack, chosen, terminal_code(stack, chosen), told)


@demo.command()
@click.argument("card", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--callback", required=True, metavar="URL", help="Where the portal wants people sent back to.")
@click.option("--client-id", default="author", show_default=True, help="What the portal calls itself.")
@click.option(
    "--client-secret", envvar="PORTAL_CLIENT_SECRET", default="author-secret-on-loopback", help="And its secret."
)
@click.option(
    "--client-auth",
    default=AuthMethod.SECRET_BASIC.value,
    type=click.Choice([AuthMethod.SECRET_BASIC.value, AuthMethod.SECRET_POST.value]),
    show_default=True,
    help="How the portal sends its secret.",
)
@_port
@_folder
def offer(
    card: Path, callback: str, client_id: str, client_secret: str, client_auth: str, port: int, folder: Path
) -> None:
    """Offer one more service in the demonstration that runs: that of CARD, as `pilnvara connectors new` writes it.

    The portal must take this demonstration's gateway for its OpenID Provider.
    """
    stack = _existing(folder, port)
    try:
        (service,) = read_catalogue(card.read_text(encoding="utf-8"))
    except ValueError as error:
        raise click.ClickException(f"{card}: {error}") from error
    store = stack.open_store()
    portal = PortalOffered(
        callback=callback, client_id=client_id, client_secret=client_secret, auth_method=AuthMethod(client_auth)
    )
    try:
        store.database.write_now(lambda conn: offering.offer(conn, store, service, portal))
    except (RegistrationError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    finally:
        store.close()
    click.echo(f"{service.id} is offered in every centre, and filed at {portal.origin}.")
    click.echo(f"The portal's OpenID Provider: {stack.url}")


@demo.command()
@_route
@_language
@_port
@_folder
def visit(route: str, language: str, port: int, folder: Path) -> None:
    """Drive one whole visit in the demonstration that runs, so that there is something to look at."""
    from gateway.demo.unattended import drive_in  # noqa: PLC0415 - Playwright is slow to import

    stack = _existing(folder, port)
    if not stack.answers:
        raise click.ClickException(f"no demonstration answers at {stack.url}: start `pilnvara demo` first")
    sys.exit(drive_in(_console, stack, route=route, language=language))


@demo.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, required=True, type=click.UNPROCESSED)
@_port
@_folder
def run(arguments: tuple[str, ...], port: int, folder: Path) -> None:
    """Run another command on the demonstration, such as `audit verify` or `doctor`."""
    ended = _existing(folder, port).command(*arguments)
    click.echo(ended.stdout, nl=False)
    click.echo(ended.stderr, nl=False, err=True)
    sys.exit(ended.returncode)


def _where(port: int, folder: Path) -> list[str]:
    """The options that lead another command to the same demonstration: those that are not as they are by default."""
    named = ["--port", str(port)] if port != FIRST_PORT else []
    return [*named, "--folder", str(folder)] if folder != _FOLDER else named


def _existing(folder: Path, port: int) -> Stack:
    if not (folder / _MARK).exists():
        raise click.ClickException(f"there is no demonstration in {folder}: start `pilnvara demo` first")
    return Stack(folder.absolute(), Ports.from_base(port))


def terminal_code(stack: Stack, centre: DemoCentre) -> Code:
    """A code that makes a browser a terminal of `centre`, ten minutes long."""
    store = stack.open_store()
    try:
        return store.database.write_now(lambda conn: seed.terminal_code(conn, store, centre.id))
    finally:
        store.close()


def _stay_up(stack: Stack, demo: str) -> int:
    """Start everything, tell how it is used, and stay until Ctrl-C or until a process dies."""
    with _stopped(stack):
        try:
            with _console.status("Starting") as status:
                stack.start(lambda what: status.update(f"{what} …") if _console.is_terminal else _console.print(what))
        except StackError as error:
            _console.print(f"pilnvara demo: {error}", style="red", markup=False)
            return 1
        _tell(stack, demo)
        with contextlib.suppress(KeyboardInterrupt):
            return _watch(stack)
        return 0


def _tell(stack: Stack, demo: str) -> None:
    _console.print()
    guidance.tell_addresses(_console, stack)
    _console.print()
    guidance.tell_people(_console)
    _console.print()
    for centre in CENTRES:
        guidance.tell_terminal(_console, stack, centre, terminal_code(stack, centre), demo)
    _console.print()
    guidance.tell_first_steps(_console, stack, demo)
    _console.print()
    guidance.tell_codes(_console)
    enter = "Enter prints the one-time codes again. " if sys.stdin.isatty() else ""
    _console.print(f"{enter}Ctrl-C ends everything. Logs and database: {stack.folder}", style="dim")


def _watch(stack: Stack) -> int:
    """Stay until a process has died, or somebody ends this one."""
    while (name := stack.dead()) is None:
        if not sys.stdin.isatty():
            time.sleep(_LOOK_SECONDS)
        elif select.select([sys.stdin], [], [], _LOOK_SECONDS)[0]:
            if not sys.stdin.readline():
                time.sleep(_LOOK_SECONDS)  # the terminal was closed: select would return at once, again and again
            else:
                guidance.tell_codes(_console)
    _console.print(f"The {name} has ended by itself:\n{stack.tail(name)}", style="red", markup=False)
    return 1


@contextlib.contextmanager
def _stopped(stack: Stack) -> Iterator[None]:
    """End all processes of `stack` in the end, whatever happens."""
    try:
        yield
    finally:
        _console.print("\nEnding …")
        stack.stop()


def _end(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
