"""Walks every route that answers with a file: who takes it home stands in the trail, or it is said why not."""

import inspect
import re
import sys
from collections.abc import Callable, Iterator
from types import FunctionType

from litestar import Litestar
from litestar.routes import HTTPRoute

from audit.events import EventName
from gateway.app import create_app
from gateway.parts import Parts

_A_FILE = re.compile(
    r"Content-Disposition|attachment\(|Stream\(|shown_within\(|hand_out\(|scan\.media_type|cpsv\.MEDIA_TYPE"
    r"|media_type=(?:csv_lines|XLSX|_XLSX|\"(?:application/(?:pdf|zip)|image))"
)
_NOTED = re.compile(r"files\.note\(|hand_out\(|TRAIL_EXPORTED|say_as_auditor\(|note\(")
_OF_VISIT = "the flow beneath writes it into the visit's own trail: "
_OF_PAGE = "part of a page: it was looked at there, by whoever the visit's trail names"
ELSEWHERE = {
    "GET /approve/picture": _OF_PAGE,
    "GET /approve/receipt.pdf": _OF_VISIT + EventName.RECEIPT_OPENED,
    "GET /audit/visits/{visit_id:str}/bundle.zip": _OF_VISIT + EventName.BUNDLE_EXPORTED,
    "GET /desk/visits/{visit_id:str}/picture": _OF_PAGE,
    "GET /mine/delegations/{delegation_id:str}/filings/{filing_id:str}/decision.pdf": _OF_VISIT
    + EventName.DECISION_OPENED,
    "GET /mine/delegations/{delegation_id:str}/filings/{filing_id:str}/picture": _OF_PAGE,
    "GET /mine/delegations/{delegation_id:str}/filings/{filing_id:str}/receipt.pdf": _OF_VISIT
    + EventName.RECEIPT_OPENED,
    "GET /mine/delegations/{delegation_id:str}/proof.zip": _OF_VISIT + EventName.PROOF_DOWNLOADED,
    "GET /second-look/{look_id:str}/sheet": _OF_VISIT + EventName.SECOND_LOOK_OPENED,
    "GET /services": "the catalogue is everybody's",
    "GET /services/{service_id:str}": "the catalogue is everybody's",
}
"""Files whose own page writes nothing, and why."""


def told(app: Litestar) -> Iterator[tuple[str, str]]:
    """Each route that answers with a file, and the source of what it does: of itself and of its module's functions."""
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for method, (handler, _model) in route.route_handler_map.items():
                source = "".join(_sources(handler.fn))
                if _A_FILE.search(source):
                    yield f"{method} {route.path}", source


def _sources(fn: Callable[..., object]) -> Iterator[str]:
    own = inspect.getsource(fn)
    yield own
    for name, other in vars(sys.modules[fn.__module__]).items():
        if isinstance(other, FunctionType) and other.__module__ == fn.__module__ and re.search(rf"\b{name}\(", own):
            yield inspect.getsource(other)


def test_every_file_that_is_taken_home_stands_in_the_trail_or_says_why_not(parts: Parts) -> None:
    found = dict(told(create_app(parts)))
    silent = {route for route, source in found.items() if not _NOTED.search(source)}
    assert silent == set(ELSEWHERE)
    assert {"GET /figures/report.pdf", "POST /figures/reports/file", "GET /holder/filings/list.csv"} <= set(found)
