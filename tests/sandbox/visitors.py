"""People who use the sandbox's portal over HTTP, as a browser without JavaScript would."""

from types import TracebackType
from typing import Self

import httpx2

from connectors.sandbox import Sandbox
from tests.sandbox.pages import Page

ANNA = "329999-00001"
Files = dict[str, tuple[str, bytes, str]]

SICKNESS = "/pakalpojumi/slimibas-pabalsts"
KINDERGARTEN = "/pakalpojumi/bernudarza-rinda"
A_PDF = b"%PDF-1.4 a made-up statement"


class Visitor:
    """One browser."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.http = httpx2.Client(
            base_url=sandbox.portal_url, follow_redirects=True, timeout=10, trust_env=False, verify=False
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.http.close()

    def get(self, path: str) -> Page:
        return Page.of(self.http.get(path))

    def sign_in(self, person: str = ANNA, then: str = "/pakalpojumi", method: str = "eid", pin: str = "1234") -> Page:
        page = self.get(f"/oidc/login?via=vienota&next={then}")
        form = page.form("pieteiksanas")
        answers = {**form.values(), "iedzivotajs": person, "metode": method, "pin": pin}
        return Page.of(self.http.post(page.response.url.join(form.action), data=answers))

    def answer(self, page: Page, answers: dict[str, str], files: Files | None = None, form: str = "solis") -> Page:
        """Fill a page's form over what it holds, and press its button."""
        found = page.form(form)
        values = {**found.values(), **answers}
        if found.multipart:
            parts = {name: (None, value.encode(), None) for name, value in values.items()}
            return Page.of(self.http.post(found.action, files={**parts, **(files or {})}))
        return Page.of(self.http.post(found.action, data=values))

    def walk(self, page: Page, steps: list[dict[str, str]], files: Files | None = None) -> Page:
        for answers in steps:
            page = self.answer(page, answers, files)
            assert page.status == 200, page.text_of("kludas")
        return page

    def to_overview(self, service: str, steps: list[dict[str, str]], files: Files | None = None) -> Page:
        """From the first step to the overview."""
        page = self.walk(self.get(f"{service}/informacija"), [{"iepazinos": "ja"}, *steps], files)
        assert page.path == f"{service}/parskats"
        return page

    def send(self, overview: Page) -> Page:
        return self.answer(overview, {}, form="nosutit")


def sickness_answers() -> list[dict[str, str]]:
    """Good answers to each step after the first, for the day that the tests' clock shows (22 November 2026)."""
    return [
        {
            "darbiba": "pieprasit",
            "lapa": "B-26-00001-1",
            "periods_no_diena": "2",
            "periods_no_menesis": "11",
            "periods_no_gads": "2026",
            "periods_lidz_diena": "12",
            "periods_lidz_menesis": "11",
            "periods_lidz_gads": "2026",
            "konts": "LV78 PARA 0000 0000 0000 1",
            "talrunis": "+371 2000 0001",
            "epasts": "iedzivotajs01@piemers.example",
        },
        {"darbs_beidzies": "ne"},
        {"informacijas_veids": "epasts", "lemuma_veids": "portals"},
        {"patiesiba": "ja", "parbaude": "ja", "atmaksa": "ja"},
    ]


def kindergarten_answers() -> list[dict[str, str]]:
    """The same for the kindergarten queue."""
    return [
        {
            "berna_vards": "Pogs",
            "berna_uzvards": "Paraugkalns",
            "berna_pk": "32999910001",
            "berna_dzimsanas_diena": "9",
            "berna_dzimsanas_menesis": "4",
            "berna_dzimsanas_gads": "2024",
        },
        {
            "pasvaldiba": "juras",
            "iestade_1": "juras-kaija",
            "iestade_2": "juras-dzintars",
            "sakums_menesis": "9",
            "sakums_gads": "2027",
            "valoda": "latviesu",
        },
        {"brali_masas": "ne"},
        {"adrese": "Ostas iela 15-31, Jūras pilsēta", "epasts": "a@piemers.example", "talrunis": "20000001"},
        {"parstavis": "ja", "patiesiba": "ja"},
    ]
