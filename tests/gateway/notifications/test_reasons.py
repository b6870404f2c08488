"""An administrator reads in words why a message was not sent, whatever kept it back."""

from collections.abc import Iterator

from gateway.notifications import sending
from gateway.notifications.errors import MessageRefusedError
from gateway.outreach import rules
from gateway.pages.admin.outbox import REASONS


def _below(root: type[MessageRefusedError]) -> Iterator[type[MessageRefusedError]]:
    yield root
    for each in root.__subclasses__():
        yield from _below(each)


def test_every_reason_for_which_a_message_is_given_up_has_words() -> None:
    codes = {each.code for each in _below(MessageRefusedError)} | {rules.STOPPED}
    assert {sending.MessageLateError.code, sending.MessageUnwantedError.code} < codes
    assert codes - set(REASONS) == set()
