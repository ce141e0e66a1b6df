"""Who comes in on a network address, and what they may do there."""

import json
import time
from pathlib import Path

import pytest
from starlette.routing import Route

from byhand.data import LabelledImages
from byhand.model import MODEL_FILE, load_model, shipped_model
from byhand.playground.access import ALPHABET, TOKEN_LENGTH, new_token, own_address
from byhand.playground.content import choose_sample
from byhand.playground.server import Playground
from tests.playground.asgi import ask
from tests.playground.conftest import OpenPage, playing

TOKEN = "k7m2x9qd4wpn"
VISITED = "192.168.1.5:8784"


@pytest.fixture(scope="module")
def sample() -> LabelledImages:
    return choose_sample(load_model(), "mnist", 50)


@pytest.fixture(scope="module")
def playground(sample: LabelledImages) -> Playground:
    return Playground(load_model(), shipped_model(), sample, "mnist", token=TOKEN, saving=False)


def targets(routes: list[Route]) -> list[tuple[str, str]]:
    return [
        ("POST" if "POST" in (route.methods or ()) else "GET", route.path.replace("{model}", "fast"))
        for route in routes
    ]


def test_without_the_token_nothing_but_its_page_answers(playground: Playground) -> None:
    app = playground.app("0.0.0.0")
    for method, path in [*targets(playground.routes()), ("GET", "/main.js"), ("GET", "/style.css")]:
        for shown in ({}, {"cookie": "byhand-8784=wrong"}, {"authorization": "Bearer wrong"}):
            answer = ask(app, method, path, b"{}", shown, VISITED)
            assert answer.status == 401, path
            assert b"token" in answer.body
            assert TOKEN.encode() not in answer.body
            assert b"parameters" not in answer.body
    page = ask(app, "GET", "/", headers={"accept": "text/html"}, host=VISITED)
    assert b"<form" in page.body
    assert "default-src 'none'" in page.headers["content-security-policy"]


@pytest.mark.parametrize("shown", ["", "k7m2x9qd4wp", TOKEN + "a", "ÿ", "\x00", TOKEN[::-1]])
def test_another_token_is_none(playground: Playground, shown: str) -> None:
    from urllib.parse import quote

    assert ask(playground.app("0.0.0.0"), "GET", f"/?token={quote(shown)}", host=VISITED).status == 401


def test_the_token_is_exchanged_for_a_cookie_and_leaves_the_address(playground: Playground) -> None:
    app = playground.app("0.0.0.0")
    answer = ask(app, "GET", f"/?token={TOKEN}", host=VISITED)
    assert (answer.status, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    with_cookie = {"cookie": cookie.partition(";")[0]}
    assert b"<title>byhand" in ask(app, "GET", "/", headers=with_cookie, host=VISITED).body
    assert ask(app, "GET", "/content.json", headers=with_cookie, host=VISITED).status == 200


@pytest.mark.parametrize("headers", [{"authorization": f"Bearer {TOKEN}"}, {"authorization": f"bearer {TOKEN}"}])
def test_programs_show_the_token_in_a_header(playground: Playground, headers: dict[str, str]) -> None:
    answer = ask(playground.app("0.0.0.0"), "POST", "/usual", b'{"settings": {}}', headers, VISITED)
    assert answer.status == 200


def test_the_token_does_not_help_another_site_s_page(playground: Playground) -> None:
    shown = {"cookie": f"byhand-8784={TOKEN}", "origin": "http://evil.example"}
    assert ask(playground.app("0.0.0.0"), "POST", "/usual", b'{"settings": {}}', shown, VISITED).status == 403
    assert ask(playground.app("0.0.0.0"), "GET", f"/?token={TOKEN}", host="evil.example").status == 403


def test_a_cookie_of_backslashes_costs_next_to_nothing(playground: Playground) -> None:
    # Python's own parser took 6.6 s for it, in the event loop of all visitors and before any token was seen.
    start = time.process_time()
    hostile = {"cookie": 'byhand-8784="' + "\\" * 60_000 + '"'}
    assert ask(playground.app("0.0.0.0"), "GET", "/content.json", headers=hostile, host=VISITED).status == 401
    assert time.process_time() - start < 2


def test_the_cookie_is_found_among_others(playground: Playground) -> None:
    app = playground.app("0.0.0.0")
    name = ask(app, "GET", f"/?token={TOKEN}", host=VISITED).headers["set-cookie"].partition("=")[0]
    for others in (f'a=b; {name}={TOKEN}; c="d', f"=;;{name}={TOKEN}"):
        assert ask(app, "GET", "/content.json", headers={"cookie": others}, host=VISITED).status == 200
    for others in (f"{name}x={TOKEN}", f"{name}={TOKEN}x", f"x{name}={TOKEN}", name):
        assert ask(app, "GET", "/content.json", headers={"cookie": others}, host=VISITED).status == 401


def test_visitors_write_nothing_unless_they_may(playground: Playground, sample: LabelledImages) -> None:
    shown = {"authorization": f"Bearer {TOKEN}"}
    refused = ask(playground.app("0.0.0.0"), "POST", "/trainings/any/save", b"{}", shown, VISITED)
    assert refused.status == 403
    assert "--allow-saving" in json.loads(refused.body)["error"]
    open_handed = Playground(load_model(), shipped_model(), sample, "mnist", token=TOKEN, saving=True)
    answer = ask(open_handed.app("0.0.0.0"), "POST", "/trainings/any/save", b"{}", shown, VISITED)
    assert answer.status == 400  # there is no such training


def test_visitors_who_may_not_save_neither_see_nor_open_saved_runs(
    playground: Playground, sample: LabelledImages, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tmp_path / "runs" / "mine-1" / MODEL_FILE
    run.parent.mkdir(parents=True)
    run.write_bytes(load_model().to_bytes())
    monkeypatch.chdir(tmp_path)
    open_handed = Playground(load_model(), shipped_model(), sample, "mnist", token=TOKEN, saving=True)
    shown = {"authorization": f"Bearer {TOKEN}"}
    for one, seen in ((playground, False), (open_handed, True)):
        app = one.app("0.0.0.0")
        content = ask(app, "GET", "/content.json", headers=shown, host=VISITED)
        assert ("mine-1" in json.loads(content.body)["models"]) == seen
        for path in (
            "/models/mine-1/model.json",
            "/models/mine-1/map.json",
            "/models/mine-1/read",
            "/read?model=mine-1",
        ):
            if seen and path.endswith("map.json"):
                continue  # laid out by another process, which takes its time
            method = "POST" if "read" in path else "GET"
            answer = ask(app, method, path, b"", shown | {"content-type": "image/png"}, VISITED)
            assert (answer.status != 404) == seen, path
            assert seen or b"mine-1" not in answer.body


def test_tokens_are_never_the_same_and_can_be_typed() -> None:
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(len(token) == TOKEN_LENGTH and set(token) <= set(ALPHABET) for token in tokens)
    assert not set("01oil") & set(ALPHABET)


def test_the_printed_address_is_the_machine_s_own() -> None:
    assert own_address("192.168.1.5") == "192.168.1.5"
    assert own_address("0.0.0.0") not in {"0.0.0.0", ""}
    assert own_address("::") not in {"::", ""}


def test_a_visitor_opens_the_printed_address(open_page: OpenPage, tmp_path: Path) -> None:
    with playing(tmp_path, "--host", "0.0.0.0", "--model", str(shipped_model()), lines=5) as (url, _):
        assert "0.0.0.0" not in url
        port, token = url.rpartition(":")[2].split("/?token=")
        # What resolves to this machine, the browser of these tests may open.
        page = open_page(f"http://127.0.0.1:{port}/?token={token}#learn")
        assert token not in page.url
        assert page.locator("#save").is_hidden()
        assert page.locator("#download").is_visible()
