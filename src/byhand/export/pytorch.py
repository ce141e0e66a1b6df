"""A model as a `torch.nn.Sequential`, with the same weights, and back."""

import importlib
from collections.abc import Sequence
from typing import Any

from byhand.errors import ByhandError
from byhand.export.networks import model_of
from byhand.model import Model
from byhand.nn import Network

MODULES = {"sigmoid": "Sigmoid", "tanh": "Tanh", "relu": "ReLU", "identity": "Identity"}


def to_torch(model: Model) -> Any:
    """Make a `torch.nn.Sequential` of Linear layers and activations with the weights of a model.

    It takes the network's inputs, prepared by `model.preprocessing.inputs(images)`, as a tensor (n, inputs), and gives
    the logits, (n, classes), divided by the model's temperature: their softmax is what `predict_proba` gives.

    Raises:
        ByhandError: PyTorch is missing.
    """
    torch = _torch()
    network = model.network
    modules: list[Any] = []
    for number, layer in enumerate(network.dense, start=1):
        last = number == len(network.dense)
        divisor = layer.bias.dtype.type(model.temperature if last else 1)
        linear = torch.nn.Linear(*layer.weights.shape, dtype=getattr(torch, str(layer.bias.dtype)))
        # PyTorch keeps weights as (units, inputs).
        linear.load_state_dict({
            "weight": torch.from_numpy((layer.weights.T / divisor).copy()),
            "bias": torch.from_numpy(layer.bias / divisor),
        })  # fmt: skip
        modules += [linear] if last else [linear, getattr(torch.nn, MODULES[network.activation])()]
    return torch.nn.Sequential(*modules).eval()


def from_torch(sequential: Any, labels: Sequence[object] | None = None) -> Model:
    """Make a model of a `torch.nn.Sequential` of Linear layers with one kind of activation between each two.

    A Flatten at the start, Dropout, and a Softmax or LogSoftmax at the end are left out, which changes no prediction.
    The model takes the inputs as they are, as images (n, height, width) if they are square numbers.

    Args:
        sequential: the network, which gives logits.
        labels: what each class is called; None for 0, 1, 2, ...

    Raises:
        ByhandError: it has other layers, or labels are missing or left over.
    """
    passed = {"Flatten", "Dropout", "Softmax", "LogSoftmax"}
    modules = [module for module in sequential if type(module).__name__ not in passed]
    linear, between = modules[::2], modules[1::2]
    kinds = {type(module).__name__ for module in between}
    activations = {theirs: ours for ours, theirs in MODULES.items()}
    fits = len(linear) == len(between) + 1 and all(type(module).__name__ == "Linear" for module in linear)
    if not fits or len(kinds) > 1 or not kinds <= set(activations):
        found = ", ".join(type(module).__name__ for module in sequential)
        raise ByhandError(
            f"This network has {found or 'no layers'}: byhand knows Linear layers with one kind of activation between "
            f"each two, {', '.join(activations)}."
        )
    weights = [module.weight.detach().cpu().numpy().T for module in linear]
    sizes = [len(weights[0]), *(weight.shape[1] for weight in weights)]
    names = tuple(map(str, range(sizes[-1]) if labels is None else labels))
    if len(names) != sizes[-1]:
        raise ByhandError(f"The network has {sizes[-1]} outputs, and there are {len(names)} labels.")
    network = Network(sizes, activations[kinds.pop()] if kinds else "sigmoid", weights[0].dtype)
    for layer, weight, module in zip(network.dense, weights, linear, strict=True):
        layer.weights[:] = weight
        layer.bias[:] = 0 if module.bias is None else module.bias.detach().cpu().numpy()
    return model_of(network, names, "pytorch")


def _torch() -> Any:
    try:
        return importlib.import_module("torch")
    except ImportError as error:
        raise ByhandError("A copy for PyTorch needs the package torch: pip install torch.") from error
