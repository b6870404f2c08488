"""The connector's questions at the desk: asked once, filled in as far as known, never lost, never shown unasked."""

import re
from typing import Any

import pytest
from sqlalchemy import update

from connectors.runner.errors import (
    FormChangedError,
    IssuerRefusedError,
    PortalUnavailableError,
    SignInRefusedError,
    ValuesRefusedError,
)
from connectors.sdk import registry
from delegation.assurance import NumberSource
from gateway.pages.desk import questions
from gateway.pages.desk.questions import Filled
from gateway.people import residents
from gateway.people.residents import Profile
from gateway.people.roles import Role
from gateway.people.staff import NewStaff
from gateway.visits import asking
from gateway.visits.errors import OtherPersonError
from gateway.visits.reading import Stage
from gateway.visits.scope import Wanted
from gateway.visits.tables import Visit
from tests.gateway.accounts import an_account
from tests.gateway.answers import Answer
from tests.gateway.callers import PASSWORD
from tests.gateway.pages.desk.desk import BENEFIT, QUEUE, Desk
from tests.gateway.visits.counter import ILZE

ANSWERS = {
    "information_read": "information_read",
    "action": "claim",
    "sheet": "B-26-00001-1",
    "period_from-day": "13",
    "period_from-month": "10",
    "period_from-year": "2026",
    "period_to-day": "23",
    "period_to-month": "10",
    "period_to-year": "2026",
    "account": "LV78 PARA 0000 0000 0000 1",
    "phone": "20000001",
    "email": "ilze@piemers.example",
    "work_ended": "no",
    "news_by": "email",
    "decision_by": "portal",
    "truthful": "truthful",
    "registers": "registers",
    "repay": "repay",
}


def send(desk: Desk, **changes: str | None) -> Answer:
    fields = {name: value for name, value in {**ANSWERS, **changes}.items() if value is not None}
    return desk.press_button("answers", fields)


def send_with_file(desk: Desk, name: str, content: bytes, **changes: str) -> Answer:
    """As a browser does when a form has a file in it."""
    mark = "----mark"
    fields = {"_csrf": desk.browser.csrf or "", **ANSWERS, **changes}
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in fields.items()
    ]
    head = f'Content-Disposition: form-data; name="employer_statement"; filename="{name}"'
    parts.append(f"--{mark}\r\n{head}\r\nContent-Type: application/pdf\r\n\r\n".encode() + content + b"\r\n")
    body = b"".join(parts) + f"--{mark}--\r\n".encode()
    headers = {"content-type": f"multipart/form-data; boundary={mark}"}
    return desk.browser.call("POST", f"{desk.path}/answers", headers=headers, body=body)


class TestBeforeTheQuestions:
    def test_comes_what_has_to_be_so(self, desk: Desk) -> None:
        desk.at(Stage.QUESTIONS)
        assert "Is sick-leave sheet B closed in e-health?" in desk.look().text
        assert desk.press_button("preconditions").status == 422
        desk.press_button("preconditions", {"precondition.sheet_b_closed": "no"})
        page = desk.look().text
        assert "It cannot be filed yet" in page
        assert "Ask the family doctor" in page
        desk.press_button("preconditions", {"precondition.sheet_b_closed": "yes"})
        assert "Number of sick-leave sheet B" in desk.look().text


class TestAsking:
    def test_fills_in_what_is_known_without_showing_it(self, desk: Desk) -> None:
        desk.ready()
        page = desk.look().text
        assert "Known: +371••••01. Leave it empty to keep it." in page
        assert "+37120000001" not in page
        assert 'name="keep.phone"' in page

    def test_sends_the_worker_with_the_answers(self, desk: Desk) -> None:
        desk.ready()
        assert send(desk).location == desk.path
        assert desk.stage is Stage.FILLING
        kept = desk.opened(lambda opened: opened.answers())
        assert kept is not None
        assert kept.values["account"] == "LV78PARA0000000000001"
        assert kept.values["period_from"] == "2026-10-13"
        assert kept.values["truthful"] == "yes"
        assert desk.opened(lambda opened: opened.draft()) is None

    def test_keeps_what_is_known_where_the_field_was_left_empty(self, desk: Desk) -> None:
        desk.ready()
        send(desk, phone="", **{"keep.phone": "1"})
        kept = desk.opened(lambda opened: opened.answers())
        assert kept is not None
        assert kept.values["phone"] == "+37120000001"

    def test_empties_what_is_known_where_it_was_shown_and_removed(self, desk: Desk) -> None:
        desk.ready()
        desk.press_button("show", {"panel": "edit"})
        page = desk.look("?panel=edit&shown=1").text
        assert 'value="+37120000001"' in page
        assert 'name="keep.phone"' not in page
        send(desk, phone="")
        kept = desk.opened(lambda opened: opened.answers())
        assert kept is not None
        assert "phone" not in kept.values

    def test_says_beside_each_question_what_is_wrong_and_loses_nothing(self, desk: Desk) -> None:
        desk.ready()
        answer = send(desk, account="LV00", work_ended=None, truthful=None)
        assert answer.status == 422
        assert '<a href="#account">Account number (IBAN): The account number is not right' in answer.text
        assert '<a href="#work_ended">Has the employment ended? Choose one answer.' in answer.text
        assert '<a href="#truthful">I declare that what I have said is true: It cannot be filed' in answer.text
        assert 'value="LV00"' in answer.text
        assert 'value="B-26-00001-1"' in answer.text
        assert 'name="period_from-day" type="text" inputmode="numeric" value="13"' in answer.text
        # And the browser may close now.
        again = desk.look().text
        assert re.search(r'value="claim" checked', again)
        assert 'value="B-26-00001-1"' not in again
        assert desk.stage is Stage.QUESTIONS

    def test_does_not_show_what_stood_masked_when_something_else_is_wrong(self, desk: Desk) -> None:
        desk.ready()
        answer = send(desk, phone="", account="LV00", **{"keep.phone": "1"})
        assert answer.status == 422
        assert "+37120000001" not in answer.text
        assert "Known: +371••••01" in answer.text

    def test_what_the_resident_fixed_stands_again_after_something_else_was_typed(self, desk: Desk) -> None:
        person = Profile(name=ILZE.name, code=ILZE.code, address="Vēja iela 1, Piemēri")
        now = desk.clock.now()
        known = desk.write(lambda conn: residents.find_or_create(conn, desk.store, person, now=now))
        desk.write(
            lambda conn: residents.remember(conn, desk.store, known.id, person, source=NumberSource.REGISTER, now=now)
        )
        desk.open(QUEUE).grant(services=(Wanted(service=QUEUE, locked=("address",)),))
        settled = {"precondition.child_registered": "yes"}
        desk.write(lambda conn: asking.save_draft(conn, desk.store, desk.by, desk.visit_id, settled, {}))
        answer = send(desk, address="Cita iela 5")
        assert answer.status == 422
        assert "Cita iela 5" not in answer.text
        assert re.search(r'type="hidden" name="keep\.address"', answer.text)

    def test_asks_a_dependent_question_only_when_it_applies(self, desk: Desk) -> None:
        desk.ready()
        page = desk.look().text
        beneath = page.partition('id="conditional-work_ended"')[2].partition('name="news_by"')[0]
        assert 'name="work_end_date-day"' in beneath
        assert "Only if the answer to “Has the employment ended?” is “Yes”:" in beneath
        answer = send(desk, work_ended="yes")
        assert answer.status == 422
        assert "Last day of the employment: Enter a date." in answer.text
        assert send(desk, work_ended="no", **{"work_end_date-day": "99"}).status == 303

    def test_keeps_a_half_done_form_for_later(self, desk: Desk) -> None:
        desk.ready()
        answer = send(desk, do="keep", account="", decision_by=None)
        assert answer.location == f"{desk.path}?note=draft"
        assert desk.stage is Stage.QUESTIONS
        page = desk.look().text
        assert re.search(r'value="email" checked', page)
        assert "Known: ••••. Leave it empty" in page

    def test_a_second_click_fills_nothing_twice(self, desk: Desk) -> None:
        desk.ready()
        send(desk, seen="")
        run = desk.newest_run()
        second = send(desk, seen="")
        assert second.status == 409
        assert "This has already been done" in second.text
        assert desk.newest_run() == run

    def test_keeps_what_was_typed_when_the_delegation_ended_meanwhile(self, desk: Desk) -> None:
        desk.at(Stage.EXPIRED)
        answer = send(desk)
        assert answer.status == 409
        assert "The delegation has ended" in answer.text
        desk.grant()
        page = desk.look().text
        assert re.search(r'value="claim" checked', page)
        assert "Known: LV78••••01" in page

    def test_shows_another_person_nothing_of_the_one_before(self, desk: Desk) -> None:
        desk.ready()
        send(desk, do="keep")
        desk.write(desk.stop_now)
        with pytest.raises(OtherPersonError):
            desk.ask(person=Profile(name="Otrs Cilvēks", code="329999-00002"))
        desk.open().ask(person=Profile(name="Otrs Cilvēks", code="329999-00002"))
        desk.enter_code()
        desk.match()
        desk.sign_in(code="329999-00002")
        desk.press_button("preconditions", {"precondition.sheet_b_closed": "yes"})
        page = desk.look().text
        assert "LV78" not in page
        assert not re.search(r'value="claim" checked', page)

    def test_keeps_each_visits_half_done_form_apart(self, desk: Desk) -> None:
        desk.ready()
        send(desk, do="keep")
        first = desk.path
        desk.ready()
        assert not re.search(r'value="claim" checked', desk.look().text)
        assert send(desk).status == 303
        assert re.search(r'value="claim" checked', desk.browser.get(first).text)

    def test_refuses_what_is_already_filed_for_this_person(self, desk: Desk) -> None:
        desk.at(Stage.FILED)
        earlier = desk.path
        answers = desk.opened(lambda opened: opened.answers())
        assert answers is not None
        desk.close()
        desk.ready()
        first = str(answers.values["period_from"]).split("-")
        last = str(answers.values["period_to"]).split("-")
        same: dict[str, str | None] = {
            f"period_{end}-{part}": value
            for end, date in (("from", first), ("to", last))
            for part, value in zip(("year", "month", "day"), date, strict=True)
        }
        answer = send(desk, **same)
        assert answer.status == 409
        assert "The same thing has been filed or is on its way" in answer.text
        assert f'href="{earlier}"' in answer.text
        assert 'value="LV78 PARA 0000 0000 0000 1"' in answer.text

    def test_names_the_centre_whose_open_visit_works_on_the_same(self, desk: Desk) -> None:
        desk.at(Stage.FILLING)
        colleague = _another(desk, "maija")
        visit = update(Visit).where(Visit.id == desk.visit_id).values(assistant_id=colleague)
        desk.write(lambda conn: conn.execute(visit))
        theirs = desk.path
        desk.ready()
        answer = send(desk)
        assert answer.status == 409
        assert "in another visit, which may still be open. Centre: " in answer.text
        assert theirs not in answer.text


def _another(desk: Desk, login: str) -> str:
    """Somebody else who works there."""
    new = NewStaff(
        login=login, name="Maija Cita", password=PASSWORD, centre_id=desk.by.centre_id, roles=(Role.ASSISTANT,)
    )
    return desk.write(lambda conn: an_account(conn, desk.store.sealer, new, now=desk.clock.now())).id


class TestFiles:
    def test_are_kept_with_a_form_that_is_wrong_and_sent_with_the_next(self, desk: Desk) -> None:
        desk.ready()
        late = {"work_ended": "yes", "work_end_date-day": "14", "work_end_date-month": "10"}
        first = send_with_file(desk, "izzina.pdf", b"%PDF-1.7 a statement", **late)
        assert first.status == 422
        assert "Attached: ••••" in first.text
        assert send(desk, **late, **{"work_end_date-year": "2026"}).status == 303
        kept = desk.opened(lambda opened: opened.answers())
        assert kept is not None
        assert kept.files["employer_statement"].content == b"%PDF-1.7 a statement"
        assert kept.files["employer_statement"].filename == "izzina.pdf"

    def test_of_another_kind_are_refused_beside_their_question(self, desk: Desk) -> None:
        desk.ready()
        late = {
            "work_ended": "yes",
            "work_end_date-day": "14",
            "work_end_date-month": "10",
            "work_end_date-year": "2026",
        }
        answer = send_with_file(desk, "izzina.pdf", b"MZ not a PDF", **late)
        assert answer.status == 422
        assert 'href="#employer_statement">The employer' in answer.text


class TestThePortalsWords:
    def test_stand_beside_the_question_and_above_all(self, desk: Desk) -> None:
        refused = {"account": "Konts <b>nepieder</b> iesniedzējam."}
        desk.fails(ValuesRefusedError(refused, ("Pārbaudiet ievadīto.",)))
        page = desk.look().text
        assert "The portal did not take these answers" in page
        assert "Konts &lt;b&gt;nepieder&lt;/b&gt; iesniedzējam." in page
        assert "Pārbaudiet ievadīto." in page
        assert 'name="keep.account"' not in page
        assert 'name="keep.email"' in page
        corrected = send(desk, seen=_seen(page))
        assert corrected.status == 303
        assert desk.stage is Stage.FILLING

    def test_about_a_changed_form_say_what_has_changed(self, desk: Desk) -> None:
        desk.fails(FormChangedError(("Page “dati”: the field “Tālrunis” is gone.",)))
        page = desk.look().text
        assert re.search(r"What has changed</h2>\s*<ul[^>]*><li>Page “dati”: the field “Tālrunis” is gone\.", page)
        assert "Nothing was sent." in page

    def test_about_a_sign_in_it_refuses_do_not_advise_to_try_again(self, desk: Desk) -> None:
        desk.fails(SignInRefusedError("no"))
        page = desk.look().text
        assert "Trying again does not help" in page
        assert "Try again now or in a few minutes" not in page
        helps, _, later = page.partition("It has been put right since")
        assert "What to tell the resident" in helps
        assert f'href="{desk.path}/close"' in helps
        assert f'action="{desk.path}/retry"' in later
        assert f'action="{desk.path}/retry"' not in helps

    def test_about_our_own_issuer_say_that_the_portal_is_not_to_blame_and_whom_to_tell(self, desk: Desk) -> None:
        desk.fails(IssuerRefusedError("the issuer answered 400"))
        page = desk.look().text
        assert "We could not confirm the delegation to the portal" in page
        assert "tell the operator" in page
        assert "Nothing was sent." in page
        assert f'action="{desk.path}/retry"' in page

    def test_about_a_portal_that_is_out_of_order_offer_another_try_first(self, desk: Desk) -> None:
        desk.fails(PortalUnavailableError("down"))
        page = desk.look().text
        assert f'action="{desk.path}/retry"' in page
        assert "It has been put right since" not in page

    def test_after_sending_lead_to_the_answers_again(self, desk: Desk) -> None:
        desk.at(Stage.DECLINED)
        assert "Account number (IBAN):</strong> Konts nepieder." in desk.look().text
        page = desk.look("?panel=edit").text
        assert "Questions – Pilnvara</title>" in page
        assert send(desk, seen=_seen(page)).status == 303
        assert desk.stage is Stage.FILLING


class TestForm:
    def test_is_made_from_every_kind_of_question_of_every_connector(self, desk: Desk) -> None:
        desk.open(QUEUE)
        for connector in registry.all().values():
            filled = Filled(values={}, errors={}, masked=())
            drawn = list(_names(questions.fields_of(connector.inputs, filled, "en")))
            assert sorted(drawn) == sorted(each.name for each in connector.inputs)

    def test_takes_the_resident_for_no_more_than_is_known(self) -> None:
        inputs = registry.find(BENEFIT).inputs
        assert questions.prefilled(inputs, ILZE) == {}
        known = Profile(name="Ilze", code=ILZE.code, email="ilze@piemers.example")
        assert questions.prefilled(inputs, known) == {"email": "ilze@piemers.example"}

    def test_masks_so_that_only_the_owner_knows_which_it_is(self) -> None:
        assert questions.masked("personal_code", "329999-00001") == "32••••-•••01"
        assert questions.masked("iban", "LV78 PARA 0000 0000 0000 1") == "LV78••••01"
        assert questions.masked("email", "ilze@piemers.example") == "i•••@piemers.example"
        assert questions.masked("name", "Anna Paraudziņa") == "A••• P•••"
        assert questions.masked("text", "Izdomu iela 1-12") == "••••"

    def test_says_once_of_neighbours_why_they_are_fixed(self) -> None:
        inputs = registry.find(QUEUE).inputs
        settled = {"child_given_name", "child_family_name", "child_code", "address"}
        values: dict[str, questions.Typed] = {"child_given_name": "Emīls", "child_code": "329999-10001"}
        filled = Filled(values=values, errors={"child_code": "Wrong."}, masked=settled)
        fields = questions.fields_of(inputs, filled, "en", settled)
        groups = [field for field in fields if field.kind == questions.SETTLED]
        names = [[item.name for item in group.items] for group in groups]
        assert names == [["child_given_name", "child_family_name", "child_code"], ["address"]]
        assert [group.is_person for group in groups] == [True, False]
        assert groups[0].items[0].known == "E•••"
        assert list(questions.errors_of(fields)) == [
            {"text": "Child's personal code: Wrong.", "href": "#child_code"},
        ]


def _names(fields: Any) -> Any:
    for field in fields:
        if field.items:
            yield from (item.name for item in field.items)
        else:
            yield field.name
        for choice in field.choices:
            yield from _names(choice.fields)


def _seen(page: str) -> str:
    found = re.search(r'name="seen" value="([^"]*)"', page)
    assert found
    return found[1]
