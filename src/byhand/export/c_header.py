"""A model as a C header for microcontrollers: weights, and a function that predicts, in C99 without a library."""

from collections.abc import Iterable, Iterator
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from byhand.export.metadata import description_of
from byhand.model import Model
from byhand.preprocessing.deskewing import (
    LARGEST_SHRINKING,
    LEAST_MASS_OF_BRIGHTEST,
    SMALLEST_SHRINKING,
    TARGET_SPREAD_OF_SIDE,
)

LARGEST_INT8 = 127
NUMBERS_PER_LINE = 16
PREPARATION = "    uint8_t upright[BYHAND_PIXELS];\n    byhand_deskew(image, upright);\n    image = upright;\n"
ACTIVATIONS = {
    "sigmoid": "1 / (1 + expf(-z))", "tanh": "tanhf(z)", "relu": "z > 0 ? z : 0", "identity": "z",
}  # fmt: skip


def c_header(model: Model, int8: bool = False) -> str:
    """Write the model as the text of a C header.

    The scaling of the pixels is part of the first layer's weights, so `byhand_predict` takes grey levels from 0 to 255.

    Args:
        model: of any size.
        int8: keep each weight as a whole number from -127 to 127 times its unit's factor, in a quarter of the memory.
    """
    height, width = model.image_shape
    layers = list(_layers(model))
    deskews = model.preprocessing.deskew
    weight_type = "int8_t" if int8 else "float"
    arrays, calls = [], []
    for number, (weights, bias) in enumerate(layers, start=1):
        units, inputs = weights.shape
        scales = np.abs(weights).max(axis=1) / LARGEST_INT8
        scales[scales == 0] = 1.0
        stored = np.rint(weights / scales[:, np.newaxis]).astype(int) if int8 else weights
        arrays.append(_array(weight_type, f"byhand_weights{number}", stored.ravel()))
        arrays.append(_array("float", f"byhand_bias{number}", bias))
        if int8:
            arrays.append(_array("float", f"byhand_scale{number}", scales))
        hidden = int(number < len(layers))
        scale = f"byhand_scale{number}" if int8 else "0"
        calls.append(
            f"    byhand_layer(signal[{(number - 1) % 2}], {inputs}, byhand_weights{number}, {scale}, "
            f"byhand_bias{number}, {units}, {hidden}, signal[{number % 2}]);"
        )
    values = {
        "description": description_of(model),
        "height": height, "width": width, "classes": len(model.label_names),
        "widest": max(model.network.sizes), "weight_type": weight_type,
        "labels": ", ".join(_text(name) for name in model.label_names),
        "arrays": "\n".join(arrays),
        "activation": ACTIVATIONS[model.network.activation],
        "product": "sum = sum * scale[unit] + bias[unit];" if int8 else "sum += bias[unit];",
        "unused_scale": "" if int8 else "    (void)scale;\n",
        "deskewing": _part("deskewing.c", _deskewing(height, width)) if deskews else "",
        "prepare": PREPARATION * deskews,
        "calls": "\n".join(calls),
        "last": len(layers) % 2,
        "temperature": _number(model.temperature),
    }  # fmt: skip
    return _part("header.c", values)


def _layers(model: Model) -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
    """Weights (units, inputs) and biases (units,) of each layer, the first with the scaling of the pixels in it.

    (x f - o) W + b = x (f W) + (b - o W), with a row of f W for each pixel x.
    """
    scaling = model.preprocessing.scaling
    factor, offset = scaling.factor_and_offset(np.dtype(np.float64))
    for number, layer in enumerate(model.network.dense):
        weights, bias = layer.weights.astype(np.float64), layer.bias.astype(np.float64)
        if number == 0:
            if offset is not None:
                bias = bias - offset @ weights
            weights = weights * factor[..., np.newaxis]
        yield weights.T, bias


def _deskewing(height: int, width: int) -> dict[str, Any]:
    target = TARGET_SPREAD_OF_SIDE * np.array([[height], [width]], np.float32)
    constants = {"target": target, "least": SMALLEST_SHRINKING, "largest": LARGEST_SHRINKING}
    return {"mass": _number(LEAST_MASS_OF_BRIGHTEST)} | {
        f"{name}_{axis}": _number(values[number, 0])
        for name, values in constants.items()
        for number, axis in enumerate(("rows", "columns"))
    }


def _part(name: str, values: dict[str, Any]) -> str:
    """A piece of C with `@name@` replaced by what belongs there."""
    text = (files("byhand.export") / "c" / name).read_text("utf-8")
    for key, value in values.items():
        text = text.replace(f"@{key}@", str(value))
    return text


def _array(kind: str, name: str, values: Iterable[Any]) -> str:
    """A constant array, so many numbers a line."""
    written = [str(value) if kind == "int8_t" else _number(value) for value in values]
    lines = (", ".join(written[i : i + NUMBERS_PER_LINE]) for i in range(0, len(written), NUMBERS_PER_LINE))
    return f"static const {kind} {name}[{len(written)}] = {{\n" + ",\n".join(lines) + "};"


def _number(value: Any) -> str:
    """A number in single precision as C writes it: the shortest text that gives the same bits."""
    text = str(np.float32(value))
    return text + ("f" if "." in text or "e" in text else ".0f")


def _text(name: str) -> str:
    """A string as C writes it: everything but plain characters as octal bytes."""
    plain = (chr(byte) if chr(byte).isalnum() and byte < 128 else f"\\{byte:03o}" for byte in name.encode())
    return '"' + "".join(plain) + '"'
