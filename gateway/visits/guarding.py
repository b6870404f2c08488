"""Who may not act: deny by default, looked at again at every step.

An assistant does not act in their own matter. What a resident shares with a colleague or with the assistant's home, and
a guarded value that differs from the known one, are looked at by a second person first. A service is open to a centre
by its basket, an agreement in force, and the training that it asks for.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from sqlalchemy import Connection, bindparam, insert, select

from audit.events import EventName
from connectors.sdk.connector import Connector
from connectors.sdk.inputs import Input
from connectors.sdk.steps import Values
from delegation.commitment import HashKind
from gateway.ids import new_id
from gateway.parts import Parts
from gateway.people import fingerprints, residents
from gateway.people.access import StaffSession
from gateway.people.fingerprints import Met
from gateway.people.residents import Profile
from gateway.people.tables import Staff, StaffState, ValueKind
from gateway.services import standing
from gateway.services.sensitivity import EVERY_DETAIL
from gateway.services.standing import Standing
from gateway.visits import second_person
from gateway.visits.actors import Serving
from gateway.visits.errors import VisitError
from gateway.visits.rows import AnyRow, lock_visit, lock_visit_in_centre
from gateway.visits.sealed import VisitVault
from gateway.visits.second_person import Shown, Subject
from gateway.visits.tables import BarredStep, SecondLookKind
from gateway.visits.trail import say

_INSERT_BARRED = insert(BarredStep)
_OWN = frozenset({ValueKind.CODE, ValueKind.PHONE, ValueKind.ACCOUNT})
"""What is one person's alone; an address is shared by a family and a house."""


class BarredError(VisitError):
    """This assistant may not do this for this person or service. Nothing was changed; that it was tried is an event."""

    code: ClassVar[str] = "barred.step"


class OwnMatterError(BarredError):
    """The person is the assistant, or a number, account or code given for them is the assistant's own."""

    code = "barred.own_matter"


class NotRecognisedError(BarredError):
    """Nobody has stored what the assistant would be recognised by: an own matter would not be noticed."""

    code = "barred.not_recognised"


class NotInBasketError(BarredError):
    """The centre's kind does not offer the service."""

    code = "barred.basket"


class NoAgreementError(BarredError):
    """No agreement of the service's holder with the centre or the network is in force."""

    code = "barred.agreement"


class AgreementFullError(BarredError):
    """As many applications were begun as the holder's agreement allows in a day or a month."""

    code = "barred.full"


class NotTrainedError(BarredError):
    """The service asks for a training that the assistant does not have, or has no longer."""

    code = "barred.training"


class NotAtWorkError(BarredError):
    """The account of the assistant in whose name it would be done is suspended or has ended."""

    code = "barred.account"


_ERRORS: Mapping[str, type[BarredError]] = {
    "basket": NotInBasketError,
    "agreement": NoAgreementError,
    "training": NotTrainedError,
    "account": NotAtWorkError,
}
_AT_WORK = select(Staff.id).where(Staff.id == bindparam("staff"), Staff.state == StaffState.ACTIVE)


@dataclass(frozen=True)
class Needed:
    """A second look that has to be confirmed before the step goes on."""

    kind: SecondLookKind
    subject: str
    """Keyed hash of what is judged."""
    shown: tuple[Shown, ...]
    barred: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Person:
    """Whose matter is looked at, and the name that the second person sees."""

    id: str
    name: str


def ensure_recognised(conn: Connection, by: StaffSession) -> None:
    """Refuse an assistant whose own matter nobody would notice.

    Raises:
        NotRecognisedError: their personal code, telephone, account or address is not known.
    """
    if missing := fingerprints.missing(conn, by.staff_id):
        raise NotRecognisedError(f"not known of the assistant: {', '.join(missing)}")


def ensure_open(
    conn: Connection, service_ids: Iterable[str], *, centre_id: str, staff_id: str, now: datetime
) -> dict[str, Standing]:
    """Where an assistant in a centre stands with services that are open to them.

    Raises:
        NotAtWorkError: the assistant's account is not in use.
        NotInBasketError, NoAgreementError, NotTrainedError: of the first service that is not open.
    """
    wanted = tuple(service_ids)
    found = standing.of(conn, wanted, centre_id=centre_id, staff_id=staff_id, at=now)
    for service_id in wanted:
        stands = found.get(service_id)
        if stands is None:
            raise NotInBasketError(f"no service {service_id[:100]!r}")
        if stands.why is not None:
            raise _ERRORS[stands.why](service_id)
    return found


def is_at_work(conn: Connection, staff_id: str) -> bool:
    """Whether the account of an assistant is in use; in the name of one that is not, nothing is filled in or filed."""
    return conn.execute(_AT_WORK, {"staff": staff_id}).first() is not None


def why_closed(
    conn: Connection, service_ids: Iterable[str], *, centre_id: str, staff_id: str, now: datetime
) -> BarredError | None:
    """Why a service is not open to an assistant in a centre, for a step that ends what it meets; `None` if it is."""
    try:
        ensure_open(conn, service_ids, centre_id=centre_id, staff_id=staff_id, now=now)
    except BarredError as error:
        return error
    return None


def looks_for_people(
    conn: Connection,
    parts: Parts,
    vault: VisitVault,
    by: StaffSession,
    people: Sequence[Profile],
    number: str | None,
    *,
    principal_id: str,
) -> list[Needed]:
    """The second looks that a request needs: `people` are whose matter it is and who says yes, typed and as known.

    A look is at one person's matter: in a visit that goes on with somebody else, the same value is looked at anew.

    Raises:
        OwnMatterError: one of them is the assistant, or has the assistant's number or account.
    """
    texts = [text for each in people for text in _texts_of(each)]
    person = _Person(principal_id, people[0].name if people else "")
    return _looks(conn, parts, vault, by, [*texts, number] if number else texts, person)


def is_close(
    conn: Connection, parts: Parts, vault: VisitVault, by: StaffSession, texts: Iterable[str], *, principal_id: str
) -> bool:
    """Whether `texts` hold what a second person would look at before `by` goes on with them.

    Raises:
        OwnMatterError: they hold a number, account or code of `by`.
    """
    return bool(_looks(conn, parts, vault, by, texts, _Person(principal_id, "")))


def ensure_not_own(conn: Connection, parts: Parts, by: StaffSession, resident_ids: Iterable[str]) -> None:
    """Refuse somebody who is one of these residents, or shares a number, account or code with one.

    Raises:
        OwnMatterError: they do.
    """
    profiles = [residents.open_profile(conn, parts, each) for each in sorted(set(resident_ids))]
    _met(conn, parts, by, [text for each in profiles for text in _texts_of(each)])


def looks_for_filing(
    conn: Connection,
    parts: Parts,
    vault: VisitVault,
    by: Serving,
    row: AnyRow,
    connector: Connector,
    values: Values,
    now: datetime,
) -> list[Needed]:
    """The second looks that a form's answers need, under the delegation `row`.

    Raises:
        BarredError: the service is not open to this assistant, or an answer is their own number, account or code.
    """
    found = ensure_open(conn, (connector.id,), centre_id=row.centre_id, staff_id=row.assistant_id, now=now)
    profile = residents.open_profile(conn, parts, row.principal_id)
    texts = [text for value in values.values() for text in ([value] if isinstance(value, str) else value)]
    shared = _looks(conn, parts, vault, by, texts, _Person(row.principal_id, profile.name))
    guarded = _looks_for_guarded(vault, connector, found[connector.id].guarded, values, row.principal_id, profile)
    return [*shared, *guarded]


def ask_for(
    conn: Connection,
    parts: Parts,
    by: Serving,
    visit_id: str,
    needed: Sequence[Needed],
    now: datetime,
    *,
    delegation_id: str,
    filing_id: str | None = None,
) -> list[str]:
    """Ask for second looks and return their ids; what was confirmed in this visit is not asked again."""
    return [
        second_person.ask(
            conn,
            parts,
            by,
            visit_id,
            each.kind,
            Subject(
                hash=each.subject,
                delegation_id=delegation_id,
                filing_id=filing_id,
                shown=each.shown,
                barred=each.barred,
            ),
            now,
        )
        for each in needed
    ]


def note(conn: Connection, parts: Parts, by: StaffSession, visit_id: str, step: str, error: BarredError) -> None:
    """Record that a step was refused, in a transaction of its own: the step's was rolled back."""
    lock_visit(conn, by, visit_id)
    _note(conn, parts, by, visit_id, step, error)


def note_of_doubt(
    conn: Connection, parts: Parts, by: StaffSession, visit_id: str, step: str, error: BarredError
) -> None:
    """As `note`, for whoever of the centre was refused a doubt of a visit that is not theirs."""
    lock_visit_in_centre(conn, by, visit_id)
    _note(conn, parts, by, visit_id, step, error)


def _note(conn: Connection, parts: Parts, by: StaffSession, visit_id: str, step: str, error: BarredError) -> None:
    now = parts.clock.database_now(conn)
    row = {"id": new_id(), "visit_id": visit_id, "staff_id": by.staff_id, "reason": error.code, "at": now}
    conn.execute(_INSERT_BARRED, row)
    say(conn, visit_id, EventName.STEP_BARRED, by.actor, now, reason=error.code, step=step)


def _looks(
    conn: Connection, parts: Parts, vault: VisitVault, by: Serving, texts: Iterable[str], person: _Person
) -> list[Needed]:
    hashes, met = _met(conn, parts, by, texts)
    needed: dict[str, Needed] = {}
    for each in met:
        is_own = each.staff_id == by.staff_id
        if not is_own and each.kind is ValueKind.ADDRESS:
            continue
        kind = SecondLookKind.SAME_ADDRESS if is_own else SecondLookKind.COLLEAGUE_VALUE
        subject = _subject(vault, kind, person.id, f"{each.kind.value}:{each.hash.hex()}")
        owners = () if is_own else (each.staff_id, *(needed[subject].barred if subject in needed else ()))
        shown = (Shown("person", person.name), Shown(each.kind.value, hashes[each.hash][1]))
        needed[subject] = Needed(kind, subject, shown, owners)
    return list(needed.values())


def _met(
    conn: Connection, parts: Parts, by: Serving, texts: Iterable[str]
) -> tuple[Mapping[bytes, tuple[ValueKind, str]], Sequence[Met]]:
    """What of `texts` belongs to somebody of the centre, by hash. Raises `OwnMatterError` where it is the assistant."""
    hashes = fingerprints.hashes_of(parts.sealer, set(texts))
    met = fingerprints.met_in_centre(conn, hashes.keys(), by.centre_id, by.staff_id)
    if any(each.staff_id == by.staff_id and each.kind in _OWN for each in met):
        raise OwnMatterError("the assistant's own value")
    return hashes, met


def _looks_for_guarded(
    vault: VisitVault,
    connector: Connector,
    also: Iterable[str],
    values: Values,
    principal_id: str,
    profile: Profile,
) -> list[Needed]:
    """One look for each guarded value that differs from what is known of the resident."""
    guarded = frozenset(also)
    needed = []
    for each in connector.inputs:
        value, known = values.get(each.name), _known(each, profile)
        is_new = isinstance(value, str) and value and known and known != value
        if not is_new or not (each.guarded or each.name in guarded or EVERY_DETAIL in guarded):
            continue
        label = {"lv": each.label.lv, "en": each.label.en}
        subject = _subject(vault, SecondLookKind.SENSITIVE_VALUE, principal_id, f"{connector.id}:{each.name}:{value}")
        shown = (Shown("person", profile.name), Shown("known", str(known), label), Shown("new", str(value), label))
        needed.append(Needed(SecondLookKind.SENSITIVE_VALUE, subject, shown))
    return needed


def _known(question: Input, profile: Profile) -> str | None:
    """What is known of the resident that would answer a question."""
    place, _dot, name = (question.prefill or "").partition(".")
    found = getattr(profile, name, None) if place == "resident" else None
    return found if isinstance(found, str) else None


def _subject(vault: VisitVault, kind: SecondLookKind, principal_id: str, what: str) -> str:
    return vault.hasher.hash(HashKind.EVIDENCE, f"second look\n{kind.value}\n{principal_id}\n{what}".encode())


def _texts_of(person: Profile) -> tuple[str, ...]:
    given = (person.code, person.phone, person.address, person.iban)
    return tuple(each for each in given if each)
