"""What the build makes, and what happens without it."""

import re
from pathlib import Path

import pytest

from ui import build
from ui.environment import Renderer
from ui.manifest import STATIC, Assets, AssetsMissingError


@pytest.fixture(scope="module")
def manifest() -> dict[str, str]:
    return build.build()


def test_every_built_file_is_there_under_a_name_with_its_hash(manifest: dict[str, str]) -> None:
    assert set(manifest) == {"pilnvara.css", "pilnvara.js"}
    for path in manifest.values():
        assert (STATIC / path).is_file()
        assert re.search(r"\.[0-9a-f]{12}\.", path)


def test_the_script_is_one_file_that_asks_for_no_other(manifest: dict[str, str]) -> None:
    script = (STATIC / manifest["pilnvara.js"]).read_text(encoding="utf-8")
    assert "EventSource" in script
    assert not re.search(r"\bimport\b", script)


def test_the_style_sheet_carries_no_marks_of_another_government_and_asks_nobody(manifest: dict[str, str]) -> None:
    css = (STATIC / manifest["pilnvara.css"]).read_text(encoding="utf-8")
    assert not re.search(r"GDS|crown|crest|gov\.uk|url\(|@font-face|@import", css)


def test_no_colour_behind_or_of_letters_depends_on_the_width(manifest: dict[str, str]) -> None:
    """Contrast is measured in full at one width alone; see `tests/wcag.py`."""
    css = (STATIC / manifest["pilnvara.css"]).read_text(encoding="utf-8")
    blocks = re.findall(r"@media[^{]*width[^{]*\{((?:[^{}]*\{[^{}]*\})*)\}", css)
    assert len(blocks) > 20
    coloured = re.compile(r"(?:^|[{;])(?:color|background[a-z-]*|opacity|filter|mix-blend-mode|--[a-z-]*colour):")
    assert [found[0] for block in blocks if (found := coloured.search(block))] == []


def test_no_script_writes_html_or_reaches_out(manifest: dict[str, str]) -> None:
    for name, path in manifest.items():
        if name.endswith(".js"):
            script = (STATIC / path).read_text(encoding="utf-8")
            assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|https?://", script)


def test_a_second_build_does_nothing(manifest: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "_build_into", lambda _made: pytest.fail("built again"))
    monkeypatch.setattr(build, "install", lambda: pytest.fail("installed again"))
    assert build.build() == manifest


def test_a_missing_import_stops_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "js").mkdir()
    (tmp_path / "js" / "a.js").write_text('import { x } from "./gone.js";')
    monkeypatch.setattr(build, "ASSETS", tmp_path)
    with pytest.raises(build.BuildError, match=r"gone\.js"):
        build.gather_scripts(tmp_path / "out")


def test_without_a_build_no_page_is_written_and_the_error_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(AssetsMissingError, match=r"python -m ui\.build"):
        Assets.built("/assets", tmp_path / "manifest.json")


def test_the_lock_file_holds_no_download_addresses() -> None:
    assert not re.search(r'"resolved"|registry|\.tgz', (build.UI / "package-lock.json").read_text(encoding="utf-8"))


def test_every_template_compiles(renderer: Renderer) -> None:
    assert "layout/desk.html" in renderer.compile_all()


def test_a_page_names_its_assets_language_and_nonce(renderer: Renderer, manifest: dict[str, str]) -> None:
    page = renderer.render("layout/error.html", "lv-plain", "abc123", heading="H", explanation="E")
    assert '<html lang="lv"' in page
    assert f'href="/assets/{manifest["pilnvara.css"]}"' in page
    assert f'<script type="module" src="/assets/{manifest["pilnvara.js"]}" nonce="abc123"></script>' in page
    assert '<meta name="robots" content="noindex">' in page
    assert not re.search(r"<script(?![^>]* src=)|<style| style=| on\w+=", page), "nothing inline"
