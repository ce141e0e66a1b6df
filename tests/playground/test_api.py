"""The server as other programs see it: what it says of itself, and whether that is so."""

import base64
import io
import json
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from openapi_spec_validator import validate
from PIL import Image

import byhand
from byhand.model import load_model, shipped_model
from byhand.playground.content import choose_sample
from byhand.playground.openapi import description
from byhand.playground.server import Playground
from tests.playground.test_server import ask

EXAMPLES = 10  # for each address


@schemathesis.serializer("image/bmp", "image/heic", "image/tiff")
def as_it_is(context: Any, value: Any) -> Any:
    """What is generated for a picture is bytes already."""
    return value if isinstance(value, bytes) else str(value).encode()


# A training's answer is a stream that stays open: it is started in test_learn.py.
described = schemathesis.openapi.from_dict(description()).exclude(path="/trainings")


@described.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_the_server_does_as_it_is_described(case: schemathesis.Case[Any], server: str) -> None:
    # Hardly any bytes are a picture, so that what fits the description may be refused.
    excluded = [schemathesis.checks.positive_data_acceptance]
    case.call_and_validate(base_url=server, excluded_checks=excluded, timeout=60)


def test_the_description_is_valid_and_complete(server: str) -> None:
    validate(description())
    assert json.loads(ask(server, "GET", "/openapi.json")[1]) == description()
    model = load_model()
    routes = Playground(model, shipped_model(), choose_sample(model, "mnist", 50), "mnist").routes()
    asked = {(route.path, "post" if "POST" in (route.methods or ()) else "get") for route in routes}
    assert asked == {
        (path, way) for path, ways in description()["paths"].items() for way in ways if way != "parameters"
    }


def picture(count: int) -> bytes:
    """Some digits side by side, as a PNG file."""
    digits = [byhand.load_mnist().test_images[n] for n in range(count)]
    page = Image.new("L", (80 * count + 40, 120), "white")
    for n, digit in enumerate(digits):
        page.paste(Image.fromarray(255 - digit).resize((56, 56)), (80 * n + 32, 32))
    content = io.BytesIO()
    page.save(content, "PNG")
    return content.getvalue()


def read(server: str, path: str, content: bytes, kind: str = "image/png") -> tuple[int, Any]:
    status, text, _ = ask(server, "POST", path, content, {"Origin": "", "Content-Type": kind})
    return status, json.loads(text)


def test_another_program_posts_a_picture(server: str) -> None:
    status, reading = read(server, "/read", picture(4))
    assert status == 200
    assert reading["text"] == "7 2 1 0"
    assert reading["size"] == [360, 120]
    assert {*reading["digits"][0]} == {"digit", "confidence", "box", "sure"}
    for kind in ("image/jpeg", "application/octet-stream", "image/png; charset=binary"):
        assert read(server, "/read", picture(1), kind)[0] == 200


def test_the_options_of_reading_are_those_of_the_command(server: str) -> None:
    page = picture(4)
    assert read(server, "/read?region=0%25,0%25,50%25,100%25", page)[1]["text"] == "7 2"
    assert "signs" in read(server, "/read?signs=true", page)[1]
    assert len(read(server, "/read?single=true", picture(1))[1]["digits"]) == 1
    assert read(server, "/read?model=accurate", page)[1]["text"] == "7 2 1 0"
    images = read(server, "/read?images=true", page)[1]["digits"]
    assert all(len(base64.b64decode(digit["image"])) == 784 for digit in images)


@pytest.mark.parametrize(
    ("path", "kind", "status", "words"),
    [
        ("/read?colour=red", "image/png", 400, "no option 'colour'"),
        ("/read?single=yes", "image/png", 400, "true or false"),
        ("/read?region=1,2,3", "image/png", 400, "3 values"),
        ("/read?region=" + "9" * 200, "image/png", 400, "four numbers"),
        ("/read?single=true&signs=true", "image/png", 400, "Signs is for pages"),
        ("/read?table=true", "image/png", 400, "no table"),
        ("/read?model=nobody", "image/png", 404, "no such model"),
        ("/models/nobody/read", "image/png", 404, "no such model"),
        ("/read", "text/plain", 403, "Content-Type"),
        ("/read", "multipart/form-data; boundary=x", 403, "Content-Type"),
        ("/read", "", 403, "Content-Type"),
    ],
)
def test_what_cannot_be_read_so_is_explained(server: str, path: str, kind: str, status: int, words: str) -> None:
    found, answer = read(server, path, picture(1), kind)
    assert found == status
    assert words in answer["error"]
    assert "--" not in answer["error"]


@pytest.mark.parametrize(
    ("content", "status"),
    [(b"%!PS-Adobe-3.0 EPSF-3.0\n", 415), (b"<svg/>", 415), (b"", 415), (b"\xff\xd8\xff", 400), (b"BM" * 50, 400)],
)
def test_what_is_no_picture_is_refused(server: str, content: bytes, status: int) -> None:
    found, answer = read(server, "/read", content)
    assert found == status
    assert answer["error"].endswith(".")
