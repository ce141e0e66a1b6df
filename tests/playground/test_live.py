"""A training that is watched, without its process."""

import threading
from collections.abc import Iterator
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any

import pytest

from byhand.playground import live
from byhand.playground.trainings import recipe_from
from tests.playground.conftest import PATIENCE

SHORT = 0.3  # seconds


@pytest.fixture
def paused(monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    """The other end of a training that begins paused and is given up soon."""
    monkeypatch.setattr(live, "PAUSED_SECONDS", SHORT)
    here, there = Pipe()
    recipe = recipe_from({"hidden": [4], "amount": 100, "epochs": 1, "batch_size": 25}, "mnist")
    thread = threading.Thread(target=live.train_live, args=(there, recipe, True))
    thread.start()
    yield here
    thread.join(PATIENCE)
    assert not thread.is_alive()


def reports(connection: Connection) -> Iterator[dict[str, Any]]:
    """Its reports until the last one."""
    state = ""
    while state not in {"stopped", "finished"}:
        assert connection.poll(PATIENCE)
        word, value = connection.recv()
        if word == "report":
            state = value["state"]
            yield value


def test_a_paused_training_that_nobody_steers_ends_and_says_so(paused: Connection) -> None:
    paused.send(("step", 0.0))
    paused.send(("step", 0.0))
    *_, last = reports(paused)
    assert last["state"] == "stopped"
    assert last["step"] in {2, 3}  # the one that is under way is finished
    assert "has ended, to make room for others" in last["message"]


def test_one_that_learns_is_left_alone(paused: Connection) -> None:
    paused.send(("delay", SHORT / 2))
    paused.send(("resume", 0.0))
    *_, last = reports(paused)
    assert last["state"] == "finished"
    assert last["step"] == 4
    assert not last["message"]
