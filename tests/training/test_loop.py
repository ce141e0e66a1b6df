import math

import numpy as np
import pytest

from byhand.data import one_hot
from byhand.nn import Network
from byhand.training.divergence import DivergedError, loss_of_guessing
from byhand.training.loop import Event, Training
from byhand.training.recipe import Recipe

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
    Training(network, INPUTS, TARGETS, recipe, np.random.default_rng(0)).run()
    assert accuracy(network) > 0.95


def test_the_same_seed_gives_the_same_bits_and_another_does_not() -> None:
    results = []
    for seed in (1, 1, 2):
        network = a_network()
        recipe = Recipe(epochs=2, batch_size=16, learning_rate=0.5)
        Training(network, INPUTS, TARGETS, recipe, np.random.default_rng(seed)).run()
        results.append(network.parameters.tobytes())
    assert results[0] == results[1] != results[2]


def test_the_history_holds_what_happened() -> None:
    recipe = Recipe(epochs=3, batch_size=8, learning_rate=0.5, schedule="one-cycle")
    training = Training(a_network(), INPUTS, TARGETS, recipe, np.random.default_rng(0), validate=lambda: (0.25, 1.5))
    reports = [(training.epoch, training.shown) for event in training.events() if event is Event.PROGRESS]
    epochs = training.history
    assert [epoch.epoch for epoch in epochs] == [1, 2, 3]
    assert all(epoch.validation_accuracy == 0.25 and epoch.seconds > 0 for epoch in epochs)
    assert all(epoch.validation_loss == 1.5 for epoch in epochs)
    assert epochs[0].train_loss > epochs[2].train_loss
    assert epochs[0].train_accuracy < epochs[2].train_accuracy <= 1
    assert epochs[-1].learning_rate < 0.01
    assert len(reports) == 30
    assert [shown for _, shown in reports[:10]] == [40 * i for i in range(1, 11)]


def test_the_loss_reported_is_the_mean_over_all_examples_of_the_epoch() -> None:
    recipe = Recipe(epochs=1, batch_size=7, learning_rate=1e-30, shuffle=False)
    network = a_network()
    logits = network.forward(INPUTS).astype(np.float64)
    expected = np.mean(np.log(np.exp(logits).sum(axis=1)) - (logits * TARGETS).sum(axis=1))
    training = Training(network, INPUTS, TARGETS, recipe, np.random.default_rng(0))
    training.run()
    assert training.history[0].train_loss == pytest.approx(expected, rel=1e-5)
    assert training.history[0].train_accuracy == accuracy(network)


def test_the_accuracy_reported_is_that_of_the_labelled_examples_alone() -> None:
    targets, outliers = TARGETS.copy(), np.arange(len(TARGETS)) % 3 == 0
    outliers[:14] = True  # the first two batches have no other examples
    targets[outliers] = 0.5
    recipe = Recipe(epochs=2, batch_size=7, learning_rate=1e-30, shuffle=False)
    network = a_network()
    right = network.forward(INPUTS).argmax(axis=1) == LABELS
    training = Training(network, INPUTS, targets, recipe, np.random.default_rng(0))
    for event in training.events():
        if event is Event.STEP:
            labelled = right[: training.shown][~outliers[: training.shown]]
            assert training.accuracy == (labelled.mean() if len(labelled) else 0)
    assert [epoch.train_accuracy for epoch in training.history] == [right[~outliers].mean()] * 2
    assert 0 < right[~outliers].mean() < 1


@pytest.mark.parametrize(("rate", "cure"), [(0.9, "0.0013"), (300.0, "0.12"), (1e5, "0.12")])
def test_training_that_diverges_stops_and_keeps_the_last_good_weights(rate: float, cure: str) -> None:
    network = a_network()
    recipe = Recipe(epochs=50, batch_size=2, learning_rate=rate, momentum=0.99 if rate < 1 else 0)
    with pytest.raises(DivergedError, match=rf"--learning-rate {cure}\."):
        Training(network, INPUTS, TARGETS, recipe, np.random.default_rng(0)).run()
    assert np.isfinite(network.parameters).all()
    loss = -np.log(np.exp(network.forward(INPUTS)) / np.exp(network.forward(INPUTS)).sum(axis=1, keepdims=True))
    assert (loss * TARGETS).sum(axis=1).mean() < 2 * math.log(2)


def test_a_loss_that_is_not_a_number_stops_training() -> None:
    network, inputs = a_network(), INPUTS.copy()
    inputs[399, 0] = np.nan
    before = network.parameters.copy()
    with pytest.raises(DivergedError, match="no longer a finite number"):
        recipe = Recipe(batch_size=400, learning_rate=0.1)
        Training(network, inputs, TARGETS, recipe, np.random.default_rng(0)).run()
    np.testing.assert_array_equal(network.parameters, before)


def test_weight_decay_makes_weights_smaller() -> None:
    sizes = []
    for l2 in (0.0, 0.05):
        network = a_network()
        recipe = Recipe(epochs=20, batch_size=20, learning_rate=0.5, l2=l2)
        Training(network, INPUTS, TARGETS, recipe, np.random.default_rng(0)).run()
        sizes.append(float(np.abs(network.dense[0].weights).mean()))
    assert sizes[1] < 0.7 * sizes[0]


def test_guessing_by_frequency_loses_the_entropy_of_the_labels() -> None:
    assert loss_of_guessing(one_hot(np.arange(100) % 10, 10)) == pytest.approx(math.log(10))
    assert loss_of_guessing(one_hot(np.zeros(5, int), 3)) == pytest.approx(0)
