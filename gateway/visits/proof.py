"""Everything that proves one delegation, for the person whose matter it is: its visit's bundle, all of it opened."""

from sqlalchemy import Connection

from gateway.keys.errors import KeysError
from gateway.parts import Store
from gateway.visits import bundles, statement_looks
from gateway.visits.rows import find_delegation


def proof_of(conn: Connection, store: Store, delegation_id: str) -> bytes:
    """The bundle of a delegation's visit. Who may have it, and that they got it, is the caller's to say.

    Raises:
        NotFoundError: there is no such delegation.
        StatementGoneError: its proofs are erased.
    """
    row = find_delegation(conn, delegation_id)
    statement_looks.again(conn, store, row.id)
    try:
        return bundles.make(conn, store, row.visit_id, bundles.EVERYTHING, principal_id=row.principal_id)
    except KeysError as error:
        raise statement_looks.StatementGoneError("the proofs are erased") from error
