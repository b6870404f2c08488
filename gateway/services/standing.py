"""Whether somebody in a centre may offer a service now: by account, basket, agreement, training; one statement."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, exists, or_, select

from gateway.people.tables import Centre, Staff, StaffState
from gateway.services import agreements, sensitivity, trainings
from gateway.services.sensitivity import Sensitivity
from gateway.services.tables import Agreement, Basket, Service, StaffTraining, Training

_MOST_CENTRES, _MOST_ROWS = 10, 500
_IN_BASKET = exists().where(Basket.service_id == Service.id, Basket.kind == Centre.kind)
_AGREED = exists().where(
    Agreement.holder == Service.holder,
    or_(Agreement.service_id.is_(None), Agreement.service_id == Service.id),
    or_(Agreement.centre_id.is_(None), Agreement.centre_id == Centre.id),
    Agreement.begins_at <= bindparam("at"),
    or_(Agreement.ends_at.is_(None), Agreement.ends_at > bindparam("at")),
    ~agreements.SUSPENDED,
)
_TRAINED = exists().where(
    StaffTraining.training_id == Service.training_id,
    StaffTraining.staff_id == bindparam("staff"),
    StaffTraining.valid_until > bindparam("at"),
)
_AT_WORK = exists().where(Staff.id == bindparam("staff"), Staff.state == StaffState.ACTIVE)
_STANDING = (
    select(
        Service.id,
        Service.portal_id,
        Service.guarded,
        Service.sensitivity,
        _IN_BASKET.label("in_basket"),
        _AGREED.label("agreed"),
        or_(Service.training_id.is_(None), _TRAINED).label("trained"),
        _AT_WORK.label("at_work"),
        Training.names,
    )
    .select_from(Service)
    .join(Centre, Centre.id == bindparam("centre"))
    .outerjoin(Training, Training.id == Service.training_id)
    .where(Service.id.in_(bindparam("services", expanding=True)))
)
_ELSEWHERE = (
    select(Service.id, Centre.name, Centre.municipality)
    .select_from(Service)
    .join(Centre, Centre.id != bindparam("centre"))
    .where(Service.id.in_(bindparam("services", expanding=True)), _IN_BASKET, _AGREED)
    .order_by(Centre.name)
    .limit(_MOST_ROWS)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where somebody in a centre stands with a service."""

    is_electronic: bool
    in_basket: bool
    agreed: bool
    trained: bool
    at_work: bool
    """Whether the account of whoever acts is in use: what somebody who was suspended had begun goes no further."""
    guarded: tuple[str, ...]
    """Inputs whose new value a second person looks at, beside the connector's own."""
    training: Mapping[str, str] | None
    """Names of the training that it asks for, by language."""

    @property
    def is_open(self) -> bool:
        """Whether it may be offered and filed; a card that only says where to go is for everybody."""
        return not self.is_electronic or (self.in_basket and self.agreed and self.trained and self.at_work)

    @property
    def why(self) -> str | None:
        """What stands in the way, the first of it: `account`, `basket`, `agreement` or `training`."""
        if self.is_open:
            return None
        if not self.at_work:
            return "account"
        return "basket" if not self.in_basket else "agreement" if not self.agreed else "training"

    def training_name(self, language: str) -> str:
        """The training that it asks for, for a reader of `language`; empty without one."""
        return trainings.name_of(self.training, language) if self.training else ""


def of(
    conn: Connection, service_ids: Collection[str], *, centre_id: str, staff_id: str, at: datetime
) -> dict[str, Standing]:
    """Where `staff_id` in a centre stands with each of these services at an instant; unknown ones are left out."""
    if not service_ids:
        return {}
    given = {"services": list(service_ids), "centre": centre_id, "staff": staff_id, "at": at}
    return {
        row.id: Standing(
            is_electronic=row.portal_id is not None,
            in_basket=bool(row.in_basket),
            agreed=bool(row.agreed),
            trained=bool(row.trained),
            at_work=bool(row.at_work),
            guarded=(*(row.guarded or ()), *sensitivity.guards(Sensitivity(row.sensitivity))),
            training=row.names,
        )
        for row in conn.execute(_STANDING, given)
    }


def elsewhere(conn: Connection, service_ids: Collection[str], *, centre_id: str, at: datetime) -> dict[str, list[str]]:
    """Other centres that may offer these services, by service, with their municipality: no wrong door."""
    found: dict[str, list[str]] = {service_id: [] for service_id in service_ids}
    if found:
        rows = conn.execute(_ELSEWHERE, {"services": list(found), "centre": centre_id, "at": at})
        for row in rows:
            found[row.id].append(f"{row.name}, {row.municipality}")
    return {service_id: centres[:_MOST_CENTRES] for service_id, centres in found.items()}
