"""`pilnvara messages`."""

import os
import sys

import click
import msgspec

from gateway.config import Settings
from gateway.notifications import bounces, overview
from gateway.notifications.errors import BounceError
from gateway.notifications.tables import MessageState
from gateway.parts import GATEWAY, Store, open_store

EX_DATAERR = 65
"""What a mail server takes for: this message is not what the program wants (sysexits.h)."""


@click.group()
def messages() -> None:
    """Messages to residents: how many wait, what failed, and what came back."""


@messages.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def show_list(*, as_json: bool) -> None:
    """Count messages by channel, template and state; no address and no text."""
    store = _open()
    try:
        found = store.database.read_now(overview.read)
    finally:
        store.close()
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
        return
    for each in found.counts:
        said = each.reason or (each.report.value if each.report else "")
        click.echo(f"{each.count:>9,}  {each.channel.value:<6} {each.state.value:<7} {each.template:<26} {said}")
    waiting = found.total(MessageState.QUEUED)
    since = f", the oldest since {found.oldest_waiting:%Y-%m-%d %H:%M} UTC" if found.oldest_waiting else ""
    click.echo(f"{waiting:>9,}  wait{since}; {found.tried:,} of them were tried in vain")


@messages.command("retry")
def retry() -> None:
    """Try at once what was tried in vain, such as after a mail server was mended."""
    store = _open()
    try:
        count = store.database.write_now(lambda conn: overview.try_now(conn, store, GATEWAY))
    finally:
        store.close()
    click.echo(f"{count:,} messages are tried now")


@messages.command("bounce")
@click.option("--to", "recipient", default="", help="To whom the bounce came, as the mail server's envelope says.")
def bounce(*, recipient: str) -> None:
    """Read one bounced e-mail from standard input, as a mail server hands it over.

    Exits 0 when it was taken, also a second time; 65 when it is no bounce of a message of ours.
    """
    raw = sys.stdin.buffer.read(bounces.LARGEST + 1)
    store = _open()
    try:
        message_id = bounces.message_of(store.sealer, recipient or bounces.recipient_of(raw))
        heard = bounces.read_bounce(raw)
        is_new = store.database.write_now(lambda conn: bounces.take(conn, store, message_id, heard))
    except BounceError as error:
        click.echo(f"pilnvara: not taken: {error}", err=True)
        sys.exit(EX_DATAERR)
    finally:
        store.close()
    click.echo(f"{heard.report.value} {heard.code or ''}{'' if is_new else ' (heard before)'}".rstrip())


def _open() -> Store:
    return open_store(Settings.from_environment(os.environ))
