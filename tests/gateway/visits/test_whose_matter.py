"""Who was named when the delegation was asked for is who it is filed for: nobody types them anew, or somebody else."""

from typing import Any

import pytest

from audit.events import EventName
from connectors.sdk import registry
from delegation.filing import FilingState
from delegation.model import AuthorityKind
from delegation.readback import Item, ReadBack
from gateway.people.residents import Profile
from gateway.services import catalogue
from gateway.visits import fixed
from gateway.visits.errors import LockedValueError
from gateway.visits.parties import Authority
from gateway.visits.reading import Stage
from tests.gateway.visits.counter import ILZE, QUEUE, Counter

EMILS = Profile(name="Emīls Paraudziņš", code="329999-10009")
BIRTH = Authority(kind=AuthorityKind.PARENT, document="birth_certificate", reference="DZ-000001")
ATTORNEY = Authority(kind=AuthorityKind.ATTORNEY, document="power_of_attorney", reference="Nr. 1")
GRANTED = {"child_given_name": "Emīls", "child_family_name": "Paraudziņš", "child_code": EMILS.code}


def answer(counter: Counter, **changed: str) -> None:
    """Answer as was granted, but for what is `changed`."""
    values: dict[str, Any] = {**GRANTED, **changed}
    counter.fill(sample=0, **values)


def granted(counter: Counter, person: Profile = EMILS, authority: Authority = BIRTH) -> None:
    counter.open(QUEUE).grant(person=person, approver=ILZE, authority=authority)


def held(**values: str) -> ReadBack:
    """What the portal holds of the child."""
    items = [
        Item(step.name, action.control, action.label, "text", values[action.input], values[action.input])
        for step in registry.find(QUEUE).steps
        for fill in step.fills
        for action in fill.actions({})
        if action.input in values
    ]
    return ReadBack(items=tuple(items), attachments=(), fee="0,00 EUR", language="lv")


class TestChild:
    def test_is_known_from_what_was_granted(self, counter: Counter) -> None:
        granted(counter)
        assert counter.opened(lambda opened: opened.fixed()) == GRANTED

    def test_who_is_another_one_is_refused_at_the_questions(self, counter: Counter) -> None:
        granted(counter)
        before = counter.events()
        with pytest.raises(LockedValueError) as refused:
            answer(counter, child_code="329999-10001")
        assert refused.value.inputs == ("child_code",)
        assert "329999-10001" not in str(refused.value)
        assert counter.events() == before

    def test_who_is_another_one_at_the_portal_is_never_put_to_the_parent(self, counter: Counter) -> None:
        granted(counter)
        answer(counter)
        assert not counter.prepare(held(**GRANTED | {"child_code": "329999-10001"}))
        filing = counter.filing()
        assert (filing.state, filing.reason) == (FilingState.FAILED, LockedValueError.code)
        assert counter.said(EventName.REQUEST_BLOCKED)["inputs"] == ["child_code"]
        assert EventName.PERMIT_REQUESTED not in counter.events()

    def test_who_was_granted_goes_on(self, counter: Counter) -> None:
        granted(counter)
        answer(counter)
        assert counter.prepare(held(**GRANTED))
        assert counter.stage is Stage.PERMIT

    def test_is_asked_of_parents_who_speak_for_themselves(self, counter: Counter) -> None:
        counter.open(QUEUE).grant()
        assert counter.opened(lambda opened: opened.fixed()) == {}
        counter.fill()
        assert counter.stage is Stage.FILLING

    def test_of_somebody_with_an_attorney_is_not_that_somebody(self, counter: Counter) -> None:
        granted(counter, authority=ATTORNEY)
        assert counter.opened(lambda opened: opened.fixed()) == {}


class TestFacts:
    def known(self, counter: Counter, person: Profile) -> dict[str, str]:
        services = (counter.read(lambda conn: catalogue.find(conn, QUEUE)),)
        return fixed.whose(services, person, AuthorityKind.PARENT)[QUEUE]

    def test_an_old_code_tells_the_birthday(self, counter: Counter) -> None:
        known = self.known(counter, Profile(name="Emīls Paraudziņš", code="150399-29999"))
        assert known["child_born"] == "2099-03-15"

    def test_a_day_that_never_was_is_no_birthday(self, counter: Counter) -> None:
        assert "child_born" not in self.known(counter, Profile(name="Emīls Paraudziņš", code="310299-29999"))

    def test_a_name_of_three_words_is_only_suggested(self, counter: Counter) -> None:
        name = "Anna Marija Paraudziņa"
        assert self.known(counter, Profile(name=name, code=EMILS.code)) == {"child_code": EMILS.code}
        connector = registry.find(QUEUE)
        assert fixed.suggested(connector, name, AuthorityKind.PARENT) == {
            "child_given_name": "Anna Marija",
            "child_family_name": "Paraudziņa",
        }
        assert fixed.suggested(connector, name, None) == {}
