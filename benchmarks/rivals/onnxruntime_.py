"""onnxruntime with byhand's weights, for prediction."""

import importlib
import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.task import PIXELS
from byhand import load_model


class OnnxRuntime:
    """The network as an ONNX graph, scaled rows in, logits out."""

    def __init__(self) -> None:
        onnx: Any = importlib.import_module("onnx")
        runtime: Any = importlib.import_module("onnxruntime")
        first, second = load_model().network.dense
        arrays = {"w1": first.weights, "b1": first.bias, "w2": second.weights, "b2": second.bias}
        node, value = onnx.helper.make_node, onnx.helper.make_tensor_value_info
        graph = onnx.helper.make_graph(
            [
                node("Gemm", ["x", "w1", "b1"], ["z"]),
                node("Sigmoid", ["z"], ["a"]),
                node("Gemm", ["a", "w2", "b2"], ["y"]),
            ],
            "network",
            [value("x", onnx.TensorProto.FLOAT, ["n", PIXELS])],
            [value("y", onnx.TensorProto.FLOAT, ["n", len(second.bias)])],
            [onnx.numpy_helper.from_array(array, name) for name, array in arrays.items()],
        )
        model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 18)], ir_version=10)
        options = runtime.SessionOptions()
        options.intra_op_num_threads = int(os.environ["OMP_NUM_THREADS"])
        self.session = runtime.InferenceSession(model.SerializeToString(), options, ["CPUExecutionProvider"])

    def predict(self, images: NDArray[Any]) -> NDArray[Any]:
        """Labels from bytes."""
        return self.predict_scaled(images.reshape(-1, PIXELS) / np.float32(255))

    def predict_scaled(self, inputs: NDArray[Any]) -> NDArray[Any]:
        """Labels from scaled rows."""
        labels: NDArray[Any] = self.session.run(None, {"x": inputs})[0].argmax(axis=1)
        return labels
