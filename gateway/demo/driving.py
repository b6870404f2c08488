"""Hands for the pages: what an assistant and a resident do, in real browser windows.

The demonstration's unattended visit and the tests of whole visits drive the same hands. They find things by what the
pages promise to keep, addresses of forms and names of fields, so that they work in every language.
"""

from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Locator, Page

from connectors.sandbox.residents import RESIDENTS, Resident
from connectors.sandbox.settings import SandboxSettings
from connectors.sdk.connector import Sample
from gateway.demo.steps import UnexpectedError

PRINCIPAL = RESIDENTS[0]
"""Whose matter it is, unless somebody else is named."""


class Hands:
    """What every page has in common."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url

    def see(self, path: str) -> None:
        """Open an address of the gateway."""
        self.page.goto(f"{self.url}{path}")

    def form(self, ending: str) -> Locator:
        """The form that is sent to an address with this ending."""
        return self.page.locator(f'form[action$="{ending}"]').first

    def press(self, ending: str) -> None:
        """Send the form whose address ends so, by its first button."""
        self.form(ending).locator("button[type=submit]").first.click()

    def read_in(self, language: str) -> None:
        """Choose the language of the pages, at their head."""
        link = self.page.locator(f'a[href^="/language/{language}?"]')
        if link.count():  # the language that the page is in has no link
            link.first.click()
            link.first.wait_for(state="detached")

    @property
    def heading(self) -> str:
        """What the page says it is about."""
        return self.page.locator("h1").first.inner_text().strip()

    def code(self, element: str) -> str:
        """A code that the page shows, without the gaps between its groups."""
        shown = self.page.locator(f"#{element}")
        shown.wait_for()
        return "".join(shown.inner_text().split())


class Staff(Hands):
    """Somebody who signs in."""

    def sign_in(self, login: str, password: str, code: str) -> None:
        """Sign in with password and one-time code."""
        self.see("/sign-in")
        self.page.fill("#login", login)
        self.page.fill("#password", password)
        self.page.fill("#code", code)
        self.press("/sign-in")
        self.page.wait_for_url(lambda url: not url.endswith("/sign-in"))


class Desk(Staff):
    """The assistant at the counter's computer."""

    def enrol(self, code: str) -> None:
        """Make this browser a terminal of a centre."""
        self.see("/terminal/enrol")
        self.page.fill("#code", code)
        self.press("/terminal/enrol")
        self.page.wait_for_url("**/sign-in")

    def ask_for_display(self) -> str:
        """Choose the centre's first display that is not this computer's; return the number that both show."""
        self.see("/desk/display")
        self.page.locator("input[name=display]").first.check()
        self.press("/desk/display")
        return self.code("number")

    def pair_display(self) -> None:
        """Say that the number is the same."""
        self.press("/desk/display/pair")
        self.form("/desk/display/unpair").wait_for()

    def open_visit(self, *, channel: str = "counter", language: str = "lv") -> str:
        """Open a visit; return its id."""
        self.see("/desk")
        self.page.check(f'input[name=channel][value="{channel}"]')
        self.page.check(f'input[name=language][value="{language}"]')
        self.press("/desk/visits")
        self.page.wait_for_url("**/desk/visits/*")
        return self.visit_id

    @property
    def visit_id(self) -> str:
        """The visit whose page is open."""
        return self.page.url.partition("/desk/visits/")[2].partition("?")[0].partition("/")[0]

    def look_at(self, visit_id: str) -> None:
        """Open the page of a visit."""
        self.see(f"/desk/visits/{visit_id}")

    def search(self, words: str) -> list[str]:
        """Look for a service by plain words; return the titles found, best first."""
        self.page.fill("#query", words)
        self.press("/search")
        self.page.locator(".app-card").first.wait_for()
        return self.page.locator(".app-card__title").all_inner_texts()

    def choose(self, service: str) -> None:
        """Choose a service that the page offers."""
        self.page.locator(f'form[action$="/service"]:has(input[value="{service}"]) button').click()
        self.form("/ask").or_(self.page.locator("#referral")).first.wait_for()

    def ask(self, resident: Resident = PRINCIPAL, *, route: str = "phone", number: str | None = None) -> None:
        """Ask for the delegation, after a look at the document."""
        form = self.form("/ask")
        if route != "call":  # nobody stands there to show one
            form.locator("input[name=document][value=id_card]").check()
            form.locator("input[name=present]").check()
        for each in form.locator("input[name^='met-']").all():
            each.check()
        form.locator("input[name=name]").fill(resident.name)
        form.locator("input[name=code]").fill(resident.personal_code)
        form.locator(f"input[name=route][value={route}]").check()
        if number is not None:
            form.locator("input[name=number]").fill(number)
        self.press("/ask")
        self.form("/withdraw").wait_for()

    @property
    def phone_code(self) -> str:
        """The short code for the resident's phone."""
        return self.code("phone-code")

    @property
    def match_number(self) -> str:
        """The number that the phone has to show; it appears once the phone has opened the question."""
        return self.code("match-number")

    def meet_preconditions(self) -> None:
        """Say yes to all that has to be so before the questions make sense, if anything is asked."""
        self.form("/preconditions").or_(self.form("/answers")).first.wait_for()
        if self.form("/preconditions").count() == 0:
            return
        for yes in self.form("/preconditions").locator("input[type=radio][value=yes]").all():
            yes.check()
        self.press("/preconditions")
        self.form("/answers").wait_for()

    def answer(self, sample: Sample, answers: Mapping[str, str | list[str]]) -> None:
        """Answer the connector's questions and send them to the portal's form."""
        form = self.form("/answers")
        form.wait_for()
        rows = {name: value for name, value in answers.items() if name.endswith(".count")}
        for name, value in rows.items():
            self.add_rows(name.removesuffix(".count"), int(str(value)))
        for name, value in answers.items():
            if name not in rows:
                _answer(form, name, value)
        for name, file in sample.files.items():
            form.locator(f'input[name="{name}"]').set_input_files(
                {"name": file.filename, "mimeType": file.media_type, "buffer": file.content}
            )
        form.locator("button[type=submit]:not([name]):not([aria-hidden])").click()
        refused = self.page.locator(".govuk-error-summary, .govuk-notification-banner")
        if refused.count():
            raise UnexpectedError(f"the answers were refused: {refused.first.inner_text().strip()}")

    def add_rows(self, group: str, wanted: int) -> None:
        """Press a repeated group's button until it has as many rows as are wanted."""
        form = self.form("/answers")
        for number in range(int(form.locator(f'[name="{group}.count"]').input_value()), wanted):
            form.locator(f'button[value="add.{group}"]').click()
            self.page.locator(f'[id="{group}.{number}"]').wait_for()

    def wait_for_readback(self) -> None:
        """Wait until the portal's form is filled in and read back."""
        self.page.locator("#readback").wait_for()

    def wait_for_receipt(self) -> str:
        """Wait for the portal's receipt; return its reference number."""
        self.form("/handed-over").wait_for()
        return self.page.locator(".govuk-panel .app-mono").inner_text().strip()

    def receipt_pdf(self) -> bytes:
        """The portal's own receipt, downloaded."""
        answer = self.page.context.request.get(f"{self.url}/desk/visits/{self.visit_id}/receipt.pdf")
        if not answer.ok:
            raise UnexpectedError(f"the receipt's PDF was answered with {answer.status}")
        return answer.body()

    def close(self) -> None:
        """End the visit; the last page shows the way to the feedback."""
        visit = self.visit_id
        self.see(f"/desk/visits/{visit}/close")
        self.press("/close")
        self.page.wait_for_url(f"**/desk/visits/{visit}")

    @property
    def feedback_code(self) -> str:
        """The code on the last page, for those who got no message."""
        return self.page.locator(".app-feedback-code").inner_text().strip()

    def stop(self, reason: str = "resident_asked") -> None:
        """Stop everything that is done for the resident."""
        visit = self.visit_id
        self.see(f"/desk/visits/{visit}/stop")
        self.page.check(f'input[name=reason][value="{reason}"]')
        self.press("/stop")


class Phone(Hands):
    """The resident's own phone."""

    def enter(self, code: str) -> None:
        """Type the short code from the counter's screen."""
        self.see("/a")
        self.page.fill("#code", code)
        self.press("/a")
        self.page.wait_for_url("**/approve")

    def match(self, number: str) -> None:
        """Type the number from the counter's screen."""
        self.page.fill("#number", number)
        self.press("/approve/number")
        self.form("/approve/sign-in").wait_for()

    @property
    def statement(self) -> str:
        """The text that is asked about."""
        return self.page.locator(".app-statement").inner_text()

    def approve(self, resident: Resident = PRINCIPAL, *, method: str = "eid") -> None:
        """Say yes by a fresh sign-in at the identity provider."""
        self.form("/approve/sign-in").wait_for()
        self.press("/approve/sign-in")
        self.sign_in(resident, method=method)
        self.page.wait_for_url("**/approve")

    def sign_in(self, resident: Resident, *, method: str = "eid", pin: str | None = None) -> None:
        """Prove at the stand-in identity provider who one is."""
        self.page.check(f"#iedzivotajs-{resident.personal_code}")
        self.page.check(f"#metode-{method}")
        self.page.fill("#pin", SandboxSettings().pin if pin is None else pin)
        self.page.click("#pieteiksanas button:not([name])")

    def wait_for_readback(self) -> dict[str, str]:
        """Wait until the page shows by itself what would be sent; return it, shown text by label."""
        self.form("/approve/sign-in").wait_for()
        rows = self.page.locator("main .govuk-summary-list").first.locator(".govuk-summary-list__row").all()
        return {
            row.locator(".govuk-summary-list__key").inner_text().strip(): row.locator(".govuk-summary-list__value")
            .inner_text()
            .strip()
            for row in rows
        }

    def refuse(self) -> None:
        """Say no to what is asked now."""
        self.see("/approve/refuse")
        self.press("/approve/refuse")
        self.page.wait_for_url("**/approve")

    def stop(self) -> None:
        """Stop everything."""
        self.see("/approve/stop")
        self.press("/approve/stop")
        self.page.wait_for_url("**/approve/stop")

    def wait_for_reference(self) -> str:
        """Wait for the receipt; return its reference number."""
        return self.code("reference")

    def look_up_feedback(self, code: str) -> str:
        """Type the code that was printed; return the address of the questions."""
        self.see("/f")
        self.page.fill("input[name=code]", code)
        self.press("/f")
        self.page.wait_for_url("**/f/*")
        return self.page.url

    def give_feedback(self, link: str, *, satisfaction: int = 5, comment: str = "") -> None:
        """Answer the three questions, in a tab of their own: the page of before may just be following what happened."""
        before, self.page = self.page, self.page.context.new_page()
        before.close()
        self.page.goto(link)
        self.page.check(f'input[name=satisfaction][value="{satisfaction}"]')
        self.page.check("input[name=done][value=yes]")
        self.page.check("input[name=clear][value=yes]")
        self.page.fill("textarea[name=comment]", comment)
        self.page.locator("form:has(textarea[name=comment]) button[type=submit]").click()
        self.page.wait_for_url("**/f/thanks")


class Display(Hands):
    """The screen that faces the resident, and whoever stands before it."""

    def enrol(self, code: str) -> None:
        """Make this screen a display of a centre."""
        self.see("/display/enrol")
        self.page.fill("#code", code)
        self.press("/display/enrol")
        self.page.wait_for_url("**/display")

    def number(self) -> str:
        """The number that the screen shows while it is being paired."""
        return self.code("number")

    def wait_until_paired(self) -> None:
        """Wait until the number is gone, as it does by itself once the desk has compared it."""
        self.page.locator("#number").wait_for(state="detached")

    @property
    def is_blank(self) -> bool:
        """Whether nothing of anybody is on the screen."""
        return self.page.locator(".app-calm").is_visible()

    def wait_for_question(self) -> str:
        """Wait until the screen asks for a code; return what it says."""
        self.form("/display/yes#answer").wait_for()
        return self.page.locator("#now").inner_text()

    def approve(self, code: str) -> None:
        """Say yes to what is on the screen, with the code that was sent."""
        asked = self.form("/display/yes#answer").locator("input[name=approval]").get_attribute("value")
        self.page.fill("#code", code)
        self.form("/display/yes#answer").locator(".app-ways button[type=submit]").click()
        self.page.locator(f'input[name=approval][value="{asked}"]').wait_for(state="detached")

    def refuse(self) -> None:
        """Say no to what is on the screen."""
        self.see("/display/no")
        self.press("/display/no")
        self.page.wait_for_url("**/display")

    def stop(self) -> None:
        """Stop everything."""
        self.see("/display/stop")
        self.press("/display/stop")

    def wait_for_reference(self) -> str:
        """Wait for the receipt; return its reference number."""
        return self.code("reference")


class Auditor(Staff):
    """Whoever looks at the trail."""

    def verify(self) -> bool:
        """Verify the whole log; say whether the page calls it good."""
        self.see("/audit")
        self.press("/audit/verify")
        verdict = self.page.locator(".app-verdict--good, .app-verdict--bad, .app-verdict--open")
        verdict.wait_for()
        return "app-verdict--good" in (verdict.get_attribute("class") or "")

    def open_visit(self, visit_id: str, *, reason: str = "routine") -> int:
        """Open the trail of a visit, with the reason; return how many steps it has."""
        self.see(f"/audit/visits/{visit_id}")
        self.page.check(f'input[name=reason][value="{reason}"]')
        self.press(f"/audit/visits/{visit_id}")
        self.page.locator(".app-timeline").wait_for()
        return self.page.locator(".app-timeline__item").count()


def _answer(form: Locator, name: str, value: str | list[str]) -> None:
    """Put one answer into the form, whatever kind its control is of."""
    control = form.locator(f'[name="{name}"]:not([type=hidden])')
    if control.count() == 0:
        for part, text in zip(("year", "month", "day"), str(value).split("-"), strict=True):
            form.locator(f'[name="{name}-{part}"]').fill(text)
        return
    kind: Any = control.first.evaluate("element => element.type")
    if kind in {"radio", "checkbox"}:
        for each in [value] if isinstance(value, str) else value:
            form.locator(f'[name="{name}"]{_with_value(kind, each)}').check()
    elif kind == "select-one":
        control.select_option(str(value))
    else:
        control.fill(str(value))


def _with_value(kind: str, value: str) -> str:
    """A lone checkbox is ticked whatever value it sends; the others are told apart by theirs."""
    return "" if kind == "checkbox" and value == "yes" else f'[value="{value}"]'
