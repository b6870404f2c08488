"""`pilnvara admin rating`: let an institution ask about one of its e-services; close one."""

import click

from gateway.changes.putting import put, reason_option
from gateway.changes.tables import ChangeKind


@click.group()
def rating() -> None:
    """E-services of institutions that their clients are asked about."""


@rating.command("open")
@click.argument("service")
@click.option("--agency", required=True, help="Whose it is, as services name their holder.")
@click.option("--name", required=True, help="In Latvian.")
@click.option("--name-en", required=True, help="In English.")
@click.option("--return", "return_url", help="Where the last page leads back to, such as https://agency.example/done.")
@reason_option
def open_one(*, service: str, agency: str, name: str, name_en: str, return_url: str | None, reason: str) -> None:
    """Let an institution ask about SERVICE."""
    values = {"agency": agency, "name_lv": name, "name_en": name_en, "return_url": return_url}
    put(ChangeKind.RATING_OPEN, service, values, reason)


@rating.command("close")
@click.argument("service")
@reason_option
def close(service: str, reason: str) -> None:
    """Hand out no more links for SERVICE."""
    put(ChangeKind.RATING_CLOSE, service, {}, reason)
