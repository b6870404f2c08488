"""The e-services of institutions that may be asked about. Who may open and close one is `gateway.changes.ratings`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from gateway.ratings.errors import SurveyUnknownError
from gateway.ratings.tables import RatingSurvey

_OF = select(RatingSurvey.__table__).where(RatingSurvey.agency == bindparam("agency")).order_by(RatingSurvey.id)
_ONE = _OF.where(RatingSurvey.id == bindparam("survey"))
_NAMED = select(RatingSurvey.__table__).where(RatingSurvey.id == bindparam("survey"))
_CLOSE = (
    update(RatingSurvey)
    .where(RatingSurvey.id == bindparam("survey"), RatingSurvey.closed_at.is_(None))
    .values(closed_at=bindparam("now"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """An e-service of an institution."""

    id: str
    agency: str
    names: Mapping[str, str]
    return_url: str | None
    is_open: bool

    def name(self, language: str) -> str:
        """What it is called in a language; its plain variant has the same name."""
        return self.names.get(language.partition("-")[0]) or self.names["lv"]


def open_one(
    conn: Connection, survey_id: str, *, agency: str, names: Mapping[str, str], return_url: str | None, now: datetime
) -> None:
    """Let an institution ask about an e-service from now on."""
    values = {"id": survey_id, "agency": agency, "names": dict(names), "return_url": return_url, "opened_at": now}
    conn.execute(insert(RatingSurvey).values(values))


def close(conn: Connection, survey_id: str, now: datetime) -> bool:
    """Hand out no more links for it; whether it was open. What is out can be answered, and its figures stay."""
    return conn.execute(_CLOSE, {"survey": survey_id, "now": now}).rowcount == 1


def of_agency(conn: Connection, agency: str) -> Sequence[Survey]:
    """Everything that an institution has asked about."""
    return [made(row) for row in conn.execute(_OF, {"agency": agency})]


def find(conn: Connection, agency: str, survey_id: str) -> Survey:
    """One of an institution. Raises `SurveyUnknownError` for what is another's too."""
    row = conn.execute(_ONE, {"agency": agency, "survey": survey_id}).one_or_none()
    if row is None:
        raise SurveyUnknownError("no such e-service of this institution")
    return made(row)


def named(conn: Connection, survey_id: str) -> Survey | None:
    """One by its name alone, whosever it is."""
    row = conn.execute(_NAMED, {"survey": survey_id}).one_or_none()
    return None if row is None else made(row)


def made(row: "Row[*tuple[object, ...]]") -> Survey:
    """A row as it is read."""
    return Survey(
        id=row.id,
        agency=row.agency,
        names=row.names,
        return_url=row.return_url,
        is_open=row.closed_at is None,
    )
