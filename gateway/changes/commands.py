"""`pilnvara admin portal` and `pilnvara admin provider`: at once for the first set-up, afterwards as proposals."""

from typing import TextIO

import click
import msgspec

from gateway.changes.api_key_commands import api_key
from gateway.changes.putting import put, reason_option
from gateway.changes.rating_commands import rating
from gateway.changes.staff_commands import add_staff, resume_staff
from gateway.changes.tables import ChangeKind
from gateway.oauth.clients import AuthMethod
from gateway.oauth.providers import SCOPE
from gateway.people.commands import admin

__all__ = ["admin"]
admin.add_command(add_staff)
admin.add_command(resume_staff)
admin.add_command(api_key)
admin.add_command(rating)

_METHODS = click.Choice([method.value for method in AuthMethod])


@admin.group()
def portal() -> None:
    """Portals that applications are sent to."""


@admin.group()
def provider() -> None:
    """Identity providers that residents sign in with."""


@portal.command("register")
@click.argument("client_id")
@click.option("--portal", "portal_id", required=True, help="As services name it.")
@click.option("--name", required=True)
@click.option("--origin", required=True, help="Such as https://portal.example.")
@click.option("--redirect", "redirects", required=True, multiple=True, help="A whole address; may be repeated.")
@click.option("--service", "services", multiple=True, help="One that it is for; none: every one of the portal.")
@click.option("--auth", "method", type=_METHODS, default=AuthMethod.SECRET_BASIC.value, show_default=True)
@click.option("--keys", type=click.File(), help="A JWK set, for private_key_jwt.")
@click.option("--personal-code/--no-personal-code", default=False, show_default=True, help="Whether it is told it.")
@click.option("--par/--no-par", default=True, show_default=True, help="Whether it has to push its requests.")
@click.option("--logout", "logout_uri", help="Address that is told of a sign-out.")
@reason_option
def register_portal(  # noqa: PLR0913 - a registration has as many parts
    *,
    client_id: str,
    portal_id: str,
    name: str,
    origin: str,
    redirects: tuple[str, ...],
    services: tuple[str, ...],
    method: str,
    keys: TextIO | None,
    personal_code: bool,
    par: bool,
    logout_uri: str | None,
    reason: str,
) -> None:
    """Register a portal under CLIENT_ID. Its secret is printed once, where it has one."""
    values = {
        "portal": portal_id,
        "name": name,
        "origin": origin,
        "redirect_uris": sorted(redirects),
        "services": sorted(services) or None,
        "auth_method": method,
        "jwks": None if keys is None else _keys(keys.read()),
        "personal_code_allowed": personal_code,
        "par_required": par,
        "logout_uri": logout_uri,
    }
    put(ChangeKind.PORTAL_REGISTER, client_id, values, reason)


@portal.command("suspend")
@click.argument("client_id")
@reason_option
def suspend_portal(client_id: str, reason: str) -> None:
    """Make a portal nobody from now on."""
    put(ChangeKind.PORTAL_SUSPEND, client_id, {}, reason)


@provider.command("add")
@click.argument("provider_id")
@click.option("--name", required=True, help="In Latvian.")
@click.option("--name-en", default="", help="In English.")
@click.option("--issuer", required=True, help="Such as https://provider.example.")
@click.option("--client", required=True, help="Our name at the provider.")
@click.option("--scope", default=SCOPE, show_default=True)
@click.option("--auth", "method", type=_METHODS, default=AuthMethod.SECRET_BASIC.value, show_default=True)
@click.option("--level", "levels", nargs=2, multiple=True, help="A word of the provider's, and the eIDAS address.")
@click.option("--code-claim", help="The claim that holds the personal code; none: personal_code, else the subject.")
@click.option("--phone-claim", help="The claim that holds a telephone number; none: phone_number.")
@click.option(
    "--phone-verified/--phone-unverified",
    default=False,
    show_default=True,
    help="Whether numbers count as verified of which the provider does not say it.",
)
@click.option(
    "--secret",
    prompt=True,
    hide_input=True,
    default="",
    show_default=False,
    help="Asked for, so that no history keeps it; empty where we prove who we are by a key.",
)
@reason_option
def add_provider(  # noqa: PLR0913 - a registration has as many parts
    *,
    provider_id: str,
    name: str,
    name_en: str,
    issuer: str,
    client: str,
    scope: str,
    method: str,
    levels: tuple[tuple[str, str], ...],
    code_claim: str | None,
    phone_claim: str | None,
    phone_verified: bool,
    secret: str,
    reason: str,
) -> None:
    """Add an identity provider under PROVIDER_ID."""
    values = {
        "name_lv": name,
        "name_en": name_en,
        "issuer": issuer,
        "client_id": client,
        "scope": scope,
        "auth_method": method,
        "acr_levels": dict(levels),
        "code_claim": code_claim,
        "phone_claim": phone_claim,
        "phone_verified": phone_verified,
    }
    put(ChangeKind.PROVIDER_ADD, provider_id, values, reason, secret or None)


@provider.command("suspend")
@click.argument("provider_id")
@reason_option
def suspend_provider(provider_id: str, reason: str) -> None:
    """Let nobody sign in by a provider from now on."""
    put(ChangeKind.PROVIDER_SUSPEND, provider_id, {}, reason)


def _keys(text: str) -> dict[str, object]:
    try:
        return msgspec.json.decode(text, type=dict[str, object])
    except msgspec.MsgspecError as error:
        raise click.ClickException("the file holds no JWK set") from error
