"""What requests may carry: whatever comes, the answer is a result or one sentence."""

import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from byhand.model import load_model, shipped_model
from byhand.playground.content import choose_sample
from byhand.playground.server import Playground
from byhand.playground.trainings import CHOICES, COMMANDS, Training
from byhand.training.recipe import Recipe
from tests.playground.asgi import ask

INPUTS = 2000  # in this suite; `python -m benchmarks.bodies` tries many more
COPIES = 3
PATHS = ("/usual", "/trainings/mine")
# Each of these once failed with a traceback, or did worse.
FOUND = [
    b"[" * 19_000,
    b'{"settings":' * 1500,
    b'{"settings": {"learning_rate": 1' + b"0" * 400 + b"}}",
    b'{"settings": {"seed": 1' + b"0" * 5000 + b"}}",
    b'{"settings": {"learning_rate": 1e400}}',
    b'{"settings": {"learning_rate": NaN}}',
    b'{"settings": {"activation": "\\ud800"}}',
    b'{"settings": {"hidden": [1e300]}}',
    b'{"settings": {"epochs": -Infinity}}',
    b'{"do": "rate", "value": 1' + b"0" * 400 + b"}",
    b'{"do": "rate", "value": NaN}',
    b'{"do": "\\udfff", "value": 1}',
    b'{"do": ["stop"], "value": 1}',
    b'{"do": {}, "value": {}}',
    b"\xff\xfe\x00",
    b"\xef\xbb\xbf{}",
    b"",
]


@pytest.fixture(scope="module")
def app() -> Any:
    return make_app()


def make_app() -> Any:
    """The application, with a training to steer that takes what it is given."""
    model = load_model()
    playground = Playground(model, shipped_model(), choose_sample(model, "mnist", 50), "mnist")
    playground.trainings.open["mine"] = Training(Recipe.load("fast"), _Sink())  # type: ignore[arg-type]
    return playground.app("127.0.0.1")


class _Sink:
    over = False

    def send(self, message: Any) -> bool:
        word, value = message
        assert word in COMMANDS
        assert 0 <= value <= 1_000_000
        return True


def check(app: Any, path: str, body: bytes) -> None:
    answer = ask(app, "POST", path, body)
    assert answer.status in {200, 400, 413}, answer
    value = json.loads(answer.body)
    if answer.status != 200:
        sentence = value["error"]
        assert 10 < len(sentence) <= 500


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("body", FOUND, ids=range(len(FOUND)))
def test_what_was_found_is_refused_in_a_sentence(app: Any, path: str, body: bytes) -> None:
    check(app, path, body)


scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text()
    | st.sampled_from(["relu", "sigmoid", "sgd", "adam", "one-cycle", 0, 1, 0.5, [32], 64])
)  # fmt: skip
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)
asked_settings = st.dictionaries(st.sampled_from([*CHOICES, "amount", "deformations", "data"]), values)
asked = st.fixed_dictionaries(
    {}, optional={"settings": asked_settings | values, "do": st.sampled_from(COMMANDS) | values, "value": values}
).map(lambda value: json.dumps(value).encode("utf-8", "surrogatepass"))
documents = values.map(lambda value: json.dumps(value).encode("utf-8", "surrogatepass"))


sent = st.one_of(asked, documents, st.binary())


def damaged(content: bytes, rng: random.Random) -> bytes:
    """A part cut out, doubled, or replaced by something else."""
    start, end = sorted(rng.randrange(len(content) + 1) for _ in range(2))
    other = rng.choice([b"", content[start:end] * 2, rng.randbytes(rng.randrange(20)), b"9" * 500, b"[" * 3000, b'"'])
    return content[:start] + other + content[end:]


def all_of(content: bytes, seed: int) -> list[bytes]:
    """A body and damaged copies of it, which cost less to make than new ones."""
    rng = random.Random(seed)
    return [content, *(damaged(content, rng) for _ in range(COPIES))]


@given(body=sent, path=st.sampled_from(PATHS), seed=st.integers(0, 2**32))
@settings(max_examples=INPUTS // (1 + COPIES), deadline=None)
def test_whatever_is_sent_gets_an_answer(app: Any, body: bytes, path: str, seed: int) -> None:
    for one in all_of(body, seed):
        check(app, path, one)
