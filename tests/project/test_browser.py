from playwright.sync_api import Browser, Page

from tests.browser import find_browser


def test_the_browser_that_was_found_is_the_one_that_runs(
    page: Page, browser: Browser, browser_type_launch_args: dict[str, object]
) -> None:
    page.set_content("<h1>Labdien!</h1>")
    assert page.get_by_role("heading").inner_text() == "Labdien!"
    assert browser_type_launch_args["executable_path"] == find_browser()
    assert browser.is_connected()
