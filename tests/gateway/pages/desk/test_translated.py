"""A card that a machine translated says so, beside the original, and is text whatever came back."""

from dataclasses import replace
from html import unescape

from sqlalchemy import Connection, update

from gateway.app import fit
from gateway.people.roles import Role
from gateway.services import catalogue, keeping, translations
from gateway.visits.reading import Stage
from gateway.visits.tables import Visit
from tests.gateway.pages.desk.desk import Desk
from tests.gateway.visits.counter import BENEFIT


def lose_english(conn: Connection) -> None:
    """The benefit has a Latvian card alone."""
    service = catalogue.find(conn, BENEFIT)
    keeping.upsert(conn, replace(service, cards={"lv": service.cards["lv"]}))


def translated(conn: Connection, desk: Desk, title: str = "Sickness money") -> None:
    """A machine has put it into English."""
    one = next(each for each in translations.wanted(conn) if each.service_id == BENEFIT)
    words = [title, *translations.words_of(one.source)[1:]]
    translations.keep(conn, one, words, desk.clock.now())


def switch_on(desk: Desk) -> None:
    parts = desk.callers.parts
    settings = replace(parts.settings, translation_url="http://127.0.0.1:9")
    fit(desk.callers.app, replace(parts, settings=settings))


def test_at_the_desk_it_is_marked_and_the_original_stands_beside_it(desk: Desk) -> None:
    desk.at(Stage.SERVICE)
    desk.write(lose_english)
    switch_on(desk)
    assert "Not translated yet" in desk.press_button("search", {"query": "slimibas lapa"}).text
    desk.write(lambda conn: translated(conn, desk, "<script>Sickness</script>"))
    text = desk.press_button("search", {"query": "slimibas lapa"}).text
    assert "Translated by a machine" in text
    assert "&lt;script&gt;Sickness" in text
    assert "<script>Sickness" not in text
    assert '<div class="govuk-details__text" lang="lv"><strong>Slimības pabalsts' in text


def test_where_it_is_off_nothing_is_said_and_the_original_is_shown(desk: Desk) -> None:
    desk.at(Stage.SERVICE)
    desk.write(lose_english)
    desk.write(lambda conn: translated(conn, desk))
    text = desk.press_button("search", {"query": "slimibas lapa"}).text
    assert "Slimības pabalsts" in text
    assert "Sickness money" not in text
    assert "Translated by a machine" not in text


def test_on_paper_the_original_stands_whole_wherever_a_card_is_printed(desk: Desk) -> None:
    desk.write(lose_english)
    switch_on(desk)
    desk.write(lambda conn: translated(conn, desk))
    original = desk.read(lambda conn: catalogue.find(conn, BENEFIT)).card("lv")
    desk.at(Stage.REQUEST)
    pages = {
        "everybody's": desk.callers.nobody().get(f"/services/{BENEFIT}", cookie="pilnvara_lang=en").text,
        "the guest's": desk.callers.guest().get(f"/guest/services/{BENEFIT}").text,
        "the booklet": desk.callers.staff(Role.ADMINISTRATOR).get("/baskets/vpvkac").text,
        "the visit's": desk.look().text,
    }
    for name, page in pages.items():
        printed = page.partition('<div class="app-only-print" lang="lv">')[2].partition("</div>")[0]
        for words in (original.title, original.summary, original.who, original.costs, original.next, *original.needed):
            assert words in unescape(printed), name


def test_the_pages_of_a_visit_and_its_print_say_so_too(desk: Desk) -> None:
    desk.write(lose_english)
    switch_on(desk)
    desk.at(Stage.REQUEST)
    assert "Not translated yet" in desk.look().text
    desk.write(lambda conn: translated(conn, desk))
    page = desk.look().text
    assert '<span class="govuk-caption-l">Sickness money</span>' in page
    assert "It may be wrong; the original is what counts." in page
    desk.at(Stage.FILED)
    desk.write(lambda conn: conn.execute(update(Visit).values(language="en")))
    for path in (desk.path, f"{desk.path}/receipt"):
        text = desk.browser.get(path).text
        assert "Sickness money" in text
        assert "Translated by a machine" in text
    assert "Translated by a machine" not in desk.browser.get(f"{desk.path}/stop").text
