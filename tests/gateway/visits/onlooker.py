"""Somebody who stands beside the counter and keeps account of every yes and every no.

The onlooker knows what people did, never the gateway's rules: who said yes to which text, who said no, what was shown.
After each step they look at what the gateway holds now, and whatever it counted must be what somebody really did in
that step.
"""

from collections import Counter as Tally
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from delegation.assurance import ApprovalKind, Route
from delegation.filing import FilingState
from delegation.model import DelegationState
from gateway.visits.tables import Approval, ApprovalState, DelegationRow, Filing, RunKind, SecondLook, SecondLookState
from gateway.visits.tables import SecondLookKind as Kind
from tests.gateway.visits.counter import Counter

PERMIT_LASTS = timedelta(minutes=5)
_CAME_TO_NOTHING = (FilingState.DECLINED, FilingState.NOT_FILED)
_TABLES = (DelegationRow, Approval, Filing, SecondLook)


@dataclass
class Right:
    """What was asked of somebody, and who has said what to it."""

    id: str
    visit: str
    approvers: tuple[str, ...]
    """Personal codes, in the order in which they are asked."""
    ends: datetime
    yes: list[str] = field(default_factory=list)
    is_over: bool = False
    """Somebody said no, stopped it, or closed its visit."""
    sent: Tally[str] = field(default_factory=Tally)

    @property
    def next_approver(self) -> str | None:
        """Whose yes is missing."""
        return next(iter(self.approvers[len(self.yes) :]), None)

    def is_live(self, now: datetime) -> bool:
        """Whether everybody has said yes, nobody has said no, and it has not ended."""
        return self.next_approver is None and not self.is_over and now < self.ends


@dataclass
class Question:
    """One question, about a statement or about one read-back."""

    right: Right
    route: Route
    filing_id: str | None
    version: str | None
    """Of the page that was read back."""
    lapses: datetime
    yes_at: datetime | None = None

    @property
    def approver(self) -> str | None:
        """Whose yes would count."""
        return self.right.next_approver if self.filing_id is None else self.right.approvers[0]


@dataclass
class Form:
    """One filing."""

    right: Right
    service: str
    account: str
    is_new_account: bool
    """Whether it is another than the one that was known when the form was filled in."""
    version: str | None = None
    """Of the page that was read back last."""
    question: Question | None = None
    """The last that was asked about that page."""
    is_left: bool = False


@dataclass
class Onlooker:
    """Keeps account; `watch` compares it with what the gateway holds."""

    counter: Counter
    known_account: str
    shares_address: bool
    rights: dict[str, Right] = field(default_factory=dict)
    questions: dict[str, Question] = field(default_factory=dict)
    forms: dict[str, Form] = field(default_factory=dict)
    seen: set[tuple[str, Kind, str]] = field(default_factory=set)
    """What a colleague has confirmed: visit, kind and account."""
    closed_services: set[str] = field(default_factory=set)

    asked: tuple[str, ...] = ()
    """In this step: whom the assistant asks."""
    filled: str | None = None
    """In this step: the account that was given, empty where none is asked for."""
    said_yes: tuple[str, str] | None = None
    """In this step: to which question, and who."""
    looked: str | None = None
    """In this step: the second look that a colleague has confirmed."""
    may_leave: str | None = None
    """In this step: the filing whose final request may leave."""
    _before: dict[Any, dict[str, Any]] = field(default_factory=dict)

    def may_send(self, run: Any, version: str) -> bool:
        """Whether this very request may leave now, by all that was said."""
        form = self.forms[run.filing_id]
        question, now = form.question, self.counter.clock.now()
        return (
            run.kind is RunKind.SEND
            and form.right.is_live(now)
            and form.right.sent[form.service] == 0
            and form.service not in self.closed_services
            and question is not None
            and question.yes_at is not None
            and now < question.yes_at + PERMIT_LASTS
            and question.version == version
            and not form.is_left
        )

    def is_new(self, account: str) -> bool:
        """Whether an account is another than the known one."""
        return account not in ("", self.known_account)

    def filled_again(self, filing_id: str, account: str) -> None:
        """The answers were given anew: what was shown and allowed before is void."""
        form = self.forms.get(filing_id)
        if form is not None:
            form.account, form.is_new_account, form.question = account, self.is_new(account), None

    def end(self, *rights: Right) -> None:
        """Somebody has said no."""
        for right in rights:
            right.is_over = True

    def of_visit(self, visit_id: str) -> list[Right]:
        """What was asked in a visit."""
        return [right for right in self.rights.values() if right.visit == visit_id]

    def watch(self) -> None:
        """See that nothing has happened but what people did in this step."""
        before = self._before
        after = self._before = self.counter.read(
            lambda conn: {
                table: {row.id: row for row in conn.execute(select(table.__table__)).all()} for table in _TABLES
            }
        )

        def changed(table: Any, is_so: Callable[[Any], bool]) -> list[Any]:
            old = before.get(table, {})
            return [row for row in after[table].values() if is_so(row) and not (row.id in old and is_so(old[row.id]))]

        happenings: tuple[tuple[Any, Callable[[Any], bool], Callable[[Any], None]], ...] = (
            (SecondLook, lambda row: row.state is SecondLookState.CONFIRMED, self._confirmed),
            (DelegationRow, lambda _row: True, self._asked),
            (Filing, lambda _row: True, self._filled),
            (Approval, lambda row: row.state is ApprovalState.GIVEN, self._given),
            (Approval, lambda _row: True, self._put),
            (Filing, lambda row: row.sent_at is not None, self._left),
            (Filing, lambda row: row.state in _CAME_TO_NOTHING, self._came_to_nothing),
            (Filing, lambda row: row.state is FilingState.FILED, self._filed),
        )
        for table, is_so, see in happenings:
            for row in changed(table, is_so):
                see(row)
        for row in after[Filing].values():
            self._still(row)
        for row in after[DelegationRow].values():
            self._in_force(row)
        self.asked, self.filled, self.said_yes, self.looked, self.may_leave = (), None, None, None, None

    def _asked(self, row: Any) -> None:
        assert self.asked, "a delegation was asked for by nobody"
        self.rights[row.id] = Right(row.id, row.visit_id, self.asked, _end_of(row))

    def _filled(self, row: Any) -> None:
        assert self.filled is not None, "a form was filled in by nobody"
        right = self.rights[row.delegation_id]
        self.forms[row.id] = Form(right, row.service_id, self.filled, self.is_new(self.filled))

    def _left(self, row: Any) -> None:
        assert row.id == self.may_leave, "a final request left without a live yes to exactly this"
        self.forms[row.id].is_left = True
        self.forms[row.id].right.sent[row.service_id] += 1

    def _came_to_nothing(self, row: Any) -> None:
        self.forms[row.id].right.sent[row.service_id] -= self.forms[row.id].is_left

    def _filed(self, row: Any) -> None:
        self.known_account = self.forms[row.id].account or self.known_account

    def _in_force(self, row: Any) -> None:
        right = self.rights[row.id]
        if row.state in (DelegationState.ACTIVE, DelegationState.SPENT):
            assert right.next_approver is None, "a delegation is in force without the yes of everybody"
        assert row.state is not DelegationState.ACTIVE or not right.is_over, "a delegation lives after a no"

    def _confirmed(self, row: Any) -> None:
        assert row.id == self.looked, "a second look was confirmed by nobody who may"
        form = self.forms.get(row.filing_id or "")
        self.seen.add((row.visit_id, row.kind, form.account if form else ""))

    def _put(self, row: Any) -> None:
        """A question is put: what had to be looked at first was."""
        right, form = self.rights[row.delegation_id], self.forms.get(row.filing_id or "")
        question = Question(right, row.route, row.filing_id, form.version if form else None, row.lapses_at)
        self.questions[row.id] = question
        if form is None:
            is_seen = (right.visit, Kind.SAME_ADDRESS, "") in self.seen
            assert row.kind is ApprovalKind.GRANT
            assert is_seen or not self.shares_address, "asked for somebody at the same address before a second look"
            return
        is_seen = (right.visit, Kind.SENSITIVE_VALUE, form.account) in self.seen
        assert is_seen or not form.is_new_account, "a new account was asked about before a second look"
        form.question = question

    def _given(self, row: Any) -> None:
        now = self.counter.clock.now()
        said, who = self.said_yes or (None, "")
        assert said == row.id, "a yes was counted that nobody has said"
        question = self.questions[row.id]
        right = question.right
        assert who == question.approver, "a yes of somebody who was not asked"
        assert not right.is_over, "a yes after a no"
        assert now < min(right.ends, question.lapses), "a yes after the end"
        if question.filing_id is None:
            right.yes.append(who)
            return
        assert right.is_live(now), "a permit without a live delegation"
        assert self.forms[question.filing_id].question is question, "a permit for what is not shown any more"
        question.yes_at = now

    def _still(self, row: Any) -> None:
        """What is confirmed was confirmed as it stands now; answers that are open again void every yes."""
        form = self.forms[row.id]
        if row.state is FilingState.DRAFTED:
            form.question = None
        if row.state is FilingState.CONFIRMED:
            assert form.question is not None, "confirmed without a question"
            assert form.question.yes_at is not None, "confirmed by nobody"
            assert not form.right.is_over, "confirmed after a no"


def _end_of(row: Any) -> datetime:
    """When the right to file ends, as the statement says."""
    ends = [each["valid_until"] for service in row.services for each in service["actions"] if each["action"] == "file"]
    return max(datetime.fromisoformat(end) for end in ends)
