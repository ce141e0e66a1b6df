"""A model as an ONNX graph, which many programs in many languages can run."""

import importlib
from typing import Any

import numpy as np

from byhand.errors import ByhandError
from byhand.model import Model

ACTIVATIONS = {"sigmoid": "Sigmoid", "tanh": "Tanh", "relu": "Relu", "identity": "Identity"}
# Of the year 2020: old enough for every runtime in use, new enough for all that is needed here.
OPSET, IR_VERSION = 13, 7


def onnx_bytes(model: Model) -> bytes:
    """Write the model as an ONNX file: grey levels in, probabilities out.

    The graph has one input, "images", uint8 (n, height, width), bright on dark, and two outputs: "probabilities",
    float32 (n, classes), and "labels", int64 (n,), positions in the list of labels that the file's metadata hold.

    Raises:
        ByhandError: the package onnx is missing, or the model deskews its images first.
    """
    try:
        onnx: Any = importlib.import_module("onnx")
    except ImportError as error:
        raise ByhandError("Writing .onnx needs the package onnx: pip install 'byhand[onnx]'.") from error
    if model.preprocessing.deskew:
        raise ByhandError(
            "This model deskews images before it reads them, which the ONNX export does not do: export it as .html or "
            ".safetensors, or choose another --model."
        )
    span = model.preprocessing.scaling.maximum - model.preprocessing.scaling.minimum
    factor = np.divide(1.0, span, out=np.zeros_like(span), where=span > 0)
    constants = {
        "factor": factor.astype(np.float32),
        "offset": (model.preprocessing.scaling.minimum * factor).astype(np.float32),
        "temperature": np.array(model.temperature, np.float32),
        "rows": np.array([-1, len(span)], np.int64),
    }
    node = onnx.helper.make_node
    nodes = [
        node("Cast", ["images"], ["grey"], to=onnx.TensorProto.FLOAT),
        node("Reshape", ["grey", "rows"], ["pixels"]),
        node("Mul", ["pixels", "factor"], ["scaled"]),
        node("Sub", ["scaled", "offset"], ["signal0"]),
    ]
    signal = "signal0"
    for number, layer in enumerate(model.network.dense, start=1):
        constants[f"weights{number}"] = layer.weights.astype(np.float32)
        constants[f"bias{number}"] = layer.bias.astype(np.float32)
        nodes.append(node("Gemm", [signal, f"weights{number}", f"bias{number}"], [f"sum{number}"]))
        signal = f"sum{number}"
        if number < len(model.network.dense):
            nodes.append(node(ACTIVATIONS[model.network.activation], [signal], [f"signal{number}"]))
            signal = f"signal{number}"
    nodes += [
        node("Div", [signal, "temperature"], ["logits"]),
        node("Softmax", ["logits"], ["probabilities"], axis=1),
        node("ArgMax", ["logits"], ["labels"], axis=1, keepdims=0),
    ]
    value = onnx.helper.make_tensor_value_info
    graph = onnx.helper.make_graph(
        nodes,
        "byhand",
        [value("images", onnx.TensorProto.UINT8, ["n", *model.image_shape])],
        [
            value("probabilities", onnx.TensorProto.FLOAT, ["n", len(model.label_names)]),
            value("labels", onnx.TensorProto.INT64, ["n"]),
        ],
        [onnx.numpy_helper.from_array(np.ascontiguousarray(array), name) for name, array in constants.items()],
    )
    whole = onnx.helper.make_model(
        graph, producer_name="byhand", opset_imports=[onnx.helper.make_opsetid("", OPSET)], ir_version=IR_VERSION
    )
    onnx.helper.set_model_props(whole, {"labels": ",".join(model.label_names)})
    onnx.checker.check_model(whole, full_check=True)
    content: bytes = whole.SerializeToString(deterministic=True)
    return content
