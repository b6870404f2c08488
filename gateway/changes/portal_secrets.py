"""The secret that comes with a portal's change: made here, sealed until it is applied, shown once to its proposer."""

from typing import Any, Final

from sqlalchemy import Connection

from gateway.changes.kinds import Kind, Plan, Values
from gateway.changes.tables import ChangeKind, SecurityChange
from gateway.ids import new_token
from gateway.keys import epochs
from gateway.keys.moving import Place
from gateway.oauth.clients import AuthMethod
from gateway.parts import Store

MADE_FOR: Final = {ChangeKind.PORTAL_REGISTER, ChangeKind.PORTAL_ALTER}
"""Kinds whose secret is made here."""


def with_secret(plan: Plan, before: Values | None, *, new_secret: bool) -> Plan:
    """Give a plan for a portal that needs one a secret of our making: nobody types one that is known elsewhere."""
    if plan.kind not in MADE_FOR or plan.values["auth_method"] == AuthMethod.PRIVATE_KEY_JWT:
        return plan
    is_needed = new_secret or before is None or before["auth_method"] == AuthMethod.PRIVATE_KEY_JWT
    if not is_needed:
        return plan
    return Plan(kind=plan.kind, target=plan.target, values=plan.values, secret=new_token())


def marks(conn: Connection, store: Store, plan: Plan, kind: Kind) -> dict[str, str | None]:
    """Marks of the secret that comes with a plan and of the one that it replaces; none where none comes."""
    if plan.secret is None:
        return {"secret_mark": None, "secret_mark_before": None}
    return {
        "secret_mark": kind.mark(conn, store, plan.target, plan.secret),
        "secret_mark_before": kind.mark(conn, store, plan.target, None),
    }


def sealed(conn: Connection, store: Store, change_id: str, secret: str) -> tuple[bytes, int]:
    """A secret sealed for a change's row, and the epoch that it is sealed under."""
    epoch = epochs.ensure_alive(conn, store.sealer.epoch)
    return store.sealer.seal_under_epoch(epoch, _context(change_id), secret.encode()), epoch


def opened(store: Store, row: Any) -> str | None:
    """The secret that a change's row keeps; none where it keeps none."""
    if row.secret is None:
        return None
    return store.sealer.open_under_epoch(row.epoch, _context(row.id), row.secret).decode()


def _context(change_id: str) -> str:
    return f"security change\0{change_id}"


PLACE: Final = Place(SecurityChange.id, SecurityChange.secret, lambda row: _context(row.id))
"""Secrets that wait for a second person, sealed under an epoch."""
