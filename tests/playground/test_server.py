"""What the server refuses."""

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from byhand.errors import ByhandError
from byhand.playground.guard import known_hosts
from byhand.playground.server import listen
from byhand.playground.trainings import default_settings, recipe_from


def ask(
    url: str, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
) -> tuple[int, str, dict[str, str]]:
    place = urlsplit(url).netloc
    connection = http.client.HTTPConnection(place, timeout=20)
    usual = {"Host": place} | ({"Origin": f"http://{place}"} if method == "POST" else {})
    connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    for name, value in (usual | (headers or {})).items():
        if value:
            connection.putheader(name, value)
    connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text, dict(answer.getheaders())


def test_the_page_comes_with_a_strict_policy(server: str) -> None:
    status, text, headers = ask(server, "GET", "/")
    assert status == 200
    assert "<title>byhand" in text
    policy = headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8784", "127.0.0.1.evil.example", "localhost.evil", "", "[::2]"]
)
def test_other_names_are_refused_so_that_dns_rebinding_fails(server: str, host: str) -> None:
    assert ask(server, "GET", "/content.json", headers={"Host": host or " "})[0] in {400, 403}


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "https://127.0.0.1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_other_sites_cannot_change_anything(server: str, headers: dict[str, str]) -> None:
    status, text, _ = ask(server, "POST", "/trainings", b"{}", headers)
    assert status == 403
    assert "Only the page" in text or "Another site" in text


def test_other_sites_may_link_to_the_page_and_no_more(server: str) -> None:
    from_elsewhere = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert ask(server, "GET", "/", headers=from_elsewhere)[0] == 200
    assert ask(server, "GET", "/content.json", headers=from_elsewhere)[0] == 403
    as_script = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
    assert ask(server, "GET", "/network.js", headers=as_script)[0] == 403


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/trainings", b"no json", 400),
        ("/trainings", b"[]", 400),
        ("/trainings", b" " * 30_000, 413),
        ("/trainings/nobody", b'{"do": "stop"}', 400),
        ("/trainings/nobody/save", b"{}", 400),
    ],
)
def test_what_the_page_does_not_send_gets_one_sentence(server: str, path: str, body: bytes, status: int) -> None:
    found, text, _ = ask(server, "POST", path, body)
    assert found == status
    assert json.loads(text)["error"].endswith((".", "bytes, please."))


def test_a_training_that_cannot_work_says_so_in_its_stream(server: str) -> None:
    status, text, _ = ask(server, "POST", "/trainings", b'{"settings": {"data": "/etc"}}')
    assert status == 200
    report = json.loads(text.removeprefix("data: "))
    assert report["state"] == "failed"
    assert "not the page's own" in report["message"]


@pytest.mark.parametrize("path", ["/../guard.py", "/%2e%2e/guard.py", "/..%2fguard.py", "/trainings/x/model.json"])
def test_only_the_page_s_own_files_are_handed_out(server: str, path: str) -> None:
    assert ask(server, "GET", path)[0] in {400, 404}


def test_which_names_a_server_goes_by() -> None:
    loopback, everywhere = known_hosts("127.0.0.1"), known_hosts("0.0.0.0")
    assert loopback("localhost")
    assert not loopback("192.168.1.5")
    assert everywhere("192.168.1.5")
    assert everywhere("fe80::1")
    assert not everywhere("evil.example")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"learning_rate": -1}, "learning rate"),
        ({"epochs": 10**5}, "1,000 epochs"),
        ({"hidden": [10] * 9}, "5 hidden layers"),
        ({"hidden": ["x"]}, "hidden"),
        ({"deformations": True}, "deformations"),
        ({"nonsense": 1}, "not the page's own"),
        ([], "not the page's own"),
    ],
)
def test_settings_that_cannot_work_are_explained(settings: Any, words: str) -> None:
    with pytest.raises(ByhandError, match=words) as problem:
        recipe_from(settings, "mnist")
    assert "--" not in str(problem.value)


def test_the_usual_settings_are_those_of_the_recipe_fast() -> None:
    recipe = recipe_from(default_settings(), "mnist")
    assert (recipe.hidden, recipe.batch_size, recipe.learning_rate, recipe.limit) == ((128,), 64, 4.0, 0)
    assert recipe_from({"amount": 1000, "deformations": 0.5}, "mnist").limit == 2000


def test_a_port_that_is_taken_is_said() -> None:
    with listen("127.0.0.1", 0) as taken, pytest.raises(ByhandError, match=r"in use.*--port"):
        listen("127.0.0.1", taken.getsockname()[1])
    with listen("127.0.0.1", None) as first, listen("127.0.0.1", None) as second:
        assert first.getsockname()[1] != second.getsockname()[1]
