"""The web application: every package's handlers, behind one guard, with one place for errors."""

import asyncio
import warnings
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import LitestarDeprecationWarning
from litestar.routes import HTTPRoute
from litestar.types import ControllerRouterHandler

from gateway import problems
from gateway.changes.turning import Turning
from gateway.config import ConfigurationError
from gateway.database.engine import Database
from gateway.feedback.controllers import CONTROLLERS as FEEDBACK
from gateway.keys.watching import keep_fresh
from gateway.ledger.controllers import CONTROLLERS as LOG
from gateway.oauth.controllers import CONTROLLERS as OAUTH
from gateway.pages.controllers import CONTROLLERS as PAGES
from gateway.pages.desk.answering import at_visit
from gateway.pages.resident.offers import ResidentSignIn
from gateway.parts import Parts
from gateway.people.access import ACCESS_KEY
from gateway.people.roles import Role
from gateway.ratings.api import CONTROLLERS as RATINGS
from gateway.ratings.pages import CONTROLLERS as RATING_PAGES
from gateway.web import assets
from gateway.web.admission import admit, current_program, current_session
from gateway.web.application import Gateway

CONTROLLERS: tuple[ControllerRouterHandler, ...] = (
    assets.assets,
    *PAGES,
    *FEEDBACK,
    *RATINGS,
    *RATING_PAGES,
    *OAUTH,
    *LOG,
)
"""Everything that answers; a package's handlers stand in the tuple `CONTROLLERS` of its module `controllers`."""


class UndeclaredAccessError(Exception):
    """A handler does not say who may call it."""


def create_app(parts: Parts, *, extra: Sequence[ControllerRouterHandler] = ()) -> Litestar:
    """Make the application of one process; `extra` handlers are a test's own.

    The parts stay the caller's to close. Handlers may ask for `session`, `parts` and
    `database` by name, those of a visit's page at the desk for `at`.

    Raises:
        UndeclaredAccessError: a handler has no `**allow(…)`.
        ConfigurationError: a setting names a role that does not exist.
    """
    with warnings.catch_warnings():
        # Litestar 3 will want `session: NamedDependency[StaffSession]`; until then the plain type reads better.
        warnings.filterwarnings("ignore", ".*(Inferred dependency field|inferred style)", LitestarDeprecationWarning)
        app = Gateway(
            [*CONTROLLERS, *extra],
            guards=[admit],
            dependencies={
                "session": Provide(current_session, sync_to_thread=False),
                "program": Provide(current_program, sync_to_thread=False),
                "parts": Provide(lambda: app.state.parts, sync_to_thread=False),
                "database": Provide(lambda: app.state.parts.database, sync_to_thread=False),
                "at": Provide(at_visit, sync_to_thread=False),
            },
            exception_handlers={Exception: problems.answer},
            state=State({"assets": assets.load()}),
            on_shutdown=[_close],
            lifespan=[_keep_keys_fresh],
            on_startup=[_look_at_the_day],
            request_max_body_size=parts.settings.body_limit,
            openapi_config=None,
            logging_config=None,
            signature_types=[Database, Parts],
        )
    ensure_declared(app)
    fit(app, parts)
    return app


def fit(app: Litestar, parts: Parts) -> None:
    """Give an application its parts; tests refit one instead of making many.

    Raises:
        ConfigurationError: a setting names a role that does not exist.
    """
    _ensure_roles_exist(parts)
    app.state.update({"parts": parts, "resident_sign_in": ResidentSignIn(parts), "turning": Turning(parts)})


@asynccontextmanager
async def _keep_keys_fresh(app: Litestar) -> AsyncIterator[None]:
    """Notice, while the process answers, what others do to the signing keys."""
    parts: Parts = app.state.parts
    task = asyncio.create_task(
        keep_fresh(parts.keys, parts.database, parts.sealer, parts.clock, parts.settings.data_dir)
    )
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _look_at_the_day(app: Litestar) -> None:
    app.state.turning.begin()


async def _close(app: Litestar) -> None:
    await app.state.resident_sign_in.close()


def ensure_declared(app: Litestar) -> None:
    """Refuse to start with a handler that does not say who may call it: forgetting is not the same as allowing.

    Raises:
        UndeclaredAccessError: names the first such route.
    """
    for route in app.routes:
        if not isinstance(route, HTTPRoute):
            raise UndeclaredAccessError(f"{route.path} is not plain HTTP")
        for method, (handler, _model) in route.route_handler_map.items():
            if method != "OPTIONS" and ACCESS_KEY not in handler.opt:
                raise UndeclaredAccessError(f"{method} {route.path} has no **allow(…)")


def _ensure_roles_exist(parts: Parts) -> None:
    unknown: set[Any] = set(parts.settings.staff_anywhere) - set(Role)
    if unknown:
        raise ConfigurationError(f"PILNVARA_STAFF_ANYWHERE names {sorted(unknown)}; roles are {[*Role]}")
