import pytest

from connectors.runner.guard import Incoming, _declares
from connectors.runner.origins import normal_origin
from connectors.sdk.paths import path_fits
from connectors.sdk.steps import Request


class TestAddresses:
    @pytest.mark.parametrize(
        ("given", "expected"),
        [
            ("http://portal.example", "http://portal.example:80"),
            ("https://portal.example/path", "https://portal.example:443"),
            ("http://[::1]:8080/", "http://[::1]:8080"),
        ],
    )
    def test_have_one_form(self, given: str, expected: str) -> None:
        assert normal_origin(given) == expected

    @pytest.mark.parametrize("given", ["ftp://portal.example", "/path", "http://user@portal.example", "http://", "x"])
    def test_others_are_none(self, given: str) -> None:
        with pytest.raises(ValueError, match="no address"):
            normal_origin(given)

    @pytest.mark.parametrize(
        ("pattern", "path", "fits"),
        [
            ("/a/*", "/a/b", True),
            ("/a/*", "/a/b?c=1", True),
            ("/a/*", "/a/b/c", False),
            ("/a/*", "/a/", False),
            ("/a.b", "/axb", False),
        ],
    )
    def test_a_star_is_one_segment(self, pattern: str, path: str, *, fits: bool) -> None:
        assert path_fits(pattern, path) is fits


class TestAStarInADeclaredPath:
    @pytest.mark.parametrize(
        ("segment", "declared"),
        [
            ("a-1", True),
            ("%C4%81", True),
            ("..", False),
            ("%2e%2e", False),
            ("..%2fnosutit", False),
            ("no%73utit", False),
            ("..;x", False),
        ],
    )
    def test_stands_for_nothing_that_a_portal_could_take_for_another_path(
        self, segment: str, *, declared: bool
    ) -> None:
        asked = Incoming(method="POST", origin="http://127.0.0.2:80", path=f"/melnraksti/{segment}", headers=())
        assert _declares(Request(path="/melnraksti/*"), asked) is declared
