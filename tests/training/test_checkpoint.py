"""A training that goes on from its checkpoint ends in the same bits."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from byhand.data import one_hot
from byhand.errors import ByhandError
from byhand.nn import Network
from byhand.nn.optimisers import OPTIMISERS
from byhand.training.checkpoint import load_checkpoint, save_checkpoint
from byhand.training.recipe import Recipe
from byhand.training.trainer import Epoch, Training, train_network

RNG = np.random.default_rng(0)
INPUTS = RNG.normal(size=(90, 6)).astype(np.float32)
TARGETS = one_hot((INPUTS[:, 0] > 0).astype(int), 2)


def fresh(optimizer: str, units: int = 5) -> Training:
    network = Network([6, units, 2], "tanh")
    network.initialise("glorot", np.random.default_rng(1))
    recipe = Recipe(epochs=6, batch_size=7, learning_rate=0.01, momentum=0.9, optimizer=optimizer, schedule="one-cycle")
    return Training(
        network, INPUTS, TARGETS, recipe, np.random.default_rng(2),
        deform=lambda inputs, rng, strength: inputs + strength * rng.normal(0, 0.1, inputs.shape).astype(np.float32),
    )  # fmt: skip


class StoppedError(Exception):
    pass


def stop_after(epochs: int, history: list[Epoch], then: Callable[[], None]) -> Callable[[Epoch], None]:
    def on_epoch(epoch: Epoch) -> None:
        history.append(epoch)
        if len(history) == epochs:
            then()
            raise StoppedError

    return on_epoch


@pytest.mark.parametrize("optimizer", OPTIMISERS)
def test_interrupted_and_resumed_is_never_interrupted(optimizer: str, tmp_path: Path) -> None:
    whole, all_epochs = fresh(optimizer), list[Epoch]()
    train_network(whole, on_epoch=all_epochs.append)

    first, history = fresh(optimizer), list[Epoch]()
    with pytest.raises(StoppedError):
        train_network(
            first, on_epoch=stop_after(2, history, lambda: save_checkpoint(first, history, tmp_path / "checkpoint"))
        )
    second = fresh(optimizer)
    resumed = load_checkpoint(second, tmp_path / "checkpoint")
    assert resumed == history
    train_network(second, on_epoch=resumed.append)
    assert second.network.parameters.tobytes() == whole.network.parameters.tobytes()
    assert [epoch.train_loss for epoch in resumed] == [epoch.train_loss for epoch in all_epochs]
    assert first.network.parameters.tobytes() != whole.network.parameters.tobytes()


def test_another_training_and_damaged_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint"
    save_checkpoint(fresh("sgd"), [], path)
    with pytest.raises(ByhandError, match="start this training anew"):
        load_checkpoint(fresh("sgd", units=4), path)
    with pytest.raises(ByhandError, match="start this training anew"):
        load_checkpoint(fresh("adam"), path)
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(ByhandError, match="start this training anew"):
        load_checkpoint(fresh("sgd"), path)
