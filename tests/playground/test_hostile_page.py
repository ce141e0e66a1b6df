"""A hostile page, opened in the same browser as the local server: it can neither read from it nor act on it."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psutil
import pytest
from playwright.sync_api import Page, Playwright

from byhand.model import shipped_model
from byhand.processors import cores
from tests.conftest import ARGUMENTS, find_chromium

from .conftest import eventually, playing

# What the page tries against the server at `target`. Each try gives what it could read, or null.
TRIES = """async (target) => {
  const text = async (promise) => { try { return await (await promise).text() || null; } catch { return null; } };
  const settled = (node, ready) => new Promise((resolve) => {
    node.onload = () => { try { resolve(ready(node)); } catch { resolve(null); } };
    node.onerror = () => resolve(null);
    document.body.append(node);
    setTimeout(resolve, 3000, null);
  });
  const make = (name, values) => Object.assign(document.createElement(name), values);
  const settings = JSON.stringify({ settings: { epochs: 1000 } });
  const found = {};
  const post = (path, body, more = {}) => text(fetch(target + path, { method: "POST", body, ...more }));
  const json = { headers: { "Content-Type": "application/json" } };
  const picture = (type) => new Blob(["x"], { type });
  found.fetch = await text(fetch(`${target}content.json`));
  found.fetchNoCors = await text(fetch(`${target}content.json`, { mode: "no-cors" }));
  found.fetchWithCookies = await text(fetch(`${target}content.json`, { credentials: "include" }));
  found.simplePost = await post("trainings", settings, { credentials: "include" });
  found.noCorsPost = await post("trainings", settings, { mode: "no-cors", credentials: "include" });
  found.jsonPost = await post("trainings", settings, json);
  found.blobPost = await post("read", picture(""), { mode: "no-cors" });
  found.picturePost = await post("read", picture("image/png"));
  found.noReferrer = await post("trainings", settings, { mode: "no-cors", referrerPolicy: "no-referrer" });
  navigator.sendBeacon(`${target}trainings`, settings);
  found.xhr = await new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", `${target}trainings`);
    request.onloadend = () => resolve(request.responseText || null);
    request.send(settings);
  });
  found.events = await new Promise((resolve) => {
    const source = new EventSource(`${target}trainings`);
    source.onmessage = ({ data }) => resolve(data);
    source.onerror = () => resolve(null);
  });
  found.socket = await new Promise((resolve) => {
    const socket = new WebSocket(target.replace("http", "ws"));
    socket.onopen = () => resolve("open");
    socket.onerror = () => resolve(null);
  });
  found.script = await settled(make("script", { src: `${target}network.js`, type: "text/javascript" }), () => "ran");
  found.module = await settled(make("script", { src: `${target}network.js`, type: "module" }), () => "ran");
  found.style = await settled(make("link", { rel: "stylesheet", href: `${target}style.css` }), () => "styled");
  found.image = await settled(make("img", { src: `${target}icon.svg` }), (image) => image.naturalWidth ? "seen" : null);
  const inside = (frame) => frame.contentDocument?.title || null;
  found.frame = await settled(make("iframe", { src: target }), inside);
  for (const enctype of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]) {
    document.body.append(make("iframe", { name: enctype }));
    const form = make("form", { action: `${target}trainings`, method: "POST", enctype, target: enctype });
    form.append(make("input", { name: '{"settings": {}, "x": "', value: '"}' }));
    document.body.append(form);
    form.submit();
  }
  const opened = open(target);
  await new Promise((resolve) => { setTimeout(resolve, 1000); });
  try { found.opened = opened?.document?.title || null; } catch { found.opened = null; }
  return found;
}"""


class _Hostile(BaseHTTPRequestHandler):
    def do_GET(self) -> None:  # http.server's name
        content = b"<!doctype html><title>hostile</title><body>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *words: Any) -> None:
        pass


@pytest.fixture(scope="module")
def hostile() -> Iterator[int]:
    """The port of another server, with a page of its own."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Hostile)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()


@pytest.fixture
def visit(driver: Playwright) -> Iterator[Any]:
    """`visit(url)`: a page in a browser to which every name is this machine; all pages share its cookies."""
    resolved = [one for one in ARGUMENTS if "resolver" not in one] + ["--host-resolver-rules=MAP * 127.0.0.1"]
    browser = driver.chromium.launch(executable_path=find_chromium(), args=resolved)
    context = browser.new_context()

    def opened(url: str) -> Page:
        page = context.new_page()
        page.goto(url)
        return page

    yield opened
    browser.close()


def test_the_tries_succeed_where_they_may(hostile: int, visit: Any) -> None:
    url = f"http://127.0.0.1:{hostile}/"
    found = visit(url).evaluate(TRIES, url)
    for name in ("fetch", "fetchNoCors", "fetchWithCookies", "frame", "opened"):
        assert "hostile" in found[name]


def test_a_hostile_page_gets_nothing_and_does_nothing(hostile: int, visit: Any, tmp_path: Path) -> None:
    with playing(tmp_path, "--model", str(shipped_model())) as (url, process):
        server = psutil.Process(process.pid)
        assert eventually(lambda: len(worker_processes(server)) == cores())
        before = worker_processes(server)
        # The page the visitor has open, and with it whatever the browser keeps for the server.
        visit(url)
        # Another site, and the same name at another port, which browsers count as the same site.
        for origin in (f"http://evil.example:{hostile}/", f"http://127.0.0.1:{hostile}/"):
            found = visit(origin).evaluate(TRIES, url)
            assert {name: value for name, value in found.items() if value is not None} == {}
        assert worker_processes(server) == before  # no training was started
        # A name that is made to point here ("DNS rebinding").
        port = url.rstrip("/").rpartition(":")[2]
        page = visit(f"http://evil.example:{port}/")
        assert "does not go by that name" in page.inner_text("body")
        assert page.evaluate("fetch('/content.json').then((answer) => answer.status)") == 403
        assert list(tmp_path.iterdir()) == []


def test_a_hostile_page_cannot_use_the_token_that_the_browser_holds(hostile: int, visit: Any, tmp_path: Path) -> None:
    arguments = ("--host", "0.0.0.0", "--allow-saving", "--model", str(shipped_model()))
    with playing(tmp_path, *arguments, lines=5) as (url, process):
        server = psutil.Process(process.pid)
        assert eventually(lambda: len(worker_processes(server)) == cores())
        before = worker_processes(server)
        port, token = url.rpartition(":")[2].split("/?token=")
        target = f"http://127.0.0.1:{port}/"
        page = visit(f"{target}?token={token}")
        assert page.title().startswith("byhand")
        found = visit(f"http://127.0.0.1:{hostile}/").evaluate(TRIES, target)  # the browser has the cookie
        assert {name: value for name, value in found.items() if value is not None} == {}
        assert worker_processes(server) == before
        assert list(tmp_path.iterdir()) == []


def worker_processes(server: psutil.Process) -> set[int]:
    """The processes that the server has started to work."""
    found = set()
    for child in server.children():
        try:
            if "spawn_main" in " ".join(child.cmdline()):
                found.add(child.pid)
        except psutil.NoSuchProcess:
            continue
    return found
