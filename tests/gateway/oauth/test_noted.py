"""What a portal is given to keep is noted in the log, and the visit tells of the same token."""

from sqlalchemy import select

from audit.entry import encode
from audit.events import EventName
from audit.notice import notice_of
from gateway.ledger.tables import AuditEvent
from gateway.oauth.clients import TOKEN_EXCHANGE
from gateway.oauth.exchange import ACCESS_TOKEN, DELEGATION
from gateway.oauth.exchanged_permits import PERMIT
from tests.gateway.oauth.portal import Portal


def noted(portal: Portal, token: str) -> bool:
    """Whether the log holds the entry that the portal writes from its token."""
    notice = notice_of(token)
    of_chain = select(AuditEvent.leaf).where(AuditEvent.chain == notice.visit)
    leaves = portal.counter.read(lambda conn: conn.execute(of_chain).scalars().all())
    return [bytes(leaf) for leaf in leaves] == [encode(notice)]


def notices(portal: Portal) -> int:
    of_kind = select(AuditEvent.id).where(AuditEvent.type == EventName.TOKEN_SIGNED.value)
    return len(portal.counter.read(lambda conn: conn.execute(of_kind).all()))


def test_an_id_token_is_noted_and_told_of(portal: Portal) -> None:
    token = portal.tokens()["id_token"]
    assert noted(portal, token)
    issued = portal.events(EventName.OAUTH_TOKEN_ISSUED)[-1]
    assert issued.data["sha256"] == notice_of(token).data["sha256"]


def test_a_delegation_is_noted_and_told_of(portal: Portal) -> None:
    counter = portal.counter
    access = portal.tokens()["access_token"]
    counter.prepare()
    counter.sign_in()
    permit = counter.press().permit
    form = {"grant_type": TOKEN_EXCHANGE, "subject_token": access, "subject_token_type": ACCESS_TOKEN}
    with_permit = {"actor_token": permit, "actor_token_type": PERMIT, "requested_token_type": DELEGATION}
    answer = portal.post("/oauth/token", **form, **with_permit)
    assert answer.status_code == 200, answer.text
    kept = answer.json()["access_token"]
    assert noted(portal, kept)
    assert noted(portal, permit)
    exchanged = portal.events(EventName.OAUTH_EXCHANGED)[-1]
    assert exchanged.data["sha256"] == notice_of(kept).data["sha256"]


def test_what_is_refused_is_not_noted(portal: Portal) -> None:
    before = notices(portal)
    code = portal.code()
    assert portal.redeem(code, code_verifier="another" * 8).status_code == 400
    assert portal.redeem(code).status_code == 400, "it was used"
    assert notices(portal) == before
