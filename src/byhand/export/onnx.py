"""A model as an ONNX graph, which many programs in many languages can run: grey levels in, probabilities out."""

import importlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from byhand.errors import ByhandError
from byhand.model import Model

ACTIVATIONS = {"sigmoid": "Sigmoid", "tanh": "Tanh", "relu": "Relu", "identity": "Identity"}
# Of the year 2025: onnx 1.18 writes it, and onnxruntime 1.22 and later run it.
OPSET = 23


class Graph:
    """An ONNX graph that is being written, one operation after the other."""

    def __init__(self, onnx: Any) -> None:
        self.onnx = onnx
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, values: Any, dtype: Any = np.float32) -> str:
        """Add an array to the graph; give its name."""
        name = f"constant{len(self.constants)}"
        array: NDArray[Any] = np.asarray(values, dtype, order="C")
        self.constants.append(self.onnx.numpy_helper.from_array(array, name))
        return name

    def add(self, operation: str, *inputs: Any, output: str | None = None, **attributes: Any) -> str:
        """Add an operation; give the name of its result.

        Args:
            operation: one of ONNX's.
            inputs: names of results and constants, or numbers, which become float32 constants.
            output: what to call the result.
            attributes: the operation's own.
        """
        names = [one if isinstance(one, str) else self.constant(one) for one in inputs]
        output = output or f"{operation.lower()}{len(self.nodes)}"
        self.nodes.append(self.onnx.helper.make_node(operation, names, [output], **attributes))
        return output

    def cast(self, value: str, dtype: Any) -> str:
        """Convert to another number type."""
        return self.add("Cast", value, to=self.onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))


def onnx_bytes(model: Model) -> bytes:
    """Write the model as an ONNX file, preparation included: deskewing, scaling, and the temperature.

    The graph has one input, "images", uint8 (n, height, width), bright on dark, and two outputs: "probabilities",
    float32 (n, classes), and "labels", int64 (n,), positions in the list of labels that the file's metadata hold.

    Raises:
        ByhandError: the package onnx is missing.
    """
    try:
        onnx: Any = importlib.import_module("onnx")
    except ImportError as error:
        raise ByhandError("Writing .onnx needs the package onnx: pip install 'byhand[onnx]'.") from error
    from byhand.export.onnx_deskewing import add_deskewing

    graph = Graph(onnx)
    preprocessing = model.preprocessing
    pixels = model.network.sizes[0]
    grey = graph.add("Reshape", graph.cast("images", np.float32), graph.constant([-1, pixels], np.int64))
    if preprocessing.deskew:
        grey = add_deskewing(graph, grey, model.image_shape)
    factor, offset = preprocessing.scaling.factor_and_offset(np.dtype(np.float32))
    signal = graph.add("Mul", grey, graph.constant(factor))
    if offset is not None:
        signal = graph.add("Sub", signal, graph.constant(offset))
    for number, layer in enumerate(model.network.dense, start=1):
        signal = graph.add("Gemm", signal, graph.constant(layer.weights), graph.constant(layer.bias))
        if number < len(model.network.dense):
            signal = graph.add(ACTIVATIONS[model.network.activation], signal)
    graph.add("ArgMax", signal, axis=1, keepdims=0, output="labels")
    graph.add("Softmax", graph.add("Div", signal, model.temperature), axis=1, output="probabilities")
    return _file(graph, model)


def _file(graph: Graph, model: Model) -> bytes:
    """The graph as a checked file."""
    onnx, helper = graph.onnx, graph.onnx.helper
    value = helper.make_tensor_value_info
    whole = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "byhand",
            [value("images", onnx.TensorProto.UINT8, ["n", *model.image_shape])],
            [
                value("probabilities", onnx.TensorProto.FLOAT, ["n", len(model.label_names)]),
                value("labels", onnx.TensorProto.INT64, ["n"]),
            ],
            graph.constants,
        ),
        producer_name="byhand",
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=helper.find_min_ir_version_for([helper.make_opsetid("", OPSET)]),
    )
    helper.set_model_props(whole, {"labels": ",".join(model.label_names)})
    onnx.checker.check_model(whole, full_check=True)
    content: bytes = whole.SerializeToString(deterministic=True)
    return content
