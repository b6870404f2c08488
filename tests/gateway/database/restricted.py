"""A PostgreSQL database as a careful operator has it: gateway and worker run as a role that owns nothing."""

import itertools
from collections.abc import Iterator
from contextlib import closing, contextmanager

from sqlalchemy import make_url, text

from gateway.database import grants
from gateway.database.engine import Database

_NUMBERS = itertools.count(1)


@contextmanager
def restricted_role(owner_url: str) -> Iterator[str]:
    """The address of the same database for a role of the test's own, with what `pilnvara migrate` gives it."""
    role = f"application_{next(_NUMBERS)}"
    with closing(Database.open(owner_url, readers=1, writers=1)) as owner:
        owner.write_now(lambda conn: conn.execute(text(f"CREATE ROLE {role} LOGIN")))
        url = make_url(owner_url).set(username=role).render_as_string(hide_password=False)
        grants.give(owner_url, url)
        try:
            yield url
        finally:
            owner.write_now(lambda conn: conn.execute(text(f"DROP OWNED BY {role}")))
            owner.write_now(lambda conn: conn.execute(text(f"DROP ROLE {role}")))
