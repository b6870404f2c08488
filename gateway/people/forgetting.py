"""What is taken from the rows of a resident when they are erased: all that led to them, and all that let them in."""

import secrets
from datetime import datetime

from sqlalchemy import BindParameter, Connection, bindparam, delete, update

from gateway.outreach.tables import OutreachReached
from gateway.people import preferences
from gateway.people.tables import AccountSignIn, Passkey, PasskeyChallenge, Resident, Session

_HASH_BYTES = 32
_PERSON: BindParameter[str] = bindparam("person")
_EMPTY = (
    update(Resident)
    .where(Resident.id == _PERSON, Resident.erased_at.is_(None))
    .values(code_hash=bindparam("random"), profile=None, changed_at=bindparam("at"), erased_at=bindparam("at"))
)
_DROP = (
    delete(Session).where(Session.resident_id == _PERSON),
    delete(AccountSignIn).where(AccountSignIn.resident_id == _PERSON),
    delete(PasskeyChallenge).where(PasskeyChallenge.subject == _PERSON),
    delete(Passkey).where(Passkey.resident_id == _PERSON),
)


def forget(conn: Connection, resident_id: str, at: datetime) -> None:
    """Empty the record of a resident, whose key the caller destroys; the row stays, since the trail names it.

    Whoever comes with the same personal code again is somebody new. Open sessions end, and no passkey lets in.
    """
    conn.execute(_EMPTY, {"person": resident_id, "random": secrets.token_bytes(_HASH_BYTES), "at": at})
    for statement in _DROP:
        conn.execute(statement, {"person": resident_id})
    preferences.forget(conn, resident_id)
    conn.execute(delete(OutreachReached).where(OutreachReached.resident_id == resident_id))
