"""The Tab key leads through the main pages in the order that is kept beside this test, and reaches all of it."""

import pytest
from playwright.sync_api import Page

from tests.states.conftest import Played
from tests.states.site import Site
from tests.states.walking import FOLDER, WALKS, file_of, walks


@pytest.mark.parametrize("scene", WALKS)
def test_tab_leads_where_it_led(played: Played, site: Site, page: Page, scene: str) -> None:
    shown = [played(scene, ("lv",))[name] for name in WALKS[scene]]
    site.add(shown)
    for name, reached in walks(page, site, shown).items():
        kept = file_of(name).read_text(encoding="utf-8").splitlines()
        assert reached == kept, f"{name}: if this is as it should be, `python -m tests.states.walking` keeps it"


def test_no_walk_is_kept_of_a_page_that_is_not_walked() -> None:
    walked = {file_of(name) for names in WALKS.values() for name in names}
    assert sorted(set(FOLDER.iterdir()) - walked) == []
