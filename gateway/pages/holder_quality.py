"""Which questions an institution's portals refuse, and how filing there goes, as its officer sees it."""

from typing import Any, Final

from litestar import Request, Response, get
from sqlalchemy import Connection

from connectors.sdk import groups, registry
from connectors.sdk.registry import UnknownConnectorError
from gateway.holders import quality
from gateway.pages import holder_asking, holder_words
from gateway.pages.rendering import language_of, page
from gateway.parts import Parts
from gateway.people.access import StaffSession, Who, allow

AnyRequest = Request[Any, Any, Any]
_MEASURES: Final = (holder_words.UNCHANGED, holder_words.SENT_BACK, holder_words.DOUBTED, holder_words.TWICE)


@get("/holder/quality", **allow(Who.OFFICER))
async def show(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """Refusals by question, and each measure with its formula."""
    holder, language = holder_asking.holder_of(session), language_of(request)

    def work(conn: Connection) -> dict[str, Any]:
        asked = holder_asking.read(conn, request, parts, holder, language)
        measures = quality.measures(conn, asked.services, asked.narrowed)
        refused = quality.refused_fields(conn, asked.services, asked.narrowed)
        changes, since = quality.form_changes(conn, asked.services, asked.narrowed)
        return asked.for_page | {
            "found": measures,
            "refused": [(each, label_of(each.service, each.input, language)) for each in refused],
            "changes": changes,
            "since": since,
        }

    shown = await parts.database.read(work)
    return page(
        request, "pages/holder/quality.html", holder=holder, measures=_MEASURES, about_looks=holder_words.LOOKS, **shown
    )


def label_of(service: str, name: str, language: str) -> str | None:
    """A question in words; none where the present connector has no question of that name."""
    try:
        asked = groups.every(registry.find(service).inputs)
    except UnknownConnectorError:
        return None
    return next((each.label.to(language) for each in asked if each.name == name), None)


HANDLERS = (show,)
