"""The assistant carries a yes: a sheet signed with ink and witnessed, or a code that is said on a call."""

import io
import re
from dataclasses import dataclass

import pypdf
import pytest

from audit.events import EventName
from delegation.assurance import Assurance, Route
from gateway.people.residents import Profile
from gateway.visits import paper, reading
from gateway.visits.reading import Stage
from gateway.visits.tables import ApprovalState
from tests.gateway.answers import Answer, statement_on
from tests.gateway.callers import Caller
from tests.gateway.pages.desk.desk import READ_BACK_OF_PORTAL, Desk
from tests.gateway.pages.second_look.conftest import colleague
from tests.gateway.pages.test_one_file import photograph, size_of
from tests.gateway.visits.counter import ILZE

__all__ = ["colleague"]

JPEG = b"\xff\xd8\xff ink"
PDF = b"%PDF-1.7 ink"
NUMBER = "+37120000007"
IBAN = "LV78PARA0000000000001"
FORM = {
    "document": "passport",
    "name": ILZE.name,
    "code": ILZE.code,
    "present": "yes",
    "route": "paper",
    "checked_code": ILZE.code,
}


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """A desk whose services take every way."""
    return takes(desk, ["phone", "passkey", "display", "paper", "call"])


def takes(desk: Desk, routes: list[str], least: Assurance = Assurance.SUBSTANTIAL) -> Desk:
    desk.takes(*map(Route, routes), least=least)
    return desk


def known(desk: Desk) -> None:
    """A register knows the resident's number."""
    desk.knows(Profile(name=ILZE.name, code=ILZE.code, phone=NUMBER))


def send_sheet(caller: Caller, path: str, code: str, *contents: bytes) -> Answer:
    """A form with files, as browsers write it (RFC 7578)."""
    fields = {"_csrf": caller.csrf or "", "sheet_code": code}
    parts = [f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}' for name, value in fields.items()]
    body = "\r\n".join(parts).encode()
    for number, content in enumerate(contents, start=1):
        head = f'Content-Disposition: form-data; name="sheet"; filename="{number}.jpg"\r\nContent-Type: image/jpeg'
        body += f"\r\n--b\r\n{head}\r\n\r\n".encode() + content
    headers = {"content-type": "multipart/form-data; boundary=b"}
    return caller.call("POST", path, headers=headers, body=body + b"\r\n--b--\r\n")


@dataclass
class Paper:
    """A visit whose yes is said on paper."""

    desk: Desk
    witness: Caller

    @property
    def at(self) -> str:
        return f"{self.desk.path}/approvals/{self.desk.approval().id}"

    @property
    def code(self) -> str:
        return paper.sheet_code(self.desk.approval().subject_hash)

    def hand_in(self, *contents: bytes) -> str:
        """Hand in; the address of the witness's question."""
        answer = send_sheet(self.desk.browser, f"{self.at}/sheet", self.code, *contents or (JPEG,))
        assert answer.status == 303, answer.text
        found = re.search(r'href="(/second-look/[0-9a-zA-Z_-]{20,})"', self.witness.get("/second-look").text)
        assert found
        return found[1]

    def look(self, *contents: bytes) -> str:
        question = self.hand_in(*contents)
        assert self.witness.post(f"{question}/look").location == question
        return question

    def witnessed(self) -> None:
        question = self.look()
        assert self.witness.post(f"{question}/confirm").status == 303

    def to_permit(self) -> None:
        self.witnessed()
        self.desk.fill()
        self.desk.report_read_back()


@pytest.fixture
def signing(desk: Desk, colleague: Caller) -> Paper:
    desk.open()
    assert desk.press_button("ask", FORM).status == 303
    return Paper(desk, colleague)


class TestOnPaper:
    def test_a_resident_without_phone_goes_from_document_to_feedback_by_printed_code(self, signing: Paper) -> None:
        desk = signing.desk
        page = desk.look().text
        assert "Open the sheet for printing" in page
        assert signing.code.replace("-", "") in re.sub(r"<[^>]+>", "", page)
        printed = desk.browser.post(f"{signing.at}/print")
        assert printed.location == f"{desk.path}/sheet"
        sheet = desk.browser.get(printed.location).text
        assert desk.opened(reading.OpenedVisit.statement).text.strip().splitlines()[0] in sheet
        assert signing.code in re.sub(r"<[^>]+>", "", sheet)
        assert desk.stop_code() in re.sub(r"<[^>]+>", "", sheet), "who signs takes it home"
        assert f"{desk.store.settings.public_url}/statement" in sheet
        question = signing.look()
        assert "Waiting for a witness" in desk.look().text
        shown = signing.witness.get(question).text
        assert ILZE.name in shown
        assert "Passport" in shown
        assert signing.code in shown
        assert signing.witness.get(f"{question}/sheet").body == JPEG
        assert signing.witness.post(f"{question}/confirm").status == 303
        desk.fill()
        desk.report_read_back()
        assert desk.stage is Stage.PERMIT
        signing.witnessed()
        assert desk.view().stage is Stage.SENDING
        desk.send_and_file()
        desk.close()
        assert "app-feedback-code" in desk.look().text

    def test_the_statement_on_the_sheet_is_the_text_that_is_approved(self, signing: Paper) -> None:
        signing.desk.browser.post(f"{signing.at}/print")
        sheet = signing.desk.browser.get(f"{signing.desk.path}/sheet").text
        assert statement_on(sheet) == signing.desk.opened(reading.OpenedVisit.statement).text

    def test_the_sheet_with_values_opens_only_after_a_recorded_look(self, signing: Paper) -> None:
        signing.to_permit()
        assert signing.desk.browser.get(f"{signing.desk.path}/sheet").location == signing.desk.path
        assert IBAN not in signing.desk.look().text
        signing.desk.browser.post(f"{signing.at}/print")
        sheet = signing.desk.browser.get(f"{signing.desk.path}/sheet").text
        assert IBAN in sheet
        assert READ_BACK_OF_PORTAL.attachments[0].filename in sheet
        assert "Bez maksas" in sheet
        assert signing.code in re.sub(r"<[^>]+>", "", sheet)
        assert signing.desk.stop_code() in re.sub(r"<[^>]+>", "", sheet)

    def test_a_witness_is_shown_what_would_be_sent(self, signing: Paper) -> None:
        signing.to_permit()
        shown = signing.witness.get(signing.look()).text
        assert ILZE.code in shown
        assert IBAN in shown
        assert "Free of charge" in shown

    def test_a_witness_sees_nothing_before_it_is_recorded(self, signing: Paper) -> None:
        question = signing.hand_in()
        page = signing.witness.get(question)
        assert ILZE.name not in page.text
        assert signing.code not in page.text
        assert signing.witness.get(f"{question}/sheet").status == 409

    def test_nobody_else_opens_the_sheet(self, signing: Paper) -> None:
        question = signing.look()
        assert signing.desk.browser.get(f"{question}/sheet").status == 404

    def test_a_witness_refuses_with_a_reason_which_the_desk_is_told(self, signing: Paper) -> None:
        question = signing.look()
        missing = signing.witness.post(f"{question}/refuse-sheet")
        assert missing.location == f"{question}?why=missing#reason"
        assert "Choose why you do not confirm" in signing.witness.get(f"{question}?why=missing").text
        assert signing.witness.post(f"{question}/refuse-sheet", {"reason": "other_person"}).location == question
        assert "This has been refused" in signing.witness.get(question).text
        page = signing.desk.look().text
        assert "The witness did not confirm it" in page
        assert "Somebody else signed, or I cannot tell who" in page
        assert "Ask what made them say no" not in page

    def test_a_pdf_is_shown_in_a_frame_that_runs_nothing_and_is_left_on_no_disk(self, signing: Paper) -> None:
        question = signing.look(PDF)
        page = signing.witness.get(question)
        assert "<img" not in page.text
        assert f'<iframe class="app-framed" src="{question}/sheet"' in page.text
        assert "frame-src 'self'" in page.headers["content-security-policy"]
        assert " download" not in page.text
        answer = signing.witness.get(f"{question}/sheet")
        assert answer.body == PDF
        assert answer.headers["content-disposition"].startswith("inline;")
        assert "sandbox" in answer.headers["content-security-policy"]

    def test_photographs_of_its_pages_are_one_file_in_the_order_in_which_they_were_sent(self, signing: Paper) -> None:
        question = signing.look(photograph(30, 40).content, photograph(50, 60).content)
        pages = pypdf.PdfReader(io.BytesIO(signing.witness.get(f"{question}/sheet").body)).pages
        assert [size_of(each) for each in pages] == [(30, 40), (50, 60)]

    @pytest.mark.parametrize(
        ("code", "contents", "said"),
        [
            ("", [JPEG], "Type the code that stands on the sheet"),
            ("right", [], "Choose the file with the signed sheet"),
            ("right", [b"<html>"], "A file of this kind is not taken. Use PDF, JPEG or PNG."),
            ("right", [b"\xff\xd8\xff" + b"0" * 20_000_001], "The file is larger than 20 MB."),
            ("right", [photograph(3, 4).content, PDF], "The file 2.jpg is no picture that can be opened"),
            ("0000-0000", [JPEG], "This sheet is void: it is of another text"),
        ],
    )
    def test_what_cannot_be_taken_is_said_and_the_code_stays_typed(
        self, signing: Paper, code: str, contents: list[bytes], said: str
    ) -> None:
        typed = signing.code if code == "right" else code
        answer = send_sheet(signing.desk.browser, f"{signing.at}/sheet", typed, *contents)
        assert answer.status in (409, 422)
        assert said in answer.text
        assert not typed or f'value="{typed}"' in answer.text
        assert "Waiting for a witness" not in signing.desk.look().text

    def test_after_a_changed_read_back_the_page_says_that_the_old_sheet_is_void(self, signing: Paper) -> None:
        signing.to_permit()
        assert "is void: print it anew" not in signing.desk.look().text
        signing.desk.fill()
        signing.desk.prepare()
        assert "is void: print it anew" in signing.desk.look().text

    def test_another_sheet_can_be_handed_in_while_a_witness_is_waited_for(self, signing: Paper) -> None:
        question = signing.hand_in()
        assert 'name="sheet"' not in signing.desk.look().text
        assert 'name="sheet"' in signing.desk.look("?panel=sheet").text
        assert signing.hand_in(PDF) != question

    def test_without_a_witness_it_goes_on_only_where_the_service_takes_low(self, signing: Paper) -> None:
        signing.hand_in()
        assert "/unwitnessed" not in signing.desk.look().text
        refused = signing.desk.browser.post(f"{signing.at}/unwitnessed")
        assert refused.status == 403
        takes(signing.desk, ["paper"], Assurance.LOW)
        assert "/unwitnessed" in signing.desk.look().text
        assert signing.desk.browser.post(f"{signing.at}/unwitnessed").status == 303
        assert signing.desk.stage is Stage.QUESTIONS

    def test_who_does_not_sign_has_said_no(self, signing: Paper) -> None:
        assert signing.desk.browser.post(f"{signing.at}/no").status == 303
        assert signing.desk.stage is Stage.REFUSED

    def test_the_picture_on_the_sheet_leads_each_to_their_own_page(self, signing: Paper) -> None:
        leads = f"/sheets/{signing.desk.approval().id}"
        assert signing.desk.browser.get(leads).location == signing.desk.path
        assert signing.witness.get(leads).status == 404
        question = signing.hand_in()
        assert signing.witness.get(leads).location == question


class TestOnACall:
    def called(self, desk: Desk, language: str = "lv") -> Desk:
        known(desk)
        desk.open(language=language)
        form = FORM | {"route": "call", "document": "", "present": ""}
        assert desk.press_button("ask", form).status == 303
        return desk

    def at(self, desk: Desk) -> str:
        return f"{desk.path}/approvals/{desk.approval().id}"

    def test_needs_no_document_and_shows_what_to_read_aloud(self, desk: Desk) -> None:
        page = self.called(desk).look().text
        assert "Call the resident back" in page
        assert "app-statement__text" in page
        assert NUMBER not in page
        assert "••••07" in page

    def test_the_number_to_call_is_shown_on_the_record(self, desk: Desk) -> None:
        self.called(desk)
        assert NUMBER not in desk.look("?shown=1").text
        shown = desk.press_button("show")
        assert NUMBER in desk.browser.get(shown.location).text
        assert EventName.RESIDENT_LOOKED_AT in desk.events()

    def test_the_code_that_is_said_is_the_yes_and_a_wrong_one_costs_a_try(self, desk: Desk) -> None:
        self.called(desk)
        code = desk.sent_code()
        wrong = "000000" if code != "000000" else "111111"
        assert desk.browser.post(f"{self.at(desk)}/spoken", {"code": ""}).status == 422
        assert desk.browser.post(f"{self.at(desk)}/spoken", {"code": wrong}).status == 303
        assert "4 tries are left" in desk.look().text
        assert desk.browser.post(f"{self.at(desk)}/spoken", {"code": code}).status == 303
        assert desk.stage is Stage.QUESTIONS

    def test_the_read_back_is_said_yes_to_by_a_new_code(self, desk: Desk) -> None:
        self.called(desk)
        desk.browser.post(f"{self.at(desk)}/spoken", {"code": desk.sent_code()})
        desk.fill()
        desk.report_read_back()
        page = desk.look().text
        assert desk.approval().match_number in page
        assert desk.browser.post(f"{self.at(desk)}/spoken", {"code": desk.sent_code()}).status == 303
        assert desk.stage is Stage.SENDING

    @pytest.mark.parametrize(("language", "is_explained"), [("lv", False), ("en", True)])
    def test_the_read_back_is_read_aloud_in_the_words_of_whoever_hears_it(
        self, desk: Desk, language: str, *, is_explained: bool
    ) -> None:
        self.called(desk, language)
        desk.browser.post(f"{self.at(desk)}/spoken", {"code": desk.sent_code()})
        desk.fill()
        desk.report_read_back()
        assert ("How would you like to get the decision?" in desk.look().text) is is_explained

    def test_a_no_is_recorded(self, desk: Desk) -> None:
        self.called(desk)
        assert desk.browser.post(f"{self.at(desk)}/no").status == 303
        assert desk.stage is Stage.REFUSED
        assert desk.approval().state is ApprovalState.REFUSED

    def test_a_resident_without_a_known_number_is_told_to_be_asked_otherwise(self, desk: Desk) -> None:
        desk.open()
        answer = desk.press_button("ask", FORM | {"route": "call"})
        assert answer.status == 409
        assert "No telephone number of this person is known" in answer.text


def test_steps_of_another_assistants_visit_are_not_found(signing: Paper) -> None:
    other = signing.witness
    assert other.get(f"{signing.desk.path}/sheet").status == 404
    for step in ("print", "unwitnessed", "no", "spoken"):
        assert other.post(f"{signing.at}/{step}", {"code": "123456"}).status == 404
    assert send_sheet(other, f"{signing.at}/sheet", signing.code, JPEG).status == 404


class TestOnTheCalledPhone:
    def test_the_link_the_said_number_and_a_button_send_exactly_what_is_shown(self, desk: Desk) -> None:
        phone = self.called(desk)
        assert IBAN not in phone.get("/approve").text
        assert "Kādu skaitli nosauc zvanītājs?" in phone.get("/approve").text
        approval = desk.approval()
        assert self.send(phone, "number", number=approval.match_number).status == 303
        page = phone.get("/approve").text
        assert IBAN in page
        assert EventName.READBACK_SHOWN in desk.events()
        assert self.send(phone, "heard", approval=approval.id).location == "/approve"
        assert desk.stage is Stage.SENDING

    def test_shows_nothing_and_takes_no_yes_without_the_number(self, desk: Desk) -> None:
        phone = self.called(desk)
        assert self.send(phone, "heard", approval=desk.approval().id).location == "/approve"
        assert desk.stage is Stage.PERMIT
        assert IBAN not in phone.get("/approve").text

    def test_a_no_on_the_phone_stops_the_sending(self, desk: Desk) -> None:
        phone = self.called(desk)
        assert self.send(phone, "refuse", approval=desk.approval().id).status == 303
        assert desk.stage is Stage.PERMIT_REFUSED

    def called(self, desk: Desk) -> Caller:
        """A phone that has opened the link."""
        calls = TestOnACall()
        calls.called(desk)
        desk.browser.post(f"{calls.at(desk)}/spoken", {"code": desk.sent_code()})
        desk.fill()
        desk.report_read_back()
        link = re.search(r"/a/\S+", desk.newest_message())
        assert link
        phone = Caller(desk.callers.app)
        phone.csrf = phone.get(link[0]).csrf
        assert phone.post(link[0]).location == "/approve"
        return phone

    def send(self, phone: Caller, step: str, **fields: str) -> Answer:
        path = "/approve/refuse" if step == "refuse" else "/approve"
        found = re.search(r'name="_csrf" value="([^"]+)"', phone.get(path).text)
        assert found
        phone.csrf = found[1]
        return phone.post(f"/approve/{step}", fields)
