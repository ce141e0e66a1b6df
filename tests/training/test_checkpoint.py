"""A training that goes on from its checkpoint ends in the same bits."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from numpy.typing import NDArray

from byhand.data import one_hot
from byhand.errors import ByhandError
from byhand.nn import Network
from byhand.nn.optimisers import OPTIMISERS
from byhand.training.checkpoint import DamagedCheckpointError, _checksum, load_checkpoint, save_checkpoint
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


@pytest.fixture
def path(tmp_path: Path) -> Path:
    save_checkpoint(fresh("sgd"), tmp_path / "checkpoint")
    return tmp_path / "checkpoint"


@pytest.mark.parametrize(
    "changes",
    [{"seed": 3}, {"optimizer": "nesterov"}, {"batch_size": 8}, {"epochs": 7}, {"learning_rate": 0.02}, {"l2": 1e-5}],
)
def test_a_checkpoint_of_another_recipe_is_refused(changes: dict[str, Any], path: Path) -> None:
    training = fresh("sgd")
    training.recipe = replace(training.recipe, **changes)
    with pytest.raises(ByhandError, match=f"another recipe: {next(iter(changes))}"):
        load_checkpoint(training, path)


def test_a_recipe_that_was_only_moved_is_the_same(path: Path) -> None:
    training = fresh("sgd")
    training.recipe = replace(training.recipe, name="other", data="elsewhere", workers=2)
    load_checkpoint(training, path)


def test_a_checkpoint_of_other_data_is_refused(path: Path) -> None:
    training = fresh("sgd")
    training.inputs = np.array(training.inputs)
    training.inputs[3, 2] += 1
    with pytest.raises(ByhandError, match="other data"):
        load_checkpoint(training, path)


def test_every_byte_counts(path: Path) -> None:
    content = path.read_bytes()
    for place in [*range(0, len(content), 97), len(content) - 1]:
        changed = bytearray(content)
        changed[place] ^= 4
        path.write_bytes(changed)
        training = fresh("sgd")
        before = training.network.parameters.copy()
        with pytest.raises(DamagedCheckpointError):
            load_checkpoint(training, path)
        np.testing.assert_array_equal(training.network.parameters, before)
    for end in (0, 7, 100, len(content) - 8):
        path.write_bytes(content[:end])
        with pytest.raises(DamagedCheckpointError):
            load_checkpoint(fresh("sgd"), path)


@pytest.mark.parametrize(
    "changes",
    [
        {"epoch": "1"}, {"step": -1}, {"step": 1e9}, {"history": [1]}, {"history": [{"epoch": 1}]}, {"history": None},
        {"losses": ["a"]}, {"losses": 3}, {"at_start": 1}, {"order": {}}, {"order": None}, {"augmentation": "x"},
        {"order": {"bit_generator": "PCG64", "state": {"state": -1, "inc": 2**200}, "has_uint32": 0, "uinteger": 0}},
    ],
)  # fmt: skip
def test_values_of_other_types_are_refused_and_change_nothing(changes: dict[str, Any], path: Path) -> None:
    content = path.read_bytes()
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    arrays = safetensors.numpy.load(content)
    text = json.dumps(json.loads(header["__metadata__"]["byhand"]) | changes)
    metadata = {"byhand": text, "checksum": _checksum(arrays, text)}
    path.write_bytes(safetensors.numpy.save(arrays, metadata))
    training = fresh("sgd")
    state = training.order_rng.bit_generator.state
    with pytest.raises(DamagedCheckpointError):
        load_checkpoint(training, path)
    assert training.order_rng.bit_generator.state == state
    assert (training.epoch, training.history) == (0, [])
