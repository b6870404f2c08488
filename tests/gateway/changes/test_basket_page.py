"""A basket is chosen from titles; what changes is shown before it is proposed, and can be taken back later."""

import re
from html import unescape

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import Connection

from gateway.changes.tables import ChangeKind, ChangeState
from gateway.demo import catalogue as demo
from gateway.people.roles import Role
from gateway.services import agreements
from tests.gateway.callers import Caller
from tests.gateway.changes.conftest import WHY, Office
from tests.gateway.windows import address, go, open_as

__all__ = ["address"]

HERE = "/baskets/vpvkac/change"
BENEFIT, TAX, STATUS = "lv.vsaa.sickness_benefit", "lv.vid.annual_income_declaration", "lv.nva.unemployed_status"
NOT_FILED_HERE = "lv.vdeavk.disability_assessment"


@pytest.fixture
def offered(office: Office) -> Office:
    """An office whose centres offer two of the services that are filed here."""

    def work(conn: Connection) -> None:
        demo.seed(conn, portal_origin="http://127.0.0.2:8401", client_id="p")
        for service_id in agreements.basket_of(conn, "vpvkac"):
            agreements.remove_from_basket(conn, "vpvkac", service_id)
        for service_id in (BENEFIT, TAX):
            agreements.add_to_basket(conn, "vpvkac", service_id)

    office.write(work)
    return office


def basket(office: Office) -> list[str]:
    return office.read(lambda conn: agreements.basket_of(conn, "vpvkac"))


def chosen(page: str) -> set[str]:
    return set(re.findall(r'name="service-([\w.]+)"[^>]* checked', page))


def form(page: str, *services: str, reason: str = WHY) -> dict[str, str]:
    seen = re.search(r'name="seen" value="([^"]*)"', page)
    assert seen
    return {f"service-{each}": each for each in services} | {"seen": seen[1], "reason": reason}


def difference(page: str) -> list[str]:
    part = page.partition('id="difference"')[2].partition("</section>")[0]
    return [unescape(each) for each in re.findall(r"<li>(.*?)</li>", part)]


def look(browser: Caller, *services: str) -> str:
    answer = browser.post(HERE, form(browser.get(HERE).text, *services))
    assert answer.status == 200
    return answer.text


def test_offers_titles_by_institution_and_no_ids(offered: Office) -> None:
    page = offered.page().get(HERE).text
    assert chosen(page) == {BENEFIT, TAX}
    assert "Sickness benefit" in page
    assert re.search(r"<legend[^>]*>\s*NVA\s*</legend>", page)
    assert f"service-{NOT_FILED_HERE}" not in page
    assert not re.search(r">\s*lv\.vsaa", page)


def test_shows_what_changes_and_proposes_nothing_before_that_was_seen(offered: Office) -> None:
    browser = offered.page()
    page = look(browser, BENEFIT, STATUS)
    assert difference(page) == [
        "Status of an unemployed person",
        "Annual income declaration",
    ]
    assert chosen(page) == {BENEFIT, STATUS}
    assert offered.read(lambda conn: conn.exec_driver_sql("SELECT count(*) FROM security_change").scalar()) == 0
    changed_since = browser.post(HERE, form(page, STATUS))
    assert changed_since.status == 200, "what is sent now is not what was shown"
    path = browser.post(HERE, form(page, BENEFIT, STATUS)).location
    assert path.startswith("/admin/changes/")
    shown = offered.page(offered.second).get(path).text
    assert "One-stop customer service centre" in shown
    assert re.search(r"Is added</th>.*Status of an unemployed person", shown, re.DOTALL)
    assert re.search(r"Is taken out</th>.*Annual income declaration", shown, re.DOTALL)
    assert "Sickness benefit" not in shown, "what stays is nobody's concern here"


def test_is_shown_again_where_the_basket_changed_meanwhile(offered: Office) -> None:
    browser = offered.page()
    page = look(browser, BENEFIT, TAX, STATUS)
    offered.write(lambda conn: agreements.remove_from_basket(conn, "vpvkac", TAX))
    again = browser.post(HERE, form(page, BENEFIT, TAX, STATUS))
    assert again.status == 200
    assert len(difference(again.text)) == 2


def test_what_only_takes_out_is_in_force_at_once_and_is_taken_back_by_two(offered: Office) -> None:
    browser = offered.page()
    page = look(browser, BENEFIT)
    assert "Put it into effect now" in page
    browser.post(HERE, form(page, BENEFIT))
    assert basket(offered) == [BENEFIT]
    page = browser.get(HERE).text
    undo = re.search(r'href="(/baskets/vpvkac/change\?undo=[\w-]+)"', page)
    assert undo
    page = browser.get(undo[1]).text
    assert difference(page) == ["Annual income declaration"]
    assert chosen(page) == {BENEFIT, TAX}
    path = browser.post(HERE, form(page, BENEFIT, TAX)).location
    assert basket(offered) == [BENEFIT]
    offered.page(offered.second).post(f"{path}/confirm")
    offered.wait()
    offered.apply(path.rpartition("/")[2])
    assert offered.state(path.rpartition("/")[2]) is ChangeState.APPLIED
    assert basket(offered) == sorted([BENEFIT, TAX])
    page = offered.page().get(HERE).text
    assert page.count("?undo=") == 1, "the second change; nothing is left of the first"


@pytest.mark.parametrize(("services", "reason", "told"), [((BENEFIT,), "", "Say why"), ((), "x" * 600, "Say why")])
def test_what_is_missing_is_told_beside_what_was_chosen(
    offered: Office, services: tuple[str, ...], reason: str, told: str
) -> None:
    browser = offered.page()
    page = look(browser, *services)
    answer = browser.post(HERE, form(page, *services, reason=reason))
    assert (answer.status, told in answer.text) == (422, True)
    assert chosen(answer.text) == set(services)
    assert basket(offered) == sorted([BENEFIT, TAX])


def test_what_is_no_service_or_no_kind_goes_nowhere(offered: Office) -> None:
    browser = offered.page()
    page = look(browser, BENEFIT, TAX, "lv.nobody.nothing")
    assert "Nothing: the basket holds just this" in page
    assert browser.post(HERE, form(page, BENEFIT, TAX, "lv.nobody.nothing")).status == 422
    assert browser.get("/baskets/nothing/change").status == 404
    kept = f"/admin/propose/{ChangeKind.BASKET_CHANGE.value}"
    assert browser.get(f"{kept}?target=vpvkac").location == HERE
    assert browser.post(kept, {"target": "vpvkac", "reason": WHY}).location == HERE


def test_a_manager_reads_baskets_and_changes_none(offered: Office) -> None:
    manager = offered.page(role=Role.MANAGER)
    assert HERE not in manager.get("/baskets").text
    assert manager.get(HERE).status == 403


def test_the_list_is_narrowed_by_letters_and_keeps_what_is_chosen(
    offered: Office, browser: Browser, address: str
) -> None:
    with open_as(browser, address, offered.page()) as window:
        page = window.new_page()
        go(page, address + HERE)
        page.get_by_label("Show only services").fill("bezdarbn")
        expect(page.get_by_label("Sickness benefit")).to_be_hidden()
        page.get_by_label("Show only services").fill("UNEMPLOYED")
        expect(page.get_by_label("Status of an unemployed person")).to_be_visible()
        expect(page.get_by_role("status").filter(has_text="Shown: 1")).to_be_visible()
        page.get_by_label("Status of an unemployed person").check()
        page.get_by_role("button", name="See what changes").click()
        expect(page.locator("#difference")).to_contain_text("1 service is added")


def test_the_networks_owner_proposes_and_an_administrator_says_the_second_yes(offered: Office) -> None:
    owner, bille = offered.page(role=Role.NETWORK_OWNER), offered.page(offered.second)
    assert f'href="{HERE}"' in owner.get("/baskets").text
    path = owner.post(HERE, form(look(owner, BENEFIT, TAX, STATUS), BENEFIT, TAX, STATUS)).location
    assert "Status of an unemployed person" in owner.get(path).text, "whoever proposed reads what became of it"
    assert owner.post(f"{path}/confirm").status == 403
    assert bille.post(f"{path}/confirm").status == 303
    offered.wait()
    offered.apply(path.rpartition("/")[2])
    assert basket(offered) == sorted((BENEFIT, TAX, STATUS))


def test_what_the_networks_owner_only_takes_out_counts_at_once(offered: Office) -> None:
    owner = offered.page(role=Role.NETWORK_OWNER)
    owner.post(HERE, form(look(owner, BENEFIT), BENEFIT))
    assert basket(offered) == [BENEFIT]
    assert "Done by one person" in offered.page(offered.second).get("/admin").text


def test_the_networks_owner_refuses_what_an_administrator_proposes_of_a_basket_and_confirms_nothing(
    offered: Office,
) -> None:
    owner, bille = offered.page(role=Role.NETWORK_OWNER), offered.page(offered.second)
    path = bille.post(HERE, form(look(bille, BENEFIT, TAX, STATUS), BENEFIT, TAX, STATUS)).location
    page = owner.get(path).text
    assert f"{path}/refuse" in page
    assert f"{path}/confirm" not in page
    assert f'href="{path}"' in owner.get(HERE).text, "it is found where the basket is"
    owner.post(f"{path}/refuse")
    assert offered.state(path.rpartition("/")[2]) is ChangeState.REFUSED


def test_the_networks_owner_reads_and_refuses_no_other_change(offered: Office) -> None:
    owner = offered.page(role=Role.NETWORK_OWNER)
    other = offered.propose(ChangeKind.KEYS_ROTATE, "delegation", {}, by=offered.session(offered.second))
    for answer in (owner.get(f"/admin/changes/{other}"), owner.post(f"/admin/changes/{other}/refuse")):
        assert answer.status == 404
    assert offered.state(other) is ChangeState.PROPOSED
