"""How a display is read: in which language, how large and how long. What is chosen during a visit goes with it."""

from sqlalchemy import Connection, bindparam, select, update

from gateway.ids import digest
from gateway.parts import Parts
from gateway.terminals.tables import Display
from gateway.visits import facing
from gateway.visits.facing import FAREWELL, Paired, Phase

_BY_SECRET = select(
    Display.id,
    Display.terminal_id,
    Display.paired_at,
    Display.farewell_until,
    Display.chosen_for,
    Display.chosen_language,
    Display.chosen_large,
).where(Display.secret_hash == bindparam("secret_hash"), Display.revoked_at.is_(None))


def choose(
    conn: Connection, parts: Parts, secret: str, *, language: str | None = None, is_large: bool | None = None
) -> None:
    """Read on in another language or size, until the visit on the screen is over; between visits, from now on."""
    row = conn.execute(_BY_SECRET, {"secret_hash": digest(secret)}).one_or_none()
    if row is None:
        return
    phase, visit_id = facing.standing(conn, parts, row.terminal_id, Paired(row.paired_at, row.farewell_until))
    values: dict[str, str | bool | None]
    if phase is Phase.NOTHING:
        values = {"language": language, "is_large": is_large}
        values = {name: value for name, value in values.items() if value is not None}
    else:
        is_same = row.chosen_for == visit_id
        values = {
            "chosen_for": visit_id,
            "chosen_language": language or (row.chosen_language if is_same else None),
            "chosen_large": is_large if is_large is not None else (row.chosen_large if is_same else None),
        }
    conn.execute(update(Display).where(Display.id == row.id).values(**values))


def take_time(conn: Connection, parts: Parts, display_id: str) -> None:
    """Keep the question how it went on the screen for as long again; `facing` says for how long at most."""
    until = parts.clock.now() + FAREWELL
    conn.execute(update(Display).where(Display.id == display_id).values(farewell_until=until))
