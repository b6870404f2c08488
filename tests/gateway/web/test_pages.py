import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace

import msgspec
import pytest
import structlog
from litestar import Request, get, post
from litestar.response import Stream
from structlog.testing import capture_logs

from gateway import problems
from gateway.database.counting import count_statements
from gateway.database.errors import DatabaseUnavailableError
from gateway.pages.rendering import content_policy
from gateway.parts import Parts
from gateway.people.access import Who, allow
from gateway.people.roles import Role
from gateway.problem_texts import PROBLEMS
from gateway.web.redirects import own_path
from tests.gateway.callers import Caller, Callers, fitted


@get("/test/defect/{code:str}", **allow(Who.ANYONE))
async def defect(code: str) -> str:
    raise RuntimeError(f"the resident's secret is {code}")


@get("/test/outage", **allow(Who.ANYONE))
async def outage() -> str:
    raise DatabaseUnavailableError("postgresql://user:password@host")


@post("/test/echo", **allow(Who.ANYONE))
async def echo(request: "Request[object, object, object]") -> str:  # type: ignore[type-var]  # its state is not looked at
    return (await request.body()).decode()


@pytest.fixture
def stranger(parts: Parts) -> Caller:
    """Somebody who is not signed in, with routes that fail on purpose."""
    return Caller(fitted(parts, defect, outage, echo))


def test_the_first_page_leads_residents_to_their_own_and_says_of_no_step_that_it_is_later(stranger: Caller) -> None:
    page = stranger.get("/").text
    assert 'href="/mine"' in page
    assert "(vēlāk)" not in page


def test_whatever_only_looks_whether_a_page_is_there_is_answered_without_content(stranger: Caller) -> None:
    page, looked = stranger.get("/contact"), stranger.call("HEAD", "/contact", headers={"accept": "text/html"})
    assert (looked.status, looked.body) == (page.status, b"") == (200, b"")
    assert looked.headers["content-length"] == str(len(page.body))
    assert stranger.call("HEAD", "/test/echo").status == 405


def test_a_stream_that_is_only_looked_for_does_not_go_on(parts: Parts) -> None:
    told = []

    @get("/test/stream", **allow(Who.ANYONE))
    async def stream() -> Stream:
        async def tell() -> AsyncIterator[str]:
            for number in range(500):
                yield "still here"
                await asyncio.sleep(0)
                told.append(number)

        return Stream(tell(), media_type="text/plain")

    looked = Caller(fitted(parts, stream)).call("HEAD", "/test/stream")
    assert (looked.status, looked.body) == (200, b"")
    assert 499 not in told


class TestProblems:
    def test_tell_a_person_what_happened_and_what_to_do_in_their_language(self, stranger: Caller) -> None:
        stranger.cookies["pilnvara_lang"] = "en"
        answer = stranger.get("/nowhere")
        assert answer.status == 404
        assert "Page not found" in answer.text
        assert '<html lang="en"' in answer.text

    def test_tell_a_browser_that_has_chosen_nothing_in_the_language_that_it_asks_for(self, stranger: Caller) -> None:
        assert '<html lang="lv"' in stranger.get("/nowhere").text
        asking = {"accept_language": "de, en-GB;q=0.8, lv;q=0.3"}
        assert '<html lang="en"' in stranger.get("/nowhere", **asking).text
        stranger.cookies["pilnvara_lang"] = "lv"
        assert '<html lang="lv"' in stranger.get("/nowhere", **asking).text

    def test_tell_a_program_in_the_form_of_rfc_9457(self, stranger: Caller) -> None:
        stranger.page = False
        answer = stranger.get("/nowhere")
        assert answer.headers["content-type"] == "application/problem+json"
        document = msgspec.json.decode(answer.body)
        assert document["type"] == "urn:pilnvara:problem:http.404"
        assert (document["status"], document["code"]) == (404, "http.404")
        assert document["reference"] == answer.headers["x-request-id"]

    @pytest.mark.parametrize("as_page", [True, False])
    def test_show_no_value_and_a_number_that_the_log_has_too(
        self, stranger: Caller, as_page: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stranger.page = as_page
        # Once used, a logger keeps the configuration of its time, which another test may have replaced since.
        monkeypatch.setattr(problems, "_log", structlog.get_logger("gateway.problems"))
        with capture_logs() as lines:
            answer = stranger.get("/test/defect/a-value-of-somebody?and=another-value")
        assert answer.status == 500
        reference = answer.headers["x-request-id"]
        assert reference in answer.text
        written = repr(lines)
        assert reference in written
        assert "RuntimeError" in written
        for value in ("a-value-of-somebody", "another-value", "secret is"):
            assert value not in written
            assert value not in answer.text

    def test_call_an_outage_an_outage(self, stranger: Caller) -> None:
        stranger.page = False
        answer = stranger.get("/test/outage")
        assert (answer.status, answer.code) == (503, "database.unavailable")
        assert "password" not in answer.text

    def test_name_the_methods_that_an_address_takes(self, stranger: Caller) -> None:
        stranger.page = False
        answer = stranger.call("DELETE", "/contact")
        assert answer.status == 405
        assert "GET" in answer.headers["allow"]

    def test_lead_from_an_address_that_only_forms_use_to_its_page(self, stranger: Caller) -> None:
        answer = stranger.get("/people/invitations/0123/link")
        assert answer.status == 405
        assert 'href="/people/invitations/0123"' in answer.text
        assert stranger.get("/people/invitations/0123").status == 303, "whoever may open it: after signing in"

    def test_write_an_address_into_the_page_as_text(self, stranger: Caller) -> None:
        answer = stranger.get('/people/invitations/"><b>/link')
        assert answer.status == 405
        assert 'href="/people/invitations/%22%3E%3Cb%3E"' in answer.text

    def test_refuse_a_body_that_is_too_large(self, stranger: Caller, parts: Parts) -> None:
        stranger.cookies["pilnvara_lang"] = "en"
        stranger.csrf = stranger.get("/terminal/enrol").csrf
        answer = stranger.post("/terminal/enrol", {"code": "1" * (parts.settings.body_limit + 1)})
        assert answer.status == 413

    def test_have_a_status_and_words_for_each_code(self) -> None:
        for code, problem in PROBLEMS.items():
            assert 400 <= problem.status <= 503, code
            assert str(problem.title), code
            assert str(problem.advice), code


class TestEveryAnswer:
    def test_is_kept_by_nobody_but_assets(self, stranger: Caller, parts: Parts) -> None:
        assert stranger.get("/").headers["cache-control"] == "no-store"
        sheet = stranger.get(parts.renderer.asset("pilnvara.css"))
        assert sheet.status == 200
        assert "immutable" in sheet.headers["cache-control"]
        assert sheet.headers["content-type"].startswith("text/css")

    def test_has_a_nonce_of_its_own(self, stranger: Caller) -> None:
        nonces = {re.findall(r"'nonce-([^']+)'", stranger.get("/").headers["content-security-policy"])[0] for _ in "12"}
        assert len(nonces) == 2

    def test_serves_scripts_packed_to_who_can_unpack_them(self, stranger: Caller, parts: Parts) -> None:
        address = parts.renderer.asset("pilnvara.css")
        packed = stranger.get(address, accept_encoding="gzip, br")
        assert packed.headers["content-encoding"] == "gzip"
        assert len(packed.body) < len(stranger.get(address).body)

    @pytest.mark.parametrize("path", ["/assets/../manifest.py", "/assets/%2e%2e/manifest.py", "/assets//etc/passwd"])
    def test_serves_no_file_outside_the_assets(self, stranger: Caller, path: str) -> None:
        assert stranger.get(path).status == 404

    def test_over_https_marks_cookies_for_this_host_alone(self, parts: Parts) -> None:
        secure = replace(parts, settings=replace(parts.settings, url="https://desk.example"))
        answer = Caller(fitted(secure)).get("/terminal/enrol")
        assert list(answer.cookies) == ["__Host-pilnvara_start"]
        assert "max-age" in answer.headers["strict-transport-security"]


class TestForms:
    def test_of_a_stranger_work_only_in_the_browser_that_was_given_them(self, callers: Callers) -> None:
        mine, theirs = callers.nobody(), callers.nobody()
        mine.csrf, theirs.csrf = mine.get("/terminal/enrol").csrf, theirs.get("/terminal/enrol").csrf
        mine.csrf, theirs.csrf = theirs.csrf, mine.csrf
        assert mine.post("/terminal/enrol", {"code": "1"}).status == 403
        mine.csrf = theirs.csrf
        assert mine.post("/terminal/enrol", {"code": "1"}).status == 404

    def test_may_send_the_token_as_a_header(self, callers: Callers) -> None:
        caller = callers.staff(Role.ASSISTANT)
        token, caller.csrf = caller.csrf or "", None
        assert caller.post("/lock").status == 403
        assert caller.post("/lock", x_csrf_token=token).status == 303

    def test_of_our_own_page_pass_though_its_origin_is_hidden(self, callers: Callers) -> None:
        answer = callers.staff(Role.ASSISTANT).post("/lock", origin="null", sec_fetch_site="same-origin")
        assert answer.status == 303

    @pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
    def test_of_other_pages_are_refused(self, callers: Callers, site: str) -> None:
        assert callers.staff(Role.ASSISTANT).post("/lock", sec_fetch_site=site).status == 403

    def test_whose_origin_is_hidden_are_refused_from_a_browser_that_says_no_more(self, callers: Callers) -> None:
        assert callers.staff(Role.ASSISTANT).post("/lock", origin="null").status == 403


class TestContentPolicy:
    def test_lets_a_form_lead_to_the_origins_that_a_page_names(self) -> None:
        policy = content_policy("n", ["https://provider.example/authorize?x=1"])
        assert "form-action 'self' https://provider.example;" in policy

    @pytest.mark.parametrize("target", ["javascript:alert(1)", "https://a.example; script-src *", "provider.example"])
    def test_takes_nothing_that_is_no_origin(self, target: str) -> None:
        with pytest.raises(ValueError, match="not an address"):
            content_policy("n", [target])


class TestOwnPath:
    @pytest.mark.parametrize("path", ["/", "/desk", "/visits/1?step=2"])
    def test_keeps_our_own(self, path: str) -> None:
        assert own_path(path) == path

    @pytest.mark.parametrize("path", [None, "", "desk", "//host", "/\\host", "https://host/", "/a b", "/\r\nX: y"])
    def test_replaces_all_others(self, path: str | None) -> None:
        assert own_path(path) == "/"


class TestHome:
    @pytest.mark.parametrize(
        ("role", "place"),
        [(Role.ASSISTANT, "/desk"), (Role.AUDITOR, "/audit"), (Role.MANAGER, "/manage"), (None, "/role")],
    )
    def test_sends_each_role_to_its_place(self, callers: Callers, role: Role | None, place: str) -> None:
        assert callers.staff(role).get("/").location == place

    @pytest.mark.parametrize("role", list(Role))
    def test_leads_every_role_to_a_page_that_it_may_open(self, callers: Callers, role: Role) -> None:
        caller = callers.staff(role)
        assert caller.get(caller.get("/").location).status == 200

    @pytest.mark.parametrize(
        ("language", "titles"),
        [("en", ("Your centre", "Computers of the centre")), ("lv", ("Jūsu centrs", "Centra datori"))],
    )
    def test_of_a_manager_has_a_name_of_its_own_and_leads_to_every_part(
        self, callers: Callers, language: str, titles: tuple[str, str]
    ) -> None:
        manager = callers.staff(Role.MANAGER, language=language)
        start, computers = manager.get("/manage").text, manager.get("/manage/terminals").text
        for page, title in zip((start, computers), titles, strict=True):
            assert f"<title>{title} " in page
            assert re.search(rf"<h1[^>]*>{title}</h1>", page)
        links = re.findall(r'<h2[^>]*><a[^>]*href="([^"]+)"', start)
        assert len(links) == 14
        for link in links:
            assert manager.get(link).status == 200

    def test_has_no_link_that_leads_nowhere(self, callers: Callers) -> None:
        for start in ("/", "/privacy", "/sign-in"):
            links = re.findall(r'href="(/[^"?]*)', callers.nobody().get(start).text)
            assert links
            for link in links:
                assert callers.nobody().get(link).status in {200, 303}, f"{start} links to {link}"

    def test_tells_everybody_else_what_this_is(self, callers: Callers) -> None:
        answer = callers.nobody().get("/")
        assert answer.status == 200
        assert "/sign-in" in answer.text


class TestDemo:
    def test_says_so_on_every_page(self, parts: Parts) -> None:
        demo = Caller(fitted(replace(parts, settings=replace(parts.settings, mode="demo"))))
        assert "app-ribbon" in demo.get("/").text
        assert "app-ribbon" in demo.get("/nowhere").text

    def test_practice_looks_different_on_every_kind_of_page_in_each_language(self, parts: Parts) -> None:
        settings = replace(parts.settings, mode="practice")
        browser = Caller(fitted(replace(parts, settings=settings)))
        for language, word in (("lv", "Mācības"), ("en", "Practice")):
            browser.get(f"/language/{language}?of=nobody&back=/")
            for path in ("/", "/nowhere", "/sign-in", "/a", "/display/pair", "/contact"):
                text = browser.get(path).text
                assert "app-practice" in text, path
                assert f"<title>{word}: " in text, path
                assert f'<aside class="app-ribbon" aria-label="{word}">' in text, path
                assert f'data-mode="{word}"' in text, path

    def test_is_not_claimed_by_a_live_gateway(self, stranger: Caller) -> None:
        assert "app-ribbon" not in stranger.get("/").text
        assert "app-practice" not in stranger.get("/").text
        assert stranger.get("/practice").status == 404


class TestStatements:
    def test_of_a_page_are_few(self, callers: Callers) -> None:
        caller = callers.staff(Role.MANAGER)
        with count_statements() as count:
            assert caller.get("/manage/terminals").status == 200
        assert count.total <= 3
