"""SQL statements are compiled once a session, whichever of a thousand databases they run on.

SQLAlchemy keeps what it compiled with the engine, and every test opens databases of its own: half of a test's time went
into compiling the same statements again. All engines of one kind share a dialect and its compiled statements here, as
all the work of one process does in earnest.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import URL, Connection, Engine
from sqlalchemy.util import LRUCache

from gateway.database import drivers

STATEMENTS = 10_000
"""How many are kept: more than there are."""


@pytest.fixture(scope="session", autouse=True)
def compiled_once() -> Iterator[None]:
    """Give every engine the dialect and the compiled statements of the first one of its kind."""
    first: dict[str, Engine] = {}
    told: set[str] = set()
    create = drivers.create

    def shared(url: URL, **how: Any) -> Engine:
        engine = create(url, **how)
        model = first.setdefault(url.drivername, engine)

        def initialize(connection: Connection) -> None:
            """What a dialect asks of the server it first meets: here each has the same."""
            if url.drivername not in told:
                type(model.dialect).initialize(model.dialect, connection)
                told.add(url.drivername)

        vars(engine.dialect)["initialize"] = initialize
        if model is engine:
            engine._compiled_cache = LRUCache(STATEMENTS)
        else:
            engine.dialect = engine.pool._dialect = model.dialect
            engine._compiled_cache = model._compiled_cache
        return engine

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drivers, "create", shared)
        yield
