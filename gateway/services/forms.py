"""Which of a connector's committed forms count here: those of the first version that ran, and what two people accept.

Whoever installs another version has changed what a resident's answers are filled into: until two administrators have
seen how its forms differ, nothing is filled in with it. A demonstration counts every form.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from connectors.sdk import fingerprints
from connectors.sdk.connector import Connector
from connectors.sdk.differences import Place, differences
from connectors.sdk.page import FormShape
from connectors.sdk.words import Words
from gateway.config import Settings
from gateway.services.tables import ConnectorForms

MOST_SAID: Final = 40
"""Differences that an entry of the log holds; the hash is over all."""
LONGEST: Final = 300
_OF = (
    select(ConnectorForms.__table__)
    .where(ConnectorForms.service_id == bindparam("service"))
    .order_by(ConnectorForms.accepted_at.desc().nulls_last(), ConnectorForms.seen_at.desc())
)
_KNOWN = select(ConnectorForms.forms, ConnectorForms.accepted_at).where(
    ConnectorForms.service_id == bindparam("service")
)
_ONE = _KNOWN.where(ConnectorForms.forms == bindparam("forms"))
_KEEP = {
    "sqlite": sqlite.insert(ConnectorForms).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(ConnectorForms).on_conflict_do_nothing(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """Forms that are to count from now on, beside those that do."""

    service_id: str
    version: str
    forms: str
    """SHA-256 over all of them."""
    differences: tuple[Words, ...]

    @property
    def values(self) -> dict[str, Any]:
        """As a change of a security setting holds them; `difference` is over every sentence."""
        shown, more = self.differences[:MOST_SAID], len(self.differences) - MOST_SAID
        if more > 0:
            shown = (*shown, Words(f"Un vēl {more}: skatiet veidlapas pašas.", f"And {more} more: look at the forms."))
        said = [{"lv": each.lv[:LONGEST], "en": each.en[:LONGEST]} for each in shown]
        whole = hashlib.sha256("\n".join(f"{each.lv}\n{each.en}" for each in self.differences).encode())
        named = {"version": self.version, "forms": self.forms}
        return {**named, "differences": said, "difference": whole.hexdigest()}


def count(conn: Connection, settings: Settings, connector: Connector, now: datetime) -> bool:
    """Whether the forms of an installed connector count; the first that a service ever had do."""
    if settings.mode != "live":
        return True
    known = conn.execute(_KNOWN, {"service": connector.id}).all()
    if not known:
        _keep(conn, connector, now, accepted_at=now)
        return True
    forms = fingerprints.of_all(connector)
    return any(row.forms == forms and row.accepted_at is not None for row in known)


def offer(conn: Connection, connector: Connector, now: datetime) -> tuple[Offered, bool]:
    """What two people are asked about a connector's forms, and whether nobody was asked before."""
    forms = fingerprints.of_all(connector)
    is_new = conn.execute(_ONE, {"service": connector.id, "forms": forms}).first() is None
    if is_new:
        _keep(conn, connector, now)
    newest = _newest(conn, connector.id)
    was = {} if newest is None else msgspec.convert(newest.pages, dict[str, FormShape])
    said = tuple(_differences(connector, was))
    version = connector.manifest.version
    return Offered(service_id=connector.id, version=version, forms=forms, differences=said), is_new


def current(conn: Connection, service_id: str) -> dict[str, Any] | None:
    """The forms that count, as a change holds them; none where nothing ran yet."""
    row = _newest(conn, service_id)
    return None if row is None else {"version": row.version, "forms": row.forms}


def is_known(conn: Connection, service_id: str, forms: str) -> bool:
    """Whether these forms were seen here."""
    return conn.execute(_ONE, {"service": service_id, "forms": forms}).first() is not None


def accept(conn: Connection, service_id: str, forms: str, now: datetime) -> None:
    """From now on these forms count too: a machine that still has the version before goes on with it."""
    one = (ConnectorForms.service_id == service_id, ConnectorForms.forms == forms)
    conn.execute(update(ConnectorForms).where(*one).values(accepted_at=now))


def _newest(conn: Connection, service_id: str) -> Any:
    """What was accepted last."""
    rows = conn.execute(_OF, {"service": service_id}).all()
    return next((row for row in rows if row.accepted_at is not None), None)


def _keep(conn: Connection, connector: Connector, now: datetime, accepted_at: datetime | None = None) -> None:
    """Keep forms that were not seen before; another worker may do so in this moment."""
    values = {
        "service_id": connector.id,
        "forms": fingerprints.of_all(connector),
        "version": connector.manifest.version,
        "pages": msgspec.to_builtins(dict(connector.fingerprints)),
        "seen_at": now,
        "accepted_at": accepted_at,
    }
    conn.execute(_KEEP[conn.dialect.name], values)


def _differences(connector: Connector, was: Mapping[str, FormShape]) -> list[Words]:
    said: list[Words] = []
    for number, page in enumerate(connector.pages, start=1):
        place, shape = Place(number, page.title), connector.fingerprints.get(page.name)
        if page.name not in was:
            said.append(place.say(Words("ir jauna veidlapa", "there is a new form")))
        else:
            said += differences(place, was[page.name], shape)
    gone = was.keys() - {page.name for page in connector.pages}
    return said + [Words(f"Lapas „{name}” vairs nav.", f"The page “{name}” is gone.") for name in sorted(gone)]
