"""What a grant costs: a resident's fresh sign-in becomes a signed, sealed, audited delegation in one transaction."""

import dataclasses
import itertools
from collections.abc import Iterator, Mapping

from delegation.assurance import Assurance
from delegation.claims import StatusReference, claims_of
from delegation.model import Delegation
from delegation.signing import sign_delegation
from gateway.database.counting import count_statements
from gateway.keys.signing import KeyKind
from gateway.oauth.relying_party import SignedIn
from gateway.people.access import ResidentSession
from gateway.visits import confirming, sign_ins
from gateway.visits.delegations import to_model
from gateway.visits.sign_ins import SignInReturn
from tests.benchmarks.effort import Effort, cpu, lowest_ms
from tests.benchmarks.figures import Aim, Figure
from tests.benchmarks.gateways import BusyDesk, Gateway, a_gateway, a_person
from tests.benchmarks.peer import STATEMENTS, Peer
from tests.databases import Databases
from tests.gateway.visits.played import signed_in

AIM_MS = 5.0


@dataclasses.dataclass(frozen=True)
class Ready:
    """A visit whose resident has just come back from the identity provider."""

    phone: ResidentSession
    returned: SignInReturn
    signed: SignedIn


def measure(effort: Effort, databases: Mapping[str, Databases]) -> Iterator[Figure]:
    """Our grant and the peer's, in turn, on both databases; and a bare signature."""
    for kind, each in databases.items():
        yield from _on(kind, each, effort)


def _on(kind: str, databases: Databases, effort: Effort) -> Iterator[Figure]:
    needed = effort.warm_up + 1 + effort.rounds * effort.grants
    peer_url = databases.empty()
    peer = Peer(peer_url)
    try:
        with a_gateway(databases) as gateway:
            desk = gateway.desk()
            ready = iter([_come_so_far(desk, number) for number in range(needed)])
            asked = iter(peer.ask([f"subject-{number}" for number in range(needed)]))
            for _ in range(effort.warm_up):
                _grant(gateway, next(ready))
                peer.grant(next(asked))
            with count_statements() as counted:
                _grant(gateway, next(ready))
            theirs = peer.statements(next(asked))
            assert theirs == STATEMENTS, theirs
            ours_ms, peer_ms = _in_turn(gateway, ready, peer, asked, effort)
            signature_ms = _signature(gateway, desk, effort)
    finally:
        peer.close()
        databases.drop(peer_url)
    yield Figure(
        name=f"grant, {kind}",
        value=ours_ms,
        unit="ms CPU",
        beside=f"unsigned ORM grant {peer_ms:.2f} ms",
        ratio=ours_ms / peer_ms,
        aims=(Aim("ms", ours_ms, AIM_MS),),
        why=f"{counted.total} statements at about {ours_ms / counted.total:.2f} ms of driver and SQLAlchemy; "
        "four (SQLite) or two (PostgreSQL) belong to each of the two chains that its three events are in",
    )
    yield Figure(
        name=f"grant, {kind}: statements",
        value=counted.total,
        unit="statements",
        beside=f"unsigned ORM grant {theirs}",
        ratio=counted.total / theirs,
    )
    if kind == "SQLite":
        yield Figure(
            name="sign a delegation (ES256)",
            value=signature_ms,
            unit="ms CPU",
            beside=f"grant {ours_ms:.2f} ms",
            ratio=signature_ms / ours_ms,
        )


def _come_so_far(desk: BusyDesk, number: int) -> Ready:
    """Bring a visit of another resident to the moment before the yes."""
    desk.person = a_person(10_000 + number)
    desk.open()
    desk.ask()
    desk.enter_code()
    desk.match()
    phone, approval = desk.the_phone(), desk.approval().id
    begun = desk.write(lambda conn: sign_ins.begin(conn, desk.store, phone, approval, "sandbox"))
    returned = desk.write(lambda conn: sign_ins.take(conn, desk.store, phone, begun.state))
    return Ready(phone, returned, signed_in(desk.person.code, Assurance.SUBSTANTIAL, desk.clock.now()))


def _grant(gateway: Gateway, ready: Ready) -> None:
    gateway.parts.database.write_now(
        lambda conn: confirming.approve_by_sign_in(conn, gateway.parts, ready.phone, ready.returned, ready.signed)
    )


def _in_turn(
    gateway: Gateway, ready: Iterator[Ready], peer: Peer, asked: Iterator[int], effort: Effort
) -> tuple[float, float]:
    def grant_ours() -> None:
        for each in itertools.islice(ready, effort.grants):
            _grant(gateway, each)

    def grant_theirs() -> None:
        for each in itertools.islice(asked, effort.grants):
            peer.grant(each)

    ours, theirs = zip(*((cpu(grant_ours), cpu(grant_theirs)) for _ in range(effort.rounds)), strict=True)
    return lowest_ms(ours, effort.grants), lowest_ms(theirs, effort.grants)


def _signature(gateway: Gateway, desk: BusyDesk, effort: Effort) -> float:
    delegation: Delegation = to_model(desk.delegation())
    signer, issuer = gateway.parts.keys.signer(KeyKind.DELEGATION), gateway.parts.settings.issuer
    claims = claims_of(
        delegation,
        issuer=issuer,
        audience=issuer,
        now=gateway.clock.now(),
        status=StatusReference(idx=1, uri=f"{issuer}/oauth/status/1"),
    )

    def sign() -> None:
        for _ in range(effort.signatures):
            sign_delegation(signer, claims)

    return lowest_ms([cpu(sign) for _ in range(effort.rounds)], effort.signatures)
