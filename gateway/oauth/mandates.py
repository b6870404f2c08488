"""What one portal is told of a delegation: who acts for whom, for which service, until when.

It is derived from the signed delegation that the resident approved, so that a row changed in the database widens
nothing, and narrowed to the service of the filing, whatever the portal asks for.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, select

from delegation.claims import DELEGATION_TYPE, Actor, DelegationClaims, ServiceDetail, StatusReference
from delegation.derive import acting_as, derive, pairwise_subject
from delegation.errors import OutOfScopeError
from delegation.model import Action, AllowedService, DelegationState
from delegation.signing import open_signed
from gateway.keys import store as key_store
from gateway.keys.signing import KeyKind
from gateway.ledger.errors import LogUnhealthyError
from gateway.ledger.health import is_healthy
from gateway.oauth import details, portal_names
from gateway.oauth.clients import Client
from gateway.oauth.details import Wishes
from gateway.parts import Parts
from gateway.people import residents
from gateway.people.tables import Centre, Staff, StaffState
from gateway.visits.delegations import files_until
from gateway.visits.rows import AnyRow
from gateway.visits.sealed import VisitVault
from gateway.visits.tables import DelegationRow, Filing, Run, RunKind, RunState, Visit

STATUS_PATH = "/oauth/status/2"
"""The list of what portals hold; the whole delegations have another, so that no two ever share an index."""

_FACTS: Any = key_store.read_with(  # so many columns that their types have no end
    select(
        Filing.id.label("filing_id"),
        Filing.visit_id,
        Filing.service_id,
        Filing.attempt.label("filing_attempt"),
        DelegationRow.id.label("delegation_id"),
        DelegationRow.state.label("delegation_state"),
        DelegationRow.valid_until,
        DelegationRow.granted_at,
        DelegationRow.principal_id,
        DelegationRow.approver_id,
        DelegationRow.services,
        DelegationRow.assistant_id,
        DelegationRow.centre_id,
        DelegationRow.terminal_id,
        Staff.display_name.label("assistant_name"),
        Staff.state.label("assistant_state"),
        Centre.name.label("centre_name"),
    )
    .select_from(Filing)
    .join(DelegationRow, Filing.delegation_id == DelegationRow.id)
    .join(Staff, DelegationRow.assistant_id == Staff.id)
    .join(Centre, DelegationRow.centre_id == Centre.id)
    .join(Visit, Filing.visit_id == Visit.id),
    Visit.key_id,
)
_BY_FILING = _FACTS.where(Filing.id == bindparam("filing"))
_BY_RUN = (
    _FACTS.add_columns(
        Run.id.label("run_id"), Run.kind.label("run_kind"), Run.state.label("run_state"), Run.attempt.label("attempt")
    )
    .join(Run, Run.filing_id == Filing.id)
    .where(Run.id == bindparam("run"))
)
_AT_WORK = (RunState.RUNNING, RunState.HOLDING)
_LOOKS = (RunKind.LOOK_UP, RunKind.FOLLOW)
_AFTER_FILING = frozenset({Action.FOLLOW.value, Action.COLLECT.value})
"""All that a portal is told of a delegation when somebody only looks what became of an application."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandate:
    """A delegation as one client may know it, with the names that its page shows."""

    claims: DelegationClaims
    """Derived for this client alone: pairwise subject, own `jti` and status."""
    profile: residents.Profile
    approver: residents.Profile | None
    """Who said yes, where that is somebody else."""
    assistant_name: str
    centre_name: str
    with_code: bool
    """Whether the client may have the personal code."""

    def get_user_id(self) -> str:
        """Return the pairwise subject, as Authlib asks for it."""
        return self.claims.sub

    @property
    def act(self) -> dict[str, str]:
        """Who acts (RFC 8693 section 4.1), with names for people."""
        actor = self.claims.act
        return {
            "sub": actor.sub,
            "name": self.assistant_name,
            "centre": actor.centre,
            "centre_name": self.centre_name,
            "terminal": actor.terminal,
        }

    @property
    def person(self) -> dict[str, str]:
        """Claims about the resident (OpenID Connect Core section 5.1)."""
        if self.profile.kind == "company":
            claims = {"name": self.profile.name}
            return claims | {"registration_number": self.profile.code} if self.with_code else claims
        given, _, family = self.profile.name.strip().rpartition(" ")
        claims = {"name": self.profile.name, "given_name": given or family, "family_name": family}
        return claims | {"personal_code": self.profile.code} if self.with_code else claims

    @property
    def approved_by(self) -> dict[str, str] | None:
        """Who allowed it for somebody else and by what right; none where the resident did."""
        if self.approver is None:
            return None
        said = {"name": self.approver.name, "authority": self.claims.authority or ""}
        return said | ({"sub": self.claims.approver} if self.claims.approver else {})


def facts_of_run(conn: Connection, run_id: str) -> AnyRow:
    """Return a run with its filing, its delegation and who acts, in one statement."""
    return conn.execute(_BY_RUN, {"run": run_id}).one()


def facts_of_filing(conn: Connection, filing_id: str) -> AnyRow:
    """Return a filing with its delegation and who acts, in one statement."""
    return conn.execute(_BY_FILING, {"filing": filing_id}).one()


def why_not(conn: Connection, facts: AnyRow, now: datetime) -> str | None:
    """Return the reason for which a run may not sign in, or none.

    Nobody signs in while the log is refused: a database put back from a backup may have forgotten a no. A *spent*
    delegation still lets the portal be asked whether what was sent has arrived, and, as long as one of the rights to
    follow and to collect lives, what became of it; nothing else.
    """
    if not is_healthy(conn):
        return LogUnhealthyError.code
    if facts.run_state not in _AT_WORK or facts.attempt != facts.filing_attempt:
        return "run.over"
    if facts.delegation_state is DelegationState.REVOKED:
        return "delegation.revoked"
    if facts.run_kind not in _LOOKS and facts.assistant_state is not StaffState.ACTIVE:
        return "delegation.assistant_suspended"
    is_look = facts.run_kind in _LOOKS and facts.delegation_state is DelegationState.SPENT
    if facts.delegation_state is not DelegationState.ACTIVE and not is_look:
        return "delegation.not_active"
    ends = facts.valid_until
    if facts.run_kind is RunKind.FOLLOW:
        ends = _looks_until(facts.services, facts.service_id)
    elif facts.run_kind is not RunKind.LOOK_UP:
        ends = files_until(facts.services, facts.service_id)
    return "delegation.expired" if ends is None or now >= min(ends, facts.valid_until) else None


def mandate_for(
    conn: Connection, parts: Parts, facts: AnyRow, client: Client, now: datetime, wishes: Wishes = ()
) -> Mandate:
    """Derive what `client` may know: the service of the filing, and of it what `wishes` ask for.

    Raises:
        delegation.errors.DelegationError: the signed delegation is not for the service, or nothing of it is left.
    """
    vault = VisitVault.read(conn, parts.sealer, facts.visit_id, facts)
    signed = vault.take(facts.delegation_id, "token").decode()
    whole = open_signed(signed, parts.keys.key_set(KeyKind.DELEGATION), typ=DELEGATION_TYPE, claims=DelegationClaims)
    jti, status_index = portal_names.of(conn, facts.delegation_id, client.client_id, now)
    acts = Actor(sub=facts.assistant_id, centre=facts.centre_id, terminal=facts.terminal_id)
    derived = derive(
        acting_as(whole, acts),
        audience=client.client_id,
        jti=jti,
        subject=subject_of(parts, client.client_id, whole.sub),
        now=now,
        services=(_narrowed(whole, facts, wishes),),
        status=StatusReference(idx=status_index, uri=parts.settings.issuer + STATUS_PATH),
    )
    if whole.approver is not None:
        derived = msgspec.structs.replace(derived, approver=subject_of(parts, client.client_id, whole.approver))
    return Mandate(
        claims=derived,
        profile=residents.open_profile(conn, parts, facts.principal_id),
        approver=None if whole.approver is None else residents.open_profile(conn, parts, whole.approver),
        assistant_name=facts.assistant_name,
        centre_name=facts.centre_name,
        with_code=client.personal_code_allowed,
    )


def subject_of(parts: Parts, client_id: str, person_id: str) -> str:
    """Return the name by which one client alone knows a person."""
    return pairwise_subject(parts.sealer.keyed_hash("oauth.subject", ""), client_id, person_id)


def _narrowed(whole: DelegationClaims, facts: AnyRow, wishes: Wishes) -> ServiceDetail:
    """Return the signed detail of the filing's service; ends that came since then count too."""
    detail = next((each for each in whole.authorization_details if each.service == facts.service_id), None)
    now_allowed = msgspec.convert(facts.services, tuple[AllowedService, ...])
    allowed = next((each for each in now_allowed if each.service == facts.service_id), None)
    if detail is None or allowed is None:
        raise OutOfScopeError(f"delegation {whole.jti} is not for service {facts.service_id}")
    ends = {each.action.value: int(each.valid_until.timestamp()) for each in allowed.actions}
    current = msgspec.structs.replace(
        detail, valid_until={action: min(end, ends.get(action, 0)) for action, end in detail.valid_until.items()}
    )
    wished = details.narrow(current, wishes)
    if wished is not None and getattr(facts, "run_kind", None) is RunKind.FOLLOW:
        wished = details.only(wished, _AFTER_FILING)
    if wished is None:
        raise OutOfScopeError(f"delegation {whole.jti} allows nothing of what is asked for")
    return wished


def _looks_until(services: Iterable[Mapping[str, Any]], service_id: str) -> datetime | None:
    """When the last right to look what became of an application ends; none where it was not given."""
    ends = [
        datetime.fromisoformat(action["valid_until"])
        for each in services
        if each["service"] == service_id
        for action in each["actions"]
        if action["action"] in _AFTER_FILING
    ]
    return max(ends, default=None)


def as_json(details: tuple[ServiceDetail, ...]) -> Any:
    """Return `authorization_details` (RFC 9396 section 9) as plain JSON values."""
    return msgspec.to_builtins(details)
