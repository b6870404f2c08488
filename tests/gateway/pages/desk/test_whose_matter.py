"""Whoever the delegation was given for stands in the questions and on the receipt, and nobody else is taken."""

import re

import pytest

from connectors.sdk import registry
from delegation.model import AuthorityKind
from gateway.people.residents import Profile
from gateway.visits import asking, confirming
from gateway.visits.parties import Authority
from tests.gateway.pages.desk.desk import QUEUE, Desk
from tests.gateway.visits.counter import ILZE
from tests.gateway.visits.test_whose_matter import BIRTH, EMILS


def test_the_child_it_was_granted_for_stands_there_and_cannot_be_typed(desk: Desk) -> None:
    desk.open(QUEUE).grant(person=EMILS, approver=ILZE, authority=BIRTH)
    settled = {"precondition.child_registered": "yes"}
    desk.write(lambda conn: asking.save_draft(conn, desk.store, desk.by, desk.visit_id, settled, {}))
    page = desk.look().text
    assert page.count("It says for whom the delegation is.") == 1
    assert "E••• P•••" not in page
    assert re.search(r"Child&#39;s given name</p>.*?<p class=\"govuk-body\">E•••</p>", page, re.DOTALL)
    assert not re.search(r'name="child_(code|given_name|family_name)"', page)
    assert EMILS.code not in page
    sample = registry.find(QUEUE).samples[0].answers(desk.clock.now().date())
    born = dict(zip(("year", "month", "day"), str(sample["child_born"]).split("-"), strict=True))
    typed = {name: str(value) for name, value in sample.items() if not name.startswith("child_")}
    typed |= {f"child_born-{part}": value for part, value in born.items()}
    kept = {f"keep.{name}": "1" for name in ("child_code", "child_given_name", "child_family_name")}
    refused = desk.press_button("answers", {**typed, **kept, "child_code": "329999-10001"})
    assert refused.status == 422
    assert "only a new delegation can change it" in refused.text
    assert desk.press_button("answers", {**typed, **kept}).status == 303
    answers = desk.opened(lambda opened: opened.answers())
    assert answers is not None
    assert answers.values["child_code"] == EMILS.code
    assert answers.values["child_given_name"] == "Emīls"


def test_the_desk_says_which_of_those_who_sign_said_no(desk: Desk) -> None:
    second = Profile(name="Jānis Otrais", code="329999-00002")
    company = Profile(name="SIA Paraugs", code="40009999999", kind="company")
    authority = Authority(kind=AuthorityKind.SIGNATORY, document="register", reference="izziņa 1")
    desk.open().ask(person=company, approver=ILZE, co_approvers=(second,), authority=authority)
    desk.enter_code()
    desk.match()
    desk.sign_in()
    first, asked = desk.the_phone(), desk.approval().id
    desk.write(lambda conn: confirming.refuse_on_phone(conn, desk.store, first, asked))
    assert "I••• P••• said no" in desk.look().text


@pytest.mark.parametrize(
    ("kind", "right"),
    [
        (AuthorityKind.PARENT, "The child’s mother or father"),
        (AuthorityKind.GUARDIAN, "Guardian"),
        (AuthorityKind.ATTORNEY, "By a power of attorney"),
    ],
)
def test_the_receipt_says_in_whose_name_and_by_what_right(desk: Desk, kind: AuthorityKind, right: str) -> None:
    authority = Authority(kind=kind, document="other", reference="1")
    desk.open(language="en").grant(person=EMILS, approver=ILZE, authority=authority)
    desk.fill()
    desk.send()
    sheet = " ".join(re.sub(r"<[^>]+>", " ", desk.browser.get(f"{desk.path}/receipt").text).split())
    assert f"In whose name {EMILS.name} Allowed by {ILZE.name} Right to act {right}" in sheet


def test_the_receipt_of_whoever_acts_for_themselves_names_no_right(desk: Desk) -> None:
    desk.open(language="en").grant()
    desk.fill()
    desk.send()
    assert "Right to act" not in desk.browser.get(f"{desk.path}/receipt").text
