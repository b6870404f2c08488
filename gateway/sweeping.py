"""Sweeps what was good for a short while: requests, tickets, codes, tokens, assertions, passkeys' questions, tries.

A row goes only when nothing can come of it any more: a day after its end, so that somebody who is late still hears
why. A code stays as long as its delegation: what was derived from it is traced back to it, and a second use takes it
all back. A visit's own copy of the link by which its resident says how it went goes after a day: from then on no row
leads from a visit to its invitation. An assertion stays exactly as long as it would be accepted, and counted tries for
longer than any door counts them.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

import structlog
from sqlalchemy import Connection, Delete, Update, bindparam, delete, exists, select, tuple_, update
from sqlalchemy.orm import InstrumentedAttribute

from gateway.callbacks.tables import Callback
from gateway.clock import Clock
from gateway.database.engine import Database
from gateway.database.errors import DatabaseUnavailableError
from gateway.days import day_of
from gateway.feedback.tables import FeedbackAnswer
from gateway.holders.tables import HolderList
from gateway.jobs.tables import JobRow, JobState
from gateway.keys.tables import DataKeyRow
from gateway.notifications.tables import Message as MessageRow
from gateway.notifications.tables import MessageState
from gateway.oauth.tables import AccessToken, AuthorizationCode, ClientAssertion, PushedRequest, RunTicket
from gateway.outreach.tables import OutreachReached
from gateway.people import kept_forms
from gateway.people.access import SessionKind
from gateway.people.preference_tables import PreferenceLink
from gateway.people.tables import AccountSignIn, KeptForm, PasskeyChallenge, Session, Throttle
from gateway.ratings.tables import RatingAnswer, RatingInvitation
from gateway.retention import schedule
from gateway.terminals.tables import TerminalChallenge
from gateway.visits.tables import DelegationRow, SealedRecord

EVERY_SECONDS: Final = 600.0
MOST: Final = 500
"""Rows of one table that one transaction removes: it holds up nobody for long."""
KEPT: Final = timedelta(days=1)
"""How long a row outlives its end."""

_log = structlog.get_logger("gateway.sweeping")


@dataclass(frozen=True, slots=True)
class _Sweep:
    """How one table is swept."""

    statement: Delete | Update
    kept: timedelta = KEPT


def _of(key: InstrumentedAttribute[Any], ends: InstrumentedAttribute[datetime], *also: Any) -> Delete:
    """Delete the oldest rows whose `ends` lies before `until`; those that somebody holds are left for the next time."""
    found = (
        select(key)
        .where(ends < bindparam("until"), *also)
        .order_by(ends)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True)
    )
    return delete(key.class_).where(key.in_(found.scalar_subquery()))


_OLD_REACHED = (
    select(OutreachReached.rule_id, OutreachReached.resident_id)
    .where(OutreachReached.at < bindparam("until"))
    .order_by(OutreachReached.at)
    .limit(bindparam("most"))
)
_REACHED = delete(OutreachReached).where(tuple_(OutreachReached.rule_id, OutreachReached.resident_id).in_(_OLD_REACHED))
_OLD_COMMENTS = (
    select(FeedbackAnswer.id)
    .where(FeedbackAnswer.given_on < bindparam("until_day", type_=FeedbackAnswer.given_on.type))
    .where(FeedbackAnswer.comment.is_not(None))
    .order_by(FeedbackAnswer.given_on)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_COMMENTS = update(FeedbackAnswer).where(FeedbackAnswer.id.in_(_OLD_COMMENTS.scalar_subquery())).values(comment=None)
_OLD_RATINGS = (
    select(RatingAnswer.id)
    .where(RatingAnswer.month < bindparam("until_month"), RatingAnswer.comment.is_not(None))
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_RATING_COMMENTS = update(RatingAnswer).where(RatingAnswer.id.in_(_OLD_RATINGS.scalar_subquery())).values(comment=None)
_OLD_CALLS = select(Callback.id).where(Callback.expires_on < bindparam("until_day", type_=Callback.expires_on.type))
_OLD_KEYS_OF_CALLS = (
    select(Callback.key_id)
    .join(DataKeyRow, DataKeyRow.id == Callback.key_id)
    .where(Callback.expires_on < bindparam("until_day", type_=Callback.expires_on.type))
    .where(DataKeyRow.destroyed_at.is_(None))
    .limit(bindparam("most"))
)
_KEYS_OF_CALLS = (
    update(DataKeyRow)
    .where(DataKeyRow.id.in_(_OLD_KEYS_OF_CALLS.scalar_subquery()))
    .values(wrapped=None, destroyed_at=bindparam("until"))
)
_CALLS = delete(Callback).where(Callback.id.in_(_OLD_CALLS.limit(bindparam("most")).scalar_subquery()))
_IS_TRACED = exists().where(AccessToken.code_hash == AuthorizationCode.hash)
_MAY_BE_EXCHANGED = exists().where(
    DelegationRow.id == AuthorizationCode.delegation_id, DelegationRow.valid_until >= bindparam("until")
)

SWEEPS: Final[Mapping[str, _Sweep]] = {
    "client_assertion": _Sweep(_of(ClientAssertion.hash, ClientAssertion.expires_at), kept=timedelta(0)),
    "pushed_request": _Sweep(_of(PushedRequest.hash, PushedRequest.expires_at)),
    "run_ticket": _Sweep(_of(RunTicket.hash, RunTicket.expires_at)),
    "access_token": _Sweep(_of(AccessToken.jti, AccessToken.expires_at)),
    "authorization_code": _Sweep(
        _of(AuthorizationCode.hash, AuthorizationCode.expires_at, ~_IS_TRACED, ~_MAY_BE_EXCHANGED)
    ),
    "passkey_challenge": _Sweep(_of(PasskeyChallenge.id, PasskeyChallenge.begun_at)),
    "terminal_challenge": _Sweep(_of(TerminalChallenge.challenge_hash, TerminalChallenge.begun_at)),
    "kept_form": _Sweep(_of(KeptForm.id, KeptForm.kept_at), kept=kept_forms.LIFE),
    "feedback_link": _Sweep(_of(SealedRecord.id, SealedRecord.stored_at, SealedRecord.kind == "feedback")),
    "holder_list": _Sweep(_of(HolderList.id, HolderList.made_at), kept=schedule.HOLDERS_LISTS),
    "rating_invitation": _Sweep(_of(RatingInvitation.token_hash, RatingInvitation.ends_at)),
    "throttle": _Sweep(_of(Throttle.key, Throttle.since), kept=timedelta(days=2)),
    "message": _Sweep(
        _of(MessageRow.id, MessageRow.created_at, MessageRow.state != MessageState.QUEUED), kept=schedule.MESSAGES
    ),
    "preference_link": _Sweep(_of(PreferenceLink.code_hash, PreferenceLink.made_at), kept=schedule.MESSAGE_LINKS),
    "outreach_reached": _Sweep(_REACHED, kept=schedule.MESSAGE_LINKS),
    "account_sign_in": _Sweep(_of(AccountSignIn.state_hash, AccountSignIn.begun_at), kept=schedule.RESIDENTS_SESSIONS),
    "session": _Sweep(
        _of(Session.token_hash, Session.ends_at, Session.kind != SessionKind.STAFF), kept=schedule.RESIDENTS_SESSIONS
    ),
    "job": _Sweep(_of(JobRow.id, JobRow.created_at, JobRow.state == JobState.DEAD), kept=schedule.DEAD_JOBS),
    "callback_key": _Sweep(_KEYS_OF_CALLS, kept=timedelta(0)),
    "callback": _Sweep(_CALLS, kept=timedelta(0)),
    "feedback_comment": _Sweep(_COMMENTS, kept=schedule.COMMENTS),
    "rating_comment": _Sweep(_RATING_COMMENTS, kept=schedule.COMMENTS),
}
"""By table; tokens before the codes that they name."""


def sweep(conn: Connection, table: str, now: datetime, *, most: int = MOST) -> int:
    """Remove what is over from one table, the oldest first; return how many rows went, `most` at most."""
    one = SWEEPS[table]
    until = now - one.kept
    given = {"until": until, "until_day": day_of(until), "until_month": f"{day_of(until):%Y-%m}", "most": most}
    return conn.execute(one.statement, given).rowcount


async def sweep_all(database: Database, clock: Clock, *, most: int = MOST) -> int:
    """Remove everything that is over, in transactions of `most` rows; return how many rows went."""
    total = 0
    for table in SWEEPS:
        gone = most
        while gone == most:
            gone = await database.write(partial(_sweep_now, table=table, clock=clock, most=most))
            total += gone
    return total


def _sweep_now(conn: Connection, *, table: str, clock: Clock, most: int) -> int:
    return sweep(conn, table, clock.database_now(conn), most=most)


async def keep_swept(database: Database, clock: Clock, *, every: float = EVERY_SECONDS) -> None:
    """Sweep each `every` seconds, until cancelled."""
    while True:
        await asyncio.sleep(every)
        try:
            if gone := await sweep_all(database, clock):
                _log.info("swept what was over", rows=gone)
        except DatabaseUnavailableError:
            _log.warning("sweeping waits for the database", exc_info=True)
