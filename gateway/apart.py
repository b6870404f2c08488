"""Keys and databases of one mode are refused in another: nothing made up is ever signed as real, or real as made up."""

import json
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, select

from audit.events import EventName
from audit.made_up import kind_of
from gateway.keys import keyfile
from gateway.ledger.tables import AuditEvent
from gateway.mode import Mode, made_up
from gateway.setting import ConfigurationError

FILE: Final = "mode"
"""In the data folder, beside the key file: in which mode both were made."""
_LOG_STARTED = (
    select(AuditEvent.leaf)
    .where(AuditEvent.type == EventName.LOG_STARTED.value, AuditEvent.chain == "system")
    .order_by(AuditEvent.n)
    .limit(1)
)


def claim_folder(folder: Path, mode: Mode) -> None:
    """Write into the data folder in which mode its keys are made, before they are; later compare.

    Raises:
        ConfigurationError: they are another mode's.
    """
    mark = folder / FILE
    if mark.exists():
        before = mark.read_text(encoding="ascii").strip()
        if before != mode:
            raise ConfigurationError(
                f"PILNVARA_MODE is {mode}, but the keys in {folder} are of mode {before}: give another "
                "PILNVARA_DATA_DIR"
            )
    elif not (folder / keyfile.NAME).exists():
        mark.write_text(f"{mode}\n", encoding="ascii")
    elif mode == "practice":
        raise ConfigurationError(
            f"PILNVARA_MODE is practice, but {folder} holds keys of another gateway: give another PILNVARA_DATA_DIR"
        )


def ensure_own_log(conn: Connection, mode: Mode) -> None:
    """Refuse a database whose log began in another mode: by its own first words, which nobody can change.

    Raises:
        ConfigurationError: names the log.
    """
    leaf = conn.execute(_LOG_STARTED).scalar_one_or_none()
    if leaf is None:
        return
    origin = str(json.loads(bytes(leaf))["data"]["origin"])
    if kind_of(origin) != made_up(mode):
        raise ConfigurationError(f"PILNVARA_MODE is {mode}, but the database belongs to the log {origin}: use another")
