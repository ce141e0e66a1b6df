"""Each number of an explanation against the library, each gradient against its finite difference."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import byhand
from byhand.errors import ByhandError
from byhand.explanation import TINY_IMAGE, TINY_LABEL, Explanation, explain, tiny_model
from byhand.model import Model
from byhand.nn import Network, SoftmaxNLL, softmax
from byhand.preprocessing import MinMaxScaling, Preprocessing

SIDE = 7
ARCHITECTURES: tuple[tuple[list[int], str], ...] = (
    ([9], "sigmoid"),
    ([8, 6], "relu"),
    ([], "sigmoid"),
    ([5, 4, 5], "tanh"),
)


def a_model(hidden: list[int], activation: str, **options: Any) -> Model:
    network = Network([SIDE * SIDE, *hidden, 10], activation, np.float32)
    network.initialise("glorot", np.random.default_rng(3))
    network.parameters += np.random.default_rng(4).normal(0, 0.2, network.parameters.shape).astype(np.float32)
    scaling = MinMaxScaling(np.zeros(SIDE * SIDE), np.full(SIDE * SIDE, 255.0))
    return Model(network, Preprocessing((SIDE, SIDE), scaling), tuple("0123456789"), **options)


def images(count: int) -> NDArray[Any]:
    """Every fourth pixel of MNIST's."""
    chosen = np.random.default_rng(0).choice(10_000, count, replace=False)
    return byhand.load_mnist().test_images[chosen][:, ::4, ::4]


def by_name(one: Explanation) -> dict[str, Any]:
    answer = one.to_json()
    return {step["name"]: step for step in [*answer["forward"], *answer["backward"]]}


def check(model: Model, image: NDArray[Any], label: int) -> None:
    one = explain(model, image, label)
    steps, answer = by_name(one), one.to_json()
    assert answer["label"] == label and answer["layers"] == model.network.sizes

    network, criterion = Network(model.network.sizes, model.network.activation, np.float64), SoftmaxNLL()
    network.parameters[:] = model.network.parameters
    x = model.preprocessing.inputs(image[np.newaxis], np.float64)
    target = np.eye(10)[[label]]
    *hidden, logits = network.activations(x)

    def same(found: Any, wanted: Any) -> None:
        assert np.asarray(found).shape == np.shape(wanted)
        assert np.abs(np.asarray(found, float) - wanted).max(initial=0) <= 1e-12

    last = len(network.dense)
    same(steps["x"]["values"], x[0])
    for number, output in enumerate(hidden, start=1):
        same(steps[f"a{number}"]["values"], output[0])
    same(steps[f"z{last}"]["values"], logits[0])
    same(steps["p"]["values"], softmax(logits)[0])
    same(np.array(steps["p"]["exponentials"]) / steps["p"]["sum"], softmax(logits)[0])
    same(steps["L"]["values"], criterion.forward(network.forward(x), target))
    for number in range(1, last + 1):
        for written in steps[f"z{number}"]["sums"]:
            products = sum(term["product"] for term in written["terms"]) + written["bias"]
            assert products == pytest.approx(written["total"], abs=1e-12)
            assert written["total"] == steps[f"z{number}"]["values"][written["unit"]]
    network.backward(criterion.backward())
    same(one.gradient, network.gradient)
    for number, layer in enumerate(network.dense, start=1):
        gradient = steps[f"dL/dW{number}"]
        same(gradient["values"], layer.weights_gradient[:, gradient["units"]])
        assert gradient["shape"] == list(layer.weights.shape)
        same(np.outer(gradient["inputs"], gradient["deltas"]), layer.weights_gradient[:, gradient["units"]])
        same(steps[f"dL/db{number}"]["values"], layer.bias_gradient)
        same(steps[f"dL/dz{number}"]["values"], layer.bias_gradient)
        if number < last:
            same(np.array(steps[f"dL/dz{number}"]["error"]) * steps[f"dL/dz{number}"]["slope"], layer.bias_gradient)
    for step in one.backward:
        assert step.difference is not None
        found = ~np.isnan(step.difference)
        assert found.mean() > 0.9
        error = np.abs(step.values - step.difference)[found]
        assert (error <= 1e-6 * np.maximum(1e-3, np.abs(step.values[found]))).all(), (step.name, error.max())
    assert one.largest_error <= 1e-6
    update = answer["update"]
    assert update["loss_before"] == steps["L"]["values"]
    network.parameters -= update["learning_rate"] * one.gradient
    same(update["loss_after"], criterion.forward(network.forward(x), target))
    (moved,) = update["parameters"]
    assert moved["after"] == pytest.approx(moved["before"] - update["learning_rate"] * moved["gradient"], abs=1e-12)


@pytest.mark.parametrize(("hidden", "activation"), ARCHITECTURES)
def test_each_number_is_the_librarys_and_each_gradient_its_finite_difference(
    hidden: list[int], activation: str
) -> None:
    model = a_model(hidden, activation)
    labels = np.random.default_rng(1).integers(10, size=100)
    for image, label in zip(images(100), labels.tolist(), strict=True):
        check(model, image, label)


@pytest.mark.parametrize("name", ["fast", "accurate"])
def test_the_shipped_models_are_explained(name: str) -> None:
    model, image = byhand.load_model(name), byhand.load_mnist().test_images[8]
    check(model, image, 5)
    one = explain(model, image, 5)
    assert one.confidence == pytest.approx(float(model.predict_proba(image[np.newaxis]).max()), abs=1e-5)
    assert ("prepared" in by_name(one)) == model.preprocessing.deskew
    assert ("confidence" in by_name(one)) == (model.temperature != 1)
    assert one.predicted == str(model.predict(image[np.newaxis])[0])


def test_preparation_is_what_the_model_sees() -> None:
    model, image = byhand.load_model("accurate"), byhand.load_mnist().test_images[3]
    prepared = by_name(explain(model, image))["prepared"]["values"]
    assert np.array_equal(np.ravel(prepared), model.preprocessing.pixels(image[np.newaxis])[0])


def test_the_tiny_network_hides_nothing() -> None:
    one = explain(tiny_model(), TINY_IMAGE, TINY_LABEL, everything=True)
    steps = by_name(one)
    for number in (1, 2):
        assert [written["unit"] for written in steps[f"z{number}"]["sums"]] == [0, 1]
        assert all(len(written["terms"]) == 2 for written in steps[f"z{number}"]["sums"])
        assert np.shape(steps[f"dL/dW{number}"]["values"]) == (2, 2)
    assert len(one.update.parameters) == 12
    assert one.update.loss_after < one.update.loss_before
    # One number by hand: 0.4 * 1 + 0.5 * 0.2 + 0.1.
    assert steps["z1"]["values"][0] == pytest.approx(0.6)


def test_a_relu_that_bends_within_the_step_gets_no_wrong_difference() -> None:
    model = a_model([4], "relu")
    model.network.dense[0].weights[:, 1], model.network.dense[0].bias[1] = 0, 0
    model.network.dense[0].bias[2] = 1e-6 - float(
        model.preprocessing.inputs(images(1), np.float64)[0] @ model.network.dense[0].weights[:, 2].astype(np.float64)
    )
    one = explain(model, images(1)[0], 3)
    (delta,) = (step for step in one.backward if step.name == "dL/dz1")
    assert delta.difference is not None
    assert np.isnan(delta.difference[1])
    assert not np.isnan(delta.difference[[0, 2, 3]]).any()
    assert np.nanmax(np.abs(delta.values - delta.difference)) < 1e-6
    assert by_name(one)["dL/dz1"]["finite_difference"][1] is None


def test_the_unit_can_be_chosen() -> None:
    steps = by_name(explain(a_model([8, 6], "relu"), images(1)[0], 3, units=(5, 2)))
    assert steps["dL/dW1"]["units"] == [5] and steps["dL/dW2"]["units"] == [2] and steps["dL/dW3"]["units"] == [3]
    assert steps["dL/da2"]["sums"][0]["unit"] == 2


def test_the_model_stays_as_it_was() -> None:
    model = a_model([9], "sigmoid")
    before = model.network.parameters.copy()
    explain(model, images(1)[0], 1)
    assert np.array_equal(model.network.parameters, before)


@pytest.mark.parametrize(
    "wrong",
    [{"units": (9,)}, {"units": (-1,)}, {"units": (1, 1)}, {"label": "ten"}, {"learning_rate": float("nan")}],
)
def test_what_cannot_be_is_refused_in_a_sentence(wrong: dict[str, Any]) -> None:
    with pytest.raises(ByhandError, match=r"\S.*\."):
        explain(a_model([9], "sigmoid"), images(1)[0], **({"label": 1} | wrong))
