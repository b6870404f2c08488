"""The portal that a script draws, asked as its script asks."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from connectors.sandbox import Sandbox
from tests.sandbox.pages import Page
from tests.sandbox.visitors import A_PDF, ANNA

SERVICE = "/api/pakalpojumi/bezdarbnieka-statuss"
ADDRESS = {"id": "adr-0000", "teksts": "Izdomu iela 1-12, Paraugciems, Ziemeļu novads, LV-9901"}
STEPS: dict[str, dict[str, Any]] = {
    "persona": {"statuss": "mekletajs", "no": "2026-11-22", "adrese": ADDRESS, "talrunis": "+371 2000 0001"},
    "darbs": {"stradajis": "ne"},
    "izglitiba": {"limenis": "videja", "valodas": ["lv", "en"]},
    "piekrisana": {"registri": True, "pienakumi": True, "patiesiba": True},
}


class Script:
    """What the page's script does, without the page."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.http = httpx2.Client(
            base_url=sandbox.portals["eiestades"].url, follow_redirects=True, timeout=10, trust_env=False, verify=False
        )
        self.token = ""

    def sign_in(self) -> None:
        page = Page.of(self.http.get("/oidc/login?via=vienota&next=/e"))
        form = page.form("pieteiksanas")
        answers = {**form.values(), "iedzivotajs": ANNA, "metode": "eid", "pin": "1234"}
        assert self.http.post(page.response.url.join(form.action), data=answers).url.path == "/e"
        self.token = self.http.get("/api/sesija").json()["zime"]

    def call(self, method: str, path: str, **more: Any) -> httpx2.Response:
        return self.http.request(method, path, headers={"X-Zime": self.token}, **more)

    def save(self, step: str, **changed: Any) -> httpx2.Response:
        return self.call("PUT", f"{SERVICE}/melnraksts/{step}", json={"melnraksts": "", "dati": STEPS[step] | changed})

    def fill(self) -> dict[str, str]:
        assert [self.save(step).status_code for step in STEPS] == [200] * len(STEPS)
        overview = self.call("GET", f"{SERVICE}/parskats").json()
        return {"melnraksts": overview["melnraksts"], "versija": overview["versija"]}

    def counted(self) -> tuple[int, int]:
        state = self.sandbox.portals["eiestades"].state()
        return state["final_posts"], state["accepted"]


@pytest.fixture
def script(sandbox: Sandbox) -> Iterator[Script]:
    made = Script(sandbox)
    with made.http:
        made.sign_in()
        yield made


def test_every_address_is_the_same_document_and_lets_no_foreign_script_run(script: Script) -> None:
    first, other = script.http.get("/e"), script.http.get("/e/bezdarbnieka-statuss/darbs")
    assert first.text == other.text
    assert "'unsafe" not in first.headers["content-security-policy"]


def test_nothing_is_told_or_changed_without_a_session_or_without_the_pages_token(script: Script) -> None:
    assert script.http.put(f"{SERVICE}/melnraksts/darbs", json={}).status_code == 403
    script.http.cookies.clear()
    assert [script.call("GET", path).status_code for path in ("/api/sesija", SERVICE, "/api/iesniegumi")] == [401] * 3


def test_what_is_complete_is_filed_once_under_its_own_key(script: Script) -> None:
    last = script.fill()
    answer = script.call("POST", f"{SERVICE}/nosutit", json=last)
    assert answer.status_code == 201
    (listed,) = script.call("GET", "/api/iesniegumi").json()["iesniegumi"]
    assert (listed["reference"], listed["key"]) == (answer.json()["numurs"], "mekletajs/2026-11-22")
    assert script.call("GET", listed["pdf"]).content.startswith(b"%PDF-")
    assert script.call("POST", f"{SERVICE}/nosutit", json=last).status_code == 409
    assert script.counted() == (2, 1)


def test_the_same_sending_is_filed_once_and_no_other_answers_under_its_name(script: Script) -> None:
    script.http.headers["Idempotency-Key"] = "k-1"
    first = script.call("POST", f"{SERVICE}/nosutit", json=script.fill())
    again = script.call("POST", f"{SERVICE}/nosutit", json=script.fill())
    assert (again.status_code, again.json()) == (201, first.json())
    script.fill()
    script.save("izglitiba", limenis="augstaka")
    other = script.call("GET", f"{SERVICE}/parskats").json()
    last = {name: other[name] for name in ("melnraksts", "versija")}
    refused = script.call("POST", f"{SERVICE}/nosutit", json=last)
    assert refused.status_code == 422
    assert first.json()["numurs"] in refused.json()["kludas"][""]
    assert script.counted() == (3, 1)


def test_an_overview_that_is_older_than_the_draft_files_nothing(script: Script) -> None:
    last = script.fill()
    script.save("izglitiba", limenis="augstaka")
    assert script.call("POST", f"{SERVICE}/nosutit", json=last).status_code == 409
    assert script.counted() == (1, 0)


@pytest.mark.parametrize(
    ("step", "changed", "control"),
    [
        ("persona", {"adrese": {"id": "adr-0001", "teksts": ADDRESS["teksts"]}}, "adrese"),
        ("persona", {"adrese": "Nekur"}, "adrese"),
        ("persona", {"no": "2026-02-30"}, "no"),
        ("darbs", {"stradajis": "ja"}, "devejs"),
        ("izglitiba", {"valodas": []}, "valodas"),
        ("izglitiba", {"gads": 1981.5}, "gads"),
        ("piekrisana", {"patiesiba": False}, "patiesiba"),
        ("piekrisana", {"vairak": "x"}, ""),
    ],
)
def test_what_is_wrong_is_said_beside_its_control(
    script: Script, step: str, changed: dict[str, Any], control: str
) -> None:
    answer = script.save(step, **changed)
    assert answer.status_code == 422
    assert control in answer.json()["kludas"]


def test_a_file_is_known_by_its_bytes_and_another_kind_is_refused(script: Script) -> None:
    declaration = "/api/pakalpojumi/gada-ienakumu-deklaracija/datnes"
    first, again = (
        script.call("POST", declaration, files={"datne": (name, A_PDF, "application/pdf")})
        for name in ("a.pdf", "b.pdf")
    )
    assert first.json()["datne"] == again.json()["datne"]
    assert script.call("POST", declaration, files={"datne": ("a.pdf", b"x", "application/pdf")}).status_code == 422


def test_a_search_finds_all_words_wherever_they_stand(script: Script) -> None:
    found = script.call("GET", "/api/saraksti/adreses?q=paraugciems%20izdomu").json()["atrasts"]
    assert ADDRESS in found
    assert script.call("GET", "/api/saraksti/adreses?q=").json()["atrasts"] == []
