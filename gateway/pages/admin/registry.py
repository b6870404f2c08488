"""What is registered: portals, providers, rules, agreements, baskets, trainings, keys; each row leads to its forms."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from sqlalchemy import Connection, Select, bindparam, exists, func, select

from gateway.api_keys.tables import ApiKey
from gateway.changes import flow, network
from gateway.changes.tables import ChangeKind
from gateway.database.base import UtcDateTime
from gateway.days import last_day
from gateway.keys.signing import KeyKind
from gateway.keys.tables import SigningKeyRow
from gateway.oauth.tables import IdentityProvider, OAuthClient
from gateway.pages.admin import choosing, words
from gateway.pages.rendering import language_of, page
from gateway.paging import Numbered
from gateway.parts import Parts
from gateway.people.access import StaffSession, Who, allow
from gateway.people.roles import Role
from gateway.people.tables import Centre, Staff, StaffState
from gateway.ratings.tables import RatingSurvey
from gateway.reports.words import KINDS_OF_CENTRE
from gateway.services import catalogue, trainings
from gateway.services.tables import Agreement, AgreementSuspension, Basket, Portal, Service, StaffTraining, Training
from gateway.visits.rows import AnyRow
from ui.formats import write_date
from ui.i18n import Message, message, speaking

AnyRequest = Request[Any, Any, Any]
_PAGE: Final = 25
_IN_USE = message("In use")
_HOLDS, _RUNS_OUT, _RUN_OUT = message("Holds"), message("Runs out soon"), message("Has run out")
_ALL_SERVICES, _ALL_CENTRES = message("Every service"), message("Every centre")


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """One list: how it is read, what its columns are, and which changes begin at a row or beside it."""

    title: Message
    rows: Select[*tuple[Any, ...]]
    head: tuple[Message, ...]
    cells: Callable[[AnyRow, StaffSession], tuple[Message | str | list[Message], ...]]
    target: Callable[[AnyRow], str]
    changes: tuple[ChangeKind, ...]
    new: ChangeKind | None = None
    named_by: int = 1
    """How many columns name a row for whoever hears its links alone."""
    offers: Callable[[AnyRow], Collection[ChangeKind]] | None = None
    """Which of `changes` a row offers; none: all of them."""
    of_centre: bool = False
    """A manager sees the own centre's rows alone."""


def _state(row: AnyRow) -> Message:
    return words.SUSPENDED if row.suspended_at is not None else _IN_USE


def _portal(row: AnyRow, _session: StaffSession) -> tuple[Message | str, ...]:
    return row.name, row.client_id, row.origin, words.METHODS[row.auth_method], _state(row)


def _provider(row: AnyRow, session: StaffSession) -> tuple[Message | str, ...]:
    return trainings.name_of(row.name, session.language), row.id, row.issuer, _state(row)


def _service(row: AnyRow, session: StaffSession) -> tuple[Message | str, ...]:
    title = catalogue.title_of(row.cards, session.language)
    return title, row.id, words.LEVELS[row.grant_least], words.LEVELS[row.permit_least], ", ".join(row.guarded or [])


def _agreement(row: AnyRow, session: StaffSession) -> tuple[Message | str, ...]:
    until = write_date(last_day(row.ends_at)) if row.ends_at else "–"
    return (
        row.holder,
        catalogue.title_of(row.cards, session.language) if row.cards else row.service_id or _ALL_SERVICES,
        row.centre or _ALL_CENTRES,
        write_date(row.begins_at),
        until,
        _of_term(row),
    )


def _of_term(row: AnyRow) -> Message:
    if row.is_over:
        return words.OVER
    if row.is_suspended:
        return words.SUSPENDED
    return words.COMING if row.is_coming else words.IN_FORCE


def _of_agreement(row: AnyRow) -> frozenset[ChangeKind]:
    """What can be changed of one: nothing once it is over, lifted only where it is suspended."""
    if row.is_over:
        return frozenset()
    either = ChangeKind.AGREEMENT_LIFT if row.is_suspended else ChangeKind.AGREEMENT_SUSPEND
    return frozenset({either, ChangeKind.AGREEMENT_END})


_IS_SUSPENDED: Final = exists().where(
    AgreementSuspension.agreement_id == Agreement.id, AgreementSuspension.ends_at.is_(None)
)


def _basket(row: AnyRow, _session: StaffSession) -> tuple[Message | str, ...]:
    return KINDS_OF_CENTRE.get(row.kind, row.kind), str(row.services)


def _training(row: AnyRow, session: StaffSession) -> tuple[Message | str, ...]:
    name = trainings.name_of(row.names, session.language)
    state = _RUN_OUT if row.is_over else _RUNS_OUT if row.is_near else _HOLDS
    return row.display_name, row.login, name, row.training_id, write_date(last_day(row.valid_until)), state


def _training_kind(row: AnyRow, session: StaffSession) -> tuple[Message | str, ...]:
    months = "–" if row.valid_months is None else str(row.valid_months)
    state = _IN_USE if row.closed_at is None else words.LABELS["closed"]
    return trainings.name_of(row.names, session.language), row.id, months, state


def _key(row: AnyRow, _session: StaffSession) -> tuple[Message | str, ...]:
    return words.KEYS[row.kind], row.kid, write_date(row.created_at)


def _api_key(row: AnyRow, _session: StaffSession) -> tuple[Message | str | list[Message], ...]:
    return (
        row.name,
        row.id,
        [words.SCOPES[each] for each in row.scopes],
        row.agency or choosing.OF_THE_NETWORK,
        write_date(last_day(row.ends_at)),
        "–" if row.used_on is None else write_date(row.used_on),
        _IN_USE if row.ended_at is None else words.LABELS["ended"],
    )


def _rating(row: AnyRow, _session: StaffSession) -> tuple[Message | str, ...]:
    return row.names["lv"], row.id, row.agency, _IN_USE if row.closed_at is None else words.LABELS["ended"]


def _id(row: AnyRow) -> str:
    return str(row.id)


def _client(row: AnyRow) -> str:
    return str(row.client_id)


def _kind(row: AnyRow) -> str:
    return str(row.kind)


def _of_training(row: AnyRow) -> str:
    return network.training_target(row.staff_id, row.training_id)


_NAME, _ID, _STATE = message("Name"), message("Name in the program"), message("State")
_TITLE = words.LABELS["name"]
_NOW, _SOON = bindparam("now", type_=UtcDateTime), bindparam("soon", type_=UtcDateTime)
_TRAINED = (
    select(
        StaffTraining.__table__,
        Staff.display_name,
        Staff.login,
        Training.names,
        (StaffTraining.valid_until <= _NOW).label("is_over"),
        (StaffTraining.valid_until <= _SOON).label("is_near"),
    )
    .join(Staff, Staff.id == StaffTraining.staff_id)
    .join(Training, Training.id == StaffTraining.training_id)
    .where(Staff.state == StaffState.ACTIVE)
)
_TRAINED_HEAD = (_NAME, words.LABELS["staff"], words.LABELS["training"], _ID, words.LABELS["valid_until"], _STATE)
REGISTRIES: Final[Mapping[str, Registry]] = {
    "portals": Registry(
        title=message("Portals"),
        rows=select(OAuthClient.__table__, Portal.name, Portal.origin)
        .join(Portal, Portal.id == OAuthClient.portal_id)
        .order_by(OAuthClient.client_id),
        head=(_TITLE, _ID, words.LABELS["origin"], words.LABELS["auth_method"], _STATE),
        cells=_portal,
        target=_client,
        changes=(ChangeKind.PORTAL_ALTER, ChangeKind.PORTAL_SUSPEND),
        new=ChangeKind.PORTAL_REGISTER,
    ),
    "providers": Registry(
        title=message("Identity providers"),
        rows=select(IdentityProvider.__table__).order_by(IdentityProvider.id),
        head=(_TITLE, _ID, words.LABELS["issuer"], _STATE),
        cells=_provider,
        target=_id,
        changes=(ChangeKind.PROVIDER_ALTER, ChangeKind.PROVIDER_SUSPEND),
        new=ChangeKind.PROVIDER_ADD,
    ),
    "services": Registry(
        title=message("Rules of services"),
        rows=select(Service.__table__).order_by(Service.id),
        head=(
            _TITLE,
            _ID,
            words.LABELS["grant_least"],
            words.LABELS["permit_least"],
            words.LABELS["guarded"],
        ),
        cells=_service,
        target=_id,
        changes=(ChangeKind.SERVICE_RULES,),
    ),
    "agreements": Registry(
        title=message("Agreements"),
        rows=select(
            Agreement.__table__,
            Centre.name.label("centre"),
            Service.cards,
            _IS_SUSPENDED.label("is_suspended"),
            (Agreement.ends_at.is_not(None) & (Agreement.ends_at <= _NOW)).label("is_over"),
            (Agreement.begins_at > _NOW).label("is_coming"),
        )
        .outerjoin(Centre, Centre.id == Agreement.centre_id)
        .outerjoin(Service, Service.id == Agreement.service_id)
        .order_by(Agreement.holder, Agreement.begins_at, Agreement.id),
        head=(*(words.LABELS[name] for name in ("holder", "service", "centre", "begins_at", "ends_at")), _STATE),
        cells=_agreement,
        target=_id,
        changes=(ChangeKind.AGREEMENT_SUSPEND, ChangeKind.AGREEMENT_LIFT, ChangeKind.AGREEMENT_END),
        offers=_of_agreement,
        new=ChangeKind.AGREEMENT_ADD,
        named_by=5,
    ),
    "baskets": Registry(
        title=message("Baskets of services"),
        rows=select(Centre.kind, func.count(func.distinct(Basket.service_id)).label("services"))
        .outerjoin(Basket, Basket.kind == Centre.kind)
        .group_by(Centre.kind)
        .order_by(Centre.kind),
        head=(message("Kind of centre"), message("Services")),
        cells=_basket,
        target=_kind,
        changes=(ChangeKind.BASKET_CHANGE,),
    ),
    "trainings": Registry(
        title=message("Trainings"),
        rows=_TRAINED.order_by(Staff.display_name, Staff.id, Training.id),
        head=_TRAINED_HEAD,
        cells=_training,
        target=_of_training,
        changes=(ChangeKind.TRAINING_GRANT, ChangeKind.TRAINING_WITHDRAW),
        new=ChangeKind.TRAINING_GRANT,
        named_by=3,
        of_centre=True,
    ),
    "trainings-ending": Registry(
        title=message("Trainings that run out within 30 days"),
        rows=_TRAINED.where(StaffTraining.valid_until > _NOW, StaffTraining.valid_until <= _SOON).order_by(
            StaffTraining.valid_until, Staff.id, Training.id
        ),
        head=_TRAINED_HEAD,
        cells=_training,
        target=_of_training,
        changes=(ChangeKind.TRAINING_GRANT,),
        new=ChangeKind.TRAINING_GRANT,
        named_by=3,
        of_centre=True,
    ),
    "training-kinds": Registry(
        title=message("Kinds of training"),
        rows=select(Training.__table__).order_by(Training.id),
        head=(_NAME, _ID, words.LABELS["valid_months"], _STATE),
        cells=_training_kind,
        target=_id,
        changes=(ChangeKind.TRAINING_ALTER, ChangeKind.TRAINING_CLOSE),
        new=ChangeKind.TRAINING_DEFINE,
    ),
    "api-keys": Registry(
        title=message("Keys of programs"),
        rows=select(ApiKey.__table__).order_by(ApiKey.id),
        head=(
            words.LABELS["name"],
            _ID,
            words.LABELS["scopes"],
            words.LABELS["agency"],
            words.LABELS["ends_at"],
            message("Last used"),
            _STATE,
        ),
        cells=_api_key,
        target=_id,
        changes=(ChangeKind.API_KEY_END,),
        new=ChangeKind.API_KEY_ADD,
    ),
    "ratings": Registry(
        title=message("E-services that institutions ask about"),
        rows=select(RatingSurvey.__table__).order_by(RatingSurvey.id),
        head=(_NAME, _ID, words.LABELS["agency"], _STATE),
        cells=_rating,
        target=_id,
        changes=(ChangeKind.RATING_CLOSE,),
        new=ChangeKind.RATING_OPEN,
    ),
    "keys": Registry(
        title=message("Signing keys"),
        rows=select(SigningKeyRow.kind, SigningKeyRow.kid, SigningKeyRow.created_at)
        .where(SigningKeyRow.not_after.is_(None), SigningKeyRow.kind != KeyKind.CHECKPOINT.value)
        .order_by(SigningKeyRow.kind),
        head=(message("What it signs"), words.LABELS["kid"], message("Made on")),
        cells=_key,
        target=_kind,
        changes=(ChangeKind.KEYS_ROTATE,),
    ),
}
"""By the last part of the address."""


@get("/admin/{name:str}", **allow(Who.ADMINISTRATOR, Who.MANAGER))
async def show(request: AnyRequest, session: StaffSession, parts: Parts, name: FromPath[str]) -> Response[Any]:
    """One list of what is registered."""
    registry = REGISTRIES.get(name)
    if registry is None:
        raise NotFoundException
    place = Numbered.parse(request.query_params.get("after", ""), _PAGE)
    wanted = registry.rows
    if registry.of_centre and session.role is Role.MANAGER:
        wanted = wanted.where(Staff.centre_id == session.centre_id)

    def work(conn: Connection) -> list[AnyRow]:
        now = parts.clock.now()
        times = {"now": now, "soon": now + trainings.SOON}
        return list(conn.execute(wanted.limit(_PAGE + 1).offset(place.after), times))

    found = await parts.database.read(work)
    with speaking(language_of(request)):
        rows = [
            (
                cells,
                ", ".join(map(str, cells[: registry.named_by])),
                urlencode({"target": registry.target(row)}),
                registry.changes if registry.offers is None else registry.offers(row),
            )
            for row, cells in ((row, registry.cells(row, session)) for row in found[:_PAGE])
        ]
    may = {kind for kind in ChangeKind if session.role in flow.KINDS[kind].proposers}
    return page(
        request,
        "pages/admin/registry.html",
        title=registry.title,
        head=registry.head,
        rows=rows,
        changes=[kind for kind in registry.changes if kind in may],
        new=registry.new if registry.new in may else None,
        kinds=words.KINDS,
        newer=place.newer(f"/admin/{name}"),
        older=place.older(f"/admin/{name}", found),
    )


HANDLERS = (show,)
