import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from connectors.sandbox import Sandbox
from connectors.sandbox.portal.drafts import Drafts
from tests.sandbox.conftest import HeldClock
from tests.sandbox.pages import Page
from tests.sandbox.visitors import A_PDF, SICKNESS, Visitor, sickness_answers

State = Callable[[], dict[str, Any]]


def at_data_step(visitor: Visitor) -> Page:
    return visitor.walk(visitor.get(f"{SICKNESS}/informacija"), [{"iepazinos": "ja"}])


def at_attachments(visitor: Visitor) -> Page:
    return visitor.walk(at_data_step(visitor), sickness_answers()[:1])


class TestWholeService:
    def test_ends_with_a_reference_a_pdf_and_an_entry_in_the_list(self, anna: Visitor, state: State) -> None:
        overview = anna.to_overview(SICKNESS, sickness_answers())
        received = anna.send(overview)
        assert received.heading == "Iesniegums saņemts"
        reference = received.text_of("numurs")
        assert reference == "VSAA-2026-000001"
        pdf = anna.http.get(f"/iesniegumi/{reference}/apliecinajums.pdf")
        assert pdf.headers["content-type"] == "application/pdf"
        assert pdf.content.startswith(b"%PDF-")
        assert pdf.content == anna.http.get(f"/iesniegumi/{reference}/apliecinajums.pdf").content
        listed = anna.http.get("/api/mani-iesniegumi").json()["iesniegumi"]
        assert [(one["reference"], one["key"]) for one in listed] == [(reference, "2026-11-02/2026-11-12")]
        assert reference in anna.get("/mani-iesniegumi").text_of("iesniegumi")
        seen = state()
        assert (seen["final_posts"], seen["accepted"], seen["drafts"]) == (1, 1, 0)
        assert seen["applications"][0]["values"]["konts"] == "LV78PARA0000000000001"

    def test_shows_every_value_and_the_fee_before_the_last_click(self, anna: Visitor) -> None:
        overview = anna.to_overview(SICKNESS, sickness_answers())
        rows = {row.all("dt")[0].text: row.all("dd")[0].text for row in overview.root.all("div") if row.all("dt")}
        assert rows["Konta numurs (IBAN)"] == "LV78PARA0000000000001"
        assert rows["Periods no"] == "02.11.2026."
        assert rows["Darbība"] == "Pieprasīt slimības pabalstu"
        assert overview.text_of("maksa") == "Maksa: 0,00 EUR"

    def test_the_final_form_carries_only_three_hidden_inputs(self, anna: Visitor) -> None:
        form = anna.to_overview(SICKNESS, sickness_answers()).form("nosutit")
        assert form.action == f"{SICKNESS}/nosutit"
        assert [(one.attributes["type"], one.attributes["name"]) for one in form.controls()] == [
            ("hidden", "csrf"),
            ("hidden", "melnraksts"),
            ("hidden", "versija"),
        ]

    def test_equal_answers_give_an_equal_version_in_another_draft(self, anna: Visitor) -> None:
        first = anna.to_overview(SICKNESS, sickness_answers()).form("nosutit").values()
        anna.answer(anna.get(f"{SICKNESS}/parskats"), {}, form="partraukt")
        second = anna.to_overview(SICKNESS, sickness_answers()).form("nosutit").values()
        assert first["versija"] == second["versija"]
        assert first["melnraksts"] != second["melnraksts"]
        assert first["csrf"] != second["csrf"]


class TestSending:
    def test_a_second_final_request_files_nothing_and_is_counted(self, anna: Visitor, state: State) -> None:
        overview = anna.to_overview(SICKNESS, sickness_answers())
        anna.send(overview)
        again = anna.send(overview)
        assert (again.status, again.heading) == (409, "Iesniegums jau ir saņemts")
        assert again.text_of("numurs") == "VSAA-2026-000001"
        assert (state()["final_posts"], state()["accepted"]) == (2, 1)

    def test_an_overview_older_than_the_draft_is_refused(self, anna: Visitor, state: State) -> None:
        overview = anna.to_overview(SICKNESS, sickness_answers())
        changed = anna.answer(anna.get(f"{SICKNESS}/dati"), {"epasts": "cits@piemers.example"})
        assert changed.status == 200
        answer = anna.send(overview)
        assert answer.status == 409
        assert "mainīti" in answer.text_of("pazinojums")
        assert state()["accepted"] == 0

    def test_a_draft_of_somebody_else_cannot_be_filed(self, anna: Visitor, sandbox: Sandbox, state: State) -> None:
        overview = anna.to_overview(SICKNESS, sickness_answers())
        with Visitor(sandbox) as janis:
            janis.sign_in("329999-00002")
            token = janis.get(f"{SICKNESS}/informacija").form("solis").values()["csrf"]
            values = {**overview.form("nosutit").values(), "csrf": token}
            answer = janis.http.post(f"{SICKNESS}/nosutit", data=values)
        assert answer.status_code == 404
        assert state()["accepted"] == 0


class TestValidation:
    def test_says_beside_each_field_and_in_a_summary_what_is_missing(self, anna: Visitor) -> None:
        page = anna.answer(at_data_step(anna), {})
        assert (page.status, page.path) == (422, f"{SICKNESS}/dati")
        for control in ("darbiba", "lapa", "periods_no", "periods_lidz", "konts", "talrunis"):
            assert page.message_beside(control), control
        summary = page.by_id("kludas")
        assert summary is not None
        targets = [one.attributes["href"].removeprefix("#") for one in summary.all("a")]
        assert targets == [
            "darbiba-pieprasit", "lapa", "periods_no_diena", "periods_lidz_diena", "konts", "talrunis",
        ]  # fmt: skip
        assert all(page.by_id(target) for target in targets)

    @pytest.mark.parametrize(
        ("answers", "control", "message"),
        [
            ({"konts": "LV79PARA0000000000001"}, "konts", "Konta numurā ir kļūda: kontrolcipari nesakrīt"),
            ({"konts": "DE89370400440532013000"}, "konts", "Konta numuram jābūt Latvijas IBAN ar 21 rakstzīmi"),
            ({"periods_no_diena": "31"}, "periods_no", "Ievadiet derīgu datumu, piemēram, 5 11 2026"),
            ({"periods_no_diena": "1"}, "periods_no", "Datumam jābūt darbnespējas lapas periodā"),
            (
                {"periods_no_diena": "9", "periods_lidz_diena": "8"},
                "periods_lidz",
                "Perioda beigas nedrīkst būt pirms sākuma",
            ),
            ({"lapa": "B-26-00002-1"}, "lapa", "Izvēlieties vienu no iespējām"),
            ({"epasts": "nav adrese"}, "epasts", "Ievadiet derīgu e-pasta adresi"),
            ({"talrunis": "", "epasts": ""}, "talrunis", "Norādiet tālruni vai e-pastu"),
        ],
    )
    def test_refuses_what_cannot_be(self, anna: Visitor, answers: dict[str, str], control: str, message: str) -> None:
        page = anna.answer(at_data_step(anna), {**sickness_answers()[0], **answers})
        assert page.status == 422
        assert page.message_beside(control) == message
        assert page.form("solis").values()["konts"] == {**sickness_answers()[0], **answers}["konts"]

    def test_one_of_phone_and_mail_is_enough(self, anna: Visitor) -> None:
        page = anna.answer(at_data_step(anna), {**sickness_answers()[0], "epasts": ""})
        assert page.path == f"{SICKNESS}/pielikumi"

    def test_an_earlier_answer_that_no_longer_fits_leads_back(self, anna: Visitor) -> None:
        anna.to_overview(SICKNESS, sickness_answers())
        anna.answer(anna.get(f"{SICKNESS}/dati"), {"epasts": ""})
        assert anna.get(f"{SICKNESS}/parskats").path == f"{SICKNESS}/sanemsana"

    def test_a_later_step_cannot_be_opened_before_the_earlier_ones(self, anna: Visitor) -> None:
        at_data_step(anna)
        assert anna.get(f"{SICKNESS}/apliecinajumi").path == f"{SICKNESS}/dati"

    def test_every_control_has_one_label(self, anna: Visitor) -> None:
        page = at_data_step(anna)
        visible = [one for one in page.form("solis").controls() if one.attributes.get("type") != "hidden"]
        assert len(visible) > 10
        assert all(page.label_of(one.attributes["id"]) for one in visible)
        assert page.unbalanced == ()


class TestConditionalQuestionAndUpload:
    ENDED = {
        "darbs_beidzies": "ja",
        "beigsanas_datums_diena": "10",
        "beigsanas_datums_menesis": "11",
        "beigsanas_datums_gads": "2026",
    }

    def test_date_and_statement_are_needed_when_work_has_ended(self, anna: Visitor) -> None:
        page = anna.answer(at_attachments(anna), {"darbs_beidzies": "ja"})
        assert page.message_beside("beigsanas_datums") == "Ievadiet datumu"
        assert page.message_beside("izzina") == "Pievienojiet datni"

    def test_the_date_must_stay_empty_when_it_has_not(self, anna: Visitor) -> None:
        page = anna.answer(at_attachments(anna), {**self.ENDED, "darbs_beidzies": "ne"})
        assert "uz jums neattiecas" in page.message_beside("beigsanas_datums")

    def test_keeps_the_file_and_shows_it_until_the_end(self, anna: Visitor) -> None:
        page = anna.answer(at_attachments(anna), self.ENDED, {"izzina": ("izziņa.pdf", A_PDF, "application/pdf")})
        assert page.path == f"{SICKNESS}/sanemsana"
        again = anna.get(f"{SICKNESS}/pielikumi")
        assert again.text_of("izzina-pievienots") == "Pievienots: izziņa.pdf (1 KB)"
        overview = anna.walk(again, [{}, *sickness_answers()[2:]])
        assert "izziņa.pdf (1 KB)" in overview.root.text

    def test_another_file_gives_another_version(self, anna: Visitor) -> None:
        steps = [sickness_answers()[0], self.ENDED, *sickness_answers()[2:]]
        versions = set()
        for content in (A_PDF, A_PDF + b"!"):
            files = {"izzina": ("a.pdf", content, "application/pdf")}
            overview = anna.to_overview(SICKNESS, steps, files)
            versions.add(overview.form("nosutit").values()["versija"])
        assert len(versions) == 2

    @pytest.mark.parametrize(
        ("name", "content", "message"),
        [
            ("a.exe", b"MZ", "Datnei jābūt PDF, JPG vai PNG formātā"),
            ("a.pdf", b"MZ", "Datnes saturs neatbilst tās nosaukumam"),
            ("a.pdf", b"%PDF-" + b"0" * (5 * 1024 * 1024), "Datne nedrīkst būt lielāka par 5 MB"),
        ],
    )
    def test_refuses_other_files(self, anna: Visitor, name: str, content: bytes, message: str) -> None:
        page = anna.answer(at_attachments(anna), self.ENDED, {"izzina": (name, content, "application/pdf")})
        assert page.message_beside("izzina") == message

    def test_hashes_what_it_was_given(self, anna: Visitor, sandbox: Sandbox) -> None:
        anna.answer(at_attachments(anna), self.ENDED, {"izzina": ("a.pdf", A_PDF, "application/pdf")})
        registry = sandbox.portals["latvija"].registry
        assert isinstance(registry, Drafts)
        (draft,) = registry.drafts.values()
        assert draft.attachments["izzina"].sha256 == hashlib.sha256(A_PDF).hexdigest()


class TestSessionAndForms:
    def test_a_form_token_of_another_session_is_refused(self, anna: Visitor, sandbox: Sandbox, state: State) -> None:
        with Visitor(sandbox) as janis:
            janis.sign_in("329999-00002")
            foreign = janis.get(f"{SICKNESS}/informacija").form("solis").values()["csrf"]
        page = anna.answer(anna.get(f"{SICKNESS}/informacija"), {"iepazinos": "ja", "csrf": foreign})
        assert (page.status, page.heading) == (403, "Lapa ir novecojusi")
        assert state()["drafts"] == 0

    def test_a_form_without_token_is_refused(self, anna: Visitor) -> None:
        assert anna.http.post(f"{SICKNESS}/informacija", data={"iepazinos": "ja"}).status_code == 403

    def test_the_session_ends_after_twenty_idle_minutes_and_the_draft_stays(
        self, anna: Visitor, clock: HeldClock, state: State
    ) -> None:
        at_attachments(anna)
        clock.move(minutes=19)
        page = anna.get(f"{SICKNESS}/pielikumi")
        assert page.path == f"{SICKNESS}/pielikumi"
        clock.move(minutes=20)
        ended = anna.answer(page, {"darbs_beidzies": "ne"})
        assert ended.path == "/pieslegties"
        assert "Sesija ir beigusies" in ended.text_of("beigusies")
        assert state()["drafts"] == 1
        back = anna.get(f"/oidc/login?via=vienota&next={SICKNESS}/dati")  # the provider's own session still lives
        assert back.form("solis").values()["konts"] == "LV78PARA0000000000001"

    def test_signing_out_ends_the_session_on_the_server(self, anna: Visitor) -> None:
        page = anna.get(SICKNESS)
        token = page.root.all("form")[0].all("input")[0].attributes["value"]
        cookies = dict(anna.http.cookies)
        anna.http.post("/iziet", data={"csrf": token})
        anna.http.cookies.clear()
        anna.http.cookies.update(cookies)
        assert anna.http.get("/api/mani-iesniegumi").status_code == 401

    def test_abandoning_deletes_the_draft(self, anna: Visitor, state: State) -> None:
        page = anna.answer(at_data_step(anna), {}, form="partraukt")
        assert (page.path, state()["drafts"]) == (SICKNESS, 0)

    def test_nobody_sees_anothers_receipt(self, anna: Visitor, sandbox: Sandbox) -> None:
        anna.send(anna.to_overview(SICKNESS, sickness_answers()))
        with Visitor(sandbox) as janis:
            janis.sign_in("329999-00002")
            assert janis.http.get("/iesniegumi/VSAA-2026-000001/apliecinajums.pdf").status_code == 404
            assert janis.http.get("/api/mani-iesniegumi").json() == {"iesniegumi": []}

    def test_pages_are_never_stored(self, anna: Visitor) -> None:
        assert anna.get(f"{SICKNESS}/informacija").response.headers["cache-control"] == "no-store"
