"""Photographs on the live page: chosen, dropped, pasted, and taken with the camera."""

import base64
import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

import byhand

from .conftest import OpenPage, eventually, keep
from .test_server import ask


def sheet(digits: str) -> bytes:
    """A picture of digits of the MNIST test set, dark on light, side by side: PNG."""
    mnist = byhand.load_mnist()
    rng = np.random.default_rng(0)
    row = [
        np.kron(mnist.test_images[int(np.flatnonzero(mnist.test_labels == int(d))[1])], np.ones((3, 3))) for d in digits
    ]
    grey = np.pad(np.hstack(row), 60)
    grey = 235 - 0.8 * grey + rng.normal(0, 2, grey.shape)
    content = io.BytesIO()
    Image.fromarray(grey.clip(0, 255).astype(np.uint8)).save(content, "PNG")
    return content.getvalue()


def reads(page: Page, text: str) -> None:
    expect(page.locator("#photo-text")).to_have_text(re.compile(" ?".join(text)))


def hand_over(page: Page, kind: str, picture: bytes) -> None:
    """Drop or paste a picture."""
    page.evaluate(
        """([kind, base64]) => {
          const data = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
          const transfer = new DataTransfer();
          transfer.items.add(new File([data], 'picture.png', { type: 'image/png' }));
          const options = { bubbles: true, cancelable: true };
          document.body.dispatchEvent(kind === 'drop'
            ? new DragEvent('drop', { ...options, dataTransfer: transfer })
            : new ClipboardEvent('paste', { ...options, clipboardData: transfer }));
        }""",
        [kind, base64.b64encode(picture).decode()],
    )


def test_a_photograph_is_chosen_dropped_and_pasted(open_page: OpenPage, server: str, tmp_path: Path) -> None:
    page = open_page(server)
    (tmp_path / "digits.png").write_bytes(sheet("3407"))
    page.set_input_files("#file", tmp_path / "digits.png")
    reads(page, "3407")
    expect(page.locator("#announcement")).to_contain_text("The photograph reads ")
    keep(page, "photograph")
    page.locator("#photo-digits button").nth(3).click()
    expect(page.locator("#image-name")).to_have_text("From the photograph")
    expect(page.locator("#outputs li.best .label")).to_have_text("7")
    hand_over(page, "drop", sheet("215"))
    reads(page, "215")
    page.evaluate("scrollTo(0, 0)")
    hand_over(page, "paste", sheet("86"))
    reads(page, "86")
    expect(page.locator("#photo-text")).to_be_in_viewport()


# The first two answers are that there is no place; a real 503 would be on the console, which these tests watch.
FIRST_BUSY = """() => {
  const real = window.fetch;
  let asked = 0;
  window.fetch = (path, options) => {
    if (!String(path).includes("/read")) return real(path, options);
    asked += 1;
    if (asked > 2) return real(path, options);
    return Promise.resolve(new Response('{"error": "Too many."}', { status: 503, headers: { "Retry-After": "0" } }));
  };
}"""


def test_a_photograph_that_finds_no_place_waits_for_one(open_page: OpenPage, server: str, tmp_path: Path) -> None:
    page = open_page(server)
    page.evaluate(FIRST_BUSY)
    (tmp_path / "digits.png").write_bytes(sheet("3407"))
    page.set_input_files("#file", tmp_path / "digits.png")
    expect(page.locator("#photo-state")).to_contain_text("Others are being read first")
    reads(page, "3407")


# The answer about the first photograph comes late, and whoever asked hears of it even if he no longer wants to.
FIRST_LATE = """() => {
  const real = window.fetch;
  let asked = 0;
  window.fetch = async (path, options) => {
    if (!String(path).includes("/read")) return real(path, options);
    asked += 1;
    if (asked > 1) return real(path, options);
    const answer = await real(path, { ...options, signal: undefined });
    await new Promise((resolve) => { setTimeout(resolve, 3000); });
    window.firstCame = true;
    return answer;
  };
}"""


def test_the_photograph_handed_over_last_is_the_one_shown(open_page: OpenPage, server: str) -> None:
    page = open_page(server)
    page.evaluate(FIRST_LATE)
    hand_over(page, "drop", sheet("3407"))
    hand_over(page, "drop", sheet("86"))
    reads(page, "86")
    assert eventually(lambda: page.evaluate("window.firstCame === true"))
    page.wait_for_timeout(500)
    reads(page, "86")


def test_the_camera_is_read(open_page: OpenPage, server: str) -> None:
    page = open_page(server)
    page.context.grant_permissions(["camera"])
    page.click("#camera")
    expect(page.locator("#video")).to_be_visible()
    page.wait_for_timeout(500)
    page.click("#shoot")  # the browser's test picture, which shows no handwriting
    expect(page.locator("#video")).to_be_hidden()
    expect(page.locator("#photo-state")).to_contain_text("digit")


@pytest.mark.parametrize(
    ("content", "status", "words"),
    [
        (b"#!/bin/sh", 415, "no picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415, "no picture"),
        (b"", 415, "no picture"),
        (sheet("1")[:200], 400, "damaged"),
        (b"\xff\xd8\xff" + bytes(30_000_001), 413, "at most"),
    ],
)
def test_what_is_no_picture_is_refused(server: str, content: bytes, status: int, words: str) -> None:
    found, text, _ = ask(server, "POST", "/models/fast/read", content)
    assert found == status
    assert words in json.loads(text)["error"]
