"""The operator's API and the page."""

import contextlib
import hmac
from dataclasses import dataclass
from typing import Annotated, Any

import httpx2
import msgspec
from litestar import Litestar, Request, Response, Router, get, post
from litestar.background_tasks import BackgroundTask
from litestar.di import NamedDependency

from connectors.sandbox.faults import Faults
from connectors.sandbox.inbox.messages import Mailbox, RepeatedIdError
from connectors.sandbox.pages import build_application, page
from connectors.sandbox.residents import is_reached

AnyRequest = Request[Any, Any, Any]
Filled = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]


class Sms(msgspec.Struct):
    """What the operator's API takes."""

    to: Filled
    text: Filled
    id: Filled


@dataclass(frozen=True)
class InboxDesk:
    """One inbox."""

    mailbox: Mailbox
    faults: Faults
    sms_token: str
    report_url: str = ""
    """Where it reports what arrived; empty: nowhere."""
    report_secret: str = ""


@get("/", sync_to_thread=False)
def show_messages(request: AnyRequest, inbox: NamedDependency[InboxDesk]) -> Response[str]:
    """All messages, newest first; the page renews itself until it is told not to."""
    to = request.query_params.get("to", "")
    renews = request.query_params.get("renew") != "0"
    return page("inbox/messages.html", messages=inbox.mailbox.newest_first(to), to=to, renews=renews)


@post("/sms")
async def send_sms(request: AnyRequest, inbox: NamedDependency[InboxDesk]) -> Response[dict[str, Any]]:
    """Take a text message: 202 the first time, 200 when its id was there, 409 when the id is another message's."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(token.encode(), inbox.sms_token.encode()):
        return Response({"error": "unauthorized"}, status_code=401, headers={"WWW-Authenticate": "Bearer"})
    if "sms_down" in inbox.faults:
        return Response({"error": "unavailable"}, status_code=503, headers={"Retry-After": "30"})
    try:
        sms = msgspec.json.decode(await request.body(), type=Sms)
        new = inbox.mailbox.take_sms(sms.to, sms.text, sms.id)
    except msgspec.MsgspecError as error:
        return Response({"error": "invalid", "detail": str(error)}, status_code=400)
    except RepeatedIdError:
        return Response({"error": "id_reused"}, status_code=409)
    return Response(
        {"id": sms.id, "state": "accepted", "repeated": not new},
        status_code=202 if new else 200,
        background=BackgroundTask(report, inbox, sms.id, sms.to) if inbox.report_url else None,
    )


async def report(inbox: InboxDesk, message_id: str, to: str) -> None:
    """Say what became of a text message, as operators do once they know: to `report_url`, with the secret."""
    said = {"id": message_id, "state": "delivered"}
    if "sms_unreachable" in inbox.faults or not is_reached(to):
        said |= {"state": "unreachable", "code": "1"}
    headers = {"Authorization": f"Bearer {inbox.report_secret}"}
    async with httpx2.AsyncClient(timeout=5.0, trust_env=False) as client:
        for _ in range(2 if "sms_reported_twice" in inbox.faults else 1):
            with contextlib.suppress(httpx2.HTTPError):  # an operator that reaches nobody goes on with its work
                await client.post(inbox.report_url, json=said, headers=headers)


@get("/_sandbox/messages", sync_to_thread=False)
def messages_as_json(request: AnyRequest, inbox: NamedDependency[InboxDesk]) -> dict[str, Any]:
    """The same for tests and the demo; `to` narrows it."""
    to = request.query_params.get("to", "")
    return {"messages": [one.as_json() for one in inbox.mailbox.newest_first(to)]}


def build_inbox(desk: InboxDesk, control: object, control_router: Router) -> Litestar:
    """The inbox as one ASGI application."""
    return build_application(
        [show_messages, send_sms, messages_as_json, control_router],
        {"inbox": desk, "control": control},
        "inbox/error.html",
    )
