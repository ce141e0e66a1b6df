"""The page in a real browser: an installed Chromium without a window, driven by Playwright.

Every page that a test opens is watched: an error on its console, or a request that would leave this machine, fails
the test. Pictures of the pages are kept in `screenshots/` beside this file, which git ignores.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from byhand.export import export
from byhand.model import load_model, shipped_model

SCREENSHOTS = Path(__file__).parent / "screenshots"
STROKES: dict[str, list[list[int]]] = json.loads((Path(__file__).parent / "strokes.json").read_text("utf-8"))
BOARD = 420  # the strokes' coordinates go from 0 to this

PATIENCE = 90.0  # seconds until what must happen has happened, on a busy machine, too
expect.set_options(timeout=1000 * PATIENCE)

OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """`open_page(url, width=..., height=..., dark=...)`: a fresh page, ready and watched."""
    contexts, problems = [], []

    def watch(request: Request) -> None:
        if not request.url.startswith(("http://127.0.0.1:", "file:///", "data:", "blob:")):
            problems.append(f"a request to {request.url}")

    def open_it(url: str, width: int = 1366, height: int = 768, dark: bool = False) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(1000 * PATIENCE)
        page.on("request", watch)
        page.on("console", lambda line: problems.append(line.text) if line.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(url)
        page.locator("html[data-ready]").wait_for()
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert problems == []


@contextmanager
def playing(folder: Path, *arguments: str, lines: int = 3) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """`byhand play` at work in a folder: its address, which it prints in so many lines of JSON, and its process."""
    process = subprocess.Popen(
        [sys.executable, "-m", "byhand", "play", "--no-browser", "--port", "0", "--json", *arguments],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout
        printed = [process.stdout.readline() for _ in range(lines)]
        yield json.loads("".join(printed))["url"], process
    finally:
        process.kill()
        print(process.communicate()[1])  # what it said, where the test fails


@pytest.fixture(scope="session")
def play_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which `byhand play` runs."""
    return tmp_path_factory.mktemp("play")


@pytest.fixture(scope="session")
def server(play_folder: Path) -> Iterator[str]:
    """The address of `byhand play` with the model `fast`."""
    with playing(play_folder, "--model", str(shipped_model())) as (url, _):
        yield url


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model `fast` as one HTML file."""
    path = tmp_path_factory.mktemp("export") / "fast.html"
    export(load_model(), path, name="fast")
    return path


def draw(page: Page, digit: str, left: float = 0, scale: float = 1) -> None:
    """Draw a recorded digit with the mouse, smaller and from another place on if asked.

    Each movement takes a frame: of a small digit every other point is enough, as far apart as those of a large one.
    """
    every = 2 if scale <= 0.5 else 1
    page.locator("#board").scroll_into_view_if_needed()
    box = page.locator("#board").bounding_box()
    assert box
    for stroke in STROKES[digit]:
        points = [
            (box["x"] + (left + scale * x) / BOARD * box["width"], box["y"] + scale * y / BOARD * box["height"])
            for x, y in zip(stroke[::2], stroke[1::2], strict=True)
        ]
        points = [*points[:-1:every], points[-1]]
        page.mouse.move(*points[0])
        page.mouse.down()
        for point in points[1:]:
            page.mouse.move(*point)
        page.mouse.up()


def keep(page: Page, name: str) -> None:
    """Keep a picture of the page for people to look at."""
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)


def eventually(happened: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    """Whether something happens within a time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if happened():
            return True
        time.sleep(0.05)
    return False
