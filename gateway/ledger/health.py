"""Whether the log may be relied on: the question to ask before anything is granted or sent."""

import platform
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from gateway.ids import digest
from gateway.ledger.errors import LogUnhealthyError
from gateway.ledger.tables import AuditRefusal

_FIRST = select(AuditRefusal.holder, AuditRefusal.reason).limit(1)
_WITHDRAW = delete(AuditRefusal).where(AuditRefusal.holder == bindparam("of_holder"))
_REFUSE = {
    "sqlite": sqlite.insert(AuditRefusal).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(AuditRefusal).on_conflict_do_nothing(),
}


def ensure_healthy(conn: Connection) -> None:
    """Refuse to go on while any machine holds a checkpoint that the log does not continue.

    Raises:
        LogUnhealthyError: nothing may be granted or sent.
    """
    row = conn.execute(_FIRST).first()
    if row is not None:
        raise LogUnhealthyError(f"the audit log is refused by {row.holder}: {row.reason}")


def is_healthy(conn: Connection) -> bool:
    """Whether `ensure_healthy` lets things go on: for whoever has to say no in other words."""
    return conn.execute(_FIRST).first() is None


def refuse(conn: Connection, holder: str, reason: str, at: datetime) -> None:
    """Keep everybody from granting and sending, for `reason`."""
    conn.execute(_REFUSE[conn.dialect.name], {"holder": holder, "reason": reason, "at": at})


def withdraw(conn: Connection, holder: str) -> None:
    """Withdraw the refusal of `holder`, whose checkpoint the log continues again."""
    conn.execute(_WITHDRAW, {"of_holder": holder})


def refused_by(conn: Connection, holder: str) -> bool:
    """Say whether `holder` refuses the log now."""
    return conn.execute(select(AuditRefusal.holder).where(AuditRefusal.holder == holder)).first() is not None


def refused_by_another(conn: Connection, holder: str) -> str | None:
    """Say why somebody else than `holder` refuses the log, if anybody does."""
    row = conn.execute(_FIRST.where(AuditRefusal.holder != bindparam("own")), {"own": holder}).first()
    return None if row is None else f"it is refused by {row.holder}: {row.reason}"


def all_refusals(conn: Connection) -> list[tuple[str, str]]:
    """Who refuses the log now, and why."""
    rows = conn.execute(select(AuditRefusal.holder, AuditRefusal.reason).order_by(AuditRefusal.at))
    return [(row.holder, row.reason) for row in rows]


def by_witnesses(holder: str) -> str:
    """Name the refusal that a machine leaves for what its witnesses claim."""
    return f"{holder} by its witnesses"


def holder_name(data_dir: Path) -> str:
    """Name this machine and data folder, the same at each start, without saying where the folder is."""
    return f"{platform.node()}-{digest(str(data_dir)).hex()[:8]}"
