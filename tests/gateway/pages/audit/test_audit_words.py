"""The words of the auditor's pages: one for everything that can be met."""

from audit import words
from audit.entry import ActorKind
from audit.events import EventName
from audit.report import Verdict
from gateway.pages import audit_words
from gateway.visits.looking import AuditReason


class TestWords:
    def test_there_are_words_for_everything_that_can_be_met(self) -> None:
        assert set(audit_words.EVENTS) == set(EventName)
        assert set(audit_words.ACTORS) == set(ActorKind)
        assert set(audit_words.FINDINGS) == set(Verdict)
        assert set(audit_words.REASONS) == set(AuditReason)

    def test_are_those_of_the_page_in_a_bundle(self) -> None:
        """A verifier has no catalogue of ours: a new event needs its line in audit/words.txt too."""
        told = {event.value: (text.text("lv"), text.text("en")) for event, text in audit_words.EVENTS.items()}
        assert words.events() == told
        assert {kind: (text.text("lv"), text.text("en")) for kind, text in audit_words.ACTORS.items()} == words.ACTORS

    def test_no_two_events_are_told_alike(self) -> None:
        told = [message.source for message in audit_words.EVENTS.values()]
        assert len(set(told)) == len(told)
