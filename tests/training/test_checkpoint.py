"""A training that goes on from its checkpoint ends in the same bits."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from byhand.data import one_hot
from byhand.errors import ByhandError
from byhand.nn import Network
from byhand.nn.optimisers import OPTIMISERS
from byhand.training.checkpoint import load_checkpoint, save_checkpoint
from byhand.training.loop import Event, Training
from byhand.training.recipe import Recipe

RNG = np.random.default_rng(0)
INPUTS = RNG.normal(size=(90, 6)).astype(np.float32)
TARGETS = one_hot((INPUTS[:, 0] > 0).astype(int), 2)


def fresh(optimizer: str, units: int = 5) -> Training:
    network = Network([6, units, 2], "tanh")
    network.initialise("glorot", np.random.default_rng(1))
    recipe = Recipe(epochs=6, batch_size=7, learning_rate=0.01, momentum=0.9, optimizer=optimizer, schedule="one-cycle")
    return Training(network, INPUTS, TARGETS, recipe, np.random.default_rng(2), augment=noisy)


def noisy(inputs: NDArray[Any], rng: np.random.Generator, strength: float, team: object) -> NDArray[Any]:
    return np.asarray(inputs + strength * rng.normal(0, 0.1, inputs.shape), np.float32)


@pytest.mark.parametrize("optimizer", OPTIMISERS)
def test_interrupted_and_resumed_is_never_interrupted(optimizer: str, tmp_path: Path) -> None:
    whole = fresh(optimizer)
    whole.run()

    first = fresh(optimizer)
    for event in first.events():
        if event is Event.EPOCH and len(first.history) == 2:
            save_checkpoint(first, tmp_path / "checkpoint")
            break
    second = fresh(optimizer)
    load_checkpoint(second, tmp_path / "checkpoint")
    assert second.history == first.history
    assert len(second.history) == 2
    second.run()
    assert second.network.parameters.tobytes() == whole.network.parameters.tobytes()
    assert [epoch.train_loss for epoch in second.history] == [epoch.train_loss for epoch in whole.history]
    assert first.network.parameters.tobytes() != whole.network.parameters.tobytes()


def test_another_training_and_damaged_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint"
    save_checkpoint(fresh("sgd"), path)
    with pytest.raises(ByhandError, match="start this training anew"):
        load_checkpoint(fresh("sgd", units=4), path)
    with pytest.raises(ByhandError, match="start this training anew"):
        load_checkpoint(fresh("adam"), path)
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(ByhandError, match="start this training anew"):
        load_checkpoint(fresh("sgd"), path)
