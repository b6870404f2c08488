"""`pilnvara practice`: made-up people beside a live gateway, kept up, and forgotten each night."""

import contextlib
import os
import shutil
import signal
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Final

import click

from gateway.config import ConfigurationError, Settings
from gateway.demo.ports import Ports
from gateway.demo.stack import Stack, StackError
from gateway.lessons.exercises import public_key
from gateway.practice import world
from gateway.setting_texts import origin, time_of_day
from ui.formats import ZONE

FIRST_PORT: Final = 8600
_LOOK_SECONDS: Final = 1.0
_FORGOTTEN: Final = ("data", "sandbox-applications.jsonl")
"""In the folder: what a night takes. Secrets between the processes stay."""
_PASSED_ON: Final = ("PILNVARA_TRUSTED_PROXIES", "PILNVARA_LOG_LEVEL")


@click.command()
@click.option(
    "--port", envvar="PILNVARA_PRACTICE_PORT", default=FIRST_PORT, show_default=True, help="The first of eleven ports."
)
@click.option(
    "--folder", default=Path(".practice"), show_default=True, type=click.Path(file_okay=False, path_type=Path)
)
@click.option("--url", help="Where browsers reach it behind a proxy: https://practice.… of the network.")
@click.option("--sign-in-url", help="The same of the residents' stand-in sign-in: a name below that of --url.")
@click.option("--show-key", is_flag=True, help="Print the public key by which live gateways know an exercise, and end.")
@click.option("--forget-at", default="03:00", show_default=True, help="When everything is forgotten, in Latvia.")
def practice(port: int, folder: Path, url: str | None, sign_in_url: str | None, show_key: bool, forget_at: str) -> None:
    """A gateway to practise with, beside a live one: made-up people, and no way to a real portal.

    It has an issuer, keys, a log and a database of its own, in FOLDER. Everything is forgotten each night, and when
    somebody presses the button on its page /practice.
    """
    if show_key:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        click.echo(public_key(folder))
        return
    signal.signal(signal.SIGTERM, _end)
    try:
        at = time_of_day(forget_at)
        stack = make_stack(folder.absolute(), Ports.from_base(port), _origin(url), _origin(sign_in_url))
        Settings.from_environment(stack.environment)
    except (ValueError, ConfigurationError) as error:
        raise click.ClickException(str(error)) from error
    try:
        with contextlib.suppress(KeyboardInterrupt):
            keep_up(stack, lambda now: _next(now, at.hour, at.minute), click.echo)
    except StackError as error:
        raise click.ClickException(str(error)) from error
    finally:
        click.echo("Ending …")
        stack.stop()


def make_stack(folder: Path, ports: Ports, url: str | None = None, sign_in_url: str | None = None) -> Stack:
    """The processes of practice in `folder`; the two addresses are those behind a proxy, where there is one."""
    return Stack(
        folder,
        ports,
        mode="practice",
        outer_url=url,
        outer_provider=sign_in_url,
        settings_extra=_passed_on(),
    )


def keep_up(stack: Stack, next_night: Callable[[datetime], datetime], tell: Callable[[str], None]) -> None:
    """Start everything and stay, beginning anew each night and at each wish, until a process dies.

    Raises:
        StackError: a process did not start, or has died.
    """
    stack.start(tell)
    tell(f"Practice: {stack.url}/practice")
    night = next_night(datetime.now(ZONE))
    while (dead := stack.dead()) is None:
        time.sleep(_LOOK_SECONDS)
        is_night = datetime.now(ZONE) >= night
        if is_night or world.is_wished(stack.folder / "data"):
            tell("Everything that was practised is forgotten")
            begin_anew(stack, tell)
            night = next_night(datetime.now(ZONE))
    raise StackError(f"the {dead} has ended by itself:\n{stack.tail(dead)}")


def begin_anew(stack: Stack, tell: Callable[[str], None] = lambda _what: None) -> None:
    """Forget everything that was practised: other keys, another log, an empty network of made-up people.

    Raises:
        StackError: a process did not start.
    """
    stack.stop()
    for name in _FORGOTTEN:
        path = stack.folder / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    stack.start(tell)


def _next(now: datetime, hour: int, minute: int) -> datetime:
    """The next time that the clock shows this."""
    today = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return today if today > now else today + timedelta(days=1)


def _origin(value: str | None) -> str | None:
    return None if value is None else origin(value)


def _passed_on() -> dict[str, str]:
    return {name: os.environ[name] for name in _PASSED_ON if os.environ.get(name)}


def _end(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
