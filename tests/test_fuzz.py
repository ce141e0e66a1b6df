"""Every parser, with every input that once went wrong and with many new ones: a result or one sentence, in silence."""

import random
import subprocess
import sys

import pytest

from fuzz.__main__ import corpus, main
from fuzz.judge import judge
from fuzz.mutations import mutated
from fuzz.parsers import Parser, parsers

INPUTS = 2000
INPUTS_OF = {"pdf": 300}  # a page is drawn as large as it is printed, which takes 3 ms
PARSERS = parsers()


@pytest.mark.parametrize("name", PARSERS)
def test_real_files_are_read(name: str) -> None:
    for content in PARSERS[name].seeds():
        PARSERS[name].read(content)


@pytest.mark.parametrize("name", PARSERS)
def test_inputs_that_once_went_wrong(name: str) -> None:
    for content in corpus(name):
        assert judge(PARSERS[name], content) is None


# Pictures as data are decoded as those to read are; `python -m fuzz` tries both.
@pytest.mark.parametrize("name", [name for name in PARSERS if not name.startswith("data-")])
def test_new_inputs(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    parser, rng = PARSERS[name], random.Random(name)
    seeds = parser.seeds()
    wrong = [
        said
        for _ in range(INPUTS_OF.get(name, INPUTS))
        if (said := judge(parser, mutated(rng.choice(seeds), seeds, rng)))
    ]
    assert wrong == []
    assert capfd.readouterr() == ("", "")


def test_what_is_wrong_is_noticed() -> None:
    def read(content: bytes) -> None:
        raise RuntimeError("a bug")

    assert judge(Parser(read, list), b"") == "RuntimeError: a bug"
    assert judge(Parser(lambda _: print("loud", file=sys.stderr), list), b"") == "said: 'loud\\n'"


def test_the_command() -> None:
    command = [sys.executable, "-m", "fuzz", "recipe", "--seconds", "60", "--inputs", "50"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("recipe: 50 inputs in ")


def test_without_atheris_a_sentence_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["fuzz", "idx", "--engine", "atheris"])
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(SystemExit, match="pip install"):
        main()
