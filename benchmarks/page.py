"""How quick the page is, measured in the page: `python -m benchmarks.page`.

Needs what `pip install ".[test]"` installs, and Chromium. Prints, and with `--save FILE` writes, one JSON value.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import Browser, Page, sync_playwright

from byhand.export import export
from byhand.model import load_model, shipped_model
from tests.conftest import ARGUMENTS, find_chromium
from tests.playground.conftest import STROKES, draw, playing

# Times each movement of the pen: from the event's own time stamp, and from when the page hears of it, until the new
# bars are laid out; and until the picture with them has been handed to the screen.
WATCH = """() => {
  window.times = [];
  let heard;
  addEventListener('pointermove', () => { heard = performance.now(); }, true);
  addEventListener('pointermove', (event) => {
    if (!event.buttons) return;
    document.getElementById('bars').getBoundingClientRect();
    const done = performance.now();
    const entry = { work: done - heard, done: done - event.timeStamp };
    window.times.push(entry);
    requestAnimationFrame(() => setTimeout(() => { entry.shown = performance.now() - event.timeStamp; }));
  });
}"""
RUNS = 3


def pen_to_bars(browser: Browser, url: str) -> dict[str, Any]:
    """Draw the recorded digits; medians in milliseconds."""
    page = opened(browser, url)
    page.evaluate(WATCH)
    for digit in STROKES:
        page.click("#clear")
        draw(page, digit)
    page.wait_for_timeout(200)
    times = page.evaluate("window.times")
    page.close()
    return {"movements": len(times)} | {
        f"{name}_ms": statistics.median(entry[name] for entry in times if name in entry)
        for name in ("work", "done", "shown")
    }


def opened(browser: Browser, url: str) -> Page:
    """A page that is ready."""
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    page.goto(url)
    page.locator("html[data-ready]").wait_for()
    return page


def ready(browser: Browser, path: Path) -> float:
    """Milliseconds from opening a file to a page that is ready to draw on."""
    page = opened(browser, path.as_uri())
    start: float = page.evaluate("performance.getEntriesByName('ready')[0].startTime")
    page.close()
    return start


def learning_in_the_page(browser: Browser, url: str) -> float:
    """Images a second of the usual training, from its first batch to its last, watched in the page."""
    page = opened(browser, f"{url}#learn")
    page.click("#start")
    page.locator("#state", has_text="Learning").wait_for()
    start = time.perf_counter()
    page.locator("#state", has_text="Finished").wait_for(timeout=300_000)
    seconds = time.perf_counter() - start
    page.close()
    return 590_000 / seconds


def learning_on_the_command_line(folder: Path) -> float:
    """Images a second of the same training with `byhand train`."""
    done = subprocess.run(
        [sys.executable, "-m", "byhand", "train", "--validation", "1000", "--no-figures", "--quiet", "--json"],
        cwd=folder, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return float(590_000 / json.loads(done.stdout)["train_seconds"])


def main() -> None:
    """Measure, print, and perhaps write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--save", type=Path)
    save = parser.parse_args().save
    executable = find_chromium()
    if executable is None:
        sys.exit("Chromium is not installed.")
    report: dict[str, Any] = {"cores": psutil.cpu_count(), "load": psutil.getloadavg()[0]}
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        folder = Path(temporary)
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        export(load_model(), folder / "fast.html", name="fast")
        report["export_bytes"] = (folder / "fast.html").stat().st_size
        report["export_ready_ms"] = statistics.median(ready(browser, folder / "fast.html") for _ in range(2 * RUNS + 1))
        report["pen_to_bars"] = pen_to_bars(browser, (folder / "fast.html").as_uri())
        with playing(folder, "--model", str(shipped_model())) as (url, _):
            ratios = []
            for _ in range(RUNS):
                page, line = learning_in_the_page(browser, url), learning_on_the_command_line(folder)
                ratios.append({"page": page, "command_line": line, "ratio": page / line})
            report["learning"] = ratios
            report["learning_ratio"] = statistics.median(one["ratio"] for one in ratios)
        browser.close()
    text = json.dumps(report, indent=1)
    print(text)
    if save:
        save.write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
