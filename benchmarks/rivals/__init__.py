"""One file per rival, each in its fastest form. A rival is a class that can do some of these:

- `epoch(batch)`: train one epoch in batches of that size, on a fresh permutation; seconds;
- `to_accuracy(epochs, seed)`: train from raw bytes with the recipe `fast` for so many epochs; (seconds, accuracy);
- `predict(images)`: labels of images, uint8 (n, 28, 28); `predict_scaled(inputs)`: of inputs in the form it likes;
- `losses(order, batch)`: in float64, the mean loss over these examples, trained on in this order.
"""

import importlib
from typing import Any

# Module and class, and what it needs beside byhand.
RIVALS = {
    "byhand": ("byhand_", "Byhand", ()),
    "byhand, one process": ("byhand_", "ByhandAlone", ()),
    "byhand, starting": ("byhand_", "ByhandStarting", ()),
    "plain numpy": ("plain_numpy", "PlainNumpy", ()),
    "scikit-learn": ("scikit_learn", "ScikitLearn", ("sklearn",)),
    "pytorch": ("pytorch", "PyTorch", ("torch",)),
    "torch.compile": ("pytorch", "CompiledPyTorch", ("torch",)),
    "jax": ("jax_", "Jax", ("jax",)),
    "jax, compiling": ("jax_", "JaxWithCompiling", ("jax",)),
    "original loop": ("original", "Original", ()),
    "onnxruntime": ("onnxruntime_", "OnnxRuntime", ("onnx", "onnxruntime")),
    "floor, all threads": ("floor", "Floor", ()),
    "floor, 1 thread": ("floor", "FloorOneThread", ()),
    "floor, 2 halves": ("floor", "FloorTwoHalves", ()),
}


def make(name: str) -> Any:
    """Make the rival of this name."""
    module, kind, _ = RIVALS[name]
    return getattr(importlib.import_module(f"benchmarks.rivals.{module}"), kind)()
