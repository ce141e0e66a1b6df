"""How far a model's copies are from it: `python -m benchmarks.copies --save docs/results/copies.json`.

ONNX, scikit-learn, PyTorch and C, over MNIST's 10,000 test images. Needs what `pip install ".[test]"` and `pip install
torch` install, and a C compiler.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from byhand import load_mnist, load_model
from byhand.export import to_sklearn, to_torch
from byhand.model import Model
from tests.export.conftest import in_float64
from tests.export.test_c_header import Compiled
from tests.export.test_onnx import run

MODELS = ("fast", "accurate", "reader")


def copies(model: Model, images: NDArray[np.uint8]) -> Iterator[tuple[str, Model, NDArray[Any]]]:
    """Each copy by name, the model to compare it with, and the copy's probabilities."""
    import torch

    yield "ONNX", model, run(model, images)[0]
    for precision, version in (("float32", model), ("float64", in_float64(model))):
        inputs = version.preprocessing.inputs(images, version.network.parameters.dtype)
        yield f"scikit-learn, {precision}", version, to_sklearn(version).predict_proba(inputs)
        with torch.no_grad():
            logits = to_torch(version)(torch.from_numpy(inputs))
            yield f"PyTorch, {precision}", version, torch.softmax(logits, dim=1).numpy()
    for name, int8 in (("C", False), ("C, int8", True)):
        with tempfile.TemporaryDirectory() as folder:
            yield name, model, Compiled(model, Path(folder), int8)(images)[1]


def main() -> None:
    """Measure all; print, and keep what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--save", type=Path, help="a JSON file to keep the result in")
    arguments = parser.parse_args()
    mnist, measured = load_mnist(), {}
    for name in MODELS:
        model = load_model(name)
        own = float((model.predict(mnist.test_images) == mnist.test_labels).mean())
        measured[name] = {"accuracy": own, "copies": (found := {})}
        for copy, version, probabilities in copies(model, mnist.test_images):
            expected = version.predict_proba(mnist.test_images)
            labels = model.labels[probabilities.argmax(axis=1)]
            found[copy] = {
                "largest_difference": float(np.abs(probabilities - expected).max()),
                "other_labels": int((labels != version.predict(mnist.test_images)).sum()),
                "accuracy": float((labels == mnist.test_labels).mean()),
            }
            print(name, copy, found[copy], flush=True)
    result = {"images": len(mnist.test_images), "models": measured}
    if arguments.save:
        arguments.save.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
