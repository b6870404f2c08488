"""What the lists of a proposal's form offer, by the names people know."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final, TypeAlias

from sqlalchemy import Connection, select

from gateway.changes.tables import ChangeKind
from gateway.people.tables import Centre
from gateway.services import catalogue, trainings
from gateway.services.tables import Service, Training
from ui.i18n import Language, Message, message

Option: TypeAlias = Mapping[str, str | Message]
"""`value`, which is sent; `text`, which is read; `group`, under which it stands, if any."""
EVERY_SERVICE: Final = message("Every service")
EVERY_CENTRE: Final = message("Every centre")
OF_THE_NETWORK: Final = message("None: the network’s")
NO_TRAINING: Final = message("None: nobody needs one")
NO_INSTITUTION: Final = message("None: not an officer")
_NONE_YET: Final[Option] = {"value": "", "text": message("Choose")}


def of_kind(conn: Connection, kind: ChangeKind, holder: str | None, language: Language) -> dict[str, Sequence[Option]]:
    """By the name of a field, what may be chosen; of one holder's services alone, where `holder` is given."""
    match kind:
        case ChangeKind.ACCOUNT_ROLES:
            found: dict[str, Sequence[Option]] = {"holder": _nobodys(conn)}
        case ChangeKind.ACCOUNT_INVITE:
            found = {"centre": _centres(conn), "holder": _nobodys(conn)}
        case ChangeKind.API_KEY_ADD:
            found = {"agency": [{"value": "", "text": OF_THE_NETWORK}, *_named(conn)]}
        case ChangeKind.RATING_OPEN:
            found = {"agency": [_NONE_YET, *_named(conn)]}
        case ChangeKind.SERVICE_RULES:
            found = {"training": [{"value": "", "text": NO_TRAINING}, *_trainings(conn, language)]}
        case ChangeKind.TRAINING_GRANT:
            found = {"training": [_NONE_YET, *_trainings(conn, language)]}
        case ChangeKind.AGREEMENT_ADD:
            found = {
                "holder": _holders(conn, holder),
                "service": [{"value": "", "text": EVERY_SERVICE}, *_services(conn, holder, language)],
                "centre": [{"value": "", "text": EVERY_CENTRE}, *_centres(conn)],
            }
        case _:
            found = {}
    return found


def _trainings(conn: Connection, language: Language) -> list[Option]:
    """Each by its name; one that is closed stays a choice where it is asked for already, and is refused elsewhere."""
    rows = conn.execute(select(Training.id, Training.names)).all()
    named = sorted((trainings.name_of(row.names, language), row.id) for row in rows)
    return [{"value": training_id, "text": name} for name, training_id in named]


def _holders(conn: Connection, holder: str | None) -> list[Option]:
    rows = conn.execute(select(Service.holder).distinct().order_by(Service.holder)).scalars()
    return [_NONE_YET, *({"value": each, "text": each} for each in rows if holder in {None, each})]


def _nobodys(conn: Connection) -> list[Option]:
    """Every institution, after the choice of none."""
    return [{"value": "", "text": NO_INSTITUTION}, *_named(conn)]


def _named(conn: Connection) -> list[Option]:
    return [{"value": each, "text": each} for each in catalogue.holders(conn)]


def _services(conn: Connection, holder: str | None, language: Language) -> list[Option]:
    """Each by its title; under its institution, where there are several."""
    rows = conn.execute(select(Service.id, Service.holder, Service.cards)).all()
    own = [
        (row.holder, catalogue.title_of(row.cards, language), row.id) for row in rows if holder in {None, row.holder}
    ]
    return [
        {"value": service_id, "text": title} | ({} if holder else {"group": of})
        for of, title, service_id in sorted(own)
    ]


def for_a_basket(conn: Connection, held: Collection[str], language: Language) -> list[tuple[str, str, str]]:
    """Institution, title and id of each service that a basket can hold: all that are filed here, and what it holds."""
    rows = conn.execute(select(Service.id, Service.holder, Service.cards, Service.portal_id))
    found = [
        (row.holder, catalogue.title_of(row.cards, language), row.id)
        for row in rows
        if row.portal_id is not None or row.id in held
    ]
    return sorted(found, key=lambda each: (each[0].casefold(), each[1].casefold(), each[2]))


def _centres(conn: Connection) -> list[Option]:
    rows = conn.execute(select(Centre.id, Centre.name).order_by(Centre.name, Centre.id))
    return [{"value": row.id, "text": row.name} for row in rows]
