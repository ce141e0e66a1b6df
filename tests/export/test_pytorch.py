"""Copies for PyTorch. Where it is not installed, these are skipped: it weighs more than all else together."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import byhand
from byhand.export import from_torch, to_torch

from .conftest import a_model, in_float64


@pytest.fixture
def torch() -> Any:
    return pytest.importorskip("torch")


@pytest.mark.parametrize("name", ["fast", "accurate"])
def test_a_copy_gives_the_same_probabilities(name: str, torch: Any, test_images: NDArray[np.uint8]) -> None:
    model = byhand.load_model(name)
    for version, tolerance in ((model, 3e-6), (in_float64(model), 1e-9)):  # single precision rounds, byhand's own too
        copy, inputs = to_torch(version), model.preprocessing.inputs(test_images, version.network.parameters.dtype)
        with torch.no_grad():
            probabilities = torch.softmax(copy(torch.from_numpy(inputs)), dim=1).numpy()
        np.testing.assert_allclose(probabilities, version.predict_proba(test_images), rtol=0, atol=tolerance)
        np.testing.assert_array_equal(version.labels[probabilities.argmax(axis=1)], version.predict(test_images))


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu", "identity"])
def test_there_and_back(activation: str, torch: Any, test_images: NDArray[np.uint8]) -> None:
    model = a_model([64, 9, 7, 3], activation, labels=("a", "b", "c"), temperature=1.3, dtype=np.float64)
    images = test_images[:40, 10:18, 10:18]
    back = from_torch(to_torch(model), model.label_names)
    inputs = model.preprocessing.inputs(images, np.float64)
    np.testing.assert_allclose(back.predict_proba(inputs), model.predict_proba(images), atol=1e-12)


def test_other_networks_are_refused(torch: Any) -> None:
    nn = torch.nn
    layers = [nn.Flatten(), nn.Linear(9, 4, bias=False), nn.ReLU(), nn.Dropout(), nn.Linear(4, 2), nn.Softmax(1)]
    usual = nn.Sequential(*layers)
    assert from_torch(usual).network.sizes == [9, 4, 2]
    with pytest.raises(byhand.ByhandError, match="3 labels"):
        from_torch(usual, ["a", "b", "c"])
    with pytest.raises(byhand.ByhandError, match="Conv2d"):
        from_torch(nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Linear(4, 2)))
    with pytest.raises(byhand.ByhandError, match="no layers"):
        from_torch(nn.Sequential())


def test_without_pytorch_one_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    with pytest.raises(byhand.ByhandError, match="pip install torch"):
        to_torch(a_model([64, 10], "relu"))
