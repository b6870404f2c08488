"""What is typed for a card: what is wrong with it is said all at once, and nothing of it is lost."""

import re

from tests.gateway.changes.conftest import SERVICE, Office


def test_says_all_that_is_wrong_with_words(office: Office) -> None:
    ada = office.page()
    ada.post(f"/cards/{SERVICE}/draft")
    answer = ada.post(f"/cards/{SERVICE}/draft/lv", {"summary": "x", "video": "http://video.example/"})
    assert answer.status == 422
    assert 'href="#title"' in answer.text
    assert 'href="#video"' in answer.text


def test_cuts_nothing_that_is_too_long_and_drops_no_hours_without_a_place(office: Office) -> None:
    ada, long = office.page(), "garš " * 401
    ada.post(f"/cards/{SERVICE}/draft")
    words = {"title": "x", "summary": "x", "takes": long, "synonyms": "a\n" * 5000, "post-when": "Katru dienu"}
    answer = ada.post(f"/cards/{SERVICE}/draft/lv", words)
    assert answer.status == 422
    assert set(re.findall(r'href="#([\w-]+)">', answer.text)) >= {"takes", "post-where"}
    assert "How long it takes: Say it in at most 2000 characters" in answer.text
    assert "By post: where: Fill this in" in answer.text
    assert long.strip() in answer.text, "what was typed stays"
    kept = words | {"takes": long.strip()[:2000].strip(), "post-where": "Pasts"}
    assert ada.post(f"/cards/{SERVICE}/draft/lv", kept).status == 303
    form = ada.get(f"/cards/{SERVICE}/draft/lv").text
    assert re.search(r'name="synonyms"[^>]*>\s*a\s*</textarea>', form), "a word that is given twice stands once"


def test_says_who_writes_already_and_what_is_new_in_latvian_first(office: Office) -> None:
    ada, bille = office.page(), office.page(office.second)
    ada.post(f"/cards/{SERVICE}/draft")
    for language in ("en", "lv"):
        ada.post(f"/cards/{SERVICE}/draft/{language}", {"title": "New", "summary": "x"})
    answer = bille.post(f"/cards/{SERVICE}/draft")
    assert answer.status == 422
    assert "Somebody is writing a new version already" in answer.text
    assert re.findall(r'id="changed-(\w+)-caption"', answer.text) == ["lv", "en"]
