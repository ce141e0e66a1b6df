"""Every number of one image's way: forward to the loss, and back to each gradient.

All numbers come from the layers and the loss of `byhand.nn`, in float64. What is added here is only what stands beside
them: the formula, the single terms of a sum, and a finite difference for each gradient.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from byhand.data.one_hot import one_hot
from byhand.errors import ByhandError
from byhand.explanation.differences import Differences
from byhand.model import Model
from byhand.nn import SGD, Dense, Identity, Network, ReLU, Sigmoid, SoftmaxNLL, Tanh, softmax

# What the exercise was first trained with, one image at a time.
LEARNING_RATE = 0.1

ACTIVATION = {
    Sigmoid: ("sigmoid", "a = 1 / (1 + exp(-z))", "a (1 - a)"),
    Tanh: ("tanh", "a = tanh(z)", "1 - a²"),
    ReLU: ("relu", "a = max(z, 0)", "1 if z > 0, else 0"),
    Identity: ("identity", "a = z", "1"),
}


@dataclass(frozen=True)
class Term:
    """One product of a weighted sum.

    Attributes:
        index: number of the input (going back: of the unit behind).
        value: what comes from there.
        weight: what it is multiplied by.
        product: of the two.
    """

    index: int
    value: float
    weight: float
    product: float


@dataclass(frozen=True)
class Sum:
    """The weighted sum of one unit, written out.

    Attributes:
        unit: number of the unit.
        terms: the products that are added up, without those whose value is 0.
        bias: what is added to them; None where there is none.
        total: the sum, as the layer computed it.
    """

    unit: int
    terms: tuple[Term, ...]
    bias: float | None
    total: float

    def to_json(self) -> dict[str, Any]:
        """The sum as JSON has it."""
        return vars(self) | {"terms": [vars(term) for term in self.terms]}


@dataclass(frozen=True)
class Step:
    """One step of the way.

    Attributes:
        name: of what it gives, such as "z1" or "dL/dW1".
        title: what happens, in a few words.
        says: what it means, in a sentence.
        formula: how it is computed.
        shape: of the whole result; weights have (inputs, units).
        values: the result; of weights only the columns `units`.
        units: which columns `values` has; None where it is the whole result.
        sums: of the units whose sum is written out.
        parts: more numbers on the way, by name.
        difference: for gradients, the finite differences, of the shape of `values`; NaN where a ReLU bends.
    """

    name: str
    title: str
    says: str
    formula: str
    shape: tuple[int, ...]
    values: NDArray[Any]
    units: tuple[int, ...] | None = None
    sums: tuple[Sum, ...] = ()
    parts: dict[str, Any] = field(default_factory=dict)
    difference: NDArray[Any] | None = None

    def to_json(self) -> dict[str, Any]:
        """The step as JSON has it: no number is rounded, and NaN is null."""
        answer: dict[str, Any] = {
            "name": self.name,
            "title": self.title,
            "formula": self.formula,
            "shape": list(self.shape),
            "values": plain(self.values),
        }
        if self.units is not None:
            answer["units"] = list(self.units)
        if self.sums:
            answer["sums"] = [one.to_json() for one in self.sums]
        answer |= {name: plain(value) for name, value in self.parts.items()}
        if self.difference is not None:
            answer["finite_difference"] = plain(self.difference)
        return answer


@dataclass(frozen=True)
class Moved:
    """A weight or bias and what the update does to it.

    Attributes:
        name: such as "W1[130, 7]", the weight from input 130 to unit 7 of the first layer.
        before, gradient, after: the parameter, the loss's derivative by it, and the parameter after the step.
    """

    name: str
    before: float
    gradient: float
    after: float


@dataclass(frozen=True)
class Update:
    """One step of gradient descent on this image alone.

    Attributes:
        learning_rate: the step's.
        parameters: those that are written out.
        loss_before, loss_after: of the image.
        probability_before, probability_after: of its label.
    """

    learning_rate: float
    parameters: tuple[Moved, ...]
    loss_before: float
    loss_after: float
    probability_before: float
    probability_after: float

    formula = "w ← w - learning rate · dL/dw, for all weights and biases"

    def to_json(self) -> dict[str, Any]:
        """The update as JSON has it."""
        return {"formula": self.formula} | vars(self) | {"parameters": [vars(one) for one in self.parameters]}


@dataclass(frozen=True)
class Explanation:
    """One image all the way.

    Attributes:
        image: grey levels as given, shape (height, width).
        label: what the image shows, one of `label_names`.
        predicted: what the network takes it for.
        confidence: the probability that the model gives to that, 0 to 1, with its temperature.
        sizes: units per layer, inputs first.
        activation: of the hidden layers.
        label_names: of the classes.
        forward, backward: the steps, in the order in which they are taken.
        update: the step of learning.
        gradient: the loss's derivative by all parameters, in the order of `Network.parameters`.
    """

    image: NDArray[Any]
    label: str
    predicted: str
    confidence: float
    sizes: tuple[int, ...]
    activation: str
    label_names: tuple[str, ...]
    forward: tuple[Step, ...]
    backward: tuple[Step, ...]
    update: Update
    gradient: NDArray[np.float64]

    @property
    def largest_error(self) -> float:
        """The largest distance of a gradient from its finite difference."""
        return max(
            float(np.nanmax(np.abs(step.values - step.difference), initial=0.0))
            for step in self.backward
            if step.difference is not None
        )

    def to_json(self) -> dict[str, Any]:
        """What `byhand explain --json` prints; labels that are whole numbers are numbers."""
        return {
            "image": {"shape": list(self.image.shape), "pixels": plain(self.image)},
            "label": _label(self.label),
            "predicted": _label(self.predicted),
            "confidence": self.confidence,
            "layers": list(self.sizes),
            "activation": self.activation,
            "labels": [_label(name) for name in self.label_names],
            "forward": [step.to_json() for step in self.forward],
            "backward": [step.to_json() for step in self.backward],
            "update": self.update.to_json(),
        }


def plain(value: Any) -> Any:
    """Arrays as lists of numbers, for JSON, which has no NaN: null stands for it."""
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, list):
        return [plain(item) for item in value]
    return None if isinstance(value, float) and math.isnan(value) else value


def _label(name: str) -> int | str:
    return int(name) if name.isdecimal() else name


def explain(
    model: Model,
    image: NDArray[Any],
    label: str | int | None = None,
    *,
    units: Sequence[int] = (),
    learning_rate: float = LEARNING_RATE,
    everything: bool = False,
) -> Explanation:
    """Take one image through a model's network, forwards and backwards.

    Args:
        model: is not changed.
        image: grey levels in the form of the training data, shape (height, width) or (1, height, width).
        label: what it shows; None for what the model takes it for.
        units: for each hidden layer the unit whose weights are written out, from 0; where none is given, the one that
            the error reaches most.
        learning_rate: of the update.
        everything: write out the weights of all units, for a network that is small enough.

    Raises:
        ByhandError: the model does not know the label, has no such unit, or cannot take the image.
    """
    if not 0 < learning_rate < math.inf:
        raise ByhandError(f"--learning-rate cannot be {learning_rate:g}: give a number above 0, such as 0.1.")
    image = np.asarray(image)
    image = image[np.newaxis] if image.ndim == 2 else image
    network = Network(model.network.sizes, model.network.activation, np.float64)
    network.parameters[:] = model.network.parameters
    if len(units) > len(network.dense) - 1:
        raise ByhandError(
            f"--unit names {len(units)} units, and the network has {len(network.dense) - 1} hidden "
            f"{'layer' if len(network.dense) == 2 else 'layers'}: give one unit for each of them at most."
        )
    for layer, unit in zip(network.dense, units, strict=False):
        if not 0 <= unit < len(layer.bias):
            raise ByhandError(f"There is no unit {unit}: give a number from 0 to {len(layer.bias) - 1}.")
    pixels = model.preprocessing.pixels(image)
    inputs = model.preprocessing.scaling.transform(pixels, np.float64)
    return _Walk(model, network, image[0], pixels[0], inputs, everything).all(label, units, learning_rate)


class _Walk:
    """Goes the way with the layers of `network`, keeping what each of them gives."""

    def __init__(
        self,
        model: Model,
        network: Network,
        image: NDArray[Any],
        pixels: NDArray[Any],
        inputs: NDArray[np.float64],
        everything: bool,
    ) -> None:
        self.model, self.network, self.image, self.pixels, self.inputs = model, network, image, pixels, inputs
        self.everything = everything

    def all(self, label: str | int | None, units: Sequence[int], rate: float) -> Explanation:
        model, network = self.model, self.network
        # As `Network.forward`, but each layer gets a copy, since activations write over what they are given.
        self.signals = [self.inputs]
        for layer in network.layers:
            self.signals.append(layer.forward(self.signals[-1].copy()).copy())
        logits = self.signals[-1]
        confidence = softmax(logits / model.temperature)[0]
        predicted = model.label_names[int(confidence.argmax())]
        name = predicted if label is None else str(label)
        if name not in model.label_names:
            raise ByhandError(f"The model does not know the label {name}: choose {', '.join(model.label_names)}.")
        self.label = model.label_names.index(name)
        self.target = one_hot(np.array([self.label]), len(model.label_names), np.float64)
        criterion = SoftmaxNLL()
        self.loss = criterion.forward(logits.copy(), self.target)
        self.probabilities = criterion.probabilities[0].copy()
        # As `Network.backward`: `gradients[i]` belongs to `signals[i]`.
        self.gradients = [np.zeros((1, 0))] * len(self.signals)
        self.gradients[-1] = criterion.backward().copy()
        for i in reversed(range(1, len(network.layers))):
            self.gradients[i] = network.layers[i].backward(self.gradients[i + 1].copy()).copy()
        network.dense[0].backward_parameters(self.gradients[1].copy())
        gradient = network.gradient.copy()
        self.weight_gradients = {i: layer.weights_gradient.copy() for i, layer in self._dense()}
        self.bias_gradients = {i: layer.bias_gradient.copy() for i, layer in self._dense()}

        # The unit that is written out, by the position of its dense layer.
        given = dict(zip((i for i, _ in self._dense()), units, strict=False))
        self.unit = {i: given.get(i, int(np.abs(self.gradients[i + 1][0]).argmax())) for i, _ in self._dense()}
        self.unit[len(network.layers) - 1] = self.label
        self.differences = Differences(network, self.signals, self.target)
        forward = (*self._preparation(), *self._forward(), *self._judgement(confidence))
        backward = tuple(step for i in reversed(range(len(network.layers))) for step in self._backward(i))
        return Explanation(
            self.image, name, predicted, float(confidence.max()), tuple(network.sizes), network.activation,
            model.label_names, forward, backward, self._update(gradient, rate), gradient,
        )  # fmt: skip

    def _dense(self) -> list[tuple[int, Dense]]:
        """The dense layers with their positions among all layers."""
        return [(i, layer) for i, layer in enumerate(self.network.layers) if isinstance(layer, Dense)]

    def _written_out(self, i: int) -> tuple[int, ...]:
        """The units of the dense layer at position i whose weights and sums are written out."""
        dense: Any = self.network.layers[i]
        return tuple(range(len(dense.bias))) if self.everything else (self.unit[i],)

    def _preparation(self) -> list[Step]:
        shape, scaling = self.image.shape, self.model.preprocessing.scaling
        steps = [
            Step("image", "The image", "Grey levels: 0 is background.", "", shape, self.image),
        ]
        if not np.array_equal(self.pixels, self.image.reshape(-1)):
            what = (
                "deskewed: upright, in the middle, and of one size"
                if self.model.preprocessing.deskew
                else "brought to the range and polarity of the training images"
            )
            steps.append(
                Step(
                    "prepared", "Preparation", f"As for every image of this model, it is {what}.",
                    "see preprocessing/deskewing.py" if self.model.preprocessing.deskew else "", shape,
                    self.pixels.reshape(shape),
                )
            )  # fmt: skip
        low, high = scaling.range
        one_range = bool((scaling.minimum == low).all() and (scaling.maximum == high).all())
        formula = f"x = (grey - {low:g}) / ({high:g} - {low:g})" if one_range else "x = (grey - least) / (most - least)"
        where = "" if one_range else ", with the least and most grey of each pixel in the training images"
        says = f"Grey levels become numbers around 0 to 1{where}."
        return [*steps, Step("x", "Scaling", says, formula, self.inputs[0].shape, self.inputs[0])]

    def _forward(self) -> list[Step]:
        steps, number = [], 0
        for i, layer in enumerate(self.network.layers):
            signal, result = self.signals[i][0], self.signals[i + 1][0]
            if isinstance(layer, Dense):
                number += 1
                last, before = i == len(self.network.layers) - 1, "x" if number == 1 else f"a{number - 1}"
                sums = tuple(
                    Sum(unit, _terms(signal, layer.weights[:, unit]), float(layer.bias[unit]), float(result[unit]))
                    for unit in self._written_out(i)
                )
                steps.append(
                    Step(
                        f"z{number}", "The logits" if last else f"Weighted sums of hidden layer {number}",
                        "One number for each label: the larger, the likelier."
                        if last
                        else f"Each of {len(result)} units adds up all its inputs, each times a weight, and a bias.",
                        f"z{number}_j = Σ_i {before}_i W{number}_ij + b{number}_j", result.shape, result, sums=sums,
                    )
                )  # fmt: skip
            else:
                name, formula, _ = ACTIVATION[type(layer)]
                steps.append(
                    Step(
                        f"a{number}", f"Activation of hidden layer {number}: {name}",
                        "What each unit makes of its sum.", formula, result.shape, result,
                    )
                )  # fmt: skip
        return steps

    def _judgement(self, confidence: NDArray[Any]) -> list[Step]:
        logits, p, name = self.signals[-1][0], self.probabilities, f"z{len(self.network.dense)}"
        shifted = logits - logits.max()
        powers = np.exp(shifted)
        label = self.model.label_names[self.label]
        steps = [
            Step(
                "p", "Softmax", "Logits become probabilities: all positive, together 1. The largest is brought to 0 "
                "first, which changes nothing but keeps exp() small.", f"p_k = exp({name}_k) / Σ_j exp({name}_j)",
                p.shape, p, parts={"shifted": shifted, "exponentials": powers, "sum": float(powers.sum())},
            ),
            Step(
                "L", "Loss", f"Minus the logarithm of the probability of the right label, {label}: 0 is perfect, "
                f"guessing costs log {len(p)} = {math.log(len(p)):.4f}.", f"L = -log p_{label}", (),
                np.array(self.loss), parts={"label_probability": float(p[self.label])},
            ),
        ]  # fmt: skip
        if self.model.temperature != 1:
            steps.append(
                Step(
                    "confidence", "Temperature",
                    "What the model reports as its confidence: logits divided by a temperature that was fitted after "
                    "training, so that 90 % sure is right nine times out of ten. Learning does without it.",
                    f"softmax({name} / T), T = {self.model.temperature:.4g}", confidence.shape, confidence,
                    parts={"temperature": self.model.temperature},
                )
            )  # fmt: skip
        return steps

    def _backward(self, i: int) -> list[Step]:
        """The steps back through the layer at position i; the first of all begins with the loss."""
        layer, gradient, differences = self.network.layers[i], self.gradients[i + 1][0], self.differences
        number = sum(1 for at, _ in self._dense() if at <= i)
        if not isinstance(layer, Dense):
            derivative = ACTIVATION[type(layer)][2]
            reached = self.gradients[i][0]
            # Where every activation's error is 1, what comes out is the derivative itself.
            layer.forward(self.signals[i].copy())
            slope = layer.backward(np.ones_like(self.signals[i]))[0].copy()
            return [
                Step(
                    f"dL/dz{number}", f"Deltas of hidden layer {number}",
                    "The error at each unit's sum: what reached its activation, times the activation's derivative.",
                    f"dL/dz{number} = dL/da{number} · a{number}', with a' = {derivative}", reached.shape, reached,
                    parts={"error": gradient, "slope": slope}, difference=differences.of_signal(i),
                )
            ]  # fmt: skip
        steps = []
        if i == len(self.network.layers) - 1:
            steps.append(
                Step(
                    f"dL/dz{number}", "Deltas of the output", "Probability minus truth: the right logit should rise, "
                    "all others should fall.", f"dL/dz{number} = p - y", gradient.shape, gradient,
                    parts={"p": self.probabilities, "y": self.target[0]}, difference=differences.of_signal(i + 1),
                )
            )  # fmt: skip
        units = self._written_out(i)
        before = "x" if i == 0 else f"a{number - 1}"
        steps += [
            Step(
                f"dL/dW{number}", f"Gradient of the weights of layer {number}",
                "Of each weight: what came in through it, times the error at its end.",
                f"dL/dW{number}_ij = {before}_i · dL/dz{number}_j", layer.weights.shape,
                self.weight_gradients[i][:, units], units,
                parts={"inputs": self.signals[i][0], "deltas": gradient[list(units)]},
                difference=np.stack([differences.of_weights(i, unit) for unit in units], axis=1),
            ),
            Step(
                f"dL/db{number}", f"Gradient of the biases of layer {number}",
                "A bias is a weight whose input is always 1.", f"dL/db{number}_j = dL/dz{number}_j", layer.bias.shape,
                self.bias_gradients[i], difference=differences.of_bias(i),
            ),
        ]  # fmt: skip
        if i > 0:
            reached = self.gradients[i][0]
            sums = tuple(
                Sum(unit, _terms(gradient, layer.weights[unit]), None, float(reached[unit]))
                for unit in self._written_out(i - 2)
            )
            steps.append(
                Step(
                    f"dL/da{number - 1}", f"The error goes back to hidden layer {number - 1}",
                    "Each unit hears the errors of all units behind it, through the weights that lead there.",
                    f"dL/da{number - 1}_i = Σ_j dL/dz{number}_j W{number}_ij", reached.shape, reached, sums=sums,
                    difference=differences.of_signal(i),
                )
            )  # fmt: skip
        return steps

    def _update(self, gradient: NDArray[Any], rate: float) -> Update:
        """Take one step with the library's optimiser, and look at the loss again."""
        network, before = self.network, self.network.parameters.copy()
        np.copyto(network.gradient, gradient)
        # A step that leads out of all numbers is refused below.
        with np.errstate(over="ignore", invalid="ignore"):
            SGD(network.parameters, network.gradient).step(rate)
            criterion = SoftmaxNLL()
            loss = criterion.forward(network.forward(self.inputs).copy(), self.target)
        if not math.isfinite(loss):
            raise ByhandError(f"A step with --learning-rate {rate:g} leads to no finite loss: give a smaller one.")
        names = list(_names(network.sizes))
        if self.everything:
            chosen = list(range(len(names)))
        else:
            # Of the first layer's unit, the weight whose gradient is largest.
            unit, column = self.unit[0], np.abs(self.weight_gradients[0][:, self.unit[0]])
            chosen = [int(column.argmax()) * network.sizes[1] + unit]
        moved = tuple(
            Moved(names[at], float(before[at]), float(gradient[at]), float(network.parameters[at])) for at in chosen
        )
        right = self.label
        return Update(
            rate, moved, self.loss, loss, float(self.probabilities[right]), float(criterion.probabilities[0, right])
        )


def _names(sizes: Sequence[int]) -> Iterator[str]:
    """What each parameter is called, in the order of `Network.parameters`."""
    for number, (inputs, units) in enumerate(pairwise(sizes), start=1):
        yield from (f"W{number}[{i}, {j}]" for i in range(inputs) for j in range(units))
        yield from (f"b{number}[{j}]" for j in range(units))


def _terms(values: NDArray[Any], weights: NDArray[Any]) -> tuple[Term, ...]:
    products = values * weights
    return tuple(Term(int(i), float(values[i]), float(weights[i]), float(products[i])) for i in np.flatnonzero(values))
