"""Looks at what the gateway stands on: database, keys, clock, log, proxies, mail, text messages."""

import smtplib
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import timedelta
from typing import TypeVar
from urllib.parse import urlsplit

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from gateway.clock import SystemClock
from gateway.config import Settings
from gateway.database import schema
from gateway.database.drivers import parse_url, sqlite_path
from gateway.database.engine import Database
from gateway.database.errors import DatabaseError, DatabaseUnavailableError, NotMigratedError
from gateway.doctor.finding import Finding, broken, note, ok
from gateway.keys import keyfile
from gateway.keys.errors import KeysError
from gateway.keys.signing import KeyRing
from gateway.ledger import continuations, health
from gateway.ledger.checkpoints import Publisher
from gateway.ledger.continuations import Gap
from gateway.ledger.errors import LogUnhealthyError

T = TypeVar("T")

_SKEW = timedelta(seconds=2)
_SMTP_SECONDS = 5
_FIRST_START = "It is made at first start."


def database(settings: Settings) -> Finding:
    """Look whether the database answers and has this program's tables."""
    if is_not_made_yet(settings):
        return note("Database", "there is no file yet", _FIRST_START)
    known = schema.newest()
    try:
        with closing(Database.open(settings.database_url, readers=1)) as opened:
            found = opened.read_now(schema.version)
    except DatabaseUnavailableError as error:
        return broken("Database", str(error).strip(), "Start it, or correct PILNVARA_DATABASE_URL.")
    if found != known:
        return broken("Database", f"its tables are of version {found}, this program's of {known}", "`pilnvara migrate`")
    return ok("Database", f"{opened.dialect} answers, tables of version {found}")


def keys(settings: Settings) -> Finding:
    """Look whether the key file opens the signing keys."""
    if is_not_made_yet(settings):
        return note("Keys", "there are none yet", _FIRST_START)
    try:
        sealer = keyfile.load(settings.data_dir)
        missing = read_database(settings, lambda conn: KeyRing.load(conn, sealer, SystemClock().now())).missing()
    except KeysError as error:
        return broken("Keys", str(error), "Bring the copy of the key file that belongs to this database.")
    except DatabaseError:
        return broken("Keys", "cannot be looked at without the database", "Mend the database first.")
    if missing:
        return broken("Keys", f"none for {', '.join(missing)}", "`pilnvara keys init`")
    return ok("Keys", f"the key file opens all signing keys, epoch {sealer.epoch}")


def clock(settings: Settings) -> Finding:
    """Compare this machine's clock with the database's."""
    if is_not_made_yet(settings):
        return note("Clock", "there is no database to compare with yet", _FIRST_START)
    system = SystemClock()
    try:
        theirs, ours = read_database(settings, lambda conn: (system.database_now(conn), system.now()))
    except DatabaseError:
        return broken("Clock", "cannot be compared without the database", "Mend the database first.")
    apart = abs(theirs - ours)
    seconds = f"{apart.total_seconds():.3f} s from the database's"
    if apart > _SKEW:
        return broken("Clock", seconds, "Let both machines take the time from one server (NTP).")
    return ok("Clock", seconds)


def log(settings: Settings) -> Finding:
    """Look whether any machine refuses the audit log."""
    if is_not_made_yet(settings):
        return note("Audit log", "there is none yet", _FIRST_START)
    mend = "Nothing is granted or sent. Bring back the newest state of the database, or `pilnvara audit continue`."
    try:
        read_database(settings, health.ensure_healthy)
        differs = _differs_from_held(settings)
        gaps = read_database(settings, continuations.gaps)
    except LogUnhealthyError as error:
        return broken("Audit log", str(error), mend)
    except KeysError:
        return broken("Audit log", "cannot be compared with what was held without the keys", "Mend the keys first.")
    except DatabaseError:
        return broken("Audit log", "cannot be looked at without the database", "Mend the database first.")
    if differs is not None:
        return broken("Audit log", f"the database does not continue what was held here: {differs}", mend)
    return _with_gaps(gaps)


def _with_gaps(gaps: Sequence[Gap]) -> Finding:
    """A log that continues what was held, and what it lost before."""
    if not gaps:
        return ok("Audit log", "continues what was held")
    missing = sum(each.missing for each in gaps)
    detail = f"continues what was held, as {gaps[-1].origin}; {missing} entries are missing for ever"
    return note("Audit log", detail, "Nothing brings them back; every verdict on the log says so.")


def mail(settings: Settings) -> Finding:
    """Greet the mail server."""
    if not settings.smtp_host:
        return note("Mail", "no server is set: residents get no e-mail", "Set PILNVARA_SMTP_HOST.")
    place = f"{settings.smtp_host}:{settings.smtp_port}"
    try:
        with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=_SMTP_SECONDS) as server:
            server.ehlo_or_helo_if_needed()
    except (OSError, smtplib.SMTPException):
        return broken("Mail", f"{place} does not answer", "Start it, or correct PILNVARA_SMTP_HOST and …_PORT.")
    return ok("Mail", f"{place} answers")


def texts(settings: Settings) -> Finding:
    """Look whether text messages have a gateway. It is not asked: every question to it would be a message."""
    if not settings.sms_url:
        return note("SMS", "no gateway is set: nobody gets a code by text message", "Set PILNVARA_SMS_URL.")
    return ok("SMS", f"by {urlsplit(settings.sms_url).hostname}")


def proxies(settings: Settings) -> Finding:
    """Look whether a proxy that ends TLS is believed about who comes through it."""
    if settings.secure and not settings.trusted_proxies:
        return note(
            "Proxies",
            "none is trusted: everybody who comes through the proxy shares one limit of tries",
            "Set PILNVARA_TRUSTED_PROXIES to its address, and let it set X-Forwarded-For or Forwarded.",
        )
    return ok("Proxies", ", ".join(settings.trusted_proxies) or "none, and none is needed without https")


def _differs_from_held(settings: Settings) -> str | None:
    """Compare the database itself with the held checkpoint: a restored backup shows before any process starts."""
    sealer = keyfile.load(settings.data_dir)
    with closing(Database.open(settings.database_url, readers=1)) as opened:
        ring = opened.read_now(lambda conn: KeyRing.load(conn, sealer, SystemClock().now()))
        signers = ring.note_signers(settings.log_origin)
        return Publisher(opened, SystemClock(), signers, settings.data_dir).differs_now()


def is_not_made_yet(settings: Settings) -> bool:
    """Whether the database is a file that the first start makes."""
    url = parse_url(settings.database_url)
    return url.get_backend_name() == "sqlite" and not sqlite_path(url).exists()


def read_database(settings: Settings, look: Callable[[Connection], T]) -> T:
    """Look through a connection.

    Raises:
        DatabaseError: there is none, or its tables are not this program's.
    """
    with closing(Database.open(settings.database_url, readers=1)) as opened:
        try:
            return opened.read_now(look)
        except DBAPIError as error:
            raise NotMigratedError("the tables are not this program's: run `pilnvara migrate`") from error
