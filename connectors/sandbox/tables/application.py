"""The registers' portal, put together."""

from litestar import Response, Router, get

from connectors.sandbox.common.applications import AnyService
from connectors.sandbox.common.desk import Desk, SignInNeededError
from connectors.sandbox.common.sign_in import SIGN_IN_ROUTES, SignInDesk
from connectors.sandbox.common.trouble import TroubledPortal
from connectors.sandbox.pages import build_application, page, see_other

SERVICES: tuple[AnyService, ...] = ()


class TablesDesk(Desk):
    """The registers' state."""

    pages = "tables"


@get("/", sync_to_thread=False)
def home() -> Response[str]:
    """The front page."""
    return page("tables/front.html")


def _to_sign_in(_request: object, error: SignInNeededError) -> Response[None]:
    return see_other(f"/pieslegties?next={error.come_back}")


def build_tables(desk: TablesDesk, sign_in: SignInDesk, control: object, control_router: Router) -> TroubledPortal:
    """The portal as one ASGI application."""
    application = build_application(
        [home, SIGN_IN_ROUTES, control_router],
        {"desk": desk, "sign_in": sign_in, "control": control},
        "tables/error.html",
        {SignInNeededError: _to_sign_in},
    )
    return TroubledPortal(application, desk)
