"""A small real problem that is learned in a moment, and a browser."""

import os
import shutil
from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from byhand.data import Dataset, LabelledImages, load_mnist
from byhand.training.recipe import Recipe
from byhand.training.run import Run

pytest_plugins = ["tests.caused"]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# No window, and none of the things a browser does on its own account. No name resolves but this machine's.
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
]  # fmt: skip


@pytest.fixture(scope="session")
def few_digits() -> Dataset:
    """1,500 digits of MNIST to learn from and 500 to test on."""
    mnist = load_mnist()
    names = tuple("0123456789")
    return Dataset(
        "mnist",
        LabelledImages(mnist.train_images[:1500], mnist.train_labels[:1500].astype(np.intp), names),
        LabelledImages(mnist.test_images[:500], mnist.test_labels[:500].astype(np.intp), names),
    )


@pytest.fixture(scope="session")
def small_run(few_digits: Dataset) -> Run:
    """A finished training on `few_digits`."""
    return Run(Recipe.load("fast", hidden=[24], epochs=5, learning_rate=1.0, validation=200), few_digits).complete()


def find_chromium() -> str | None:
    """Where Chromium is installed."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def driver() -> Iterator[Playwright]:
    """What drives browsers."""
    if find_chromium() is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is not installed, and CI must not do without: apt-get install chromium.")
        pytest.skip("Chromium is not installed: the page cannot be tried in a browser.")
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(driver: Playwright) -> Iterator[Browser]:
    """One browser for nearly all tests."""
    browser = driver.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
    yield browser
    browser.close()
