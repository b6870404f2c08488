"""Where the sandbox listens, and whom its parts know."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

FIRST = "latvija"
"""The portal that is meant where none is named."""


def now_utc() -> datetime:
    """The machine's time, as aware UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Client:
    """A relying party registered at the sandbox's identity provider."""

    client_id: str
    secret: str
    redirect_uris: tuple[str, ...]
    post_logout_redirect_uris: tuple[str, ...] = ()


@dataclass(frozen=True)
class Issuer:
    """An OpenID Provider that the portal lets people in by.

    `via` is the word for it in the portal's addresses: `pilnvara` for assistants with a delegation, `vienota` for
    residents themselves.
    """

    via: str
    url: str
    client_id: str
    secret: str
    scope: str = "openid"
    acr_values: str = ""
    delegated: bool = False


@dataclass(frozen=True)
class PortalPlace:
    """Where one portal listens, and how it is registered at the gateway. Port 0 means: any free one."""

    port: int
    other_port: int
    """The same portal once more, as another origin."""
    client_id: str
    client_secret: str
    session_minutes: float = 20
    """How long its session lives without a request."""


@dataclass(frozen=True)
class SandboxSettings:
    """Every setting of the sandbox. Port 0 means: any free one."""

    portal_host: str = "127.0.0.2"
    portal_port: int = 8401
    other_port: int = 8411
    """The same portal once more, as another origin."""
    idp_host: str = "127.0.0.3"
    idp_port: int = 8402
    idp_address: str = ""
    """As browsers reach it behind a proxy, and therefore its issuer; empty: as it listens."""
    inbox_host: str = "127.0.0.4"
    inbox_port: int = 8403
    smtp_port: int = 8425

    gateway_issuer: str = "http://127.0.0.1:8400"
    gateway_client_id: str = "sandbox-portal"
    gateway_client_secret: str = "sandbox-portal-secret"
    gateway_acr_values: str = ""
    """How sure the portal wants to be, as `acr_values`; empty leaves it to the delegation."""
    eiestades: PortalPlace = PortalPlace(8404, 8414, "sandbox-eiestades", "sandbox-eiestades-secret")
    """The portal that is a single page."""
    registri: PortalPlace = PortalPlace(8405, 8415, "sandbox-registri", "sandbox-registri-secret", session_minutes=5)
    """The registers' portal, which is old."""
    clients: tuple[Client, ...] = ()
    """Relying parties of the identity provider, besides the portal itself."""

    session_minutes: float = 20
    """How long a session of the first portal lives without a request."""
    provider_session_minutes: float = 60
    pin: str = "1234"
    """The one PIN of every made-up resident."""
    sms_token: str = "sandbox-sms-token"
    sms_report_url: str = ""
    """Where the SMS operator reports what arrived; empty: it reports nothing."""
    sms_report_secret: str = ""
    control_key: str = ""
    """When set, `/_sandbox/*` wants it in the header `X-Sandbox-Key`."""
    applications_file: Path | None = None
    """Where the portal keeps what it has accepted; none: in memory, until the program ends."""
    now: Callable[[], datetime] = field(default=now_utc)

    @classmethod
    def for_tests(cls) -> Self:
        """The same world on free ports."""
        places = {name: replace(place, port=0, other_port=0) for name, place in cls().places.items()}
        return cls(
            portal_port=0,
            other_port=0,
            idp_port=0,
            inbox_port=0,
            smtp_port=0,
            eiestades=places["eiestades"],
            registri=places["registri"],
        )

    def with_gateway(self, issuer: str, client_id: str, secret: str) -> Self:
        """The same settings, with another gateway trusted by every portal, all under one registration."""
        return replace(
            self,
            gateway_issuer=issuer,
            gateway_client_id=client_id,
            gateway_client_secret=secret,
            eiestades=replace(self.eiestades, client_id=client_id, client_secret=secret),
            registri=replace(self.registri, client_id=client_id, client_secret=secret),
        )

    @property
    def places(self) -> Mapping[str, PortalPlace]:
        """Every portal, by the word that it is known by."""
        first = PortalPlace(
            self.portal_port,
            self.other_port,
            self.gateway_client_id,
            self.gateway_client_secret,
            self.session_minutes,
        )
        return {"latvija": first, "eiestades": self.eiestades, "registri": self.registri}

    def kept_in(self, portal: str, name: str) -> Path | None:
        """The file of a portal beside `applications_file`; none when nothing outlives the program."""
        if self.applications_file is None:
            return None
        if portal == FIRST:
            return self.applications_file.with_name(name)
        stem, dot, kind = name.rpartition(".")
        return self.applications_file.with_name(f"{stem}-{portal}{dot}{kind}")
