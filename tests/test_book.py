"""The book: it builds offline without a warning, and its pages are there for everybody."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
CHAPTERS = sorted(path.stem for path in (ROOT / "docs" / "book").glob("*.md"))


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built book. -n and -W: a formula that names code which is not there, a link that leads nowhere, and a
    command that fails all break the build.
    """
    place = tmp_path_factory.mktemp("site")
    folders = [str(place / "doctrees"), str(ROOT / "docs" / "book"), str(place)]
    command = [sys.executable, "-m", "sphinx", "-W", "-n", "-q", "-d", *folders]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return place


def test_each_chapter_asks_before_it_tells_and_shows_what_a_command_printed(site: Path) -> None:
    told = {"index", "exercises", "experiments", "results"}
    for chapter in set(CHAPTERS) - told:
        page = (site / f"{chapter}.html").read_text()
        assert "Guess first" in page, chapter
        assert "Look" in page, chapter


@pytest.mark.parametrize("width", [360, 1280])
def test_pages_need_no_network_fit_the_screen_and_are_accessible(site: Path, width: int, browser: Any) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = browser.new_page(viewport={"width": width, "height": 800})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for chapter in ("index", "backpropagation", "handwriting", "results", "search"):
        page.goto(f"file://{site / f'{chapter}.html'}")
        page.wait_for_selector("h1")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        violations = Axe().run(page).response["violations"]
        assert not violations, violations
    assert all(url.startswith(("file:", "data:", "blob:")) for url in asked)
    page.close()
