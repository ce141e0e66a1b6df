import math

import numpy as np
import pytest

from byhand.data import one_hot
from byhand.nn import Network
from byhand.training.recipe import Recipe
from byhand.training.trainer import DivergedError, Epoch, Look, Training, loss_of_guessing, train_network

RNG = np.random.default_rng(0)
INPUTS = RNG.normal(size=(400, 6)).astype(np.float32)
LABELS = (np.sign(INPUTS[:, 0]) == np.sign(INPUTS[:, 1])).astype(int)  # exclusive or: needs the hidden layer
TARGETS = one_hot(LABELS, 2)


def a_network(seed: int = 0) -> Network:
    network = Network([6, 16, 2], "tanh")
    network.initialise("glorot", np.random.default_rng(seed))
    return network


def accuracy(network: Network) -> float:
    return float((network.forward(INPUTS).argmax(axis=1) == LABELS).mean())


@pytest.mark.parametrize("optimizer", [("sgd", 0.0, 1.0), ("sgd", 0.9, 0.1), ("nesterov", 0.9, 0.1), ("adam", 0, 0.01)])
def test_a_problem_that_is_not_linear_is_learned(optimizer: tuple[str, float, float]) -> None:
    name, momentum, rate = optimizer
    network = a_network()
    recipe = Recipe(epochs=60, batch_size=20, optimizer=name, momentum=momentum, learning_rate=rate)
    train_network(Training(network, INPUTS, TARGETS, recipe, np.random.default_rng(0)))
    assert accuracy(network) > 0.95


def test_the_same_seed_gives_the_same_bits_and_another_does_not() -> None:
    results = []
    for seed in (1, 1, 2):
        network = a_network()
        recipe = Recipe(epochs=2, batch_size=16, learning_rate=0.5)
        train_network(Training(network, INPUTS, TARGETS, recipe, np.random.default_rng(seed)))
        results.append(network.parameters.tobytes())
    assert results[0] == results[1] != results[2]


def test_the_history_holds_what_happened() -> None:
    epochs: list[Epoch] = []
    looks: list[Look] = []
    recipe = Recipe(epochs=3, batch_size=8, learning_rate=0.5, schedule="one-cycle")
    training = Training(a_network(), INPUTS, TARGETS, recipe, np.random.default_rng(0))
    train_network(training, validate=lambda: 0.25, on_look=looks.append, on_epoch=epochs.append)
    assert [epoch.epoch for epoch in epochs] == [1, 2, 3]
    assert all(epoch.validation_accuracy == 0.25 and epoch.seconds > 0 for epoch in epochs)
    assert epochs[0].train_loss > epochs[2].train_loss
    assert epochs[0].train_accuracy < epochs[2].train_accuracy <= 1
    assert epochs[-1].learning_rate < 0.01
    assert len(looks) == 30
    assert [look.examples for look in looks[:10]] == [40 * i for i in range(1, 11)]


def test_the_loss_reported_is_the_mean_over_all_examples_of_the_epoch() -> None:
    epochs: list[Epoch] = []
    recipe = Recipe(epochs=1, batch_size=7, learning_rate=1e-30, shuffle=False)
    network = a_network()
    logits = network.forward(INPUTS).astype(np.float64)
    expected = np.mean(np.log(np.exp(logits).sum(axis=1)) - (logits * TARGETS).sum(axis=1))
    train_network(Training(network, INPUTS, TARGETS, recipe, np.random.default_rng(0)), on_epoch=epochs.append)
    assert epochs[0].train_loss == pytest.approx(expected, rel=1e-5)
    assert epochs[0].train_accuracy == accuracy(network)


@pytest.mark.parametrize(("rate", "cure"), [(0.9, "0.09"), (300.0, "0.1"), (1e5, "0.1")])
def test_training_that_runs_away_stops_and_keeps_the_last_good_weights(rate: float, cure: str) -> None:
    network = a_network()
    recipe = Recipe(epochs=50, batch_size=2, learning_rate=rate, momentum=0.99 if rate < 1 else 0)
    with pytest.raises(DivergedError, match=rf"--learning-rate {cure}\."):
        train_network(Training(network, INPUTS, TARGETS, recipe, np.random.default_rng(0)))
    assert np.isfinite(network.parameters).all()
    loss = -np.log(np.exp(network.forward(INPUTS)) / np.exp(network.forward(INPUTS)).sum(axis=1, keepdims=True))
    assert (loss * TARGETS).sum(axis=1).mean() < 2 * math.log(2)


def test_a_loss_that_is_not_a_number_stops_training() -> None:
    network, inputs = a_network(), INPUTS.copy()
    inputs[399, 0] = np.nan
    before = network.parameters.copy()
    with pytest.raises(DivergedError, match="no longer a finite number"):
        recipe = Recipe(batch_size=400, learning_rate=0.1)
        train_network(Training(network, inputs, TARGETS, recipe, np.random.default_rng(0)))
    np.testing.assert_array_equal(network.parameters, before)


def test_weight_decay_makes_weights_smaller() -> None:
    sizes = []
    for l2 in (0.0, 0.05):
        network = a_network()
        recipe = Recipe(epochs=20, batch_size=20, learning_rate=0.5, l2=l2)
        train_network(Training(network, INPUTS, TARGETS, recipe, np.random.default_rng(0)))
        sizes.append(float(np.abs(network.dense[0].weights).mean()))
    assert sizes[1] < 0.7 * sizes[0]


def test_guessing_by_frequency_loses_the_entropy_of_the_labels() -> None:
    assert loss_of_guessing(one_hot(np.arange(100) % 10, 10)) == pytest.approx(math.log(10))
    assert loss_of_guessing(one_hot(np.zeros(5, int), 3)) == pytest.approx(0)
