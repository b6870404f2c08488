"""What an SMS operator says of messages that it took: `POST /api/sms/reports` with its own secret."""

import hmac
from typing import Any, Final, Literal

import msgspec
from litestar import Request, Response, post

from gateway.ids import is_id
from gateway.notifications import bounces
from gateway.notifications.bounces import Heard
from gateway.notifications.errors import ReportMalformedError, ReportRefusedError
from gateway.notifications.tables import Report
from gateway.parts import Parts
from gateway.people.access import Who, allow

AnyRequest = Request[Any, Any, Any]
LARGEST: Final = 4_096
_REPORTS: Final = {"delivered": Report.DELIVERED, "failed": Report.SOFT, "unreachable": Report.HARD}


class SmsReport(msgspec.Struct, forbid_unknown_fields=False):
    """One report."""

    id: str
    """As it was given with the message."""
    state: Literal["delivered", "failed", "unreachable"]
    """`unreachable`: there is no such number; `failed`: the telephone was off for too long, or the network down."""
    code: str | None = None


_decode = msgspec.json.Decoder(SmsReport).decode


@post("/api/sms/reports", status_code=204, **allow(Who.PORTAL))
async def take(request: AnyRequest, parts: Parts) -> Response[None]:
    """Keep one report; one about a message that is not known, or heard before, is answered the same."""
    _ensure_operator(request, parts.settings.sms_report_secret)
    report = _read(await request.body())
    heard = Heard(_REPORTS[report.state], report.code)
    await parts.database.write(lambda conn: bounces.take(conn, parts, report.id, heard))
    return Response(None, status_code=204)


def _ensure_operator(request: AnyRequest, secret: str | None) -> None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    is_right = hmac.compare_digest(token.strip().encode(), (secret or "").encode())
    if not secret or scheme.lower() != "bearer" or not is_right:
        raise ReportRefusedError("not the operator's secret")


def _read(body: bytes) -> SmsReport:
    if len(body) > LARGEST:
        raise ReportMalformedError("it is too large")
    try:
        report = _decode(body)
    except msgspec.MsgspecError:
        raise ReportMalformedError("it is not what an operator reports") from None
    if not is_id(report.id) or len(report.code or "") > 16 or not (report.code or "").isascii():
        raise ReportMalformedError("its id or code is none")
    return report


HANDLERS = (take,)
