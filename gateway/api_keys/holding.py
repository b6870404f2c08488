"""Which keys are known, and who calls with one. Who may add or end a key is `gateway.changes.api_keys`."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import Connection, bindparam, insert, select, update

from audit.events import EventName
from gateway.api_keys import keys
from gateway.api_keys.errors import ApiKeyRefusedError
from gateway.api_keys.tables import ApiKey
from gateway.days import day_of
from gateway.ledger import outbox
from gateway.people.access import ApiCaller, Scope

_FIND = select(ApiKey.__table__).where(ApiKey.secret_hash == bindparam("hash"))
_USED = (
    update(ApiKey)
    .where(ApiKey.id == bindparam("key"), ApiKey.used_on.is_distinct_from(bindparam("today")))
    .values(used_on=bindparam("today"))
)
_END = update(ApiKey).where(ApiKey.id == bindparam("key"), ApiKey.ended_at.is_(None)).values(ended_at=bindparam("now"))


def add(
    conn: Connection,
    key_id: str,
    *,
    name: str,
    scopes: Collection[Scope],
    agency: str | None,
    fingerprint: str,
    ends_at: datetime,
    now: datetime,
) -> None:
    """Know a key by its fingerprint from now on."""
    conn.execute(
        insert(ApiKey).values(
            id=key_id,
            name=name,
            scopes=sorted(each.value for each in scopes),
            agency=agency,
            secret_hash=bytes.fromhex(fingerprint),
            made_at=now,
            ends_at=ends_at,
        )
    )


def end(conn: Connection, key_id: str, now: datetime) -> bool:
    """Let nobody in with a key any more; whether there was one to end."""
    return conn.execute(_END, {"key": key_id, "now": now}).rowcount == 1


def caller(conn: Connection, key: str, now: datetime) -> tuple[ApiCaller, date | None]:
    """Who calls with a key, and when it was last used. Raises `ApiKeyRefusedError`."""
    row = None
    if keys.is_key(key):
        row = conn.execute(_FIND, {"hash": bytes.fromhex(keys.fingerprint(key))}).one_or_none()
    if row is None or row.ended_at is not None or row.ends_at <= now:
        raise ApiKeyRefusedError("no such key, or it is over")
    scopes = frozenset(Scope(each) for each in row.scopes)
    return ApiCaller(key_id=row.id, name=row.name, scopes=scopes, agency=row.agency), row.used_on


def note_used(conn: Connection, key_id: str, now: datetime) -> None:
    """Note the day on which a key was used."""
    conn.execute(_USED, {"key": key_id, "today": day_of(now)})


def note_refused(conn: Connection, refused: ApiCaller, scope: Scope, now: datetime) -> None:
    """Write down that a known key was tried where it is good for nothing."""
    data = {"key": refused.key_id, "scope": scope.value}
    outbox.record(conn, chain="system", type=EventName.API_KEY_REFUSED, actor=refused.actor, data=data, at=now)
