"""The people of a visit, each with a window of their own: what they do, by what the pages promise to keep."""

import time
from collections.abc import Mapping
from typing import Final

from connectors.sandbox.residents import Resident
from connectors.sandbox.settings import SandboxSettings
from connectors.sdk.inputs import Upload
from gateway.pages.desk import words
from gateway.visits.view import Stage
from tests.flow.endings.window import Wanted, Window, fields_of
from tests.gateway.terminal_key import TerminalKey, b64url
from tests.sandbox.pages import Element, Page
from ui.i18n import message

LANGUAGE: Final = "lv"
PROOF_SECONDS: Final = 60
"""How often a terminal's pages prove it."""
_STAGES = {each.text(LANGUAGE): stage for stage, each in words.STAGES.items()} | {
    # On a busy machine the page says so instead, or that the portal is out of order.
    message(text).text(LANGUAGE): Stage.FILLING
    for text in ("The application waits for its turn", "The application waits for the portal")
}


def said(english: str) -> str:
    """A sentence of the product as these people read it."""
    return message(english).text(LANGUAGE)


class Desk(Window):
    """The assistant at the counter's computer."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.key = TerminalKey()
        self._proven_at: float | None = None

    def enrol(self, code: str) -> None:
        """Make this browser a terminal of a centre."""
        self.see("/terminal/enrol")
        fields = {"code": code, "public_key": b64url(self.key.spki), **self._proof("enrol", self._token)}
        self.press("/terminal/enrol", fields)

    def sign_in(self, login: str, password: str, code: str) -> None:
        """Sign in with password and one-time code."""
        self.see("/sign-in")
        proof = self._proof("sign_in", self._token)
        self.press("/sign-in", {"login": login, "password": password, "code": code, **proof})
        self._proven_at = time.monotonic()
        assert self.page.path == "/desk", self.page.root.text

    def see(self, path: str) -> Page:
        """Open an address of the gateway; the terminal proves itself as its pages do by themselves."""
        self._go_on()
        return super().see(path)

    def send(self, form: Element, wanted: Mapping[str, Wanted], files: Mapping[str, Upload]) -> Page:
        """Fill a form over what it holds, and send it."""
        self._go_on()
        return super().send(form, wanted, files)

    def _go_on(self) -> None:
        if self._proven_at is None or time.monotonic() < self._proven_at + PROOF_SECONDS:
            return
        self._proven_at = time.monotonic()
        token = self._token
        self.script("/terminal/prove", {"_csrf": token, **self._proof("go_on", token)})

    def _proof(self, purpose: str, token: str) -> dict[str, str]:
        answer = self.script("/terminal/challenge", {"_csrf": token, "purpose": purpose}).json()
        return {"challenge": answer["challenge"], "proof": self.key.sign(purpose, answer["challenge"], self.url)}

    @property
    def _token(self) -> str:
        return next(
            one.attributes["value"] for one in self.page.root.all("input") if one.attributes.get("name") == "_csrf"
        )

    def open_visit(self, chosen: str, words: str = "slimības lapa", *, field: str = "service") -> str:
        """Open a visit about a service or a life event that these words find; return its id."""
        self.see("/desk")
        self.press("/desk/visits", {"channel": "counter", "language": LANGUAGE})
        visit_id = self.page.path.rpartition("/")[2]
        self.press("/search", {"query": words})
        forms = [one for one in self.page.root.all("form") if one.attributes["action"].endswith("/service")]
        wanted = {"name": field, "value": chosen}
        found = (one for one in forms if any(wanted.items() <= each.attributes.items() for each in one.all("input")))
        self.send(next(found), {}, {})
        return visit_id

    def look_at(self, visit_id: str) -> Stage:
        """Open a visit's page; return the stage that it names."""
        self.see(f"/desk/visits/{visit_id}")
        return self.stage

    @property
    def stage(self) -> Stage:
        """What the page beside its content calls the visit's stage."""
        tags = [one.text for one in self.page.root.all("strong") if "govuk-tag" in one.attributes.get("class", "")]
        found = [_STAGES[text] for text in tags if text in _STAGES]
        assert len(found) == 1, f"the page names {tags} ({self.page.status}): {self.page.root.text[:600]}"
        return found[0]

    def wait_for(self, visit_id: str, *stages: Stage) -> Stage:
        """Wait until a visit stands at one of `stages`; return at which."""
        self.look_at(visit_id)
        self.wait_until(lambda: self.stage in stages, " or ".join(stages))
        return self.stage

    def ask(self, resident: Resident, route: str = "phone") -> None:
        """Ask for the delegation, after a look at the document."""
        asked = {
            "document": "id_card",
            "name": resident.name,
            "code": resident.personal_code,
            "present": "yes",
            "route": route,
        }
        self.press("/ask", asked)
        assert self.stage is Stage.APPROVAL

    def answer(self, answers: Mapping[str, Wanted], files: Mapping[str, Upload] | None = None) -> None:
        """Answer the connector's questions, and what comes before them."""
        if self.has_form("/preconditions"):
            names = {one.attributes["name"] for one in self.form("/preconditions").all("input")} - {"_csrf", "csrf"}
            self.press("/preconditions", dict.fromkeys(names, "yes"))
        self.press("/answers", answers, files)
        assert self.page.status == 200, self.page.root.text[:900]

    def asked(self, ending: str) -> set[str]:
        """The names of what the form with this address asks; a day of three fields, or rows, are one question."""
        names = {each.attributes["name"] for each in fields_of(self.form(ending))} - {"_csrf", "csrf", "draft"}
        days = {name.removesuffix("-year") for name in names if name.endswith("-year")}
        single = days | {name for name in names if name.rpartition("-")[0] not in days}
        return {".".join(name.split(".")[:2]) for name in single if not name.startswith("keep.")}

    def correct(self, visit_id: str, answers: Mapping[str, Wanted]) -> None:
        """Answer the questions anew, where some answers stand already."""
        self.see(f"/desk/visits/{visit_id}?panel=edit")
        self.press("/answers", answers)

    def stop(self, visit_id: str) -> None:
        """Stop everything that is done for the resident."""
        self.see(f"/desk/visits/{visit_id}/stop")
        self.press("/stop", {"reason": "resident_asked"})

    def end(self, visit_id: str) -> None:
        """End a visit; the page then shows the way to the feedback."""
        self.see(f"/desk/visits/{visit_id}/close")
        self.press("/close")

    @property
    def feedback_code(self) -> str:
        """The code under which feedback is asked, as the last page shows it."""
        found = [one for one in self.page.root.all("p") if one.attributes.get("class") == "app-feedback-code"]
        assert found, f"nobody is asked how it went: {self.page.root.text[:600]}"
        return found[0].text


class Phone(Window):
    """The resident's own phone."""

    def enter(self, code: str) -> None:
        """Type the short code from the counter's screen."""
        self.see("/a")
        self.press("/a", {"code": code})
        assert self.page.path == "/approve", self.page.root.text[:600]

    def match(self, number: str) -> None:
        """Type the number from the counter's screen."""
        self.press("/approve/number", {"number": number})

    def approve(self, resident: Resident) -> None:
        """Say yes to what is asked now, by a fresh sign-in at the identity provider."""
        self.see("/approve")
        self.press("/approve/sign-in")
        self.press("/authorize", {"iedzivotajs": resident.personal_code, "metode": "eid", "pin": SandboxSettings().pin})
        assert self.page.path == "/approve", self.page.root.text[:600]

    def refuse(self) -> None:
        """Say no to what is asked now."""
        self.see("/approve/refuse")
        self.press("/approve/refuse")

    def is_told(self, english: str) -> bool:
        """Whether the page as it is now has this heading."""
        self.see("/approve")
        return self.page.heading == said(english)

    def stop(self) -> None:
        """Stop everything; the page then says whether it was in time."""
        self.see("/approve/stop")
        self.press("/approve/stop")

    def answer_feedback(self, code: str) -> None:
        """Type the code from the visit's last page, and answer the three questions."""
        self.see("/f")
        self.press("/f", {"code": code})
        self.press(self.page.path, {"satisfaction": "4", "done": "yes", "clear": "yes"})
        assert self.page.path == "/f/thanks", self.page.root.text[:600]
